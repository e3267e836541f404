import { shallowRef } from 'vue';
import type { LocationQuery, Router } from 'vue-router';
import { changeQuery } from '@/features/url-state';
import type { Query, UrlState } from '@/features/url-state';

function flat(query: LocationQuery): Query {
  const result: Record<string, string> = {};

  for (const [name, value] of Object.entries(query)) {
    const first = Array.isArray(value) ? value[0] : value;

    if (typeof first === 'string') {
      result[name] = first;
    }
  }

  return result;
}

/** A page's filters and open drawer in the query of the route. */
export function createRouterUrlState(router: Router): UrlState {
  const query = shallowRef<Query>(flat(router.currentRoute.value.query));

  router.afterEach((to) => { query.value = flat(to.query); });

  return {
    query,
    set(changes, options = {}) {
      const next = changeQuery(query.value, changes);

      if (next !== query.value) {
        query.value = next;
        void router[options.push ? 'push' : 'replace']({ path: router.currentRoute.value.path, query: next });
      }
    }
  };
}
