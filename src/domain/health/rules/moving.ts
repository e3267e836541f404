import { findCondition } from '../../kube/conditions';
import { KIND } from '../../kube/kinds';
import { longhornId } from '../../kube/names';
import { findLonghornNode, hasRunningInstanceManager, isV2DisabledOn, nodeReadiness } from '../../longhorn/node-status';
import { selectCurrentFrontend } from '../../longhorn/selectors';
import { asApiState, asApiTime, cite } from '../evidence';
import { NOWHERE, rulesOf } from '../rule';
import type { Rule } from '../rule';
import type { Situation } from '../situation';
import { citeEngine, citeNodeCondition, citeReplica, citeRobustness, citeState, citeVolume, citeVolumeCondition } from './cite';

const moving = rulesOf('transition');
const STUCK_AFTER = 300_000;
const DELETE_STUCK_AFTER = 600_000;

/** Since when the present state holds, if that is longer than `limit`; null otherwise. */
function stuckSince(s: Situation, limit: number): number | null {
  const since = s.history?.stateSince ?? null;
  return since !== null && s.now - since > limit ? since : null;
}

const deletingStuck = moving('deleting-stuck', { row: '80', phase: 'stuck', needsHelp: true, params: ['sinceAt'] }, (s) => {
  const since = s.volume.meta.deletedAt;
  if (since === null || s.now - since < DELETE_STUCK_AFTER) return null;
  return { params: { sinceAt: since }, evidence: [citeVolume(s, 'metadata.deletionTimestamp', asApiTime(since)), citeState(s)] };
});

const deleting = moving('deleting', { row: '80' }, (s) =>
  (s.volume.meta.deletedAt !== null && s.now - s.volume.meta.deletedAt < DELETE_STUCK_AFTER) || (s.volume.meta.deletedAt === null && s.volume.state === 'deleting') ? { evidence: [citeVolume(s, 'metadata.deletionTimestamp', asApiTime(s.volume.meta.deletedAt)), citeState(s)] } : null);

const cloneFailed = moving('clone-failed', { row: '61', phase: 'stuck', needsHelp: true, params: ['source', 'tries', 'hasNext', 'nextAt'] }, (s) => {
  const { cloneStatus } = s.volume;
  if (cloneStatus.state !== 'failed') return null;
  const nextAt = cloneStatus.nextAllowedAttemptAt;
  return {
    params: { source: cloneStatus.sourceVolume || NOWHERE, tries: cloneStatus.attemptCount, hasNext: nextAt !== null && nextAt > s.now ? 'yes' : 'no', nextAt: nextAt ?? 0 },
    evidence: [citeVolume(s, 'status.cloneStatus.state', cloneStatus.state), ...(cloneStatus.attemptCount > 0 ? [citeVolume(s, 'status.cloneStatus.attemptCount', cloneStatus.attemptCount)] : [])]
  };
});

const cloneFinishing = moving('clone-finishing', { row: '60', params: ['source'] }, (s) =>
  s.volume.cloneStatus.state === 'copy-completed-awaiting-healthy'
    ? { params: { source: s.volume.cloneStatus.sourceVolume || NOWHERE }, evidence: [citeVolume(s, 'status.cloneStatus.state', s.volume.cloneStatus.state), citeRobustness(s)] } : null);

const cloning = moving('cloning', { row: '60', params: ['source', 'hasPercent', 'percent'] }, (s) => {
  const { state, sourceVolume } = s.volume.cloneStatus;
  if (state === '' || state === 'completed' || state === 'failed' || state === 'copy-completed-awaiting-healthy') return null;
  const percent = s.running?.cloneProgress ?? null;
  return {
    params: { source: sourceVolume || NOWHERE, hasPercent: percent === null ? 'no' : 'yes', percent: percent ?? 0 },
    evidence: [citeVolume(s, 'status.cloneStatus.state', state), ...(s.running === null ? [] : [citeEngine(s, s.running, 'status.cloneStatus[*].progress', percent)])]
  };
});

const restoring = moving('restoring', { row: '62', params: ['hasPercent', 'percent'] }, (s) => {
  if (s.volume.isStandby || (!s.volume.restoreRequired && s.condition('Restore')?.status !== 'True')) return null;
  const percent = s.running?.restoreProgress ?? null;
  return { params: { hasPercent: percent === null ? 'no' : 'yes', percent: percent ?? 0 }, evidence: [citeVolume(s, 'status.restoreRequired', s.volume.restoreRequired), citeVolumeCondition(s, 'Restore')] };
});

/** Where the volume is to be attached: the desired node, else that of the highest open ticket. */
function targetNode(s: Situation): string {
  return s.volume.nodeId || (s.attachment?.tickets.find((ticket) => !ticket.isSatisfied)?.nodeId ?? '') || NOWHERE;
}

