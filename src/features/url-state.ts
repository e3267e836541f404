import { inject, shallowRef, type InjectionKey, type ShallowRef } from 'vue';

export type Query = Readonly<Record<string, string>>;

/**
 * The part of the address that a page keeps its state in (filters, sort, open drawer). The Rancher route and the standalone
 * router implement it; without one, `createWindowUrlState` serves.
 */
export interface UrlState {
  /** Present query, one text per name. A new object whenever it changes, also by back and forward. */
  readonly query: Readonly<ShallowRef<Query>>;
  /** Sets names, removes those that are null or ''. Others stay. `push` makes a step that "back" undoes. */
  set(changes: Readonly<Record<string, string | null>>, options?: { readonly push?: boolean }): void;
}

export const URL_STATE: InjectionKey<UrlState> = Symbol('lhv2-url-state');

/** `query` with `changes` applied; the same object when nothing differs. Names are sorted, so that a link is stable. */
export function changeQuery(query: Query, changes: Readonly<Record<string, string | null>>): Query {
  const next: Record<string, string> = { ...query };

  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') {
      delete next[name];
    } else {
      next[name] = value;
    }
  }
  const names = Object.keys(next).sort();
  const isSame = names.length === Object.keys(query).length && names.every((name) => next[name] === query[name]);

  return isSame ? query : Object.fromEntries(names.map((name) => [name, next[name] ?? '']));
}

/**
 * State in the window's own address: in the part after `?` of the hash when the hash is a route (`#/health?state=blocked`),
 * else in the search part.
 */
export function createWindowUrlState(host: Window): UrlState & { dispose(): void } {
  const isHashRoute = (): boolean => host.location.hash.startsWith('#/');

  function read(): Query {
    const text = isHashRoute() ? (host.location.hash.split('?')[1] ?? '') : host.location.search;

    return Object.fromEntries(new URLSearchParams(text));
  }
  const query = shallowRef(read());
  const onMove = (): void => { query.value = read(); };

  host.addEventListener('popstate', onMove);
  host.addEventListener('hashchange', onMove);

  return {
    query,
    set(changes, options = {}) {
      const next = changeQuery(query.value, changes);

      if (next === query.value) {
        return;
      }
      const text = new URLSearchParams(next).toString();
      const tail = text ? `?${text}` : '';
      const url = isHashRoute()
        ? `${host.location.pathname}${host.location.search}${host.location.hash.split('?')[0] ?? ''}${tail}`
        : `${host.location.pathname}${tail}${host.location.hash}`;

      host.history[options.push ? 'pushState' : 'replaceState'](host.history.state, '', url);
      query.value = next;
    },
    dispose() {
      host.removeEventListener('popstate', onMove);
      host.removeEventListener('hashchange', onMove);
    }
  };
}

let fallback: UrlState | null = null;

/** The page's address state: what the surroundings provide under `URL_STATE`, else the window's own. Call in `setup`. */
export function useUrlState(): UrlState {
  const provided = inject(URL_STATE, null);

  if (provided) {
    return provided;
  }
  fallback ??= createWindowUrlState(window);
  return fallback;
}
