import { isProvenComplete } from '../longhorn/selectors';
import type { EngineRecord, PurgeEntry, RebuildEntry, ReplicaRecord, VolumeRecord } from '../longhorn/types';
import type { ReplicaClass } from './types';

/** Rebuild entry of a replica: by name, or by its own address where the engine's map had lost it. */
export function findRebuildEntry(replica: ReplicaRecord, engine: EngineRecord): RebuildEntry | undefined {
  for (const entry of engine.rebuilds) {
    if (entry.replicaName === replica.meta.name) return entry;
    if (entry.replicaName === '' && replica.port !== 0 && entry.address === `${replica.storageIP}:${String(replica.port)}`) return entry;
  }
  return undefined;
}

function hasPurgeError(replica: ReplicaRecord, engine: EngineRecord): boolean {
  const address = engine.currentReplicaAddressMap[replica.meta.name];
  return engine.purges.some((purge: PurgeEntry) => purge.error !== '' && purge.address === address);
}

/**
 * The class of one replica, first match wins. `engine` is the current engine, or null when its mode map can't be
 * trusted: a mode counts only while the engine runs, because a dead manager leaves its last map behind.
 * `starting` without a mode while a rebuild slot is awaited reads `rebuild-queued`.
 */
export function classifyReplica(replica: ReplicaRecord, volume: VolumeRecord, engine: EngineRecord | null): ReplicaClass {
  if (replica.meta.deletedAt !== null) return 'removing';
  if (!replica.isActive) return 'migration-copy';
  if (replica.nodeId === '') return 'not-placed';
  if (replica.failedAt !== null) return 'failed';
  const mode = engine?.replicaModeMap?.[replica.meta.name];
  if (mode === 'ERR' || replica.currentState === 'error') return 'erroring';
  if (engine !== null) {
    if (mode === 'WO') return 'rebuilding';
    if (engine.purges.length > 0 && hasPurgeError(replica, engine)) return 'erroring';
    if (mode === undefined && engine.rebuilds.length > 0 && findRebuildEntry(replica, engine)?.isRebuilding === true) return 'rebuilding';
    if (mode === undefined && replica.healthyAt === null && replica.rebuildRetryCount !== 0 && replica.desireState === 'running' &&
      (replica.currentState === 'stopped' || replica.currentState === 'none')) return 'rebuild-queued';
  }
  if (replica.currentState === 'starting') return 'starting';
  if (replica.currentState === 'stopping') return 'stopping';
  if (replica.currentState === 'unknown') return 'unreachable';
  if (mode === 'RW') return replica.isFailureKnown ? 'healthy' : 'unknown';
  if (volume.state !== 'attached' && volume.state !== 'unknown') {
    if (replica.healthyAt !== null) return 'idle-complete';
    if (replica.lastHealthyAt === null) return 'idle-empty';
  }
  return 'unknown';
}

/** Whether a replica of this class is a proven good copy: RW in a running engine, or complete and never failed since. */
export function isGoodCopy(replica: ReplicaRecord, replicaClass: ReplicaClass): boolean {
  return replicaClass === 'healthy' || (replicaClass === 'idle-complete' && isProvenComplete(replica));
}

/** Since when the class holds, epoch milliseconds, as far as the objects tell. */
export function classSince(replica: ReplicaRecord, replicaClass: ReplicaClass, engine: EngineRecord | null): number | null {
  switch (replicaClass) {
    case 'healthy':
      return engine?.replicaTransitionTimes[replica.meta.name] ?? replica.healthyAt;
    case 'rebuilding':
    case 'erroring':
      return engine?.replicaTransitionTimes[replica.meta.name] ?? null;
    case 'failed':
      return replica.failedAt;
    case 'removing':
      return replica.meta.deletedAt;
    case 'not-placed':
    case 'idle-empty':
      return replica.meta.createdAt;
    default:
      return null;
  }
}
