import type { VolumeHistory } from './types';

/** How often robustness changed since `from` (epoch milliseconds). */
export function countChanges(history: VolumeHistory | undefined, from: number): number {
  if (history === undefined) return 0;
  let count = 0;
  for (const change of history.robustnessChanges) if (change.at >= from) count += 1;
  return count;
}
