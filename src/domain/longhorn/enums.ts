import { asOneOf } from '../kube/fields';
import type { DataEngine, InstanceState, ReplicaMode } from './types';

const INSTANCE_STATES: ReadonlySet<InstanceState> = new Set<InstanceState>([
  'running', 'stopped', 'error', 'starting', 'stopping', 'unknown', 'suspended', 'terminated'
]);

/** `status.currentState`; an absent or empty one is `none`: nobody has spoken for the instance yet. */
export function parseInstanceState(value: unknown): InstanceState {
  return value === undefined || value === null || value === '' ? 'none' : asOneOf(value, INSTANCE_STATES, 'unknown');
}

/** `spec.dataEngine`; before 1.8 also `spec.backendStoreDriver`. Absent or empty means v1, as Longhorn's mutator reads it. */
export function parseDataEngine(value: unknown, fallback?: unknown): DataEngine {
  const text = value === undefined || value === null || value === '' ? (fallback ?? '') : value;
  if (text === 'v2') return 'v2';
  return text === 'v1' || text === '' ? 'v1' : 'unknown';
}

const MODES: ReadonlySet<ReplicaMode | 'unknown'> = new Set<ReplicaMode | 'unknown'>(['RW', 'WO', 'ERR']);

/** An entry of `engine.status.replicaModeMap`. */
export function parseReplicaMode(value: unknown): ReplicaMode | 'unknown' {
  return asOneOf(value, MODES, 'unknown');
}
