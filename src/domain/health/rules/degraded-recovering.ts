import { readFlagSetting } from '../../longhorn/cluster-settings';
import { isInRebuild, isReusable, MAX_REBUILD_RETRIES, rebuildFailure } from '../../longhorn/selectors';
import { countTransitions } from '../history';
import { flatSince } from '../rebuild-estimate';
import { asApiState } from '../evidence';
import { rulesOf } from '../rule';
import type { Rule } from '../rule';
import type { Situation } from '../situation';
import type { Evidence, ReplicaVerdict } from '../types';
import { citeDegradedSince, citeEngine, citeFailure, citeMigration, citeModes, citeReplica, citeReplicaCondition, citeRobustness, citeSetting, citeVolume } from './cite';
import { shardsDegraded } from './shards';

const degraded = rulesOf('degraded');
const FLAT = 600_000;
const FLAP_WINDOW = 1_800_000;
const FLAP_COUNT = 3;

function citeRebuild(s: Situation, verdict: ReplicaVerdict): readonly Evidence[] {
  if (s.running === null) return [citeRobustness(s)];
  const entry = s.running.rebuilds.find((candidate) => candidate.replicaName === verdict.name);
  const text = entry === undefined ? null : `isRebuilding=${String(entry.isRebuilding)} progress=${String(entry.progress)} state=${entry.state}`;
  return [citeRobustness(s), citeModes(s, s.running), citeEngine(s, s.running, entry === undefined ? 'status.rebuildStatus' : `status.rebuildStatus[tcp://${entry.address}]`, text)];
}

function describeRebuild(verdict: ReplicaVerdict): Record<string, string | number> {
  return {
    node: verdict.nodeName,
    from: verdict.rebuild?.fromNodes.join(', ') ?? '',
    hasSource: verdict.rebuild !== null && verdict.rebuild.fromNodes.length > 0 ? 'yes' : 'no',
    percent: verdict.rebuild?.percent ?? 0
  };
}

const REBUILD_PARAMS = ['node', 'from', 'hasSource', 'percent'] as const;

const rebuildNotProgressing = degraded('rebuild-not-progressing', { row: '3', phase: 'stuck', needsHelp: true, params: [...REBUILD_PARAMS, 'sinceAt'] }, (s) => {
  const verdict = s.rebuilding;
  if (verdict === null || verdict.rebuild === null || verdict.rebuild.error !== '') return null;
  const since = flatSince(s.history?.rebuildSamples[verdict.name] ?? [], verdict.rebuild.percent);
  if (since === null || s.now - since < FLAT) return null;
  return { params: { ...describeRebuild(verdict), sinceAt: since }, evidence: citeRebuild(s, verdict) };
});

const flapping = degraded('flapping', { phase: 'flapping', needsHelp: true, params: ['count', 'minutes'] }, (s) => {
  const count = countTransitions(s.history, s.now - FLAP_WINDOW);
  return count < FLAP_COUNT ? null : { params: { count, minutes: FLAP_WINDOW / 60_000 }, evidence: [citeRobustness(s), citeDegradedSince(s)] };
});

const rebuildingCapped = degraded('rebuilding-capped', { row: '2', phase: 'rebuilding', params: [...REBUILD_PARAMS, 'cap'] }, (s) => {
  const verdict = s.rebuilding;
  if (verdict?.rebuild == null || verdict.rebuild.capMBps <= 0) return null;
  return { params: { ...describeRebuild(verdict), cap: verdict.rebuild.capMBps }, evidence: [...citeRebuild(s, verdict), citeVolume(s, 'spec.replicaRebuildingBandwidthLimit', s.volume.rebuildBandwidthLimit)] };
});

const rebuilding = degraded('rebuilding', { row: '1', phase: 'rebuilding', params: REBUILD_PARAMS }, (s) => {
  const verdict = s.rebuilding;
  return verdict?.rebuild == null || verdict.rebuild.capMBps > 0 ? null : { params: describeRebuild(verdict), evidence: citeRebuild(s, verdict) };
});

const purging = degraded('purging-before-rebuild', { row: '4', phase: 'starting', params: ['percent'] }, (s) => {
  const purge = s.running?.purges.find((entry) => entry.isPurging);
  if (s.running === null || purge === undefined || s.rebuilding !== null) return null;
  return { params: { percent: purge.progress }, evidence: [citeRobustness(s), citeEngine(s, s.running, `status.purgeStatus[tcp://${purge.address}]`, `isPurging=true progress=${String(purge.progress)}`)] };
});

/**
 * Mirrors `canStartRebuildingReplica`'s count per target node (longhorn-manager controller/replica_controller.go). The
 * queue has no order: whichever replica is looked at first after a place is free takes it.
 */
