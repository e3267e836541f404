import { KIND } from '../../kube/kinds';
import { findCondition } from '../../kube/conditions';
import { longhornId } from '../../kube/names';
import { readFlagSetting } from '../../longhorn/cluster-settings';
import { findDisk, findLonghornNode, nodeReadiness } from '../../longhorn/node-status';
import { hasHeldData, isProvenComplete } from '../../longhorn/selectors';
import type { ReplicaRecord } from '../../longhorn/types';
import { asApiState, asApiTime, cite } from '../evidence';
import { rulesOf } from '../rule';
import type { Rule } from '../rule';
import type { Situation } from '../situation';
import { NOWHERE } from '../rule';
import type { Evidence } from '../types';
import { citeDiskCondition, citeEngine, citeFailure, citeNodeCondition, citeReadState, citeReplica, citeRobustness, citeSetting, citeState, citeVolumeCondition } from './cite';
import { citeShards, describeShards, SHARD_PARAMS } from './shards';

const critical = rulesOf('critical');

/** Failed replicas that once held complete data: what a salvage could bring back. */
function salvageable(s: Situation): readonly ReplicaRecord[] {
  return s.failed.filter(hasHeldData);
}

type Reach = 'ready' | 'node-down' | 'disk-gone' | 'disk-unschedulable' | 'unknown';

/** Whether Longhorn would accept the replica for salvage: node up, disk there and schedulable. */
function reachOf(s: Situation, replica: ReplicaRecord): Reach {
  if (s.status('longhorn.io.node') !== 'ready') return 'unknown';
  const node = findLonghornNode(s.view, replica.nodeId);
  if (node === undefined || nodeReadiness(node) === 'down') return 'node-down';
  const disk = findDisk(s.view, replica.diskId);
  if (disk === undefined) return 'disk-gone';
  const schedulable = findCondition(disk.conditions, 'Schedulable');
  const ready = findCondition(disk.conditions, 'Ready');
  if (ready?.status === 'False' && (ready.reason === 'DiskFilesystemChanged' || ready.reason === 'NoDiskInfo')) return 'disk-gone';
  return schedulable?.status === 'True' ? 'ready' : 'disk-unschedulable';
}

/** Newest proof of health first: the copy to prefer in a salvage. */
function byHealth(a: ReplicaRecord, b: ReplicaRecord): number {
  return (b.lastHealthyAt ?? b.healthyAt ?? 0) - (a.lastHealthyAt ?? a.healthyAt ?? 0);
}

function citeHealth(s: Situation, replica: ReplicaRecord): Evidence {
  return replica.lastHealthyAt === null ? citeReplica(s, replica, 'spec.healthyAt', asApiTime(replica.healthyAt)) : citeReplica(s, replica, 'spec.lastHealthyAt', asApiTime(replica.lastHealthyAt));
}

/** Whether the node is ready, by itself; nothing when it has left. */
function citeNodeReady(s: Situation, name: string): Evidence {
  const node = findLonghornNode(s.view, name);
  return node === undefined ? cite(s.view, KIND.longhornNode, longhornId(name), '', null) : citeNodeCondition(s, node, 'Ready');
}

const isDown = (s: Situation): boolean => s.volume.robustness === 'faulted' && s.volume.state === 'detached';

const hasFailedRestore = (s: Situation): boolean => s.condition('Restore')?.status === 'False' && s.condition('Restore')?.reason === 'RestoreFailure';

/** What is being filled from a backup is not salvaged, by Longhorn nor by hand: its replicas were never complete. */
const isSalvageOpen = (s: Situation): boolean => isDown(s) && !s.volume.isStandby && !s.volume.restoreRequired && !hasFailedRestore(s);

const restoreFailed = critical('restore-failed', { row: '77', needsHelp: true, params: ['message'] }, (s) =>
  hasFailedRestore(s) ? { params: { message: s.condition('Restore')?.message || NOWHERE }, evidence: [citeRobustness(s), citeVolumeCondition(s, 'Restore')] } : null);

const shardsOffline = critical('shards-offline', { row: '83', needsHelp: true, params: SHARD_PARAMS }, (s) =>
  s.volume.dataLayout === 'sharded' ? { params: describeShards(s), evidence: citeShards(s) } : null);

const engineCrashed = critical('engine-crashed', { row: '75', needsHelp: true, params: ['node'] }, (s) => {
  if (s.engine === null || s.volume.dataLayout === 'sharded') return null;
  // Failed replicas make a volume faulted only when no complete one is left: with one left, the engine it was.
  const hasCrashed = (s.status('longhorn.io.replica') === 'ready' && s.volume.robustness === 'faulted' && s.replicas.some(isProvenComplete)) ||
    s.failed.length === 0 && ( s.engine.currentState === 'error' || s.extras?.events?.some((event) => event.reason === 'DetachedUnexpectedly') === true ||
    s.view.frontendsOfVolume(s.volume.meta.name).some((frontend) => frontend.isActive && frontend.currentState === 'error'));
  return hasCrashed ? { params: { node: s.engine.nodeId || s.volume.currentNodeId || NOWHERE }, evidence: [citeRobustness(s), citeEngine(s, s.engine, 'status.currentState', asApiState(s.engine.currentState))] } : null;
});

