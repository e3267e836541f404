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

/** One pass over the verdicts. Does not subscribe to anything: `useSummary` counts again when it is time. */
export function summarize(health: Pick<HealthIndex, 'verdicts'>): Summary {
  const byLevel: Record<Level, number> = { critical: 0, degraded: 0, unknown: 0, transition: 0, stopped: 0, healthy: 0 };
  const byPhase: Partial<Record<DegradedPhase, number>> = {};
  let total = 0;
  let needsAttention = 0;
  let rebuilding = 0;
  let stoppedShort = 0;
  let stoppedCalm = 0;
  let slowestRebuild = '';
  let slowestPercent = 101;

  for (const verdict of health.verdicts()) {
    total += 1;
    needsAttention += verdict.needsAttention ? 1 : 0;
    byLevel[verdict.level] += 1;
    if (verdict.level === 'degraded' && verdict.phase) {
      byPhase[verdict.phase] = (byPhase[verdict.phase] ?? 0) + 1;
    }
    if (verdict.level === 'stopped' && verdict.wantedReplicas !== null && verdict.goodReplicas < verdict.wantedReplicas) {
      stoppedShort += 1;
    } else if (verdict.level === 'stopped' && !verdict.needsAttention) {
      stoppedCalm += 1;
    }
    if (verdict.rebuild) {
      rebuilding += 1;
      if (verdict.rebuild.percent < slowestPercent) {
        slowestPercent = verdict.rebuild.percent;
        slowestRebuild = verdict.volumeName;
      }
    }
  }
  return { total, needsAttention, rebuilding, slowestRebuild, slowestPercent: slowestRebuild ? slowestPercent : 0, byLevel, byPhase, stoppedShort, stoppedCalm };
}
