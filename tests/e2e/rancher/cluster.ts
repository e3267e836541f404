import type { RunningRancher } from '../../support/rancher';

export const V2_IMAGE = 'default/image-ubuntu';
/** Made by CDI on a class that is not Longhorn's. */
export const LVM_IMAGE = 'default/image-rocky';
export const V1_IMAGE = 'default/image-leap';
export const ISO = 'default/image-iso';

const MIB = 2 ** 20;

function addClass(host: RunningRancher, name: string, provisioner: string, parameters: Readonly<Record<string, string>>): void {
  host.simulator.cluster.store.create('storage.k8s.io.storageclass', {
    apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner, parameters, allowVolumeExpansion: true, reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate'
  });
}

interface ImagePlan { readonly id: string; readonly displayName: string; readonly storageClass: string; readonly backend: 'cdi' | 'backingimage'; readonly type?: 'iso' | 'raw_qcow2'; readonly virtualSize: number }

/** An image that is there already, as the server leaves it. */
function addImage(host: RunningRancher, { id, displayName, storageClass, backend, type = 'raw_qcow2', virtualSize }: ImagePlan): void {
  const [namespace = '', name = ''] = id.split('/');

  host.simulator.cluster.store.create('harvesterhci.io.virtualmachineimage', {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'VirtualMachineImage',
    metadata: { name, namespace, annotations: { 'harvesterhci.io/storageClassName': storageClass }, labels: { 'harvesterhci.io/imageDisplayName': displayName, 'harvesterhci.io/image-type': type, 'harvesterhci.io/os-type': 'linux' } },
    spec: { backend, checksum: '', displayName, pvcName: '', pvcNamespace: '', retry: 3, sourceType: 'download', url: `http://127.0.0.1:9/${displayName}`, ...(backend === 'cdi' ? { targetStorageClassName: storageClass } : {}) },
    status: {
      conditions: ['Initialized', 'Imported'].map((condition) => ({ type: condition, status: 'True', reason: condition, message: '' })),
      failed: 0, progress: 100, size: virtualSize * MIB, virtualSize: virtualSize * MIB, storageClassName: storageClass
    }
  });
}

/** Classes and images of every kind that the forms must tell apart. */
export function addCluster(host: RunningRancher): void {
  addClass(host, 'lvm', 'lvm.driver.harvesterhci.io', { type: 'striped', vgName: 'vg' });
  addClass(host, 'longhorn-v2-pinned', 'driver.longhorn.io', { dataEngine: 'v2', numberOfReplicas: '1', migratable: 'false', staleReplicaTimeout: '30' });
  addImage(host, { id: LVM_IMAGE, displayName: 'rocky-9.qcow2', storageClass: 'lvm', backend: 'cdi', virtualSize: 4096 });
  addImage(host, { id: V1_IMAGE, displayName: 'leap-15.6.qcow2', storageClass: 'harvester-longhorn', backend: 'backingimage', virtualSize: 4096 });
  addImage(host, { id: ISO, displayName: 'setup.iso', storageClass: 'longhorn-v2', backend: 'cdi', type: 'iso', virtualSize: 1024 });
}
