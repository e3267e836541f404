import { CRITICAL_CAUSES, CRITICAL_FALLBACKS } from './rules/critical';
import { BLOCKED, UNEXPLAINED } from './rules/degraded-blocked';
import { LOST, NODE_LOST } from './rules/degraded-lost';
import { DEGRADED_FALLBACKS, RECOVERING, REPLACING } from './rules/degraded-recovering';
import { MOVING_CAUSES, MOVING_FALLBACKS } from './rules/moving';
import { COPY_NOTES } from './rules/notes-copies';
import { WAITING_NOTES } from './rules/notes-waiting';
import { VOLUME_NOTES } from './rules/notes-volume';
import { HEALTHY_CAUSES, HEALTHY_FALLBACKS, STOPPED_CAUSES, STOPPED_FALLBACKS } from './rules/resting';
import { DOUBTS, UNKNOWN_CAUSES } from './rules/unknown';
import type { Rule } from './rule';
import type { Level } from './types';

/**
 * The rules that may speak at a level. `causes`, in order of what to say first: the first hit is the headline, the
 * others are facts. `fallbacks` speak only when no cause does; the last one of each level always hits.
 */
export interface RuleGroup {
  readonly causes: readonly Rule[];
  readonly fallbacks: readonly Rule[];
}

export const GROUPS: Readonly<Record<Level, RuleGroup>> = {
  critical: { causes: CRITICAL_CAUSES, fallbacks: CRITICAL_FALLBACKS },
  degraded: { causes: [...RECOVERING, ...NODE_LOST, ...BLOCKED, ...LOST, ...REPLACING], fallbacks: [...DEGRADED_FALLBACKS, ...UNEXPLAINED] },
  unknown: { causes: UNKNOWN_CAUSES, fallbacks: DOUBTS },
  transition: { causes: MOVING_CAUSES, fallbacks: MOVING_FALLBACKS },
  stopped: { causes: STOPPED_CAUSES, fallbacks: STOPPED_FALLBACKS },
  healthy: { causes: HEALTHY_CAUSES, fallbacks: HEALTHY_FALLBACKS }
};

/** Notes hold beside a headline of any level. */
export const NOTES: readonly Rule[] = [...WAITING_NOTES, ...COPY_NOTES, ...VOLUME_NOTES];
