import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSimulator, type Harness } from '../test-support';

const BASE = '/v1/harvester';
let api: Harness;

beforeAll(async () => {
  api = await openSimulator({ version: '1.9' });
  const { store } = api.simulator.cluster;
  for (const namespace of ['default', 'kube-system']) store.create('persistentvolumeclaim', { metadata: { name: 'c', namespace }, spec: {} });
});

afterAll(() => api.close());

async function schemas(): Promise<Set<string>> {
  return new Set(((await api.call('GET', `${BASE}/schemas`)).body.data ?? []).map((schema) => String(schema['id'])));
}

describe('roles', () => {
  it('project member: no Longhorn, settings, nodes or volumes; own namespaces only', async () => {
    api.simulator.control.run('role', { role: 'project-member' });
    const known = await schemas();
    for (const id of ['longhorn.io.volume', 'harvesterhci.io.setting', 'node', 'persistentvolume', 'harvesterhci.io.blockdevice']) expect(known.has(id), id).toBe(false);
    for (const id of ['kubevirt.io.virtualmachine', 'harvesterhci.io.virtualmachineimage', 'cdi.kubevirt.io.storageprofile', 'persistentvolumeclaim']) expect(known.has(id), id).toBe(true);
    const volumes = await api.call('GET', `${BASE}/longhorn.io.volumes`);
    expect([volumes.status, volumes.text]).toEqual([404, '']);
    const claims = await api.call('GET', `${BASE}/persistentvolumeclaims`);
    expect(claims.body.data?.map((claim) => claim['id'])).toEqual(['default/c']);
    expect((await api.call('GET', `${BASE}/schemas/persistentvolumeclaim`)).body).toMatchObject({ attributes: { access: { list: [{ namespace: 'default' }] } } });
    const elsewhere = await api.call('GET', `${BASE}/persistentvolumeclaims/kube-system/c`);
    expect([elsewhere.status, elsewhere.body['code']]).toEqual([403, 'Forbidden']);
    expect(elsewhere.body['message']).toBe('persistentvolumeclaims "c" is forbidden: User "u-project-member" cannot get resource "persistentvolumeclaims" in API group "" in the namespace "kube-system"');
    expect((await api.call('POST', `${BASE}/configmaps/kube-system`, { metadata: { name: 'x' } })).status).toBe(403);
  });

  it('cluster viewer: reads, no links to write, no actions', async () => {
    api.simulator.control.run('role', { role: 'cluster-viewer' });
    const claim = (await api.call('GET', `${BASE}/persistentvolumeclaims/default/c`)).body;
    expect(Object.keys(claim['links'] as unknown as object)).toEqual(['self', 'view']);
    expect((await schemas()).has('longhorn.io.volume')).toBe(false);
    const refused = await api.call('POST', `${BASE}/persistentvolumeclaims/default`, { metadata: { name: 'x' } });
    expect([refused.status, refused.body['code'], refused.body['message']]).toEqual([403, 'PermissionDenied', 'can not create persistentvolumeclaim']);
  });

  it('refuses a watch without a schema, and cuts sockets when the role changes', async () => {
    const feed = await api.subscribe();
    feed.send({ resourceType: 'longhorn.io.volume' });
    expect(await feed.until((frame) => frame['name'] === 'resource.error')).toEqual({ name: 'resource.error', resourceType: 'longhorn.io.volume', data: { error: 'failed to find schema longhorn.io.volume' } });
    api.simulator.control.run('role', { role: 'admin' });
    await feed.closed;
  });

  it('serves engine frontends only where Longhorn has them', async () => {
    expect((await schemas()).has('longhorn.io.enginefrontend')).toBe(true);
    api.simulator.control.run('version', { version: '1.8' });
    expect((await schemas()).has('longhorn.io.enginefrontend')).toBe(false);
  });
});
