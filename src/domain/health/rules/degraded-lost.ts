import { findCondition } from '../../kube/conditions';
import { findDisk, findLonghornNode, hasRunningInstanceManager, nodeReadiness } from '../../longhorn/node-status';
import type { DiskRecord, LonghornNodeRecord, ReplicaRecord } from '../../longhorn/types';
import { NOWHERE, rulesOf } from '../rule';
import type { Hit, Rule } from '../rule';
import type { Situation } from '../situation';
import { citeDegradedSince, citeDiskCondition, citeFailure, citeNode, citeNodeCondition, citeReplica, citeReplicaCondition, citeRobustness, citeSetting, citeModes } from './cite';
import { asApiState, cite } from '../evidence';
import { KIND } from '../../kube/kinds';

const degraded = rulesOf('degraded');
type Phase = 'waiting' | 'blocked' | 'stuck';

/** A lost copy is still waited for, or has no place elsewhere, or nothing is known to bring it back. */
function lossPhase(s: Situation): Phase {
  return s.waitsUntil !== null ? 'waiting' : s.isBlocked ? 'blocked' : 'stuck';
}

/** When the wait ends and what follows, for the sentences: `hasNext` says whether there is such a time. */
function nextStep(s: Situation): { readonly hasNext: string; readonly nextAt: number; readonly hasPlace: string } {
  const nextAt = s.waitsUntil;
  return { hasNext: nextAt === null ? 'no' : 'yes', nextAt: nextAt ?? 0, hasPlace: nextAt === null ? 'unknown' : s.placeAfterWait.hasPlace };
}

/** The first failed replica for which the test gives a hit. */
function ofFailed(s: Situation, test: (replica: ReplicaRecord, node: LonghornNodeRecord | undefined) => Hit | null): Hit | null {
  for (const replica of s.failed) {
    if (replica.nodeId === '') continue;
    const hit = test(replica, findLonghornNode(s.view, replica.nodeId));
    if (hit !== null) return hit;
  }
  return null;
}

/** Down, or gone: Longhorn deletes its node object some time after Kubernetes has lost the node. */
function isLostNode(s: Situation, node: LonghornNodeRecord | undefined): boolean {
  return node === undefined ? s.status('longhorn.io.node') === 'ready' : nodeReadiness(node) === 'down';
}

function citeReady(s: Situation, replica: ReplicaRecord, node: LonghornNodeRecord | undefined) {
  return node === undefined ? cite(s.view, KIND.longhornNode, `longhorn-system/${replica.nodeId}`, '', null) : citeNodeCondition(s, node, 'Ready');
}

const nodeDownWaiting = degraded('node-down-waiting', { row: '6', phase: 'waiting', needsHelp: true, params: ['node', 'nextAt', 'hasPlace'] }, (s) => {
  const nextAt = s.waitsUntil;
  if (nextAt === null) return null;
  return ofFailed(s, (replica, node) => isLostNode(s, node)
    ? { params: { node: replica.nodeId, nextAt, hasPlace: s.placeAfterWait.hasPlace }, evidence: [citeRobustness(s), citeDegradedSince(s), citeFailure(s, replica), citeReady(s, replica, node), citeSetting(s, 'replica-replenishment-wait-interval')] }
    : null);
});

const nodeDownBlocked = degraded('node-down-blocked', { row: '7', phase: 'blocked', needsHelp: true, params: ['node', 'message'] }, (s) => {
  if (!s.isBlocked) return null;
  const scheduled = s.condition('Scheduled');
  return ofFailed(s, (replica, node) => isLostNode(s, node)
    ? { params: { node: replica.nodeId, message: scheduled?.message || NOWHERE }, evidence: [citeRobustness(s), citeFailure(s, replica), citeReady(s, replica, node), cite(s.view, KIND.volume, s.volume.meta.id, 'status.conditions[Scheduled].message', scheduled?.message ?? null)] }
    : null);
});

/** The wait is over and a place exists: the new copy is about to be made. */
const nodeDownReplacing = degraded('node-down-replacing', { phase: 'starting', params: ['node'] }, (s) => {
  if (s.waitsUntil !== null || s.isBlocked || s.rebuilding !== null) return null;
  return ofFailed(s, (replica, node) => isLostNode(s, node)
    ? { params: { node: replica.nodeId }, evidence: [citeRobustness(s), citeFailure(s, replica), citeReady(s, replica, node)] }
    : null);
});

const managerDown = degraded('manager-down', { row: '8', needsHelp: true, params: ['node', 'hasNext', 'nextAt', 'hasPlace'] }, (s) =>
  ofFailed(s, (replica, node) => node !== undefined && nodeReadiness(node) === 'manager-down'
    ? { params: { node: replica.nodeId, ...nextStep(s) }, phase: lossPhase(s), evidence: [citeRobustness(s), citeFailure(s, replica), citeNodeCondition(s, node, 'Ready')] }
    : null));

