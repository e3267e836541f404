import { GROUPS, NOTES } from './groups';
import type { Rule } from './rule';
import type { DegradedPhase, Level } from './types';

/** One code that a diagnosis may carry. */
export interface CatalogueEntry {
  readonly code: string;
  readonly level: Level;
  /** The usual phase; a case may differ. */
  readonly phase: DegradedPhase | null;
  /** Row of the decision table, '' for codes beyond it. Several codes may share a row. */
  readonly row: string;
  readonly isNote: boolean;
  /** Every parameter its sentences may use. */
  readonly params: readonly string[];
}

/** What every finding has, whatever its code. */
export const COMMON_PARAMS = ['volume', 'good', 'wanted'] as const;

function toEntry(rule: Rule): CatalogueEntry {
  return Object.freeze({ code: rule.code, level: rule.level, phase: rule.phase, row: rule.row, isNote: rule.isNote, params: Object.freeze([...COMMON_PARAMS, ...rule.params]) });
}

/** Every code there is, in order of level and of what is said first; each once. */
export const diagnosisCatalogue: readonly CatalogueEntry[] = Object.freeze(
  [...new Set([...Object.values(GROUPS).flatMap((group) => [...group.causes, ...group.fallbacks]), ...NOTES])].map(toEntry)
);
