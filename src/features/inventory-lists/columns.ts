export interface Column {
  readonly key: string;
  readonly label: string;
  readonly isNumeric?: boolean;
  /** Holds more than a word. */
  readonly isWide?: boolean;
}

export type CellValue = string | number | null;

export interface Row {
  readonly id: string;
  /** What a column sorts and filters by; slots may draw it otherwise. */
  readonly cells: Readonly<Record<string, CellValue>>;
}

export interface Order {
  readonly key: string;
  readonly isDescending: boolean;
}

const isEmpty = (value: CellValue | undefined): boolean => value === null || value === undefined || value === '';

/** Rows whose texts contain every word of the filter. */
export function filterRows(rows: readonly Row[], filter: string): readonly Row[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);

  return words.length === 0 ? rows : rows.filter((row) => {
    const text = `${ row.id } ${ Object.values(row.cells).join(' ') }`.toLowerCase();

    return words.every((word) => text.includes(word));
  });
}

/** Sorted by a column; what is not known comes last in both directions. */
export function sortRows(rows: readonly Row[], { key, isDescending }: Order): readonly Row[] {
  const sign = isDescending ? -1 : 1;

  return [...rows].sort((a, b) => {
    const [first, second] = [a.cells[key], b.cells[key]];

    if (isEmpty(first) || isEmpty(second)) {
      return Number(isEmpty(first)) - Number(isEmpty(second));
    }

    return sign * (typeof first === 'number' && typeof second === 'number' ? first - second : String(first).localeCompare(String(second), undefined, { numeric: true }));
  });
}
