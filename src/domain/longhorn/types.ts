import type { Condition, ObjectMeta } from '../kube/types';

export type DataEngine = 'v1' | 'v2' | 'unknown';
export type VolumeState = 'creating' | 'attached' | 'detached' | 'attaching' | 'detaching' | 'deleting' | 'new' | 'unknown';
export type Robustness = 'healthy' | 'degraded' | 'faulted' | 'unknown' | 'new';
export type InstanceState = 'running' | 'stopped' | 'error' | 'starting' | 'stopping' | 'unknown' | 'suspended' | 'terminated' | 'none';
export type ReplicaMode = 'RW' | 'WO' | 'ERR';

/**
 * Longhorn `Volume` (longhorn.io/v1beta2, 1.8 to 1.12), the fields we use.
 * Sizes are bytes, times epoch milliseconds; null means absent or unreadable.
 */
export interface VolumeRecord {
  readonly meta: ObjectMeta;
  readonly dataEngine: DataEngine;
  /** `spec.size`, bytes. */
  readonly size: number | null;
  readonly numberOfReplicas: number | null;
  readonly frontend: string;
  readonly accessMode: string;
  readonly isMigratable: boolean;
  readonly isEncrypted: boolean;
  readonly isStandby: boolean;
  readonly dataLocality: string;
  readonly cloneMode: string;
  readonly backingImage: string;
  readonly nodeSelector: readonly string[];
  readonly diskSelector: readonly string[];
  readonly replicaSoftAntiAffinity: string;
  readonly replicaZoneSoftAntiAffinity: string;
  readonly replicaDiskSoftAntiAffinity: string;
  readonly offlineRebuilding: string;
  /** Minutes. */
  readonly staleReplicaTimeout: number | null;
  /** MB/s; 0 or null = no limit of its own. */
  readonly rebuildBandwidthLimit: number | null;
  readonly dataLayout: string;
  /** Desired node; '' when detached is wanted. */
  readonly nodeId: string;
  readonly migrationNodeId: string;
  readonly state: VolumeState;
  readonly rawState: string;
  readonly robustness: Robustness;
  readonly rawRobustness: string;
  readonly currentNodeId: string;
  readonly currentEngineNodeId: string;
  readonly currentMigrationNodeId: string;
  readonly conditions: readonly Condition[];
  readonly lastDegradedAt: number | null;
  readonly lastAutoSalvagedAt: number | null;
  readonly remountRequestedAt: number | null;
  readonly actualSize: number | null;
  readonly expansionRequired: boolean;
  readonly restoreRequired: boolean;
  readonly restoreInitiated: boolean;
  readonly switchoverState: string;
  readonly cloneStatus: { readonly state: string; readonly sourceVolume: string; readonly attemptCount: number; readonly nextAllowedAttemptAt: number | null };
  readonly pvName: string;
  readonly pvcNamespace: string;
  readonly pvcName: string;
  readonly workloads: readonly { readonly podName: string; readonly podStatus: string; readonly workloadName: string; readonly workloadType: string }[];
}

/** Longhorn `Replica`. The mode (RW, WO, ERR) is not here: it is in the engine's `replicaModeMap`. */
export interface ReplicaRecord {
  readonly meta: ObjectMeta;
  readonly volumeName: string;
  readonly nodeId: string;
  readonly diskId: string;
  readonly diskPath: string;
  readonly dataEngine: DataEngine;
  readonly engineName: string;
  readonly migrationEngineName: string;
  readonly isActive: boolean;
  /** Whether the object says if it has failed, runs in error or is active; such a field that is missing proves nothing. */
  readonly isFailureKnown: boolean;
  /** Whether the object says if it has failed before (`lastFailedAt`). */
  readonly isHistoryKnown: boolean;
  readonly desireState: string;
  readonly healthyAt: number | null;
  readonly lastHealthyAt: number | null;
  readonly failedAt: number | null;
  readonly lastFailedAt: number | null;
  readonly rebuildRetryCount: number;
  readonly evictionRequested: boolean;
  /** The only node it may be placed on; '' for any. */
  readonly hardNodeAffinity: string;
  readonly currentState: InstanceState;
  readonly instanceManagerName: string;
  readonly storageIP: string;
  readonly port: number;
  readonly conditions: readonly Condition[];
}

