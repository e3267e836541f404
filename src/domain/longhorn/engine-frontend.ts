import { asFlag, asObject, asText } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import { parseInstanceState } from './enums';
import type { EngineFrontendRecord } from './types';

/** A Longhorn `EngineFrontend` (1.12 and newer, v2 only) as a small frozen record. Never throws. */
export function parseEngineFrontend(raw: unknown): EngineFrontendRecord {
  const source = asObject(raw);
  const spec = asObject(source.spec);
  const status = asObject(source.status);
  const meta = parseMeta(source);
  return Object.freeze({
    meta,
    volumeName: asText(spec.volumeName) || (meta.labels.longhornvolume ?? ''),
    engineName: asText(spec.engineName),
    nodeId: asText(spec.nodeID),
    isActive: spec.active === undefined || asFlag(spec.active),
    currentState: parseInstanceState(status.currentState),
    endpoint: asText(status.endpoint)
  });
}
