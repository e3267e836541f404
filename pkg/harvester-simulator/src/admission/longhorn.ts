import type { Cluster, KubeObject } from '../contract';
import { expansionProblem } from '../controllers/longhorn/expansion';
import type { Volume } from '../controllers/longhorn/types';
import { isSame } from '../store';
import { record, specText, text } from './read';
import { type AdmissionRequest, LONGHORN_WEBHOOK, type Rules, forbidden, invalid } from './request';

const NAMESPACE = 'longhorn-system';

function replicasOf(cluster: Cluster, volume: string): KubeObject[] {
  return cluster.store.list('longhorn.io.replica', { namespace: NAMESPACE, labels: { longhornvolume: volume } });
}

function isAvailable(replica: KubeObject): boolean {
  return replica.metadata.deletionTimestamp === undefined && specText(replica, 'failedAt') === '' && specText(replica, 'healthyAt') !== '' && replica.spec?.['evictionRequested'] !== true;
}

/**
 * `replica/validator.go`: refuses only when the one available replica is the one to go. Its holes are kept (a faulted
 * volume's replicas may all be deleted): guarding better is the client's work.
 */
function validateReplica({ cluster, operation, object }: AdmissionRequest): void {
  if (operation !== 'DELETE') return;
  const volume = specText(object, 'volumeName');
  const owner = cluster.store.get('longhorn.io.volume', `${NAMESPACE}/${volume}`);
  if (owner === undefined || owner.metadata.deletionTimestamp !== undefined) return;
  const clones = cluster.store.list('longhorn.io.replica').filter((replica) => specText(replica, 'linkedCloneSrcReplicaName') === object.metadata.name && replica.metadata.deletionTimestamp === undefined);
  if (clones.length > 0) throw invalid(`cannot delete replica ${object.metadata.name}: it is the source of linked-clone replica(s) ${clones.map(({ metadata }) => metadata.name).join(', ')}`);
  const available = replicasOf(cluster, volume).filter(isAvailable);
  if (available.length === 1 && available[0]?.metadata.name === object.metadata.name) {
    throw invalid(`no other healthy replica available for volume ${volume}, cannot delete replica ${object.metadata.name} since it may still contain data for recovery`);
  }
}

function number(object: KubeObject | undefined, field: string): number {
  return Number(object?.spec?.[field] ?? 0);
}

function validateVolume({ cluster, operation, object, old }: AdmissionRequest): void {
  if (operation === 'DELETE') { validateVolumeDelete(cluster, object); return; }
  const count = number(object, 'numberOfReplicas');
  const locality = specText(object, 'dataLocality');
  const { name } = object.metadata;
  if (!Number.isInteger(count) || count < 1 || count > 20) throw invalid(`replica count value ${String(object.spec?.['numberOfReplicas'])} must between 1 to 20`);
  if (locality === 'strict-local' && count !== 1) throw invalid('number of replica count should be 1 when data locality is strict-local');
  const offline = specText(object, 'offlineRebuilding');
  if (!['', 'ignored', 'enabled', 'disabled'].includes(offline)) throw invalid(`invalid OfflineRebuilding setting: ${offline}`);
  if (specText(object, 'dataEngine') !== 'v2' && number(object, 'replicaRebuildingBandwidthLimit') > 0) throw invalid('replicaRebuildingBandwidthLimit is not supported for data engine v1');
  const engine = cluster.store.get('longhorn.io.setting', `${NAMESPACE}/v2-data-engine`);
  if (operation === 'CREATE' && specText(object, 'dataEngine') === 'v2' && text(engine?.['value']) !== 'true') throw forbidden('v2 data engine is not enabled');
  if (operation === 'CREATE') validateNewVolume(cluster, object);
  if (operation !== 'UPDATE') return;
  if (old?.metadata.labels?.['longhorn.io/legacy-linked-clone'] !== undefined) validateLegacyClone(object, old);
  if (specText(object, 'dataEngine') !== specText(old, 'dataEngine')) throw invalid(`changing data engine for volume ${name} is not supported`);
  const before = Number(specText(old, 'size'));
  const after = Number(specText(object, 'size'));
  if (after < before) throw invalid(`shrinking volume ${name} size from ${String(before)} to ${String(after)} is not supported`);
  if (after > before && specText(object, 'frontend') === 'ublk') throw invalid(`changing volume size for ublk volume ${name} is not supported for data engine ${specText(object, 'dataEngine')}`);
  const full = old === undefined ? '' : expansionProblem(cluster, old as Volume, after);
  if (full !== '') throw invalid(full);
  const wasStrict = specText(old, 'dataLocality') === 'strict-local';
  if (wasStrict !== (locality === 'strict-local') && text(old?.status?.['state']) !== 'detached') {
    throw invalid('data locality cannot be converted between strict-local and other modes when volume is not detached');
  }
  const migration = specText(old, 'migrationNodeID');
  const target = specText(object, 'migrationNodeID');
  if (migration !== '' && target !== '' && target !== migration) throw invalid(`cannot change v.Spec.MigrationNodeID to node ${target} when the volume is doing live migration to node ${migration} `);
}

