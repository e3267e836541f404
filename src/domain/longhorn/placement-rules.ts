import { findCondition } from '../kube/conditions';
import type { Condition } from '../kube/types';
import type { ClusterView } from '../view';
import { readFlagSetting, readNumberSetting } from './cluster-settings';
import { hasRunningInstanceManager, isV2DisabledOn } from './node-status';
import type { DiskPlacement, PlacementCode, PlacementRequest } from './placement-types';
import type { DiskRecord, LonghornNodeRecord } from './types';

/** The settings and overrides that placement depends on, read once per question. */
export interface PlacementPolicy {
  readonly nodeSoft: boolean;
  readonly zoneSoft: boolean;
  readonly diskSoft: boolean;
  /** Percent. */
  readonly overProvisioning: number;
  /** Percent. */
  readonly minimalAvailable: number;
  readonly allowEmptyNodeSelector: boolean;
  readonly allowEmptyDiskSelector: boolean;
}

export interface Judgement {
  readonly code: PlacementCode;
  readonly params: Readonly<Record<string, string | number>>;
}

const NO_PARAMS: Readonly<Record<string, string | number>> = Object.freeze({});
const OK: Judgement = Object.freeze({ code: 'ok', params: NO_PARAMS });

function judge(code: PlacementCode, params: Readonly<Record<string, string | number>> = NO_PARAMS): Judgement {
  return { code, params };
}

/** The reason a condition gives; its status when it gives none, so that a sentence never ends in nothing. */
function reasonOf(condition: Condition | undefined): string {
  return condition === undefined ? 'Unknown' : condition.reason || condition.status;
}

function resolveSoft(override: string | undefined, setting: boolean): boolean {
  return override === 'enabled' ? true : override === 'disabled' ? false : setting;
}

/** Reads the policy for a request: the volume's own override wins over the cluster's setting. */
export function readPolicy(view: ClusterView, request: PlacementRequest): PlacementPolicy {
  const { engine } = request;
  return {
    nodeSoft: resolveSoft(request.nodeSoftAntiAffinity, readFlagSetting(view, 'replica-soft-anti-affinity', engine)),
    zoneSoft: resolveSoft(request.zoneSoftAntiAffinity, readFlagSetting(view, 'replica-zone-soft-anti-affinity', engine)),
    diskSoft: resolveSoft(request.diskSoftAntiAffinity, readFlagSetting(view, 'replica-disk-soft-anti-affinity', engine)),
    overProvisioning: readNumberSetting(view, 'storage-over-provisioning-percentage', engine),
    minimalAvailable: readNumberSetting(view, 'storage-minimal-available-percentage', engine),
    allowEmptyNodeSelector: readFlagSetting(view, 'allow-empty-node-selector-volume', engine),
    allowEmptyDiskSelector: readFlagSetting(view, 'allow-empty-disk-selector-volume', engine)
  };
}

/** Tags that a selector asks for and the object lacks; with an empty selector, tagged objects may be closed to it. */
export function missingTags(selector: readonly string[], tags: readonly string[], allowEmpty: boolean): readonly string[] {
  if (selector.length === 0) return allowEmpty || tags.length === 0 ? [] : tags;
  return selector.filter((tag) => !tags.includes(tag));
}

/**
 * Whether a node may take replicas at all, before its disks and its neighbours are looked at.
 * Mirrors `ListSchedulableNodes` and the instance-manager filter (longhorn-manager scheduler/replica_scheduler.go).
 */
export function judgeNode(view: ClusterView, node: LonghornNodeRecord, request: PlacementRequest, policy: PlacementPolicy): Judgement {
  if (node.meta.deletedAt !== null) return judge('deleting');
  const ready = findCondition(node.conditions, 'Ready');
  if (ready?.status !== 'True') return judge('node-not-ready', { reason: reasonOf(ready) });
  const schedulable = findCondition(node.conditions, 'Schedulable');
  if (schedulable?.status !== 'True') {
    return schedulable?.reason === 'KubernetesNodeCordoned' ? judge('node-cordoned') : judge('node-unschedulable', { reason: reasonOf(schedulable) });
  }
  if (node.evictionRequested) return judge('node-evicting');
  if (!node.allowScheduling) return judge('scheduling-off');
  if (request.engine === 'v2' && isV2DisabledOn(view, node.meta.name) === true) return judge('label-disables-v2');
  const missing = missingTags(request.nodeSelector, node.tags, policy.allowEmptyNodeSelector);
  if (missing.length > 0) return judge('node-tags-missing', { tags: missing.join(', ') });
  if (hasRunningInstanceManager(view, node.meta.name, request.engine) === false) return judge('no-instance-manager');
  return OK;
}

