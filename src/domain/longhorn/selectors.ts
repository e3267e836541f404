import { findCondition } from '../kube/conditions';
import { stripScheme } from '../kube/names';
import type { EngineFrontendRecord, EngineRecord, ReplicaRecord, VolumeRecord } from './types';

/**
 * The engine that serves the volume now: the active one (two exist during live migration). With several active ones,
 * the one on the volume's node. Mirrors `GetVolumeCurrentEngine` (longhorn-manager datastore/longhorn.go).
 */
export function selectCurrentEngine(engines: readonly EngineRecord[], volume: VolumeRecord): EngineRecord | null {
  let found: EngineRecord | null = null;
  for (const engine of engines) {
    if (!engine.isActive || engine.meta.deletedAt !== null) continue;
    if (found === null) found = engine;
    else if (engine.nodeId !== '' && (engine.nodeId === volume.currentEngineNodeId || engine.nodeId === volume.currentNodeId)) found = engine;
  }
  return found;
}

/** The active engine frontend (1.12 and newer, v2), or null. */
export function selectCurrentFrontend(frontends: readonly EngineFrontendRecord[]): EngineFrontendRecord | null {
  for (const frontend of frontends) if (frontend.isActive && frontend.meta.deletedAt === null) return frontend;
  return null;
}

/** The replica behind an operation's address: by the engine's map, else by the replica's own `storageIP:port`. */
export function findReplicaByAddress(address: string, engine: EngineRecord, replicas: readonly ReplicaRecord[]): ReplicaRecord | undefined {
  for (const replica of replicas) {
    const connected = engine.currentReplicaAddressMap[replica.meta.name] ?? engine.replicaAddressMap[replica.meta.name];
    if (connected !== undefined && stripScheme(connected) === address) return replica;
  }
  for (const replica of replicas) {
    if (replica.port !== 0 && address === `${replica.storageIP}:${String(replica.port)}`) return replica;
  }
  return undefined;
}

/** Counts towards the replicas Longhorn does not need to create (`getReplenishReplicasCount`). */
export function isUsable(replica: ReplicaRecord): boolean {
  return replica.failedAt === null && !replica.evictionRequested && replica.isActive && replica.meta.deletedAt === null;
}

/** Longhorn's retry limit for one failed replica (`FailedReplicaMaxRetryCount`). */
export const MAX_REBUILD_RETRIES = 5;

/** A failed replica that Longhorn may bring back by a delta rebuild (`IsPotentiallyReusableReplica`). */
export function isReusable(replica: ReplicaRecord): boolean {
  return replica.failedAt !== null && replica.nodeId !== '' && replica.diskId !== '' && replica.rebuildRetryCount < MAX_REBUILD_RETRIES &&
    !replica.evictionRequested && replica.meta.deletedAt === null;
}

/** Holds one of its target node's rebuild slots (`IsRebuildingReplica`). */
export function isInRebuild(replica: ReplicaRecord): boolean {
  return replica.rebuildRetryCount !== 0 && replica.healthyAt === null && replica.failedAt === null;
}

/**
 * Proven complete when the volume was last served: healthy, never failed since. Mirrors `isSafeAsLastReplica`: after a
 * failure, only a later healthy time proves the data.
 */
export function isProvenComplete(replica: ReplicaRecord): boolean {
  if (!replica.isFailureKnown || !replica.isHistoryKnown) return false;
  if (replica.failedAt !== null || replica.healthyAt === null || !replica.isActive || replica.meta.deletedAt !== null) return false;
  return replica.lastFailedAt === null || (replica.lastHealthyAt !== null && replica.lastHealthyAt > replica.lastFailedAt);
}

/** Ever held complete data. */
export function hasHeldData(replica: ReplicaRecord): boolean {
  return replica.healthyAt !== null || replica.lastHealthyAt !== null;
}

/** Whether the replica's last rebuild failed (condition `RebuildFailed`). */
export function rebuildFailure(replica: ReplicaRecord): { readonly reason: string; readonly message: string } | null {
  const condition = findCondition(replica.conditions, 'RebuildFailed');
  return condition?.status === 'True' ? { reason: condition.reason, message: condition.message } : null;
}

/** The wait before a lost replica is replaced by a new one ends here; null when the volume has no `lastDegradedAt`. */
export function replenishAt(volume: VolumeRecord, waitSeconds: number): number | null {
  return volume.lastDegradedAt === null ? null : volume.lastDegradedAt + waitSeconds * 1000;
}
