import type { Cluster, KubeObject } from '../../../contract';
import { annotationsOf, specOf, statusOf } from '../support/conditions';
import { objectKey } from '../support/controller';
import { formatBytes, parseQuantity, requestedBytes } from '../support/quantity';
import { keyOf, LONGHORN_DRIVER, TYPE } from '../support/types';
import { dataEngineOf, getLonghornVolume, roundVolumeSize } from './longhorn-volume';

export function getClaim(cluster: Cluster, namespace: string, name: string): KubeObject | undefined {
  return cluster.store.get(TYPE.pvc, keyOf(namespace, name));
}

export function isBound(claim: KubeObject | undefined): boolean {
  return claim?.status?.phase === 'Bound';
}

export function storageClassOf(cluster: Cluster, claim: KubeObject): KubeObject | undefined {
  const name: unknown = claim.spec?.storageClassName;
  return typeof name === 'string' ? cluster.store.get(TYPE.storageClass, name) : undefined;
}

export function parametersOf(storageClass: KubeObject | undefined): Record<string, string> {
  return (storageClass?.parameters ?? {}) as Record<string, string>;
}

export function isWaitForFirstConsumer(storageClass: KubeObject | undefined): boolean {
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
}

export function defaultStorageClass(cluster: Cluster): string | undefined {
  return cluster.store.list(TYPE.storageClass).find((object) => object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true')?.metadata.name;
}

/** Capacity of a bound claim in bytes; its request while it is not bound. */
export function capacityOf(claim: KubeObject): number {
  const bytes = parseQuantity(claim.status?.capacity?.storage);
  return Number.isFinite(bytes) ? bytes : requestedBytes(claim.spec);
}

/** The Longhorn volume behind a claim, by its PV. */
export function longhornVolumeOf(cluster: Cluster, claim: KubeObject | undefined): KubeObject | undefined {
  const name: unknown = claim?.spec?.volumeName;
  return typeof name === 'string' ? getLonghornVolume(cluster, name) : undefined;
}

export function claimEvent(cluster: Cluster, claim: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, component: string): void {
  cluster.event({
    namespace: claim.metadata.namespace ?? 'default',
    involved: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: claim.metadata.name, namespace: claim.metadata.namespace, uid: claim.metadata.uid },
    type,
    reason,
    message,
    component
  });
}

/** Creates the PV of a freshly provisioned claim. */
export function createPersistentVolume(cluster: Cluster, claim: KubeObject, storageClass: KubeObject, volumeName: string): void {
  const parameters = parametersOf(storageClass);
  const mode = claim.spec?.volumeMode ?? 'Filesystem';
  cluster.store.create(TYPE.pv, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volumeName,
      annotations: {
        'pv.kubernetes.io/provisioned-by': LONGHORN_DRIVER,
        'volume.kubernetes.io/provisioner-deletion-secret-name': '',
        'volume.kubernetes.io/provisioner-deletion-secret-namespace': ''
      },
      finalizers: ['kubernetes.io/pv-protection']
    },
    spec: {
      accessModes: [...((claim.spec?.accessModes as string[] | undefined) ?? ['ReadWriteOnce'])],
      capacity: { storage: formatBytes(roundVolumeSize(requestedBytes(claim.spec))) },
      claimRef: claimReference(claim),
      csi: {
        driver: LONGHORN_DRIVER,
        ...(mode === 'Filesystem' ? { fsType: parameters.fsType ?? 'ext4' } : {}),
        volumeAttributes: { ...parameters, dataEngine: dataEngineOf(parameters), 'storage.kubernetes.io/csiProvisionerIdentity': `1-8081-${LONGHORN_DRIVER}` },
        volumeHandle: volumeName
      },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      volumeMode: mode
    },
    status: { phase: 'Bound' }
  });
}

export function claimReference(claim: KubeObject): Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: claim.metadata.name, namespace: claim.metadata.namespace, uid: claim.metadata.uid };
}

/** Writes the binding on the claim's side: spec first, then status, as two revisions. */
export function bindClaim(cluster: Cluster, claim: KubeObject, volumeName: string): void {
  const key = objectKey(claim);
  const pv = cluster.store.get(TYPE.pv, volumeName);
  cluster.store.edit(TYPE.pvc, key, (draft) => {
    specOf(draft).volumeName = volumeName;
    const annotations = annotationsOf(draft);
    annotations['pv.kubernetes.io/bind-completed'] = 'yes';
    annotations['pv.kubernetes.io/bound-by-controller'] = 'yes';
  });
  cluster.store.edit(TYPE.pvc, key, (draft) => {
    const status = statusOf(draft);
    status.phase = 'Bound';
    status.accessModes = [...((draft.spec?.accessModes as string[] | undefined) ?? [])];
    status.capacity = { storage: pv?.spec?.capacity?.storage ?? formatBytes(requestedBytes(draft.spec)) };
  });
}

/** Hands a populated volume over from CDI's temporary claim to the claim the user asked for, which becomes Bound. */
export function rebindVolume(cluster: Cluster, from: KubeObject, to: KubeObject): void {
  const volumeName = String(from.spec?.volumeName ?? '');
  cluster.store.edit(TYPE.pv, volumeName, (draft) => {
    specOf(draft).claimRef = claimReference(to);
    const annotations = annotationsOf(draft);
    annotations['cdi.kubevirt.io/storage.populator.kind'] ??= String(to.spec?.dataSourceRef?.kind ?? '');
  });
  bindClaim(cluster, to, volumeName);
  cluster.store.edit(TYPE.pvc, objectKey(from), (draft) => {
    statusOf(draft).phase = 'Lost';
  });
}
