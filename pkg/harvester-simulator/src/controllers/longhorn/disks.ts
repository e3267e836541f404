import { bytesOf } from './truth';
import { isConditionTrue, setCondition } from './conditions';
import type { LonghornContext } from './context';
import { isSettingOn, settingNumber } from './settings';
import type { DiskSpec, DiskStatus, LonghornNode } from './types';

const MIB = 2 ** 20;
const DEFAULT_DISK_BYTES = 500 * 2 ** 30;

/** What a disk can take: numbers of `DiskStatus` and `DiskSpec` that space decisions use. Bytes. */
export interface DiskSpace {
  available: number;
  scheduled: number;
  maximum: number;
  reserved: number;
}

export function diskSpace(spec: DiskSpec, status: DiskStatus): DiskSpace {
  return { available: status.storageAvailable, scheduled: status.storageScheduled, maximum: status.storageMaximum, reserved: spec.storageReserved };
}

/**
 * Why a disk cannot take `size` more bytes (of which `required` are written at once); '' when it can. The two texts are
 * those of the DiskPressure condition.
 */
export function spaceProblem(ctx: Pick<LonghornContext, 'cluster'>, size: number, required: number, space: DiskSpace): string {
  const minimal = settingNumber(ctx.cluster, 'storage-minimal-available-percentage');
  const over = settingNumber(ctx.cluster, 'storage-over-provisioning-percentage');
  const currentAvailable = space.available - required;
  const minimalAvailable = Math.floor((space.maximum * minimal) / 100);
  if (currentAvailable <= minimalAvailable) {
    return `Actual space usage condition failed: CurrentAvailable = ${String(currentAvailable)} (StorageAvailable - Required) is less than or equal to MinimalAvailable = ${String(minimalAvailable)} (${String(minimal)}% of Storage Max).`;
  }
  const scheduledTotal = size + space.scheduled;
  const limit = Math.floor(((space.maximum - space.reserved) * over) / 100);
  if (scheduledTotal > limit) {
    return `Scheduling space condition failed: ScheduledTotal = ${String(scheduledTotal)} (Size + StorageScheduled) is greater than ProvisionedLimit = ${String(limit)} (${String(over)}% of StorageMax - StorageReserved). `;
  }
  return '';
}

function capacityOf(ctx: LonghornContext, node: string, disk: string): number {
  const told = ctx.truth.diskCapacity.get(`${node}/${disk}`);
  if (told !== undefined) return told;
  const device = ctx.cluster.store.type('harvesterhci.io.blockdevice') === undefined ? undefined : ctx.cluster.store.get('harvesterhci.io.blockdevice', `longhorn-system/${disk}`);
  const bytes = Number((device?.status?.deviceStatus as { capacity?: { sizeBytes?: number } } | undefined)?.capacity?.sizeBytes);
  return Number.isFinite(bytes) && bytes > 0 ? bytes : DEFAULT_DISK_BYTES;
}

function usedBytes(ctx: LonghornContext, node: string, disk: string, uuid: string): number {
  let used = ctx.truth.foreignBytes.get(`${node}/${disk}`) ?? 0;
  for (const name of ctx.index.replicasOnDisk(uuid).keys()) {
    const replica = ctx.replica(name);
    if (replica === undefined || replica.status?.currentState === undefined) continue;
    const hasData = replica.spec.healthyAt !== '' || replica.spec.lastHealthyAt !== '';
    if (hasData) used += bytesOf(ctx.cluster, replica.spec.volumeName, Number(replica.spec.volumeSize));
  }
  return used;
}

function readiness(ctx: LonghornContext, node: LonghornNode, name: string, spec: DiskSpec): { reason: string; message: string } | null {
  const host = node.metadata.name;
  const where = `${name}(${spec.path}) on node ${host}`;
  if (spec.diskType === 'block') {
    if (!isSettingOn(ctx.cluster, 'v2-data-engine')) return { reason: 'DiskServiceUnreachable', message: `Disk ${where} is not ready: data engine is disabled` };
    if (!ctx.isManagerRunning(host, 'v2')) return { reason: 'DiskServiceUnreachable', message: `Disk ${where} is not ready: failed to get disk service: no running v2 instance manager on the node` };
  }
  const id = `${host}/${name}`;
  if (ctx.cluster.faults.pulledDisks.has(id)) return { reason: 'NoDiskInfo', message: `Disk ${where} is not ready: cannot get disk info: no such file or directory` };
  if (ctx.cluster.faults.replacedDisks.has(id)) return { reason: 'DiskFilesystemChanged', message: `Disk ${where} is not ready: record diskUUID doesn't match the one on the disk` };
  return null;
}

