import { computed, effectScope, shallowRef, watch, type EffectScope, type ShallowRef } from 'vue';
import { createHarvesterApi } from '@/api';
import type { HttpClient } from '@/api/contract';
import { startRelayWorker } from '@/api/feed/start-relay';
import { createSocketOpener } from '@/api/feed/relayed-socket';
import { createClusterContext, type OwnedClusterContext } from '@/stores/cluster-context';
import type { HostServices } from '../types';
import { createPageLinks, navigateTo } from './links';
import { clusterBase, currentClusterId, currentLocale, hostRouter } from './store';

/** How long a cluster that nobody looks at stays live: people go to Rancher's home page and come back. */
const IDLE = 60_000;
const openSocket = createSocketOpener(startRelayWorker);

export interface ClusterRegistry {
  /** The cluster on screen; null between clusters and after logout. */
  readonly current: Readonly<ShallowRef<OwnedClusterContext | null>>;
  /** Counts a user of the cluster; the returned function counts it out. */
  use(): () => void;
  dispose(): void;
}

/** The host's HTTP client, which also tells the cluster's clock what time the server has. */
function clockedClient(http: HttpClient, onDate: (serverNow: number) => void): HttpClient {
  const request: HttpClient['request'] = async (config) => {
    // Rancher's client counts requests for a page-wide progress bar; a live feed's reads are none of its business.
    const response = await http.request<never, never>({ ...config, progress: false } as typeof config);
    const headers: unknown = (response as { readonly headers?: unknown }).headers;
    const date = Date.parse(String((headers as Record<string, unknown> | undefined)?.date ?? ''));

    if (Number.isFinite(date)) {
      onDate(date);
    }

    return response;
  };

  return { request };
}

function openCluster(services: HostServices, clusterId: string, translate: OwnedClusterContext['t']): OwnedClusterContext {
  const { store } = services;
  const router = hostRouter(store);
  let onDate: (serverNow: number) => void = () => undefined;
  const http = clockedClient(services.http, (serverNow) => { onDate(serverNow); });
  const context = createClusterContext({
    clusterId,
    api: createHarvesterApi(http, clusterBase(store, clusterId)),
    openSocket,
    locale: computed(() => currentLocale(store)),
    t: translate,
    links: createPageLinks(router, clusterId),
    navigate: (path) => { navigateTo(router, path); }
  });

  onDate = (serverNow): void => { context.clock.sync(serverNow); };

  return context;
}

/** Keeps one context for the cluster on screen, and ends it when another is shown, at logout, or when long unused. */
export function createClusterRegistry(services: HostServices, translate: OwnedClusterContext['t']): ClusterRegistry {
  const scope = effectScope(true);
  /** Effects of the open cluster. Detached: whoever opens it may be unmounted long before the cluster is closed. */
  let clusterScope: EffectScope | null = null;
  const current = shallowRef<OwnedClusterContext | null>(null);
  let users = 0;
  let idle: ReturnType<typeof setTimeout> | undefined;

  const close = (): void => {
    current.value?.dispose();
    current.value = null;
    clusterScope?.stop();
    clusterScope = null;
  };
  const open = (): void => {
    const id = currentClusterId(services.store);

    if (current.value?.clusterId !== id) {
      close();
      if (id !== '') {
        clusterScope = effectScope(true);
        current.value = clusterScope.run(() => openCluster(services, id, translate)) ?? null;
      }
    }
  };

  scope.run(() => {
    watch(() => currentClusterId(services.store), () => {
      if (users > 0) {
        open();
      } else {
        close();
      }
    });
  });
  services.onLogout(close);

  return {
    current,
    use: () => {
      let isUsing = true;

      clearTimeout(idle);
      users++;
      open();

      return () => {
        if (!isUsing) {
          return;
        }
        isUsing = false;
        users--;
        if (users === 0) {
          idle = setTimeout(close, IDLE);
        }
      };
    },
    dispose: () => {
      clearTimeout(idle);
      scope.stop();
      close();
    }
  };
}
