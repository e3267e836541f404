import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { h, type Component } from 'vue';
import { createHost, loadExtension, providePages, stubScripts, type Host } from './support/host';
import { EditImage, EditMachine, imageModel, mountPage, routeTo, type PageFlag } from './support/forms';

const IMAGE = 'harvesterhci.io.virtualmachineimage';
const MACHINE = 'kubevirt.io.virtualmachine';

const marker = (name: string): Component => ({ name, setup: () => () => h('p', { 'data-testid': `page-${name}` }, name) });

let scripts: ReturnType<typeof stubScripts>;
let host: Host;

beforeEach(async () => {
  scripts = stubScripts();
  host = createHost();
  providePages({ ImageTab: marker('ImageTab'), MachineTab: marker('MachineTab') });
  await loadExtension(host);
});
afterEach(() => {
  scripts.restore();
  document.body.innerHTML = '';
});

async function tabsOf(page: Component, value: unknown, route: ReturnType<typeof routeTo>): Promise<{ names: string[]; pages: string[] }> {
  const wrapper = mountPage(host, page, { value }, route);

  await flushPromises();

  return {
    names: wrapper.findAll('li.tab').map((tab) => tab.attributes('data-testid') ?? ''),
    pages: wrapper.findAll('[data-testid^="page-"]').map((node) => node.text())
  };
}

const machine = { type: MACHINE, metadata: { namespace: 'default', annotations: {} }, spec: {} };

describe('the tab on Harvester\'s forms', () => {
  it.each<[string, PageFlag]>([['a shell that knows create pages (Harvester UI 1.8 and later)', 'isInResourceCreateKey'], ['an older shell, by the legacy location', null]])('appears once on the image form in %s, after Storage', async (_name, flag) => {
    expect(await tabsOf(EditImage(flag), imageModel(), routeTo(IMAGE, 'create'))).toEqual({ names: ['basic', 'storage', 'lhv2-boot', 'labels'], pages: ['ImageTab'] });
  });

  it.each<[string, PageFlag]>([['1.8', 'isInResourceCreateKey'], ['older', null]])('appears once on the VM form (%s), after Volumes', async (_name, flag) => {
    expect(await tabsOf(EditMachine(flag, []), machine, routeTo(MACHINE, 'create'))).toEqual({ names: ['basic', 'Volume', 'lhv2-boot', 'Network'], pages: ['MachineTab'] });
  });

  it.each<[string, PageFlag]>([['1.8', 'isInResourceEditKey'], ['older', null]])('appears once when an image is edited (%s)', async (_name, flag) => {
    expect((await tabsOf(EditImage(flag), imageModel(), routeTo(IMAGE, 'edit'))).pages).toEqual(['ImageTab']);
  });

  it.each([
    ['another product', routeTo(IMAGE, 'create', 'explorer')],
    ['another type', routeTo('harvesterhci.io.volume', 'create')],
    ['a detail page', routeTo(IMAGE, 'detail')]
  ])('does not appear on %s', async (_name, route) => {
    expect((await tabsOf(EditImage(null), imageModel(), route)).pages).toEqual([]);
  });

  it('is labelled in the person\'s language', async () => {
    await host.store.dispatch('i18n/switchTo', 'zh-hans');

    const wrapper = mountPage(host, EditImage('isInResourceCreateKey'), { value: imageModel() }, routeTo(IMAGE, 'create'));

    await flushPromises();
    expect(wrapper.find('[data-testid="btn-lhv2-boot"]').text()).toBe('Longhorn v2 启动卷');
  });

  it('says what failed, and loads on a second try, when the second script is missing', async () => {
    scripts.restore();
    let isDown = true;
    const failing = stubScripts({ fails: (url) => isDown && url.includes('/pages-') });
    const fresh = createHost();

    await loadExtension(fresh);
    host = fresh;
    await fresh.store.dispatch('i18n/switchTo', 'en-us');

    const wrapper = mountPage(fresh, EditImage('isInResourceCreateKey'), { value: imageModel() }, routeTo(IMAGE, 'create'));

    await flushPromises();
    expect(wrapper.find('[role=alert]').text()).toContain('could not be loaded');
    expect(wrapper.findAll('li.tab')).toHaveLength(4);

    isDown = false;
    await wrapper.find('[role=alert] button').trigger('click');
    await flushPromises();
    expect(wrapper.find('[data-testid="page-ImageTab"]').exists()).toBe(true);
    failing.restore();
  });
});