function validateNewVolume(cluster: Cluster, object: KubeObject): void {
  const minor = cluster.profile.longhornMinor;
  const isV2 = specText(object, 'dataEngine') === 'v2';
  if (object.spec?.['migratable'] === true && specText(object, 'accessMode') !== 'rwx') throw invalid('migratable volumes are only supported in ReadWriteMany (rwx) access mode');
  if (isV2 && specText(object, 'dataSource') !== '' && minor < 10) throw invalid('clone is not supported for data engine v2');
  if (isV2 && specText(object, 'backingImage') !== '') throw invalid(minor >= 12 ? 'v2 backing image is not supported' : 'backing image is not supported for data engine v2');
}

/** Clones of the design before 1.12.1 may be used and deleted, nothing else. */
function validateLegacyClone(object: KubeObject, old: KubeObject): void {
  if (number(object, 'numberOfReplicas') !== number(old, 'numberOfReplicas')) throw invalid('cannot change replica count for legacy linked-clone volumes');
  if (specText(object, 'size') !== specText(old, 'size')) throw invalid('cannot expand legacy linked-clone volumes');
  if (specText(object, 'migrationNodeID') !== specText(old, 'migrationNodeID')) throw invalid('cannot migrate legacy linked-clone volumes');
}

/** Volumes that share blocks with this one and would not survive it. */
export function linkedClonesOf(cluster: Cluster, name: string): KubeObject[] {
  return cluster.store.list('longhorn.io.volume').filter((volume) => specText(volume, 'cloneMode') === 'linked-clone' && volume.metadata.deletionTimestamp === undefined && [`vol://${name}`, `snap://${name}`].some((source) => specText(volume, 'dataSource') === source || specText(volume, 'dataSource').startsWith(`${source}/`)));
}

function validateVolumeDelete(cluster: Cluster, object: KubeObject): void {
  const { name } = object.metadata;
  const clones = linkedClonesOf(cluster, name);
  if (clones.length > 0) throw invalid(`cannot delete volume ${name}: it is the source of linked-clone volume(s) ${clones.map(({ metadata }) => metadata.name).join(', ')}`);
}

/** From 1.11 on the label that switches v2 off is refused while something of v2 runs on the node. */
function validateKubeNode({ cluster, operation, object, old }: AdmissionRequest): void {
  const label = 'node.longhorn.io/disable-v2-data-engine';
  if (operation !== 'UPDATE' || cluster.profile.longhornMinor < 11 || object.metadata.labels?.[label] !== 'true' || old?.metadata.labels?.[label] === 'true') return;
  const { name } = object.metadata;
  const isRunning = ['longhorn.io.engine', 'longhorn.io.replica', 'longhorn.io.enginefrontend'].some((typeId) => cluster.store.type(typeId) !== undefined
    && cluster.store.list(typeId).some((instance) => specText(instance, 'dataEngine') === 'v2' && specText(instance, 'nodeID') === name && text(instance.status?.['currentState']) === 'running'));
  if (isRunning) throw invalid(`cannot disable v2 data engine on node ${name}: there are v2 data engine instances running on this node`);
}

/** `backingimage/validator.go`: v2 had them up to 1.11. */
function validateBackingImage({ cluster, operation, object }: AdmissionRequest): void {
  if (operation === 'CREATE' && specText(object, 'dataEngine') === 'v2' && cluster.profile.longhornMinor >= 12) throw invalid('v2 backing image is not supported');
}

