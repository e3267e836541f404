import { setCondition } from './conditions';
import type { LonghornContext } from './context';
import type { EngineRuntime, Rebuild } from './engine-runtime';
import { isSettingOn, readSetting } from './settings';
import { purgeableBytes, takeSystemSnapshot } from './snapshots';
import { bytesOf } from './truth';
import type { Engine, RebuildEntry, Volume } from './types';

const MEGABYTE = 10 ** 6;
/** Even a small rebuild has snapshots to take and chains to compare: it lasts this many polls at least. */
const SHORTEST_POLLS = 4;
/** Share of the data that a returning replica lacks: what was written meanwhile. */
const DELTA_SHARE = 0.2;
/** A rebuild that is to fail does so here, in percent. */
const FAILS_AT = 37;

/** MB/s allowed for one rebuild of a v2 volume; 0 is unlimited. */
export function rebuildLimit(ctx: LonghornContext, volume: Volume | undefined): number {
  if (volume?.spec.dataEngine !== 'v2' || ctx.minor < 10) return 0;
  const own = volume.spec.replicaRebuildingBandwidthLimit ?? 0;
  return own > 0 ? own : Number(readSetting(ctx.cluster, 'replica-rebuilding-bandwidth-limit', 'v2')) || 0;
}

/** What merging snapshots costs, in bytes per second of cluster time. */
const PURGE_BYTES_PER_SECOND = 300 * 2 ** 20;

/** Before a rebuild the engine's own old snapshots are merged away; v2 drops them at once. True while that is under way. */
export function isPurging(ctx: LonghornContext, engine: Engine, runtime: EngineRuntime, replica: string): boolean {
  if (runtime.purge !== null) return true;
  const bytes = purgeableBytes(ctx, engine.spec.volumeName);
  const isAny = ctx.chains.of(engine.spec.volumeName).some((link) => !link.isUserCreated);
  if (!isAny || !isSettingOn(ctx.cluster, 'auto-cleanup-system-generated-snapshot')) return false;
  const duration = engine.spec.dataEngine === 'v2' ? 0 : Math.max(2 * ctx.cluster.timings.enginePoll, (bytes / PURGE_BYTES_PER_SECOND) * 1000);
  if (duration === 0) {
    ctx.chains.drop(engine.spec.volumeName, (link) => !link.isUserCreated);
    return false;
  }
  runtime.purge = { replica, startedAt: ctx.now, endsAt: ctx.now + duration };
  ctx.runtimes.watched.add(engine.metadata.name);
  return true;
}

/** Ends a purge that is done; the rebuild follows. */
export function advancePurge(ctx: LonghornContext, engine: Engine, runtime: EngineRuntime): void {
  if (runtime.purge === null || ctx.now < runtime.purge.endsAt) return;
  runtime.purge = null;
  ctx.chains.drop(engine.spec.volumeName, (link) => !link.isUserCreated);
}

/** `purgeStatus`: every connected replica reports, by its address. */
export function purgeEntries(ctx: LonghornContext, runtime: EngineRuntime): Record<string, unknown> {
  const { purge } = runtime;
  if (purge === null) return {};
  const progress = Math.min(99, Math.floor(((ctx.now - purge.startedAt) / Math.max(1, purge.endsAt - purge.startedAt)) * 100));
  const connected = [...runtime.backends.values()].filter(({ mode }) => mode === 'RW');
  return Object.fromEntries(connected.map(({ address }) => [`tcp://${address}`, { error: '', isPurging: true, progress, state: 'in_progress' }]));
}

/** Starts copying to a replica that has joined the engine. */
export function beginRebuild(ctx: LonghornContext, engine: Engine, runtime: EngineRuntime, replica: string, address: string): void {
  const data = bytesOf(ctx.cluster, engine.spec.volumeName, Number(engine.spec.volumeSize));
  const hasOldData = ctx.replica(replica)?.spec.lastHealthyAt !== '';
  const shortest = SHORTEST_POLLS * (ctx.cluster.timings.enginePoll / 1000) * ctx.cluster.timings.rebuildBytesPerSecond;
  const sources = [...runtime.backends].filter(([, backend]) => backend.mode === 'RW').map(([, backend]) => backend.address);
  runtime.backends.set(replica, { address, mode: 'WO', since: ctx.iso });
  runtime.rebuild = {
    replica,
    address,
    sources: engine.spec.dataEngine === 'v2' ? sources.slice(0, 1) : sources,
    bytes: Math.max(hasOldData ? data * DELTA_SHARE : data, shortest),
    done: 0,
    updatedAt: ctx.now,
    state: 'in_progress',
    error: '',
    finishedAt: 0
  };
  takeSystemSnapshot(ctx, engine.spec.volumeName, Number(engine.spec.volumeSize));
  ctx.runtimes.watched.add(engine.metadata.name);
  ctx.event(engine, 'Normal', 'Rebuilding', `Start rebuilding replica ${replica} with Address ${address} for normal engine ${engine.metadata.name} and volume ${engine.spec.volumeName}`);
}

