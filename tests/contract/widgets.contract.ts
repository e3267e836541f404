import ExtensionPanel from '@shell/components/ExtensionPanel.vue';
import SortableTable from '@shell/components/SortableTable/index.vue';
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { h, type App, type Component } from 'vue';
import { registerFormatters } from '../../pkg/harvester-longhorn-v2/host/entry/formatters';
import { CELL } from '../../pkg/harvester-longhorn-v2/host/entry/registrations';
import { createHost, loadExtension, providePages, stubScripts, type Host } from './support/host';
import { routeTo, type RouteStub } from './support/forms';

let scripts: ReturnType<typeof stubScripts>;
let host: Host;

const Cell: Component = { props: ['row', 'value'], setup: (props: { row?: { id: string } }) => () => h('i', { class: 'cell' }, props.row?.id) };
const Panel: Component = { props: ['resource', 'isPreferred'], setup: (props: { resource?: { id?: string }; isPreferred?: boolean }) => () => h('i', { class: 'panel' }, `${props.resource?.id ?? '-'} ${String(props.isPreferred === true)}`) };

beforeEach(async () => {
  scripts = stubScripts();
  host = createHost();
  providePages({ VolumeCell: Cell, MachineCell: Cell, VolumePanel: Panel, MachinePanel: Panel, ImagePanel: Panel, HostPanel: Panel, VolumesBanner: Panel });
  await loadExtension(host);
});
afterEach(() => {
  scripts.restore();
  document.body.innerHTML = '';
});

const global = (route: RouteStub): object => ({
  plugins: [host.store],
  mocks: { $route: route, $router: { currentRoute: { _value: route } }, $extension: host.manager, t: (key: string) => key },
  directives: { 'clean-tooltip': {}, 'trim-whitespace': {}, shortkey: {}, 'stripped-aria-label': {}, t: {} },
  config: { warnHandler: () => undefined }
});

describe('panels on Harvester\'s pages', () => {
  it.each([
    ['harvesterhci.io.volume', 'detail-top', 'true'], ['harvesterhci.io.volume', 'details-masthead', 'false'],
    ['kubevirt.io.virtualmachine', 'detail-top', 'true'], ['harvesterhci.io.virtualmachineimage', 'detail-top', 'true'], ['harvesterhci.io.host', 'detail-top', 'true']
  ])('get the live model on %s at %s', async (resource, location, isPreferred) => {
    const wrapper = mount(ExtensionPanel as Component, { props: { resource: { id: 'default/x' }, type: 'Panel', location }, global: global(routeTo(resource, 'detail')) });

    await flushPromises();
    expect(wrapper.findAll('.panel').map((node) => node.text())).toEqual([`default/x ${isPreferred}`]);
  });

  it('stay away from create and edit pages and from other products', async () => {
    for (const route of [routeTo('harvesterhci.io.virtualmachineimage', 'create'), routeTo('harvesterhci.io.volume', 'edit'), routeTo('kubevirt.io.virtualmachine', 'detail', 'explorer')]) {
      const wrapper = mount(ExtensionPanel as Component, { props: { resource: { id: 'x' }, type: 'Panel', location: 'details-masthead' }, global: global(route) });

      await flushPromises();
      expect(wrapper.find('.panel').exists()).toBe(false);
    }
  });

  it('put one banner on the Volumes list', async () => {
    const wrapper = mount(ExtensionPanel as Component, { props: { resource: {}, type: 'Panel', location: 'resource-list' }, global: global(routeTo('harvesterhci.io.volume', 'list')) });

    await flushPromises();
    expect(wrapper.findAll('.panel')).toHaveLength(1);
  });
});

/** A little table of the shell's own, with our column as the host would add it. */
async function openTable(): Promise<{ wrapper: ReturnType<typeof mount>; setRows(ids: string[]): Promise<void> }> {
  const [config] = host.manager.getUIConfig('TableColumn', 'resource-list') as unknown as { column: Record<string, unknown>; locationConfig: { resource: string[] } }[];
  const rowsOf = (ids: string[]): { id: string }[] => ids.map((id) => ({ id }));

  expect(config?.locationConfig.resource).toEqual(['harvesterhci.io.volume']);

  const wrapper = mount(SortableTable as Component, {
    props: { headers: [{ name: 'name', label: 'Name', value: 'id' }, { ...config?.column }], rows: rowsOf(['default/a', 'default/b']), keyField: 'id', tableActions: false, rowActions: false, search: false, paging: false },
    global: global(routeTo('harvesterhci.io.volume', 'list'))
  });

  await flushPromises();

  return { wrapper, setRows: async (ids) => { await wrapper.setProps({ rows: rowsOf(ids) }); await flushPromises(); } };
}

describe('the Health column in the shell\'s own table', () => {
  it('draws our cell with the row', async () => {
    const { wrapper } = await openTable();

    expect(wrapper.findAll('.cell').map((cell) => cell.text())).toEqual(['default/a', 'default/b']);
  });

  it('is found by name in the host\'s app, once that exists, and then is not mounted again when rows change', async () => {
    const registered: Record<string, Component> = {};
    const app = { component: (name: string, component: Component) => { registered[name] = component; } } as unknown as App;
    const plugin = { register: (type: string, name: string, load: () => unknown) => { (host.manager as unknown as { register(...args: unknown[]): void }).register(type, name, load); } };

    registerFormatters(plugin as never, host.manager as never, { [CELL.volume]: Cell, [CELL.machine]: Cell }, () => app);
    expect(host.manager.getDynamic('formatters', CELL.volume)).toBeTypeOf('function');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(Object.keys(registered)).toEqual([CELL.volume, CELL.machine]);
    expect(host.manager.getDynamic('formatters', CELL.volume)).toBeUndefined();
  });
});
