import { findCondition, setCondition } from './conditions';
import type { LonghornContext } from './context';
import type { Draft } from './draft';
import { touchInstances } from './instance-managers';
import { FINALIZER, LH } from './kinds';
import type { InstanceKind, Process } from './processes';
import { settingNumber } from './settings';
import { stoppedEngineFields } from './shapes';
import type { Engine, EngineFrontend, InstanceObject, Replica } from './types';

/** Share of `timings.attach` that starting one kind of instance takes; together with reconcile rounds it adds up to about 1. */
const START_SHARE: Record<InstanceKind, number> = { replica: 0.35, engine: 0.25, frontend: 0.2 };
const STOP_SHARE = 0.15;

export const TYPE_OF: Record<InstanceKind, string> = { replica: LH.replica, engine: LH.engine, frontend: LH.frontend };

/** Counted against the per-node rebuild limit (`IsRebuildingReplica`). */
export function isRebuildingReplica(replica: Replica): boolean {
  return replica.spec.rebuildRetryCount !== 0 && replica.spec.healthyAt === '' && replica.spec.failedAt === '';
}

function mayStart(ctx: LonghornContext, kind: InstanceKind, object: InstanceObject): boolean {
  if (object.metadata.deletionTimestamp !== undefined) return false;
  if (kind !== 'replica' || !isRebuildingReplica(object as Replica)) return true;
  const limit = settingNumber(ctx.cluster, 'concurrent-replica-rebuild-per-node-limit');
  let busy = 0;
  for (const name of ctx.index.replicasOnNode(object.spec.nodeID)) {
    const other = ctx.replica(name);
    if (other === undefined || name === object.metadata.name || !isRebuildingReplica(other)) continue;
    if (other.status?.currentState === 'running' || other.status?.currentState === 'starting') busy++;
  }
  return busy < limit;
}

function clearAddress(status: InstanceObject['status']): void {
  status.ip = '';
  status.storageIP = '';
  status.port = 0;
}

function leave(ctx: LonghornContext, kind: InstanceKind, draft: Draft<InstanceObject>, state: 'stopped' | 'error'): void {
  const { status } = draft.object;
  status.currentState = state;
  status.started = false;
  if (status.starting !== undefined) status.starting = false;
  status.instanceManagerName = state === 'stopped' ? '' : status.instanceManagerName;
  status.currentImage = state === 'stopped' ? '' : status.currentImage;
  if (status.uuid !== undefined && state === 'stopped') status.uuid = '';
  clearAddress(status);
  if (kind === 'engine') {
    Object.assign(status, stoppedEngineFields());
    delete (status as Engine['status']).replicaTransitionTimeMap;
    ctx.runtimes.end(draft.name);
  }
  if (kind === 'frontend') Object.assign(status, { endpoint: '', targetIP: '', targetPort: 0, activePath: '', preferredPath: '', paths: [], switchoverPhase: '' });
}

function frontendPath(engineName: string, ip: string, port: number, volume: string): Record<string, unknown> {
  return { targetIP: ip, targetPort: port, engineName, nqn: `nqn.2023-01.io.longhorn.spdk:${volume}`, nguid: '', anaState: 'optimized' };
}

function become(ctx: LonghornContext, kind: InstanceKind, object: InstanceObject, process: Process): void {
  const { status } = object;
  status.currentState = 'running';
  status.started = true;
  if (status.starting !== undefined) status.starting = false;
  status.ip = process.ip;
  status.storageIP = process.ip;
  status.port = kind === 'frontend' ? 0 : process.port;
  if (status.uuid !== undefined) status.uuid = process.uuid;
  if (kind === 'engine') {
    const engine = object as Engine;
    const holdsDevice = engine.spec.dataEngine === 'v1' || !ctx.cluster.profile.hasEngineFrontend;
    engine.status.endpoint = holdsDevice && !engine.spec.disableFrontend ? `/dev/longhorn/${engine.spec.volumeName}` : '';
  }
  if (kind === 'frontend') {
    const frontend = object as EngineFrontend;
    const { targetIP, targetPort, engineName, volumeName } = frontend.spec;
    Object.assign(frontend.status, {
      endpoint: frontend.spec.disableFrontend ? '' : `/dev/longhorn/${volumeName}`,
      currentSize: frontend.spec.size,
      targetIP,
      targetPort,
      activePath: `${targetIP}:${String(targetPort)}`,
      preferredPath: `${targetIP}:${String(targetPort)}`,
      paths: [frontendPath(engineName, targetIP, targetPort, volumeName)],
      switchoverPhase: ''
    });
  }
}

