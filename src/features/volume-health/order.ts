import { groupValue, type Column, type RowQuery } from './query';
import { naturalKey, TILES, type HealthRow } from './row';

const RANK = new Map<string, number>(TILES.map((tile, index) => [tile, index]));
/** After all trouble, before all that is calm: volumes at rest or well that need someone all the same. */
const CALM_BUT_NEEDED = TILES.indexOf('transition') - 0.5;

function rankOf({ tile, verdict }: HealthRow): number {
  const rank = RANK.get(tile) ?? TILES.length;

  return verdict.needsAttention ? Math.min(rank, CALM_BUT_NEEDED) : rank;
}

/** What a row is sorted by in a column: comparable by `<`. Rows that lack it sort last when ascending. */
export function sortKey(row: HealthRow, column: Column): number | string {
  const { verdict } = row;

  switch (column) {
    // What needs someone comes first within its kind, then the oldest trouble.
    case 'state': return rankOf(row) * 2e13 + (verdict.needsAttention ? 0 : 1e13) + (verdict.since ?? 9e12);
    case 'volume': return row.titleKey;
    case 'machine': return row.machineKey || '\uffff';
    case 'engine': return row.engine;
    case 'replicas': return verdict.goodReplicas - (verdict.wantedReplicas ?? verdict.goodReplicas) + verdict.goodReplicas / 1000;
    case 'node': return row.node ? naturalKey(row.node) : '\uffff';
    case 'since': return verdict.since ?? Number.MAX_SAFE_INTEGER;
    case 'next': return verdict.rebuild ? -verdict.rebuild.percent : verdict.needsAttention ? 1 : 2;
    case 'size': return row.size ?? Number.MAX_SAFE_INTEGER;
    case 'namespace': return row.namespace || '\uffff';
    case 'class': return row.className || '\uffff';
    case 'cause': return verdict.headline.code;
  }
}

/** A row at its place in the order. Its keys are kept, so that its old place is found again after the row has changed. */
export interface Entry {
  readonly row: HealthRow;
  readonly group: string;
  readonly key: number | string;
}

export function entryOf(row: HealthRow, query: RowQuery): Entry {
  return { row, group: query.group === null ? '' : groupValue(row, query.group) || '\uffff', key: sortKey(row, query.sort) };
}

/** A total order: group, then key (turned round when descending), then name, then id. */
export function compareEntries(a: Entry, b: Entry, isDescending: boolean): number {
  if (a.group !== b.group) {
    return a.group < b.group ? -1 : 1;
  }
  if (a.key !== b.key) {
    return (a.key < b.key) !== isDescending ? -1 : 1;
  }
  if (a.row.titleKey !== b.row.titleKey) {
    return a.row.titleKey < b.row.titleKey ? -1 : 1;
  }
  return a.row.id === b.row.id ? 0 : a.row.id < b.row.id ? -1 : 1;
}

/** Whether a row passes. `textOf` gives the words it is searched by; all words of the search must occur. */
export function makeFilter(query: RowQuery, textOf: (row: HealthRow) => string): (row: HealthRow) => boolean {
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
  const { engine, node, ns, class: className, cause } = query.facets;

  return (row) =>
    (query.tiles.size === 0 || query.tiles.has(row.tile)) &&
    (!query.needsAttention || row.verdict.needsAttention) &&
    (engine.size === 0 || engine.has(row.engine)) &&
    (node.size === 0 || row.hosts.some((host) => node.has(host))) &&
    (ns.size === 0 || ns.has(row.namespace)) &&
    (className.size === 0 || className.has(row.className)) &&
    (cause.size === 0 || cause.has(row.verdict.headline.code)) &&
    (words.length === 0 || matches(textOf(row), words));
}

function matches(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}
