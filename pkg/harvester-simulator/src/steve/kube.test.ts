import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSimulator, type Harness } from '../test-support';

let api: Harness;
const VOLUMES = '/apis/longhorn.io/v1beta2/namespaces/longhorn-system/volumes';

beforeAll(async () => {
  api = await openSimulator();
  const { store } = api.simulator.cluster;
  for (const name of ['v1', 'v2']) store.create('longhorn.io.volume', { metadata: { name, namespace: 'longhorn-system' }, spec: { numberOfReplicas: 3, size: '1' }, status: { state: 'attached', robustness: 'healthy' } });
});

afterAll(() => api.close());

describe('the raw Kubernetes API', () => {
  it('lists, gets, and shows tables and YAML when asked', async () => {
    const list = await api.call('GET', '/k8s/clusters/c-m-sim/apis/longhorn.io/v1beta2/volumes');
    expect(list.body).toMatchObject({ kind: 'VolumeList', apiVersion: 'longhorn.io/v1beta2', items: [{ metadata: { name: 'v1' } }, { metadata: { name: 'v2' } }] });
    const one = await api.call('GET', `${VOLUMES}/v1`);
    expect(one.body).toMatchObject({ kind: 'Volume', metadata: { name: 'v1' } });
    expect(one.body['links']).toBeUndefined();
    const table = await api.call('GET', VOLUMES, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' });
    expect(table.body['kind']).toBe('Table');
    expect((table.body['rows'] as unknown as { cells: unknown[] }[])[0]?.cells.slice(0, 4)).toEqual(['v1', '', 'attached', 'healthy']);
    expect((await api.call('GET', `${VOLUMES}/v1`, undefined, { accept: 'application/yaml' })).text).toContain('kind: Volume');
    expect((await api.call('GET', `${VOLUMES}/none`)).body).toMatchObject({ kind: 'Status', reason: 'NotFound', code: 404, message: 'volumes.longhorn.io "none" not found' });
    expect((await api.call('GET', '/apis/none.io/v1/things')).status).toBe(404);
  });

  it('patches spec but not status, unless through the subresource', async () => {
    const json = { 'content-type': 'application/json-patch+json' };
    const patched = await api.call('PATCH', `${VOLUMES}/v1`, [{ op: 'replace', path: '/spec/numberOfReplicas', value: 2 }, { op: 'replace', path: '/status/robustness', value: 'faulted' }], json);
    expect(patched.body).toMatchObject({ spec: { numberOfReplicas: 2 }, status: { robustness: 'healthy' }, metadata: { generation: 2 } });
    const status = await api.call('PATCH', `${VOLUMES}/v1/status`, { status: { robustness: 'degraded' }, spec: { numberOfReplicas: 9 } }, { 'content-type': 'application/merge-patch+json' });
    expect(status.body).toMatchObject({ spec: { numberOfReplicas: 2 }, status: { robustness: 'degraded' } });
    expect((await api.call('PATCH', `${VOLUMES}/v1`, {}, { 'content-type': 'application/strategic-merge-patch+json' })).status).toBe(415);
  });

  it('streams a watch and ends it with the client', async () => {
    const abort = new AbortController();
    const response = await fetch(`${api.url}${VOLUMES}?watch=true&fieldSelector=metadata.name=v2`, { signal: abort.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const lines: string[] = [];
    const read = async (): Promise<void> => { lines.push(...((await reader?.read())?.value ?? '').trim().split('\n')); };
    await read();
    api.simulator.cluster.store.edit('longhorn.io.volume', 'longhorn-system/v1', (draft) => { draft.spec = { size: '5' }; });
    api.simulator.cluster.store.remove('longhorn.io.volume', 'longhorn-system/v2');
    await read();
    abort.abort();
    expect(lines.map((line) => JSON.parse(line) as { type: string; object: { metadata: { name: string } } }).map((event) => `${event.type} ${event.object.metadata.name}`)).toEqual(['ADDED v2', 'DELETED v2']);
    const old = await api.call('GET', `${VOLUMES}?watch=true&resourceVersion=1`);
    expect(old.body).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });

  it('deletes a collection by its selectors, or only rehearses it', async () => {
    const { store } = api.simulator.cluster;
    const base = '/api/v1/namespaces/default/configmaps';
    for (const [name, app] of [['a', 'x'], ['b', 'x'], ['c', 'y']] as const) store.create('configmap', { metadata: { name, namespace: 'default', labels: { app } } });
    const names = (): string[] => store.list('configmap', { namespace: 'default' }).map(({ metadata }) => metadata.name);
    expect((await api.call('DELETE', `${base}?labelSelector=app%3Dx&dryRun=All`)).status).toBe(200);
    expect(names()).toEqual(['a', 'b', 'c']);
    const answer = await api.call('DELETE', `${base}?labelSelector=app%3Dx`);
    expect(answer.body).toMatchObject({ kind: 'ConfigMapList', items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }] });
    expect(names()).toEqual(['c']);
    await api.call('DELETE', base);
    expect(names()).toEqual([]);
  });

  it('tells clients what it has', async () => {
    expect((await api.call('GET', '/version')).body).toMatchObject({ major: '1', minor: '35' });
    expect((await api.call('GET', '/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    expect((await api.call('GET', '/apis')).body).toMatchObject({ kind: 'APIGroupList' });
    const resources = (await api.call('GET', '/apis/longhorn.io/v1beta2')).body['resources'] as unknown as { name: string; shortNames?: string[] }[];
    expect(resources.find((resource) => resource.name === 'volumes')?.shortNames).toEqual(['lhv']);
  });
});