const instanceManagerDown = degraded('instance-manager-down', { row: '9', needsHelp: true, params: ['node', 'engine', 'hugepages', 'hasNext', 'nextAt', 'hasPlace'] }, (s) =>
  ofFailed(s, (replica, node) => {
    if (node === undefined || nodeReadiness(node) !== 'ready' || hasRunningInstanceManager(s.view, replica.nodeId, s.volume.dataEngine) !== false) return null;
    const managers = s.view.instanceManagersOnNode(replica.nodeId).filter((manager) => manager.dataEngine === s.volume.dataEngine);
    const hugepages = findCondition(node.conditions, 'HugePagesAvailable');
    return {
      params: { node: replica.nodeId, engine: s.volume.dataEngine, hugepages: hugepages?.status === 'False' ? 'no' : 'yes', ...nextStep(s) },
      phase: lossPhase(s),
      evidence: [citeFailure(s, replica), citeNodeCondition(s, node, 'Ready'), ...managers.map((manager) => cite(s.view, KIND.instanceManager, manager.meta.id, 'status.currentState', asApiState(manager.currentState))), ...(hugepages === undefined ? [] : [citeNodeCondition(s, node, 'HugePagesAvailable')])]
    };
  }));

const MISSING_REASONS: ReadonlySet<string> = new Set(['NoDiskInfo', 'DiskNotReady']);

function ofDisk(code: string, row: string, test: (reason: string) => boolean): Rule {
  return degraded(code, { row, needsHelp: true, params: ['node', 'disk', 'reason', 'hasNext', 'nextAt', 'hasPlace'] }, (s) =>
    ofFailed(s, (replica, node) => {
      const disk: DiskRecord | undefined = findDisk(s.view, replica.diskId) ?? node?.disks.find((candidate) => candidate.path !== '' && candidate.path === replica.diskPath);
      const ready = disk === undefined ? undefined : findCondition(disk.conditions, 'Ready');
      if (node === undefined || disk === undefined || ready?.status !== 'False' || !test(ready.reason)) return null;
      return {
        params: { node: replica.nodeId, disk: disk.name, reason: ready.reason, ...nextStep(s) },
        phase: lossPhase(s),
        evidence: [citeFailure(s, replica), citeDiskCondition(s, node, disk, 'Ready')]
      };
    }));
}

const diskMissing = ofDisk('disk-missing', '10', (reason) => MISSING_REASONS.has(reason));
const diskReplaced = ofDisk('disk-replaced', '11', (reason) => reason === 'DiskFilesystemChanged');
const diskService = ofDisk('disk-service-down', '12', (reason) => reason === 'DiskServiceUnreachable');

const diskRemoved = degraded('disk-removed', { row: '13', params: ['node', 'diskId', 'hasNext', 'nextAt', 'hasPlace'] }, (s) => {
  if (s.status('longhorn.io.node') !== 'ready') return null;
  return ofFailed(s, (replica, node) => {
    if (node === undefined || replica.diskId === '' || s.view.diskByUuid(replica.diskId) !== undefined) return null;
    // A changed UUID is told as a replaced disk.
    if (node.disks.some((disk) => disk.path !== '' && disk.path === replica.diskPath)) return null;
    return {
      params: { node: replica.nodeId, diskId: replica.diskId, ...nextStep(s) },
      // Longhorn waits for a replica whose disk is gone as for any other.
      phase: s.isBlocked ? 'blocked' : s.waitsUntil === null ? 'starting' : 'waiting',
      needsHelp: s.isBlocked || (s.waitsUntil !== null && s.placeAfterWait.hasPlace !== 'yes'),
      evidence: [citeFailure(s, replica), citeReplica(s, replica, 'spec.diskID', replica.diskId), citeNode(s, node, 'status.diskStatus', node.disks.map((disk) => `${disk.name}=${disk.uuid}`).join(', '))]
    };
  });
});

const filesystemReadOnly = degraded('filesystem-read-only', { row: '34', phase: 'stuck', needsHelp: true, params: ['node', 'disk'] }, (s) => {
  for (const replica of s.replicas) {
    if (findCondition(replica.conditions, 'FilesystemReadOnly')?.status !== 'True') continue;
    return { params: { node: replica.nodeId, disk: s.diskNameOf(replica) }, evidence: [citeReplicaCondition(s, replica, 'FilesystemReadOnly')] };
  }
  return null;
});

const copyErroring = degraded('copy-erroring', { row: '33', phase: 'starting', params: ['node'] }, (s) => {
  const erroring = s.verdicts.find((verdict) => verdict.class === 'erroring');
  const replica = s.replicas.find((candidate) => candidate.meta.name === erroring?.name);
  if (erroring === undefined || replica === undefined) return null;
  return { params: { node: erroring.nodeName }, evidence: [citeRobustness(s), s.running === null ? citeReplica(s, replica, 'status.currentState', asApiState(replica.currentState)) : citeModes(s, s.running)] };
});

const copyUnreachable = degraded('copy-unreachable', { phase: 'waiting', needsHelp: true, params: ['node'] }, (s) => {
  const verdict = s.verdicts.find((candidate) => candidate.class === 'unreachable');
  const replica = s.replicas.find((candidate) => candidate.meta.name === verdict?.name);
  return replica === undefined ? null : { params: { node: replica.nodeId }, evidence: [citeReplica(s, replica, 'status.currentState', asApiState(replica.currentState))] };
});

/** A node is down: what everything else follows from. */
export const NODE_LOST: readonly Rule[] = [nodeDownWaiting, nodeDownBlocked];

/** Why a copy was lost. */
export const LOST: readonly Rule[] = [
  managerDown, diskMissing, diskReplaced, instanceManagerDown, diskService, diskRemoved, filesystemReadOnly, nodeDownReplacing, copyErroring, copyUnreachable
];
