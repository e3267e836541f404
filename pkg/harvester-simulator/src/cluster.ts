import type { Clock, Cluster, Controller, Faults, Profile, Random, ResourceType, Store, Timings } from './contract';
import { ManualClock } from './clock';
import { DEFAULT_MINOR, PROFILES } from './profiles';
import { createRandom } from './random';
import { createStore } from './store';

const MIB = 1024 * 1024;

/** Longhorn's and Kubernetes' own delays, and rates of an ordinary small cluster. */
export const DEFAULT_TIMINGS: Timings = Object.freeze({
  nodeMonitorGrace: 40_000,
  replicaFailureDetection: 8_000,
  enginePoll: 5_000,
  attach: 3_000,
  importBytesPerSecond: 150 * MIB,
  cloneBytesPerSecond: 200 * MIB,
  rebuildBytesPerSecond: 100 * MIB,
  vmBoot: 8_000
});

class ClusterFaults implements Faults {
  readonly downNodes = new Set<string>();
  readonly pulledDisks = new Set<string>();
  readonly replacedDisks = new Set<string>();
  readonly crashedInstanceManagers = new Set<string>();
  readonly rebuildErrors = new Map<string, string>();
  private readonly listeners = new Set<() => void>();

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  changed(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

export interface ClusterOptions {
  profile?: Profile;
  seed?: string | number;
  timings?: Partial<Timings>;
  clock?: Clock;
  types?: readonly ResourceType[];
  /** Whether image URLs may lead off this machine. */
  allowRemote?: boolean;
  /** Gets what controllers throw on store events; without it the causing write throws. */
  onControllerError?: (error: unknown) => void;
}

export interface RunningCluster extends Cluster {
  /** Starts controllers, in the order given; each at most once by name. */
  start(controllers: readonly Controller[]): void;
  /** Stops all of them, last started first. */
  stop(): void;
}

/** Kubernetes forgets events after an hour. */
const EVENT_LIFETIME = 3_600_000;

function eventWriter(store: Store, clock: Clock, random: Random): Cluster['event'] {
  /** What an event says -> its key: repetitions are counted up instead of written again. */
  const said = new Map<string, string>();
  return ({ namespace, involved, type, reason, message, component }) => {
    const now = clock.iso();
    const words = [namespace, involved.kind, involved.namespace, involved.name, involved.uid, reason, component, message].join('\n');
    const known = said.get(words);
    const repeated = known === undefined ? undefined : store.edit('event', known, (draft) => {
      draft['count'] = Number(draft['count'] ?? 1) + 1;
      draft['lastTimestamp'] = now;
    });
    if (repeated !== undefined) return;
    const event = store.create('event', {
      metadata: { namespace, name: `${involved.name}.${random.hex(16)}` },
      involvedObject: { ...involved },
      reason,
      message,
      source: { component },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type,
      eventTime: null,
      reportingComponent: component,
      reportingInstance: ''
    });
    const key = `${namespace}/${event.metadata.name}`;
    said.set(words, key);
    clock.after(EVENT_LIFETIME, () => {
      said.delete(words);
      store.remove('event', key);
    });
  };
}

/** An empty cluster with a clock driven by hand, unless told otherwise. Nothing runs in it before `start`. */
export function createCluster(options: ClusterOptions = {}): RunningCluster {
  const clock = options.clock ?? new ManualClock();
  const random = createRandom(options.seed ?? 1);
  const store = createStore({ clock, random, types: options.types, onListenerError: options.onControllerError });
  const stops = new Map<string, () => void>();
  const cluster: RunningCluster = {
    store,
    clock,
    random,
    profile: options.profile ?? PROFILES[DEFAULT_MINOR],
    timings: { ...DEFAULT_TIMINGS, ...options.timings },
    faults: new ClusterFaults(),
    allowRemote: options.allowRemote === true,
    event: eventWriter(store, clock, random),
    start(controllers) {
      for (const controller of controllers) {
        if (!stops.has(controller.name)) stops.set(controller.name, controller.start(cluster));
      }
    },
    stop() {
      for (const stop of [...stops.values()].reverse()) stop();
      stops.clear();
    }
  };
  return cluster;
}
