import type { Condition } from './types';

export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isConditionTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/**
 * Sets a condition in place; `lastTransitionTime` moves only when the status does.
 * @param now RFC 3339
 */
export function setCondition(conditions: Condition[], now: string, type: string, status: Condition['status'], reason = '', message = ''): void {
  const found = conditions.find((condition) => condition.type === type);
  if (found === undefined) {
    conditions.push({ type, status, lastProbeTime: '', lastTransitionTime: now, reason, message });
    return;
  }
  if (found.status !== status) found.lastTransitionTime = now;
  found.status = status;
  found.reason = reason;
  found.message = message;
}
