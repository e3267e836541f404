import { rollUp } from '@/domain/health/rollup';
import type { DegradedPhase, Level } from '@/domain/health/types';
import type { HealthIndex } from '@/stores/contract';

/** What the sentence at the top of the page counts. */
export interface Summary {
  readonly total: number;
  readonly needsAttention: number;
  readonly rebuilding: number;
  /** Volume of the rebuild that is furthest behind; '' without one. */
  readonly slowestRebuild: string;
  /** Its percent, 0..100. */
  readonly slowestPercent: number;
  readonly byLevel: Readonly<Record<Level, number>>;
  readonly byPhase: Readonly<Partial<Record<DegradedPhase, number>>>;
  /** Stopped with fewer complete replicas than wanted. */
  readonly stoppedShort: number;
  /** Stopped, complete, and nobody has to do anything about it. */
  readonly stoppedCalm: number;
}

/** The roll-up of all volumes, and what only the page's sentence asks for. Does not subscribe to anything: `useSummary` counts again when it is time. */
export function summarize(health: Pick<HealthIndex, 'verdicts'>): Summary {
  const all = rollUp(health.verdicts());
  const byPhase: Partial<Record<DegradedPhase, number>> = {};
  let stoppedShort = 0;
  let stoppedCalm = 0;
  let slowestRebuild = '';
  let slowestPercent = 101;

  for (const verdict of health.verdicts()) {
    if (verdict.level === 'degraded' && verdict.phase) {
      byPhase[verdict.phase] = (byPhase[verdict.phase] ?? 0) + 1;
    }
    if (verdict.level === 'stopped' && verdict.wantedReplicas !== null && verdict.goodReplicas < verdict.wantedReplicas) {
      stoppedShort += 1;
    } else if (verdict.level === 'stopped' && !verdict.needsAttention) {
      stoppedCalm += 1;
    }
    if (verdict.rebuild && verdict.rebuild.percent < slowestPercent) {
      slowestPercent = verdict.rebuild.percent;
      slowestRebuild = verdict.volumeName;
    }
  }
  return { total: all.total, needsAttention: all.attention, rebuilding: all.rebuilding, slowestRebuild, slowestPercent: slowestRebuild ? slowestPercent : 0, byLevel: all.counts, byPhase, stoppedShort, stoppedCalm };
}
