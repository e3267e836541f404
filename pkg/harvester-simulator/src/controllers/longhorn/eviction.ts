import type { LonghornContext } from './context';
import { findDiskCandidates } from './placement';
import { setTicket } from './attachments';
import type { LonghornNode, Replica } from './types';

function isEvictingDisk(node: LonghornNode, uuid: string): boolean {
  if (node.spec.evictionRequested && !node.spec.allowScheduling) return true;
  const entry = Object.entries(node.status.diskStatus).find(([, status]) => status.diskUUID === uuid);
  const spec = entry === undefined ? undefined : node.spec.disks[entry[0]];
  return spec?.evictionRequested === true && !spec.allowScheduling;
}

function mark(ctx: LonghornContext, replica: Replica, isRequested: boolean): void {
  const draft = ctx.draftReplica(replica);
  draft.object.spec.evictionRequested = isRequested;
  draft.flushSpec();
  const [reason, verb] = isRequested ? ['EvictionUserRequested', 'Requesting'] : ['EvictionCanceled', 'Cancelling'];
  ctx.event(replica, 'Normal', reason, `${verb} replica ${replica.metadata.name} eviction`);
  ctx.queue.add(`volume/${replica.spec.volumeName}`);
}

/** Passes a node's or disk's eviction on to its replicas, and takes it back when cancelled or when the node is down. */
export function syncEviction(ctx: LonghornContext, name: string): void {
  const node = ctx.node(name);
  if (node?.status?.diskStatus === undefined) return;
  const isDown = ctx.isNodeDown(name);
  for (const replicaName of [...ctx.index.replicasOnNode(name)]) {
    const replica = ctx.replica(replicaName);
    if (replica === undefined || replica.metadata.deletionTimestamp !== undefined) continue;
    const wanted = !isDown && isEvictingDisk(node, replica.spec.diskID);
    if (wanted !== replica.spec.evictionRequested) mark(ctx, replica, wanted);
  }
}

/** A stopped volume is attached for its eviction, if there is somewhere to go (`volume-eviction-controller`). */
export function syncEvictionTicket(ctx: LonghornContext, name: string): void {
  const volume = ctx.volume(name);
  const attachment = ctx.attachment(name);
  if (volume?.status?.state === undefined || attachment === undefined || volume.metadata.deletionTimestamp !== undefined) return;
  const id = `volume-eviction-controller-${name}`;
  const existing = attachment.spec.attachmentTickets?.[id] !== undefined;
  const replicas = ctx.replicasOf(name);
  const isEvicting = replicas.some((replica) => replica.spec.evictionRequested && replica.metadata.deletionTimestamp === undefined);
  const others = Object.keys(attachment.spec.attachmentTickets ?? {}).some((ticket) => ticket !== id);
  if (!isEvicting || volume.status.robustness === 'faulted' || (others && !existing)) {
    if (existing) setTicket(ctx, name, { id, nodeID: '' });
    return;
  }
  if (existing) return;
  const { disks } = findDiskCandidates(ctx, volume, replicas);
  if (disks.length === 0) {
    ctx.event(volume, 'Warning', 'EvictionFailed', `volume ${name} failed to evict replica ${replicas.find((replica) => replica.spec.evictionRequested)?.metadata.name ?? ''}`);
    return;
  }
  setTicket(ctx, name, { id, type: 'volume-eviction-controller', nodeID: volume.status.ownerID, parameters: { disableFrontend: 'any', lastAttachedBy: '' }, generation: 0 });
}
