import { onBeforeUnmount, shallowRef, watch, type Ref, type ShallowRef } from 'vue';

/** Scrolled further than this in one frame, pixels: nobody reads what passes, and drawing it would hold the page up. */
const FAST = 60;
/** So long after the last fast step the hand is still, milliseconds. */
const CALM_AFTER = 100;
/** Rows that are filled in per frame once it is. */
const ROWS_PER_FRAME = 3;

export interface DrawnRows {
  /** Whether this row is drawn with all it has, or by its name only until scrolling calms down. */
  isWhole(id: string): boolean;
}

/**
 * Spares the page the rows that fly past. While the list is scrolled fast, rows that come into view show their name; as
 * soon as it stands, they are filled in, a few per frame. What is whole stays whole.
 *
 * @param inView ids of the rows in view, top to bottom
 */
export function useDrawnRows(scroller: Readonly<Ref<HTMLElement | null>>, inView: () => readonly string[]): DrawnRows {
  /** Rows that are whole; null when all are. */
  const whole: ShallowRef<ReadonlySet<string> | null> = shallowRef(null);
  let top = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame = 0;

  function fill(): void {
    const ids = inView();
    const known = whole.value ?? new Set(ids);
    const missing = ids.filter((id) => !known.has(id));

    if (missing.length <= ROWS_PER_FRAME) {
      whole.value = null;
    } else {
      whole.value = new Set([...ids.filter((id) => known.has(id)), ...missing.slice(0, ROWS_PER_FRAME)]);
      frame = requestAnimationFrame(fill);
    }
  }

  function scrolled(event: Event): void {
    const next = (event.currentTarget as HTMLElement).scrollTop;
    const isFast = Math.abs(next - top) > FAST;

    top = next;
    if (isFast) {
      whole.value ??= new Set(inView());
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      timer = setTimeout(fill, CALM_AFTER);
    }
  }

  watch(scroller, (element, old) => {
    old?.removeEventListener('scroll', scrolled, { capture: true });
    // Before the table's own listener, which draws: capturing listeners come first.
    element?.addEventListener('scroll', scrolled, { passive: true, capture: true });
  }, { flush: 'post', immediate: true });
  onBeforeUnmount(() => {
    scroller.value?.removeEventListener('scroll', scrolled, { capture: true });
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  });

  return { isWhole: (id) => whole.value === null || whole.value.has(id) };
}
