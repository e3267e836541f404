import { StoreError, type Cluster, type FaultDefinition } from '../contract';
import { DISK_FAULTS } from './disks';
import { NODE_FAULTS } from './nodes';
import { VOLUME_FAULTS } from './volumes';

/** Everything that can be made to happen to a running cluster, by name. */
export const FAULTS: readonly FaultDefinition[] = [...NODE_FAULTS, ...DISK_FAULTS, ...VOLUME_FAULTS];

/**
 * Makes one of `FAULTS` happen.
 * @returns what changed, in one sentence
 * @throws StoreError 404 for an unknown fault or object, 422 for bad arguments
 */
export function applyFault(cluster: Cluster, name: string, args: Readonly<Record<string, unknown>> = {}): string {
  const fault = FAULTS.find((candidate) => candidate.name === name);
  if (fault === undefined) throw new StoreError(404, 'NotFound', `unknown fault "${name}"; known: ${FAULTS.map((known) => known.name).join(', ')}`);
  return fault.apply(cluster, args);
}
