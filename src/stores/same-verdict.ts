import type { VolumeVerdict } from '@/domain/health/types';

/** When something was read is no part of what a verdict says. */
const UNSAID = 'readAt';

function isSame(a: unknown, b: unknown): boolean {
  if (a === b || typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return Object.is(a, b);
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  }
  const [first, second] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  const names = Object.keys(first);

  return names.length === Object.keys(second).length && names.every((name) => name === UNSAID || (name in second && isSame(first[name], second[name])));
}

/** Whether two verdicts say the same: level, findings, evidence and replicas, whenever they were read. */
export function isSameVerdict(a: VolumeVerdict, b: VolumeVerdict): boolean {
  return isSame(a, b);
}
