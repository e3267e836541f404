import { computed, onBeforeUnmount, shallowRef, toValue, watch, type ComputedRef, type MaybeRefOrGetter } from 'vue';

/**
 * In the extension, this stands in for `@tanstack/vue-virtual`, whose measuring, lanes and smooth scrolling cost 10 KB
 * gzip of 150: the one table that uses it knows its heights beforehand. Same names, same meaning, only what is asked of it.
 */
export interface VirtualizerOptions {
  readonly count: number;
  getScrollElement(): HTMLElement | null;
  /** Exact height of a line, pixels. */
  estimateSize(index: number): number;
  readonly overscan?: number;
}

export interface VirtualItem {
  readonly index: number;
  /** Distance from the top of the list, pixels. */
  readonly start: number;
}

export interface Virtualizer {
  getVirtualItems(): readonly VirtualItem[];
  getTotalSize(): number;
  /** Heights may have changed: ask for them again. */
  measure(): void;
}

/** First index whose line ends below `offset`: the line at that place. `ends` rises. */
export function lineAt(ends: Float64Array, offset: number): number {
  let low = 0;
  let high = ends.length;

  while (low < high) {
    const middle = (low + high) >>> 1;

    if ((ends[middle] ?? 0) <= offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }

  return low;
}

/** Lines of a long list that are in view, with some beyond each edge. */
export function useVirtualizer(options: MaybeRefOrGetter<VirtualizerOptions>): ComputedRef<Virtualizer> {
  const top = shallowRef(0);
  const height = shallowRef(0);
  const measured = shallowRef(0);
  let element: HTMLElement | null = null;
  let observer: ResizeObserver | undefined;

  const look = (): void => {
    top.value = element?.scrollTop ?? 0;
    height.value = element?.clientHeight ?? 0;
  };
  const leave = (): void => {
    element?.removeEventListener('scroll', look);
    observer?.disconnect();
  };

  watch(() => toValue(options).getScrollElement(), (next) => {
    leave();
    element = next;
    if (element !== null) {
      element.addEventListener('scroll', look, { passive: true });
      observer = new ResizeObserver(look);
      observer.observe(element);
    }
    look();
  }, { immediate: true, flush: 'post' });
  onBeforeUnmount(leave);

  const ends = computed(() => {
    void measured.value;

    const { count, estimateSize } = toValue(options);
    const result = new Float64Array(count);
    let end = 0;

    for (let index = 0; index < count; index++) {
      end += estimateSize(index);
      result[index] = end;
    }

    return result;
  });

  return computed(() => ({
    getTotalSize: () => ends.value.at(-1) ?? 0,
    getVirtualItems: () => {
      if (height.value === 0) {
        return [];
      }

      const { count, overscan = 1 } = toValue(options);
      const first = Math.max(0, lineAt(ends.value, top.value) - overscan);
      const last = Math.min(count - 1, lineAt(ends.value, top.value + height.value) + overscan);

      return Array.from({ length: Math.max(0, last - first + 1) }, (_unused, step) => {
        const index = first + step;

        return { index, start: index === 0 ? 0 : ends.value[index - 1] ?? 0 };
      });
    },
    measure: () => { measured.value++; }
  }));
}