function validateNode({ cluster, operation, object, old }: AdmissionRequest): void {
  const { name } = object.metadata;
  if (operation === 'DELETE') { validateNodeDelete(cluster, object); return; }
  if (object.spec?.['evictionRequested'] === true && object.spec['allowScheduling'] !== false) throw invalid(`need to disable scheduling on node ${name} for node eviction, or cancel eviction to enable scheduling on this node`);
  const disks = record(object.spec, 'disks') ?? {};
  const before = record(old?.spec, 'disks') ?? {};
  const statuses = record(old?.status, 'diskStatus') ?? {};
  if (operation === 'UPDATE' && !isSame(disks, before) && Object.keys(before).length !== Object.keys(statuses).length) {
    throw forbidden(`spec and status of disks on node ${name} are being syncing and please retry later.`);
  }
  const paths = Object.values(disks).map((disk) => text(record(disk)?.['path']));
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw invalid(`duplicate disk paths on node ${name}: ${twice}`);
  for (const [id, value] of Object.entries(disks)) validateDisk(cluster, name, id, record(value) ?? {}, record(before[id]), record(statuses[id]));
  for (const [id, value] of Object.entries(before)) {
    if (id in disks) continue;
    const scheduled = Object.keys(record(statuses[id], 'scheduledReplica') ?? {}).length;
    if (record(value)?.['allowScheduling'] === true || scheduled > 0) throw invalid(`Delete Disk on node ${name} error: Please disable the disk ${id} and remove all replicas and backing images first `);
  }
}

function validateDisk(cluster: Cluster, node: string, id: string, disk: Record<string, unknown>, before: Record<string, unknown> | undefined, status: Record<string, unknown> | undefined): void {
  if (disk['evictionRequested'] === true && disk['allowScheduling'] === true) throw invalid(`need to disable scheduling on disk ${id} for disk eviction, or cancel eviction to enable scheduling on this disk`);
  if (before !== undefined && before['diskType'] !== disk['diskType']) throw invalid(`update disk on node ${node} error: The disk ${id}(${text(disk['path'])}) type is not allow to change`);
  const reserved = Number(disk['storageReserved'] ?? 0);
  const maximum = Number(status?.['storageMaximum'] ?? Number.POSITIVE_INFINITY);
  if (reserved < 0 || reserved > maximum) {
    throw invalid(`The storageReserved setting of disk ${id}(${text(disk['path'])}) is not valid, should be positive and no more than storageMaximum and storageAvailable`);
  }
  const engine = text(cluster.store.get('longhorn.io.setting', `${NAMESPACE}/v2-data-engine`)?.['value']);
  if (before === undefined && disk['diskType'] === 'block' && engine !== 'true') throw invalid(`disk ${id} type ${text(disk['diskType'])} is not supported since v2 data engine is disabled`);
}

function validateNodeDelete(cluster: Cluster, node: KubeObject): void {
  const { name } = node.metadata;
  if (cluster.store.get('node', name) === undefined) return;
  const on = (typeId: string): number => cluster.store.list(typeId).filter((object) => specText(object, 'nodeID') === name).length;
  const conditions: unknown = node.status?.['conditions'];
  const ready = Array.isArray(conditions) ? conditions.map((condition: unknown) => record(condition)).find((condition) => condition?.['type'] === 'Ready') : undefined;
  throw invalid(`could not delete node ${name} with node ready condition is ${text(ready?.['status'])}, reason is ${text(ready?.['reason'])}, node schedulable ${String(node.spec?.['allowScheduling'] === true)}, and ${String(on('longhorn.io.replica'))} replica, ${String(on('longhorn.io.engine'))} engine running on it`);
}

/** A migratable volume has at most two CSI attachments: the one it runs on and the one it moves to. */
function validateAttachment({ cluster, operation, object }: AdmissionRequest): void {
  if (operation === 'DELETE') return;
  const volumeName = specText(object, 'volume');
  const volume = cluster.store.get('longhorn.io.volume', `${NAMESPACE}/${volumeName}`);
  if (volume?.spec?.['migratable'] !== true) return;
  const tickets = Object.values(record(object.spec, 'attachmentTickets') ?? {}).filter((ticket) => record(ticket)?.['type'] === 'csi-attacher');
  if (tickets.length > 2) throw invalid(`cannot have more than 2 CSI tickets for migratable volume ${volumeName}`);
  const state = text(volume.status?.['robustness']);
  if (tickets.length === 2 && state !== 'healthy' && state !== 'degraded') throw invalid(`cannot have second CSI ticket for migratable volume ${volumeName} while it is in state ${state}`);
}

export const longhornRules: readonly Rules[] = [
  { typeId: 'longhorn.io.replica', webhook: LONGHORN_WEBHOOK, validate: validateReplica },
  { typeId: 'longhorn.io.volume', webhook: LONGHORN_WEBHOOK, validate: validateVolume },
  { typeId: 'longhorn.io.backingimage', webhook: LONGHORN_WEBHOOK, validate: validateBackingImage },
  { typeId: 'node', webhook: LONGHORN_WEBHOOK, validate: validateKubeNode },
  { typeId: 'longhorn.io.node', webhook: LONGHORN_WEBHOOK, validate: validateNode },
  { typeId: 'longhorn.io.volumeattachment', webhook: LONGHORN_WEBHOOK, validate: validateAttachment }
];
