import type { Cluster, KubeObject } from '../contract';
import { isRecord } from '../http/body';
import { GOLDEN_IMAGE, mountedClaims, vmsUsing } from './claim';
import { annotation, quantity, record, records, text } from './read';
import { claimsByVolume, isMovingStorage, storageMigrationObstacle } from './storage-migration';
import { type AdmissionRequest, HARVESTER_WEBHOOK, type Rules, badRequest, internal, invalid } from './request';

const TEMPLATES = 'harvesterhci.io/volumeClaimTemplates';
const MEBIBYTE = 2 ** 20;
/** Defaults of the settings `overcommit-config` (CPU 1600 %, memory 150 %) and of the memory kept for the VM's own processes. */
const CPU_OVERCOMMIT = 16;
const MEMORY_OVERCOMMIT = 1.5;
const RESERVED_MEMORY = 100 * MEBIBYTE;
const MAINTENANCE_STRATEGIES = ['Migrate', 'ShutdownAndRestartAfterEnable', 'ShutdownAndRestartAfterDisable', 'Shutdown'];

interface ClaimTemplate {
  name: string;
  imageId: string;
  storageClassName: string;
  storage: unknown;
}

function parseTemplates(vm: KubeObject | undefined): ClaimTemplate[] {
  const json = annotation(vm, TEMPLATES);
  if (json === '') return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw invalid(`the volumeClaimTemplates annotaion is invalid: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
  if (!Array.isArray(parsed)) throw invalid('the volumeClaimTemplates annotaion is invalid: json: cannot unmarshal into Go value of type []v1.PersistentVolumeClaim');
  return parsed.map((entry) => ({
    name: text(record(entry, 'metadata')?.['name']),
    imageId: text(record(entry, 'metadata', 'annotations')?.['harvesterhci.io/imageId']),
    storageClassName: text(record(entry, 'spec')?.['storageClassName']),
    storage: record(entry, 'spec', 'resources', 'requests')?.['storage']
  }));
}

function idOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function domainOf(vm: KubeObject): Record<string, unknown> | undefined {
  return record(vm.spec, 'template', 'spec', 'domain');
}

function ensure(parent: Record<string, unknown>, key: string): Record<string, unknown> {
  const known = parent[key];
  if (isRecord(known)) return known;
  const made: Record<string, unknown> = {};
  parent[key] = made;
  return made;
}

/** Requests from limits by the overcommit ratios, and the memory the guest sees. */
function mutate({ operation, object }: AdmissionRequest): void {
  const domain = domainOf(object);
  if (operation === 'DELETE' || domain === undefined) return;
  const resources = ensure(domain, 'resources');
  const limits = record(resources, 'limits');
  if (limits === undefined) return;
  const requests = ensure(resources, 'requests');
  const cpu = quantity(limits['cpu']);
  const memory = quantity(limits['memory']);
  if (cpu > 0) requests['cpu'] = `${String(Math.floor((cpu * 1000) / CPU_OVERCOMMIT))}m`;
  if (memory > 0) {
    requests['memory'] = `${String(Math.floor(memory / MEMORY_OVERCOMMIT / MEBIBYTE))}Mi`;
    const guest = ensure(domain, 'memory');
    if (guest['maxGuest'] === undefined) guest['guest'] = `${String(Math.max(1, Math.floor((memory - RESERVED_MEMORY) / MEBIBYTE)))}Mi`;
  }
}

function validateSpec(request: AdmissionRequest): void {
  const { cluster, object } = request;
  const namespace = object.metadata.namespace ?? '';
  for (const template of parseTemplates(object)) {
    if (template.name === '') throw invalid('the volumeClaimTemplates annotaion is invalid: PVC name is required');
    if (request.operation === 'CREATE') validateClass(cluster, template);
  }
  const domain = domainOf(object);
  if (text(record(domain, 'memory')?.['guest']) === '' && record(domain, 'resources', 'limits')?.['memory'] === undefined) {
    throw invalid('either memory.guest or resources.limits.memory must be set');
  }
  for (const claim of mountedClaims(records(object.spec, 'template', 'spec', 'volumes'))) validateClaim(cluster, object, namespace, claim);
  validateMacs(cluster, object);
  const strategy = object.metadata.labels?.['harvesterhci.io/maintain-mode-strategy'];
  if (strategy !== undefined && !MAINTENANCE_STRATEGIES.includes(strategy)) throw invalid(`invalid maintenance mode strategy: ${strategy}`);
}

function validateClass(cluster: Cluster, template: ClaimTemplate): void {
  const name = template.storageClassName;
  if (name !== '' && cluster.store.get('storage.k8s.io.storageclass', name) === undefined) throw internal(`failed to get storage class ${name}: storageclasses.storage.k8s.io "${name}" not found`);
}

function validateClaim(cluster: Cluster, vm: KubeObject, namespace: string, name: string): void {
  const claim = cluster.store.get('persistentvolumeclaim', `${namespace}/${name}`);
  if (claim === undefined) return;
  if (annotation(claim, GOLDEN_IMAGE) === 'true') throw invalid(`PVC ${namespace}/${name} is a golden image, it can't be used as a volume in VM`);
  const modes: unknown = claim.spec?.['accessModes'];
  const parameters = record(cluster.store.get('storage.k8s.io.storageclass', text(claim.spec?.['storageClassName'])), 'parameters');
  // RWX on Longhorn serves live migration, not sharing between VMs.
  const isShareable = Array.isArray(modes) && modes.includes('ReadWriteMany') && parameters?.['dataEngine'] === undefined && parameters?.['migratable'] === undefined;
  if (isShareable) return;
  if (vmsUsing(cluster, namespace, name).some((other) => other.metadata.name !== vm.metadata.name)) {
    throw invalid(`PVC ${namespace}/${name} is already used by other VM, please use a shareable RWX volume.`);
  }
}

function macsOf(vm: KubeObject): string[] {
  return records(domainOf(vm), 'devices', 'interfaces').map((device) => text(device['macAddress'])).filter((mac) => mac !== '');
}

function validateMacs(cluster: Cluster, vm: KubeObject): void {
  const macs = macsOf(vm);
  if (macs.length === 0) return;
  const id = idOf(vm);
  const twin = cluster.store.list('kubevirt.io.virtualmachine').find((other) => idOf(other) !== id && macsOf(other).some((mac) => macs.includes(mac)));
  if (twin !== undefined || new Set(macs).size < macs.length) throw invalid(`duplicate mac address present for vm ${twin === undefined ? id : idOf(twin)}`);
}

/** KubeVirt's way to move disks of a running VM: other claims in the template, and the strategy to migrate to them. */
function validateStorageMigration({ cluster, object, old }: AdmissionRequest): void {
  if (old === undefined || object.spec?.['updateVolumesStrategy'] !== 'Migration') return;
  const after = claimsByVolume(object);
  const moves = [...claimsByVolume(old)].filter(([volume, claim]) => after.has(volume) && after.get(volume) !== claim);
  // Back to where the disk still is: the move is called off.
  const isBackOut = isMovingStorage(old);
  const sources = new Map(records(old.status, 'volumeUpdateState', 'volumeMigrationState', 'migratedVolumes').map((entry) => [text(entry['volumeName']), text(record(entry, 'sourcePVCInfo')?.['claimName'])]));
  for (const [volume, source] of moves) {
    const target = after.get(volume) ?? '';
    if (isBackOut && sources.get(volume) === target) continue;
    const reason = moves.length > 1 ? 'only one volume migration is allowed at a time' : storageMigrationObstacle(cluster, old, source, target);
    if (reason !== undefined) throw invalid(reason);
  }
}

function validateUpdate({ cluster, object, old }: AdmissionRequest): void {
  const before = new Map(parseTemplates(old).map((template) => [template.name, template]));
  for (const template of parseTemplates(object)) {
    const known = before.get(template.name);
    const isMissing = template.storageClassName !== '' && cluster.store.get('storage.k8s.io.storageclass', template.storageClassName) === undefined;
    if (known === undefined) {
      if (isMissing) throw invalid(`storage class ${template.storageClassName} does not exist`);
      continue;
    }
    if (known.storageClassName !== template.storageClassName) {
      if (isMissing) throw invalid(`storage class ${template.storageClassName} does not exist`);
      throw invalid(`storage class names for the volumes in the harvesterhci.io/volumeClaimTemplates annotation cannot be changed; ${template.name} had ${known.storageClassName}`);
    }
    if (quantity(template.storage) < quantity(known.storage)) throw invalid(`${template.name} PVC requests storage can't be less than previous value`);
  }
}

/** Why a VM may not be stopped or deleted now; undefined when it may. */
export function backupObstacle(cluster: Cluster, object: KubeObject): string | undefined {
  const busy = cluster.store.list('harvesterhci.io.virtualmachinebackup', { namespace: object.metadata.namespace ?? '' }).some((backup) =>
    text(record(backup.spec, 'source')?.['name']) === object.metadata.name && backup.status?.['readyToUse'] !== true && record(backup.status, 'error') === undefined);
  return busy ? `vm ${idOf(object)} has a backup in progress; wait for it to complete or delete it` : undefined;
}

/** A backup reads the disks as they are: the machine stays up until it is done. */
function validateBackups({ cluster, object, old, operation }: AdmissionRequest): void {
  const isStopped = operation === 'UPDATE' && object.spec?.['runStrategy'] === 'Halted' && old?.spec?.['runStrategy'] !== 'Halted';
  const reason = operation === 'DELETE' || isStopped ? backupObstacle(cluster, object) : undefined;
  if (reason !== undefined) throw badRequest(reason);
}

export const virtualMachineRules: Rules = {
  typeId: 'kubevirt.io.virtualmachine',
  webhook: HARVESTER_WEBHOOK,
  mutate,
  validate(request) {
    if (request.operation === 'DELETE') { validateBackups(request); return; }
    if (request.object.metadata.deletionTimestamp !== undefined) return;
    validateSpec(request);
    if (request.operation !== 'UPDATE') return;
    validateBackups(request);
    validateUpdate(request);
    validateStorageMigration(request);
  }
};