function isDiskGone(ctx: LonghornContext, replica: Replica): boolean {
  const { nodeID, diskID } = replica.spec;
  const disk = Object.entries(ctx.node(nodeID)?.status.diskStatus ?? {}).find(([, status]) => status.diskUUID === diskID)?.[0];
  const id = `${nodeID}/${disk ?? ''}`;
  return disk === undefined || ctx.cluster.faults.pulledDisks.has(id) || ctx.cluster.faults.replacedDisks.has(id);
}

function begin(ctx: LonghornContext, kind: InstanceKind, draft: Draft<InstanceObject>): void {
  const { spec, status } = draft.object;
  const manager = ctx.instanceManager(spec.nodeID, spec.dataEngine);
  if (manager?.status?.currentState !== 'running' || !ctx.isReachable(spec.nodeID)) return;
  if (!mayStart(ctx, kind, draft.object)) {
    ctx.queue.addAfter(`${kind}/${draft.name}`, 5_000);
    return;
  }
  if (kind === 'replica' && isDiskGone(ctx, draft.object as Replica)) {
    const message = `failed to create replica instance ${draft.name}: disk ${(draft.object as Replica).spec.diskID} is not available`;
    setCondition(status.conditions, ctx.iso, 'InstanceCreation', 'False', 'InstanceCreationFailure', message);
    status.currentState = 'error';
    return;
  }
  if (findCondition(status.conditions, 'InstanceCreation') !== undefined) setCondition(status.conditions, ctx.iso, 'InstanceCreation', 'True');
  const process = ctx.processes.start(kind, draft.name, spec.volumeName, spec.nodeID, spec.dataEngine);
  status.currentState = 'starting';
  if (status.starting !== undefined) status.starting = true;
  status.instanceManagerName = manager.metadata.name;
  status.currentImage = spec.image;
  ctx.cluster.clock.after(ctx.cluster.timings.attach * START_SHARE[kind], () => {
    if (ctx.processes.get(draft.name) !== process) return;
    process.isRunning = true;
    ctx.queue.add(`${kind}/${draft.name}`);
  });
}

function end(ctx: LonghornContext, kind: InstanceKind, draft: Draft<InstanceObject>): void {
  const { status } = draft.object;
  const process = ctx.processes.get(draft.name);
  status.currentState = 'stopping';
  clearAddress(status);
  ctx.cluster.clock.after(ctx.cluster.timings.attach * STOP_SHARE, () => {
    if (process !== undefined && ctx.processes.get(draft.name) === process) ctx.processes.forget(draft.name);
    ctx.queue.add(`${kind}/${draft.name}`);
  });
}

/** Whether a running engine still writes to the replica. */
function isInUse(ctx: LonghornContext, volume: string, replica: string): boolean {
  return ctx.enginesOf(volume).some((engine) => engine.status?.currentState === 'running' && engine.status.replicaModeMap?.[replica] !== undefined);
}

/** The node whose instance manager holds (or is to hold) the instance. */
function hostOf(ctx: LonghornContext, draft: Draft<InstanceObject>): string {
  return ctx.processes.get(draft.name)?.node ?? draft.object.spec.nodeID;
}

/** A frontend told to follow another engine holds I/O back while it changes over. */
function suspend(ctx: LonghornContext, frontend: EngineFrontend, process: Process): void {
  frontend.status.currentState = 'suspended';
  frontend.status.switchoverPhase = 'switching';
  process.isRunning = false;
  ctx.cluster.clock.after(ctx.cluster.timings.attach * START_SHARE.frontend, () => {
    process.isRunning = true;
    ctx.queue.add(`frontend/${frontend.metadata.name}`);
  });
}

