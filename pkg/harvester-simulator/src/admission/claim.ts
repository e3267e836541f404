import type { Cluster, KubeObject } from '../contract';
import { annotate, annotation, quantity, record, records, specText, text } from './read';
import { type AdmissionRequest, HARVESTER_WEBHOOK, type Rules, conflict, internal, invalid } from './request';

export const GOLDEN_IMAGE = 'harvesterhci.io/goldenImage';
const RESERVED_CLASSES = ['longhorn-static', 'vmstate-persistence'];

function idOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** Names of the claims that a VM or VMI spec mounts. */
export function mountedClaims(volumes: readonly Record<string, unknown>[]): string[] {
  return volumes.flatMap((volume) => {
    const claim = record(volume, 'persistentVolumeClaim')?.['claimName'] ?? record(volume, 'dataVolume')?.['name'];
    return typeof claim === 'string' ? [claim] : [];
  });
}

/** VMs of the namespace whose spec mounts the claim. */
export function vmsUsing(cluster: Cluster, namespace: string, claim: string): KubeObject[] {
  return cluster.store.list('kubevirt.io.virtualmachine', { namespace }).filter((vm) => mountedClaims(records(vm.spec, 'template', 'spec', 'volumes')).includes(claim));
}

function isRunning(cluster: Cluster, vm: KubeObject): boolean {
  return cluster.store.get('kubevirt.io.virtualmachineinstance', idOf(vm)) !== undefined;
}

function mutateClaim({ cluster, operation, object }: AdmissionRequest): void {
  if (operation !== 'CREATE') return;
  const image = cluster.store.get('harvesterhci.io.virtualmachineimage', idOf(object));
  if (image !== undefined && specText(image, 'backend') === 'cdi') annotate(object, GOLDEN_IMAGE, 'true');
}

function validateCreate({ cluster, object, canGet, user }: AdmissionRequest): void {
  const className = specText(object, 'storageClassName');
  if (RESERVED_CLASSES.includes(className)) throw invalid(`can not create volume with the reserved storage class ${className}`);
  if (className === '') return;
  const found = cluster.store.get('storage.k8s.io.storageclass', className);
  if (found === undefined) throw internal(`failed to get storage class ${className}: storageclasses.storage.k8s.io "${className}" not found`);
  const image = annotation(object, 'harvesterhci.io/imageId');
  const isBackingImage = text(record(found, 'parameters')?.['backingImage']) !== '';
  if (isBackingImage && image !== '' && !canGet('harvesterhci.io.virtualmachineimage', image.split('/')[0] ?? '')) throw invalid(`user "${user}" is not allowed to access image ${image}`);
}

/** Whether the setting `csi-online-expand-validation` lets a provisioner's claims grow while they are in use. */
function isOnlineExpandable(cluster: Cluster, provisioner: string): boolean {
  const setting = cluster.store.get('harvesterhci.io.setting', 'csi-online-expand-validation');
  if (setting === undefined) return provisioner === 'driver.longhorn.io';
  try {
    return record(JSON.parse(text(setting['value']) || text(setting['default']) || '{}'))?.[provisioner] === true;
  } catch {
    return false;
  }
}

/** Growing a claim that a running VM mounts (`pkg/webhook/util/volume.go`). Offline growth is the CSI driver's to refuse. */
function validateExpand({ cluster, object, old }: AdmissionRequest): void {
  const before = quantity(record(old?.spec, 'resources', 'requests')?.['storage']);
  const after = quantity(record(object.spec, 'resources', 'requests')?.['storage']);
  if (!(after > before)) return;
  const running = vmsUsing(cluster, object.metadata.namespace ?? '', object.metadata.name).filter((vm) => isRunning(cluster, vm));
  if (running.length === 0) return;
  const [kubeVirt] = cluster.store.list('kubevirt.io.kubevirt');
  const gates = kubeVirt === undefined ? ['ExpandDisks'] : record(kubeVirt.spec, 'configuration', 'developerConfiguration')?.['featureGates'];
  if (!Array.isArray(gates) || !gates.includes('ExpandDisks')) throw invalid('PVC_EXPAND: kubevirt ExpandDisks not included in featureGate');
  const hotplugged = running.some((vm) => records(vm.spec, 'template', 'spec', 'volumes').some((volume) =>
    record(volume, 'persistentVolumeClaim')?.['claimName'] === object.metadata.name && record(volume, 'persistentVolumeClaim')?.['hotpluggable'] === true));
  if (hotplugged && specText(object, 'volumeMode') === 'Filesystem') throw invalid(`PVC_EXPAND: Expansion of hotplugged PVC '${idOf(object)}' in filesystem mode is not supported`);
  const storageClass = cluster.store.get('storage.k8s.io.storageclass', specText(object, 'storageClassName'));
  // 1.5 and 1.6 knew that Longhorn's v2 engine cannot.
  const isOldV2 = record(storageClass, 'parameters')?.['dataEngine'] === 'v2' && ['1.5', '1.6'].includes(cluster.profile.harvester);
  if (isOldV2 || !isOnlineExpandable(cluster, text(storageClass?.['provisioner']))) throw invalid(`PVC_EXPAND: pvc ${idOf(object)} is not online expandable with its provider`);
}

