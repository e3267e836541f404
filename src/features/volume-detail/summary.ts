import type { Rollup } from '@/domain/health/rollup';
import type { HealthIndex } from '@/stores/contract';

/** What the sentence at the top of the page counts. */
export interface Summary extends Rollup {
  /** Volume of the rebuild that is furthest behind; '' without one. */
  readonly slowestRebuild: string;
  /** Its percent, 0..100. */
  readonly slowestPercent: number;
}

/** The roll-up of all volumes, and the rebuild to wait for. Does not subscribe to anything: `useSummary` asks again when it is time. */
export function summarize(health: Pick<HealthIndex, 'rollup' | 'troubled'>): Summary {
  let slowestRebuild = '';
  let slowestPercent = 101;

  for (const { rebuild, volumeName } of health.troubled()) {
    if (rebuild && rebuild.percent < slowestPercent) {
      slowestPercent = rebuild.percent;
      slowestRebuild = volumeName;
    }
  }
  return { ...health.rollup(), slowestRebuild, slowestPercent: slowestRebuild ? slowestPercent : 0 };
}
