import type { Cluster, Fields, KubeObject } from '../../../contract';
import { requestedBytes } from '../support/quantity';
import { keyOf, LONGHORN_NAMESPACE, TYPE } from '../support/types';

/** Longhorn rounds sizes up to whole 2 MiB blocks. */
const SIZE_STEP = 2 * 1024 * 1024;

export function roundVolumeSize(bytes: number): number {
  return Math.ceil(bytes / SIZE_STEP) * SIZE_STEP;
}

export function dataEngineOf(parameters: Record<string, string> | undefined): 'v1' | 'v2' {
  return parameters?.dataEngine === 'v2' ? 'v2' : 'v1';
}

function tagList(text: string | undefined): string[] {
  return (text ?? '').split(',').map((tag) => tag.trim()).filter((tag) => tag !== '');
}

/** A Longhorn setting's value for one data engine: since 1.10 some are JSON objects keyed by engine. */
export function longhornSetting(cluster: Cluster, name: string, engine: 'v1' | 'v2'): string | undefined {
  const value: unknown = cluster.store.get(TYPE.longhornSetting, keyOf(LONGHORN_NAMESPACE, name))?.value;
  if (typeof value !== 'string') return undefined;
  if (!value.startsWith('{')) return value;
  try {
    const byEngine = JSON.parse(value) as Record<string, unknown>;
    return byEngine[engine] === undefined ? undefined : String(byEngine[engine]);
  } catch {
    return value;
  }
}

/** Why Longhorn's admission would refuse a volume of this class; undefined when it would not. */
export function refusalOf(cluster: Cluster, parameters: Record<string, string>, isClone: boolean): string | undefined {
  const engine = dataEngineOf(parameters);
  const webhook = 'admission webhook "validator.longhorn.io" denied the request:';
  if (engine === 'v2' && longhornSetting(cluster, 'v2-data-engine', 'v2') === 'false') return `${webhook} v2 data engine is not enabled`;
  if (isClone && engine === 'v2' && cluster.profile.longhornMinor < 10) return `${webhook} clone is not supported for data engine v2`;
  const replicas = Number(parameters.numberOfReplicas ?? '3');
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > 20) return `${webhook} replica count value ${parameters.numberOfReplicas ?? ''} must between 1 to 20`;
  return undefined;
}

/** The spec of a volume as the simulated Longhorn minor knows it: the CSI plugin's choices plus the mutator's defaults. */
export function volumeSpec(cluster: Cluster, claim: KubeObject, parameters: Record<string, string>, sourceVolume: string | undefined): Fields {
  const engine = dataEngineOf(parameters);
  const minor = cluster.profile.longhornMinor;
  const modes: unknown = claim.spec?.accessModes;
  const isShared = Array.isArray(modes) && modes.includes('ReadWriteMany');
  const spec: Fields = {
    Standby: false,
    accessMode: isShared ? 'rwx' : 'rwo',
    backingImage: engine === 'v1' ? (parameters.backingImage ?? '') : '',
    backupCompressionMethod: 'lz4',
    backupTargetName: 'default',
    dataEngine: engine,
    dataLocality: parameters.dataLocality ?? 'disabled',
    dataSource: sourceVolume === undefined ? '' : `vol://${sourceVolume}`,
    disableFrontend: false,
    diskSelector: tagList(parameters.diskSelector),
    encrypted: parameters.encrypted === 'true',
    freezeFilesystemForSnapshot: 'ignored',
    fromBackup: '',
    frontend: 'blockdev',
    image: engine === 'v2' ? `longhornio/longhorn-instance-manager:${cluster.profile.longhorn}` : `longhornio/longhorn-engine:${cluster.profile.longhorn}`,
    lastAttachedBy: '',
    migratable: isShared && parameters.migratable === 'true',
    migrationNodeID: '',
    nodeID: '',
    nodeSelector: tagList(parameters.nodeSelector),
    numberOfReplicas: Number(parameters.numberOfReplicas ?? '3'),
    replicaAutoBalance: 'ignored',
    replicaDiskSoftAntiAffinity: 'ignored',
    replicaSoftAntiAffinity: 'ignored',
    replicaZoneSoftAntiAffinity: 'ignored',
    restoreVolumeRecurringJob: 'ignored',
    revisionCounterDisabled: true,
    size: String(roundVolumeSize(requestedBytes(claim.spec))),
    snapshotDataIntegrity: 'ignored',
    snapshotMaxCount: 250,
    snapshotMaxSize: '0',
    staleReplicaTimeout: Number(parameters.staleReplicaTimeout ?? '30'),
    unmapMarkSnapChainRemoved: 'ignored'
  };
  if (minor <= 8) {
    spec.backendStoreDriver = '';
    spec.engineImage = '';
  }
  if (minor >= 9) spec.offlineRebuilding = 'ignored';
  if (minor >= 10) {
    spec.backupBlockSize = '2097152';
    spec.cloneMode = sourceVolume === undefined ? '' : (parameters.cloneMode ?? 'full-copy');
    spec.replicaRebuildingBandwidthLimit = 0;
  }
  if (minor >= 11) {
    spec.rebuildConcurrentSyncLimit = 0;
    spec.ublkNumberOfQueue = 0;
    spec.ublkQueueDepth = 0;
  }
  if (minor >= 12) spec.engineNodeID = '';
  return spec;
}

/** Creates the Longhorn volume behind a claim; its name is the PV's. */
export function createLonghornVolume(cluster: Cluster, name: string, spec: Fields): KubeObject {
  return cluster.store.create(TYPE.longhornVolume, {
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'Volume',
    metadata: {
      name,
      namespace: LONGHORN_NAMESPACE,
      labels: { longhornvolume: name, 'recurring-job-group.longhorn.io/default': 'enabled' },
      finalizers: ['longhorn.io']
    },
    spec
  });
}

export function getLonghornVolume(cluster: Cluster, name: string): KubeObject | undefined {
  return name === '' ? undefined : cluster.store.get(TYPE.longhornVolume, keyOf(LONGHORN_NAMESPACE, name));
}
