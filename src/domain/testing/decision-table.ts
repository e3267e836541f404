/** Test support: the rows of the decision table, and the Longhorn versions that have what each one reads. */
import { LONGHORN_MINORS } from './longhorn-versions';
import type { LonghornMinor } from './longhorn-versions';

/** Its rows in order: 1 to 85, and three that were put between. */
export const TABLE_ROWS: readonly string[] = Object.freeze(Array.from({ length: 85 }, (_, index) => String(index + 1)).flatMap((row) => (row === '28' ? [row, '28b', '28c'] : row === '46' ? [row, '46b'] : [row])));

/** The minor version that brought what a row reads; every other row exists in all of them. */
const SINCE: Readonly<Record<string, LonghornMinor>> = {
  // Rebuild limits of a volume's own; linked clones, and their successors; disk health.
  2: 10, 25: 10, 26: 12, 38: 11,
  // Initiators apart from targets, and moving those; offline rebuilding.
  50: 12, 59: 12, 63: 9, 65: 9,
  // Shards; no v2 volumes on backing images any more.
  83: 12, 85: 12
};

export function existsIn(row: string, minor: LonghornMinor): boolean {
  return (SINCE[row] ?? 8) <= minor;
}

interface Span { readonly row: string; readonly since?: number; readonly before?: number }

/** Pairs of row and version, of those from `first` to `last`, where the cases and the table disagree: `28b in 1.9`. */
export function gapsOf(cases: readonly Span[], first: string, last: string): readonly string[] {
  const rows = TABLE_ROWS.slice(TABLE_ROWS.indexOf(first), TABLE_ROWS.indexOf(last) + 1);
  return rows.flatMap((row) => LONGHORN_MINORS
    .filter((minor) => cases.some((own) => own.row === row && (own.since ?? 0) <= minor && minor < (own.before ?? 99)) !== existsIn(row, minor))
    .map((minor) => `${row} in 1.${String(minor)}`));
}