/** Moves a running rebuild on to now: progress, completion or failure. */
export function advanceRebuild(ctx: LonghornContext, engine: Engine, runtime: EngineRuntime): void {
  const { rebuild } = runtime;
  if (rebuild?.state !== 'in_progress') return;
  const volume = ctx.volume(runtime.volume);
  const limit = rebuildLimit(ctx, volume);
  const rate = ctx.cluster.timings.rebuildBytesPerSecond * ctx.truth.rebuildRate;
  const allowed = limit > 0 ? Math.min(rate, limit * MEGABYTE) : rate;
  const elapsed = (ctx.now - rebuild.updatedAt) / 1000;
  rebuild.updatedAt = ctx.now;
  if (!ctx.truth.stalledRebuilds.has(runtime.volume)) rebuild.done = Math.min(rebuild.bytes, rebuild.done + elapsed * allowed);
  const error = ctx.cluster.faults.rebuildErrors.get(runtime.volume);
  if (error !== undefined && percent(rebuild) >= FAILS_AT) {
    ctx.cluster.faults.rebuildErrors.delete(runtime.volume);
    failRebuild(ctx, engine, runtime, error, 'General');
    return;
  }
  if (rebuild.done < rebuild.bytes) return;
  rebuild.state = 'complete';
  rebuild.finishedAt = ctx.now;
  const backend = runtime.backends.get(rebuild.replica);
  if (backend !== undefined) Object.assign(backend, { mode: 'RW', since: ctx.iso });
}

/** Marks the rebuild as failed and its replica as failed; the volume controller decides about another try. */
export function failRebuild(ctx: LonghornContext, engine: Engine, runtime: EngineRuntime, error: string, reason: string): void {
  const { rebuild } = runtime;
  if (rebuild === null) return;
  rebuild.state = 'error';
  rebuild.error = error;
  rebuild.finishedAt = ctx.now;
  ctx.event(engine, 'Warning', 'FailedRebuilding', `Failed rebuilding replica with Address ${rebuild.address}: ${error}`);
  const stored = ctx.replica(rebuild.replica);
  if (stored === undefined) return;
  const draft = ctx.draftReplica(stored);
  Object.assign(draft.object.spec, { failedAt: ctx.iso, lastFailedAt: ctx.iso, desireState: 'stopped' });
  setCondition(draft.object.status.conditions, ctx.iso, 'RebuildFailed', 'True', reason, error);
  draft.flushSpec();
  draft.flushStatus();
}

export function percent(rebuild: Rebuild): number {
  return rebuild.bytes <= 0 ? 100 : Math.floor((rebuild.done / rebuild.bytes) * 100);
}

/** The `rebuildStatus` entry that tells of this rebuild, with the fields of the simulated version. */
export function rebuildEntry(ctx: LonghornContext, rebuild: Rebuild, volume: Volume | undefined): RebuildEntry {
  const isRunning = rebuild.state === 'in_progress';
  const urls = rebuild.sources.map((source) => `tcp://${source}`);
  const entry: RebuildEntry = {
    error: rebuild.error,
    isRebuilding: isRunning,
    progress: rebuild.state === 'complete' ? 100 : Math.min(99, percent(rebuild)),
    state: rebuild.state,
    fromReplicaAddress: ctx.minor >= 11 ? '' : urls[0] ?? ''
  };
  if (ctx.minor >= 10) entry.appliedRebuildingMBps = rebuildLimit(ctx, volume);
  if (ctx.minor >= 11) entry.fromReplicaAddressList = urls;
  return entry;
}
