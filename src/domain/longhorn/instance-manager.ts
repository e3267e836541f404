import { parseConditions } from '../kube/conditions';
import { asObject, asText } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import { parseDataEngine, parseInstanceState } from './enums';
import type { InstanceManagerRecord } from './types';

/** A Longhorn `InstanceManager` as a small frozen record: its instance maps, which make it huge, are left out. Never throws. */
export function parseInstanceManager(raw: unknown): InstanceManagerRecord {
  const source = asObject(raw);
  const spec = asObject(source.spec);
  const status = asObject(source.status);
  const meta = parseMeta(source);
  return Object.freeze({
    meta,
    nodeId: asText(spec.nodeID) || (meta.labels['longhorn.io/node'] ?? ''),
    dataEngine: parseDataEngine(spec.dataEngine, meta.labels['longhorn.io/data-engine']),
    currentState: parseInstanceState(status.currentState),
    conditions: parseConditions(status.conditions)
  });
}
