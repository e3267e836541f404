// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineComponent, h, ref } from 'vue';
import { useDrawnRows, type DrawnRows } from './use-drawn-rows';

const FRAME = 16;
let drawn: DrawnRows;
let first = 0;
let element: HTMLElement;
/** Ten rows in view of many. */
const ids = (): string[] => Array.from({ length: 10 }, (_, index) => `row-${String(first + index)}`);
const whole = (): number => ids().filter((id) => drawn.isWhole(id)).length;

/** Scrolls to where `row` is on top, in one frame. */
function scrollTo(row: number): void {
  element.scrollTop = row * 68;
  element.dispatchEvent(new Event('scroll'));
  first = row;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame'] });
  first = 0;
  const wrapper = mount(defineComponent(() => {
    const scroller = ref<HTMLElement | null>(null);

    drawn = useDrawnRows(scroller, ids);
    return () => h('div', { ref: scroller });
  }));

  element = wrapper.element as HTMLElement;
});
afterEach(() => { vi.useRealTimers(); });

describe('useDrawnRows', () => {
  it('draws everything while nobody scrolls, or scrolls as people read', () => {
    expect(whole()).toBe(10);
    for (let step = 1; step < 30; step += 1) {
      element.scrollTop = step * 40;
      element.dispatchEvent(new Event('scroll'));
      first = Math.floor(step * 40 / 68);
      expect(whole()).toBe(10);
    }
  });

  it('spares rows that fly past, keeps those that were there, and fills the rest a few per frame', () => {
    scrollTo(4);
    expect(whole()).toBe(6);
    scrollTo(40);
    expect(whole()).toBe(0);
    vi.advanceTimersByTime(90);
    expect(whole()).toBe(0);
    vi.advanceTimersByTime(10);
    const filled = [whole()];

    while (whole() < 10) {
      vi.advanceTimersByTime(FRAME);
      filled.push(whole());
    }
    expect(filled).toEqual([3, 6, 9, 10]);
  });

  it('waits for the last of a series of fast steps', () => {
    for (let step = 1; step <= 20; step += 1) {
      scrollTo(step * 20);
      vi.advanceTimersByTime(50);
    }
    expect(whole()).toBe(0);
    vi.advanceTimersByTime(100 + 4 * FRAME);
    expect(whole()).toBe(10);
  });
});
