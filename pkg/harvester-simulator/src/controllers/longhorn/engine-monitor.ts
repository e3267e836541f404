import type { LonghornContext } from './context';
import type { Backend, EngineRuntime } from './engine-runtime';
import { advancePurge, advanceRebuild, beginRebuild, failRebuild, isPurging, purgeEntries, rebuildEntry } from './rebuild';
import { isRestoreNews, restoreEntries } from './restore';
import { snapshotMap } from './snapshots';
import type { Engine, ReplicaMode } from './types';

/** How long a finished rebuild's entry is still shown, in polls. */
const LINGER_POLLS = 1.5;

function startRuntime(ctx: LonghornContext, engine: Engine): EngineRuntime {
  const runtime = ctx.runtimes.start(engine.metadata.name, engine.spec.volumeName);
  const entries = Object.entries(engine.spec.replicaAddressMap);
  const hasData = (replica: string): boolean => (ctx.replica(replica)?.spec.healthyAt ?? '') !== '';
  const isFirstUse = !entries.some(([replica]) => hasData(replica));
  for (const [replica, address] of entries) {
    // An empty replica beside ones with data must be rebuilt; on the first attachment all are empty and equal.
    if (isFirstUse || hasData(replica)) runtime.backends.set(replica, { address, mode: 'RW', since: ctx.iso });
  }
  return runtime;
}

/** Takes an engine over as its status describes it, when the controllers start in the middle of its life. */
export function adoptRuntime(ctx: LonghornContext, engine: Engine): void {
  const runtime = ctx.runtimes.start(engine.metadata.name, engine.spec.volumeName);
  for (const [replica, mode] of Object.entries(engine.status.replicaModeMap ?? {})) {
    runtime.backends.set(replica, { address: engine.status.currentReplicaAddressMap?.[replica] ?? '', mode, since: engine.status.replicaTransitionTimeMap?.[replica] ?? ctx.iso });
  }
  runtime.isPublished = true;
  ctx.runtimes.watched.delete(engine.metadata.name);
}

function isEngineAlive(ctx: LonghornContext, engine: Engine): boolean {
  const process = ctx.processes.get(engine.metadata.name);
  return process?.isRunning === true && ctx.isReachable(process.node);
}

/** Joins and leaves: what the engine's spec asks for, the engine process does at once, one rebuild at a time. */
export function syncEngine(ctx: LonghornContext, name: string): void {
  const stored = ctx.engine(name);
  if (stored?.status?.currentState !== 'running' || !isEngineAlive(ctx, stored)) return;
  const draft = ctx.draftEngine(stored);
  const { spec, status } = draft.object;
  const runtime = ctx.runtimes.get(name) ?? startRuntime(ctx, stored);
  for (const [replica, backend] of [...runtime.backends]) {
    if (spec.replicaAddressMap[replica] === backend.address) continue;
    runtime.backends.delete(replica);
    if (runtime.rebuild?.replica === replica && runtime.rebuild.state === 'in_progress') runtime.rebuild = null;
    ctx.runtimes.watched.add(name);
  }
  if (runtime.purge !== null && spec.replicaAddressMap[runtime.purge.replica] === undefined) runtime.purge = null;
  status.currentReplicaAddressMap = { ...spec.replicaAddressMap };
  const known = new Set(Object.values(spec.replicaAddressMap).map((address) => `tcp://${address}`));
  if (status.rebuildStatus !== null) status.rebuildStatus = Object.fromEntries(Object.entries(status.rebuildStatus).filter(([url]) => known.has(url)));
  draft.flushStatus();
  if (runtime.rebuild?.state === 'in_progress' || ![...runtime.backends.values()].some((backend) => backend.mode === 'RW')) return;
  for (const [replica, address] of Object.entries(spec.replicaAddressMap)) {
    if (runtime.backends.has(replica)) continue;
    if (isPurging(ctx, stored, runtime, replica)) return;
    beginRebuild(ctx, stored, runtime, replica, address);
    break;
  }
}

function isBackendDead(ctx: LonghornContext, replica: string, backend: Backend): 'alive' | 'silent' | 'dead' {
  const process = ctx.processes.get(replica);
  if (process?.isRunning === true && `${process.ip}:${String(process.port)}` === backend.address && ctx.isReachable(process.node)) return 'alive';
  const diedAt = ctx.processes.diedAt.get(replica);
  if (diedAt === undefined) return 'dead';
  return ctx.now - diedAt >= ctx.cluster.timings.replicaFailureDetection ? 'dead' : 'silent';
}

/** Looks at every connection; true when one has to be looked at again. */
function checkBackends(ctx: LonghornContext, engine: Engine, runtime: EngineRuntime): boolean {
  let isWaiting = false;
  for (const [replica, backend] of runtime.backends) {
    if (backend.mode === 'ERR') continue;
    const life = isBackendDead(ctx, replica, backend);
    if (life === 'silent') isWaiting = true;
    if (life !== 'dead') continue;
    if (runtime.rebuild?.replica === replica && runtime.rebuild.state === 'in_progress') {
      failRebuild(ctx, engine, runtime, `failed to rebuild replica ${replica} (${backend.address}): rpc error: connection refused`, 'Disconnection');
    }
    Object.assign(backend, { mode: 'ERR', since: ctx.iso });
  }
  return isWaiting;
}

