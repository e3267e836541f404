import type { KubeObject } from '../../contract';

/** The fields of Longhorn's custom resources that the controllers read or write. Names and types as in `v1beta2`. */

export type DataEngine = 'v1' | 'v2';
export type ReplicaMode = 'RW' | 'WO' | 'ERR';
export type InstanceState = 'running' | 'stopped' | 'error' | 'starting' | 'stopping' | 'unknown' | 'suspended' | 'terminated';

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  lastProbeTime: string;
  lastTransitionTime: string;
  reason: string;
  message: string;
}

export interface VolumeSpec {
  size: string;
  dataEngine: DataEngine;
  numberOfReplicas: number;
  staleReplicaTimeout: number;
  accessMode: string;
  migratable: boolean;
  nodeID: string;
  engineNodeID?: string;
  migrationNodeID: string;
  disableFrontend: boolean;
  frontend: string;
  image: string;
  dataSource: string;
  cloneMode?: string;
  dataLocality: string;
  diskSelector: string[];
  nodeSelector: string[];
  lastAttachedBy: string;
  offlineRebuilding?: string;
  replicaSoftAntiAffinity: string;
  replicaZoneSoftAntiAffinity: string;
  replicaDiskSoftAntiAffinity: string;
  replicaRebuildingBandwidthLimit?: number;
  revisionCounterDisabled: boolean;
  snapshotMaxCount: number;
  snapshotMaxSize: string;
  [field: string]: unknown;
}

export interface KubernetesStatus {
  pvName: string;
  pvStatus: string;
  namespace: string;
  pvcName: string;
  lastPVCRefAt: string;
  workloadsStatus: { podName: string; podStatus: string; workloadName: string; workloadType: string }[];
  lastPodRefAt: string;
}

export interface VolumeStatus {
  ownerID: string;
  state: '' | 'creating' | 'attached' | 'detached' | 'attaching' | 'detaching' | 'deleting';
  robustness: '' | 'healthy' | 'degraded' | 'faulted' | 'unknown';
  currentNodeID: string;
  currentEngineNodeID?: string;
  /** From Longhorn 1.12: `preparing`, `switching-over`, `finalizing`, `reverting`, or none. */
  switchoverState?: string;
  currentMigrationNodeID: string;
  currentImage: string;
  conditions: Condition[];
  kubernetesStatus: KubernetesStatus;
  cloneStatus: { sourceVolume: string; snapshot: string; state: string; attemptCount: number; nextAllowedAttemptAt: string };
  frontendDisabled: boolean;
  remountRequestedAt: string;
  lastDegradedAt: string;
  lastAutoSalvagedAt?: string;
  actualSize: number;
  expansionRequired: boolean;
  [field: string]: unknown;
}

export interface Volume extends KubeObject {
  spec: VolumeSpec;
  status: VolumeStatus;
}

export interface InstanceSpec {
  volumeName: string;
  volumeSize: string;
  nodeID: string;
  image: string;
  desireState: 'running' | 'stopped';
  logRequested: boolean;
  salvageRequested: boolean;
  dataEngine: DataEngine;
  [field: string]: unknown;
}

export interface InstanceStatus {
  ownerID: string;
  instanceManagerName: string;
  currentState: InstanceState;
  currentImage: string;
  ip: string;
  storageIP: string;
  port: number;
  starting?: boolean;
  started: boolean;
  conditions: Condition[];
  uuid?: string;
  [field: string]: unknown;
}

export interface InstanceObject extends KubeObject {
  spec: InstanceSpec;
  status: InstanceStatus;
}

export interface Replica extends InstanceObject {
  spec: InstanceSpec & {
    engineName: string;
    migrationEngineName: string;
    healthyAt: string;
    lastHealthyAt: string;
    failedAt: string;
    lastFailedAt: string;
    diskID: string;
    diskPath: string;
    dataDirectoryName: string;
    active: boolean;
    hardNodeAffinity: string;
    rebuildRetryCount: number;
    evictionRequested: boolean;
  };
}

