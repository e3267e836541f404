import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ActionError } from '../contract';
import { BARE_WIRING, openSimulator, type Harness } from '../test-support';

const BASE = '/v1/harvester';
let api: Harness;

beforeAll(async () => {
  api = await openSimulator({
    wiring: {
      ...BARE_WIRING,
      handlers: {
        actions: [{
          typeId: 'kubevirt.io.virtualmachine', action: 'start', isOffered: (_cluster, vm) => vm.status?.['printableStatus'] !== 'Running',
          run: (_cluster, vm) => { if (vm.metadata.name === 'bad') throw new ActionError(500, 'start virtual machine default/bad failed, no'); return { status: 204 }; }
        }],
        streams: [{
          typeId: 'harvesterhci.io.virtualmachineimage', action: 'upload', isOffered: () => true,
          async run(_cluster, _image, req) { let size = 0; for await (const chunk of req) size += (chunk as Buffer).length; return { status: 200, body: { size } }; }
        }],
        links: [{ typeId: 'harvesterhci.io.virtualmachineimage', link: 'download', run: (_cluster, image, res) => { res.end(`bytes of ${image.metadata.name}`); } }]
      }
    }
  });
  const { store } = api.simulator.cluster;
  for (const [name, phase] of [['alpha', 'Running'], ['beta', 'Pending'], ['gamma', 'Running']] as const) {
    store.create('pod', { metadata: { name, namespace: 'default', labels: { app: name === 'gamma' ? 'other' : 'web' } }, spec: { nodeName: 'n1', priority: 7, hostNetwork: true }, status: { phase } });
  }
  store.create('pod', { metadata: { name: 'delta', namespace: 'kube-system' }, spec: {}, status: { phase: 'Running' } });
});

afterAll(() => api.close());

const names = (body: { data?: Record<string, never>[] }): string[] => (body.data ?? []).map((item) => (item['metadata'] as unknown as { name: string }).name);

describe('addresses', () => {
  it('answers under both prefixes, with links that carry the prefix of the request', async () => {
    for (const base of [BASE, '/k8s/clusters/c-m-sim/v1/harvester']) {
      const { status, body } = await api.call('GET', `${base}/pods/default/alpha`);
      expect(status).toBe(200);
      const raw = base === BASE ? api.url : `${api.url}/k8s/clusters/c-m-sim`;
      expect(body).toMatchObject({ id: 'default/alpha', type: 'pod', links: { self: `${api.url}${base}/pods/default/alpha`, view: `${raw}/api/v1/namespaces/default/pods/alpha` } });
    }
  });

  it('takes the schema id for the plural, and a trailing slash', async () => {
    expect(names((await api.call('GET', `${BASE}/pod/default`)).body)).toEqual(['alpha', 'beta', 'gamma']);
    expect(names((await api.call('GET', `${BASE}/pods/`)).body)).toHaveLength(4);
  });

  it('gives an unknown schema 404 with nothing in it, and a missing object a JSON 404', async () => {
    const unknown = await api.call('GET', `${BASE}/no.such.things`);
    expect([unknown.status, unknown.text]).toEqual([404, '']);
    const missing = await api.call('GET', `${BASE}/pods/default/none`);
    expect([missing.status, missing.body]).toEqual([404, { type: 'error', links: {}, status: 404, code: 'NotFound', message: 'pods "none" not found' }]);
  });

  it('leaves paths alone that are not the API', async () => {
    for (const path of ['/', '/index.html', '/src/api/client.ts', '/assets/v1/x.js', '/apix', '/api/users']) {
      expect((await api.call('GET', path)).text, path).toBe('Not found');
    }
  });
});

