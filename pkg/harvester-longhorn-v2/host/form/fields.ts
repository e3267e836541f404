/** Reads of foreign objects whose shape is Harvester's own affair: a wrong guess gives the neutral value, never an exception. */
export type Fields = Record<string, unknown>;

/** True for objects and the proxies that Vue makes of them. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** Value at a path, or undefined where the path ends early. */
export function at(source: unknown, ...path: readonly string[]): unknown {
  let value: unknown = source;

  for (const key of path) {
    if (!isFields(value)) {
      return undefined;
    }
    value = value[key];
  }

  return value;
}

/** Text at a path; '' for anything that is no text. */
export function textAt(source: unknown, ...path: readonly string[]): string {
  const value = at(source, ...path);

  return typeof value === 'string' ? value : '';
}

/** Finite number at a path, or null. */
export function numberAt(source: unknown, ...path: readonly string[]): number | null {
  const value = at(source, ...path);

  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Object at a path, made there (with its parents) when absent. */
export function ensureAt(source: Fields, ...path: readonly string[]): Fields {
  let target = source;

  for (const key of path) {
    if (!isFields(target[key])) {
      target[key] = {};
    }
    target = target[key] as Fields;
  }

  return target;
}
