import type { Cluster, Fields, KubeObject } from '../../../contract';
import { capacityOf, getClaim, isWaitForFirstConsumer } from '../storage/claims';
import { CDI, HARVESTER, TYPE } from '../support/types';
import { inspectRemoteImage } from './remote-image';
import { targetStorageClass } from './image-status';

export interface ImageSizes {
  size: number;
  virtualSize: number;
}

/** Sizes of what a CDI image will hold, known before its data volume is made. Throws with the image's failure text. */
export async function measureSource(cluster: Cluster, image: KubeObject): Promise<ImageSizes> {
  const spec = image.spec ?? {};
  switch (spec.sourceType) {
    case 'download':
      return inspectRemoteImage(String(spec.url ?? ''), { allowRemote: cluster.allowRemote === true });
    case 'export-from-volume': {
      const claim = getClaim(cluster, String(spec.pvcNamespace ?? ''), String(spec.pvcName ?? ''));
      if (claim === undefined) throw new Error(`failed to get pvc ${String(spec.pvcName)}/${String(spec.pvcNamespace)}, error: persistentvolumeclaims "${String(spec.pvcName)}" not found`);
      return { size: capacityOf(claim), virtualSize: capacityOf(claim) };
    }
    default:
      throw new Error(`failed to generate DV source: unsupported source type: ${String(spec.sourceType)}`);
  }
}

const CERTIFICATES = 'harvester-additional-ca-cdi';

/** The certificates of the setting `additional-ca`, where CDI's importer reads them; false when there are none. */
function ensureCertificates(cluster: Cluster, namespace: string): boolean {
  const setting = cluster.store.get(TYPE.setting, 'additional-ca');
  const pem = String(setting?.value || setting?.default || '');
  if (pem === '') return false;
  const key = `${namespace}/${CERTIFICATES}`;
  if (cluster.store.get('configmap', key) === undefined) cluster.store.create('configmap', { metadata: { name: CERTIFICATES, namespace }, data: { 'ca.pem': pem } });
  else cluster.store.edit('configmap', key, (draft) => { draft.data = { 'ca.pem': pem }; });
  return true;
}

function dataVolumeSource(cluster: Cluster, image: KubeObject): Fields {
  const spec = image.spec ?? {};
  switch (spec.sourceType) {
    case 'upload':
      return { upload: {} };
    case 'export-from-volume':
      // Upstream takes the image's own namespace here, not the claim's.
      return { pvc: { namespace: image.metadata.namespace, name: spec.pvcName } };
    default:
      return { http: { url: spec.url, ...(ensureCertificates(cluster, image.metadata.namespace ?? 'default') ? { certConfigMap: CERTIFICATES } : {}) } };
  }
}

/** Creates the data volume of a CDI image. Throws with the texts of harvester pkg/image/cdi. */
export function createImageDataVolume(cluster: Cluster, image: KubeObject, virtualSize: number): KubeObject {
  const { name, namespace = 'default', uid = '' } = image.metadata;
  const storageClassName = targetStorageClass(image);
  const storageClass = cluster.store.get(TYPE.storageClass, storageClassName);
  if (virtualSize === 0) throw new Error('failed to generate DV target storage: virtual size is not set');
  if (storageClass === undefined) throw new Error(`failed to get StorageClass ${storageClassName}: storageclasses.storage.k8s.io "${storageClassName}" not found`);
  const isUpgradeImage = image.metadata.annotations?.[HARVESTER.osUpgradeImage] === 'True';
  try {
    return cluster.store.create(TYPE.dataVolume, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolume',
      metadata: {
        name,
        namespace,
        annotations: isWaitForFirstConsumer(storageClass) ? { [CDI.bindImmediate]: 'true' } : {},
        ownerReferences: [{ apiVersion: 'harvesterhci.io/v1beta1', kind: 'VirtualMachineImage', name, uid, blockOwnerDeletion: true }]
      },
      spec: {
        source: dataVolumeSource(cluster, image),
        storage: {
          ...(isUpgradeImage ? { accessModes: ['ReadWriteMany'], volumeMode: 'Filesystem' } : {}),
          storageClassName,
          resources: { requests: { storage: String(virtualSize) } }
        }
      }
    });
  } catch (error) {
    throw new Error(`failed to create DataVolume ${namespace}/${name}: ${(error as Error).message}`, { cause: error });
  }
}
