import type { Component } from 'vue';
import { PAGE } from '../routes';
import type { ComponentLoader, HostPlugin, HostStore, PageComponent } from '../types';
import type { LazyOptions } from './lazy';

/** Frozen strings of the shell's enums (`core/types.ts`); pinned by a contract test. */
export const TAB = { legacy: 'tab', create: 'resource-create-page', edit: 'resource-edit-page' } as const;
export const PANEL = { detailTop: 'detail-top', masthead: 'details-masthead', list: 'resource-list' } as const;
export const COLUMN = 'resource-list';

const PRODUCT = ['harvester'];
/** Between Storage (89) and Labels (2) on the image form; between Basics (0) or Volumes (-1) and Network (-2) on the VM form. */
const WEIGHT = { imageTab: 88, machineTab: -1.5 } as const;

export const CELL = { volume: 'Lhv2VolumeHealth', machine: 'Lhv2MachineHealth' } as const;

export type ComponentOf = (name: PageComponent, options?: LazyOptions) => Component;

const loaderOf = (component: Component): ComponentLoader => () => Promise.resolve(component);

/**
 * A tab on a form page. Registered for the page's own location (Harvester UI 1.8 and later) and for the old one that all
 * versions know; the host takes the old one only where it finds none of the former, so there are never two.
 */
function addFormTab(plugin: HostPlugin, resource: string, mode: 'create' | 'edit', weight: number, component: Component): void {
  const tab = { name: 'lhv2-boot', labelKey: 'lhv2.host.tab', weight, showHeader: false, component: loaderOf(component) };

  plugin.addTab(TAB[mode], { product: PRODUCT, resource: [resource] }, { ...tab });
  plugin.addTab(TAB.legacy, { product: PRODUCT, resource: [resource], mode: [mode] }, { ...tab });
}

/** Panels on a detail page. Which of the two locations a page has depends on its version; the panel shows itself once. */
function addDetailPanel(plugin: HostPlugin, resource: string, name: PageComponent, lazily: ComponentOf): void {
  for (const location of [PANEL.detailTop, PANEL.masthead]) {
    plugin.addPanel(location, { product: PRODUCT, resource: [resource], mode: ['detail'] }, { component: loaderOf(lazily(name, { attrs: { isPreferred: location === PANEL.detailTop } })) });
  }
}

function addHealthColumn(plugin: HostPlugin, resource: string, formatter: string): void {
  plugin.addTableColumn(COLUMN, { product: PRODUCT, resource: [resource] }, {
    name: 'lhv2-health', labelKey: 'lhv2.host.column', value: 'id', sort: false, search: false, formatter, weight: 1, width: 160
  });
}

/** Place in the side navigation when Harvester's own Volumes entry is not known: right below where 1.7 and later have it. */
const USUAL_WEIGHT = 496.5;

interface VirtualType { readonly name: string; readonly weight?: number }

/** Entry of Volume Health in Harvester's navigation. */
const healthEntry = (weight: number): Readonly<Record<string, unknown>> => ({
  name: PAGE.health,
  labelKey: 'lhv2.host.nav',
  group: 'root',
  namespaced: false,
  weight,
  exact: false,
  ifHaveType: 'persistentvolumeclaim',
  route: { name: 'harvester-c-cluster-resource', params: { product: 'harvester', resource: PAGE.health } }
});

/** Moves Volume Health right below Volumes, whose place differs between versions. False while Volumes are not known. */
function placeBelowVolumes(store: HostStore): boolean {
  const types = (store.state['type-map'] as { readonly virtualTypes?: Readonly<Record<string, readonly VirtualType[]>> } | undefined)?.virtualTypes?.harvester ?? [];
  const volumes = types.find(({ name }) => name === PAGE.volume);

  if (typeof volumes?.weight !== 'number') {
    return false;
  }
  store.commit('type-map/virtualType', { product: 'harvester', obj: healthEntry(volumes.weight - 0.5) });

  return true;
}

/** The same whichever of the two extensions is loaded first: the host has no hook for "all products are there". */
function keepBelowVolumes(store: HostStore): void {
  if (placeBelowVolumes(store)) {
    return;
  }

  const stop = store.subscribe(({ type, payload }) => {
    const { product, obj } = (payload ?? {}) as { readonly product?: string; readonly obj?: VirtualType };

    if (type === 'type-map/virtualType' && product === 'harvester' && obj?.name === PAGE.volume && placeBelowVolumes(store)) {
      stop();
    }
  });
}

/** Volume Health in Harvester's side navigation, below Volumes, on Harvester's own list route: no route of ours to break. */
function addHealthPage(plugin: HostPlugin, page: Component): void {
  plugin.register('list', PAGE.health, loaderOf(page));
  plugin.addProduct({
    init: (self, store) => {
      const owned = [...self.productNames];
      const dsl = self.DSL(store, 'harvester');

      dsl.virtualType(healthEntry(USUAL_WEIGHT));
      dsl.basicType([PAGE.health]);
      dsl.configureType(PAGE.health, { showListMasthead: false, isCreatable: false, canYaml: false });
      // The DSL claims the product for us; Rancher would take Harvester's navigation down together with this extension.
      self.productNames.splice(0, self.productNames.length, ...owned);
      keepBelowVolumes(store);
    }
  });
}

/** Everything this extension adds to Harvester's pages. Called once, while the host initialises the extension. */
export function registerEverything(plugin: HostPlugin, lazily: ComponentOf): void {
  const imageTab = lazily('ImageTab');

  addFormTab(plugin, PAGE.image, 'create', WEIGHT.imageTab, imageTab);
  addFormTab(plugin, PAGE.image, 'edit', WEIGHT.imageTab, imageTab);
  addFormTab(plugin, PAGE.machine, 'create', WEIGHT.machineTab, lazily('MachineTab'));

  addDetailPanel(plugin, PAGE.volume, 'VolumePanel', lazily);
  addDetailPanel(plugin, PAGE.machine, 'MachinePanel', lazily);
  addDetailPanel(plugin, PAGE.image, 'ImagePanel', lazily);
  addDetailPanel(plugin, PAGE.host, 'HostPanel', lazily);

  addHealthColumn(plugin, PAGE.volume, CELL.volume);
  addHealthColumn(plugin, PAGE.machine, CELL.machine);
  plugin.addPanel(PANEL.list, { product: PRODUCT, resource: [PAGE.volume] }, { component: loaderOf(lazily('VolumesBanner', { isQuiet: true })) });

  addHealthPage(plugin, lazily('HealthPage'));
}
