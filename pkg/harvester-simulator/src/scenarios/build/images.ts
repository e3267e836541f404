import type { Cluster, KubeObject } from '../../contract';
import { recordWrittenBytes } from '../../controllers/longhorn';

const MIB = 2 ** 20;

export interface ImagePlan {
  /** Object name in `default`. */
  name: string;
  displayName: string;
  /** Storage class of a CDI image; absent: a backing image (v1). */
  storageClass?: string;
  /** MiB of the file, and of the disk it describes. */
  size: number;
  virtualSize: number;
  os?: string;
}

function importedStatus(cluster: Cluster, plan: ImagePlan, storageClassName: string, url: string): Record<string, unknown> {
  const at = cluster.clock.iso();
  return {
    appliedUrl: url,
    conditions: [
      { type: 'Initialized', status: 'True', reason: 'Initialized', message: '', lastUpdateTime: at },
      { type: 'Imported', status: 'True', reason: 'Imported', message: '', lastUpdateTime: at },
      { type: 'RetryLimitExceeded', status: 'False', reason: '', message: '', lastUpdateTime: at }
    ],
    failed: 0,
    progress: 100,
    size: plan.size * MIB,
    storageClassName,
    virtualSize: plan.virtualSize * MIB
  };
}

function createImageObject(cluster: Cluster, plan: ImagePlan): KubeObject {
  const isCdi = plan.storageClass !== undefined;
  return cluster.store.create('harvesterhci.io.virtualmachineimage', {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'VirtualMachineImage',
    metadata: {
      name: plan.name,
      namespace: 'default',
      annotations: { 'harvesterhci.io/storageClassName': plan.storageClass ?? 'harvester-longhorn' },
      labels: { 'harvesterhci.io/imageDisplayName': plan.displayName, 'harvesterhci.io/image-type': 'raw_qcow2', 'harvesterhci.io/os-type': plan.os ?? 'linux' }
    },
    spec: {
      backend: isCdi ? 'cdi' : 'backingimage',
      checksum: '',
      displayName: plan.displayName,
      pvcName: '',
      pvcNamespace: '',
      retry: 3,
      sourceType: 'download',
      url: `https://images.example/${plan.displayName}`,
      ...(isCdi ? { targetStorageClassName: plan.storageClass } : { storageClassParameters: { migratable: 'true', numberOfReplicas: '3', staleReplicaTimeout: '30' } })
    },
    // Born imported: there is no server to fetch it from.
    status: { conditions: [{ type: 'Initialized', status: 'True', reason: 'Initialized' }, { type: 'Imported', status: 'True', reason: 'Imported' }], failed: 0, progress: 100 }
  });
}

function createGoldenClaim(cluster: Cluster, plan: ImagePlan, image: KubeObject): void {
  const storage = String(plan.virtualSize * MIB);
  const annotations = { 'cdi.kubevirt.io/createdForDataVolume': '', 'cdi.kubevirt.io/storage.contentType': 'kubevirt', 'cdi.kubevirt.io/storage.pod.phase': 'Succeeded', 'harvesterhci.io/goldenImage': 'true' };
  const claim = cluster.store.create('persistentvolumeclaim', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: plan.name, namespace: 'default', annotations, labels: { app: 'containerized-data-importer', 'app.kubernetes.io/component': 'storage', 'app.kubernetes.io/managed-by': 'cdi-controller' } },
    spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage } }, storageClassName: plan.storageClass, volumeMode: 'Block' }
  });
  recordWrittenBytes(cluster, `pvc-${claim.metadata.uid ?? ''}`, plan.size * MIB);
  const at = cluster.clock.iso();
  const conditions = [
    { type: 'Ready', status: 'True', reason: '', message: '', lastHeartbeatTime: at, lastTransitionTime: at },
    { type: 'Bound', status: 'True', reason: 'Bound', message: `PVC ${plan.name} Bound`, lastHeartbeatTime: at, lastTransitionTime: at },
    { type: 'Running', status: 'False', reason: 'Completed', message: 'Import Complete', lastHeartbeatTime: at, lastTransitionTime: at }
  ];
  const dataVolume = cluster.store.create('cdi.kubevirt.io.datavolume', {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: { name: plan.name, namespace: 'default', annotations: {}, ownerReferences: [{ apiVersion: 'harvesterhci.io/v1beta1', kind: 'VirtualMachineImage', name: plan.name, uid: image.metadata.uid ?? '', blockOwnerDeletion: true }] },
    spec: { source: { http: { url: String(image.spec?.url ?? '') } }, storage: { resources: { requests: { storage } }, storageClassName: plan.storageClass } },
    status: { claimName: plan.name, conditions, phase: 'Succeeded', progress: '100.0%', restartCount: 0 }
  });
  cluster.store.edit('persistentvolumeclaim', `default/${plan.name}`, (draft) => {
    draft.metadata.annotations = { ...draft.metadata.annotations, 'cdi.kubevirt.io/createdForDataVolume': dataVolume.metadata.uid ?? '' };
    draft.metadata.ownerReferences = [{ apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'DataVolume', name: plan.name, uid: dataVolume.metadata.uid ?? '', controller: true, blockOwnerDeletion: true }];
  });
}

function createBackingImage(cluster: Cluster, plan: ImagePlan, image: KubeObject): void {
  const uid = image.metadata.uid ?? '';
  const disks = cluster.store.list('longhorn.io.node').flatMap((node) => Object.values((node.status?.diskStatus ?? {}) as Record<string, { diskType: string; diskUUID: string }>)).filter((disk) => disk.diskType === 'filesystem');
  cluster.store.create('longhorn.io.backingimage', {
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'BackingImage',
    metadata: { name: `vmi-${uid}`, namespace: 'longhorn-system', annotations: { 'harvesterhci.io/imageId': `default/${plan.name}` } },
    spec: { checksum: '', dataEngine: 'v1', minNumberOfCopies: 1, sourceParameters: { url: image.spec?.url as string }, sourceType: 'download' },
    status: {
      checksum: '',
      diskFileStatusMap: Object.fromEntries(disks.slice(0, 1).map((disk) => [disk.diskUUID, { dataEngine: 'v1', lastStateTransitionTime: cluster.clock.iso(), message: '', progress: 100, state: 'ready' }])),
      size: plan.size * MIB,
      uuid: cluster.random.hex(8),
      virtualSize: plan.virtualSize * MIB
    }
  });
  cluster.store.create('storage.k8s.io.storageclass', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: `lh-${uid}` },
    provisioner: 'driver.longhorn.io',
    allowVolumeExpansion: true,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
    parameters: { backingImage: `vmi-${uid}`, backingImageDataSourceType: 'download', migratable: 'true', numberOfReplicas: '3', staleReplicaTimeout: '30' }
  });
}

/** An image that was imported before the story begins, with the objects its backend leaves behind. */
export function addImage(cluster: Cluster, plan: ImagePlan): void {
  const image = createImageObject(cluster, plan);
  const url = String(image.spec?.url ?? '');
  if (plan.storageClass === undefined) createBackingImage(cluster, plan, image);
  else createGoldenClaim(cluster, plan, image);
  const className = plan.storageClass ?? `lh-${image.metadata.uid ?? ''}`;
  cluster.store.edit('harvesterhci.io.virtualmachineimage', `default/${plan.name}`, (draft) => { draft.status = importedStatus(cluster, plan, className, url); });
}
