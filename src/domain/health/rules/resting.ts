import { KIND } from '../../kube/kinds';
import { longhornId } from '../../kube/names';
import { readFlagSetting } from '../../longhorn/cluster-settings';
import { findDisk, findLonghornNode, nodeReadiness } from '../../longhorn/node-status';
import { isReusable } from '../../longhorn/selectors';
import { isNeverUsed } from '../base-level';
import { cite } from '../evidence';
import { rulesOf } from '../rule';
import type { Rule } from '../rule';
import type { Situation } from '../situation';
import type { Evidence, ReplicaVerdict } from '../types';
import { citeFailure, citeModes, citeNode, citeNodeCondition, citeReplica, citeRobustness, citeState, citeSetting, citeVolume, citeVolumeCondition } from './cite';

const stopped = rulesOf('stopped');
const healthy = rulesOf('healthy');
const OFFLINE_STUCK_AFTER = 600_000;

const standbyStopped = stopped('standby-stopped', { row: '78' }, (s) => s.volume.isStandby ? { evidence: [citeState(s), citeVolume(s, 'spec.Standby', true)] } : null);

/** As many complete copies as it wants: one more that has no place is one too many. */
function hasEnough(s: Situation): boolean {
  return s.wanted !== null && s.good >= s.wanted;
}

const cannotAttach = stopped('cannot-attach', { row: '67', phase: 'blocked', needsHelp: true, params: ['message'] }, (s) => {
  const scheduled = s.condition('Scheduled');
  if (scheduled?.status !== 'False' || hasEnough(s) || !s.verdicts.some((verdict) => verdict.class === 'not-placed')) return null;
  return { params: { message: scheduled.message }, evidence: [citeState(s), citeVolumeCondition(s, 'Scheduled')] };
});

const fewerAtCreation = stopped('fewer-copies-at-creation', { row: '66', needsHelp: true, params: ['placed'] }, (s) => {
  const scheduled = s.condition('Scheduled');
  const unplaced = s.verdicts.filter((verdict) => verdict.class === 'not-placed').length;
  if (unplaced === 0 || hasEnough(s) || scheduled?.status !== 'True') return null;
  return { params: { placed: s.verdicts.length - unplaced }, evidence: [citeState(s), citeVolumeCondition(s, 'Scheduled'), ...s.replicas.filter((replica) => replica.nodeId === '').map((replica) => citeReplica(s, replica, 'spec.nodeID', ''))] };
});

/** Mirrors the precedence of the volume's own choice over the setting (longhorn-manager volume_rebuilding_controller.go). */
function isOfflineRebuildOn(s: Situation): boolean {
  return s.volume.offlineRebuilding === 'enabled' || (s.volume.offlineRebuilding !== 'disabled' && readFlagSetting(s.view, 'offline-replica-rebuilding', s.volume.dataEngine));
}

function isShort(s: Situation): boolean {
  return s.wanted !== null && s.good < s.wanted && !isNeverUsed(s);
}

const offlineRebuildStuck = stopped('offline-rebuild-stuck', { row: '65', phase: 'stuck', needsHelp: true, params: ['sinceAt'] }, (s) => {
  if (!isShort(s) || !isOfflineRebuildOn(s) || s.stateAge === null || s.stateAge < OFFLINE_STUCK_AFTER) return null;
  if (s.attachment?.tickets.some((ticket) => ticket.type === 'volume-rebuilding-controller') === true) return null;
  return { params: { sinceAt: s.history?.stateSince ?? 0 }, evidence: [citeState(s), citeVolume(s, 'spec.offlineRebuilding', s.volume.offlineRebuilding), citeSetting(s, 'offline-replica-rebuilding')] };
});