const rebuildQueued = degraded('rebuild-queued', { row: '5', phase: 'queued', params: ['node', 'running', 'limit', 'waiting'] }, (s) => {
  for (const verdict of s.verdicts) {
    if (verdict.class !== 'rebuild-queued') continue;
    let [running, waiting] = [0, 1];
    for (const other of s.view.replicasOnNode(verdict.nodeName)) {
      if (other.meta.name === verdict.name || !isInRebuild(other)) continue;
      if (other.currentState === 'running' || other.currentState === 'starting') running += 1;
      else if (other.desireState === 'running' && other.meta.deletedAt === null) waiting += 1;
    }
    if (running < s.rebuildLimit) continue;
    const replica = s.replicas.find((candidate) => candidate.meta.name === verdict.name);
    return {
      params: { node: verdict.nodeName, running, limit: s.rebuildLimit, waiting },
      evidence: [citeRobustness(s), ...(replica === undefined ? [] : [citeReplica(s, replica, 'status.currentState', asApiState(replica.currentState))]), citeSetting(s, 'concurrent-replica-rebuild-per-node-limit')]
    };
  }
  return null;
});

const pausedByMigration = degraded('rebuild-paused-migration', { row: '28', phase: 'paused', params: ['node', 'hasTarget'] }, (s) => {
  if (s.rebuilding !== null || (!s.isMigrating && s.engines.length < 2)) return null;
  const node = s.volume.migrationNodeId || s.volume.currentMigrationNodeId;
  return { params: { node, hasTarget: node === '' ? 'no' : 'yes' }, evidence: [citeRobustness(s), citeMigration(s)] };
});

const pausedByExpansion = degraded('rebuild-paused-expansion', { row: '29', phase: 'paused', params: ['sizeBytes'] }, (s) => {
  const { volume, engine } = s;
  if (s.rebuilding !== null || engine === null) return null;
  const isGrowing = volume.expansionRequired || engine.isExpanding || (volume.size !== null && engine.currentSize !== null && engine.currentSize > 0 && volume.size !== engine.currentSize);
  if (!isGrowing) return null;
  const words = [...(volume.expansionRequired ? [citeVolume(s, 'status.expansionRequired', true)] : []), ...(engine.isExpanding ? [citeEngine(s, engine, 'status.isExpanding', true)] : [])];
  return { params: { sizeBytes: volume.size ?? 0 }, evidence: [citeRobustness(s), citeVolume(s, 'spec.size', volume.size), citeEngine(s, engine, 'status.currentSize', engine.currentSize), ...words] };
});

const rebuildOff = degraded('rebuild-off', { row: '27', phase: 'paused', needsHelp: true }, (s) =>
  s.rebuildLimit === 0 ? { evidence: [citeRobustness(s), citeSetting(s, 'concurrent-replica-rebuild-per-node-limit')] } : null);

const legacyClone = degraded('legacy-clone', { row: '26', phase: 'blocked', needsHelp: true }, (s) => {
  const label = s.volume.meta.labels['longhorn.io/legacy-linked-clone'];
  return label === undefined || label === 'false' ? null : { evidence: [citeRobustness(s), citeVolume(s, 'metadata.labels[longhorn.io/legacy-linked-clone]', label)] };
});

const persistentFailure = degraded('persistent-failure', { row: '32', phase: 'stuck', needsHelp: true, params: ['node', 'disk', 'count'] }, (s) => {
  for (const replica of s.replicas) {
    if (replica.nodeId === '' || rebuildFailure(replica) === null) continue;
    const same = s.replicas.filter((other) => other.nodeId === replica.nodeId && other.diskId === replica.diskId && rebuildFailure(other) !== null);
    if (same.length < 2) continue;
    return { params: { node: replica.nodeId, disk: s.diskNameOf(replica), count: same.length }, evidence: [citeRobustness(s), ...same.map((other) => citeReplicaCondition(s, other, 'RebuildFailed'))] };
  }
  return null;
});

/** An `ERR` entry of a replica whose object is gone keeps the engine from taking in new replicas. */
const staleEngineEntry = degraded('stale-engine-entry', { phase: 'stuck', needsHelp: true, params: ['replica'] }, (s) => {
  if (s.running === null || s.rebuilding !== null || s.status('longhorn.io.replica') !== 'ready') return null;
  const modes = s.running.replicaModeMap ?? {};
  const name = Object.keys(modes).find((candidate) => modes[candidate] === 'ERR' && !s.replicas.some((replica) => replica.meta.name === candidate));
  return name === undefined ? null : { params: { replica: name }, evidence: [citeRobustness(s), citeModes(s, s.running), citeEngine(s, s.running, `spec.replicaAddressMap[${name}]`, s.running.replicaAddressMap[name] ?? null)] };
});

