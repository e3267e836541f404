import { findCondition, setCondition } from './conditions';
import { PV_ANNOTATION, LH } from './kinds';
import { touchDisks } from './nodes';
import { REASON, findDiskCandidates, pickDisk, sourceDisks, type PlacedDisk } from './placement';
import { hasRestoreCondition } from './restore';
import { SCHEDULE_RETRY, joinReasons, missingReplicas } from './robustness';
import { isSettingOn } from './settings';
import { reconcileSnapshotCount } from './snapshots';
import type { Replica } from './types';
import type { VolumeSet } from './volume-set';

function place(set: VolumeSet, replica: Replica, disk: PlacedDisk): void {
  Object.assign(replica.spec, {
    nodeID: disk.node,
    diskID: disk.status.diskUUID,
    diskPath: disk.spec.path,
    dataDirectoryName: `${set.name}-${set.ctx.cluster.random.hex(8)}`
  });
  const source = sourceDisks(set.ctx, set.volume.object)?.get(disk.status.diskUUID);
  if (source !== undefined) replica.spec.linkedCloneSrcReplicaName = source;
  touchDisks(set.ctx, disk.node);
}

function scheduleReplica(set: VolumeSet, replica: Replica): ReadonlySet<string> | null {
  const { ctx } = set;
  const volume = set.volume.object;
  if (replica.spec.healthyAt === '' && replica.spec.failedAt !== '') return new Set([REASON.unusedFailed]);
  const search = findDiskCandidates(ctx, volume, set.present, replica.spec.hardNodeAffinity);
  const isLocalWanted = volume.spec.dataLocality === 'best-effort' && !set.present.some((other) => other.spec.nodeID === volume.spec.nodeID && other.spec.failedAt === '');
  const local = isLocalWanted ? search.disks.filter((disk) => disk.node === volume.spec.nodeID) : [];
  const disk = pickDisk(local.length > 0 ? local : search.disks);
  if (disk === undefined) return search.reasons;
  place(set, replica, disk);
  return null;
}

/** Places replicas that have no node, and reports in the `Scheduled` condition and on the PV (`reconcileVolumeCondition`). */
export function reconcileScheduling(set: VolumeSet): void {
  const { ctx } = set;
  const volume = set.volume.object;
  const { conditions } = volume.status;
  const now = ctx.iso;
  const reasons = new Set<string>();
  let isScheduled = true;
  for (const replica of set.present) {
    if (replica.spec.nodeID !== '') continue;
    if (volume.spec.dataLocality !== 'disabled' && volume.spec.nodeID === '') continue;
    if (volume.spec.dataLocality === 'strict-local') replica.spec.hardNodeAffinity = volume.spec.nodeID;
    const problems = scheduleReplica(set, replica);
    if (problems === null) continue;
    for (const problem of problems) reasons.add(problem);
    const reason = replica.spec.hardNodeAffinity === '' ? 'ReplicaSchedulingFailure' : 'LocalReplicaSchedulingFailure';
    const before = findCondition(conditions, 'Scheduled');
    // The message is set below; it must not look like news when nothing changes.
    if (before?.status !== 'False' || before.reason !== reason) setCondition(conditions, now, 'Scheduled', 'False', reason, '');
    else before.message = '';
    isScheduled = false;
    ctx.queue.addAfter(`volume/${set.name}`, SCHEDULE_RETRY);
  }
  if (set.present.length !== volume.spec.numberOfReplicas) isScheduled = false;
  if (isScheduled && missingReplicas(set) === 0) {
    setCondition(conditions, now, 'Scheduled', 'True');
  } else if (volume.status.currentNodeID === '' && isSettingOn(ctx.cluster, 'allow-volume-creation-with-degraded-availability') && set.present.some((replica) => replica.spec.nodeID !== '' && replica.spec.failedAt === '')) {
    setCondition(conditions, now, 'Scheduled', 'True', '', 'Reset schedulable due to allow volume creation with degraded availability');
    isScheduled = true;
  }
  let message = '';
  if (!isScheduled) {
    message = reasons.size === 0 ? REASON.schedulingFailed : joinReasons(ctx.minor, reasons);
    const scheduled = findCondition(conditions, 'Scheduled');
    if (scheduled?.status === 'False') {
      if (scheduled.reason === 'ReplicaSchedulingFailure' && scheduled.message !== '') message = scheduled.message;
      setCondition(conditions, now, 'Scheduled', 'False', scheduled.reason, message);
    }
  }
  if (!hasRestoreCondition(volume)) setCondition(conditions, now, 'Restore', 'False');
  else if (findCondition(conditions, 'Restore') === undefined) setCondition(conditions, now, 'Restore', 'False');
  reconcileSnapshotCount(ctx, volume);
  if (ctx.minor >= 11 && findCondition(conditions, 'OfflineRebuilding') === undefined) setCondition(conditions, now, 'OfflineRebuilding', 'False');
  annotateVolume(set, message);
}

/** The condition's message as Harvester's own UI reads it: on the PersistentVolume. */
function annotateVolume(set: VolumeSet, message: string): void {
  const { store } = set.ctx.cluster;
  const pv = set.volume.object.status.kubernetesStatus.pvName === '' ? set.name : set.volume.object.status.kubernetesStatus.pvName;
  if (store.get(LH.pv, pv)?.metadata.annotations?.[PV_ANNOTATION] === message) return;
  store.edit(LH.pv, pv, (draft) => {
    draft.metadata.annotations = { ...draft.metadata.annotations, [PV_ANNOTATION]: message };
  });
}
