import { reconcileAttachmentOf, tearDown } from './lifecycle';
import { cleanupReplicas } from './cleanup';
import type { LonghornContext } from './context';
import { readKubernetesStatus } from './kubernetes-status';
import { reconcileSize } from './expansion';
import { reconcileClone } from './clone';
import { reconcileMigration } from './migration';
import { reconcileRestore } from './restore';
import { reconcileRobustness } from './robustness';
import { reconcileVolumeState } from './volume-state';
import { reconcileSwitchover } from './switchover';
import { VolumeSet } from './volume-set';

/** One pass over a volume, in the order of `syncVolume`; persists replicas, engines, frontends, then the volume. */
export function syncVolume(ctx: LonghornContext, name: string): void {
  const stored = ctx.volume(name);
  if (stored === undefined) return;
  if (stored.metadata.deletionTimestamp !== undefined) {
    tearDown(ctx, stored);
    return;
  }
  reconcileAttachmentOf(ctx, stored);
  const set = new VolumeSet(ctx, ctx.volume(name) ?? stored);
  const { status } = set.volume.object;
  reconcileRobustness(set);
  reconcileMigration(set);
  reconcileSwitchover(set);
  reconcileClone(set);
  reconcileRestore(set);
  status.kubernetesStatus = readKubernetesStatus(ctx, set.volume.object);
  reconcileSize(set);
  reconcileVolumeState(set);
  cleanupReplicas(set);
  if (status.robustness !== 'degraded') status.lastDegradedAt = '';
  set.flush();
}