function announce(ctx: LonghornContext, engine: Engine, before: Record<string, ReplicaMode>, runtime: EngineRuntime): void {
  for (const [replica, { mode, address }] of runtime.backends) {
    if (before[replica] === mode) continue;
    if (mode === 'ERR') ctx.event(engine, 'Warning', 'Faulted', `Detected replica ${replica} (${address}) in error`);
    else if (mode === 'WO') ctx.event(engine, 'Normal', 'Rebuilding', `Detected rebuilding replica ${replica} (${address})`);
    else if (before[replica] === 'WO') ctx.event(engine, 'Normal', 'Rebuilt', `Detected replica ${replica} (${address}) has been rebuilt`);
  }
}

/** Every replica of a clone target reports the copy, keyed by its address. */
function cloneEntries(engine: Engine, clone: { percent: number; source: string; snapshot: string }): Record<string, unknown> {
  const isCloning = clone.percent < 100;
  const entry = { error: '', fromReplicaAddress: '', isCloning, progress: clone.percent, snapshotName: clone.snapshot, state: isCloning ? 'in_progress' : 'complete' };
  return Object.fromEntries(Object.values(engine.spec.replicaAddressMap).map((address) => [`tcp://${address}`, entry]));
}

function publish(ctx: LonghornContext, engine: Engine, runtime: EngineRuntime): void {
  const draft = ctx.draftEngine(engine);
  const { status, spec } = draft.object;
  const before = status.replicaModeMap ?? {};
  status.replicaModeMap = Object.fromEntries([...runtime.backends].map(([replica, { mode }]) => [replica, mode]));
  status.replicaTransitionTimeMap = Object.fromEntries([...runtime.backends].map(([replica, { since }]) => [replica, since]));
  status.currentSize = spec.volumeSize;
  const head = (status.snapshots?.['volume-head'] ?? { created: ctx.iso }) as { created: string };
  status.snapshots = snapshotMap(ctx, runtime.volume, Number(spec.volumeSize), head.created);
  const { rebuild } = runtime;
  const isJoined = rebuild !== null && Object.values(status.currentReplicaAddressMap ?? {}).includes(rebuild.address);
  status.rebuildStatus = isJoined ? { [`tcp://${rebuild.address}`]: rebuildEntry(ctx, rebuild, ctx.volume(runtime.volume)) } : {};
  const clone = ctx.clones.progress(runtime.volume);
  if (clone !== null && spec.active) status.cloneStatus = cloneEntries(engine, clone);
  status.purgeStatus = purgeEntries(ctx, runtime);
  status.restoreStatus = spec.active ? restoreEntries(ctx, engine) ?? {} : {};
  const [done] = Object.values(status.restoreStatus) as { lastRestored?: string }[];
  if (done?.lastRestored !== undefined && done.lastRestored !== '') status.lastRestoredBackup = done.lastRestored;
  draft.flushStatus();
  announce(ctx, engine, before, runtime);
  runtime.isPublished = true;
}

function endRebuild(ctx: LonghornContext, runtime: EngineRuntime): void {
  const { rebuild } = runtime;
  if (rebuild === null || rebuild.state === 'in_progress') return;
  if (ctx.now - rebuild.finishedAt >= LINGER_POLLS * ctx.cluster.timings.enginePoll) runtime.rebuild = null;
}

/** One round of the engine monitor: asks each engine that has news, and writes what changed. */
export function pollEngines(ctx: LonghornContext): void {
  for (const name of [...ctx.runtimes.watched]) {
    const engine = ctx.engine(name);
    const runtime = ctx.runtimes.get(name);
    if (engine?.status?.currentState !== 'running' || runtime === undefined) {
      ctx.runtimes.watched.delete(name);
      continue;
    }
    if (!isEngineAlive(ctx, engine)) continue;
    advancePurge(ctx, engine, runtime);
    advanceRebuild(ctx, engine, runtime);
    const isWaiting = checkBackends(ctx, engine, runtime);
    endRebuild(ctx, runtime);
    const current = ctx.engine(name);
    if (current === undefined) continue;
    publish(ctx, current, runtime);
    const hasJoiner = Object.keys(current.spec.replicaAddressMap).some((replica) => !runtime.backends.has(replica));
    if (hasJoiner) ctx.queue.add(`engine/${name}`);
    const isCloning = (ctx.clones.progress(runtime.volume)?.percent ?? 100) < 100;
    if (!isWaiting && runtime.rebuild === null && !hasJoiner && !isCloning && !isRestoreNews(ctx, runtime.volume)) ctx.runtimes.watched.delete(name);
  }
}

/** Engines that have a connection to one of these replicas: they will notice that it died. */
export function watchEnginesOf(ctx: LonghornContext, volumes: Iterable<string>): void {
  for (const volume of volumes) for (const engine of ctx.index.members(volume).engines) if (ctx.runtimes.get(engine) !== undefined) ctx.runtimes.watched.add(engine);
}
