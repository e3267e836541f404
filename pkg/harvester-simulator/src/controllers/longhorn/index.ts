import type { Cluster, Controller, WatchEvent } from '../../contract';
import { syncAttachment } from './attachments';
import { LonghornContext } from './context';
import { adoptRuntime, pollEngines, syncEngine, watchEnginesOf } from './engine-monitor';
import { syncEviction, syncEvictionTicket } from './eviction';
import { syncInstanceManager, syncInstanceManagersOf, touchInstances } from './instance-managers';
import { syncInstance, TYPE_OF } from './instances';
import { claimsOfPod } from './index-of-objects';
import { KubeNodes } from './kube-nodes';
import { LH } from './kinds';
import { DISK_MONITOR_PERIOD, syncNode, touchDisks } from './nodes';
import { noteRemovedReplica, syncOrphan } from './orphans';
import { syncCloneTicket, syncOfflineRebuild } from './own-tickets';
import { syncRestoreTicket } from './restore';
import { syncSnapshot } from './snapshots';
import type { InstanceKind, Process } from './processes';
import type { Condition, Engine, InstanceManager, InstanceObject, LonghornNode, Replica } from './types';
import { syncVolume } from './volume-controller';

export { createLonghornSettings, readSetting, writeLonghornSetting } from './settings';
export { recordWrittenBytes, truthOf } from './truth';
export { completeVolumeSpec } from './shapes';
export { expansionProblem } from './expansion';

const KIND_OF: Record<string, string> = { [LH.volume]: 'volume', [LH.replica]: 'replica', [LH.engine]: 'engine', [LH.frontend]: 'frontend', [LH.attachment]: 'attachment' };

/** Longhorn: all of its controllers over one work queue. */
class Longhorn {
  private readonly ctx: LonghornContext;
  private readonly kubeNodes: KubeNodes;
  private readonly stops: (() => void)[] = [];
  private readonly unsettled = new Set<string>();
  /** Nodes with a replica that changed since the last round of the disk monitor. */
  private readonly changedNodes = new Set<string>();
  /** What of a node decides about replicas and volumes, as last seen. */
  private readonly nodeStates = new Map<string, string>();
  private readonly managerStates = new Map<string, string>();

  constructor(private readonly cluster: Cluster) {
    this.ctx = new LonghornContext(cluster, (key) => { this.handle(key); });
    this.kubeNodes = new KubeNodes(this.ctx);
  }

  start(): void {
    const { store, clock, faults, timings } = this.cluster;
    for (const manager of this.ctx.instanceManagers()) this.adoptManager(manager);
    for (const kind of ['replica', 'engine', 'frontend'] as const) {
      if (store.type(TYPE_OF[kind]) === undefined) continue;
      for (const object of store.list(TYPE_OF[kind])) this.adopt(kind, object as InstanceObject);
    }
    for (const volume of store.list(LH.volume)) this.ctx.queue.add(`volume/${volume.metadata.name}`);
    this.stops.push(store.watch((event) => { this.observe(event); }));
    this.stops.push(faults.onChange(() => { this.applyFaults(); }));
    this.stops.push(clock.every(timings.enginePoll, () => { pollEngines(this.ctx); }));
    this.stops.push(clock.every(DISK_MONITOR_PERIOD, () => { this.monitorDisks(); }));
    this.eachNode((name) => { this.ctx.queue.add(`node/${name}`); });
    this.applyFaults();
  }

  stop(): void {
    for (const stop of this.stops) stop();
    this.ctx.queue.stop();
  }

  /** Counts again what changed since the last round; everything else of a node follows events. */
  private monitorDisks(): void {
    const { ctx } = this;
    for (const volume of ctx.truth.grownVolumes) {
      watchEnginesOf(ctx, [volume]);
      for (const replica of ctx.replicasOf(volume)) if (replica.spec.nodeID !== '') this.changedNodes.add(replica.spec.nodeID);
    }
    ctx.truth.grownVolumes.clear();
    for (const name of this.changedNodes) {
      ctx.queue.add(`node/${name}`);
      for (const engine of ['v1', 'v2'] as const) touchInstances(ctx, name, engine);
    }
    this.changedNodes.clear();
  }

  private eachNode(act: (name: string) => void): void {
    for (const node of this.cluster.store.list(LH.node)) act(node.metadata.name);
  }

  private adoptManager(manager: InstanceManager): void {
    if (manager.status?.currentState === 'running') this.ctx.podReadyAt.set(manager.metadata.name, this.ctx.now);
  }

