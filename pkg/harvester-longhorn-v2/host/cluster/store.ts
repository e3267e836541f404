import type { HostRouter, HostStore } from '../types';

/** Calls a getter of the host, or gives its value; undefined where this host has none of that name. */
function getter(store: HostStore, name: string): unknown {
  return store.getters[name];
}

/** Id of the cluster on screen (`local` in a Harvester that stands alone); '' between clusters. */
export function currentClusterId(store: HostStore): string {
  const id = getter(store, 'clusterId');

  return typeof id === 'string' ? id : '';
}

/**
 * Steve address of a Harvester cluster: through Rancher's proxy, or Harvester's own for the local cluster and for a
 * dashboard that shows only Harvester. The rule of Harvester's own store (`harvester-store/actions.ts loadCluster`).
 */
export function clusterBase(store: HostStore, clusterId: string): string {
  const isAlone = clusterId === 'local' || getter(store, 'isSingleProduct') !== undefined && Boolean(getter(store, 'isSingleProduct'));

  return isAlone ? '/v1/harvester' : `/k8s/clusters/${encodeURIComponent(clusterId)}/v1/harvester`;
}

/** `en-us` or `zh-hans`: the languages we speak; any other choice of the person's reads English. */
export function currentLocale(store: HostStore): 'en-us' | 'zh-hans' {
  const current = getter(store, 'i18n/current');
  const locale: unknown = typeof current === 'function' ? (current as () => unknown)() : '';

  return typeof locale === 'string' && locale.startsWith('zh') ? 'zh-hans' : 'en-us';
}

/** The host's router. Throws when there is none: nothing of ours can be on screen then. */
export function hostRouter(store: HostStore): HostRouter {
  const { $router } = store;

  if ($router === undefined) {
    throw new Error('The host has no router.');
  }

  return $router;
}