const GIB = 2 ** 30;
/** ext4 cannot hold a file of 16 TiB or more; a v1 replica is one sparse file. */
const EXT4_LIMIT = 16 * 1024 * GIB;

/** Most bytes that may be promised on a disk: (maximum − reserved) × over-provisioning. null when it was not read. */
export function diskLimit(disk: DiskRecord, policy: PlacementPolicy): number | null {
  return disk.storageMaximum === null ? null : ((disk.storageMaximum - disk.storageReserved) * policy.overProvisioning) / 100;
}

/**
 * Whether a disk takes one replica of the request, when `scheduled` bytes are promised on it already.
 * Mirrors `isDiskEligible` and `IsSchedulableToDisk` (longhorn-manager scheduler/replica_scheduler.go).
 */
export function judgeDisk(disk: DiskRecord, request: PlacementRequest, policy: PlacementPolicy, scheduled: number | null): Judgement {
  const wanted = request.engine === 'v2' ? 'block' : 'filesystem';
  if (disk.type !== wanted) return judge('wrong-disk-type', { type: disk.type });
  const ready = findCondition(disk.conditions, 'Ready');
  if (ready !== undefined && ready.status !== 'True') return judge('disk-not-ready', { reason: reasonOf(ready) });
  if (disk.evictionRequested) return judge('disk-evicting');
  if (!disk.allowScheduling) return judge('disk-scheduling-off');
  const available = disk.storageAvailable;
  const maximum = disk.storageMaximum;
  const limit = diskLimit(disk, policy);
  if (available === null || maximum === null || limit === null || scheduled === null) return judge('disk-unread');
  const numbers = {
    availableBytes: available,
    minimalBytes: (maximum * policy.minimalAvailable) / 100,
    scheduledBytes: scheduled,
    limitBytes: limit,
    maximumBytes: maximum,
    requiredBytes: request.size
  };
  const schedulable = findCondition(disk.conditions, 'Schedulable');
  if (schedulable?.status !== 'True') {
    return schedulable?.reason === 'DiskPressure' ? judge('disk-pressure', numbers) : judge('disk-unschedulable', { reason: reasonOf(schedulable) });
  }
  const missing = missingTags(request.diskSelector, disk.tags, policy.allowEmptyDiskSelector);
  if (missing.length > 0) return judge('disk-tags-missing', { tags: missing.join(', ') });
  if (disk.filesystemType.startsWith('ext') && request.engine === 'v1' && request.size >= EXT4_LIMIT) return judge('filesystem-limit', numbers);
  if (available - (request.actualSize ?? 0) <= numbers.minimalBytes) return judge('insufficient-free', numbers);
  if (request.size + scheduled > limit) return judge('insufficient-allocatable', numbers);
  return OK;
}

/** A disk's row, from its judgement and numbers. */
export function describeDisk(disk: DiskRecord, judgement: Judgement, policy: PlacementPolicy, scheduled: number | null): DiskPlacement {
  const limit = diskLimit(disk, policy);
  return {
    nodeName: disk.nodeName,
    diskName: disk.name,
    diskId: disk.uuid,
    type: disk.type,
    code: judgement.code,
    params: judgement.params,
    allocatableBytes: limit === null || scheduled === null ? null : Math.max(0, limit - scheduled),
    freeBytes: disk.storageAvailable === null || disk.storageMaximum === null ? null : Math.max(0, disk.storageAvailable - (disk.storageMaximum * policy.minimalAvailable) / 100),
    scheduledBytes: scheduled,
    limitBytes: limit
  };
}
