import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope, shallowRef } from 'vue';
import { usePulse } from './use-pulse';

describe('usePulse', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it('beats at once, bundles what follows, and never misses the last change', () => {
    const source = shallowRef(0);
    const scope = effectScope();
    const pulse = scope.run(() => usePulse(source, 1000))!;

    source.value += 1;
    expect(pulse.value).toBe(1);
    for (let index = 0; index < 50; index += 1) {
      source.value += 1;
      vi.advanceTimersByTime(10);
    }
    expect(pulse.value).toBe(1);
    vi.advanceTimersByTime(500);
    expect(pulse.value).toBe(2);
    vi.advanceTimersByTime(5000);
    expect(pulse.value).toBe(2);
    source.value += 1;
    expect(pulse.value).toBe(3);
    scope.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
