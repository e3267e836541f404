import { rollUp, type Rollup } from '@/domain/health/rollup';
import type { Entry } from './order';
import type { Column } from './query';

const WIDTHS: Readonly<Record<Column, string>> = {
  state: 'minmax(220px, 2.2fr)', volume: 'minmax(140px, 1.2fr)', machine: 'minmax(110px, 1fr)', engine: '56px', replicas: '150px', node: 'minmax(80px, .7fr)',
  since: '84px', next: 'minmax(170px, 1.4fr)', size: '84px', namespace: 'minmax(90px, .7fr)', class: 'minmax(110px, .8fr)', cause: 'minmax(140px, 1fr)'
};

/** `grid-template-columns` of the table's lines. `isTight` lets every column shrink: paper does not scroll. */
export function gridColumns(columns: readonly Column[], isTight = false): string {
  const widths = columns.map((column) => WIDTHS[column]).join(' ');

  return isTight ? widths.replaceAll(/minmax\(\d+px/g, 'minmax(0') : widths;
}

/** Least width at which the columns stand side by side, pixels; below it the table scrolls sideways. */
export function minimalWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + Number(/(\d+)px/.exec(WIDTHS[column])?.[1] ?? 80) + 10, 0);
}

export interface GroupHead {
  readonly group: string;
  readonly count: number;
  readonly isCollapsed: boolean;
  /** Counted when asked: only heads in view are. */
  readonly rollup: () => Rollup;
}

export type Line = Entry | GroupHead;

export const isGroupHead = (line: Line): line is GroupHead => 'count' in line;

/** Ordered entries with a head above each group; without grouping the list itself, not copied. */
export function withGroups(list: readonly Entry[], isGrouped: boolean, collapsed: ReadonlySet<string>): readonly Line[] {
  if (!isGrouped) {
    return list;
  }
  const lines: Line[] = [];
  let start = 0;

  while (start < list.length) {
    const group = list[start]?.group ?? '';
    let end = start;

    while (end < list.length && list[end]?.group === group) {
      end += 1;
    }
    const isCollapsed = collapsed.has(group);

    const [from, to] = [start, end];

    lines.push({ group, count: end - start, isCollapsed, rollup: () => rollUp(list.slice(from, to).map(({ row }) => row.verdict)) });
    if (!isCollapsed) {
      for (let index = start; index < end; index += 1) {
        const entry = list[index];

        if (entry) {
          lines.push(entry);
        }
      }
    }
    start = end;
  }
  return lines;
}
