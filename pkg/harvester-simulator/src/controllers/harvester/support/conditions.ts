import type { Fields, KubeObject } from '../../../contract';

export type ConditionStatus = 'True' | 'False' | 'Unknown';

export interface Condition {
  type: string;
  status: ConditionStatus;
  reason?: string;
  message?: string;
  [field: string]: unknown;
}

export function conditionsOf(object: KubeObject | undefined): Condition[] {
  const list: unknown = object?.status?.conditions;
  return Array.isArray(list) ? (list as Condition[]) : [];
}

export function findCondition(object: KubeObject | undefined, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

export function isConditionTrue(object: KubeObject | undefined, type: string): boolean {
  return findCondition(object, type)?.status === 'True';
}

/** The draft's status, made when absent. */
export function statusOf(draft: KubeObject): Fields {
  draft.status ??= {};
  return draft.status;
}

export function annotationsOf(draft: KubeObject): Record<string, string> {
  draft.metadata.annotations ??= {};
  return draft.metadata.annotations;
}

export function specOf(draft: KubeObject): Fields {
  draft.spec ??= {};
  return draft.spec;
}

/** Timestamps a condition carries: Harvester's `lastUpdateTime`, KubeVirt's `lastProbeTime`, CDI's `lastHeartbeatTime`. */
export type TimeField = 'lastUpdateTime' | 'lastProbeTime' | 'lastHeartbeatTime';

/**
 * Sets status, reason and message of one condition in place; the transition time moves only with the status.
 * A part given as undefined is left as it was.
 */
export function setCondition(draft: KubeObject, now: string, timeField: TimeField, next: Condition): void {
  const status = statusOf(draft);
  if (!Array.isArray(status.conditions)) status.conditions = [];
  const list = status.conditions as Condition[];
  let current = list.find((condition) => condition.type === next.type);
  if (current === undefined) {
    current = { type: next.type, status: 'Unknown', lastTransitionTime: now };
    current.status = next.status;
    if (timeField !== 'lastProbeTime') current[timeField] = now;
    list.push(current);
  } else if (current.status !== next.status) {
    current.status = next.status;
    current.lastTransitionTime = now;
    if (timeField !== 'lastProbeTime') current[timeField] = now;
  }
  if (timeField === 'lastProbeTime' && current.lastProbeTime === undefined) current.lastProbeTime = null;
  for (const field of ['reason', 'message'] as const) {
    const value = next[field];
    if (value === undefined || value === (current[field] ?? '')) continue;
    if (value === '') delete current[field];
    else current[field] = value;
    if (timeField !== 'lastProbeTime') current[timeField] = now;
  }
}

export function removeCondition(draft: KubeObject, type: string): void {
  const list = conditionsOf(draft);
  const index = list.findIndex((condition) => condition.type === type);
  if (index >= 0) list.splice(index, 1);
}
