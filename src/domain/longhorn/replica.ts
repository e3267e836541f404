import { parseConditions } from '../kube/conditions';
import { asFlag, asNumber, asObject, asText, asTime } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import { parseDataEngine, parseInstanceState } from './enums';
import type { ReplicaRecord } from './types';

/**
 * A Longhorn `Replica`, 1.8 to 1.12, as a small frozen record. Never throws.
 * `evictionRequested` moved from status to spec and left status in 1.10; either counts. An absent `active` reads true:
 * Longhorn's mutator sets it on every replica, only migration copies say false.
 */
export function parseReplica(raw: unknown): ReplicaRecord {
  const source = asObject(raw);
  const spec = asObject(source.spec);
  const status = asObject(source.status);
  const meta = parseMeta(source);
  return Object.freeze({
    meta,
    volumeName: asText(spec.volumeName) || (meta.labels.longhornvolume ?? ''),
    nodeId: asText(spec.nodeID),
    diskId: asText(spec.diskID),
    diskPath: asText(spec.diskPath),
    dataEngine: parseDataEngine(spec.dataEngine, spec.backendStoreDriver),
    engineName: asText(spec.engineName),
    migrationEngineName: asText(spec.migrationEngineName),
    isActive: spec.active === undefined || asFlag(spec.active),
    desireState: asText(spec.desireState),
    healthyAt: asTime(spec.healthyAt),
    lastHealthyAt: asTime(spec.lastHealthyAt),
    failedAt: asTime(spec.failedAt),
    lastFailedAt: asTime(spec.lastFailedAt),
    rebuildRetryCount: asNumber(spec.rebuildRetryCount) ?? 0,
    evictionRequested: asFlag(spec.evictionRequested) || asFlag(status.evictionRequested),
    currentState: parseInstanceState(status.currentState),
    instanceManagerName: asText(status.instanceManagerName),
    storageIP: asText(status.storageIP),
    port: asNumber(status.port) ?? 0,
    conditions: parseConditions(status.conditions)
  });
}
