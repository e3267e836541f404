// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import { changeQuery, createWindowUrlState } from './url-state';

describe('changeQuery', () => {
  it('sets, removes and keeps, and is the same object when nothing changed', () => {
    const query = { state: 'blocked', q: 'web' };

    expect(changeQuery(query, { q: null, sort: '-since' })).toEqual({ sort: '-since', state: 'blocked' });
    expect(changeQuery(query, { q: 'web', sort: '' })).toBe(query);
  });
});

describe('createWindowUrlState', () => {
  beforeEach(() => { window.history.replaceState(null, '', '/app'); });

  it('keeps its state in the search part', () => {
    const state = createWindowUrlState(window);

    state.set({ state: 'blocked,waiting' });
    expect(new URLSearchParams(window.location.search).get('state')).toBe('blocked,waiting');
    expect(state.query.value).toEqual({ state: 'blocked,waiting' });
    state.dispose();
  });

  it('keeps its state inside a hash route, and follows back and forward', () => {
    window.history.replaceState(null, '', '/app#/health?q=web');
    const state = createWindowUrlState(window);

    expect(state.query.value).toEqual({ q: 'web' });
    state.set({ volume: 'pvc-1' }, { push: true });
    expect(window.location.hash).toBe('#/health?q=web&volume=pvc-1');
    window.history.replaceState(null, '', '/app#/health?q=web');
    window.dispatchEvent(new Event('popstate'));
    expect(state.query.value).toEqual({ q: 'web' });
    state.dispose();
  });
});
