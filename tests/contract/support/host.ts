import { createExtensionManager } from '@shell/core/extension-manager-impl';
import * as i18n from '@shell/store/i18n';
import * as typeMap from '@shell/store/type-map';
import * as uiplugins from '@shell/store/uiplugins';
import { afterAll } from 'vitest';
import { createStore, type Store } from 'vuex';
import initialize from '../../../pkg/harvester-longhorn-v2/index';
import type { HostInternal, HostPlugin, LoadedPlugin, Pages, PagesScript } from '../../../pkg/harvester-longhorn-v2/host/types';

export const EXTENSION_ID = 'harvester-longhorn-v2-0.0.0-contract';
const PAGES_ID = `${EXTENSION_ID}/pages`;

/** The real extension manager, as far as the tests drive it. */
export interface Manager {
  internal(): HostInternal;
  loadAsync(id: string, url: string): Promise<void>;
  loadPluginAsync(plugin: unknown): Promise<void>;
  loadProducts(): void;
  removePlugin(name: string): Promise<void>;
  getDynamic(type: string, name: string): ((...args: unknown[]) => Promise<unknown>) | undefined;
  getUIConfig(type: string, location: string): { component?: unknown; locationConfig: Record<string, unknown>; name?: string }[];
  getPlugins(): Record<string, LoadedPlugin & { name: string; productNames: string[]; metadata: { name: string; version: string } }>;
  unregister(type: string, name: string): void;
}

export interface Host {
  readonly store: Store<{ $extension?: Manager }>;
  readonly manager: Manager;
  readonly growls: { type: string; message: string }[];
}

/** A Vuex store with the shell's own i18n, type-map and plugin modules, and the shell's own extension manager on it. */
export function createHost(options: { readonly clusters?: readonly unknown[]; readonly clusterId?: string } = {}): Host {
  const growls: Host['growls'] = [];
  const store = createStore<{ $extension?: Manager }>({
    state: () => ({}),
    getters: {
      clusterId: () => options.clusterId ?? 'c-m-abc',
      isSingleProduct: () => undefined,
      currentProduct: () => ({ inStore: 'harvester' })
    },
    modules: {
      i18n: { namespaced: true, ...i18n },
      'type-map': { namespaced: true, ...typeMap },
      uiplugins: { namespaced: true, ...uiplugins },
      prefs: { namespaced: true, getters: { get: () => () => undefined }, actions: { set: () => undefined } },
      management: { namespaced: true, getters: { all: () => () => options.clusters ?? [] } },
      harvester: { namespaced: true, actions: { request: () => undefined } },
      growl: { namespaced: true, actions: { warning: (_context: unknown, { message }: { message: string }) => { growls.push({ type: 'warning', message }); } } }
    }
  } as never);
  const router = { addRoute: () => undefined, getRoutes: () => [], options: { history: { base: '/' } }, currentRoute: { value: { query: {} } }, afterEach: () => () => undefined, resolve: () => ({ href: '/' }), push: () => Promise.resolve(), replace: () => Promise.resolve() };

  Object.assign(store, { $router: router });

  const manager = createExtensionManager({ app: { router }, store, $axios: { request: () => Promise.reject(new Error('no network in a contract test')) }, redirect: () => undefined }) as Manager;

  store.state.$extension = manager;
  Object.assign(store, { $extension: manager });

  return { store, manager, growls };
}

/** Puts the exports of the second script and of the texts where the entry script looks for them. */
export function providePages(pages: Partial<Pages['components']>): { installs: number } {
  const seen = { installs: 0 };
  const script: PagesScript = { install: () => { seen.installs++; return { components: pages as Pages['components'] }; } };

  Object.assign(globalThis, { [PAGES_ID]: script, [`${EXTENSION_ID}/keys`]: {}, [`${EXTENSION_ID}/texts/en-us`]: [], [`${EXTENSION_ID}/texts/zh-hans`]: [] });

  return seen;
}

/** Scripts "load" at once: the test has put their exports in place. Returns the addresses asked for. */
export function stubScripts(options: { fails?: (url: string) => boolean } = {}): { urls: string[]; restore(): void } {
  const urls: string[] = [];
  const original = document.head.appendChild.bind(document.head);

  document.head.appendChild = (<T extends Node>(node: T): T => {
    if (node instanceof HTMLScriptElement) {
      const url = node.getAttribute('src') ?? '';

      urls.push(url);
      queueMicrotask(() => {
        if (options.fails?.(url) === true) {
          node.onerror?.(new Event('error') as never);
        } else {
          node.onload?.(new Event('load') as never);
        }
      });

      return node;
    }

    return original(node);
  });

  return { urls, restore: () => { document.head.appendChild = original; } };
}

/** Loads our entry the way Rancher does: a script whose global holds the default export. */
export async function loadExtension(host: Host): Promise<HostPlugin> {
  (globalThis as Record<string, unknown>)[EXTENSION_ID] = { default: initialize };
  await host.manager.loadPluginAsync({ name: 'harvester-longhorn-v2', version: '0.0.0-contract', endpoint: 'x', metadata: {} });
  host.manager.loadProducts();
  await Promise.resolve();

  return host.manager.getPlugins()[EXTENSION_ID] as unknown as HostPlugin;
}

// The entry script looks for the host's app until there is one; let it find one before the document goes away.
afterAll(async () => {
  const element = Object.assign(document.createElement('div'), { id: 'app', __vue_app__: { component: () => undefined } });

  document.body.append(element);
  await new Promise((resolve) => setTimeout(resolve, 120));
});