describe('lists', () => {
  it('filters by substring, negation, OR and AND; never matches numbers; knows no `~`', async () => {
    const list = async (query: string): Promise<string[]> => names((await api.call('GET', `${BASE}/pods?${query}`)).body);
    expect(await list('filter=metadata.name=lph')).toEqual(['alpha']);
    expect(await list('filter=metadata.name!=a')).toEqual([]);
    expect(await list('filter=metadata.name=alp,metadata.name=bet')).toEqual(['alpha', 'beta']);
    expect(await list('filter=metadata.namespace=default&filter=status.phase=Run')).toEqual(['alpha', 'gamma']);
    expect(await list('filter=spec.priority=7')).toEqual([]);
    expect(await list('filter=spec.hostNetwork=true')).toHaveLength(3);
    expect(await list('filter=metadata.name~alpha')).toEqual([]);
  });

  it('selects by labels and fields, and refuses a selector it cannot read', async () => {
    expect(names((await api.call('GET', `${BASE}/pods?labelSelector=${encodeURIComponent('app in (web)')}`)).body)).toEqual(['alpha', 'beta']);
    expect(names((await api.call('GET', `${BASE}/pods?fieldSelector=${encodeURIComponent('spec.nodeName=n1,metadata.name!=beta')}`)).body)).toEqual(['alpha', 'gamma']);
    expect((await api.call('GET', `${BASE}/pods?labelSelector=${encodeURIComponent('a in b')}`)).status).toBe(400);
  });

  it('sorts and pages', async () => {
    const page = await api.call('GET', `${BASE}/pods?sort=-metadata.name&pagesize=3&page=2`);
    expect(names(page.body)).toEqual(['alpha']);
    expect(page.body).toMatchObject({ count: 4, pages: 2 });
    const empty = await api.call('GET', `${BASE}/pods?filter=metadata.name=zzz`);
    expect('count' in empty.body || 'pages' in empty.body).toBe(false);
  });

  it('chunks with limit and continue, under the revision of the first chunk', async () => {
    const first = await api.call('GET', `${BASE}/pods?limit=3`);
    expect(first.body).toMatchObject({ pagination: { limit: 3, partial: true } });
    api.simulator.cluster.store.create('configmap', { metadata: { name: 'later', namespace: 'default' } });
    const second = await api.call('GET', `${BASE}/pods?limit=3&continue=${encodeURIComponent(String(first.body['continue']))}`);
    expect([...names(first.body), ...names(second.body)]).toEqual(['alpha', 'beta', 'gamma', 'delta']);
    expect(second.body['revision']).toBe(first.body['revision']);
    expect('continue' in second.body).toBe(false);
    expect((await api.call('GET', `${BASE}/pods?limit=3&continue=rubbish`)).status).toBe(400);
  });

  it('leaves out what exclude names and keeps only what include names', async () => {
    const excluded = (await api.call('GET', `${BASE}/pods/default?exclude=metadata.labels&exclude=spec`)).body.data?.[0] as unknown as Record<string, Record<string, unknown>>;
    expect(excluded['spec']).toBeUndefined();
    expect(excluded['metadata']).toMatchObject({ name: 'alpha' });
    expect(excluded['metadata']?.['labels']).toBeUndefined();
    const included = (await api.call('GET', `${BASE}/pods/default?include=metadata.name`)).body.data?.[0];
    expect(included).toMatchObject({ id: 'default/alpha', metadata: { name: 'alpha' } });
    expect(Object.keys(included ?? {}).sort()).toEqual(['id', 'links', 'metadata', 'type']);
  });
});

