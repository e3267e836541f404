import type { Component } from 'vue';
import type { HttpClient } from '@/api/contract';

/**
 * The parts of Rancher's extension API that this extension uses (`@rancher/shell` `core/types.ts`, 3.0.2 to 3.0.13),
 * written down so that nothing of the shell is bundled or installed. `tests/contract` compares them with the real one.
 */
export interface LocationConfig {
  readonly product?: readonly string[];
  readonly resource?: readonly string[];
  readonly mode?: readonly string[];
}

export type ComponentLoader = () => Promise<Component>;

export interface TabDefinition {
  readonly name: string;
  readonly labelKey: string;
  readonly weight: number;
  readonly showHeader?: boolean;
  readonly component: ComponentLoader;
}

/** Columns are edited and shared by the host's tables: hand out a fresh plain object per page. */
export interface ColumnDefinition {
  readonly name: string;
  readonly labelKey: string;
  readonly value: string;
  readonly sort: false;
  readonly search: false;
  readonly formatter: string;
  readonly weight: number;
  readonly width?: number;
}

export interface ProductDsl {
  virtualType(type: Readonly<Record<string, unknown>>): void;
  basicType(types: readonly string[], group?: string): void;
  configureType(type: string, options: Readonly<Record<string, unknown>>): void;
}

export interface HostPlugin {
  readonly name: string;
  metadata: unknown;
  /** Products whose navigation the plugin claims to own; they are taken down with it. */
  readonly productNames: string[];
  addTab(where: string, when: LocationConfig, tab: TabDefinition): void;
  addPanel(where: string, when: LocationConfig, panel: { readonly component: ComponentLoader }): void;
  addTableColumn(where: string, when: LocationConfig, column: ColumnDefinition): void;
  addProduct(product: { init(plugin: HostPlugin, store: HostStore): void }): void;
  addL10n(locale: string, load: () => unknown): void;
  addNavHooks(hooks: { readonly onLogin?: (store: HostStore) => Promise<void>; readonly onLogout?: (store: HostStore) => Promise<void> }): void;
  register(type: string, name: string, load: () => unknown): void;
  DSL(store: HostStore, product: string): ProductDsl;
}

export interface LoadedPlugin {
  readonly id?: string;
  readonly name?: string;
  readonly version?: string;
}

export interface ExtensionManager {
  getPlugins(): Readonly<Record<string, LoadedPlugin>>;
  unregister?(type: string, name: string): void;
}

export interface HostRouter {
  resolve(to: unknown): { readonly href: string };
  push(to: unknown): Promise<unknown>;
  readonly options: { readonly history: { readonly base: string } };
}

/** Rancher's Vuex store. Getters are read defensively: which exist depends on the host's version. */
export interface HostStore {
  readonly getters: Readonly<Record<string, unknown>>;
  readonly state: Readonly<Record<string, unknown>>;
  readonly $router?: HostRouter;
  dispatch(action: string, payload?: unknown): Promise<unknown>;
  commit(mutation: string, payload?: unknown): void;
  /** Calls back after every mutation; returns how to stop. */
  subscribe(subscriber: (mutation: { readonly type: string; readonly payload?: unknown }) => void): () => void;
  subscribeAction(subscriber: { before(action: { readonly type: string; readonly payload?: unknown }): void }): () => void;
}

export interface HostInternal {
  readonly store: HostStore;
  readonly $axios: HttpClient;
  readonly plugins: ExtensionManager;
}

/** What the entry script hands to the second script. */
export interface HostServices {
  readonly store: HostStore;
  readonly http: HttpClient;
  /** Of the loaded Harvester UI, '' while none is known. */
  harvesterVersion(): string;
  readonly version: string;
  onLogout(listener: () => void): void;
}

/** Names of the components that the second script provides. */
export type PageComponent = 'ImageTab' | 'MachineTab' | 'VolumePanel' | 'MachinePanel' | 'ImagePanel' | 'HostPanel' | 'VolumeCell' | 'MachineCell' | 'VolumesBanner' | 'HealthPage';

export interface Pages {
  readonly components: Readonly<Record<PageComponent, Component>>;
}

export interface PagesScript {
  install(services: HostServices): Pages;
}
