import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope, shallowRef } from 'vue';
import { changeQuery, type Query, type UrlState } from '../url-state';
import { useTypedSearch, type TypedSearch } from './use-typed-search';

vi.mock('vue', async (original) => ({ ...await original<object>(), onBeforeUnmount: () => undefined }));

/** An address that takes what is set only when `arrive` is called, as a router does whose guards take their time. */
function slowAddress(): UrlState & { arrive(): void; readonly query: { value: Query } } {
  const query = shallowRef<Query>({ sort: 'size' });
  const waiting: Readonly<Record<string, string | null>>[] = [];

  return { query, set: (changes) => { waiting.push(changes); }, arrive: () => { query.value = changeQuery(query.value, waiting.shift() ?? {}); } };
}

describe('typed search', () => {
  let url: ReturnType<typeof slowAddress>;
  let search: TypedSearch;

  beforeEach(() => {
    vi.useFakeTimers();
    url = slowAddress();
    search = effectScope().run(() => useTypedSearch(url)) as TypedSearch;
  });
  afterEach(() => { vi.useRealTimers(); });

  it('acts at once, and reaches the address once when typing pauses', () => {
    const set = vi.spyOn(url, 'set');

    for (const text of ['l', 'lo', 'loa']) {
      search.type(text);
      expect(search.address.value).toEqual({ sort: 'size', q: text });
      vi.advanceTimersByTime(100);
    }
    expect(set).not.toHaveBeenCalled();
    vi.advanceTimersByTime(250);
    expect(set.mock.calls).toEqual([[{ q: 'loa' }]]);
    url.arrive();
    expect(search.address.value).toBe(url.query.value);
  });

  it('keeps letters typed while the address is on its way', () => {
    search.type('lo');
    vi.advanceTimersByTime(250);
    search.type('load');
    url.arrive();
    expect(search.address.value).toMatchObject({ q: 'load' });
    vi.advanceTimersByTime(250);
    url.arrive();
    expect(url.query.value).toMatchObject({ q: 'load' });
  });

  it('gives way to an address that somebody else set', () => {
    search.type('lo');
    url.query.value = { q: 'web', state: 'blocked' };
    expect(search.address.value).toEqual({ q: 'web', state: 'blocked' });
    const set = vi.spyOn(url, 'set');

    vi.advanceTimersByTime(1000);
    expect(set).not.toHaveBeenCalled();
  });

  it('an emptied box is typed, too', () => {
    url.query.value = { q: 'web' };
    search.type('');
    expect(search.address.value).toEqual({ q: '' });
    vi.advanceTimersByTime(250);
    url.arrive();
    expect(url.query.value).toEqual({});
    expect(search.address.value).toEqual({});
  });
});
