// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { nextTick } from 'vue';
import type { HostRouter } from '../types';
import { createPageLinks, navigateTo } from './links';
import { createRouterUrlState, type QueryRouter } from './url-state';

const page = { template: '<i/>' };

/** Routes as Harvester's UI registers them (`routing/harvester-routing.js`), under the dashboard's base path. */
function harvesterRouter(): Router {
  return createRouter({
    history: createMemoryHistory('/dashboard/'),
    routes: [
      { path: '/:product/c/:cluster/:resource', name: 'harvester-c-cluster-resource', component: page },
      { path: '/:product/c/:cluster/:resource/create', name: 'harvester-c-cluster-resource-create', component: page },
      { path: '/:product/c/:cluster/:resource/:id', name: 'harvester-c-cluster-resource-id', component: page },
      { path: '/:product/c/:cluster/:resource/:namespace/:id', name: 'harvester-c-cluster-resource-namespace-id', component: page }
    ]
  });
}

describe('links to Harvester\'s pages', () => {
  const router = harvesterRouter();
  const links = createPageLinks(router as unknown as HostRouter, 'c-m-1');

  it('are addresses as the browser shows them', () => {
    expect(links.volume('default/disk')).toBe('/dashboard/harvester/c/c-m-1/harvesterhci.io.volume/default/disk');
    expect(links.machine('default/vm')).toBe('/dashboard/harvester/c/c-m-1/kubevirt.io.virtualmachine/default/vm');
    expect(links.image('default/image-x')).toBe('/dashboard/harvester/c/c-m-1/harvesterhci.io.virtualmachineimage/default/image-x');
    expect(links.host('node-1')).toBe('/dashboard/harvester/c/c-m-1/harvesterhci.io.host/node-1');
    expect(links.setting('longhorn-v2-data-engine-enabled')).toBe('/dashboard/harvester/c/c-m-1/harvesterhci.io.setting/longhorn-v2-data-engine-enabled?mode=edit');
    expect(links.createMachine('default/image-x')).toBe('/dashboard/harvester/c/c-m-1/kubevirt.io.virtualmachine/create?image=default/image-x&fromPage=harvesterhci.io.virtualmachineimage');
    expect(links.createImage()).toBe('/dashboard/harvester/c/c-m-1/harvesterhci.io.virtualmachineimage/create');
    expect(links.health('pvc-1')).toBe('/dashboard/harvester/c/c-m-1/longhorn.v2.volumehealth?volume=pvc-1');
  });

  it('lead there without a page load', async () => {
    navigateTo(router as unknown as HostRouter, links.volume('default/disk') ?? '');
    await nextTick();
    await router.isReady();
    expect(router.currentRoute.value.params).toMatchObject({ resource: 'harvesterhci.io.volume', namespace: 'default', id: 'disk' });
  });

  it('are null where the host has no such page, and for an id without a namespace', () => {
    const bare = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: page }] });

    expect(createPageLinks(bare as unknown as HostRouter, 'c').volume('default/disk')).toBeNull();
    expect(links.volume('disk')).toBeNull();
  });
});

describe('the page\'s state in the host\'s address', () => {
  it('is read, changed, pushed, and follows the back button', async () => {
    const router = harvesterRouter();

    await router.push('/harvester/c/c-m-1/longhorn.v2.volumehealth?state=degraded');

    const state = createRouterUrlState(router as unknown as QueryRouter);

    expect(state.query.value).toEqual({ state: 'degraded' });
    state.set({ volume: 'pvc-1' }, { push: true });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(router.currentRoute.value.fullPath).toBe('/harvester/c/c-m-1/longhorn.v2.volumehealth?state=degraded&volume=pvc-1');

    router.back();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(state.query.value).toEqual({ state: 'degraded' });

    state.dispose();
    await router.push('/harvester/c/c-m-1/longhorn.v2.volumehealth?state=unknown');
    expect(state.query.value).toEqual({ state: 'degraded' });
  });
});