function initialStatus(ctx: LonghornContext, name: string, spec: DiskSpec): DiskStatus {
  return {
    conditions: [],
    diskDriver: spec.diskType === 'block' ? (spec.diskDriver === 'nvme' ? 'nvme' : 'aio') : '',
    diskName: name,
    diskPath: spec.path,
    diskType: spec.diskType,
    diskUUID: ctx.cluster.random.uuid(),
    filesystemType: spec.diskType === 'block' ? '' : 'ext2/ext3',
    instanceManagerName: '',
    scheduledBackingImage: {},
    scheduledReplica: {},
    storageAvailable: 0,
    storageMaximum: 0,
    storageScheduled: 0
  };
}

function health(ctx: LonghornContext, id: string, maximum: number, isBlock: boolean): Record<string, unknown> {
  const device = id.slice(id.indexOf('/') + 1);
  return {
    [device]: {
      source: isBlock ? 'SPDK' : 'SMART',
      diskName: device,
      diskType: 'NVMe',
      modelName: 'Simulated NVMe',
      serialNumber: device.slice(-12).toUpperCase(),
      firmwareVersion: '1.0',
      healthStatus: ctx.truth.diskHealth.get(id) ?? 'PASSED',
      capacity: maximum,
      temperature: 38,
      attributes: []
    }
  };
}

/** Brings one disk's status in line with the world. Edits the node draft in place; `isNodeReady` is the node's fresh condition. */
export function syncDisk(ctx: LonghornContext, node: LonghornNode, name: string, isNodeReady: boolean): void {
  const spec = node.spec.disks[name];
  if (spec === undefined) return;
  const isNew = node.status.diskStatus[name] === undefined;
  const status = (node.status.diskStatus[name] ??= initialStatus(ctx, name, spec));
  const host = node.metadata.name;
  const now = ctx.iso;
  if (!isNodeReady && !isNew) {
    // Before 1.11 nobody touches the disks of a node whose own manager is gone.
    if (ctx.minor < 11) return;
    setCondition(status.conditions, now, 'Ready', 'False', 'NodeNotReady', `Waiting for disk ${name} (${spec.path}) on node ${host} to be ready`);
    setCondition(status.conditions, now, 'Schedulable', 'False', 'NodeNotReady', `Waiting for disk ${name} (${spec.path}) on node ${host} to be schedulable`);
    return;
  }
  const problem = readiness(ctx, node, name, spec);
  if (problem !== null) {
    setCondition(status.conditions, now, 'Ready', 'False', problem.reason, problem.message);
    setCondition(status.conditions, now, 'Schedulable', 'False', problem.reason, problem.message);
    status.storageScheduled = 0;
    status.scheduledReplica = {};
    return;
  }
  const maximum = capacityOf(ctx, host, name);
  const replicas = [...ctx.index.replicasOnDisk(status.diskUUID)].sort(([a], [b]) => (a < b ? -1 : 1));
  status.storageMaximum = maximum;
  const free = Math.max(0, maximum - usedBytes(ctx, host, name, status.diskUUID));
  status.storageAvailable = spec.diskType === 'block' ? free : Math.floor(free / (100 * MIB)) * 100 * MIB;
  status.scheduledReplica = Object.fromEntries(replicas);
  status.storageScheduled = replicas.reduce((sum, [, size]) => sum + size, 0);
  status.instanceManagerName = spec.diskType === 'block' ? ctx.instanceManager(host, 'v2')?.metadata.name ?? '' : '';
  const wasReady = isConditionTrue(status.conditions, 'Ready');
  setCondition(status.conditions, now, 'Ready', 'True', '', `Disk ${name}(${spec.path}) on node ${host} is ready`);
  const pressure = spaceProblem(ctx, 0, 0, diskSpace(spec, status));
  if (pressure === '') setCondition(status.conditions, now, 'Schedulable', 'True', '', `Disk ${name}(${spec.path}) on node ${host} is schedulable`);
  else setCondition(status.conditions, now, 'Schedulable', 'False', 'DiskPressure', `Disk ${name} (${spec.path}) on the node ${host} is not schedulable for more replica; ${pressure}`);
  if (ctx.minor >= 11) {
    const id = `${host}/${name}`;
    const wanted = health(ctx, id, maximum, spec.diskType === 'block');
    if (!wasReady || JSON.stringify(status.healthData) !== JSON.stringify(wanted)) {
      status.healthData = wanted;
      status.healthDataLastCollectedAt = now;
    }
  }
}