describe('writes', () => {
  it('deletes no collection: a name is missing', async () => {
    const refused = await api.call('DELETE', `${BASE}/pods/default`);
    expect([refused.status, refused.body['code'], refused.body['message']]).toEqual([500, 'ServerError', 'name is required']);
    expect(names((await api.call('GET', `${BASE}/pods/default`)).body)).toEqual(['alpha', 'beta', 'gamma']);
  });

  it('creates with 201, inventing a name, and asks for a namespace', async () => {
    const made = await api.call('POST', `${BASE}/configmaps/default`, { type: 'configmap', metadata: {}, data: { a: '1' } });
    expect(made.status).toBe(201);
    expect(String(made.body['id'])).toMatch(/^default\/c-[a-z0-9]{5}$/);
    const lost = await api.call('POST', `${BASE}/configmaps`, { metadata: { name: 'x' } });
    expect([lost.status, lost.body['code']]).toEqual([422, 'InvalidBodyContent']);
    const twice = await api.call('POST', `${BASE}/configmaps`, { metadata: { name: 'later', namespace: 'default' } });
    expect([twice.status, twice.body['message']]).toEqual([409, 'configmaps "later" already exists']);
    expect((await api.call('POST', `${BASE}/configmaps`, { metadata: { name: 'x', namespace: 'nowhere' } })).body['message']).toBe('namespaces "nowhere" not found');
    expect((await api.call('POST', `${BASE}/configmaps/default`, { metadata: { name: 'Bad_Name' } })).status).toBe(422);
  });

  it('keeps a Secret\'s type apart from Steve\'s, both ways', async () => {
    const made = await api.call('POST', `${BASE}/secrets/default`, { type: 'secret', _type: 'kubernetes.io/tls', metadata: { name: 'tls' }, stringData: { key: 'hi' } });
    expect(made.body).toMatchObject({ type: 'secret', _type: 'kubernetes.io/tls', data: { key: 'aGk=' } });
    expect(api.simulator.cluster.store.get('secret', 'default/tls')?.['type']).toBe('kubernetes.io/tls');
    expect(api.simulator.cluster.store.get('secret', 'default/tls')?.['_type']).toBeUndefined();
  });

  it('replaces with the current resourceVersion only, and forgets what Steve had added', async () => {
    const path = `${BASE}/configmaps/default/later`;
    const read = await api.call('GET', path);
    const metadata = read.body['metadata'] as unknown as Record<string, unknown>;
    const { resourceVersion: _dropped, ...unversioned } = metadata;
    const refused = await api.call('PUT', path, { ...read.body, metadata: unversioned });
    expect([refused.status, refused.body['code'], refused.body['message']]).toEqual([500, 'ServerError', 'metadata.resourceVersion is required for update']);
    const done = await api.call('PUT', path, { ...read.body, data: { b: '2' } });
    expect(done.status).toBe(200);
    const stored = api.simulator.cluster.store.get('configmap', 'default/later');
    expect(stored?.['data']).toEqual({ b: '2' });
    expect(Object.keys(stored?.metadata ?? {})).not.toEqual(expect.arrayContaining(['state']));
    expect(stored?.['links']).toBeUndefined();
    const stale = await api.call('PUT', path, { ...read.body, data: { c: '3' } });
    expect([stale.status, stale.body['message']]).toEqual([409, 'Operation cannot be fulfilled on configmaps "later": the object has been modified; please apply your changes to the latest version and try again']);
  });

  it('patches by JSON patch, by merge, and says when a patch does not apply', async () => {
    const path = `${BASE}/configmaps/default/later`;
    const json = { 'content-type': 'application/json-patch+json' };
    expect((await api.call('PATCH', path, [{ op: 'add', path: '/data/x', value: 'y' }], json)).body).toMatchObject({ data: { b: '2', x: 'y' } });
    expect((await api.call('PATCH', path, [{ op: 'test', path: '/data/x', value: 'no' }], json)).status).toBe(422);
    expect((await api.call('PATCH', path, { data: { x: null } }, { 'content-type': 'application/merge-patch+json' })).body).toMatchObject({ data: { b: '2' } });
    const custom = await api.call('PATCH', `${BASE}/harvesterhci.io.settings/none`, {}, { 'content-type': 'application/merge-patch+json' });
    expect(custom.status).toBe(415);
  });

  it('runs a dry run through, and keeps nothing', async () => {
    const before = api.simulator.cluster.store.revision;
    const dry = await api.call('POST', `${BASE}/configmaps/default?dryRun=All`, { metadata: { name: 'dry' } });
    expect([dry.status, dry.body['id']]).toEqual([201, 'default/dry']);
    expect(api.simulator.cluster.store.revision).toBe(before);
  });

  it('deletes with 204, or 200 and the object while finalizers hold it', async () => {
    const { store } = api.simulator.cluster;
    store.create('configmap', { metadata: { name: 'plain', namespace: 'default' } });
    store.create('configmap', { metadata: { name: 'held', namespace: 'default', finalizers: ['x.io/y'] } });
    const plain = await api.call('DELETE', `${BASE}/configmaps/default/plain`);
    expect([plain.status, plain.text]).toEqual([204, '']);
    const held = await api.call('DELETE', `${BASE}/configmaps/default/held`);
    expect(held.status).toBe(200);
    expect(held.body).toMatchObject({ metadata: { state: { name: 'removing', transitioning: true, message: 'waiting on x.io/y' } } });
  });

  it('notes the disks to go with a VM', async () => {
    const { store } = api.simulator.cluster;
    store.create('kubevirt.io.virtualmachine', {
      metadata: { name: 'gone', namespace: 'default', finalizers: ['h'] },
      spec: { template: { spec: { volumes: [{ name: 'disk-0', persistentVolumeClaim: { claimName: 'a' } }, { name: 'disk-1', persistentVolumeClaim: { claimName: 'b' } }, { name: 'disk-2', persistentVolumeClaim: { claimName: 'c' } }], domain: { devices: {} } } } }
    });
    await api.call('DELETE', `${BASE}/kubevirt.io.virtualmachines/default/gone?removedDisks=disk-0&removedDisks=disk-2`);
    expect(store.get('kubevirt.io.virtualmachine', 'default/gone')?.metadata.annotations).toEqual({ 'harvesterhci.io/removedPersistentVolumeClaims': 'a,c' });
  });

  it('answers bad bodies with a plain refusal', async () => {
    for (const [body, headers] of [['{', {}], ['[]', {}], ['"x"', {}], ['', {}], ['{"metadata":{"name":5}}', {}], ['{"metadata":[]}', {}], ['a: [', { 'content-type': 'application/yaml' }]] as const) {
      const { status } = await api.call('POST', `${BASE}/configmaps/default`, body, headers);
      expect([400, 422], body).toContain(status);
    }
    const large = await api.call('POST', `${BASE}/configmaps/default`, JSON.stringify({ metadata: { name: 'big' }, data: { x: 'y'.repeat(4_000_000) } }));
    expect(large.status).toBe(413);
  });

  it('reads YAML bodies', async () => {
    const made = await api.call('POST', `${BASE}/configmaps/default`, 'metadata:\n  name: from-yaml\ndata:\n  a: "1"\n', { 'content-type': 'application/yaml' });
    expect([made.status, made.body['id']]).toEqual([201, 'default/from-yaml']);
  });
});

