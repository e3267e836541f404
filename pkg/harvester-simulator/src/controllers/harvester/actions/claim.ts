import { ActionError, StoreError, type ActionHandler, type Cluster, type Fields, type KubeObject } from '../../../contract';
import { findCondition, isConditionTrue, removeCondition, specOf } from '../support/conditions';
import { objectKey } from '../support/controller';
import { claimNames, isFinished } from '../support/pods';
import { HARVESTER, LONGHORN_DRIVER, TYPE } from '../support/types';
import { defaultStorageClass, isBound, parametersOf, storageClassOf } from '../storage/claims';
import { dataEngineOf } from '../storage/longhorn-volume';
import { claimNameOf, templateSpec, volumesOf } from '../machine/machine';
import { action, refuse, required } from './support';

function isResizing(claim: KubeObject): boolean {
  return isConditionTrue(claim, 'Resizing') || findCondition(claim, 'FileSystemResizePending')?.status === 'True';
}

/** While a claim is being resized only cancelling that is on offer. */
function isIdle(_cluster: Cluster, claim: KubeObject): boolean {
  return !isResizing(claim);
}

function machinesWith(cluster: Cluster, claim: KubeObject): KubeObject[] {
  return cluster.store.list(TYPE.vm, { namespace: claim.metadata.namespace }).filter((vm) => volumesOf(templateSpec(vm)).some((volume) => claimNameOf(volume) === claim.metadata.name));
}

function podsWith(cluster: Cluster, claim: KubeObject): string[] {
  return cluster.store.list(TYPE.pod, { namespace: claim.metadata.namespace }).filter((pod) => !isFinished(pod) && claimNames(pod).includes(claim.metadata.name)).map(({ metadata }) => metadata.name);
}

function isCdiClass(cluster: Cluster, name: string): boolean {
  const storageClass = cluster.store.get(TYPE.storageClass, name);
  if (storageClass === undefined) refuse(`failed to get StorageClass ${name}: storageclass.storage.k8s.io "${name}" not found`);
  return storageClass.provisioner !== LONGHORN_DRIVER || dataEngineOf(parametersOf(storageClass)) === 'v2';
}

/** Makes an image from a volume; the server chooses the backend by the class. */
function exportToImage(cluster: Cluster, claim: KubeObject, body: Fields): { status: number; body: unknown } {
  const displayName = required(body, 'displayName', 'Parameter `displayName` is required');
  const namespace = required(body, 'namespace', 'Parameter `namespace` is required');
  const storageClassName = required(body, 'storageClassName', 'parameter `storageClassName` is required');
  const backend = isCdiClass(cluster, storageClassName) ? 'cdi' : 'backingimage';
  const sourceIsCdi = isCdiClass(cluster, String(claim.spec?.storageClassName ?? defaultStorageClass(cluster) ?? ''));
  if (sourceIsCdi && backend === 'backingimage') refuse('CDI volume cannot be exported to a Longhorn v1 StorageClass');
  const pods = podsWith(cluster, claim);
  if (backend === 'cdi' && pods.length > 0) refuse(`PVC ${claim.metadata.name} is used by Pods [${pods.join(' ')}], cannot export volume when it's running`);
  const hasName = cluster.store.list(TYPE.image, { namespace, labels: { [HARVESTER.imageDisplayName]: displayName } }).length > 0;
  if (hasName) throw new ActionError(409, 'admission webhook "validator.harvesterhci.io" denied the request: A resource with the same name exists');
  const image = cluster.store.create(TYPE.image, {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'VirtualMachineImage',
    metadata: { generateName: 'image-', namespace, annotations: { [HARVESTER.storageClassName]: storageClassName }, labels: { [HARVESTER.imageDisplayName]: displayName } },
    spec: { backend, displayName, sourceType: 'export-from-volume', pvcName: claim.metadata.name, pvcNamespace: claim.metadata.namespace, retry: 3, ...(backend === 'cdi' ? { targetStorageClassName: storageClassName } : {}) },
    status: { failed: 0 }
  });
  return { status: 200, body: image };
}

