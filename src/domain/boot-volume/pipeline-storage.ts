import type { DataVolumeRecord, PersistentVolumeClaimRecord } from '../harvester/types';
import { effectiveValue, SETTING } from '../harvester/setting';
import { findCondition } from '../kube/conditions';
import { KIND } from '../kube/kinds';
import { objectId } from '../kube/names';
import { isV2EngineOn } from '../longhorn/cluster-settings';
import { explainPlacement } from '../longhorn/placement';
import type { VolumeRecord } from '../longhorn/types';
import type { ClusterView } from '../view';
import { classifyStorageClass } from './classes';
import { step, cause, conditionEvidence } from './pipeline-steps';
import { evidenceOf, unreadReason } from './reading';
import type { PipelineCause, PipelineStep } from './types';

/**
 * Longhorn volume behind a claim. While CDI fills a claim, the volume hangs on the claim `prime-<uid>`, or `tmp-pvc-<uid>`
 * of a clone, and moves over at the end.
 */
export function findVolume(view: ClusterView, claimId: string): VolumeRecord | undefined {
  const claim = view.get(KIND.persistentVolumeClaim, claimId);
  const behind = (prefix: string): VolumeRecord | undefined => claim && view.volumeOfClaim(objectId(claim.meta.namespace, `${prefix}-${claim.meta.uid}`));

  return view.volumeOfClaim(claimId) ?? behind('prime') ?? behind('tmp-pvc');
}

/** The step "claim": bound, being filled, or waiting for a volume. */
export function readClaimStep(view: ClusterView, claimId: string, dataVolume: DataVolumeRecord | undefined): PipelineStep {
  const claim = view.get(KIND.persistentVolumeClaim, claimId);

  if (claim === undefined) {
    const isUnread = unreadReason(view, KIND.persistentVolumeClaim) !== null;

    return step('claim', isUnread ? 'unknown' : 'waiting', isUnread ? 'unread' : 'none');
  }

  const evidence = [evidenceOf(view, KIND.persistentVolumeClaim, claimId, 'status.phase', claim.phase)];

  if (claim.phase === 'Bound') {
    const isFilled = dataVolume === undefined || dataVolume.phase === 'Succeeded' || claim.volumeName !== '';

    return step('claim', isFilled ? 'done' : 'running', isFilled ? 'bound' : 'filling', { volume: claim.volumeName }, null, evidence);
  }

  return claim.phase === 'Lost'
    ? step('claim', 'failed', 'lost', {}, null, evidence)
    // Bound at the end only: until then CDI fills the volume behind another claim.
    : step('claim', 'running', findVolume(view, claimId) ? 'filling' : 'pending', {}, null, evidence);
}

/** The step "volume": the Longhorn volume exists, its replicas have places, it is not faulted. */
export function readVolumeStep(view: ClusterView, claimId: string): PipelineStep {
  const volume = findVolume(view, claimId);

  if (volume === undefined) {
    const isUnread = unreadReason(view, KIND.volume) !== null;

    return step('volume', isUnread ? 'unknown' : 'waiting', isUnread ? 'unread' : 'none');
  }

  const placed = view.replicasOfVolume(volume.meta.name).filter(replica => replica.nodeId !== '').length;
  const wanted = volume.numberOfReplicas ?? 0;
  const params = { volume: volume.meta.name, placed, wanted, engine: volume.dataEngine };
  const evidence = [
    evidenceOf(view, KIND.volume, volume.meta.id, 'status.state', volume.rawState),
    evidenceOf(view, KIND.volume, volume.meta.id, 'status.robustness', volume.rawRobustness)
  ];

  if (volume.robustness === 'faulted') {
    return step('volume', 'failed', 'faulted', params, null, evidence);
  }

  return findCondition(volume.conditions, 'Scheduled')?.status === 'False'
    ? step('volume', placed === 0 ? 'stalled' : 'done', placed === 0 ? 'unscheduled' : 'short', params, null, evidence)
    : step('volume', 'done', placed < wanted ? 'short' : 'placed', params, null, evidence);
}

/** Why the storage below a data volume does not come about, from the bottom up; null when nothing speaks against it. */
export function findStorageCause(view: ClusterView, claimId: string, className: string, size: number | null): PipelineCause | null {
  const volume = findVolume(view, claimId);

  if (volume !== undefined) {
    return findVolumeCause(view, volume);
  }

  const claim = view.get(KIND.persistentVolumeClaim, claimId);

  return claim?.phase === 'Bound' ? null : findMissingVolumeCause(view, claim, className, size);
}

/** That no good replica of the volume is left. */
export function findFault(view: ClusterView, volume: VolumeRecord | undefined): PipelineCause | null {
  return volume?.robustness === 'faulted'
    ? cause('volume-faulted', { volume: volume.meta.name }, [evidenceOf(view, KIND.volume, volume.meta.id, 'status.robustness', volume.rawRobustness)])
    : null;
}

function findVolumeCause(view: ClusterView, volume: VolumeRecord): PipelineCause | null {
  const scheduled = findCondition(volume.conditions, 'Scheduled');
  const id = volume.meta.id;

  const fault = findFault(view, volume);

  if (fault !== null) {
    return fault;
  }

  const placed = view.replicasOfVolume(volume.meta.name).filter(replica => replica.nodeId !== '').length;

  return scheduled?.status === 'False' && placed === 0
    ? cause('replicas-unschedulable', { volume: volume.meta.name, placed, wanted: volume.numberOfReplicas ?? 0, message: scheduled.message }, conditionEvidence(view, KIND.volume, id, 'Scheduled', scheduled.message))
    : null;
}

function findMissingVolumeCause(view: ClusterView, claim: PersistentVolumeClaimRecord | undefined, className: string, size: number | null): PipelineCause | null {
  const setting = view.get(KIND.setting, SETTING.v2Enabled);
  const record = view.get(KIND.storageClass, className);

  if (className !== '' && record === undefined && unreadReason(view, KIND.storageClass) === null) {
    return cause('class-missing', { class: className });
  }

  if (record === undefined || classifyStorageClass(view, record).refusal !== null) {
    return null;
  }

  if ((setting && effectiveValue(setting) !== 'true') || isV2EngineOn(view) === false) {
    return cause('engine-off', { setting: SETTING.v2Enabled }, setting ? [evidenceOf(view, KIND.setting, SETTING.v2Enabled, 'value', effectiveValue(setting))] : []);
  }

  if (record.volumeBindingMode === 'WaitForFirstConsumer' && claim?.phase === 'Pending') {
    return cause('waits-for-consumer', { class: className });
  }

  return findRoomCause(view, className, size);
}

function findRoomCause(view: ClusterView, className: string, size: number | null): PipelineCause | null {
  const record = view.get(KIND.storageClass, className);

  if (record === undefined || unreadReason(view, KIND.longhornNode) !== null) {
    return null;
  }

  const { replicas, nodeSelector, diskSelector } = classifyStorageClass(view, record);
  const placement = explainPlacement(view, { size: size ?? 1, replicas, engine: 'v2', nodeSelector, diskSelector });

  return placement.chosen.length === 0
    ? cause('no-place', { class: className, nodes: placement.nodes.length, node: placement.limitedBy?.nodeName ?? '', disk: placement.limitedBy?.diskName ?? '', reason: placement.limitedBy?.code ?? '' })
    : null;
}