  /** Objects that already run when they are first seen (prepared clusters) get the process they tell of. */
  private adopt(kind: InstanceKind, object: InstanceObject): void {
    const { name } = object.metadata;
    if (object.status?.currentState !== 'running' || this.ctx.processes.get(name) !== undefined || !this.ctx.isReachable(object.spec.nodeID)) return;
    const { spec, status } = object;
    const process: Process = { kind, name, volume: spec.volumeName, node: spec.nodeID, dataEngine: spec.dataEngine, ip: status.storageIP, port: status.port, uuid: status.uuid ?? '', isRunning: true };
    this.ctx.processes.adopt(process);
    if (kind === 'engine') adoptRuntime(this.ctx, object as Engine);
  }

  private observe(event: WatchEvent): void {
    const { ctx } = this;
    const { object, typeId } = event;
    const { name } = object.metadata;
    ctx.index.apply(event);
    const kind = KIND_OF[typeId];
    if (kind === undefined && ctx.truth.isLoading) return;
    if (kind !== undefined) {
      if (event.type === 'create' && (kind === 'replica' || kind === 'engine' || kind === 'frontend')) this.adopt(kind, object as InstanceObject);
      if (kind === 'replica' && (object as Replica).spec.nodeID !== '') this.changedNodes.add((object as Replica).spec.nodeID);
      if (ctx.truth.isLoading) return;
      if (kind === 'replica' && event.type === 'remove') noteRemovedReplica(ctx, object as Replica);
      ctx.queue.add(`${kind}/${name}`);
      const volume = kind === 'volume' || kind === 'attachment' ? name : String(object.spec?.volumeName);
      ctx.queue.add(`volume/${volume}`);
      ctx.queue.add(`attachment/${volume}`);
      if (kind === 'replica' && (event.type !== 'change' || (object as Replica).spec.nodeID !== '')) this.touchIfMoved(event);
      return;
    }
    switch (typeId) {
      case LH.snapshot:
      case LH.orphan:
        ctx.queue.add(`${typeId === LH.snapshot ? 'snapshot' : 'orphan'}/${name}`);
        break;
      case LH.node:
        ctx.queue.add(`node/${name}`);
        this.noteNode(object as LonghornNode);
        break;
      case LH.instanceManager:
        if (event.type === 'create') this.adoptManager(object as InstanceManager);
        this.noteManager(object as InstanceManager, event.type === 'remove');
        break;
      case LH.kubeNode:
        ctx.queue.add(`kube-node/${name}`);
        ctx.queue.add(`node/${name}`);
        break;
      case LH.setting:
        this.eachNode((node) => { ctx.queue.add(`node/${node}`); });
        ctx.queue.add('unsettled/all');
        break;
      case LH.pv:
        ctx.queue.add(`volume/${name}`);
        break;
      case LH.pod:
        for (const claim of claimsOfPod(object)) ctx.queue.add(`volume/${ctx.index.volumeOfClaim(claim) ?? ''}`);
        break;
      case 'harvesterhci.io.blockdevice':
        ctx.queue.add(`node/${String(object.spec?.nodeName ?? '')}`);
        break;
    }
  }

  private touchIfMoved(event: WatchEvent): void {
    if (event.type !== 'change') touchDisks(this.ctx, (event.object as Replica).spec.nodeID);
  }

  /** Only what decides wakes the volumes of a node: its free bytes change all the time. */
  private noteNode(node: LonghornNode): void {
    const { name } = node.metadata;
    const verdicts = (conditions: readonly Condition[]): string[] => conditions.map((condition) => `${condition.type}=${condition.status}/${condition.reason}`);
    const disks = Object.entries(node.status?.diskStatus ?? {}).map(([disk, status]) => [disk, status.diskUUID, ...verdicts(status.conditions)]);
    const state = JSON.stringify([node.spec, verdicts(node.status?.conditions ?? []), disks]);
    if (this.nodeStates.get(name) === state) {
      this.ctx.queue.add('unsettled/all');
      return;
    }
    this.nodeStates.set(name, state);
    this.ctx.queue.add(`eviction/${name}`);
    for (const orphan of this.cluster.store.list(LH.orphan)) if (orphan.spec?.nodeID === name) this.ctx.queue.add(`orphan/${orphan.metadata.name}`);
    this.wakeVolumesOf(name);
  }

  /** Volumes whose next step may depend on what changed on a node. */
  private wakeVolumesOf(node: string): void {
    for (const name of this.ctx.index.replicasOnNode(node)) {
      const volume = this.ctx.replica(name)?.spec.volumeName;
      if (volume !== undefined) this.ctx.queue.add(`volume/${volume}`);
    }
    this.ctx.queue.add('unsettled/all');
  }

  /** Only its state matters to others: its lists change with every instance. */
  private noteManager(manager: InstanceManager, isGone: boolean): void {
    const { name } = manager.metadata;
    const state = isGone ? 'gone' : manager.status?.currentState ?? '';
    if (this.managerStates.get(name) === state) return;
    if (isGone) this.managerStates.delete(name);
    else this.managerStates.set(name, state);
    this.ctx.queue.add(`instance-manager/${name}`);
    this.ctx.queue.add(`node/${manager.spec.nodeID}`);
    this.wakeInstancesOf(manager);
  }