/** Takes back a resize that cannot be done: upstream makes the claim anew around the retained PV; the outcome is the old size. */
function cancelExpand(cluster: Cluster, claim: KubeObject): undefined {
  const [vm] = machinesWith(cluster, claim);
  if (vm !== undefined) refuse(`can not operate the volume ${claim.metadata.name} which is currently attached to VM: ${objectKey(vm)}`);
  cluster.store.edit(TYPE.pvc, objectKey(claim), (draft) => {
    specOf(draft).resources = { requests: { storage: draft.status?.capacity?.storage ?? draft.spec?.resources?.requests?.storage } };
    removeCondition(draft, 'Resizing');
  });
  return undefined;
}

function create(cluster: Cluster, typeId: string, object: Parameters<Cluster['store']['create']>[1]): undefined {
  try {
    cluster.store.create(typeId, object);
  } catch (error) {
    if (error instanceof StoreError) throw new ActionError(error.status, error.message);
    throw error;
  }
  return undefined;
}

function cloneClaim(cluster: Cluster, claim: KubeObject, body: Fields): undefined {
  const name = required(body, 'name', 'Parameter `name` is required');
  const { accessModes, resources, storageClassName, volumeMode } = claim.spec ?? {};
  const imageId = claim.metadata.annotations?.[HARVESTER.imageId];
  return create(cluster, TYPE.pvc, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: claim.metadata.namespace, annotations: imageId === undefined ? {} : { [HARVESTER.imageId]: imageId } },
    spec: { accessModes, resources, storageClassName, volumeMode, dataSource: { kind: 'PersistentVolumeClaim', name: claim.metadata.name } },
    status: { phase: 'Pending' }
  });
}

function snapshotClassName(cluster: Cluster): string {
  const text = String(cluster.store.get(TYPE.setting, 'csi-driver-config')?.value || cluster.store.get(TYPE.setting, 'csi-driver-config')?.default || '{}');
  try {
    const drivers = JSON.parse(text) as Record<string, { volumeSnapshotClassName?: string }>;
    return drivers[LONGHORN_DRIVER]?.volumeSnapshotClassName ?? 'longhorn-snapshot';
  } catch (error) {
    refuse(`failed to parse setting csi-driver-config: ${(error as Error).message}`);
  }
}

function snapshotClaim(cluster: Cluster, claim: KubeObject, body: Fields): undefined {
  const name = required(body, 'name', 'Parameter `name` is required');
  const imageId = claim.metadata.annotations?.[HARVESTER.imageId];
  return create(cluster, TYPE.volumeSnapshot, {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: {
      name,
      namespace: claim.metadata.namespace,
      annotations: { [HARVESTER.storageClassName]: String(claim.spec?.storageClassName ?? ''), 'harvesterhci.io/storageProvisioner': LONGHORN_DRIVER, ...(imageId === undefined ? {} : { [HARVESTER.imageId]: imageId }) },
      ownerReferences: [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: claim.metadata.name, uid: claim.metadata.uid ?? '' }]
    },
    spec: { source: { persistentVolumeClaimName: claim.metadata.name }, volumeSnapshotClassName: snapshotClassName(cluster) }
  });
}

function hasSnapshots(cluster: Cluster, claim: KubeObject): boolean {
  const storageClass = storageClassOf(cluster, claim);
  return isIdle(cluster, claim) && isBound(claim) && storageClass?.provisioner === LONGHORN_DRIVER;
}

export const claimActions: ActionHandler[] = [
  action(TYPE.pvc, 'export', isIdle, exportToImage),
  action(TYPE.pvc, 'clone', isIdle, cloneClaim),
  action(TYPE.pvc, 'snapshot', hasSnapshots, snapshotClaim),
  action(TYPE.pvc, 'cancelExpand', (_cluster, claim) => isResizing(claim), cancelExpand)
];
