import type { Fields, Profile } from '../../contract';
import type { DataEngine, EngineStatus, InstanceStatus, VolumeSpec, VolumeStatus } from './types';

/** First Longhorn minor whose CRD knows the field; writing it earlier would be refused by the real API server. */
const SINCE: Record<string, Record<string, number>> = {
  volume: {
    'spec.offlineRebuilding': 9,
    'spec.backupBlockSize': 10,
    'spec.cloneMode': 10,
    'spec.replicaRebuildingBandwidthLimit': 10,
    'spec.rebuildConcurrentSyncLimit': 11,
    'spec.ublkNumberOfQueue': 11,
    'spec.ublkQueueDepth': 11,
    'spec.dataLayout': 12,
    'spec.engineNodeID': 12,
    'spec.snapshotHashingRequestedAt': 12,
    'status.currentEngineNodeID': 12,
    'status.lastAutoSalvagedAt': 12,
    'status.lastOnDemandSnapshotHashingCompleteAt': 12,
    'status.switchoverState': 12
  },
  replica: { 'status.starting': 9, 'status.ublkID': 9, 'status.uuid': 9, 'spec.linkedCloneSrcReplicaName': 12 },
  engine: {
    'status.starting': 9,
    'status.ublkID': 9,
    'status.uuid': 9,
    'spec.rebuildConcurrentSyncLimit': 11,
    'spec.ublkNumberOfQueue': 11,
    'spec.ublkQueueDepth': 11,
    'status.rebuildConcurrentSyncLimit': 11
  },
  frontend: {},
  node: { 'status.cpuPolicy': 12 },
  instanceManager: { 'status.conditions': 11, 'status.instanceEngineFrontends': 12, 'status.instanceShards': 12, 'status.instanceShardGroups': 12 },
  attachment: {}
};

/** Removes the fields that the simulated Longhorn's CRD does not have. Edits in place. */
export function prune(kind: string, minor: number, object: { spec?: Fields; status?: Fields }): void {
  for (const [path, since] of Object.entries(SINCE[kind] ?? {})) {
    if (minor >= since) continue;
    const [part, field] = path.split('.') as ['spec' | 'status', string];
    delete object[part]?.[field];
  }
}

export function engineImage(profile: Profile): string {
  return `longhornio/longhorn-engine:v${profile.longhorn.replace(/^v/, '')}`;
}

export function instanceManagerImage(profile: Profile): string {
  return `longhornio/longhorn-instance-manager:v${profile.longhorn.replace(/^v/, '')}`;
}

/** For v2 the "image" of a volume is the instance manager's. */
export function dataEngineImage(profile: Profile, engine: DataEngine): string {
  return engine === 'v2' ? instanceManagerImage(profile) : engineImage(profile);
}

/**
 * A complete `Volume.spec` as Longhorn's mutating webhook leaves it, for the simulated version.
 * @param given what the CSI driver (or a user) asked for; `size` in bytes as a string
 */
