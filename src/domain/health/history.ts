import type { VolumeHistory } from './types';

/**
 * How often robustness went from healthy to degraded or back since `from` (epoch milliseconds, inclusive): both ways
 * count, as a rebuild that ends and falls apart again is what flapping is. A volume that became faulted did not flap.
 */
export function countTransitions(history: VolumeHistory | undefined, from: number): number {
  if (history === undefined) return 0;
  let count = 0;
  for (const change of history.robustnessChanges) if (change.at >= from && (change.to === 'healthy' || change.to === 'degraded')) count += 1;
  return count;
}
