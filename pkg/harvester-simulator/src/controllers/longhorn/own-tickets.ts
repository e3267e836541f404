import { setTicket } from './attachments';
import type { LonghornContext } from './context';
import { findDiskCandidates, findReusableReplica } from './placement';
import { findCondition } from './conditions';
import { readSetting } from './settings';
import type { Volume } from './types';

function isOfflineRebuildOn(ctx: LonghornContext, volume: Volume): boolean {
  if (ctx.minor < 9) return false;
  const own = volume.spec.offlineRebuilding;
  if (own === 'enabled') return true;
  return own !== 'disabled' && readSetting(ctx.cluster, 'offline-replica-rebuilding', volume.spec.dataEngine) === 'true';
}

function isComplete(ctx: LonghornContext, volume: Volume): boolean {
  const replicas = ctx.replicasOf(volume.metadata.name).filter((replica) => replica.metadata.deletionTimestamp === undefined && replica.spec.active);
  const sound = replicas.filter((replica) => replica.spec.nodeID !== '' && replica.spec.failedAt === '' && (replica.spec.healthyAt !== '' || replica.spec.lastHealthyAt === ''));
  return sound.length >= volume.spec.numberOfReplicas;
}

/** Attaches a stopped, incomplete volume so that it can rebuild, and lets go when it is whole (`volume-rebuilding-controller`). */
export function syncOfflineRebuild(ctx: LonghornContext, name: string): void {
  const volume = ctx.volume(name);
  const attachment = ctx.attachment(name);
  if (volume?.status?.state === undefined || attachment === undefined || volume.metadata.deletionTimestamp !== undefined) return;
  const id = `volume-rebuilding-controller-${name}`;
  const tickets = Object.keys(attachment.spec.attachmentTickets ?? {});
  const isOurs = tickets.includes(id);
  if (!isOurs && !isOfflineRebuildOn(ctx, volume)) return;
  const isTaken = tickets.some((ticket) => ticket !== id);
  const isUnplaceable = findCondition(volume.status.conditions, 'Scheduled')?.status === 'False';
  const isWhole = volume.status.state === 'attached' ? volume.status.robustness === 'healthy' : isComplete(ctx, volume);
  if (isOurs) {
    if (isTaken || isWhole || isUnplaceable || volume.status.robustness === 'faulted' || !isOfflineRebuildOn(ctx, volume)) setTicket(ctx, name, { id, nodeID: '' });
    return;
  }
  if (isTaken || isWhole || volume.status.state !== 'detached' || volume.status.robustness === 'faulted') return;
  const replicas = ctx.replicasOf(name);
  const canHelp = findReusableReplica(ctx, volume, replicas) !== undefined || findDiskCandidates(ctx, volume, replicas).disks.length > 0;
  if (!canHelp) return;
  setTicket(ctx, name, { id, type: 'volume-rebuilding-controller', nodeID: volume.status.ownerID, parameters: { disableFrontend: 'true', lastAttachedBy: '' }, generation: 0 });
}

/** Keeps a clone target attached until its data is copied and safe (`volume-clone-controller`). */
export function syncCloneTicket(ctx: LonghornContext, name: string): void {
  const volume = ctx.volume(name);
  const attachment = ctx.attachment(name);
  if (volume?.status?.state === undefined || attachment === undefined || volume.spec.dataSource === '' || volume.spec.dataSource === undefined) return;
  const id = `volume-clone-controller-${name}`;
  const has = attachment.spec.attachmentTickets?.[id] !== undefined;
  const isDone = ['completed', 'failed'].includes(volume.status.cloneStatus.state) || volume.metadata.deletionTimestamp !== undefined;
  if (isDone) {
    if (has) setTicket(ctx, name, { id, nodeID: '' });
    return;
  }
  if (has || volume.status.state !== 'detached') return;
  setTicket(ctx, name, { id, type: 'volume-clone-controller', nodeID: volume.status.ownerID, parameters: { disableFrontend: 'true', lastAttachedBy: '' }, generation: 0 });
}
