import type { Cluster, KubeObject } from '../../../contract';
import { requestedBytes } from '../support/quantity';
import { TYPE } from '../support/types';
import { capacityOf, storageClassOf } from '../storage/claims';
import { cloneStrategyOf, type CloneStrategy } from './storage-profile';

export interface ChosenStrategy {
  strategy: CloneStrategy;
  /** Why CDI did not take the profile's strategy. */
  fallback?: { reason: string; message: string };
}

function hostAssisted(reason: string, message: string): ChosenStrategy {
  return { strategy: 'copy', fallback: { reason, message: `The requested clone strategy cannot be used, falling back to host assisted clone: ${message}` } };
}

/** CDI's choice between the profile's strategy and the host-assisted copy (clone/planner.go). */
export function chooseStrategy(cluster: Cluster, source: KubeObject, target: KubeObject): ChosenStrategy {
  const storageClass = storageClassOf(cluster, target);
  const sourceClass = storageClassOf(cluster, source);
  const wanted = cloneStrategyOf(cluster, storageClass?.metadata.name ?? '');
  if (wanted === 'copy') return { strategy: 'copy' };
  if (wanted === 'snapshot' && snapshotClassOf(cluster, storageClass) === undefined) {
    return hostAssisted('NoVolumeSnapshotClass', `no volumesnapshotclass for storage class ${storageClass?.metadata.name ?? ''}`);
  }
  if (sourceClass === undefined || storageClass === undefined || sourceClass.provisioner !== storageClass.provisioner || sourceClass.metadata.name !== storageClass.metadata.name) {
    return hostAssisted('IncompatibleProvisioners', `source and target storage classes differ: ${sourceClass?.metadata.name ?? ''}, ${storageClass?.metadata.name ?? ''}`);
  }
  if ((source.spec?.volumeMode ?? 'Filesystem') !== (target.spec?.volumeMode ?? 'Filesystem')) {
    return hostAssisted('IncompatibleVolumeModes', `source volume mode ${String(source.spec?.volumeMode)}, target volume mode ${String(target.spec?.volumeMode)}`);
  }
  if (requestedBytes(target.spec) > capacityOf(source) && storageClass.allowVolumeExpansion !== true) {
    return hostAssisted('NoVolumeExpansion', `storage class ${storageClass.metadata.name} does not allow volume expansion`);
  }
  return { strategy: wanted };
}

/** The snapshot class CDI would use: the profile's, else the first of the same driver. */
export function snapshotClassOf(cluster: Cluster, storageClass: KubeObject | undefined): string | undefined {
  const named: unknown = cluster.store.get(TYPE.storageProfile, storageClass?.metadata.name ?? '')?.status?.snapshotClass;
  if (typeof named === 'string') return cluster.store.get(TYPE.volumeSnapshotClass, named) === undefined ? undefined : named;
  return cluster.store.list(TYPE.volumeSnapshotClass).find((object) => object.driver === storageClass?.provisioner)?.metadata.name;
}
