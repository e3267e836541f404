import { isRecord } from '../http/body';

/**
 * Steve's list processing without its SQL cache (`steve/pkg/stores/partition/listprocessor`): substring filters, sort,
 * pages. Works on resources as they are sent.
 */
interface FilterClause {
  path: string[];
  value: string;
  isNegated: boolean;
}

/** AND of ORs. An OR group none of whose clauses has a `=` is empty, and matches nothing: Steve does so. */
type Filter = readonly (readonly FilterClause[])[];

function parseClause(text: string): FilterClause | undefined {
  const match = /^(.*?)(!?=)(.*)$/s.exec(text);
  if (match?.[1] === undefined || match[3] === undefined) return undefined;
  return { path: match[1].split('.'), value: match[3], isNegated: match[2] === '!=' };
}

export function parseFilters(values: readonly string[]): Filter {
  return values.map((value) => value.split(',').map(parseClause).filter((clause) => clause !== undefined));
}

function contains(value: unknown, path: readonly string[], needle: string): boolean {
  if (Array.isArray(value)) return value.some((item) => contains(item, path, needle));
  if (path.length === 0) return (typeof value === 'string' || typeof value === 'boolean') && String(value).includes(needle);
  return isRecord(value) && contains(value[path[0] ?? ''], path.slice(1), needle);
}

export function matchesFilters(resource: unknown, filter: Filter): boolean {
  return filter.every((group) => group.some((clause) => contains(resource, clause.path, clause.value) !== clause.isNegated));
}

function valueAt(value: unknown, path: readonly string[]): string {
  const found = path.reduce<unknown>((at, key) => (Array.isArray(at) ? at[Number(key)] : isRecord(at) ? at[key] : undefined), value);
  return found === undefined || found === null || typeof found === 'object' ? '' : String(found as string | number | boolean);
}

/** `metadata.name,-metadata.creationTimestamp`; stable, by text. */
export function sortBy<T>(resources: readonly T[], sort: string): T[] {
  const keys = sort.split(',').filter((key) => key !== '').map((key) => ({ path: key.replace(/^-/, '').split(/[.[\]]+/).filter((part) => part !== ''), sign: key.startsWith('-') ? -1 : 1 }));
  if (keys.length === 0) return [...resources];
  return [...resources].sort((a, b) => {
    for (const { path, sign } of keys) {
      const x = valueAt(a, path);
      const y = valueAt(b, path);
      if (x !== y) return x < y ? -sign : sign;
    }
    return 0;
  });
}

function withoutPath(value: unknown, path: readonly string[]): unknown {
  const [head, ...rest] = path;
  if (head === undefined || !isRecord(value) || !(head in value)) return value;
  if (rest.length === 0) {
    const { [head]: _dropped, ...kept } = value;
    return kept;
  }
  return { ...value, [head]: withoutPath(value[head], rest) };
}

function withoutValues(value: unknown, path: readonly string[]): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return isRecord(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, ''])) : value;
  return isRecord(value) && head in value ? { ...value, [head]: withoutValues(value[head], rest) } : value;
}

function onlyPaths(resource: Record<string, unknown>, paths: readonly string[]): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const key of ['id', 'type', 'links', 'actions']) if (resource[key] !== undefined) kept[key] = resource[key];
  for (const path of paths) {
    const keys = path.split('.');
    let from: unknown = resource;
    for (const key of keys) from = isRecord(from) ? from[key] : undefined;
    if (from === undefined) continue;
    let to = kept;
    for (const key of keys.slice(0, -1)) {
      const next = to[key];
      to = to[key] = isRecord(next) ? { ...next } : {};
    }
    to[keys.at(-1) ?? ''] = from;
  }
  return kept;
}

/** Applies `exclude`, `excludeValues` and `include`. */
export function trim(resource: Record<string, unknown>, query: URLSearchParams): Record<string, unknown> {
  let trimmed: unknown = resource;
  for (const path of query.getAll('exclude')) trimmed = withoutPath(trimmed, path.split('.'));
  for (const path of query.getAll('excludeValues')) trimmed = withoutValues(trimmed, path.split('.'));
  const include = query.getAll('include');
  const record = isRecord(trimmed) ? trimmed : {};
  return include.length > 0 ? onlyPaths(record, include) : record;
}

/** A whole number of a query parameter; undefined when absent or unreadable. */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