const incomplete = stopped('stopped-incomplete', { row: '64', params: ['offline'] }, (s) => {
  if (!isShort(s)) return null;
  // An offline rebuild needs a place as any other does, unless what failed can be taken up again.
  const hasNoPlace = isOfflineRebuildOn(s) && s.unplaced > 0 && !s.failed.some(isReusable) && s.placement.isPlaceable === false;
  return {
    params: { offline: hasNoPlace ? 'blocked' : isOfflineRebuildOn(s) ? 'yes' : 'no' },
    needsHelp: s.good <= 1 || hasNoPlace,
    evidence: [citeState(s), citeVolume(s, 'spec.numberOfReplicas', s.volume.numberOfReplicas), ...s.failed.map((replica) => citeFailure(s, replica))]
  };
});

/** Why a complete replica is out of reach: its node is gone or down, or the node has its disk no more. */
function citeOutOfReach(s: Situation, { nodeName, diskId }: ReplicaVerdict): Evidence {
  const node = findLonghornNode(s.view, nodeName);
  if (node === undefined) return cite(s.view, KIND.longhornNode, longhornId(nodeName), '', null);
  return nodeReadiness(node) === 'down' ? citeNodeCondition(s, node, 'Ready') : citeNode(s, node, 'status.diskStatus[*].diskUUID', node.disks.map((disk) => disk.uuid).filter((uuid) => uuid !== diskId).join(', '));
}

/** Complete on paper, but a copy's node is down or its disk is gone: it would start with fewer copies, or not at all. */
const unreachable = stopped('stopped-unreachable', { phase: 'waiting', needsHelp: true, params: ['nodes', 'count'] }, (s) => {
  if (s.status('longhorn.io.node') !== 'ready') return null;
  const lost = s.verdicts.filter((verdict) => {
    if (!verdict.isGood) return false;
    const node = findLonghornNode(s.view, verdict.nodeName);
    return node === undefined || nodeReadiness(node) === 'down' || findDisk(s.view, verdict.diskId) === undefined;
  });
  // As many as it wants are in reach: one too many is out of it, which costs nothing.
  if (lost.length === 0 || s.good - lost.length >= (s.wanted ?? Infinity)) return null;
  // With two copies in reach it can start and lose one more; nobody has to get up for that.
  return { needsHelp: s.good - lost.length < 2, params: { nodes: [...new Set(lost.map((verdict) => verdict.nodeName))].join(', '), count: lost.length }, evidence: [citeState(s), citeVolume(s, 'spec.numberOfReplicas', s.volume.numberOfReplicas), ...lost.map((verdict) => citeOutOfReach(s, verdict))] };
});

const neverUsed = stopped('never-used', { params: ['placed'] }, (s) =>
  isNeverUsed(s) ? { params: { placed: s.verdicts.filter((verdict) => verdict.class === 'idle-empty').length }, evidence: [citeState(s), citeVolume(s, 'status.actualSize', s.volume.actualSize)] } : null);

const complete = stopped('stopped-complete', { row: '45' }, (s) => ({ evidence: [citeState(s), citeRobustness(s), citeVolume(s, 'spec.numberOfReplicas', s.volume.numberOfReplicas)] }));

const standby = healthy('standby', { row: '78' }, (s) => s.volume.isStandby ? { evidence: [citeRobustness(s), citeVolume(s, 'spec.Standby', true)] } : null);

const allGood = healthy('healthy', {}, (s) => ({ evidence: s.running === null ? [citeRobustness(s)] : [citeRobustness(s), citeModes(s, s.running), citeVolume(s, 'spec.numberOfReplicas', s.volume.numberOfReplicas)] }));

/** Detached volumes: never degraded, only complete or not. */
export const STOPPED_CAUSES: readonly Rule[] = [standbyStopped, cannotAttach, fewerAtCreation, offlineRebuildStuck, incomplete, unreachable];
export const STOPPED_FALLBACKS: readonly Rule[] = [neverUsed, complete];

export const HEALTHY_CAUSES: readonly Rule[] = [standby];
export const HEALTHY_FALLBACKS: readonly Rule[] = [allGood];
