import type { Cluster, KubeObject } from '../../contract';
import { CloneRuns } from './clone-runs';
import { isConditionTrue, findCondition } from './conditions';
import { Draft } from './draft';
import { EngineRuntimes } from './engine-runtime';
import { ObjectIndex } from './index-of-objects';
import { API_VERSION, DISABLE_V2_LABEL, LH, NAMESPACE, key } from './kinds';
import { Leftovers, RestoreRuns, SnapshotChains } from './memory';
import { ProcessTable } from './processes';
import { WorkQueue } from './queue';
import { completeVolumeSpec, emptyInstanceStatus, emptyVolumeStatus } from './shapes';
import { truthOf, type Truth } from './truth';
import type { DataEngine, Engine, EngineFrontend, InstanceManager, LonghornNode, Replica, Volume, VolumeAttachment } from './types';

/** What all of Longhorn's reconcilers share: typed access to objects, the hidden truth, the work queue. */
export class LonghornContext {
  readonly index: ObjectIndex;
  readonly processes: ProcessTable;
  readonly runtimes = new EngineRuntimes();
  readonly queue: WorkQueue;
  readonly clones: CloneRuns;
  readonly chains = new SnapshotChains();
  readonly leftovers = new Leftovers();
  readonly restores = new RestoreRuns();
  /** Instance manager name -> epoch milliseconds from which its pod is ready. */
  readonly podReadyAt = new Map<string, number>();
  /** Replica name -> reuse backoff: until when, and how long the last one was. */
  readonly backoff = new Map<string, { until: number; length: number }>();

  constructor(readonly cluster: Cluster, handle: (key: string) => void) {
    this.index = new ObjectIndex(cluster.store);
    this.processes = new ProcessTable(cluster.random);
    this.queue = new WorkQueue(cluster.clock, handle);
    this.clones = new CloneRuns(cluster, (volume) => {
      this.queue.add(`volume/${volume}`);
    });
  }

  get minor(): number {
    return this.cluster.profile.longhornMinor;
  }

  get now(): number {
    return this.cluster.clock.now();
  }

  get iso(): string {
    return this.cluster.clock.iso();
  }

  get truth(): Truth {
    return truthOf(this.cluster);
  }

  volume(name: string): Volume | undefined {
    return this.cluster.store.get(LH.volume, key(name)) as Volume | undefined;
  }

  replica(name: string): Replica | undefined {
    return this.cluster.store.get(LH.replica, key(name)) as Replica | undefined;
  }

  engine(name: string): Engine | undefined {
    return this.cluster.store.get(LH.engine, key(name)) as Engine | undefined;
  }

  frontend(name: string): EngineFrontend | undefined {
    return this.cluster.profile.hasEngineFrontend ? (this.cluster.store.get(LH.frontend, key(name)) as EngineFrontend | undefined) : undefined;
  }

  node(name: string): LonghornNode | undefined {
    return this.cluster.store.get(LH.node, key(name)) as LonghornNode | undefined;
  }

  attachment(volume: string): VolumeAttachment | undefined {
    return this.cluster.store.get(LH.attachment, key(volume)) as VolumeAttachment | undefined;
  }

  nodes(): LonghornNode[] {
    return this.cluster.store.list(LH.node) as LonghornNode[];
  }

  instanceManagers(): InstanceManager[] {
    return this.cluster.store.list(LH.instanceManager) as InstanceManager[];
  }

  instanceManager(node: string, engine: DataEngine): InstanceManager | undefined {
    const name = this.index.managerOf(node, engine);
    return name === undefined ? undefined : (this.cluster.store.get(LH.instanceManager, key(name)) as InstanceManager | undefined);
  }

  isManagerRunning(node: string, engine: DataEngine): boolean {
    return this.instanceManager(node, engine)?.status?.currentState === 'running';
  }

  isV2DisabledOn(node: string): boolean {
    return this.cluster.store.get(LH.kubeNode, node)?.metadata.labels?.[DISABLE_V2_LABEL] === 'true';
  }

  isNodeReady(name: string): boolean {
    return isConditionTrue(this.node(name)?.status?.conditions, 'Ready');
  }

  /** "Down" as Longhorn means it: gone or not ready for Kubernetes; a missing manager pod does not count. */
  isNodeDown(name: string): boolean {
    const node = this.node(name);
    if (node === undefined) return true;
    const ready = findCondition(node.status?.conditions, 'Ready');
    return ready?.status === 'False' && (ready.reason === 'KubernetesNodeNotReady' || ready.reason === 'KubernetesNodeGone');
  }

  /** Whether the machine answers at all, whatever the objects still say. */
  isReachable(node: string): boolean {
    return !this.cluster.faults.downNodes.has(node);
  }

  /** A manager that can act for an object: the preferred node when it is up, else the first one that is. */
  ownerFor(preferred: string, current: string): string {
    if (preferred !== '' && !this.isNodeDown(preferred)) return preferred;
    if (current !== '' && !this.isNodeDown(current)) return current;
    return this.nodes().find((node) => isConditionTrue(node.status?.conditions, 'Ready'))?.metadata.name ?? current;
  }

  draftVolume(volume: Volume): Draft<Volume> {
    return new Draft<Volume>(this.cluster.store, LH.volume, key(volume.metadata.name), volume, (copy) => {
      copy.spec = completeVolumeSpec(this.cluster.profile, copy.spec);
      copy.status = { ...emptyVolumeStatus(this.minor), ...(copy.status as Partial<Volume['status']> | undefined) };
    });
  }

  draftReplica(replica: Replica): Draft<Replica> {
    return this.draftInstance(LH.replica, 'replica', replica);
  }

  draftEngine(engine: Engine): Draft<Engine> {
    return this.draftInstance(LH.engine, 'engine', engine);
  }

  draftFrontend(frontend: EngineFrontend): Draft<EngineFrontend> {
    return this.draftInstance(LH.frontend, 'frontend', frontend);
  }

  replicasOf(volume: string): Replica[] {
    return [...this.index.members(volume).replicas].map((name) => this.replica(name)).filter((replica) => replica !== undefined);
  }

  enginesOf(volume: string): Engine[] {
    return [...this.index.members(volume).engines].map((name) => this.engine(name)).filter((engine) => engine !== undefined);
  }

  frontendsOf(volume: string): EngineFrontend[] {
    return [...this.index.members(volume).frontends].map((name) => this.frontend(name)).filter((frontend) => frontend !== undefined);
  }

  event(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.cluster.event({
      namespace: NAMESPACE,
      involved: { apiVersion: API_VERSION, kind: object.kind, name: object.metadata.name, namespace: NAMESPACE, uid: object.metadata.uid },
      type,
      reason,
      message,
      component: `longhorn-${object.kind.toLowerCase()}-controller`
    });
  }

  private draftInstance<T extends Replica | Engine | EngineFrontend>(typeId: string, kind: 'replica' | 'engine' | 'frontend', object: T): Draft<T> {
    return new Draft<T>(this.cluster.store, typeId, key(object.metadata.name), object, (copy) => {
      copy.status = { ...emptyInstanceStatus(kind, this.minor), ...(copy.status as Partial<T['status']> | undefined) } as T['status'];
    });
  }
}
