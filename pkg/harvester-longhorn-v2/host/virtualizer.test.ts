// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { computed, h, nextTick, ref, shallowRef, type ComputedRef } from 'vue';
import { lineAt, useVirtualizer, type Virtualizer } from './virtualizer';

const count = ref(0);
const heights = ref<(index: number) => number>(() => 10);
let element: HTMLElement;
let list: ComputedRef<Virtualizer>;

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', class { observe = (): void => undefined; disconnect = (): void => undefined; });
  count.value = 10_000;
  heights.value = (): number => 10;
});
afterEach(() => { vi.unstubAllGlobals(); });

async function open(viewHeight: number): Promise<ReturnType<typeof mount>> {
  const wrapper = mount({
    setup: () => {
      const scroller = shallowRef<HTMLElement | null>(null);

      list = useVirtualizer(computed(() => ({ count: count.value, getScrollElement: () => scroller.value, estimateSize: (index: number) => heights.value(index), overscan: 2 })));

      return () => h('div', { ref: (node) => {
        element = node as HTMLElement;
        if (node !== null) {
          Object.defineProperty(node, 'clientHeight', { value: viewHeight, configurable: true });
        }
        scroller.value = node as HTMLElement;
      } });
    }
  });

  await nextTick();
  await nextTick();

  return wrapper;
}

const shown = (): [number, number] => [list.value.getVirtualItems()[0]!.index, list.value.getVirtualItems().at(-1)!.index];

async function scrollTo(top: number): Promise<void> {
  element.scrollTop = top;
  element.dispatchEvent(new Event('scroll'));
  await nextTick();
}

describe('lines in view', () => {
  it('are those between the edges and a few beyond, wherever the list is scrolled', async () => {
    await open(95);
    expect(shown()).toEqual([0, 11]);
    await scrollTo(50_005);
    expect(shown()).toEqual([4998, 5012]);
    await scrollTo(99_905);
    expect(shown()[1]).toBe(9999);
    expect(list.value.getTotalSize()).toBe(100_000);
  });

  it('know where each line starts, with lines of two heights', async () => {
    heights.value = (index): number => (index % 3 === 0 ? 44 : 68);
    await open(300);
    await scrollTo(180 * 1000);
    expect(list.value.getVirtualItems().find(({ index }) => index === 3000)?.start).toBe(180_000);
    expect(list.value.getVirtualItems().find(({ index }) => index === 3001)?.start).toBe(180_044);
  });

  it('follow a list that grows, shrinks or changes its heights', async () => {
    await open(100);
    count.value = 3;
    await nextTick();
    expect(shown()).toEqual([0, 2]);
    heights.value = (): number => 100;
    list.value.measure();
    expect(list.value.getTotalSize()).toBe(300);
    count.value = 0;
    await nextTick();
    expect(list.value.getVirtualItems()).toEqual([]);
  });

  it('stop listening when the table goes away', async () => {
    const wrapper = await open(100);
    const remove = vi.spyOn(element, 'removeEventListener');

    wrapper.unmount();
    expect(remove).toHaveBeenCalledWith('scroll', expect.any(Function));
  });
});

describe('the line at a place', () => {
  it('is what a walk through all lines finds', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 60 }), fc.nat(4000), (sizes, offset) => {
      let end = 0;
      const ends = Float64Array.from(sizes, (size) => (end += size));
      const walked = [...ends].findIndex((value) => value > offset);

      expect(lineAt(ends, offset)).toBe(walked === -1 ? sizes.length : walked);
    }));
  });
});
