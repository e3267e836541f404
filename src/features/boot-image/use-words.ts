import { computed } from 'vue';
import type { ComputedRef } from 'vue';
import { formatBytes } from '@/components/format';
import type { ClusterContext } from '@/stores/contract';
import { sentenceParams } from '../volume-detail/words';

type Params = Readonly<Record<string, string | number>>;

export interface Words {
  /** Sentence under `lhv2.boot`, with sizes and times in the reader's form. */
  say(key: string, params?: Params): string;
  bytes(value: number | null): string;
}

/** Words of the boot volume features. Reactive: call `words.value.say(…)` in templates and computed values. */
export function useWords(cluster: ClusterContext): ComputedRef<Words> {
  return computed(() => {
    const locale = cluster.locale.value;

    return {
      say: (key, params = {}) => cluster.t(`lhv2.boot.${key}`, sentenceParams(params, { t: cluster.t, locale, now: cluster.now.value })),
      bytes: value => formatBytes(value, locale)
    };
  });
}
