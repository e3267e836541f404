import type { Cluster, KubeObject } from '../contract';
import { record, records, text } from './read';

/** Claims by volume name, as a VM's template mounts them. */
export function claimsByVolume(vm: KubeObject | undefined): Map<string, string> {
  return new Map(records(vm?.spec, 'template', 'spec', 'volumes').flatMap((volume): [string, string][] => {
    const claim = record(volume, 'persistentVolumeClaim')?.['claimName'] ?? record(volume, 'dataVolume')?.['name'];
    return typeof claim === 'string' ? [[text(volume['name']), claim]] : [];
  }));
}

/** Whether a VM's disk is on its way to another claim. */
export function isMovingStorage(vm: KubeObject): boolean {
  return records(vm.status, 'volumeUpdateState', 'volumeMigrationState', 'migratedVolumes').length > 0;
}

/** Why a running VM's disk cannot move from one claim to another, in the webhook's words; undefined when it can. */
export function storageMigrationObstacle(cluster: Cluster, vm: KubeObject, source: string, target: string): string | undefined {
  const namespace = vm.metadata.namespace ?? '';
  if (isMovingStorage(vm)) return 'only one volume migration is allowed at a time';
  if (text(cluster.store.get('kubevirt.io.virtualmachineinstance', `${namespace}/${vm.metadata.name}`)?.status?.['phase']) !== 'Running') return 'VM must be running to migrate a volume';
  if (cluster.store.get('cdi.kubevirt.io.datavolume', `${namespace}/${source}`) !== undefined) return `source volume ${source} is a DataVolume, only PVC sources are supported for storage migration`;
  const claim = cluster.store.get('persistentvolumeclaim', `${namespace}/${target}`);
  if (claim === undefined) return `targetVolume PVC ${namespace}/${target} not found`;
  if (text(claim.status?.['phase']) !== 'Bound') return `targetVolume PVC ${namespace}/${target} is not bound`;
  return undefined;
}
