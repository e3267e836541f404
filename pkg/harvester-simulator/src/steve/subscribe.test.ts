import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSimulator, type Harness } from '../test-support';

let api: Harness;

beforeEach(async () => {
  api = await openSimulator({ subscribe: { ping: 40 } });
});

afterEach(() => api.close());

const dataName = (frame: Record<string, unknown>): string => (frame['data'] as { metadata?: { name?: string } } | undefined)?.metadata?.name ?? '';

function pod(name: string, namespace = 'default', labels: Record<string, string> = {}): void {
  api.simulator.cluster.store.create('pod', { metadata: { name, namespace, labels } });
}

describe('subscribe', () => {
  it('starts, re-sends all, and follows changes as Steve names them', async () => {
    pod('a');
    const feed = await api.subscribe();
    feed.send({ resourceType: 'pod' });
    await feed.until((frame) => dataName(frame) === 'a');
    const { store } = api.simulator.cluster;
    store.edit('pod', 'default/a', (draft) => { draft.status = { phase: 'Running' }; });
    store.remove('pod', 'default/a');
    await feed.until((frame) => frame['name'] === 'resource.remove');
    const seen = feed.frames.filter((frame) => frame['name'] !== 'ping');
    expect(seen.map((frame) => frame['name'])).toEqual(['resource.start', 'resource.create', 'resource.change', 'resource.remove']);
    expect(seen[0]).toEqual({ name: 'resource.start', resourceType: 'pod' });
    expect(seen[2]).toMatchObject({ resourceType: 'pod', revision: expect.stringMatching(/^\d+$/) as string, data: { id: 'default/a', type: 'pod', links: { self: `${api.url}/v1/harvester/pods/default/a` } } });
    expect(seen[2]?.['id']).toBeUndefined();
  });

  it('resumes after a revision without re-sending, and says when it is too old', async () => {
    pod('a');
    const { store } = api.simulator.cluster;
    const from = store.revision;
    pod('b');
    store.edit('pod', 'default/a', (draft) => { draft.status = { phase: 'Running' }; });
    store.remove('pod', 'default/b');
    const feed = await api.subscribe();
    feed.send({ resourceType: 'pod', resourceVersion: String(from) });
    await feed.until((frame) => frame['name'] === 'resource.remove');
    expect(feed.frames.filter((frame) => 'data' in frame && frame['name'] !== 'ping').map((frame) => `${String(frame['name'])} ${dataName(frame)}`)).toEqual(['resource.create b', 'resource.change a', 'resource.remove b']);
    feed.send({ resourceType: 'node', resourceVersion: '1' });
    const error = await feed.until((frame) => frame['name'] === 'resource.error');
    expect((error['data'] as { error: string }).error).toMatch(/^too old resource version: 1 \(\d+\)$/);
    await feed.until((frame) => frame['name'] === 'resource.stop' && frame['resourceType'] === 'node');
  });

  it('narrows by namespace, id and selector; an object that stops matching leaves', async () => {
    pod('in', 'default', { app: 'x' });
    pod('out', 'kube-system', { app: 'x' });
    const feed = await api.subscribe();
    feed.send({ resourceType: 'pod', namespace: 'default', selector: 'app=x' });
    await feed.until((frame) => dataName(frame) === 'in');
    api.simulator.cluster.store.edit('pod', 'default/in', (draft) => { draft.metadata.labels = { app: 'y' }; });
    const left = await feed.until((frame) => frame['name'] === 'resource.remove');
    expect(left).toMatchObject({ namespace: 'default', selector: 'app=x' });
    feed.send({ resourceType: 'pod', id: 'kube-system/out' });
    await feed.until((frame) => frame['id'] === 'kube-system/out' && dataName(frame) === 'out');
    expect(feed.frames.filter((frame) => frame['id'] === undefined && dataName(frame) === 'out')).toEqual([]);
  });

  it('stops when asked, ignores a second start of the same, pings, and survives nonsense', async () => {
    const feed = await api.subscribe();
    feed.send('{');
    feed.send({ nothing: true });
    feed.send({ resourceType: 'pod' });
    feed.send({ resourceType: 'pod' });
    await feed.until((frame) => frame['name'] === 'resource.start');
    feed.send({ resourceType: 'pod', stop: true });
    await feed.until((frame) => frame['name'] === 'resource.stop');
    pod('unseen');
    const ping = await feed.until((frame) => frame['name'] === 'ping');
    expect(ping).toEqual({ name: 'ping', data: { version: 'v1.8.2' } });
    expect(feed.frames.filter((frame) => frame['name'] === 'resource.start')).toHaveLength(1);
    expect(feed.frames.some((frame) => dataName(frame) === 'unseen')).toBe(false);
  });

  it('tells only that something changed in mode resource.changes', async () => {
    const feed = await api.subscribe();
    feed.send({ resourceType: 'pod', mode: 'resource.changes', debounceMs: 100 });
    await feed.until((frame) => frame['name'] === 'resource.start');
    pod('a');
    pod('b');
    const note = await feed.until((frame) => frame['name'] === 'resource.changes');
    expect(note).toEqual({ name: 'resource.changes', resourceType: 'pod', mode: 'resource.changes', revision: expect.stringMatching(/^\d+$/) as string });
  });

  it('watches counts', async () => {
    const feed = await api.subscribe();
    feed.send({ resourceType: 'count' });
    await feed.until((frame) => frame['name'] === 'resource.start');
    pod('a');
    const frame = await feed.until((found) => found['name'] === 'resource.change');
    expect((frame['data'] as { counts: Record<string, { summary: { count: number } }> }).counts).toEqual({ pod: expect.objectContaining({ summary: { count: 1 } }) as object });
  });

  it('ends watches after their time, and cuts a consumer that lags', async () => {
    await api.close();
    api = await openSimulator({ subscribe: { watch: 50 } });
    const feed = await api.subscribe('/k8s/clusters/c-m-sim/v1/harvester/subscribe');
    feed.send({ resourceType: 'pod' });
    await feed.until((frame) => frame['name'] === 'resource.stop');
    await api.close();
    api = await openSimulator({ subscribe: { backlog: -1 } });
    const slow = await api.subscribe();
    slow.send({ resourceType: 'pod' });
    await slow.until((frame) => frame['name'] === 'resource.start');
    pod('a');
    await slow.until((frame) => frame['name'] === 'resource.stop');
  });

  it('refuses upgrades elsewhere', async () => {
    await expect(api.subscribe('/v1/harvester/pods')).rejects.toThrow();
    await expect(api.subscribe('/elsewhere')).rejects.toThrow();
  });
});

