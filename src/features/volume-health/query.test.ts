import { describe, expect, it } from 'vitest';
import { joinList, parseQuery, toggled } from './query';
import { applyView, useSavedViews, viewOf } from './saved-views';

describe('parseQuery', () => {
  it('reads what it knows and leaves out what it does not', () => {
    const query = parseQuery({ state: 'blocked,nonsense', sort: '-since', group: 'moon', engine: 'v2', cols: 'size,nothing' });

    expect([...query.tiles]).toEqual(['blocked']);
    expect(query).toMatchObject({ sort: 'since', isDescending: true, group: null, columns: ['state', 'volume', 'size'] });
    expect(query.facets.engine.has('v2')).toBe(true);
  });

  it('carries values with commas and percent signs', () => {
    const values = ['a,b', '100%', 'a%2Cb'];

    expect([...parseQuery({ class: joinList(values) }).facets.class]).toEqual(values);
    expect(parseQuery({ class: toggled(new Set(values), '100%') }).facets.class).toEqual(new Set(['a,b', 'a%2Cb']));
  });
});

describe('saved views', () => {
  const memory = (): Storage => {
    const kept = new Map<string, string>();

    return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => { kept.set(key, value); } } as unknown as Storage;
  };

  it('keeps filters but not the open drawer, and survives a new page', () => {
    const storage = memory();

    useSavedViews(storage).save('mine', { state: 'blocked', volume: 'pvc-1', other: 'x' });
    const { views, forget } = useSavedViews(storage);

    expect(views.value).toEqual([{ name: 'mine', query: { state: 'blocked' } }]);
    expect(applyView(views.value[0]!.query)).toMatchObject({ state: 'blocked', q: null, sort: null });
    forget('mine');
    expect(useSavedViews(storage).views.value).toEqual([]);
    expect(viewOf({ sort: '-since', volume: 'a' })).toEqual({ sort: '-since' });
  });

  it('reads a broken storage as empty', () => {
    const storage = memory();

    storage.setItem('lhv2-health-views', '[{"name":1},{"name":"ok","query":{"q":"x"}},null]');
    expect(useSavedViews(storage).views.value).toEqual([{ name: 'ok', query: { q: 'x' } }]);
    storage.setItem('lhv2-health-views', '{');
    expect(useSavedViews(storage).views.value).toEqual([]);
    expect(useSavedViews(null).views.value).toEqual([]);
  });
});
