import { asObject, asSharedText, asText, asTime } from './fields';
import type { Condition } from './types';

const NONE: readonly Condition[] = Object.freeze([]);

function parseCondition(raw: unknown, fallbackType: string): Condition | null {
  const source = asObject(raw);
  const type = asSharedText(source.type) || fallbackType;
  if (type === '') return null;
  const status = asText(source.status).toLowerCase();
  return Object.freeze({
    type,
    status: status === 'true' ? 'True' : status === 'false' ? 'False' : 'Unknown',
    reason: asSharedText(source.reason),
    message: asText(source.message),
    lastTransitionTime: asTime(source.lastTransitionTime) ?? asTime(source.lastUpdateTime)
  });
}

/**
 * Conditions of an object, from the array that CRs carry or from the map by type that Longhorn's REST API and very old
 * CRs carry. Members without a type are left out.
 */
export function parseConditions(value: unknown): readonly Condition[] {
  const parsed: Condition[] = [];
  if (Array.isArray(value)) {
    for (const item of value) {
      const condition = parseCondition(item, '');
      if (condition !== null) parsed.push(condition);
    }
  } else {
    const map = asObject(value);
    for (const type of Object.keys(map)) {
      const condition = parseCondition(map[type], type);
      if (condition !== null) parsed.push(condition);
    }
  }
  return parsed.length === 0 ? NONE : Object.freeze(parsed);
}

/** The condition of this type, if the object has it. */
export function findCondition(conditions: readonly Condition[], type: string): Condition | undefined {
  for (const condition of conditions) if (condition.type === type) return condition;
  return undefined;
}
