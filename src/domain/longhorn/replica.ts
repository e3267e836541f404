import { parseConditions } from '../kube/conditions';
import { asFlag, asNumber, asObject, asSharedText, asText, asTime } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import { parseDataEngine, parseInstanceState } from './enums';
import type { ReplicaRecord } from './types';

/** `""` and Go's zero time say never; a missing or unreadable text says nothing. */
function isTimeOrNever(value: unknown): boolean {
  return typeof value === 'string' && (value === '' || !Number.isNaN(Date.parse(value)));
}

/**
 * A Longhorn `Replica`, 1.8 to 1.12, as a small frozen record. Never throws.
 * `evictionRequested` moved from status to spec and left status in 1.10; either counts. Longhorn writes `active`,
 * `failedAt` and `lastFailedAt` (`""` for never) and `currentState` on every replica: one that lacks them proves nothing.
 */
export function parseReplica(raw: unknown): ReplicaRecord {
  const source = asObject(raw);
  const spec = asObject(source.spec);
  const status = asObject(source.status);
  const meta = parseMeta(source);
  return Object.freeze({
    meta,
    volumeName: asText(spec.volumeName) || (meta.labels.longhornvolume ?? ''),
    nodeId: asSharedText(spec.nodeID),
    diskId: asSharedText(spec.diskID),
    diskPath: asSharedText(spec.diskPath),
    dataEngine: parseDataEngine(spec.dataEngine, spec.backendStoreDriver),
    engineName: asText(spec.engineName),
    migrationEngineName: asText(spec.migrationEngineName),
    isActive: spec.active === undefined || asFlag(spec.active),
    isFailureKnown: spec.active !== undefined && isTimeOrNever(spec.failedAt) && typeof status.currentState === 'string',
    isHistoryKnown: isTimeOrNever(spec.lastFailedAt),
    desireState: asSharedText(spec.desireState),
    healthyAt: asTime(spec.healthyAt),
    lastHealthyAt: asTime(spec.lastHealthyAt),
    failedAt: asTime(spec.failedAt),
    lastFailedAt: asTime(spec.lastFailedAt),
    rebuildRetryCount: asNumber(spec.rebuildRetryCount) ?? 0,
    evictionRequested: asFlag(spec.evictionRequested) || asFlag(status.evictionRequested),
    hardNodeAffinity: asSharedText(spec.hardNodeAffinity),
    currentState: parseInstanceState(status.currentState),
    instanceManagerName: asSharedText(status.instanceManagerName),
    storageIP: asSharedText(status.storageIP),
    port: asNumber(status.port) ?? 0,
    conditions: parseConditions(status.conditions)
  });
}