function validateDeleteClaim({ cluster, object }: AdmissionRequest): void {
  if (annotation(object, GOLDEN_IMAGE) === 'true' && cluster.store.get('harvesterhci.io.virtualmachineimage', idOf(object)) !== undefined) throw invalid('can not delete golden image PVC');
  const namespace = object.metadata.namespace ?? '';
  const exporting = cluster.store.list('harvesterhci.io.virtualmachineimage').find((image) => specText(image, 'sourceType') === 'export-from-volume'
    && specText(image, 'pvcName') === object.metadata.name && specText(image, 'pvcNamespace') === namespace && Number(image.status?.['progress'] ?? 0) < 100
    && !records(image.status, 'conditions').some((condition) => condition['type'] === 'RetryLimitExceeded' && condition['status'] === 'True'));
  if (exporting !== undefined) throw invalid(`can not delete volume ${object.metadata.name} which is exporting for image ${idOf(exporting)}`);
  const vms = vmsUsing(cluster, namespace, object.metadata.name);
  const attached = vms.find((vm) => isRunning(cluster, vm));
  if (attached !== undefined) throw conflict(`can not delete the volume ${object.metadata.name} which is currently attached to VM: ${idOf(attached)}`);
  if (vms.length > 0) throw conflict(`can not delete the volume ${object.metadata.name} which is currently attached to VM: ${vms.map(idOf).join(', ')}`);
  const owners = parseOwners(annotation(object, 'harvesterhci.io/owned-by'));
  const alive = owners.filter((id) => cluster.store.get('kubevirt.io.virtualmachine', id) !== undefined);
  if (alive.length > 0) throw invalid(`can not delete the volume ${object.metadata.name} which is currently owned by these VMs: ${alive.join(', ')}`);
}

function parseOwners(text: string): string[] {
  if (text === '') return [];
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.flatMap((entry) => records({ entry: [entry] }, 'entry').flatMap((owner) => (Array.isArray(owner['refs']) ? owner['refs'].map(String) : []))) : [];
  } catch {
    return [];
  }
}

export const claimRules: Rules = {
  typeId: 'persistentvolumeclaim',
  webhook: HARVESTER_WEBHOOK,
  mutate: mutateClaim,
  validate(request) {
    if (request.operation === 'CREATE') { validateCreate(request); return; }
    if (request.operation === 'DELETE') { validateDeleteClaim(request); return; }
    if (annotation(request.old, GOLDEN_IMAGE) === 'true' && annotation(request.object, GOLDEN_IMAGE) !== 'true') throw invalid(`annotation ${GOLDEN_IMAGE} is immutable`);
    validateExpand(request);
  }
};

export const dataVolumeRules: Rules = {
  typeId: 'cdi.kubevirt.io.datavolume',
  webhook: HARVESTER_WEBHOOK,
  validate({ cluster, operation, object }) {
    if (operation !== 'DELETE') return;
    const owner = object.metadata.ownerReferences?.find((reference) => reference.kind === 'VirtualMachineImage');
    if (owner !== undefined && cluster.store.get('harvesterhci.io.virtualmachineimage', `${object.metadata.namespace ?? ''}/${owner.name}`) !== undefined) {
      throw invalid(`can not delete DataVolume ${idOf(object)} which is owned by VMImage ${object.metadata.namespace ?? ''}/${owner.name}`);
    }
    const [vm] = vmsUsing(cluster, object.metadata.namespace ?? '', object.metadata.name);
    if (vm !== undefined) throw invalid(`can not delete DataVolume ${idOf(object)} which is attached to VM ${idOf(vm)}`);
  }
};