export function completeVolumeSpec(profile: Profile, given: Fields): VolumeSpec {
  const minor = profile.longhornMinor;
  const engine: DataEngine = given.dataEngine === 'v2' ? 'v2' : 'v1';
  const spec: Fields = {
    Standby: false,
    accessMode: 'rwo',
    backingImage: '',
    backupBlockSize: '2097152',
    backupCompressionMethod: 'lz4',
    backupTargetName: 'default',
    cloneMode: '',
    dataEngine: engine,
    dataLocality: 'disabled',
    dataSource: '',
    disableFrontend: false,
    diskSelector: [],
    encrypted: false,
    engineNodeID: '',
    freezeFilesystemForSnapshot: 'ignored',
    fromBackup: '',
    frontend: 'blockdev',
    image: dataEngineImage(profile, engine),
    lastAttachedBy: '',
    migratable: false,
    migrationNodeID: '',
    nodeID: '',
    nodeSelector: [],
    numberOfReplicas: 3,
    offlineRebuilding: 'ignored',
    rebuildConcurrentSyncLimit: 0,
    replicaAutoBalance: 'ignored',
    replicaDiskSoftAntiAffinity: 'ignored',
    replicaRebuildingBandwidthLimit: 0,
    replicaSoftAntiAffinity: 'ignored',
    replicaZoneSoftAntiAffinity: 'ignored',
    restoreVolumeRecurringJob: 'ignored',
    revisionCounterDisabled: true,
    size: '0',
    snapshotDataIntegrity: 'ignored',
    snapshotMaxCount: 250,
    snapshotMaxSize: '0',
    staleReplicaTimeout: 30,
    ublkNumberOfQueue: 0,
    ublkQueueDepth: 0,
    unmapMarkSnapChainRemoved: 'ignored'
  };
  if (minor <= 8) Object.assign(spec, { backendStoreDriver: '', engineImage: '' });
  prune('volume', minor, { spec });
  return { ...spec, ...given } as VolumeSpec;
}

export function emptyVolumeStatus(minor: number): VolumeStatus {
  const status: Fields = {
    actualSize: 0,
    cloneStatus: { attemptCount: 0, nextAllowedAttemptAt: '', snapshot: '', sourceVolume: '', state: '' },
    conditions: [],
    currentEngineNodeID: '',
    currentImage: '',
    currentMigrationNodeID: '',
    currentNodeID: '',
    expansionRequired: false,
    frontendDisabled: false,
    isStandby: false,
    kubernetesStatus: { lastPVCRefAt: '', lastPodRefAt: '', namespace: '', pvName: '', pvStatus: '', pvcName: '', workloadsStatus: [] },
    lastAutoSalvagedAt: '',
    lastBackup: '',
    lastBackupAt: '',
    lastDegradedAt: '',
    lastOnDemandSnapshotHashingCompleteAt: '',
    ownerID: '',
    remountRequestedAt: '',
    restoreInitiated: false,
    restoreRequired: false,
    robustness: '',
    shareEndpoint: '',
    shareState: '',
    state: '',
    switchoverState: ''
  };
  if (minor <= 8) status.pendingNodeID = '';
  prune('volume', minor, { status });
  return status as VolumeStatus;
}

export function emptyInstanceStatus(kind: 'replica' | 'engine' | 'frontend', minor: number): InstanceStatus {
  const status: Fields = {
    conditions: [],
    currentImage: '',
    currentState: 'stopped',
    instanceManagerName: '',
    ip: '',
    logFetched: false,
    ownerID: '',
    port: 0,
    salvageExecuted: false,
    started: false,
    starting: false,
    storageIP: '',
    ublkID: 0,
    uuid: ''
  };
  if (kind === 'engine') Object.assign(status, stoppedEngineFields(), { currentReplicaAddressMap: {}, currentSize: '0', snapshots: {}, snapshotsError: '', snapshotMaxCount: 250, snapshotMaxSize: '0', unmapMarkSnapChainRemovedEnabled: false, rebuildConcurrentSyncLimit: 0, backupStatus: null, cloneStatus: null });
  if (kind === 'frontend') Object.assign(status, { activePath: '', currentSize: '0', endpoint: '', paths: [], preferredPath: '', switchoverPhase: '', targetIP: '', targetPort: 0 });
  if (kind === 'replica' && minor <= 9) status.evictionRequested = false;
  prune(kind, minor, { status });
  return status as InstanceStatus;
}

/** What the engine controller nulls when an engine leaves `running`. */
export function stoppedEngineFields(): Partial<EngineStatus> {
  return {
    endpoint: '',
    isExpanding: false,
    lastExpansionError: '',
    lastExpansionFailedAt: '',
    lastRestoredBackup: '',
    purgeStatus: null,
    rebuildStatus: null,
    replicaModeMap: null,
    restoreStatus: null
  };
}
