import { describe, expect, it } from 'vitest';
import { filterRows, sortRows } from './columns';
import type { Row } from './columns';

const rows: Row[] = [
  { id: 'default/b', cells: { name: 'b', size: 10 } },
  { id: 'default/a10', cells: { name: 'a10', size: null } },
  { id: 'prod/a9', cells: { name: 'a9', size: 2 } }
];
const ids = (list: readonly Row[]): string[] => list.map(({ id }) => id);

describe('filterRows', () => {
  it('wants every word, in any column, in any case', () => {
    expect(ids(filterRows(rows, ' '))).toHaveLength(3);
    expect(ids(filterRows(rows, 'DEFAULT a'))).toEqual(['default/b', 'default/a10']);
    expect(ids(filterRows(rows, 'prod 2'))).toEqual(['prod/a9']);
    expect(ids(filterRows(rows, 'nothing'))).toEqual([]);
  });
});

describe('sortRows', () => {
  it('sorts names as people count, numbers as numbers, the unknown last both ways', () => {
    expect(ids(sortRows(rows, { key: 'name', isDescending: false }))).toEqual(['prod/a9', 'default/a10', 'default/b']);
    expect(ids(sortRows(rows, { key: 'size', isDescending: false }))).toEqual(['prod/a9', 'default/b', 'default/a10']);
    expect(ids(sortRows(rows, { key: 'size', isDescending: true }))).toEqual(['default/b', 'prod/a9', 'default/a10']);
  });
});