const neverUsable = critical('never-usable', { row: '73', needsHelp: true }, (s) =>
  s.replicas.length > 0 && s.status('longhorn.io.replica') === 'ready' && !s.replicas.some(hasHeldData)
    ? { evidence: [citeRobustness(s), ...s.replicas.map((replica) => citeReplica(s, replica, 'spec.healthyAt', ''))] } : null);

const tearingDown = critical('tearing-down', { row: '68', needsHelp: true, params: ['node'] }, (s) =>
  s.failed.length > 0 && !s.replicas.some(isProvenComplete) && (s.volume.state === 'attached' || s.volume.state === 'detaching')
    ? { params: { node: s.volume.currentNodeId || NOWHERE }, evidence: [citeRobustness(s), citeState(s), ...s.failed.map((replica) => citeFailure(s, replica))] } : null);

const salvaging = critical('salvage-in-progress', { row: '69', needsHelp: true, params: ['node'] }, (s) => {
  if (!isSalvageOpen(s) || !readFlagSetting(s.view, 'auto-salvage', s.volume.dataEngine)) return null;
  const replica = salvageable(s).find((candidate) => reachOf(s, candidate) === 'ready');
  return replica === undefined ? null : { params: { node: replica.nodeId }, evidence: [citeRobustness(s), citeFailure(s, replica), citeSetting(s, 'auto-salvage')] };
});

const salvageAvailable = critical('salvage-available', { row: '70', needsHelp: true, params: ['replicas', 'node', 'healthyAt'] }, (s) => {
  if (!isSalvageOpen(s) || readFlagSetting(s.view, 'auto-salvage', s.volume.dataEngine)) return null;
  const candidates = salvageable(s).filter((candidate) => reachOf(s, candidate) === 'ready').sort(byHealth);
  const [best] = candidates;
  if (best === undefined) return null;
  return {
    params: { replicas: candidates.length, node: best.nodeId, healthyAt: best.lastHealthyAt ?? best.healthyAt ?? 0 },
    evidence: [citeRobustness(s), citeSetting(s, 'auto-salvage'), ...candidates.map((replica) => citeHealth(s, replica))]
  };
});

const diskUnschedulable = critical('salvage-disk-unschedulable', { row: '72', needsHelp: true, params: ['node', 'disk'] }, (s) => {
  if (!isSalvageOpen(s)) return null;
  const replica = salvageable(s).find((candidate) => reachOf(s, candidate) === 'disk-unschedulable');
  const node = replica === undefined ? undefined : findLonghornNode(s.view, replica.nodeId);
  const disk = replica === undefined ? undefined : findDisk(s.view, replica.diskId);
  if (replica === undefined || node === undefined || disk === undefined) return null;
  return { params: { node: replica.nodeId, disk: disk.name }, evidence: [citeRobustness(s), citeFailure(s, replica), citeDiskCondition(s, node, disk, 'Schedulable')] };
});

const nodesDown = critical('copies-on-down-nodes', { row: '71', needsHelp: true, params: ['nodes', 'count'] }, (s) => {
  if (!isDown(s)) return null;
  const lost = salvageable(s).filter((candidate) => reachOf(s, candidate) === 'node-down');
  if (lost.length === 0) return null;
  const nodes = [...new Set(lost.map((replica) => replica.nodeId))].sort();
  return { params: { nodes: nodes.join(', '), count: lost.length }, evidence: [citeRobustness(s), ...lost.map((replica) => citeFailure(s, replica)), ...nodes.map((name) => citeNodeReady(s, name))] };
});

const noCopyReachable = critical('no-copy-reachable', { row: '74', needsHelp: true }, (s) => {
  if (!isDown(s)) return null;
  const held = salvageable(s);
  return held.length > 0 && held.every((replica) => reachOf(s, replica) === 'disk-gone')
    ? { evidence: [citeRobustness(s), ...held.map((replica) => citeReplica(s, replica, 'spec.diskID', replica.diskId))] } : null;
});

const stoppedWithoutCopy = critical('stopped-no-good-copy', { needsHelp: true }, (s) =>
  s.volume.robustness !== 'faulted' ? { evidence: [citeState(s), ...s.failed.map((replica) => citeFailure(s, replica))] } : null);

const faulted = critical('faulted', { needsHelp: true }, (s) => {
  const hasReplicas = s.status('longhorn.io.replica') === 'ready';
  return { evidence: [citeRobustness(s), citeState(s), ...(hasReplicas ? [] : [citeReadState(s, KIND.replica)]), cite(s.view, KIND.volume, s.volume.meta.id, 'spec.nodeID', s.volume.nodeId)] };
});

/** Why all copies are lost, and what is left of them. */
export const CRITICAL_CAUSES: readonly Rule[] = [
  restoreFailed, shardsOffline, engineCrashed, neverUsable, tearingDown, salvaging, salvageAvailable, diskUnschedulable, nodesDown, noCopyReachable
];
export const CRITICAL_FALLBACKS: readonly Rule[] = [stoppedWithoutCopy, faulted];
