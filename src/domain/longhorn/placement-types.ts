import type { ClusterView } from '../view';
import type { DataEngine } from './types';

/** Where a replica is. With a name, a disk that does not count it yet is charged for it. */
export interface ReplicaPlace {
  readonly nodeName: string;
  readonly diskId: string;
  readonly name?: string;
}

/** What is to be placed: a volume that exists, or one that is only planned. */
export interface PlacementRequest {
  /** Bytes. */
  readonly size: number;
  /** Replicas wanted in total. */
  readonly replicas: number;
  readonly engine: DataEngine;
  readonly nodeSelector: readonly string[];
  readonly diskSelector: readonly string[];
  /** Bytes really used; 0 for a new volume. Longhorn weighs free space against it. */
  readonly actualSize?: number;
  /** Bytes that each replica will fill once it is there, where that is more than `actualSize`: a planned full copy. */
  readonly writes?: number;
  /** Where replicas are already; they count against anti-affinity and towards `replicas`. */
  readonly existing?: readonly ReplicaPlace[];
  /** Replicas that are being evicted: to be replaced, and their nodes are taken only as the last resort. */
  readonly leaving?: readonly ReplicaPlace[];
  /** Failed replicas that may come back (`isReusable`): their nodes are kept for them, unless `isReplacing`, their disks always. */
  readonly held?: readonly ReplicaPlace[];
  /** Degraded, and the wait for the lost replica is over: its node may take another one. */
  readonly isReplacing?: boolean;
  /** The one node that a replica must be on (`hardNodeAffinity`); '' or absent for any. */
  readonly onlyNode?: string;
  /** The node that gets a replica first (best-effort locality); '' or absent for none. */
  readonly preferredNode?: string;
  /** Linked clones share disks with their source: the places of its healthy replicas; absent for other volumes. */
  readonly sources?: readonly ReplicaPlace[];
  /** For plans: also charge the disks for replicas of any volume that were placed there and are not counted yet. */
  readonly countsInFlight?: boolean;
  /** `enabled`, `disabled`, or '' / `ignored` for the cluster's setting. */
  readonly nodeSoftAntiAffinity?: string;
  readonly zoneSoftAntiAffinity?: string;
  readonly diskSoftAntiAffinity?: string;
}

/**
 * Why a node or a disk takes no replica (`ok`: it would). Words: `lhv2.placement.<code>`.
 * - node: `no-longhorn-node`, `deleting`, `node-not-ready`, `node-cordoned`, `node-unschedulable`, `scheduling-off`,
 *   `label-disables-v2`, `no-instance-manager`, `node-evicting`, `node-tags-missing`, `holds-replica`,
 *   `holds-failed-replica`, `zone-holds-replica`, `other-node-required`, `no-clone-source`, `no-disk`, `no-block-disk`,
 *   `no-filesystem-disk`, `no-usable-disk`, `unreadable`
 * - disk: `wrong-disk-type`, `disk-not-ready`, `disk-scheduling-off`, `disk-evicting`, `disk-pressure`,
 *   `disk-unschedulable`, `disk-tags-missing`, `insufficient-free`, `insufficient-allocatable`, `disk-unread`,
 *   `disk-holds-replica`, `disk-no-clone-source`, `filesystem-limit`
 */
export const PLACEMENT_CODES = [
  'ok', 'chosen',
  'no-longhorn-node', 'deleting', 'node-not-ready', 'node-cordoned', 'node-unschedulable', 'scheduling-off', 'label-disables-v2', 'no-instance-manager',
  'node-evicting', 'node-tags-missing', 'holds-replica', 'holds-failed-replica', 'zone-holds-replica', 'other-node-required', 'no-clone-source',
  'no-disk', 'no-block-disk', 'no-filesystem-disk', 'no-usable-disk', 'unreadable',
  'wrong-disk-type', 'disk-not-ready', 'disk-scheduling-off', 'disk-evicting', 'disk-pressure', 'disk-unschedulable', 'disk-tags-missing',
  'insufficient-free', 'insufficient-allocatable', 'disk-unread', 'disk-holds-replica', 'disk-no-clone-source', 'filesystem-limit'
] as const;

export type PlacementCode = (typeof PLACEMENT_CODES)[number];

export interface DiskPlacement {
  readonly nodeName: string;
  readonly diskName: string;
  readonly diskId: string;
  readonly type: 'filesystem' | 'block' | 'unknown';
  readonly code: PlacementCode;
  /** ICU parameters of the sentence: `reason`, `tags`, bytes (`…Bytes`). */
  readonly params: Readonly<Record<string, string | number>>;
  /** Bytes that replicas may still claim here by the over-provisioning rule; null when the disk was not read. */
  readonly allocatableBytes: number | null;
  /** Bytes above the minimal-available line; null when the disk was not read. */
  readonly freeBytes: number | null;
  /** Bytes already promised, and the most that may be promised. */
  readonly scheduledBytes: number | null;
  readonly limitBytes: number | null;
  /** Replicas of the request's size that fit here one after the other, whatever else is on it; null when the disk was not read. */
  readonly fits: number | null;
}

export interface NodePlacement {
  readonly nodeName: string;
  readonly zone: string;
  readonly code: PlacementCode;
  readonly params: Readonly<Record<string, string | number>>;
  readonly disks: readonly DiskPlacement[];
  /** Replicas of the request's size that fit on its disks; 0 where the node takes none, null when a disk was not read. */
  readonly fits: number | null;
}

export interface PlacementResult {
  /** Whether every missing replica finds a place; null when nodes or settings could not be read. */
  readonly isPlaceable: boolean | null;
  /** Replicas that are missing (`replicas` minus `existing`). */
  readonly missing: number;
  /** Disks the missing replicas would go to, in order; shorter than `missing` when some find no place. */
  readonly chosen: readonly { readonly nodeName: string; readonly diskName: string; readonly diskId: string }[];
  readonly nodes: readonly NodePlacement[];
  /** Which disk's limit is reached first, if any was. */
  readonly limitedBy: { readonly nodeName: string; readonly diskName: string; readonly code: PlacementCode } | null;
}

/** Where the replicas of a request would go, and why not elsewhere. Implemented in `placement.ts`. */
export type ExplainPlacement = (view: ClusterView, request: PlacementRequest) => PlacementResult;

/** How many more volumes like the request fit, one after the other; null when that cannot be known. Implemented in `placement.ts`. */
export type CountFit = (view: ClusterView, request: PlacementRequest, limit?: number) => number | null;
