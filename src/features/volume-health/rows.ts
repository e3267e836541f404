import type { VolumeVerdict } from '@/domain/health/types';
import { compareEntries, entryOf, makeFilter, type Entry } from './order';
import { FACETS, facetValues, parseQuery, type Facet, type RowQuery } from './query';
import { isExposed, TILES, type HealthRow, type Tile } from './row';

/** Where rows come from. */
export interface RowSource {
  names(): Iterable<string>;
  verdict(volumeName: string): VolumeVerdict | undefined;
  build(verdict: VolumeVerdict): HealthRow;
  isCurrent(row: HealthRow, verdict: VolumeVerdict): boolean;
}

/** Above this share of changed rows, sorting all of them again is cheaper than moving each. */
const REBUILD_SHARE = 1 / 16;

/**
 * The rows of the table, kept by difference: a changed row is taken from its place and put where it belongs, by binary
 * search; the list is filtered and sorted as a whole only when the query changes or most rows did.
 */
export class RowModel {
  private readonly rows = new Map<string, HealthRow>();
  private readonly entries = new Map<string, Entry>();
  private ordered: Entry[] = [];
  private filter: (row: HealthRow) => boolean;
  private current: RowQuery;
  private readonly tileCounts = new Map<Tile, number>(TILES.map((tile) => [tile, 0]));
  private readonly facetCounts = new Map<Facet, Map<string, number>>(FACETS.map((facet) => [facet, new Map<string, number>()]));
  private readonly samples = new Map<string, HealthRow>();
  private readonly exposedIds = new Set<string>();

  /** `textOf`: the words a row is searched by, in the language of the page. */
  constructor(private readonly textOf: (row: HealthRow) => string = (row) => row.haystack) {
    this.current = parseQuery({});
    this.filter = makeFilter(this.current, textOf);
  }

  /** Rows that pass, in order. Do not change it; it is the model's own. */
  get list(): readonly Entry[] { return this.ordered; }
  get total(): number { return this.rows.size; }
  get query(): RowQuery { return this.current; }

  count(tile: Tile): number { return this.tileCounts.get(tile) ?? 0; }
  row(id: string): HealthRow | undefined { return this.rows.get(id); }
  facet(facet: Facet): ReadonlyMap<string, number> { return this.facetCounts.get(facet) ?? new Map<string, number>(); }

  /** A row with this diagnosis, to call the diagnosis by its headline. */
  sampleOf(code: string): HealthRow | undefined { return this.samples.get(code); }

  /** Rows that run on one good replica, those that need someone first, then the longest exposed. */
  exposed(): readonly HealthRow[] {
    return [...this.exposedIds].map((id) => this.rows.get(id)).filter((row) => row !== undefined)
      .sort((a, b) => Number(b.isBoot) - Number(a.isBoot) || (a.verdict.since ?? Infinity) - (b.verdict.since ?? Infinity) || (a.titleKey < b.titleKey ? -1 : 1));
  }

  /** Filters and sorts everything anew. */
  setQuery(query: RowQuery): void {
    this.current = query;
    this.refresh();
  }

  /** Filters and sorts everything by the query there is: after the words rows are searched by have changed. */
  refresh(): void {
    this.filter = makeFilter(this.current, this.textOf);
    this.entries.clear();
    this.ordered = [];
    for (const row of this.rows.values()) {
      if (this.filter(row)) {
        const entry = entryOf(row, this.current);

        this.entries.set(row.id, entry);
        this.ordered.push(entry);
      }
    }
    const { isDescending } = this.current;

    this.ordered.sort((a, b) => compareEntries(a, b, isDescending));
  }

  /**
   * Takes over what the source says now, of all volumes or of those named. Returns how many rows came, went or changed.
   */
  sync(source: RowSource, names?: Iterable<string>): number {
    const changed: string[] = [];

    for (const name of names ?? new Set([...source.names(), ...this.rows.keys()])) {
      if (this.take(name, source)) {
        changed.push(name);
      }
    }
    if (changed.length > Math.max(16, this.rows.size * REBUILD_SHARE)) {
      this.refresh();
    } else {
      changed.forEach((id) => { this.place(id); });
    }
    return changed.length;
  }

  /** Brings one row up to date, not yet its place. Returns whether there was anything to do. */
  private take(name: string, source: RowSource): boolean {
    const verdict = source.verdict(name);
    const old = this.rows.get(name);

    if (old && verdict && source.isCurrent(old, verdict) || !old && !verdict) {
      return false;
    }
    if (old) {
      this.tally(old, -1);
    }
    if (verdict) {
      const row = source.build(verdict);

      this.rows.set(name, row);
      this.tally(row, 1);
    } else {
      this.rows.delete(name);
    }
    return true;
  }

  private place(id: string): void {
    const old = this.entries.get(id);
    const row = this.rows.get(id);
    const next = row && this.filter(row) ? entryOf(row, this.current) : undefined;

    if (old) {
      const at = this.indexOf(old);

      if (next && compareEntries(old, next, this.current.isDescending) === 0) {
        this.ordered[at] = next;
        this.entries.set(id, next);
        return;
      }
      this.ordered.splice(at, 1);
      this.entries.delete(id);
    }
    if (next) {
      this.ordered.splice(this.indexOf(next), 0, next);
      this.entries.set(id, next);
    }
  }

  /** Place of an entry: where it is, or where it belongs. */
  private indexOf(entry: Entry): number {
    let low = 0;
    let high = this.ordered.length;

    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.ordered[middle];

      if (other && compareEntries(other, entry, this.current.isDescending) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private tally(row: HealthRow, by: 1 | -1): void {
    this.tileCounts.set(row.tile, this.count(row.tile) + by);
    for (const facet of FACETS) {
      const counts = this.facetCounts.get(facet);

      for (const value of facetValues(row, facet)) {
        const count = (counts?.get(value) ?? 0) + by;

        if (count > 0) {
          counts?.set(value, count);
        } else {
          counts?.delete(value);
        }
      }
    }
    if (by === 1) {
      this.samples.set(row.verdict.headline.code, row);
    }
    if (by === 1 && isExposed(row)) {
      this.exposedIds.add(row.id);
    } else {
      this.exposedIds.delete(row.id);
    }
  }
}
