// @vitest-environment happy-dom
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope, reactive } from 'vue';
import { KIND } from '@/domain/kube/kinds';
import type { HostServices, HostStore } from '../types';
import { createClusterRegistry, type ClusterRegistry } from './registry';

const getters = reactive<Record<string, unknown>>({});
let logout: () => void;
let requests: { url: string; progress: unknown }[];
let serverDate: string;
let registry: ClusterRegistry;

function createServices(): HostServices {
  const router = { resolve: () => ({ href: '/x' }), push: () => Promise.resolve(), options: { history: { base: '/' } } };

  return {
    store: { getters, state: {}, $router: router, dispatch: () => Promise.resolve(), commit: () => undefined, subscribeAction: () => () => undefined } as unknown as HostStore,
    http: { request: (config: { url: string; progress?: unknown }) => {
      requests.push({ url: config.url, progress: config.progress });

      return Promise.resolve({ status: 200, headers: { date: serverDate }, data: { data: [] } });
    } } as unknown as HostServices['http'],
    version: '0.1.0',
    harvesterVersion: () => '1.8.2',
    onLogout: (listener) => { logout = listener; }
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(getters, { clusterId: 'c-m-1', isSingleProduct: undefined, 'i18n/current': () => 'en-us' });
  requests = [];
  serverDate = '';
  registry = createClusterRegistry(createServices(), (key) => key);
});
afterEach(() => {
  registry.dispose();
  vi.useRealTimers();
});

describe('the cluster on screen', () => {
  it('is opened by its first user, behind Rancher\'s proxy', () => {
    expect(registry.current.value).toBeNull();
    registry.use();
    expect(registry.current.value).toMatchObject({ clusterId: 'c-m-1', api: { base: '/k8s/clusters/c-m-1/v1/harvester' } });
  });

  it.each([['local', undefined], ['c-m-1', { name: 'harvester' }]])('is Harvester\'s own address for %s, single product %o', (clusterId, isSingleProduct) => {
    Object.assign(getters, { clusterId, isSingleProduct });
    registry.use();
    expect(registry.current.value?.api.base).toBe('/v1/harvester');
  });

  it('is shared by its users, and another one when the person switches clusters', async () => {
    registry.use();
    const first = registry.current.value;

    registry.use();
    expect(registry.current.value).toBe(first);

    getters.clusterId = 'c-m-2';
    await flushPromises();
    expect(registry.current.value?.clusterId).toBe('c-m-2');
  });

  it('ends with the session', () => {
    registry.use();
    logout();
    expect(registry.current.value).toBeNull();
  });

  it('stays a minute after its last user, and is found again within it', () => {
    const release = registry.use();
    const first = registry.current.value;

    release();
    release();
    vi.advanceTimersByTime(59_000);
    registry.use()();
    expect(registry.current.value).toBe(first);
    vi.advanceTimersByTime(60_000);
    expect(registry.current.value).toBeNull();
  });

  it('outlives the component that opened it: its language still follows the person', () => {
    const component = effectScope(true);

    component.run(() => { registry.use(); });
    const cluster = registry.current.value;

    component.stop();
    expect(cluster?.locale.value).toBe('en-us');
    getters['i18n/current'] = (): string => 'zh-hans';
    expect(cluster?.locale.value).toBe('zh-hans');
    getters['i18n/current'] = (): string => 'de-de';
    expect(cluster?.locale.value).toBe('en-us');
  });

  it('reads through the host\'s client, out of its progress bar, and learns the server\'s time', async () => {
    serverDate = 'Fri, 01 Jan 2027 00:00:00 GMT';
    registry.use();
    await registry.current.value?.api.access(KIND.node);
    expect(requests.every(({ progress }) => progress === false)).toBe(true);
    expect(requests.at(-1)?.url).toContain('/k8s/clusters/c-m-1/v1/harvester/');
    expect(registry.current.value?.clock.read()).toBe(Date.parse(serverDate));
  });
});
