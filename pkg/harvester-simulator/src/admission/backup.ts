import { mountedClaims } from './claim';
import { record, records, specText, text } from './read';
import { type AdmissionRequest, HARVESTER_WEBHOOK, type Rules, invalid } from './request';

/** The v2 volumes behind a VM: which backups are refused depends on the version (1.5/1.6 matrix, 1.9 rule). */
function validate({ cluster, operation, object }: AdmissionRequest): void {
  if (operation !== 'CREATE') return;
  const namespace = object.metadata.namespace ?? '';
  const vmName = text(record(object.spec, 'source')?.['name']);
  const vm = cluster.store.get('kubevirt.io.virtualmachine', `${namespace}/${vmName}`);
  if (vm === undefined) throw invalid(`can't get source virtual machine ${namespace}/${vmName}: virtualmachines.kubevirt.io "${vmName}" not found`);
  const minor = cluster.profile.harvester;
  for (const claimName of mountedClaims(records(vm.spec, 'template', 'spec', 'volumes'))) {
    const claim = cluster.store.get('persistentvolumeclaim', `${namespace}/${claimName}`);
    const volumeName = specText(claim, 'volumeName');
    const attributes = record(cluster.store.get('persistentvolume', volumeName)?.spec, 'csi', 'volumeAttributes');
    if (attributes?.['dataEngine'] !== 'v2') continue;
    if (minor === '1.5' || minor === '1.6') throw invalid(`provisioner v2.driver.longhorn.io is not supported for type ${specText(object, 'type') || 'backup'}`);
    if (minor === '1.9') throw invalid(`vm ${namespace}/${vmName} contains Longhorn v2 volume ${volumeName} from PVC ${namespace}/${claimName}, which does not support VM backup`);
  }
}

export const backupRules: readonly Rules[] = [{ typeId: 'harvesterhci.io.virtualmachinebackup', webhook: HARVESTER_WEBHOOK, validate }];
