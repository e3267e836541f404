import { parseConditions } from '../kube/conditions';
import { asFlag, asNumber, asObject, asText, asTexts } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import type { RawObject } from '../kube/types';
import type { DiskRecord, LonghornNodeRecord } from './types';

const NO_REPLICAS: Readonly<Record<string, number>> = Object.freeze({});

function parseScheduled(value: unknown): Readonly<Record<string, number>> {
  const source = asObject(value);
  const names = Object.keys(source);
  if (names.length === 0) return NO_REPLICAS;
  const sizes: Record<string, number> = {};
  for (const name of names) sizes[name] = asNumber(source[name]) ?? 0;
  return Object.freeze(sizes);
}

function parseDiskType(value: unknown): DiskRecord['type'] {
  if (value === 'block') return 'block';
  // Disks from before v2 carry no type; Longhorn reads them as filesystem.
  return value === 'filesystem' || value === undefined || value === '' ? 'filesystem' : 'unknown';
}

function parseDisk(name: string, nodeName: string, spec: RawObject, status: RawObject): DiskRecord {
  return Object.freeze({
    name,
    uuid: asText(status.diskUUID),
    nodeName,
    type: parseDiskType(spec.diskType ?? status.diskType),
    path: asText(spec.path) || asText(status.diskPath),
    driver: asText(status.diskDriver) || asText(spec.diskDriver),
    filesystemType: asText(status.filesystemType),
    allowScheduling: asFlag(spec.allowScheduling),
    evictionRequested: asFlag(spec.evictionRequested),
    tags: asTexts(spec.tags),
    storageReserved: asNumber(spec.storageReserved) ?? 0,
    storageAvailable: asNumber(status.storageAvailable),
    storageMaximum: asNumber(status.storageMaximum),
    storageScheduled: asNumber(status.storageScheduled),
    scheduledReplicas: parseScheduled(status.scheduledReplica),
    conditions: parseConditions(status.conditions),
    health: worstHealth(asObject(status.healthData))
  });
}

const HEALTH_ORDER = ['FAILED', 'WARNING', 'UNKNOWN', 'PASSED'] as const;

/** `healthData` is a map of reports by device (1.11 and newer); the worst one speaks for the disk. */
function worstHealth(data: RawObject): string {
  let worst = '';
  for (const device of Object.keys(data)) {
    const status = asText(asObject(data[device]).healthStatus);
    if (status === '') continue;
    if (worst === '' || HEALTH_ORDER.indexOf(status as 'FAILED') < HEALTH_ORDER.indexOf(worst as 'FAILED')) worst = status;
  }
  return worst;
}

/**
 * A Longhorn `Node` with its disks as a small frozen record. Never throws. A disk is listed when it is in
 * `spec.disks`; `storageReserved` is in spec, every other number in `status.diskStatus`.
 */
export function parseLonghornNode(raw: unknown): LonghornNodeRecord {
  const source = asObject(raw);
  const spec = asObject(source.spec);
  const status = asObject(source.status);
  const meta = parseMeta(source);
  const disks = asObject(spec.disks);
  const diskStatus = asObject(status.diskStatus);
  return Object.freeze({
    meta,
    allowScheduling: asFlag(spec.allowScheduling),
    evictionRequested: asFlag(spec.evictionRequested),
    autoEvicting: asFlag(status.autoEvicting),
    tags: asTexts(spec.tags),
    region: asText(status.region),
    zone: asText(status.zone),
    conditions: parseConditions(status.conditions),
    disks: Object.freeze(Object.keys(disks).map((name) => parseDisk(name, meta.name, asObject(disks[name]), asObject(diskStatus[name]))))
  });
}
