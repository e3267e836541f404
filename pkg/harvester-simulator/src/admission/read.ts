import type { Fields, KubeObject } from '../contract';
import { isRecord } from '../http/body';

export function annotation(object: KubeObject | undefined, key: string): string {
  return object?.metadata.annotations?.[key] ?? '';
}

export function annotate(object: KubeObject, key: string, value: string): void {
  object.metadata.annotations = { ...object.metadata.annotations, [key]: value };
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A text field of `spec`, '' when absent. */
export function specText(object: KubeObject | undefined, field: string): string {
  return text(object?.spec?.[field]);
}

export function specOf(object: KubeObject): Fields {
  return (object.spec ??= {});
}

/** A list of objects at a path below the object; [] when something on the way is missing. */
export function records(object: unknown, ...path: readonly string[]): Record<string, unknown>[] {
  let at = object;
  for (const key of path) at = isRecord(at) ? at[key] : undefined;
  return Array.isArray(at) ? at.filter(isRecord) : [];
}

export function record(object: unknown, ...path: readonly string[]): Record<string, unknown> | undefined {
  let at = object;
  for (const key of path) at = isRecord(at) ? at[key] : undefined;
  return isRecord(at) ? at : undefined;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, m: 1e-3 };

/** A Kubernetes quantity in its base unit; NaN when it is none. */
export function quantity(value: unknown): number {
  if (typeof value === 'number') return value;
  const match = /^([0-9.]+)(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi|)$/.exec(text(value));
  return match?.[1] === undefined ? Number.NaN : Number(match[1]) * (UNITS[match[2] ?? ''] ?? Number.NaN);
}
