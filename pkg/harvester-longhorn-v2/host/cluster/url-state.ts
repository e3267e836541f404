import { shallowRef } from 'vue';
import { changeQuery, type Query, type UrlState } from '@/features/url-state';
import { at, isFields } from '../form/fields';
import type { HostRouter } from '../types';

/** The host's router with what follows a page's query needs. */
export interface QueryRouter extends HostRouter {
  readonly currentRoute: { readonly value: unknown };
  replace(to: unknown): Promise<unknown>;
  afterEach(guard: (to: unknown) => void): () => void;
}

function queryOf(route: unknown): Query {
  const query = at(route, 'query');
  const result: Record<string, string> = {};

  for (const [name, value] of Object.entries(isFields(query) ? query : {})) {
    const first: unknown = Array.isArray(value) ? value[0] : value;

    if (typeof first === 'string') {
      result[name] = first;
    }
  }

  return result;
}

/** A page's filters and open drawer in the query of the host's route, so that a link and the back button keep them. */
export function createRouterUrlState(router: QueryRouter): UrlState & { dispose(): void } {
  const query = shallowRef<Query>(queryOf(router.currentRoute.value));
  const stop = router.afterEach((to) => { query.value = queryOf(to); });

  return {
    query,
    set: (changes, options = {}) => {
      const next = changeQuery(query.value, changes);

      if (next === query.value) {
        return;
      }

      const route = router.currentRoute.value;

      query.value = next;
      void router[options.push === true ? 'push' : 'replace']({ name: at(route, 'name'), params: at(route, 'params'), hash: at(route, 'hash'), query: next });
    },
    dispose: stop
  };
}
