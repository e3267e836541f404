import * as types from '@shell/core/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COLUMN, PANEL, TAB } from '../../pkg/harvester-longhorn-v2/host/entry/registrations';
import { createHost, EXTENSION_ID, loadExtension, providePages, stubScripts } from './support/host';

let scripts: ReturnType<typeof stubScripts>;

beforeEach(() => { scripts = stubScripts(); });
afterEach(() => {
  scripts.restore();
  document.head.innerHTML = '';
});

describe('Rancher loads the extension', () => {
  it('from the address and under the global name that the manager expects, dots and all', async () => {
    const host = createHost();

    await loadExtension(host);

    expect(scripts.urls).toEqual(['/v1/uiplugins/harvester-longhorn-v2/0.0.0-contract/plugin/harvester-longhorn-v2-0.0.0-contract.umd.min.js']);
    expect(host.manager.getPlugins()[EXTENSION_ID]).toMatchObject({ name: 'harvester-longhorn-v2', metadata: { version: '0.0.0-contract' } });
  });

  it('without asking for the second script before something of ours is seen', async () => {
    const host = createHost();
    const pages = providePages({});

    await loadExtension(host);

    expect(pages.installs).toBe(0);
    expect(scripts.urls).toHaveLength(1);
  });

  it('by the strings of the shell\'s own enums', () => {
    const { TabLocation, PanelLocation, TableColumnLocation } = types;

    expect(TAB).toEqual({ legacy: TabLocation.RESOURCE_DETAIL, create: TabLocation.RESOURCE_CREATE_PAGE, edit: TabLocation.RESOURCE_EDIT_PAGE });
    expect(PANEL).toEqual({ detailTop: PanelLocation.DETAIL_TOP, masthead: PanelLocation.DETAILS_MASTHEAD, list: PanelLocation.RESOURCE_LIST });
    expect(COLUMN).toBe(TableColumnLocation.RESOURCE);
  });

  it('and an exception in ours takes nothing else down', async () => {
    const host = createHost();
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);

    (globalThis as Record<string, unknown>)['broken-1.0.0'] = { default: () => { throw new Error('broken'); } };
    await expect(host.manager.loadPluginAsync({ name: 'broken', version: '1.0.0', endpoint: 'x' })).rejects.toThrow('Could not initialize');
    await loadExtension(host);

    expect(Object.keys(host.manager.getPlugins())).toEqual([EXTENSION_ID]);
    error.mockRestore();
  });
});

describe('Volume Health in Harvester\'s navigation', () => {
  it('is a virtual type with a list component, on Harvester\'s own route', async () => {
    const host = createHost();

    await loadExtension(host);

    const state = (host.store.state as unknown as { 'type-map': { virtualTypes: Record<string, { name: string; route: unknown }[]>; basicTypes: Record<string, Record<string, string>> } })['type-map'];

    expect(state.virtualTypes.harvester).toEqual([expect.objectContaining({
      name: 'longhorn.v2.volumehealth',
      weight: 496.5,
      route: { name: 'harvester-c-cluster-resource', params: { product: 'harvester', resource: 'longhorn.v2.volumehealth' } }
    })]);
    expect(state.basicTypes.harvester).toHaveProperty('longhorn.v2.volumehealth');
  });

  it.each([['before', 197], ['after', 497]] as const)('is right below Volumes, wherever this version of Harvester has them, loaded %s ours', async (order, weight) => {
    const host = createHost();
    const volumes = (): void => { host.store.commit('type-map/virtualType', { product: 'harvester', obj: { name: 'harvesterhci.io.volume', weight } }); };
    const entries = (): number[] => {
      const { virtualTypes } = (host.store.state as unknown as { 'type-map': { virtualTypes: Record<string, { name: string; weight: number }[]> } })['type-map'];

      return (virtualTypes.harvester ?? []).filter(({ name }) => name === 'longhorn.v2.volumehealth').map((entry) => entry.weight);
    };

    if (order === 'before') {
      volumes();
    }
    await loadExtension(host);
    if (order === 'after') {
      expect(entries()).toEqual([496.5]);
      host.store.commit('type-map/virtualType', { product: 'harvester', obj: { name: 'harvesterhci.io.host', weight: 99 } });
      expect(entries()).toEqual([496.5]);
      volumes();
    }
    expect(entries()).toEqual([weight - 0.5]);
  });

  it('has a component with a fetch option: the host\'s list page would demand a schema otherwise', async () => {
    const host = createHost();

    await loadExtension(host);

    const component = await host.manager.getDynamic('list', 'longhorn.v2.volumehealth')?.() as { fetch?: unknown; setup?: unknown };

    expect(component.fetch).toBeTypeOf('function');
    expect(component.setup).toBeTypeOf('function');
    expect(component).not.toHaveProperty('default');
  });

  it('leaves Harvester\'s product alone when the extension is taken down', async () => {
    const host = createHost();
    const plugin = await loadExtension(host);

    expect(plugin.productNames).toEqual([]);
  });
});
