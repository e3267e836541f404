import { diagnosisCatalogue } from '@/domain/health/catalogue';

/** Rows of the decision table that the codes stand for. */
export function reachedRows(codes: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(diagnosisCatalogue.filter((entry) => entry.row !== '' && codes.has(entry.code)).map((entry) => entry.row));
}

/** Rows that no scenario reaches, and what the simulated cluster would have to do for them. */
export const UNREACHED: Readonly<Record<string, string>> = {};
