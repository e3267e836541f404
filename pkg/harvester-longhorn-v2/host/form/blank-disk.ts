import { textAt, type Fields } from './fields';
import { blankRow } from './machine-rows';

/** Where a blank root disk is put: class, and the modes that its claim must have there. */
export interface BlankTarget {
  readonly storageClassName: string;
  readonly accessMode: string;
  readonly volumeMode: string;
}

/** The blank root disk of an installation, from the moment the option first touches it. */
export interface BlankDisk {
  /** Rows with the root disk on the class; adds the disk when there is none. */
  put(rows: readonly Fields[], root: Fields | undefined, target: BlankTarget): readonly Fields[];
  /** Rows as they were before; a disk that was added and then changed by hand stays, on the fallback class. */
  undo(rows: readonly Fields[], fallback: string): readonly Fields[];
  /** Whether the disk's claim must have the target's modes: while it is still on the class that was chosen. */
  isOn(row: unknown): boolean;
}

const MODES = ['storageClassName', 'accessMode', 'volumeMode'] as const;
/** What a person may have changed of a disk that the option added. */
const OWN = ['name', 'size', 'bus', 'type'] as const;

const same = (a: Fields, b: Fields, keys: readonly string[]): boolean => keys.every((key) => a[key] === b[key]);
const only = (row: Fields, keys: readonly string[]): Fields => Object.fromEntries(keys.filter((key) => key in row).map((key) => [key, row[key]]));

/** Remembers what the blank root disk of one form was, so that the option can be switched off without a trace. */
export function createBlankDisk(newId: () => string): BlankDisk {
  let touched: { readonly id: string; readonly before: Fields; readonly isAdded: boolean; readonly storageClassName: string } | null = null;

  return {
    put: (rows, root, target) => {
      const row = root ?? blankRow(rows, newId);
      const id = textAt(row, 'id');
      const known = touched?.id === id ? touched : null;

      touched = { id, before: known?.before ?? { ...row }, isAdded: known?.isAdded ?? root === undefined, storageClassName: target.storageClassName };

      const placed = { ...row, ...target };

      return root === undefined ? [...rows, placed] : rows.map((candidate) => (candidate === root ? placed : candidate));
    },
    undo: (rows, fallback) => {
      const was = touched;

      touched = null;

      return was === null ? rows : rows.flatMap((row) => {
        if (textAt(row, 'id') !== was.id) {
          return [row];
        }
        if (!was.isAdded) {
          return [{ ...row, ...only(was.before, MODES) }];
        }

        return same(row, was.before, OWN) ? [] : [{ ...row, storageClassName: fallback }];
      });
    },
    isOn: (row) => touched !== null && textAt(row, 'id') === touched.id && textAt(row, 'storageClassName') === touched.storageClassName
  };
}
