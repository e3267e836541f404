import type { Query } from '../url-state';
import { TILES, type HealthRow, type Tile } from './row';

/** Columns of the table, in their order. `state` and `volume` are always there. */
export const COLUMNS = ['state', 'volume', 'machine', 'engine', 'replicas', 'node', 'since', 'next', 'size', 'namespace', 'class', 'cause'] as const;
export type Column = (typeof COLUMNS)[number];
export const DEFAULT_COLUMNS: readonly Column[] = ['state', 'volume', 'machine', 'engine', 'replicas', 'node', 'since', 'next'];

export const FACETS = ['engine', 'node', 'ns', 'class', 'cause'] as const;
export type Facet = (typeof FACETS)[number];

export const GROUPS = ['machine', 'node', 'class', 'cause'] as const;
export type Group = (typeof GROUPS)[number];

/** What the table shows, as the address has it. */
export interface RowQuery {
  readonly text: string;
  readonly tiles: ReadonlySet<Tile>;
  readonly facets: Readonly<Record<Facet, ReadonlySet<string>>>;
  /** Only volumes that need someone. */
  readonly needsAttention: boolean;
  readonly sort: Column;
  readonly isDescending: boolean;
  readonly group: Group | null;
  readonly columns: readonly Column[];
}

/** Names of the address' parameters that make up a view: what is saved with one. `volume` (the open drawer) is not. */
export const VIEW_PARAMETERS = ['q', 'state', ...FACETS, 'attention', 'sort', 'group', 'cols'] as const;

/** What a row counts under in a facet. A host is met by volumes attached there and by those with a replica there. */
export function facetValues(row: HealthRow, facet: Facet): readonly string[] {
  switch (facet) {
    case 'engine': return [row.engine];
    case 'node': return row.hosts;
    case 'ns': return [row.namespace];
    case 'class': return [row.className];
    case 'cause': return [row.verdict.headline.code];
  }
}

/** Value a row is grouped by; '' stands for "none" and comes last. */
export function groupValue(row: HealthRow, group: Group): string {
  switch (group) {
    case 'machine': return row.machines[0]?.meta.id ?? '';
    case 'node': return row.node;
    case 'class': return row.className;
    case 'cause': return row.verdict.headline.code;
  }
}

function list(text: string | undefined): readonly string[] {
  return text ? text.split(',').map(decodeComma).filter((item) => item !== '') : [];
}

const encodeComma = (text: string): string => text.replaceAll('%', '%25').replaceAll(',', '%2C');
const decodeComma = (text: string): string => text.replaceAll('%2C', ',').replaceAll('%25', '%');

export function joinList(values: Iterable<string>): string {
  return [...values].map(encodeComma).join(',');
}

function oneOf<T extends string>(known: readonly T[], text: string | undefined): T | null {
  return known.find((item) => item === text) ?? null;
}

/** Reads the address. What it does not know is left out: an old or foreign link still opens. */
export function parseQuery(query: Query): RowQuery {
  const sort = query.sort ?? '';
  const columns = list(query.cols).map((name) => oneOf(COLUMNS, name)).filter((name) => name !== null);

  return {
    text: query.q ?? '',
    tiles: new Set(list(query.state).map((name) => oneOf(TILES, name)).filter((name) => name !== null)),
    facets: { engine: new Set(list(query.engine)), node: new Set(list(query.node)), ns: new Set(list(query.ns)), class: new Set(list(query.class)), cause: new Set(list(query.cause)) },
    needsAttention: query.attention === '1',
    sort: oneOf(COLUMNS, sort.replace(/^-/, '')) ?? 'state',
    isDescending: sort.startsWith('-'),
    group: oneOf(GROUPS, query.group),
    columns: columns.length > 0 ? COLUMNS.filter((name) => name === 'state' || name === 'volume' || columns.includes(name)) : DEFAULT_COLUMNS
  };
}

/** A set with `value` in it or out of it: what a click on a filter does. */
export function toggled<T extends string>(values: ReadonlySet<T>, value: T): string {
  const next = new Set<string>(values);

  if (!next.delete(value)) {
    next.add(value);
  }
  return joinList(next);
}
