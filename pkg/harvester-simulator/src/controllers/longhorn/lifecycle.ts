import { createAttachment } from './attachments';
import type { LonghornContext } from './context';
import { closeVolume, isVolumeClosed } from './attach';
import { FINALIZER, LH, key } from './kinds';
import type { Volume } from './types';
import { VolumeSet } from './volume-set';

/** The defaults and the finalizer that Longhorn's webhook adds, and the VolumeAttachment beside it. */
export function reconcileAttachmentOf(ctx: LonghornContext, stored: Volume): void {
  const draft = ctx.draftVolume(stored);
  const { metadata } = draft.object;
  const finalizers = metadata.finalizers ?? [];
  if (!finalizers.includes(FINALIZER)) metadata.finalizers = [...finalizers, FINALIZER];
  metadata.labels = { ...metadata.labels, longhornvolume: draft.name };
  draft.flushSpec();
  createAttachment(ctx, stored);
}

/** Stops everything, then lets the objects go: engines, frontends and replicas first, the volume last. */
export function tearDown(ctx: LonghornContext, stored: Volume): void {
  const set = new VolumeSet(ctx, stored);
  const volume = set.volume.object;
  if (volume.status.state !== 'deleting') ctx.event(volume, 'Normal', 'Delete', `Deleting volume ${set.name}`);
  volume.status.state = 'deleting';
  volume.status.robustness = volume.status.robustness === 'faulted' ? 'faulted' : 'unknown';
  volume.status.lastDegradedAt = '';
  closeVolume(set);
  set.flush();
  if (!isVolumeClosed(set)) return;
  for (const name of ctx.index.members(set.name).replicas) ctx.cluster.store.remove(LH.replica, key(name));
  for (const name of ctx.index.members(set.name).frontends) ctx.cluster.store.remove(LH.frontend, key(name));
  for (const name of ctx.index.members(set.name).engines) ctx.cluster.store.remove(LH.engine, key(name));
  const { replicas, engines, frontends } = ctx.index.members(set.name);
  if (replicas.size + engines.size + frontends.size > 0) return;
  ctx.truth.writtenBytes.delete(set.name);
  ctx.clones.forget(set.name);
  ctx.chains.forget(set.name);
  ctx.restores.runs.delete(set.name);
  ctx.truth.stalledRebuilds.delete(set.name);
  ctx.cluster.store.remove(LH.attachment, key(set.name));
  ctx.cluster.store.edit(LH.volume, key(set.name), (draft) => {
    draft.metadata.finalizers = (draft.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
  });
}
