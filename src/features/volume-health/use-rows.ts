import { computed, onBeforeUnmount, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import type { ClusterContext } from '@/stores/contract';
import { findingText, type Wording } from '../volume-detail/words';
import { parseQuery, type RowQuery } from './query';
import { buildRow, isMadeFrom, isSameRow, type HealthRow } from './row';
import { RowModel } from './rows';

/** Sweeps are at least this far apart: eyes don't read faster. Less than between two flushes, so that one drawing serves both. */
const SWEEP_MS = 150;
/** So far apart while volumes come by the hundred: each sweep then sorts all rows. */
const LOADING_SWEEP_MS = 500;
const MANY = 200;

/** The words of a row's trouble, so that the search box finds causes. Calm rows have none, and cost nothing. */
function causeWords(row: HealthRow, wording: Wording): string {
  const { level, needsAttention, headline } = row.verdict;

  return needsAttention || level === 'critical' || level === 'degraded' ? findingText(headline, 'cause', wording).toLowerCase() : '';
}

export interface Rows {
  readonly model: RowModel;
  /** Rises whenever the model's list or counts may have changed: read it inside computeds. */
  readonly version: Readonly<ShallowRef<number>>;
  readonly query: ComputedRef<RowQuery>;
}

/** The row model of a cluster, following its events and the address. Call in `setup`. */
export function useRows(cluster: ClusterContext, wording: Readonly<Ref<Wording>>, address: Readonly<Ref<Readonly<Record<string, string>>>>): Rows {
  const { inventory, health } = cluster;
  const texts = new WeakMap<HealthRow, string>();
  const model = new RowModel((row) => {
    let text = texts.get(row);

    if (text === undefined) {
      text = `${row.haystack} ${causeWords(row, wording.value)}`;
      texts.set(row, text);
    }
    return text;
  });
  const version = shallowRef(0);
  const query = computed(() => parseQuery(address.value));
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sweptAt = -Infinity;
  const dirty = new Set<string>();

  function sweep(names?: Iterable<string>): void {
    const changed = model.sync({
      names: () => [...health.verdicts()].map(({ volumeName }) => volumeName),
      verdict: (name) => health.verdict(name),
      build: (verdict) => buildRow(inventory, verdict),
      isCurrent: (row, verdict) => isMadeFrom(row, inventory, verdict) || (row.verdict === verdict && isSameRow(row, buildRow(inventory, verdict)))
    }, names);

    if (changed > 0) {
      version.value += 1;
    }
  }

  function sweepDirty(): void {
    timer = undefined;
    sweptAt = performance.now();
    sweep(dirty);
    dirty.clear();
  }

  // Volumes are judged again also when their claim or one of their machines has changed.
  const unfollow = health.follow((name) => { dirty.add(name); });

  watch(health.version, () => {
    const wait = sweptAt + (dirty.size > MANY ? LOADING_SWEEP_MS : SWEEP_MS) - performance.now();

    if (wait <= 0 && timer === undefined) {
      sweepDirty();
    } else {
      timer ??= setTimeout(sweepDirty, wait);
    }
  }, { flush: 'sync' });
  watch(query, (next, old) => {
    const isSame = old && next.text === old.text && next.sort === old.sort && next.isDescending === old.isDescending && next.group === old.group && next.needsAttention === old.needsAttention &&
      [...next.tiles].join() === [...old.tiles].join() && JSON.stringify(Object.values(next.facets).map((set) => [...set])) === JSON.stringify(Object.values(old.facets).map((set) => [...set]));

    if (!isSame) {
      model.setQuery(next);
      version.value += 1;
    }
  }, { immediate: true });
  watch(() => wording.value.locale, () => {
    for (const { row } of model.list) {
      texts.delete(row);
    }
    model.refresh();
    version.value += 1;
  });
  sweep();
  onBeforeUnmount(() => {
    unfollow();
    clearTimeout(timer);
  });

  return { model, version, query };
}