function isRedirected({ spec, status }: EngineFrontend): boolean {
  const path = status.paths[0];
  return spec.engineName !== '' && path !== undefined && path.engineName !== spec.engineName;
}

function transition(ctx: LonghornContext, kind: InstanceKind, draft: Draft<InstanceObject>): void {
  const { spec, status } = draft.object;
  const state = status.currentState;
  const isDeleting = draft.object.metadata.deletionTimestamp !== undefined;
  if (isDeleting && kind === 'replica' && state === 'running' && isInUse(ctx, spec.volumeName, draft.name)) {
    // The engine lets go of it first.
    ctx.queue.addAfter(`replica/${draft.name}`, 1_000);
    return;
  }
  const wantsRunning = spec.desireState === 'running' && !isDeleting;
  if (state === 'stopped') {
    if (wantsRunning && spec.nodeID !== '') begin(ctx, kind, draft);
    return;
  }
  const node = hostOf(ctx, draft) === '' ? nodeOfManager(ctx, status.instanceManagerName) : hostOf(ctx, draft);
  const manager = ctx.instanceManager(node, spec.dataEngine);
  if (!ctx.isReachable(node) && manager?.status?.currentState === 'running') return;
  if (manager === undefined || manager.status?.currentState === 'unknown') {
    if (state === 'unknown') {
      if (!wantsRunning) leave(ctx, kind, draft, 'stopped');
      return;
    }
    status.currentState = 'unknown';
    clearAddress(status);
    if (!wantsRunning) ctx.queue.addAfter(`${kind}/${draft.name}`, 5_000);
    return;
  }
  const process = manager.status?.currentState === 'running' ? ctx.processes.get(draft.name) : undefined;
  if (process === undefined) {
    leave(ctx, kind, draft, wantsRunning && state !== 'stopping' ? 'error' : 'stopped');
    return;
  }
  if (state === 'stopping') return;
  if (!wantsRunning) end(ctx, kind, draft);
  else if (kind === 'frontend' && state === 'running' && isRedirected(draft.object as EngineFrontend)) suspend(ctx, draft.object as EngineFrontend, process);
  else if (process.isRunning && state !== 'running') become(ctx, kind, draft.object, process);
}

function nodeOfManager(ctx: LonghornContext, name: string): string {
  return ctx.instanceManagers().find((manager) => manager.metadata.name === name)?.spec.nodeID ?? '';
}

function draftOf(ctx: LonghornContext, kind: InstanceKind, name: string): Draft<InstanceObject> | undefined {
  if (kind === 'replica') {
    const replica = ctx.replica(name);
    return replica === undefined ? undefined : (ctx.draftReplica(replica) as Draft<InstanceObject>);
  }
  if (kind === 'engine') {
    const engine = ctx.engine(name);
    return engine === undefined ? undefined : (ctx.draftEngine(engine) as unknown as Draft<InstanceObject>);
  }
  const frontend = ctx.frontend(name);
  return frontend === undefined ? undefined : (ctx.draftFrontend(frontend) as unknown as Draft<InstanceObject>);
}

/** Moves one instance's status towards its `desireState`, as far as its instance manager and process let it. */
export function syncInstance(ctx: LonghornContext, kind: InstanceKind, name: string): void {
  const draft = draftOf(ctx, kind, name);
  if (draft === undefined) {
    ctx.processes.forget(name);
    if (kind === 'engine') ctx.runtimes.end(name);
    return;
  }
  const { object } = draft;
  object.status.ownerID = ctx.ownerFor(object.spec.nodeID, object.status.ownerID);
  const before = object.status.currentState;
  const host = hostOf(ctx, draft);
  transition(ctx, kind, draft);
  draft.flushStatus();
  if (object.status.currentState !== before) touchInstances(ctx, hostOf(ctx, draft) === '' ? host : hostOf(ctx, draft), object.spec.dataEngine);
  if (object.metadata.deletionTimestamp !== undefined && object.status.currentState === 'stopped') {
    object.metadata.finalizers = (object.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
    draft.flushSpec();
  }
}
