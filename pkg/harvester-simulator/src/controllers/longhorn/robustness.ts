import { findCondition, setCondition } from './conditions';
import { REASON, findDiskCandidates, findReusableReplica, waitBeforeNewReplica } from './placement';
import { FAILED_REPLICA_MAX_RETRY, LEGACY_CLONE_LABEL } from './kinds';
import { settingNumber } from './settings';
import type { Engine, Replica } from './types';
import type { VolumeSet } from './volume-set';

/** `flowcontrol.NewBackOff(time.Minute, time.Minute*3)` */
const BACKOFF_FIRST = 60_000;
const BACKOFF_LONGEST = 180_000;

/** How soon an unplaceable replica is tried again. */
export const SCHEDULE_RETRY = 30_000;

export function setFailed(replica: Replica, now: string): void {
  replica.spec.failedAt = now;
  replica.spec.lastFailedAt = now;
  replica.spec.desireState = 'stopped';
}

export function isHealthyAndActive(replica: Replica): boolean {
  return replica.spec.failedAt === '' && replica.spec.healthyAt !== '' && replica.spec.active;
}

/** All that could still serve data has failed: the volume needs salvage. */
export function isSalvageNeeded(replicas: readonly Replica[]): boolean {
  const active = replicas.filter((replica) => replica.spec.active);
  if (active.length === 0) return false;
  const failed = active.filter((replica) => replica.spec.failedAt !== '');
  if (active.every((replica) => replica.spec.lastHealthyAt === '' && replica.spec.healthyAt === '')) return failed.length === active.length;
  return failed.length > 0 && !active.some(isHealthyAndActive);
}

/** Missing copies: numberOfReplicas minus usable ones; a full clone gets its further copies only once it is copied. */
export function missingReplicas(set: VolumeSet): number {
  const { spec, status } = set.volume.object;
  const usable = set.present.filter((replica) => replica.spec.failedAt === '' && !replica.spec.evictionRequested && replica.spec.active).length;
  const isCopying = spec.dataSource !== '' && !['copy-completed-awaiting-healthy', 'completed'].includes(status.cloneStatus.state);
  if (isCopying && spec.cloneMode !== 'linked-clone') return usable === 0 ? 1 : 0;
  return Math.max(0, spec.numberOfReplicas - usable);
}

function readModes(set: VolumeSet, engine: Engine): number {
  const { ctx } = set;
  let healthy = 0;
  for (const replica of set.replicas.map((draft) => draft.object)) {
    const mode = engine.status.replicaModeMap?.[replica.metadata.name];
    if (mode === 'ERR' && replica.spec.failedAt === '') setFailed(replica, ctx.iso);
    if (replica.status.currentState === 'error' && replica.spec.failedAt === '') setFailed(replica, ctx.iso);
    if (mode !== 'RW') continue;
    healthy++;
    if (replica.spec.failedAt !== '') continue;
    if (replica.spec.healthyAt === '') {
      replica.spec.healthyAt = ctx.iso;
      replica.spec.rebuildRetryCount = 0;
      ctx.backoff.delete(replica.metadata.name);
      if (findCondition(replica.status.conditions, 'RebuildFailed') !== undefined) setCondition(replica.status.conditions, ctx.iso, 'RebuildFailed', 'False');
    }
    const since = engine.status.replicaTransitionTimeMap?.[replica.metadata.name] ?? '';
    if (replica.spec.lastHealthyAt === '' || since > replica.spec.lastHealthyAt) replica.spec.lastHealthyAt = since === '' ? ctx.iso : since;
  }
  return healthy;
}

function isEngineSynced(set: VolumeSet, engine: Engine): boolean {
  const modes = engine.status.replicaModeMap ?? {};
  const spec = Object.keys(engine.spec.replicaAddressMap).sort();
  const seen = Object.keys(modes).sort();
  const current = Object.keys(engine.status.currentReplicaAddressMap ?? {}).sort();
  const isUnconnected = set.present.some((replica) => replica.spec.active && replica.spec.failedAt === '' && replica.status.currentState === 'running' && engine.spec.replicaAddressMap[replica.metadata.name] === undefined);
  return !isUnconnected && spec.join() === seen.join() && spec.join() === current.join() && !Object.values(modes).includes('ERR');
}

