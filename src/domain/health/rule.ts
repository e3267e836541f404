import type { DegradedPhase, Evidence, Finding, Level, ParamValue } from './types';
import type { Situation } from './situation';

/** Stands for a name that no object gives, so that a sentence has no hole. */
export const NOWHERE = '—';

/** What a rule found. `phase` and `needsHelp` replace the rule's own where the case decides. */
export interface Hit {
  readonly params?: Readonly<Record<string, ParamValue>>;
  readonly evidence: readonly Evidence[];
  readonly phase?: DegradedPhase | null;
  readonly needsHelp?: boolean;
}

/** One named diagnosis: a code, what it may say, and the test for it. */
export interface Rule {
  readonly code: string;
  /** Row of the decision table it implements; '' for the codes beyond the table. */
  readonly row: string;
  readonly level: Level;
  readonly phase: DegradedPhase | null;
  /** A note never decides a volume's level: it is shown beside the headline. */
  readonly isNote: boolean;
  /** An admin has to act. */
  readonly needsHelp: boolean;
  /** Names of the parameters beyond `volume`, `good` and `wanted`, which every finding has. */
  readonly params: readonly string[];
  readonly find: (situation: Situation) => Hit | null;
}

type Options = Partial<Pick<Rule, 'phase' | 'needsHelp' | 'params' | 'row'>>;

/** Makes the rules of one level. */
export function rulesOf(level: Level) {
  return (code: string, options: Options, find: Rule['find']): Rule => ({
    code, row: options.row ?? '', level, phase: options.phase ?? null, isNote: false, needsHelp: options.needsHelp ?? false, params: options.params ?? [], find
  });
}

/** Makes a note; its level tells only how to draw it (`healthy`: harmless, `transition`: something is under way). */
export function note(code: string, options: Options & { readonly level?: Level }, find: Rule['find']): Rule {
  return {
    code, row: options.row ?? '', level: options.level ?? 'healthy', phase: options.phase ?? null, isNote: true, needsHelp: options.needsHelp ?? false,
    params: options.params ?? [], find
  };
}

/** The finding of a rule's hit. */
export function toFinding(rule: Rule, hit: Hit, situation: Situation): Finding {
  return {
    code: rule.code,
    level: rule.level,
    phase: hit.phase === undefined ? rule.phase : hit.phase,
    params: paramsOf(hit, situation),
    evidence: hit.evidence,
    isNote: rule.isNote,
    needsHelp: hit.needsHelp ?? rule.needsHelp
  };
}

/** The hit's own parameters and those of every finding. Most hits have none of their own: copying nothing would cost as much as all the rest. */
function paramsOf(hit: Hit, situation: Situation): Finding['params'] {
  const volume = situation.volume.meta.name;
  const { good } = situation;
  const wanted = situation.wanted ?? '?';
  return hit.params === undefined ? { volume, good, wanted } : { ...hit.params, volume, good, wanted };
}
