import type { Profile, Scenario } from './contract';
import { StoreError } from './contract';
import { type DrivenClock, DEFAULT_BASE_TIME, ManualClock, RealTimeClock } from './clock';
import { createCluster, type RunningCluster } from './cluster';
import { DEFAULT_MINOR, PROFILES, findProfile } from './profiles';
import { createManagement } from './rancher/management';
import type { Role } from './steve/access';
import { ApiFaults } from './steve/api-faults';
import { Counts } from './steve/counts';
import { Relations } from './steve/relations';
import type { Wiring } from './wiring';

export interface WorldOptions {
  /** Name of a scenario; the first one when absent. */
  scenario?: string;
  /** `1.8`, `1.8.2` or `v1.8.2`. */
  version?: string;
  role?: Role;
  seed?: string | number;
  /** Cluster milliseconds per millisecond. */
  speed?: number;
  /** Epoch milliseconds at which cluster time starts; 'now' for the wall clock's time. */
  baseTime?: number | 'now';
  /** 'manual': time moves only through `advance`. */
  clock?: 'real' | 'manual';
  timings?: Partial<RunningCluster['timings']>;
  /** Whether image URLs may lead off this machine; loopback addresses only when absent. */
  allowRemote?: boolean;
  /** Id of the Harvester cluster in Rancher. */
  clusterId?: string;
  onError?: (error: unknown) => void;
}

/** One cluster with what the HTTP surface derives from it. */
export interface Realm {
  readonly cluster: RunningCluster;
  readonly relations: Relations;
  readonly counts: Counts;
}

function realmOf(cluster: RunningCluster): Realm {
  return { cluster, relations: new Relations(cluster.store), counts: new Counts(cluster.store) };
}

/** Namespaces that every Harvester has. */
const NAMESPACES = ['cattle-system', 'default', 'harvester-public', 'harvester-system', 'kube-system', 'longhorn-system'];

function furnish(cluster: RunningCluster): void {
  for (const name of NAMESPACES) {
    const project = name === 'default' ? 'p-default' : 'p-system';
    cluster.store.create('namespace', {
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name }, annotations: { 'field.cattle.io/projectId': `c-m-sim:${project}` } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' }
    });
  }
  // The VM form of Harvester 1.8 and later asks for it.
  cluster.store.create('configmap', { metadata: { name: 'node-cpu-model-configuration', namespace: 'harvester-system' }, data: { cpuModels: 'globalModels:\n- host-model\n- host-passthrough\nmodels: {}\n' } });
}

/** The scenario of a cluster with nothing but its namespaces. */
const BARE = 'bare';

/** The simulated world: a Harvester cluster and the Rancher above it. Scenario and version may change while it runs. */
export class World {
  role: Role;
  readonly apiFaults = new ApiFaults();
  readonly clusterId: string;
  scenario: string;
  seed: string | number;
  profile: Profile;
  harvester: Realm;
  readonly management: Realm;
  private clock: DrivenClock;
  private speedWanted: number;
  private readonly resetListeners = new Set<() => void>();

  constructor(private readonly options: WorldOptions, readonly wiring: Wiring) {
    this.role = options.role ?? 'admin';
    this.clusterId = options.clusterId ?? 'c-m-sim';
    this.seed = options.seed ?? 1;
    this.speedWanted = options.speed ?? 1;
    this.profile = options.version === undefined ? PROFILES[DEFAULT_MINOR] : this.profileOf(options.version);
    this.scenario = options.scenario ?? wiring.scenarios[0]?.name ?? BARE;
    this.findScenario(this.scenario);
    this.clock = this.makeClock();
    this.harvester = this.build();
    this.management = realmOf(createManagement(this));
  }

  get speed(): number {
    return this.speedWanted;
  }

  set speed(speed: number) {
    if (!Number.isFinite(speed) || speed < 0 || speed > 10_000) throw new StoreError(422, 'Invalid', 'speed must be between 0 and 10000');
    this.speedWanted = speed;
    this.clock.speed = speed;
  }

  /** Starts over: another scenario, version or seed, or the same again. */
  reset(change: { scenario?: string; version?: string; seed?: string | number } = {}): void {
    const profile = change.version === undefined ? this.profile : this.profileOf(change.version);
    const scenario = change.scenario ?? this.scenario;
    this.findScenario(scenario);
    this.harvester.cluster.stop();
    this.harvester.relations.stop();
    this.harvester.counts.stop();
    this.clock.stop();
    Object.assign(this, { profile, scenario, seed: change.seed ?? this.seed });
    this.clock = this.makeClock();
    this.harvester = this.build();
    for (const listener of [...this.resetListeners]) listener();
  }

  onReset(listener: () => void): void {
    this.resetListeners.add(listener);
  }

  stop(): void {
    this.harvester.cluster.stop();
    this.management.cluster.stop();
    this.clock.stop();
  }

  private profileOf(version: string): Profile {
    const profile = findProfile(version);
    if (profile === undefined) throw new StoreError(422, 'Invalid', `version ${version} is not simulated; known: ${Object.keys(PROFILES).join(', ')}`);
    return profile;
  }

  private findScenario(name: string): Scenario | undefined {
    if (name === BARE) return undefined;
    const scenario = this.wiring.scenarios.find((known) => known.name === name);
    if (scenario === undefined) throw new StoreError(404, 'NotFound', `scenario ${name} does not exist; known: ${[BARE, ...this.wiring.scenarios.map((known) => known.name)].join(', ')}`);
    return scenario;
  }

  private makeClock(): DrivenClock {
    const base = this.options.baseTime === 'now' ? Date.now() : this.options.baseTime ?? DEFAULT_BASE_TIME;
    if (this.options.clock === 'manual') return new ManualClock(base);
    return new RealTimeClock({ base, speed: this.speedWanted, onError: (error) => { this.report(error); } });
  }

  private build(): Realm {
    const scenario = this.findScenario(this.scenario);
    const cluster = createCluster({
      profile: this.profile,
      seed: this.seed,
      clock: this.clock,
      allowRemote: this.options.allowRemote,
      timings: { ...scenario?.timings, ...this.options.timings },
      onControllerError: (error) => { this.report(error); }
    });
    furnish(cluster);
    cluster.start(this.wiring.controllers);
    scenario?.build(cluster);
    return realmOf(cluster);
  }

  /** What went wrong inside, where nobody waits for an answer. */
  report(error: unknown): void {
    if (this.options.onError !== undefined) this.options.onError(error);
    else console.error(error);
  }
}