describe('actions and links', () => {
  beforeAll(() => {
    const { store } = api.simulator.cluster;
    for (const [name, status] of [['off', 'Stopped'], ['on', 'Running'], ['bad', 'Stopped']] as const) {
      store.create('kubevirt.io.virtualmachine', { metadata: { name, namespace: 'default' }, spec: { template: { spec: { domain: { devices: {} } } } }, status: { printableStatus: status } });
    }
    store.create('harvesterhci.io.virtualmachineimage', { metadata: { name: 'i', namespace: 'default' }, spec: { displayName: 'i', sourceType: 'upload' } });
  });

  it('offers what the handlers offer', async () => {
    const vms = `${BASE}/kubevirt.io.virtualmachines/default`;
    expect((await api.call('GET', `${vms}/off`)).body['actions']).toEqual({ start: `${api.url}${vms}/off?action=start` });
    expect((await api.call('GET', `${vms}/on`)).body['actions']).toEqual({});
    expect((await api.call('GET', `${BASE}/pods/default/alpha`)).body['actions']).toBeUndefined();
  });

  it('answers 204, plain-text failures, and 403 for an action that does not exist', async () => {
    const vms = `${BASE}/kubevirt.io.virtualmachines/default`;
    expect((await api.call('POST', `${vms}/off?action=start`)).status).toBe(204);
    const bad = await api.call('POST', `${vms}/bad?action=start`, {});
    expect([bad.status, bad.text, bad.headers.get('content-type')]).toEqual([500, 'start virtual machine default/bad failed, no', 'text/plain; charset=utf-8']);
    const gone = await api.call('POST', `${vms}/none?action=start`, {});
    expect([gone.status, gone.text]).toEqual([500, 'start virtual machine default/none failed, virtualmachines.kubevirt.io "none" not found']);
    const unknown = await api.call('POST', `${vms}/off?action=fly`);
    expect([unknown.status, unknown.body['code'], unknown.body['message']]).toEqual([403, 'PermissionDenied', 'no such action fly']);
  });

  it('hands a stream over unread, and follows links', async () => {
    const image = `${BASE}/harvesterhci.io.virtualmachineimages/default/i`;
    expect((await api.call('POST', `${image}?action=upload&size=5000000`, 'x'.repeat(5_000_000))).body).toEqual({ size: 5_000_000 });
    expect((await api.call('GET', `${image}/download`)).text).toBe('bytes of i');
    expect((await api.call('GET', `${image}?link=download`)).text).toBe('bytes of i');
    expect((await api.call('GET', image)).body['links']).toMatchObject({ download: `${api.url}${image}/download` });
    expect((await api.call('GET', `${image}/nothing`)).status).toBe(404);
  });
});

