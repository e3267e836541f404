import type { KubeObject } from '../contract';
import { annotation, record, records, text } from './read';
import { type AdmissionRequest, HARVESTER_WEBHOOK, type Rules, badRequest, invalid } from './request';

function claimOf(volume: KubeObject): string {
  const status = record(volume.status, 'kubernetesStatus');
  return `${text(status?.['namespace'])}/${text(status?.['pvcName'])}`;
}

function validate({ cluster, operation, object }: AdmissionRequest): void {
  if (operation !== 'CREATE') return;
  const volumes = cluster.store.list('longhorn.io.volume');
  const hasThreeNodes = cluster.store.list('node').length >= 3;
  if (hasThreeNodes && volumes.some((volume) => volume.status?.['robustness'] === 'degraded')) {
    throw badRequest('there are degraded volumes, please check all volumes are healthy');
  }
  const stuck = cluster.store.list('kubevirt.io.virtualmachineinstance').filter((vmi) => text(vmi.status?.['phase']) === 'Running'
    && records(vmi.status, 'conditions').some((condition) => condition['type'] === 'LiveMigratable' && condition['status'] === 'False'));
  if (stuck.length > 0 && cluster.store.list('node').length > 1) throw invalid(`There are non-live migratable VMs that need to be shut off before initiating the upgrade: ${stuck.map((vmi) => `${vmi.metadata.namespace ?? ''}/${vmi.metadata.name}`).join(', ')}`);
  if (!hasThreeNodes) return;
  const single = volumes.filter((volume) => volume.spec?.['numberOfReplicas'] === 1);
  const active = single.filter((volume) => volume.status?.['state'] === 'attached').map(claimOf);
  if (active.length > 0) throw invalid(`Following PVCs with active single-replica volume, please consider shutdown the corresponding workload before upgrade: ${active.join(', ')}`);
  const stopped = single.filter((volume) => volume.status?.['state'] === 'detached').map(claimOf);
  if (stopped.length > 0 && annotation(object, 'harvesterhci.io/skipSingleReplicaDetachedVol') !== 'true') {
    throw invalid(`Following PVCs with single-replica volume, even the volume is detached, upgrade may have potential data integrity concerns: ${stopped.join(', ')}`);
  }
}

export const upgradeRules: Rules = { typeId: 'harvesterhci.io.upgrade', webhook: HARVESTER_WEBHOOK, validate };
