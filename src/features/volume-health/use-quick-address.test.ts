import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope, shallowRef } from 'vue';
import { changeQuery, type Query, type UrlState } from '../url-state';
import { useQuickAddress, type QuickAddress } from './use-quick-address';

vi.mock('vue', async (original) => ({ ...await original<object>(), onBeforeUnmount: () => undefined }));

/** An address that takes what is set only when `arrive` is called, as a router does whose guards take their time. */
function slowAddress(): UrlState & { arrive(): void; readonly query: { value: Query } } {
  const query = shallowRef<Query>({ sort: 'size' });
  const waiting: Readonly<Record<string, string | null>>[] = [];

  return { query, set: (changes) => { waiting.push(changes); }, arrive: () => { query.value = changeQuery(query.value, waiting.shift() ?? {}); } };
}

describe('quick address', () => {
  let url: ReturnType<typeof slowAddress>;
  let quick: QuickAddress;

  beforeEach(() => {
    vi.useFakeTimers();
    url = slowAddress();
    quick = effectScope().run(() => useQuickAddress(url)) as QuickAddress;
  });
  afterEach(() => { vi.useRealTimers(); });

  it('searches as it is typed, and reaches the address once when typing pauses', () => {
    const set = vi.spyOn(url, 'set');

    for (const text of ['l', 'lo', 'loa']) {
      quick.type(text);
      expect(quick.query.value).toEqual({ sort: 'size', q: text });
      vi.advanceTimersByTime(100);
    }
    expect(set).not.toHaveBeenCalled();
    vi.advanceTimersByTime(250);
    expect(set.mock.calls).toEqual([[{ q: 'loa' }]]);
    url.arrive();
    expect(quick.query.value).toBe(url.query.value);
  });

  it('sorts at once, and goes to the address only after the frame that shows it', () => {
    const frames: (() => void)[] = [];
    const set = vi.spyOn(url, 'set');

    vi.stubGlobal('document', { hidden: false });
    vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame));
    vi.stubGlobal('cancelAnimationFrame', () => undefined);
    quick.set({ sort: '-size' });
    expect(quick.query.value).toEqual({ sort: '-size' });
    expect(url.query.value).toEqual({ sort: 'size' });
    // The frame is late: sorting took its time.
    vi.advanceTimersByTime(200);
    expect(set).not.toHaveBeenCalled();
    frames.forEach((frame) => { frame(); });
    expect(set).not.toHaveBeenCalled();
    vi.advanceTimersByTime(50);
    vi.unstubAllGlobals();
    expect(set).toHaveBeenCalledTimes(1);
    url.arrive();
    expect(url.query.value).toEqual({ sort: '-size' });
    expect(quick.query.value).toBe(url.query.value);
  });

  it('keeps what was chosen while the address is on its way', () => {
    quick.type('lo');
    vi.advanceTimersByTime(250);
    quick.type('load');
    quick.set({ state: 'blocked' });
    url.arrive();
    expect(url.query.value).toEqual({ q: 'lo', sort: 'size' });
    expect(quick.query.value).toEqual({ q: 'load', sort: 'size', state: 'blocked' });
    vi.advanceTimersByTime(250);
    url.arrive();
    expect(url.query.value).toEqual({ q: 'load', sort: 'size', state: 'blocked' });
    expect(quick.query.value).toBe(url.query.value);
  });

  it('keeps it, too, when something else of the address changes meanwhile', () => {
    quick.type('lo');
    url.query.value = { sort: 'size', volume: 'pvc-1' };
    expect(quick.query.value).toEqual({ q: 'lo', sort: 'size', volume: 'pvc-1' });
    vi.advanceTimersByTime(250);
    url.arrive();
    expect(url.query.value).toEqual({ q: 'lo', sort: 'size', volume: 'pvc-1' });
  });

  it('gives way to an address that somebody else set', () => {
    quick.type('lo');
    url.query.value = { q: 'web', state: 'blocked' };
    expect(quick.query.value).toEqual({ q: 'web', state: 'blocked' });
    const set = vi.spyOn(url, 'set');

    vi.advanceTimersByTime(1000);
    expect(set).not.toHaveBeenCalled();
  });

  it('an emptied box is typed, too', () => {
    url.query.value = { q: 'web' };
    quick.type('');
    expect(quick.query.value).toEqual({});
    vi.advanceTimersByTime(250);
    url.arrive();
    expect(url.query.value).toEqual({});
    expect(quick.query.value).toEqual({});
  });
});
