import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkHost, isTooOld } from '../../pkg/harvester-longhorn-v2/host/entry/login-checks';
import type { HostStore } from '../../pkg/harvester-longhorn-v2/host/types';
import { createHost, loadExtension, stubScripts, type Host } from './support/host';

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
