import type { Cluster } from '../../contract';
import { createLonghornSettings } from '../../controllers/longhorn';

const NAMESPACES = ['default', 'kube-system', 'cattle-system', 'harvester-system', 'harvester-public', 'longhorn-system', 'cattle-monitoring-system', 'fleet-local'];

/** Harvester settings: default, first minor that has it, and the value a scenario may override. */
const SETTINGS: Record<string, { value: string; since?: number }> = {
  'server-version': { value: '' },
  'additional-ca': { value: '' },
  'auto-disk-provision-paths': { value: '' },
  'auto-rotate-rke2-certs': { value: '{"enable":false,"expiringInHours":240}' },
  'backup-target': { value: '' },
  'cluster-registration-url': { value: '' },
  'csi-driver-config': { value: '{"driver.longhorn.io":{"volumeSnapshotClassName":"longhorn-snapshot","backupVolumeSnapshotClassName":"longhorn"}}' },
  'csi-online-expand-validation': { value: '{"driver.longhorn.io":true}', since: 6 },
  'default-vm-termination-grace-period-seconds': { value: '120' },
  'http-proxy': { value: '{}' },
  'instance-manager-resources': { value: '{"cpu":{}}', since: 8 },
  'log-level': { value: 'info' },
  'longhorn-v2-data-engine-enabled': { value: 'false' },
  'longhorn-v2-data-engine-hugepage-enabled': { value: 'true', since: 9 },
  'longhorn-v2-data-engine-memory-size': { value: '2048', since: 9 },
  'ntp-servers': { value: '' },
  'overcommit-config': { value: '{"cpu":1600,"memory":150,"storage":200}' },
  'storage-network': { value: '' },
  'support-bundle-timeout': { value: '10' },
  'ui-index': { value: 'https://releases.rancher.com/harvester-ui/dashboard/release-harvester/index.html' },
  'ui-source': { value: 'auto' },
  'upgrade-checker-enabled': { value: 'true' },
  'vm-force-reset-policy': { value: '{"enable":true,"period":300}' }
};

export interface PlatformOptions {
  /** Whether the v2 data engine is switched on. */
  v2?: boolean;
  longhornSettings?: Record<string, string>;
}

function createSettings(cluster: Cluster, isV2On: boolean): void {
  const minor = Number(cluster.profile.harvester.split('.')[1]);
  for (const [name, { value, since }] of Object.entries(SETTINGS)) {
    if (minor < (since ?? 0)) continue;
    const set = name === 'server-version' ? cluster.profile.serverVersion : name === 'longhorn-v2-data-engine-enabled' && isV2On ? 'true' : '';
    cluster.store.create('harvesterhci.io.setting', {
      apiVersion: 'harvesterhci.io/v1beta1',
      kind: 'Setting',
      metadata: { name },
      value: set,
      default: value,
      source: '',
      customized: false,
      status: { conditions: set === '' ? [] : [{ type: 'configured', status: 'True', lastUpdateTime: cluster.clock.iso() }] }
    });
  }
}

function createStorageDrivers(cluster: Cluster): void {
  cluster.store.create('storage.k8s.io.csidriver', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name: 'driver.longhorn.io' },
    spec: { attachRequired: true, fsGroupPolicy: 'ReadWriteOnceWithFSType', podInfoOnMount: true, requiresRepublish: false, storageCapacity: false, volumeLifecycleModes: ['Persistent'] }
  });
  for (const [name, parameters] of [['longhorn-snapshot', { type: 'snap' }], ['longhorn', undefined]] as const) {
    cluster.store.create('snapshot.storage.k8s.io.volumesnapshotclass', { apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshotClass', metadata: { name }, driver: 'driver.longhorn.io', deletionPolicy: 'Delete', ...(parameters === undefined ? {} : { parameters }) });
  }
}

/** A Longhorn storage class as Harvester's form and mutator leave it. */
export function addStorageClass(cluster: Cluster, name: string, parameters: Record<string, string>, annotations: Record<string, string> = {}): void {
  const isV2 = parameters.dataEngine === 'v2';
  // Harvester 1.5 sets the storage profile itself; later minors go through annotations that the mutator adds.
  const cloning: Record<string, string> = isV2 && cluster.profile.harvester !== '1.5'
    ? { 'cdi.harvesterhci.io/storageProfileCloneStrategy': cluster.profile.cloneStrategy, 'cdi.harvesterhci.io/storageProfileVolumeSnapshotClass': 'longhorn-snapshot' }
    : {};
  cluster.store.create('storage.k8s.io.storageclass', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations: { ...cloning, ...annotations } },
    provisioner: 'driver.longhorn.io',
    allowVolumeExpansion: true,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
    parameters
  });
}

export function v2Parameters(overrides: Record<string, string> = {}): Record<string, string> {
  return { dataEngine: 'v2', numberOfReplicas: '3', staleReplicaTimeout: '30', migratable: 'true', encrypted: 'false', ...overrides };
}

/** Namespaces, settings, drivers and the classes every Harvester is born with. */
export function addPlatform(cluster: Cluster, options: PlatformOptions = {}): void {
  const isV2On = options.v2 ?? true;
  for (const name of NAMESPACES) if (cluster.store.get('namespace', name) === undefined) cluster.store.create('namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name } }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
  createLonghornSettings(cluster, { 'v2-data-engine': String(isV2On), ...options.longhornSettings });
  createSettings(cluster, isV2On);
  createStorageDrivers(cluster);
  addStorageClass(cluster, 'harvester-longhorn', { migratable: 'true', numberOfReplicas: '3', staleReplicaTimeout: '30' }, { 'harvesterhci.io/is-reserved-storageclass': 'true', 'storageclass.beta.kubernetes.io/is-default-class': 'true', 'storageclass.kubernetes.io/is-default-class': 'true' });
  addStorageClass(cluster, 'longhorn-static', { numberOfReplicas: '3', staleReplicaTimeout: '30' });
  addStorageClass(cluster, 'vmstate-persistence', { numberOfReplicas: '3', staleReplicaTimeout: '30', migratable: 'true' });
}
