import type { Kind } from '../kube/kinds';
import type { Condition, ObjectMeta } from '../kube/types';
import type { InstanceState } from '../longhorn/types';
import type { ClusterView } from '../view';
import type { Evidence } from './types';

/** One field of an object, with the time at which the object's present content arrived. */
export function cite(view: ClusterView, kind: Kind, id: string, path: string, value: string | number | boolean | null): Evidence {
  return { kind, id, path, value: value === null ? null : String(value), readAt: view.readAt(kind, id) };
}

/** A condition of an object as evidence: `status reason: message`, or null when the object does not have it. */
export function citeCondition(view: ClusterView, kind: Kind, meta: ObjectMeta, type: string, condition: Condition | undefined): Evidence {
  return cite(view, kind, meta.id, `status.conditions[${type}]`, describeCondition(condition));
}

/** A condition as `status reason: message`, as far as it says; null when the object does not have it. */
export function describeCondition(condition: Condition | undefined): string | null {
  if (condition === undefined) return null;
  const reason = condition.reason === '' ? '' : ` ${condition.reason}`;
  return condition.message === '' ? `${condition.status}${reason}` : `${condition.status}${reason}: ${condition.message}`;
}

/** An epoch as the API writes it; null stays null. */
export function asApiTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString().replace('.000Z', 'Z');
}

/** The API's own text for an instance's state: `none` is our word for one that nobody has written. */
export function asApiState(state: InstanceState): string {
  return state === 'none' ? '' : state;
}
