import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BARE_WIRING, openSimulator, type Harness } from './test-support';

let api: Harness;

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'simulator-'));
  mkdirSync(join(dir, 'dashboard', 'js'), { recursive: true });
  writeFileSync(join(dir, 'dashboard', 'index.html'), '<title>Rancher</title>');
  writeFileSync(join(dir, 'dashboard', 'js', 'app.js'), 'app()');
  mkdirSync(join(dir, 'ext', 'plugin'), { recursive: true });
  writeFileSync(join(dir, 'ext', 'plugin', 'demo-1.0.0.umd.min.js'), 'plugin()');
  writeFileSync(join(dir, 'secret.txt'), 'secret');
  api = await openSimulator({
    dashboardDir: join(dir, 'dashboard'),
    extensions: [{ name: 'demo', version: '1.0.0', dir: join(dir, 'ext'), metadata: { 'catalog.cattle.io/display-name': 'Demo' } }],
    wiring: {
      ...BARE_WIRING,
      scenarios: [{ name: 'one', description: 'First.', build: () => undefined }, { name: 'two', description: 'Second.', build: (cluster) => { cluster.store.create('node', { metadata: { name: 'n1' } }); } }],
      faults: [{ name: 'node-down', description: 'Cuts a node off.', args: ['node'], apply: (cluster, args) => { cluster.faults.downNodes.add(String(args['node'])); return `Node ${String(args['node'])} is down.`; } }]
    }
  });
});

afterAll(() => api.close());

describe('Rancher around the cluster', () => {
  it('answers what a dashboard asks for', async () => {
    expect((await api.call('GET', '/rancherversion')).body).toMatchObject({ Version: 'v2.14.1' });
    const cluster = await api.call('GET', '/v1/management.cattle.io.clusters/c-m-sim');
    expect(cluster.body).toMatchObject({ id: 'c-m-sim', metadata: { labels: { 'provider.cattle.io': 'harvester' } }, status: { provider: 'harvester' } });
    expect((await api.call('GET', '/v1/management.cattle.io.settings/first-login')).body).toMatchObject({ value: 'false' });
    expect((await api.call('GET', '/v1/management.cattle.io.projects/c-m-sim')).body.data).toHaveLength(2);
    const me = await api.call('POST', '/v1/ext.cattle.io.selfuser', {});
    expect([me.status, (me.body['status'] as unknown as { userID: string }).userID]).toEqual([201, 'user-admin']);
    expect((await api.call('GET', '/v1/management.cattle.io.users/user-admin')).status).toBe(200);
    expect((await api.call('GET', '/v3/users?me=true')).body.data?.[0]).toMatchObject({ id: 'user-admin', me: true });
    expect((await api.call('GET', '/v3/principals')).body.data).toHaveLength(1);
    expect((await api.call('GET', '/v1/things.nobody.knows')).body).toMatchObject({ type: 'collection', data: [] });
    expect((await api.call('GET', '/k8s/clusters/local/v1/namespaces')).status).toBe(200);
    expect((await api.call('GET', '/k8s/clusters/c-m-sim/v1/namespaces')).body.data?.map((item) => item['id'])).toContain('harvester-system');
  });

  it('links each cluster with the one that Rancher provisioned it from', async () => {
    for (const [type, other] of [['management.cattle.io.clusters', 'provisioning.cattle.io.cluster'], ['provisioning.cattle.io.clusters', 'management.cattle.io.cluster']] as const) {
      const { data = [] } = (await api.call('GET', `/v1/${type}`)).body as unknown as { data?: { metadata: { relationships: { fromType?: string; toType?: string }[] | null } }[] };
      expect(data.length).toBeGreaterThan(0);
      for (const { metadata } of data) expect(metadata.relationships?.some(({ fromType, toType }) => fromType === other || toType === other), type).toBe(true);
    }
  });

  it('has preferences that the dashboard can read as JSON', async () => {
    const { data } = (await api.call('GET', '/v1/userpreferences')).body as unknown as { data: { data: Record<string, string> }[] };
    const { locale, ...others } = data[0]?.data ?? {};
    expect(locale).toBe('en-us');
    for (const [name, value] of Object.entries(others)) expect(() => { JSON.parse(value); }, name).not.toThrow();
  });

  it('counts by schema id, and measures nodes under both of their names', async () => {
    const { counts } = ((await api.call('GET', '/v1/harvester/counts')).body as unknown as { data: { counts: Record<string, { summary: { count: number } }> }[] }).data[0] ?? { counts: {} };
    for (const type of ['node', 'namespace', 'persistentvolumeclaim', 'kubevirt.io.virtualmachine', 'harvesterhci.io.virtualmachineimage', 'longhorn.io.volume']) expect(counts[type]?.summary.count, type).toBeGreaterThanOrEqual(0);
    for (const name of ['metrics.k8s.io.nodes', 'metrics.k8s.io.nodemetrics']) expect((await api.call('GET', `/v1/harvester/${name}`)).status).toBe(200);
  });

  it('keeps preferences', async () => {
    const first = (await api.call('GET', '/v1/userpreferences')).body.data?.[0];
    const update = (first?.['links'] as unknown as { update: string }).update.replace(api.url, '');
    await api.call('PUT', update, { data: { theme: 'ui-dark' } });
    expect((await api.call('GET', '/v1/userpreferences')).body.data?.[0]).toMatchObject({ data: { theme: 'ui-dark', locale: 'en-us' } });
  });

  it('lists extensions and serves their files, and nothing beside them', async () => {
    expect((await api.call('GET', '/v1/uiplugins')).body).toMatchObject({ entries: { demo: { name: 'demo', version: '1.0.0', noCache: false, metadata: { 'catalog.cattle.io/ui-extensions-version': '>= 3.0.0 < 4.0.0', 'catalog.cattle.io/display-name': 'Demo' } } } });
    expect((await api.call('GET', '/v1/uiplugins/demo/1.0.0/plugin/demo-1.0.0.umd.min.js')).text).toBe('plugin()');
    for (const path of ['/v1/uiplugins/demo/1.0.0/plugin/none.js', '/v1/uiplugins/demo/2.0.0/plugin/demo-1.0.0.umd.min.js', '/v1/uiplugins/demo/1.0.0/plugin/..%2f..%2fsecret.txt', '/v1/uiplugins/demo/1.0.0/plugin/%2e%2e/%2e%2e/secret.txt']) {
      expect((await api.call('GET', path)).text, path).not.toContain('secret');
    }
  });

  it('serves the dashboard, its pages falling back to the app, its missing files not', async () => {
    expect((await api.call('GET', '/js/app.js')).text).toBe('app()');
    expect((await api.call('GET', '/harvester/c/c-m-sim/harvesterhci.io.host')).text).toContain('Rancher');
    expect((await api.call('GET', '/js/gone.js')).text).toBe('Not found');
    expect((await api.call('GET', '/..%2f..%2fsecret.txt')).text).not.toBe('secret');
  });
});

