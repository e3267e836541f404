import { StoreError, type Cluster, type KubeObject } from '../../../contract';
import { annotationsOf, statusOf } from '../support/conditions';
import { defineController } from '../support/controller';
import { CDI, keyOf, LONGHORN_DRIVER, LONGHORN_NAMESPACE, TYPE } from '../support/types';
import { bindClaim, claimEvent, createPersistentVolume, defaultStorageClass, getClaim, isBound, isWaitForFirstConsumer, parametersOf, storageClassOf } from './claims';
import { createLonghornVolume, refusalOf, volumeSpec } from './longhorn-volume';

const COMPONENT = 'driver.longhorn.io_csi-provisioner';
const RETRY = 15_000;
const CREATE_VOLUME = 500;
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

function isPopulatedByCdi(claim: KubeObject): boolean {
  return claim.spec?.dataSourceRef?.apiGroup === 'cdi.kubevirt.io';
}

/** Name of the Longhorn volume to clone from; undefined for an empty volume; throws 422 when the source is not usable. */
function sourceVolumeOf(cluster: Cluster, claim: KubeObject): string | undefined {
  const source = claim.spec?.dataSource ?? claim.spec?.dataSourceRef;
  if (source === undefined) return undefined;
  const namespace = claim.metadata.namespace ?? 'default';
  if (source.kind === 'PersistentVolumeClaim') {
    const from = getClaim(cluster, String(source.namespace ?? namespace), String(source.name));
    if (!isBound(from)) throw new StoreError(422, 'Invalid', `error getting handle for DataSource Type PersistentVolumeClaim by Name ${source.name}: error getting PVC ${source.name} (namespace "${namespace}") from api server: persistentvolumeclaims "${source.name}" not found`);
    return String(from?.spec?.volumeName);
  }
  if (source.kind === 'VolumeSnapshot') {
    const snapshot = cluster.store.get(TYPE.volumeSnapshot, keyOf(namespace, String(source.name)));
    const claimName: unknown = snapshot?.spec?.source?.persistentVolumeClaimName;
    const from = typeof claimName === 'string' ? getClaim(cluster, namespace, claimName) : undefined;
    if (snapshot?.status?.readyToUse !== true || !isBound(from)) throw new StoreError(422, 'Invalid', `error getting handle for DataSource Type VolumeSnapshot by Name ${source.name}: snapshot ${source.name} is not Ready`);
    return String(from?.spec?.volumeName);
  }
  throw new StoreError(422, 'Invalid', `unsupported DataSource kind ${source.kind}`);
}

/**
 * The CSI provisioner for driver.longhorn.io: a pending claim gets a Longhorn volume, a PV of the same name and its
 * binding. Longhorn creates volumes whether or not their replicas find a disk, so binding says nothing about placement.
 */
export const provisioner = defineController({
  name: 'csi-provisioner',
  watches: [
    { typeId: TYPE.pvc },
    { typeId: TYPE.pv, keys: ({ type, object }) => (type === 'remove' && object.spec?.claimRef !== undefined ? [keyOf(object.spec.claimRef.namespace, object.spec.claimRef.name)] : []) }
  ],
  create: (cluster) => {
    const announced = new Set<string>();
    const fail = (claim: KubeObject, message: string): number => {
      claimEvent(cluster, claim, 'Warning', 'ProvisioningFailed', message, COMPONENT);
      return RETRY;
    };
    return (key) => {
      const claim = cluster.store.get(TYPE.pvc, key);
      if (claim === undefined || claim.metadata.deletionTimestamp !== undefined || isBound(claim) || claim.status?.phase === 'Lost') return undefined;
      if (claim.status?.phase === undefined || claim.spec?.storageClassName === undefined || claim.metadata.finalizers === undefined) {
        cluster.store.edit(TYPE.pvc, key, (draft) => {
          statusOf(draft).phase ??= 'Pending';
          draft.spec ??= {};
          draft.spec.storageClassName ??= defaultStorageClass(cluster);
          draft.metadata.finalizers ??= ['kubernetes.io/pvc-protection'];
        });
        return undefined;
      }
      const storageClass = storageClassOf(cluster, claim);
      if (storageClass === undefined) return fail(claim, `storageclass.storage.k8s.io "${claim.spec.storageClassName}" not found`);
      if (storageClass.provisioner !== LONGHORN_DRIVER || isPopulatedByCdi(claim)) return undefined;
      const annotations = claim.metadata.annotations ?? {};
      if (isWaitForFirstConsumer(storageClass) && annotations[SELECTED_NODE] === undefined && annotations[CDI.bindImmediate] !== 'true') {
        if (!announced.has(key)) claimEvent(cluster, claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding', 'persistentvolume-controller');
        announced.add(key);
        return undefined;
      }
      if (annotations['volume.kubernetes.io/storage-provisioner'] === undefined) {
        cluster.store.edit(TYPE.pvc, key, (draft) => {
          const marks = annotationsOf(draft);
          marks['volume.kubernetes.io/storage-provisioner'] = LONGHORN_DRIVER;
          marks['volume.beta.kubernetes.io/storage-provisioner'] = LONGHORN_DRIVER;
        });
        claimEvent(cluster, claim, 'Normal', 'Provisioning', `External provisioner is provisioning volume for claim "${key}"`, COMPONENT);
        return CREATE_VOLUME;
      }
      return provision(cluster, claim, storageClass, fail);
    };
  }
});

function provision(cluster: Cluster, claim: KubeObject, storageClass: KubeObject, fail: (claim: KubeObject, message: string) => number): number | undefined {
  const volumeName = `pvc-${claim.metadata.uid}`;
  const parameters = parametersOf(storageClass);
  let source: string | undefined;
  try {
    source = sourceVolumeOf(cluster, claim);
  } catch (error) {
    return fail(claim, (error as Error).message);
  }
  const refusal = refusalOf(cluster, parameters, source !== undefined);
  if (refusal !== undefined) return fail(claim, `failed to provision volume with StorageClass "${storageClass.metadata.name}": rpc error: code = Internal desc = unable to create volume: ${refusal}`);
  if (cluster.store.get(TYPE.longhornVolume, keyOf(LONGHORN_NAMESPACE, volumeName)) === undefined) {
    createLonghornVolume(cluster, volumeName, volumeSpec(cluster, claim, parameters, source));
  }
  if (cluster.store.get(TYPE.pv, volumeName) === undefined) createPersistentVolume(cluster, claim, storageClass, volumeName);
  bindClaim(cluster, claim, volumeName);
  claimEvent(cluster, claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${volumeName}`, COMPONENT);
  return undefined;
}