  /** What an instance manager holds, and what waits for one on its node. */
  private wakeInstancesOf(manager: InstanceManager): void {
    for (const name of this.ctx.index.replicasOnNode(manager.spec.nodeID)) this.ctx.queue.add(`replica/${name}`);
    for (const instance of this.ctx.index.instancesOfManager(manager.metadata.name)) this.ctx.queue.add(instance);
    for (const volume of this.unsettled) {
      const { engines, frontends } = this.ctx.index.members(volume);
      for (const name of engines) this.ctx.queue.add(`engine/${name}`);
      for (const name of frontends) this.ctx.queue.add(`frontend/${name}`);
    }
    this.ctx.queue.add('unsettled/all');
  }

  /** Processes die with their machine, their instance manager or their disk, whatever the objects say. */
  private applyFaults(): void {
    const { ctx } = this;
    const { faults } = this.cluster;
    const diskOf = new Map<string, string>();
    for (const node of ctx.nodes()) {
      for (const [disk, status] of Object.entries(node.status?.diskStatus ?? {})) {
        const id = `${node.metadata.name}/${disk}`;
        if (faults.pulledDisks.has(id) || faults.replacedDisks.has(id)) diskOf.set(status.diskUUID, id);
      }
    }
    const isDead = (process: Process): boolean => faults.downNodes.has(process.node)
      || (process.dataEngine === 'v2' && faults.crashedInstanceManagers.has(process.node))
      || ctx.truth.condemned.has(process.name)
      || (process.kind === 'replica' && diskOf.has(ctx.replica(process.name)?.spec.diskID ?? ''));
    const victims: Process[] = [];
    ctx.processes.killWhere(ctx.now, (process) => {
      const dies = isDead(process);
      if (dies) victims.push(process);
      return dies;
    });
    ctx.truth.condemned.clear();
    watchEnginesOf(ctx, new Set(victims.map((process) => process.volume)));
    for (const process of victims) ctx.queue.add(`${process.kind}/${process.name}`);
    for (const node of this.cluster.store.list(LH.kubeNode)) ctx.queue.add(`kube-node/${node.metadata.name}`);
    this.eachNode((name) => { ctx.queue.add(`node/${name}`); });
  }

  private handle(key: string): void {
    const { ctx } = this;
    const slash = key.indexOf('/');
    const kind = key.slice(0, slash);
    const name = key.slice(slash + 1);
    switch (kind) {
      case 'volume':
        syncVolume(ctx, name);
        syncCloneTicket(ctx, name);
        syncRestoreTicket(ctx, name);
        syncOfflineRebuild(ctx, name);
        syncEvictionTicket(ctx, name);
        this.noteVolume(name);
        break;
      case 'attachment':
        syncAttachment(ctx, name);
        break;
      case 'replica':
      case 'frontend':
        syncInstance(ctx, kind, name);
        break;
      case 'engine':
        syncInstance(ctx, 'engine', name);
        syncEngine(ctx, name);
        break;
      case 'kube-node':
        this.kubeNodes.sync(name);
        break;
      case 'node':
        syncNode(ctx, name);
        syncInstanceManagersOf(ctx, name);
        break;
      case 'eviction':
        syncEviction(ctx, name);
        break;
      case 'instance-manager':
        syncInstanceManager(ctx, name);
        break;
      case 'snapshot':
        syncSnapshot(ctx, name);
        break;
      case 'orphan':
        syncOrphan(ctx, name);
        break;
      case 'unsettled':
        this.wakeUnsettled();
        break;
    }
  }

  /** Whether a volume has come to rest, or waits for something that a node, a disk or a setting may bring. */
  private noteVolume(name: string): void {
    const volume = this.ctx.volume(name);
    const { state, robustness } = volume?.status ?? {};
    const isAtRest = (state === 'attached' && robustness === 'healthy') || (state === 'detached' && robustness === 'unknown');
    const isSettled = volume === undefined || (isAtRest && this.ctx.replicasOf(name).every((replica) => replica.spec.failedAt === '' && replica.spec.nodeID !== '' && !replica.spec.evictionRequested));
    if (isSettled) this.unsettled.delete(name);
    else this.unsettled.add(name);
  }

  private wakeUnsettled(): void {
    for (const name of this.unsettled) this.ctx.queue.add(`volume/${name}`);
  }
}

/** Simulates longhorn-manager and the instances it runs, for the Longhorn version of the cluster's profile. */
export const longhornController: Controller = {
  name: 'longhorn',
  start(cluster) {
    const longhorn = new Longhorn(cluster);
    longhorn.start();
    return () => { longhorn.stop(); };
  }
};