/** One entry of `engine.status.rebuildStatus`, joined to its replica by address. */
export interface RebuildEntry {
  /** Address without scheme, `ip:port`. */
  readonly address: string;
  /** '' when the address could not be joined to a replica. */
  readonly replicaName: string;
  readonly isRebuilding: boolean;
  /** Percent 0..100, clamped (Longhorn before 1.12 can exceed 100). */
  readonly progress: number;
  readonly state: string;
  readonly error: string;
  /** Addresses without scheme. */
  readonly from: readonly string[];
  /** MB/s cap that is applied (v2 QoS); 0 = none. Not the current speed. */
  readonly appliedMBps: number;
}

export interface PurgeEntry {
  readonly address: string;
  readonly isPurging: boolean;
  readonly progress: number;
  readonly error: string;
}

export interface EngineRecord {
  readonly meta: ObjectMeta;
  readonly volumeName: string;
  readonly nodeId: string;
  readonly isActive: boolean;
  readonly dataEngine: DataEngine;
  readonly desireState: string;
  readonly currentState: InstanceState;
  readonly instanceManagerName: string;
  readonly endpoint: string;
  /** Bytes; null while the engine has not reported. */
  readonly currentSize: number | null;
  readonly isExpanding: boolean;
  readonly lastExpansionError: string;
  /** replica name -> `ip:port`, wanted. */
  readonly replicaAddressMap: Readonly<Record<string, string>>;
  /** replica name -> `ip:port`, connected. */
  readonly currentReplicaAddressMap: Readonly<Record<string, string>>;
  /** null when the manager nulled it (engine not running). */
  readonly replicaModeMap: Readonly<Record<string, ReplicaMode | 'unknown'>> | null;
  readonly replicaTransitionTimes: Readonly<Record<string, number>>;
  readonly rebuilds: readonly RebuildEntry[];
  readonly purges: readonly PurgeEntry[];
  /** Percent 0..100 of a running restore, or null. */
  readonly restoreProgress: number | null;
  readonly restoreError: string;
  readonly cloneProgress: number | null;
  readonly cloneError: string;
  readonly snapshotCount: number;
}

/** Longhorn 1.12 and newer, v2 only: the initiator on the VM's node. */
export interface EngineFrontendRecord {
  readonly meta: ObjectMeta;
  readonly volumeName: string;
  readonly engineName: string;
  readonly nodeId: string;
  readonly isActive: boolean;
  readonly currentState: InstanceState;
  readonly endpoint: string;
}

export interface DiskRecord {
  /** Key in `node.spec.disks`. */
  readonly name: string;
  readonly uuid: string;
  readonly nodeName: string;
  readonly type: 'filesystem' | 'block' | 'unknown';
  readonly path: string;
  readonly driver: string;
  readonly filesystemType: string;
  readonly allowScheduling: boolean;
  readonly evictionRequested: boolean;
  readonly tags: readonly string[];
  /** All bytes; null when the status has not been written. */
  readonly storageReserved: number;
  readonly storageAvailable: number | null;
  readonly storageMaximum: number | null;
  readonly storageScheduled: number | null;
  /** replica name -> bytes. */
  readonly scheduledReplicas: Readonly<Record<string, number>>;
  readonly conditions: readonly Condition[];
  /** SMART verdicts of 1.11 and newer: PASSED, FAILED, WARNING, UNKNOWN or ''. */
  readonly health: string;
}

export interface LonghornNodeRecord {
  readonly meta: ObjectMeta;
  readonly allowScheduling: boolean;
  readonly evictionRequested: boolean;
  readonly autoEvicting: boolean;
  readonly tags: readonly string[];
  readonly region: string;
  readonly zone: string;
  readonly conditions: readonly Condition[];
  readonly disks: readonly DiskRecord[];
}

export interface InstanceManagerRecord {
  readonly meta: ObjectMeta;
  readonly nodeId: string;
  readonly dataEngine: DataEngine;
  readonly currentState: InstanceState;
  readonly conditions: readonly Condition[];
}

export interface AttachmentTicket {
  readonly id: string;
  readonly type: string;
  readonly nodeId: string;
  readonly isSatisfied: boolean;
  readonly message: string;
  readonly reason: string;
}

export interface VolumeAttachmentRecord {
  readonly meta: ObjectMeta;
  readonly volumeName: string;
  readonly tickets: readonly AttachmentTicket[];
}

/** Longhorn `Setting`. Since 1.10 `value` may be a JSON object per data engine. */
export interface LonghornSettingRecord {
  readonly meta: ObjectMeta;
  readonly value: string;
  /** false = accepted but not yet active; null = the version does not say. */
  readonly isApplied: boolean | null;
}