describe('control', () => {
  it('tells its state and what can be done', async () => {
    const { body } = await api.call('GET', '/simulator');
    expect(body).toMatchObject({ scenario: 'one', version: 'v1.8.2', role: 'admin', speed: 1, scenarios: [{ name: 'one' }, { name: 'two' }], faults: { downNodes: [] } });
    expect((body['commands'] as unknown as { name: string }[]).map((command) => command.name)).toEqual(expect.arrayContaining(['scenario', 'role', 'speed', 'advance', 'api-fault', 'node-down']));
  });

  it('runs faults, and starts over with everything renewed', async () => {
    const down = await api.call('POST', '/simulator/node-down', { node: 'n1' });
    expect(down.body).toMatchObject({ message: 'Node n1 is down.', state: { faults: { downNodes: ['n1'] } } });
    const feed = await api.subscribe();
    const changed = await api.call('POST', '/simulator/scenario', { name: 'two' });
    expect(changed.body).toMatchObject({ state: { scenario: 'two', nodes: ['n1'], faults: { downNodes: [] } } });
    await feed.closed;
    expect((await api.call('GET', '/v1/harvester/nodes')).body.data).toHaveLength(1);
    await api.call('POST', '/simulator/advance', { seconds: 90 });
    expect(String((await api.call('GET', '/simulator')).body['now'])).toContain('08:01:30');
  });

  it('refuses what it does not know', async () => {
    for (const [path, body, status] of [['/simulator/fly', {}, 404], ['/simulator/scenario', { name: 'none' }, 404], ['/simulator/scenario', {}, 422], ['/simulator/speed', { speed: -1 }, 422], ['/simulator/speed', { speed: 'x' }, 422], ['/simulator/version', { version: '1.0' }, 422], ['/simulator/role', { role: 'king' }, 422], ['/simulator/advance', { seconds: -1 }, 422], ['/simulator/speed', [], 422]] as const) {
      expect((await api.call('POST', path, body)).status, path + JSON.stringify(body)).toBe(status);
    }
    expect((await api.call('GET', '/simulator')).body['scenario']).toBe('two');
  });
});
