import { isHealthyAndActive } from './robustness';
import { FAILED_REPLICA_MAX_RETRY } from './kinds';
import type { Replica } from './types';
import type { VolumeSet } from './volume-set';

function isSafeAsLast(replica: Replica): boolean {
  if (!isHealthyAndActive(replica)) return false;
  return replica.spec.lastFailedAt === '' || replica.spec.lastHealthyAt > replica.spec.lastFailedAt;
}

function isStale(set: VolumeSet, replica: Replica): boolean {
  const { ctx } = set;
  const { failedAt, rebuildRetryCount } = replica.spec;
  if (rebuildRetryCount >= FAILED_REPLICA_MAX_RETRY) return true;
  const timeout = set.volume.object.spec.staleReplicaTimeout * 60_000;
  if (timeout <= 0) return false;
  const left = Date.parse(failedAt) + timeout - ctx.now;
  if (left > 0) ctx.queue.addAfter(`volume/${set.name}`, left + 1000);
  return left <= 0;
}

/** Failed copies that will not come back, while a safe one exists. */
function cleanupFailed(set: VolumeSet): void {
  const safe = set.present.filter(isSafeAsLast).length;
  for (const replica of set.present) {
    if (replica.spec.failedAt === '') {
      if (!replica.spec.active && !set.isMigrating) set.removeReplica(replica.metadata.name);
      continue;
    }
    if (!isStale(set, replica) || (replica.spec.lastHealthyAt !== '' && safe === 0)) continue;
    if (replica.spec.healthyAt === '' && replica.spec.lastHealthyAt === '' && safe === 0) continue;
    set.removeReplica(replica.metadata.name);
  }
}

function cleanupUnplaced(set: VolumeSet): void {
  const { numberOfReplicas } = set.volume.object.spec;
  for (const replica of set.present) {
    if (replica.spec.healthyAt !== '' || replica.spec.nodeID !== '') continue;
    if (set.present.filter(isHealthyAndActive).length >= numberOfReplicas) set.removeReplica(replica.metadata.name);
  }
}

/** One surplus copy at a time: evicting ones first, then from the fullest node, then by name. */
function cleanupSurplus(set: VolumeSet): void {
  const { spec, status } = set.volume.object;
  const healthy = set.present.filter(isHealthyAndActive);
  if (healthy.length <= spec.numberOfReplicas) return;
  const evicting = set.present.filter((replica) => replica.spec.evictionRequested);
  const hasOther = healthy.some((replica) => !replica.spec.evictionRequested);
  if (evicting.length > 0 && hasOther) {
    set.removeReplica(evicting[0]?.metadata.name ?? '');
    return;
  }
  const perNode = (replica: Replica): number => healthy.filter((other) => other.spec.nodeID === replica.spec.nodeID).length;
  const isLocal = (replica: Replica): boolean => spec.dataLocality === 'best-effort' && replica.spec.nodeID === status.currentNodeID;
  const [victim] = healthy.filter((replica) => !isLocal(replica)).sort((a, b) => perNode(b) - perNode(a) || (a.metadata.name < b.metadata.name ? -1 : 1));
  if (victim !== undefined) set.removeReplica(victim.metadata.name);
}

/** Removes Replica CRs that serve no purpose any more (`cleanupReplicas`). */
export function cleanupReplicas(set: VolumeSet): void {
  cleanupFailed(set);
  cleanupUnplaced(set);
  if (!set.isMigrating && ['healthy', 'degraded'].includes(set.volume.object.status.robustness)) cleanupSurplus(set);
}