describe('faults on the way', () => {
  it('cuts sockets, goes away for a while, and duplicates events', async () => {
    const feed = await api.subscribe();
    api.simulator.control.run('api-drop-sockets');
    await feed.closed;
    api.simulator.control.run('api-offline', { seconds: 3600 });
    await expect(api.call('GET', '/v1/harvester/pods')).rejects.toThrow();
    await expect(api.subscribe()).rejects.toThrow();
    expect((await api.call('GET', '/simulator')).status).toBe(200);
    api.simulator.control.run('api-clear');
    api.simulator.control.run('api-events', { duplicate: true });
    const again = await api.subscribe();
    again.send({ resourceType: 'pod' });
    await again.until((frame) => frame['name'] === 'resource.start');
    pod('a');
    api.simulator.cluster.store.edit('pod', 'default/a', (draft) => { draft.status = { phase: 'Running' }; });
    await again.until((frame) => frame['name'] === 'resource.change');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(again.frames.filter((frame) => frame['name'] === 'resource.create')).toHaveLength(2);
  });

  it('fails calls by type, method and count', async () => {
    api.simulator.control.run('api-fault', { status: 403, type: 'longhorn.io.volume' });
    api.simulator.control.run('api-fault', { status: 429, method: 'post', count: 1 });
    const refused = await api.call('GET', '/v1/harvester/longhorn.io.volumes');
    expect([refused.status, refused.body['code']]).toEqual([403, 'Forbidden']);
    expect((await api.call('GET', '/apis/longhorn.io/v1beta2/namespaces/longhorn-system/volumes')).body).toMatchObject({ kind: 'Status', code: 403 });
    expect((await api.call('GET', '/v1/harvester/pods')).status).toBe(200);
    const busy = await api.call('POST', '/v1/harvester/configmaps/default', { metadata: { name: 'x' } });
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await api.call('POST', '/v1/harvester/configmaps/default', { metadata: { name: 'x' } })).status).toBe(201);
    api.simulator.control.run('api-clear');
    expect((await api.call('GET', '/v1/harvester/longhorn.io.volumes')).status).toBe(200);
    expect(() => api.simulator.control.run('api-fault', { status: 999 })).toThrow(/not simulated/);
  });
});