const noCopyPlaced = moving('no-copy-placed', { row: '52', phase: 'blocked', needsHelp: true, params: ['message'] }, (s) => {
  if (s.volume.state !== 'attaching' && !(s.volume.state === 'creating' && s.replicas.length > 0)) return null;
  const event = s.extras?.events?.find(({ message }) => message.includes('no healthy or scheduled replica for starting'));
  const isUnplaced = s.replicas.length > 0 && s.verdicts.every((verdict) => verdict.class === 'not-placed');
  if (!isUnplaced && event === undefined) return null;
  if (s.volume.state === 'creating' && s.condition('Scheduled')?.status !== 'False') return null;
  return { params: { message: s.condition('Scheduled')?.message || NOWHERE }, evidence: [citeState(s), citeVolumeCondition(s, 'Scheduled'), ...(event === undefined ? [] : [citeVolume(s, `event ${event.reason}`, event.message)]), ...s.replicas.map((replica) => citeReplica(s, replica, 'spec.nodeID', replica.nodeId))] };
});

const nodeWithoutV2 = moving('node-without-v2', { row: '51', phase: 'blocked', needsHelp: true, params: ['node', 'why'] }, (s) => {
  const node = targetNode(s);
  if (s.volume.state !== 'attaching' || s.volume.dataEngine !== 'v2' || node === NOWHERE) return null;
  const isDisabled = isV2DisabledOn(s.view, node) === true;
  if (!isDisabled && hasRunningInstanceManager(s.view, node, 'v2') !== false) return null;
  return {
    params: { node, why: isDisabled ? 'label' : 'manager' },
    evidence: [citeState(s), isDisabled ? cite(s.view, KIND.node, node, 'metadata.labels[node.longhorn.io/disable-v2-data-engine]', 'true') : cite(s.view, KIND.longhornNode, `longhorn-system/${node}`, 'running v2 instance managers', '0')]
  };
});

const initiatorDown = moving('initiator-down', { row: '50', phase: 'starting', params: ['node'] }, (s) => {
  if (s.volume.state !== 'attaching' || s.volume.dataEngine !== 'v2' || s.running === null || s.view.readState('longhorn.io.enginefrontend').status !== 'ready') return null;
  const frontends = s.view.frontendsOfVolume(s.volume.meta.name);
  const frontend = selectCurrentFrontend(frontends);
  if (frontends.length === 0 || (frontend !== null && frontend.currentState === 'running' && frontend.endpoint !== '')) return null;
  const since = stuckSince(s, STUCK_AFTER);
  return {
    params: { node: frontend?.nodeId || targetNode(s) },
    phase: since === null ? 'starting' : 'stuck',
    needsHelp: since !== null,
    evidence: [citeState(s), citeEngine(s, s.running, 'status.currentState', 'running'), ...(frontend === null ? [] : [cite(s.view, KIND.engineFrontend, frontend.meta.id, 'status.currentState', asApiState(frontend.currentState)), cite(s.view, KIND.engineFrontend, frontend.meta.id, 'status.endpoint', frontend.endpoint)])]
  };
});

/** The pod of an instance manager cannot start on a cordoned node: its replicas stay down until somebody uncordons it. */
const waitingForManager = moving('attach-waits-for-manager', { phase: 'stuck', needsHelp: true, params: ['node', 'engine', 'isCordoned', 'sinceAt'] }, (s) => {
  const since = stuckSince(s, STUCK_AFTER);
  if (s.volume.state !== 'attaching' || since === null) return null;
  for (const replica of s.replicas) {
    if (replica.nodeId === '' || !replica.isActive || replica.currentState === 'running') continue;
    const node = findLonghornNode(s.view, replica.nodeId);
    if (node === undefined || nodeReadiness(node) !== 'ready' || hasRunningInstanceManager(s.view, replica.nodeId, s.volume.dataEngine) !== false) continue;
    const isCordoned = findCondition(node.conditions, 'Schedulable')?.reason === 'KubernetesNodeCordoned';
    return {
      params: { node: replica.nodeId, engine: s.volume.dataEngine, isCordoned: isCordoned ? 'yes' : 'no', sinceAt: since },
      evidence: [
        citeState(s), citeReplica(s, replica, 'status.currentState', asApiState(replica.currentState)), citeNodeCondition(s, node, 'Schedulable'),
        ...s.view.instanceManagersOnNode(replica.nodeId).filter((manager) => manager.dataEngine === s.volume.dataEngine).map((manager) => cite(s.view, KIND.instanceManager, manager.meta.id, 'status.currentState', asApiState(manager.currentState)))
      ]
    };
  }
  return null;
});

const waitingForStart = moving('waiting-for-copy-start', { row: '48', phase: 'stuck', needsHelp: true, params: ['node', 'isNodeDown', 'sinceAt'] }, (s) => {
  const since = stuckSince(s, STUCK_AFTER);
  if (s.volume.state !== 'attaching' || since === null) return null;
  const waiting = s.replicas.find((replica) => replica.failedAt === null && replica.nodeId !== '' && replica.isActive && replica.currentState !== 'running');
  if (waiting === undefined) return null;
  const node = findLonghornNode(s.view, waiting.nodeId);
  // Longhorn deletes its node object some time after Kubernetes has lost the node.
  const isDown = node === undefined ? s.status('longhorn.io.node') === 'ready' : nodeReadiness(node) === 'down';
  return {
    params: { node: waiting.nodeId, isNodeDown: isDown ? 'yes' : 'no', sinceAt: since },
    evidence: [citeState(s), citeReplica(s, waiting, 'status.currentState', asApiState(waiting.currentState)), node === undefined ? cite(s.view, KIND.longhornNode, longhornId(waiting.nodeId), '', null) : citeNodeCondition(s, node, 'Ready')]
  };
});