function reuse(set: VolumeSet, replica: Replica): boolean {
  const { ctx } = set;
  const last = ctx.backoff.get(replica.metadata.name);
  if (last !== undefined && ctx.now < last.until) {
    ctx.queue.addAfter(`volume/${set.name}`, last.until - ctx.now + 100);
    return false;
  }
  const failure = replica.status.conditions.find((condition) => condition.type === 'RebuildFailed');
  const isNetworkFailure = failure?.status === 'True' && ['Disconnection', 'ManagerPodDown', 'KubernetesNodeGone', 'KubernetesNodeNotReady'].includes(failure.reason);
  replica.spec.failedAt = '';
  replica.spec.healthyAt = '';
  // A count of 1 at least: the per-node limit recognises rebuilding replicas by it.
  if (!isNetworkFailure || replica.spec.rebuildRetryCount === 0) replica.spec.rebuildRetryCount++;
  const length = last === undefined ? BACKOFF_FIRST : Math.min(BACKOFF_LONGEST, last.length * 2);
  ctx.backoff.set(replica.metadata.name, { until: ctx.now + length, length });
  return true;
}

/** Brings back or creates one missing copy (`replenishReplicas`); sets the Scheduled condition when there is no place. */
export function replenish(set: VolumeSet): void {
  const { ctx } = set;
  const volume = set.volume.object;
  const { engine } = set;
  if (engine === undefined || set.isMigrating || volume.status.state !== 'attached') return;
  if (volume.metadata.labels?.[LEGACY_CLONE_LABEL] !== undefined) return;
  if (settingNumber(ctx.cluster, 'concurrent-replica-rebuild-per-node-limit') === 0) return;
  if (engine.status.currentSize !== volume.spec.size) return;
  if (!isEngineSynced(set, engine) || Object.values(engine.status.replicaModeMap ?? {}).includes('WO')) return;
  if (missingReplicas(set) === 0) return;
  const replicas = set.present;
  const reusable = findReusableReplica(ctx, volume, replicas);
  if (reusable !== undefined && reuse(set, reusable)) return;
  const wait = waitBeforeNewReplica(ctx, volume, replicas);
  if (wait > 0) {
    ctx.queue.addAfter(`volume/${set.name}`, wait);
    return;
  }
  const { disks, reasons } = findDiskCandidates(ctx, volume, replicas);
  if (disks.length > 0) {
    set.addReplica(engine.metadata.name, { rebuildRetryCount: FAILED_REPLICA_MAX_RETRY });
    return;
  }
  if (reasons.size === 0) reasons.add(REASON.disksUnavailable);
  setCondition(volume.status.conditions, ctx.iso, 'Scheduled', 'False', 'ReplicaSchedulingFailure', precheckMessage(ctx.minor, reasons));
  ctx.queue.addAfter(`volume/${set.name}`, SCHEDULE_RETRY);
}

/** One text from 1.10 on; before, a member of an unsorted list joined by `;`. */
function precheckMessage(minor: number, reasons: ReadonlySet<string>): string {
  if (minor >= 10) return `precheck new replica failed: ${joinReasons(minor, reasons)}`;
  return joinReasons(minor, new Set(['precheck new replica failed', ...reasons]));
}

export function joinReasons(minor: number, reasons: ReadonlySet<string>): string {
  return minor >= 10 ? [...reasons].sort().join('; ') : [...reasons].join(';');
}

/** healthy, degraded or unknown from the engine's replica modes (`ReconcileEngineReplicaState`). */
export function reconcileRobustness(set: VolumeSet): void {
  const { ctx, engine } = set;
  const volume = set.volume.object;
  const { status } = volume;
  if (engine === undefined) return;
  if (engine.status.currentState === 'unknown') {
    if (status.robustness !== 'unknown') {
      status.robustness = 'unknown';
      ctx.event(volume, 'Warning', 'Unknown', `volume ${set.name} robustness is unknown`);
    }
    return;
  }
  if (engine.status.currentState !== 'running') {
    for (const replica of set.present) if (replica.status.currentState === 'error' && replica.spec.failedAt === '') setFailed(replica, ctx.iso);
    return;
  }
  // On its way down the volume is `unknown`, whatever the engine that is being stopped still says.
  if (engine.status.replicaModeMap === null || status.state === 'detaching') return;
  const healthy = readModes(set, engine);
  if (healthy === 0) return;
  if (healthy >= volume.spec.numberOfReplicas) {
    const was = status.robustness;
    status.robustness = 'healthy';
    if (was === 'degraded') ctx.event(volume, 'Normal', 'Healthy', `volume ${set.name} became healthy`);
    if (set.present.some((replica) => replica.spec.evictionRequested)) replenish(set);
    return;
  }
  if (status.robustness !== 'degraded') {
    status.robustness = 'degraded';
    status.lastDegradedAt = ctx.iso;
    ctx.event(volume, 'Normal', 'Degraded', `volume ${set.name} became degraded`);
  }
  replenish(set);
}
