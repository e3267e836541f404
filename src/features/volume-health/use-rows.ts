import { computed, onBeforeUnmount, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import type { ClusterContext } from '@/stores/contract';
import { findingText, type Wording } from '../volume-detail/words';
import { parseQuery, type RowQuery } from './query';
import { buildRow, isRowCurrent, type HealthRow } from './row';
import { RowModel } from './rows';

/** Sweeps are bundled: eyes don't read faster, and a burst of events costs one sweep. */
const SWEEP_MS = 200;
/**
 * Claims and machines change seldom, and comparing them costs look-ups: each sweep does it for one slice of the rows, so
 * that all are compared within a few seconds and no sweep takes long.
 */
const SLICES = 16;

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
  let slice = 0;
  let slicesLeft = 0;

  function sweep(isWhole: boolean): void {
    let index = 0;
    const changed = model.sync({
      verdicts: () => health.verdicts(),
      has: (name) => health.verdict(name) !== undefined,
      build: (verdict) => buildRow(inventory, verdict),
      isCurrent: (row, verdict) => isRowCurrent(inventory, row, verdict, isWhole || index++ % SLICES === slice)
    });

    if (changed > 0) {
      version.value += 1;
    }
    slice = (slice + 1) % SLICES;
    slicesLeft = isWhole ? 0 : slicesLeft - 1;
    timer = undefined;
    if (slicesLeft > 0) {
      schedule();
    }
  }

  function schedule(): void {
    timer ??= setTimeout(() => { sweep(false); }, SWEEP_MS);
  }

  watch(health.version, schedule);
  watch(inventory.version, () => {
    slicesLeft = SLICES;
    schedule();
  });
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
  sweep(true);
  onBeforeUnmount(() => { clearTimeout(timer); });

  return { model, version, query };
}
