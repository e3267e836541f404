import { KIND } from '../../kube/kinds';
import { longhornId } from '../../kube/names';
import { findDisk } from '../../longhorn/node-status';
import type { DiskPlacement } from '../../longhorn/placement-types';
import { isReusable } from '../../longhorn/selectors';
import type { DiskRecord } from '../../longhorn/types';
import { cite } from '../evidence';
import { rulesOf } from '../rule';
import type { Rule } from '../rule';
import type { Situation } from '../situation';
import type { Evidence } from '../types';
import { citeFailure, citeReplica, citeSetting, citeVolume, citeVolumeCondition } from './cite';

const degraded = rulesOf('degraded');

function citeDisk(s: Situation, disk: DiskPlacement, field: string, value: string | number | null): Evidence {
  return cite(s.view, KIND.longhornNode, longhornId(disk.nodeName), `status.diskStatus.${disk.diskName}.${field}`, value);
}

/** Where replicas may not share a disk, the one of a failed replica stays its own for as long as it might come back. */
const diskKept = degraded('disk-kept-for-failed', { phase: 'blocked', needsHelp: true, params: ['node', 'disk'] }, (s) => {
  if (!s.isBlocked) return null;
  for (const replica of s.failed) {
    if (!isReusable(replica)) continue;
    const disk = s.placement.nodes.flatMap((node) => node.disks).find((candidate) => candidate.diskId === replica.diskId && candidate.code === 'disk-holds-replica');
    if (disk === undefined) continue;
    return {
      params: { node: disk.nodeName, disk: disk.diskName },
      evidence: [citeVolumeCondition(s, 'Scheduled'), citeFailure(s, replica), citeReplica(s, replica, 'spec.diskID', replica.diskId), citeSetting(s, 'replica-disk-soft-anti-affinity')]
    };
  }
  return null;
});

/** Below this share of a disk, what nobody accounts for is metadata, or snapshots not yet counted. */
const NOTABLE = 0.1;

/** Bytes in use on a disk that no replica there accounts for; Longhorn reserves what else may lie on a filesystem. */
function foreignBytes(s: Situation, disk: DiskRecord): number {
  if (disk.storageMaximum === null || disk.storageAvailable === null) return 0;
  let bytes = disk.storageMaximum - disk.storageAvailable - disk.storageReserved;
  for (const replica of s.view.replicasOnNode(disk.nodeName)) {
    if (replica.diskId !== disk.uuid) continue;
    const volume = s.view.get(KIND.volume, longhornId(replica.volumeName));
    bytes -= volume?.actualSize ?? volume?.size ?? disk.scheduledReplicas[replica.meta.name] ?? 0;
  }
  return bytes;
}

const foreignData = degraded('foreign-data', { phase: 'blocked', needsHelp: true, params: ['node', 'disk', 'foreignBytes'] }, (s) => {
  if (!s.isBlocked || s.status('longhorn.io.replica') !== 'ready') return null;
  for (const place of s.placement.nodes.flatMap((node) => (node.code === 'holds-replica' ? [] : node.disks))) {
    if (place.code !== 'insufficient-free' && place.code !== 'disk-pressure') continue;
    const disk = findDisk(s.view, place.diskId);
    const bytes = disk === undefined ? 0 : foreignBytes(s, disk);
    if (disk?.storageMaximum == null || bytes < disk.storageMaximum * NOTABLE) continue;
    return {
      params: { node: place.nodeName, disk: place.diskName, foreignBytes: bytes },
      evidence: [citeDisk(s, place, 'storageMaximum', disk.storageMaximum), citeDisk(s, place, 'storageAvailable', disk.storageAvailable), citeDisk(s, place, 'scheduledReplica', Object.keys(disk.scheduledReplicas).join(', '))]
    };
  }
  return null;
});

/** Longhorn before 1.9.5, 1.10.3 and 1.11.1 counts a replica on one disk of a node against the node's other disks. */
const countedTwice = degraded('space-counted-twice', { phase: 'blocked', needsHelp: true, params: ['node', 'disk', 'sizeBytes'] }, (s) => {
  const [place] = s.placement.chosen;
  if (!s.isBlocked || place === undefined || s.scheduling.reasons.length !== 1 || s.scheduling.reasons[0] !== 'insufficient-storage') return null;
  const neighbour = s.usable.find((replica) => replica.nodeId === place.nodeName && replica.diskId !== place.diskId);
  const disk = s.placement.nodes.flatMap((node) => node.disks).find((candidate) => candidate.diskId === place.diskId);
  if (neighbour === undefined || disk === undefined) return null;
  return {
    params: { node: place.nodeName, disk: place.diskName, sizeBytes: s.volume.size ?? 0 },
    evidence: [citeVolumeCondition(s, 'Scheduled'), citeVolume(s, 'spec.size', s.volume.size), citeDisk(s, disk, 'storageScheduled', disk.scheduledBytes), citeReplica(s, neighbour, 'spec.diskID', neighbour.diskId)]
  };
});

/** What the disks say that Longhorn's own words do not: before the obstacles it names, and after them. */
export const DISK_CAUSES: readonly Rule[] = [diskKept, countedTwice];
export const DISK_FACTS: readonly Rule[] = [foreignData];
