import type { Cluster, Fields, KubeObject } from '../../../contract';
import { annotationsOf } from '../support/conditions';
import { objectKey } from '../support/controller';
import { ownerReference } from '../support/pods';
import { formatBytes, requestedBytes } from '../support/quantity';
import { CDI, HARVESTER, keyOf, TYPE } from '../support/types';
import { defaultStorageClass, getClaim } from '../storage/claims';
import { claimPropertiesOf } from './storage-profile';

export type PopulatorKind = 'VolumeImportSource' | 'VolumeUploadSource' | 'VolumeCloneSource';

const NAME_OF: Record<PopulatorKind, string> = { VolumeImportSource: 'volume-import-source', VolumeUploadSource: 'volume-upload-source', VolumeCloneSource: 'volume-clone-source' };

export function storageOf(dataVolume: KubeObject): Fields {
  return (dataVolume.spec?.storage ?? dataVolume.spec?.pvc ?? {}) as Fields;
}

export function storageClassNameOf(cluster: Cluster, dataVolume: KubeObject): string | undefined {
  const name: unknown = storageOf(dataVolume).storageClassName;
  return typeof name === 'string' && name !== '' ? name : defaultStorageClass(cluster);
}

/** The claim's spec as CDI renders it: modes from the data volume, else from the class's StorageProfile. */
function renderClaim(cluster: Cluster, dataVolume: KubeObject, size: number): Fields | string {
  const storage = storageOf(dataVolume);
  const storageClassName = storageClassNameOf(cluster, dataVolume);
  const profile = storageClassName === undefined ? undefined : claimPropertiesOf(cluster, storageClassName);
  if (storage.accessModes === undefined && profile === undefined) {
    return `no accessMode specified in StorageProfile ${storageClassName ?? ''}`;
  }
  return {
    accessModes: [...((storage.accessModes ?? profile?.accessModes) as string[])],
    volumeMode: storage.volumeMode ?? profile?.volumeMode ?? 'Filesystem',
    resources: { requests: { storage: formatBytes(size) } },
    ...(storageClassName === undefined ? {} : { storageClassName })
  };
}

/** Whether a CDI image of this name exists: its claim is the golden image. */
function isGolden(cluster: Cluster, namespace: string, name: string): boolean {
  return cluster.store.get(TYPE.image, keyOf(namespace, name))?.spec?.backend === 'cdi';
}

/**
 * The claim a data volume is about, made when absent.
 * Returns a text when CDI cannot render it (the data volume says so and waits).
 */
export function ensureTargetClaim(cluster: Cluster, dataVolume: KubeObject, kind: PopulatorKind, size: number): KubeObject | string {
  const { name, namespace = 'default', uid = '' } = dataVolume.metadata;
  const existing = getClaim(cluster, namespace, name);
  if (existing !== undefined) return existing;
  const spec = renderClaim(cluster, dataVolume, size);
  if (typeof spec === 'string') return spec;
  const source = { apiGroup: 'cdi.kubevirt.io', kind, name: `${NAME_OF[kind]}-${uid}` };
  return cluster.store.create(TYPE.pvc, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace,
      labels: { 'alerts.k8s.io/KubePersistentVolumeFillingUp': 'disabled', app: 'containerized-data-importer', 'app.kubernetes.io/component': 'storage', 'app.kubernetes.io/managed-by': 'cdi-controller' },
      annotations: {
        ...dataVolume.metadata.annotations,
        [CDI.createdForDataVolume]: uid,
        [CDI.contentType]: 'kubevirt',
        [CDI.usePopulator]: 'true',
        [CDI.podRestarts]: '0',
        ...(isGolden(cluster, namespace, name) ? { [HARVESTER.goldenImage]: 'true' } : {})
      },
      ownerReferences: [ownerReference(dataVolume)],
      finalizers: ['kubernetes.io/pvc-protection']
    },
    spec: { ...spec, dataSource: source, dataSourceRef: source },
    status: { phase: 'Pending' }
  });
}

/** The temporary claim that is filled before its volume is handed to `target`. */
export function ensurePrimeClaim(cluster: Cluster, target: KubeObject, name: string, kind: PopulatorKind, extra: { size?: number; dataSource?: Fields; storageClassName?: string } = {}): KubeObject {
  const namespace = target.metadata.namespace ?? 'default';
  const existing = getClaim(cluster, namespace, name);
  if (existing !== undefined) return existing;
  cluster.store.edit(TYPE.pvc, objectKey(target), (draft) => {
    annotationsOf(draft)[CDI.pvcPrime] = name;
  });
  return cluster.store.create(TYPE.pvc, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace,
      labels: { app: 'containerized-data-importer', 'cdi.kubevirt.io/OwnedByUID': target.metadata.uid ?? '' },
      annotations: { [CDI.populatorKind]: kind, [CDI.bindImmediate]: 'true', [CDI.contentType]: 'kubevirt', [CDI.podRestarts]: '0' },
      ownerReferences: [ownerReference(target)],
      finalizers: ['kubernetes.io/pvc-protection']
    },
    spec: {
      accessModes: [...((target.spec?.accessModes ?? []) as string[])],
      volumeMode: target.spec?.volumeMode,
      storageClassName: target.spec?.storageClassName,
      resources: { requests: { storage: formatBytes(extra.size ?? requestedBytes(target.spec)) } },
      ...(extra.dataSource === undefined ? {} : { dataSource: extra.dataSource, dataSourceRef: extra.dataSource })
    },
    status: { phase: 'Pending' }
  });
}

/** Writes annotations on a claim; undefined removes one. */
export function annotateClaim(cluster: Cluster, claim: KubeObject, values: Record<string, string | undefined>): void {
  cluster.store.edit(TYPE.pvc, objectKey(claim), (draft) => {
    const annotations = annotationsOf(draft);
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined) delete annotations[key];
      else annotations[key] = value;
    }
  });
}