export interface RebuildEntry {
  error: string;
  isRebuilding: boolean;
  progress: number;
  state: string;
  fromReplicaAddress: string;
  fromReplicaAddressList?: string[];
  appliedRebuildingMBps?: number;
}

export interface EngineStatus extends InstanceStatus {
  currentSize: string;
  currentReplicaAddressMap: Record<string, string> | null;
  replicaModeMap: Record<string, ReplicaMode> | null;
  /** Absent while the engine does not run: unlike its neighbours it may not be null. */
  replicaTransitionTimeMap?: Record<string, string>;
  endpoint: string;
  rebuildStatus: Record<string, RebuildEntry> | null;
  purgeStatus: Record<string, unknown> | null;
  cloneStatus: Record<string, unknown> | null;
  restoreStatus: Record<string, unknown> | null;
  snapshots: Record<string, unknown> | null;
  isExpanding: boolean;
  lastExpansionError: string;
  lastExpansionFailedAt: string;
}

export interface Engine extends InstanceObject {
  spec: InstanceSpec & {
    frontend: string;
    disableFrontend: boolean;
    replicaAddressMap: Record<string, string>;
    upgradedReplicaAddressMap: Record<string, string>;
    requestedDataSource: string;
    active: boolean;
  };
  status: EngineStatus;
}

export interface EngineFrontend extends InstanceObject {
  spec: InstanceSpec & {
    size: string;
    frontend: string;
    disableFrontend: boolean;
    targetIP: string;
    targetPort: number;
    engineName: string;
    active: boolean;
  };
  status: InstanceStatus & {
    currentSize: string;
    endpoint: string;
    targetIP: string;
    targetPort: number;
    activePath: string;
    preferredPath: string;
    paths: Record<string, unknown>[];
    switchoverPhase: string;
  };
}

export interface DiskSpec {
  diskType: 'filesystem' | 'block';
  path: string;
  diskDriver: string;
  allowScheduling: boolean;
  evictionRequested: boolean;
  storageReserved: number;
  tags: string[];
}

export interface DiskStatus {
  conditions: Condition[];
  storageAvailable: number;
  storageScheduled: number;
  storageMaximum: number;
  scheduledReplica: Record<string, number>;
  scheduledBackingImage: Record<string, number>;
  diskUUID: string;
  diskName: string;
  diskPath: string;
  diskType: string;
  diskDriver: string;
  filesystemType: string;
  instanceManagerName: string;
  healthData?: Record<string, unknown>;
  healthDataLastCollectedAt?: string;
}

export interface LonghornNode extends KubeObject {
  spec: {
    name: string;
    disks: Record<string, DiskSpec>;
    allowScheduling: boolean;
    evictionRequested: boolean;
    tags: string[];
    instanceManagerCPURequest: number;
  };
  status: {
    conditions: Condition[];
    diskStatus: Record<string, DiskStatus>;
    region: string;
    zone: string;
    autoEvicting: boolean;
    cpuPolicy?: string;
    [field: string]: unknown;
  };
}

export interface InstanceManager extends KubeObject {
  spec: { type: string; dataEngine: DataEngine; nodeID: string; image: string; [field: string]: unknown };
  status: {
    ownerID: string;
    currentState: 'error' | 'running' | 'stopped' | 'starting' | 'unknown';
    ip: string;
    conditions?: Condition[];
    instanceEngines: Record<string, unknown>;
    instanceReplicas: Record<string, unknown>;
    instanceEngineFrontends?: Record<string, unknown>;
    [field: string]: unknown;
  };
}

export interface AttachmentTicket {
  id: string;
  type: string;
  nodeID: string;
  parameters: Record<string, string>;
  generation: number;
}

export interface VolumeAttachment extends KubeObject {
  spec: { volume: string; attachmentTickets: Record<string, AttachmentTicket> };
  status: {
    attachmentTicketStatuses: Record<string, { id: string; satisfied: boolean; conditions: Condition[]; generation: number }>;
  };
}