/** A new replica runs for long, and the engine has neither taken it in nor marked it failed. */
const notAdopted = degraded('replica-not-adopted', { phase: 'stuck', needsHelp: true, params: ['node', 'sinceAt'] }, (s) => {
  const { running, volume } = s;
  if (running === null || s.rebuilding !== null || s.isMigrating || volume.lastDegradedAt === null || s.now - volume.lastDegradedAt < FLAT) return null;
  if (running.purges.some((purge) => purge.isPurging)) return null;
  const idle = s.replicas.find((replica) => replica.currentState === 'running' && replica.failedAt === null && replica.healthyAt === null && replica.isActive &&
    replica.meta.createdAt !== null && s.now - replica.meta.createdAt > FLAT &&
    running.replicaAddressMap[replica.meta.name] === undefined && running.currentReplicaAddressMap[replica.meta.name] === undefined);
  return idle === undefined ? null : { params: { node: idle.nodeId, sinceAt: idle.meta.createdAt ?? 0 }, evidence: [citeRobustness(s), citeReplica(s, idle, 'status.currentState', asApiState(idle.currentState)), citeModes(s, running)] };
});

const retriesExhausted = degraded('retries-exhausted', { row: '31', phase: 'starting', params: ['node', 'limit'] }, (s) => {
  const given = s.failed.find((replica) => replica.rebuildRetryCount >= MAX_REBUILD_RETRIES);
  const hasFresh = s.replicas.some((replica) => replica.failedAt === null && replica.healthyAt === null && replica.isActive && replica.meta.deletedAt === null);
  if (given === undefined || !hasFresh) return null;
  return { params: { node: given.nodeId, limit: MAX_REBUILD_RETRIES }, evidence: [citeFailure(s, given), citeReplica(s, given, 'spec.rebuildRetryCount', given.rebuildRetryCount)] };
});

const retrying = degraded('rebuild-retrying', { row: '30', phase: 'waiting', needsHelp: true, params: ['node', 'tries', 'limit', 'message'] }, (s) => {
  for (const replica of s.replicas) {
    const failure = rebuildFailure(replica);
    if (failure === null || replica.rebuildRetryCount < 1 || replica.rebuildRetryCount >= MAX_REBUILD_RETRIES) continue;
    return {
      params: { node: replica.nodeId, tries: replica.rebuildRetryCount, limit: MAX_REBUILD_RETRIES, message: failure.message || failure.reason },
      evidence: [citeReplicaCondition(s, replica, 'RebuildFailed'), citeReplica(s, replica, 'spec.rebuildRetryCount', replica.rebuildRetryCount)]
    };
  }
  return null;
});

const fullRebuild = degraded('full-rebuild', { row: '36', phase: 'starting' }, (s) => {
  const { volume } = s;
  if (volume.dataEngine !== 'v2' || s.failed.length === 0 || s.isBlocked || readFlagSetting(s.view, 'fast-replica-rebuild-enabled', 'v2')) return null;
  return { evidence: [citeRobustness(s), citeSetting(s, 'fast-replica-rebuild-enabled')] };
});

const waitingForReturn = degraded('waiting-for-copy', { phase: 'waiting', params: ['node', 'nextAt', 'hasPlace'] }, (s) => {
  const nextAt = s.waitsUntil;
  const lost = s.failed.find(isReusable);
  if (nextAt === null || lost === undefined) return null;
  const { hasPlace } = s.placeAfterWait;
  return { params: { node: lost.nodeId, nextAt, hasPlace }, needsHelp: hasPlace === 'no', evidence: [citeFailure(s, lost), citeDegradedSince(s), citeSetting(s, 'replica-replenishment-wait-interval')] };
});

const newCopySoon = degraded('new-copy-soon', { row: '35', phase: 'starting' }, (s) => {
  // "About to be made" is a promise: it takes knowing that nothing stands in the way.
  if (!s.isRecoveryVerifiable || s.condition('Scheduled')?.status === 'False' || s.failed.length > 0 || s.rebuildLimit === 0 || s.isBlocked || s.isMigrating || s.wanted === null) return null;
  return s.usable.length < s.wanted || s.verdicts.some((verdict) => verdict.class === 'starting' || verdict.class === 'rebuild-queued')
    ? { evidence: [citeRobustness(s), citeVolume(s, 'spec.numberOfReplicas', s.volume.numberOfReplicas)] } : null;
});

/** Degraded volumes on their way back, or kept from it by Longhorn's own rules. In order of what to say first. */
export const RECOVERING: readonly Rule[] = [
  shardsDegraded, rebuildNotProgressing, flapping, rebuildingCapped, rebuilding, purging, rebuildQueued, rebuildOff, pausedByMigration, pausedByExpansion,
  legacyClone, staleEngineEntry, notAdopted, persistentFailure, retrying
];

/** How the lost copy is being replaced. */
export const REPLACING: readonly Rule[] = [retriesExhausted, fullRebuild];

/** What remains to be said when nothing more telling holds. */
export const DEGRADED_FALLBACKS: readonly Rule[] = [waitingForReturn, newCopySoon];
