import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkHost, isTooOld } from '../../pkg/harvester-longhorn-v2/host/entry/login-checks';
import type { HostInternal, HostPlugin, HostStore } from '../../pkg/harvester-longhorn-v2/host/types';
import initialize from '../../pkg/harvester-longhorn-v2/index';
import { missingFromHost } from '../../pkg/harvester-longhorn-v2/host/entry/requirements';
import { createHost, EXTENSION_ID, loadExtension, stubScripts, type Host } from './support/host';

let scripts: ReturnType<typeof stubScripts>;

beforeEach(() => {
  scripts = stubScripts();
  sessionStorage.clear();
});
afterEach(() => { scripts.restore(); });

const harvesterCluster = { status: { provider: 'harvester' } };

/** Loads a Harvester UI of a version, as published: it names itself through its metadata. */
async function loadHarvester(host: Host, version: string): Promise<void> {
  (globalThis as Record<string, unknown>)[`harvester-${version}`] = { default: (plugin: { metadata: unknown }) => { plugin.metadata = { name: 'harvester', version }; } };
  await host.manager.loadPluginAsync({ name: 'harvester', version, endpoint: 'x' });
}

/** What the host does once everything is loaded and somebody is signed in. */
async function signIn(host: Host): Promise<void> {
  const plugin = await loadExtension(host);

  await host.store.dispatch('i18n/switchTo', 'en-us');
  await (plugin as unknown as { onLogIn(store: unknown): Promise<void> }).onLogIn(host.store);
  await flushPromises();
}

describe('what is checked once somebody is signed in', () => {
  it('says nothing beside a Harvester UI that is new enough', async () => {
    const host = createHost({ clusters: [harvesterCluster] });

    await loadHarvester(host, '1.8.2');
    await signIn(host);
    expect(host.growls).toEqual([]);
  });

  it('says once that the Harvester UI is missing, where there is a Harvester cluster', async () => {
    const host = createHost({ clusters: [harvesterCluster] });

    await signIn(host);
    expect(host.growls).toEqual([{ type: 'warning', message: expect.stringContaining('not loaded') as string }]);
    await checkHost(host.store as unknown as HostStore, host.manager.getPlugins(), (key) => key);
    expect(host.growls).toHaveLength(1);
  });

  it('keeps quiet in a Rancher without Harvester clusters', async () => {
    const host = createHost({ clusters: [{ status: { provider: 'rke2' } }] });

    await signIn(host);
    expect(host.growls).toEqual([]);
  });

  it('names the version of a Harvester UI that is too old', async () => {
    const host = createHost({ clusters: [harvesterCluster] });

    await loadHarvester(host, '1.0.4');
    await signIn(host);
    expect(host.growls[0]?.message).toContain('Harvester UI 1.0.4');
  });

  it.each([['1.4.9', true], ['v1.0.0', true], ['0.9.0', true], ['1.5.0-rc1', false], ['1.10.0', false], ['2.0.0', false], ['dev', false]])('takes %s for too old: %s', (version, expected) => {
    expect(isTooOld(version)).toBe(expected);
  });
});

describe('a host that lacks what the extension is made of', () => {
  /** The same object without one of its methods, as an older or a later host would hand it over. */
  const without = <T extends object>(object: T, name: string): T => new Proxy(object, { get: (target, key) => (key === name ? undefined : Reflect.get(target, key) as unknown) });

  async function loadInto(host: Host, spoil: (plugin: HostPlugin, internal: HostInternal) => [HostPlugin, HostInternal | undefined]): Promise<void> {
    (globalThis as Record<string, unknown>)[EXTENSION_ID] = { default: (plugin: HostPlugin, internal: HostInternal) => { initialize(...spoil(plugin, internal) as [HostPlugin, HostInternal]); } };
    await host.manager.loadPluginAsync({ name: 'harvester-longhorn-v2', version: '0.0.0-contract', endpoint: 'x', metadata: {} });
    host.manager.loadProducts();
    await host.store.dispatch('i18n/switchTo', 'en-us');
    await (host.manager.getPlugins()[EXTENSION_ID] as unknown as { onLogIn(store: unknown): Promise<void> }).onLogIn(host.store);
    await flushPromises();
  }

  it('is none of the real ones', async () => {
    const host = createHost();
    let missing: string[] | null = null;

    (globalThis as Record<string, unknown>)[EXTENSION_ID] = { default: (plugin: HostPlugin, internal: HostInternal) => { missing = missingFromHost(plugin, internal); } };
    await host.manager.loadPluginAsync({ name: 'harvester-longhorn-v2', version: '0.0.0-contract', endpoint: 'x', metadata: {} });
    expect(missing).toEqual([]);
  });

  it.each(['addTab', 'addPanel', 'addTableColumn', 'addProduct', 'addL10n', 'register', 'DSL'])('without %s: one notice that names it, and nothing is registered', async (name) => {
    const host = createHost({ clusters: [harvesterCluster] });
    const error = vi.spyOn(console, 'error');

    await loadInto(host, (plugin, internal) => [without(plugin, name), internal]);
    await loadInto(host, (plugin, internal) => [without(plugin, name), internal]);
    expect(host.growls).toEqual([{ type: 'warning', message: expect.stringContaining(`has no plugin.${name}.`) as string }]);

    const { virtualTypes } = (host.store.state as unknown as { 'type-map': { virtualTypes: Record<string, unknown> } })['type-map'];

    expect(virtualTypes.harvester).toBeUndefined();
    expect(host.manager.getDynamic('list', 'longhorn.v2.volumehealth')).toBeUndefined();
    expect(host.manager.getUIConfig('tab', 'resource-create-page')).toEqual([]);
    expect(error).not.toHaveBeenCalled();
    error.mockRestore();
  });

  it('without any hook or store: one line in the console, no exception', async () => {
    const host = createHost();
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);

    await loadInto(host, (plugin) => [without(plugin, 'addNavHooks'), undefined]);
    expect(host.growls).toEqual([]);
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls[0]?.[0]).toContain('plugin.addNavHooks, store.commit, store.dispatch, store.subscribe, plugins.getPlugins, $axios.request');
    warn.mockRestore();
  });
});
