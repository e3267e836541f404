import { KIND } from '../../kube/kinds';
import { diskAt, findLonghornNode } from '../../longhorn/node-status';
import { cite } from '../evidence';
import type { StorageEvent } from '../extras';
import { note } from '../rule';
import type { Rule } from '../rule';
import type { Situation } from '../situation';
import type { ReplicaRecord } from '../../longhorn/types';
import { citeReplica, citeVolume, citeVolumeCondition } from './cite';

function leavingReplica(s: Situation): ReplicaRecord | undefined {
  return s.replicas.find((replica) => replica.evictionRequested && replica.meta.deletedAt === null);
}

function evictionEvent(s: Situation): StorageEvent | undefined {
  return s.extras?.events?.find((event) => event.reason === 'EvictionFailed');
}

function isEvictionStuck(s: Situation): boolean {
  const isReplacing = s.verdicts.some((verdict) => verdict.class === 'rebuilding' || verdict.class === 'rebuild-queued' || verdict.class === 'starting');
  return s.volume.state === 'attached' && !isReplacing && (evictionEvent(s) !== undefined || s.placement.isPlaceable === false);
}

const oldWarning = note('old-scheduling-warning', { row: '37', params: ['message'] }, (s) => {
  if (s.volume.state !== 'attached' || s.volume.robustness !== 'healthy') return null;
  const scheduled = s.condition('Scheduled');
  const isStale = scheduled?.status === 'False';
  const volumeName = s.volume.pvName === '' ? s.volume.meta.name : s.volume.pvName;
  const annotation = s.view.get('persistentvolume', volumeName)?.schedulingError ?? '';
  // While a replica is moved there is one too many, and the warning says nothing but that.
  if ((!isStale && annotation === '') || leavingReplica(s) !== undefined) return null;
  return {
    params: { message: (isStale ? scheduled.message : '') || annotation },
    evidence: [citeVolumeCondition(s, 'Scheduled'), cite(s.view, KIND.persistentVolume, volumeName, 'metadata.annotations[longhorn.io/volume-scheduling-error]', annotation)]
  };
});

const diskWarning = note('disk-smart-warning', { row: '38', params: ['node', 'disk', 'health'] }, (s) => {
  for (let index = 0; index < s.verdicts.length; index += 1) {
    const verdict = s.verdicts[index];
    if (verdict?.isGood !== true) continue;
    const disk = diskAt(s.places[index]);
    if (disk?.health !== 'FAILED' && disk?.health !== 'WARNING') continue;
    return {
      params: { node: verdict.nodeName, disk: disk.name, health: disk.health },
      needsHelp: disk.health === 'FAILED',
      evidence: [cite(s.view, KIND.longhornNode, `longhorn-system/${disk.nodeName}`, `status.diskStatus.${disk.name}.healthData[*].healthStatus`, disk.health)]
    };
  }
  return null;
});

const evictionStuck = note('eviction-stuck', { row: '40', needsHelp: true, params: ['node'] }, (s) => {
  const leaving = leavingReplica(s);
  if (leaving === undefined || !isEvictionStuck(s)) return null;
  const event = evictionEvent(s);
  return { params: { node: leaving.nodeId }, evidence: [citeReplica(s, leaving, 'spec.evictionRequested', true), citeVolumeCondition(s, 'Scheduled'), ...(event === undefined ? [] : [citeVolume(s, `event ${event.reason}`, event.message)])] };
});

const evicting = note('evicting-copy', { row: '39', level: 'transition', params: ['node', 'hasTarget', 'target', 'percent'] }, (s) => {
  const leaving = leavingReplica(s);
  if (leaving === undefined || s.wanted === null || s.good < s.wanted || s.volume.state !== 'attached' || isEvictionStuck(s)) return null;
  const target = s.rebuilding;
  return {
    params: { node: leaving.nodeId, hasTarget: target === null ? 'no' : 'yes', target: target?.nodeName ?? '', percent: target?.rebuild?.percent ?? 0 },
    evidence: [citeReplica(s, leaving, 'spec.evictionRequested', true)]
  };
});

const sameNode = note('two-copies-on-one-node', { row: '41', params: ['node'] }, (s) => {
  const { verdicts } = s;
  for (let index = 1; index < verdicts.length; index += 1) {
    const verdict = verdicts[index];
    if (verdict === undefined || !verdict.isGood || verdict.nodeName === '') continue;
    for (let earlier = 0; earlier < index; earlier += 1) {
      const other = verdicts[earlier];
      if (other?.isGood !== true || other.nodeName !== verdict.nodeName) continue;
      const pair = s.replicas.filter((replica) => replica.meta.name === verdict.name || replica.meta.name === other.name);
      return { params: { node: verdict.nodeName }, evidence: pair.map((replica) => citeReplica(s, replica, 'spec.nodeID', replica.nodeId)) };
    }
  }
  return null;
});

const noLocalCopy = note('no-local-copy', { row: '42', params: ['node'] }, (s) => {
  const { volume } = s;
  if (volume.dataLocality !== 'best-effort' || volume.state !== 'attached' || volume.currentNodeId === '') return null;
  return s.verdicts.some((verdict) => verdict.isLocal && verdict.class !== 'failed') ? null
    : { params: { node: volume.currentNodeId }, evidence: [citeVolume(s, 'spec.dataLocality', volume.dataLocality), citeVolume(s, 'status.currentNodeID', volume.currentNodeId)] };
});

const leftoverData = note('leftover-data', { row: '81', params: ['count', 'node', 'disk'] }, (s) => {
  const orphans = s.extras?.orphans ?? [];
  const [first] = orphans;
  return first === undefined ? null : { params: { count: orphans.length, node: first.nodeName, disk: first.diskName }, evidence: orphans.map((orphan) => citeVolume(s, `orphan ${orphan.name}`, `${orphan.nodeName}/${orphan.diskName}`)) };
});

const lastGoodCopy = note('last-good-copy', { params: ['node'] }, (s) => {
  if (s.wanted === null || s.wanted < 2 || s.good !== 1) return null;
  const last = s.verdicts.find((verdict) => verdict.isGood);
  const node = last === undefined ? undefined : findLonghornNode(s.view, last.nodeName);
  return last === undefined ? null : {
    params: { node: last.nodeName },
    evidence: [citeVolume(s, 'spec.numberOfReplicas', s.volume.numberOfReplicas), ...(node === undefined ? [] : [cite(s.view, KIND.longhornNode, node.meta.id, 'metadata.name', node.meta.name)])]
  };
});

/** About the copies themselves. */
export const COPY_NOTES: readonly Rule[] = [lastGoodCopy, evictionStuck, evicting, diskWarning, sameNode, noLocalCopy, oldWarning, leftoverData];
