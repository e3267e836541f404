import { computed, type ComputedRef } from 'vue';
import type { HealthIndex } from '@/stores/contract';
import { summarize, type Summary } from './summary';
import { usePulse } from './use-pulse';

/** Half a second behind at most: nobody reads faster. */
const INTERVAL = 500;

/** The counts of all volumes, followed. For the page's sentence, the list banner and the nav badge. */
export function useSummary(health: HealthIndex): ComputedRef<Summary> {
  const pulse = usePulse(health.version, INTERVAL);

  return computed(() => {
    void pulse.value;
    return summarize(health);
  });
}