const detachStuck = moving('detach-stuck', { row: '58', phase: 'stuck', needsHelp: true, params: ['node', 'what', 'sinceAt'] }, (s) => {
  const since = stuckSince(s, STUCK_AFTER);
  if (s.volume.state !== 'detaching' || since === null) return null;
  const frontend = s.view.frontendsOfVolume(s.volume.meta.name).find((candidate) => candidate.currentState !== 'stopped' && candidate.currentState !== 'none');
  const engine = s.engines.find((candidate) => candidate.currentState !== 'stopped' && candidate.currentState !== 'none');
  return {
    params: { node: frontend?.nodeId || engine?.nodeId || s.volume.currentNodeId, what: frontend !== undefined ? 'initiator' : engine !== undefined ? 'engine' : 'replicas', sinceAt: since },
    evidence: [citeState(s), ...(frontend === undefined ? [] : [cite(s.view, KIND.engineFrontend, frontend.meta.id, 'status.currentState', asApiState(frontend.currentState))]), ...(engine === undefined ? [] : [citeEngine(s, engine, 'status.currentState', asApiState(engine.currentState))])]
  };
});

const attachStuck = moving('attach-stuck', { phase: 'stuck', needsHelp: true, params: ['node', 'sinceAt'] }, (s) => {
  const since = stuckSince(s, STUCK_AFTER);
  return s.volume.state === 'attaching' && since !== null ? { params: { node: targetNode(s), sinceAt: since }, evidence: [citeState(s), citeVolume(s, 'spec.nodeID', s.volume.nodeId)] } : null;
});

const creating = moving('being-created', { row: '79' }, (s) =>
  s.volume.state === 'creating' || s.volume.state === 'new' || (s.volume.state === 'unknown' && s.volume.rawState === '') ? { evidence: [citeState(s), citeVolume(s, 'metadata.creationTimestamp', asApiTime(s.volume.meta.createdAt))] } : null);

const attaching = moving('attaching', { params: ['node'] }, (s) =>
  s.volume.state === 'attaching' ? { params: { node: targetNode(s) }, evidence: [citeState(s), citeVolume(s, 'spec.nodeID', s.volume.nodeId)] } : null);

const detaching = moving('detaching', {}, (s) => s.volume.state === 'detaching' ? { evidence: [citeState(s)] } : null);

const settling = moving('settling', {}, (s) => ({ evidence: [citeState(s), citeRobustness(s)] }));

const instanceCreationFailed = moving('instance-creation-failed', { row: '53', phase: 'stuck', needsHelp: true, params: ['node', 'message'] }, (s) => {
  for (const replica of s.replicas) {
    const condition = findCondition(replica.conditions, 'InstanceCreation');
    if (condition?.status !== 'False' || condition.reason !== 'InstanceCreationFailure') continue;
    return { params: { node: replica.nodeId, message: condition.message }, evidence: [citeReplica(s, replica, 'status.conditions[InstanceCreation].message', condition.message)] };
  }
  return null;
});

const waitingForImage = moving('waiting-for-backing-image', { row: '54', phase: 'waiting', params: ['image', 'message'] }, (s) => {
  const own = s.condition('WaitForBackingImage');
  const replica = s.replicas.find((candidate) => findCondition(candidate.conditions, 'WaitForBackingImage')?.status === 'True');
  const condition = own?.status === 'True' ? own : replica === undefined ? undefined : findCondition(replica.conditions, 'WaitForBackingImage');
  if (condition === undefined) return null;
  return {
    params: { image: s.volume.backingImage || NOWHERE, message: condition.message },
    evidence: [own?.status === 'True' || replica === undefined ? citeVolumeCondition(s, 'WaitForBackingImage') : citeReplica(s, replica, 'status.conditions[WaitForBackingImage].message', condition.message)]
  };
});

/** Volumes on their way: filling, attaching, detaching, deleting; and what keeps them. */
export const MOVING_CAUSES: readonly Rule[] = [
  deletingStuck, deleting, cloneFailed, cloneFinishing, cloning, restoring, noCopyPlaced, nodeWithoutV2, instanceCreationFailed, waitingForImage,
  initiatorDown, waitingForManager, waitingForStart, detachStuck
];

/** Said when nothing keeps them. */
export const MOVING_FALLBACKS: readonly Rule[] = [attachStuck, creating, attaching, detaching, settling];

/** Those that also tell something of volumes which are not on their way. */
export const START_PROBLEMS: readonly Rule[] = [instanceCreationFailed, waitingForImage];
