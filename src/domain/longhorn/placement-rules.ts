import { findCondition } from '../kube/conditions';
import type { Condition } from '../kube/types';
import type { ClusterView } from '../view';
import { readFlagSetting, readLonghornMinor, readNumberSetting } from './cluster-settings';
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
  /** Longhorn's minor version, which decides how it chooses among disks; null when it is not known. */
  readonly longhornMinor: number | null;
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
    allowEmptyDiskSelector: readFlagSetting(view, 'allow-empty-disk-selector-volume', engine),
    longhornMinor: readLonghornMinor(view)
  };
}

/** Tags that a selector asks for and the object lacks; with an empty selector, tagged objects may be closed to it. */
export function missingTags(selector: readonly string[], tags: readonly string[], allowEmpty: boolean): readonly string[] {
  if (selector.length === 0) return allowEmpty || tags.length === 0 ? [] : tags;
  return selector.filter((tag) => !tags.includes(tag));
}

/**
 * Whether a node may take replicas at all, before its disks and its neighbours are looked at. Mirrors
 * `ListSchedulableNodes`, the linked-clone and hard-affinity filters, `CheckInstanceManagersReadiness` and the node tags
 * of `getDiskCandidates` (longhorn-manager scheduler/replica_scheduler.go). Whether a v1 engine image is deployed on the
 * node is not known here.
 */
export function judgeNode(view: ClusterView, node: LonghornNodeRecord, request: PlacementRequest, policy: PlacementPolicy): Judgement {
  if (node.meta.deletedAt !== null) return judge('deleting');
  const ready = findCondition(node.conditions, 'Ready');
  if (ready?.status !== 'True') return judge('node-not-ready', { reason: reasonOf(ready) });
  const schedulable = findCondition(node.conditions, 'Schedulable');
  if (schedulable?.status !== 'True') {
    return schedulable?.reason === 'KubernetesNodeCordoned' ? judge('node-cordoned') : judge('node-unschedulable', { reason: reasonOf(schedulable) });
  }
  // An eviction needs scheduling to be off: it is the better word for the same lock.
  if (!node.allowScheduling) return judge(node.evictionRequested ? 'node-evicting' : 'scheduling-off');
  if (request.engine === 'v2' && isV2DisabledOn(view, node.meta.name) === true) return judge('label-disables-v2');
  if (request.sources?.some((source) => source.nodeName === node.meta.name) === false) return judge('no-clone-source');
  if (isOtherNodeRequired(node, request)) return judge('other-node-required', { node: request.onlyNode ?? '' });
  if (hasRunningInstanceManager(view, node.meta.name, request.engine) === false) return judge('no-instance-manager');
  const missing = missingTags(request.nodeSelector, node.tags, policy.allowEmptyNodeSelector);
  return missing.length > 0 ? judge('node-tags-missing', { tags: missing.join(', ') }) : OK;
}

function isOtherNodeRequired(node: LonghornNodeRecord, request: PlacementRequest): boolean {
  return request.onlyNode !== undefined && request.onlyNode !== '' && request.onlyNode !== node.meta.name;
}

/** Whether the scheduler gets as far as the node's neighbours: only there a replica makes its zone a used one. */
export function isCandidate(judgement: Judgement): boolean {
  return judgement.code === 'ok' || judgement.code === 'node-tags-missing';
}

const GIB = 2 ** 30;
/** ext4 cannot hold a file of 16 TiB or more; a v1 replica is one sparse file. */
const EXT4_LIMIT = 16 * 1024 * GIB;

/** Most bytes that may be promised on a disk: (maximum − reserved) × over-provisioning. null when it was not read. */
export function diskLimit(disk: DiskRecord, policy: PlacementPolicy): number | null {
  return disk.storageMaximum === null ? null : ((disk.storageMaximum - disk.storageReserved) * policy.overProvisioning) / 100;
}

/** Bytes of a disk that change while replicas are being placed. */
export interface DiskSpace {
  /** Promised. */
  readonly scheduled: number | null;
  /** Free. */
  readonly available: number | null;
}

/**
 * Whether a disk takes one replica of the request, when this much is promised on it and free.
 * Mirrors `IsDiskEligibleForVolume` and `IsSchedulableToDisk` (longhorn-manager scheduler/replica_scheduler.go).
 */
export function judgeDisk(disk: DiskRecord, request: PlacementRequest, policy: PlacementPolicy, { scheduled, available }: DiskSpace): Judgement {
  const wanted = request.engine === 'v2' ? 'block' : 'filesystem';
  if (disk.type !== wanted) return judge('wrong-disk-type', { type: disk.type });
  const ready = findCondition(disk.conditions, 'Ready');
  if (ready !== undefined && ready.status !== 'True') return judge('disk-not-ready', { reason: reasonOf(ready) });
  if (disk.evictionRequested) return judge('disk-evicting');
  if (!disk.allowScheduling) return judge('disk-scheduling-off');
  if (request.sources?.some((source) => source.diskId === disk.uuid) === false) return judge('disk-no-clone-source');
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
  if (maximum <= 0 || available - (request.actualSize ?? 0) <= numbers.minimalBytes) return judge('insufficient-free', numbers);
  if (request.size + scheduled > limit) return judge('insufficient-allocatable', numbers);
  return OK;
}

/** Bytes by which a disk's free space shrinks once a replica of the request is there and filled. */
export function fillOf(request: PlacementRequest): number {
  return Math.max(request.writes ?? 0, request.actualSize ?? 0);
}

/** How many replicas of the request fit one after the other, as far as space goes. */
function countOnDisk(disk: DiskRecord, request: PlacementRequest, policy: PlacementPolicy, space: DiskSpace): number | null {
  const limit = diskLimit(disk, policy);
  if (limit === null || space.scheduled === null || space.available === null || disk.storageMaximum === null) return null;
  const promised = request.size > 0 ? Math.floor((limit - space.scheduled) / request.size) : 0;
  const free = space.available - (request.actualSize ?? 0) - (disk.storageMaximum * policy.minimalAvailable) / 100;
  const fill = fillOf(request);
  const filled = free <= 0 ? 0 : fill > 0 ? Math.ceil(free / fill) : promised;
  return Math.max(0, Math.min(promised, filled));
}

/** A disk's row, from its judgement and numbers. `own`: what the disk itself says, whoever its neighbours are. */
export function describeDisk(disk: DiskRecord, judgement: Judgement, own: Judgement, request: PlacementRequest, policy: PlacementPolicy, space: DiskSpace): DiskPlacement {
  const limit = diskLimit(disk, policy);
  const { scheduled, available } = space;
  return {
    nodeName: disk.nodeName,
    diskName: disk.name,
    diskId: disk.uuid,
    type: disk.type,
    code: judgement.code,
    params: judgement.params,
    allocatableBytes: limit === null || scheduled === null ? null : Math.max(0, limit - scheduled),
    freeBytes: available === null || disk.storageMaximum === null ? null : Math.max(0, available - (disk.storageMaximum * policy.minimalAvailable) / 100),
    scheduledBytes: scheduled,
    limitBytes: limit,
    fits: own.code === 'ok' ? countOnDisk(disk, request, policy, space) : own.code === 'disk-unread' ? null : 0
  };
}
