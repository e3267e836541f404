import { findingText, toldFinding, type Wording } from '../volume-detail/words';
import type { Entry } from './order';
import { toCsv } from './csv';

/** The table as CSV: every row that passes the filters, in the order shown, with full names and plain numbers. */
export function rowsToCsv(list: readonly Entry[], wording: Wording): string {
  const { t } = wording;
  const columns = ['state', 'needs', 'code', 'cause', 'next', 'volume', 'claim', 'machines', 'engine', 'good', 'wanted', 'replicas', 'node', 'since', 'rebuild', 'size', 'class'] as const;

  return toCsv(columns.map((column) => t(`lhv2.health.csv.${column}`)), list.map(({ row }) => {
    const { verdict } = row;

    return [
      t(`lhv2.health.tile.${row.tile}.label`),
      t(`lhv2.health.csv.${verdict.needsAttention ? 'yes' : 'no'}`),
      verdict.headline.code,
      findingText(toldFinding(verdict), 'cause', wording),
      findingText(toldFinding(verdict), 'next', wording),
      row.id,
      row.claim?.meta.id ?? '',
      row.machines.map((machine) => machine.meta.id).join(' '),
      row.engine,
      verdict.goodReplicas,
      verdict.wantedReplicas,
      verdict.replicas.map((replica) => `${replica.nodeName || '?'}/${replica.diskName || '?'}=${replica.class}`).join(' '),
      row.node,
      verdict.since === null ? null : new Date(verdict.since).toISOString(),
      verdict.rebuild ? Math.floor(verdict.rebuild.percent) : null,
      row.size,
      row.className
    ];
  }));
}
