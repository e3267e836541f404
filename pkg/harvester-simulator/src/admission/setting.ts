import type { Cluster, KubeObject } from '../contract';
import { quantity, record, text } from './read';
import { type AdmissionRequest, HARVESTER_WEBHOOK, LONGHORN_WEBHOOK, type Rules, forbidden, invalid } from './request';

function effective(setting: KubeObject): string {
  return text(setting['value']) || text(setting['default']);
}

/** UUIDs of block disks on Longhorn nodes. */
function v2Disks(cluster: Cluster): string[] {
  return cluster.store.list('longhorn.io.node').flatMap((node) => Object.entries(record(node.spec, 'disks') ?? {}).flatMap(([name, disk]) => {
    if (record(disk)?.['diskType'] !== 'block') return [];
    return [text(record(node.status, 'diskStatus', name)?.['diskUUID']) || name];
  }));
}

function validateHarvester({ cluster, operation, object }: AdmissionRequest): void {
  const { name } = object.metadata;
  if (operation === 'DELETE') throw invalid(`delete setting ${name} is not allowed`);
  const value = effective(object);
  if (name === 'longhorn-v2-data-engine-enabled') {
    if (value !== 'true' && value !== 'false') throw invalid(`Failed to parse longhorn-v2-data-engine-enabled: strconv.ParseBool: parsing "${value}": invalid syntax`);
    const [disk] = v2Disks(cluster);
    if (value === 'false' && disk !== undefined) throw invalid(`Can't disable Longhorn V2 Data Engine, disk ${disk} is still here.`);
  }
  if (name === 'longhorn-v2-data-engine-memory-size') {
    const size = Number(value);
    if (!Number.isInteger(size)) throw invalid(`strconv.ParseInt: parsing "${value}": invalid syntax`);
    if (size <= 0) throw invalid(`${name} must be greater than zero`);
    if (size % 2 !== 0) throw invalid(`${name} must be evenly divisible by two`);
  }
}

const READ_ONLY = new Set(['current-longhorn-version', 'latest-longhorn-version', 'stable-longhorn-versions', 'default-engine-image', 'default-instance-manager-image', 'default-backing-image-manager-image']);

function validateLonghorn({ cluster, operation, object, old }: AdmissionRequest): void {
  const { name } = object.metadata;
  if (operation === 'DELETE') throw invalid(`setting ${name} can be modified but not deleted`);
  if (operation === 'CREATE') throw invalid(`setting ${name} does not exist`);
  const value = text(object['value']);
  if (value === text(old?.['value'])) return;
  if (READ_ONLY.has(name)) throw invalid(`setting ${name} is read-only`);
  if (name === 'v2-data-engine') validateEngineSwitch(cluster, value);
  if (/-(percentage|interval|limit|timeout)$|^default-replica-count$/.test(name) && !value.startsWith('{') && !/^\d+$/.test(value)) {
    throw invalid(`failed to set the setting ${name} with invalid value ${value}: value ${value} is not a number`);
  }
}

function validateEngineSwitch(cluster: Cluster, value: string): void {
  if (value !== 'true' && value !== 'false') throw invalid(`failed to set the setting v2-data-engine with invalid value ${value}: value ${value} of setting v2-data-engine should be true or false`);
  const isAttached = cluster.store.list('longhorn.io.volume').some((volume) => volume.spec?.['dataEngine'] === 'v2' && volume.status?.['state'] !== 'detached');
  if (isAttached) throw forbidden('cannot apply v2-data-engine setting to Longhorn workloads when there are attached v2 volumes');
  if (value !== 'true') return;
  const requested = cluster.store.get('harvesterhci.io.setting', 'longhorn-v2-data-engine-hugepage-enabled');
  if (requested !== undefined && effective(requested) === 'false') return;
  const size = cluster.store.get('harvesterhci.io.setting', 'longhorn-v2-data-engine-memory-size');
  const wanted = `${size === undefined ? '2048' : effective(size)}Mi`;
  for (const node of cluster.store.list('node')) {
    if (node.metadata.labels?.['node.longhorn.io/disable-v2-data-engine'] === 'true' || node.metadata.labels?.['node-role.harvesterhci.io/witness'] !== undefined) continue;
    const capacity = record(node.status, 'capacity')?.['hugepages-2Mi'];
    if (capacity === undefined) throw forbidden(`failed to get hugepages-2Mi capacity for node ${node.metadata.name}`);
    if (quantity(capacity) < quantity(wanted)) throw forbidden(`not enough hugepages-2Mi capacity for node ${node.metadata.name}, requested ${wanted}, capacity ${text(capacity)}`);
  }
}

export const settingRules: readonly Rules[] = [
  { typeId: 'harvesterhci.io.setting', webhook: HARVESTER_WEBHOOK, validate: validateHarvester },
  { typeId: 'longhorn.io.setting', webhook: LONGHORN_WEBHOOK, validate: validateLonghorn }
];