describe('browsers', () => {
  const browser = { 'user-agent': 'Mozilla/5.0' };

  it('are signed in and given a CSRF token, which writes must repeat', async () => {
    const first = await api.call('GET', `${BASE}/pods`, undefined, browser);
    expect(first.headers.get('x-api-cattle-auth')).toBe('true');
    const cookies = first.headers.getSetCookie();
    const token = /^CSRF=([0-9a-f]{32});/.exec(cookies.find((cookie) => cookie.startsWith('CSRF')) ?? '')?.[1] ?? '';
    expect(token).not.toBe('');
    expect(cookies.some((cookie) => cookie.startsWith('R_SESS='))).toBe(true);
    const body = { metadata: { name: 'from-browser' } };
    const refused = await api.call('POST', `${BASE}/configmaps/default`, body, { ...browser, cookie: `CSRF=${token}` });
    expect([refused.status, refused.body['code'], refused.body['message']]).toEqual([422, 'InvalidCSRFToken', 'Invalid CSRF token']);
    expect((await api.call('POST', `${BASE}/configmaps/default`, body, { ...browser, cookie: `CSRF=${token}`, 'x-api-csrf': token })).status).toBe(201);
    expect((await api.call('POST', '/simulator/speed', { speed: 2 }, browser)).status).toBe(422);
  });
});

describe('counts and schemas', () => {
  it('counts by type, state and namespace', async () => {
    const counts = (await api.call('GET', `${BASE}/counts`)).body.data?.[0]?.['counts'] as unknown as Record<string, unknown>;
    expect(counts['pod']).toMatchObject({ summary: { count: 4, states: { running: 3, pending: 1 }, transitioning: 1 }, namespaces: { default: { count: 3 }, 'kube-system': { count: 1 } } });
  });

  it('describes types as Steve does', async () => {
    const { body } = await api.call('GET', `${BASE}/schemas/harvesterhci.io.virtualmachineimage`);
    expect(body).toMatchObject({
      pluralName: 'harvesterhci.io.virtualmachineimages', resourceMethods: ['GET', 'DELETE', 'PUT', 'PATCH'], collectionMethods: ['GET', 'POST'],
      links: { collection: `${api.url}${BASE}/harvesterhci.io.virtualmachineimages` },
      attributes: { group: 'harvesterhci.io', version: 'v1beta1', resource: 'virtualmachineimages', kind: 'VirtualMachineImage', namespaced: true, access: { list: [{ namespace: '*', resourceName: '*' }] } }
    });
  });
});
