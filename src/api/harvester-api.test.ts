import axios, { AxiosError, CanceledError } from 'axios';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { HttpClient } from './contract';
import { ApiError, toApiError } from './error';
import { createHarvesterApi } from './harvester-api';

const SCHEMAS = {
  data: [
    { id: 'longhorn.io.volume', pluralName: 'longhorn.io.volumes', collectionMethods: ['GET'], attributes: { group: 'longhorn.io', version: 'v1beta2', resource: 'volumes', namespaced: true } },
    { id: 'node', pluralName: 'nodes', collectionMethods: ['blocked-GET'], attributes: { group: '', version: 'v1', resource: 'nodes', namespaced: false } },
    { id: 'harvesterhci.io.virtualmachineimage', pluralName: 'harvesterhci.io.virtualmachineimages', collectionMethods: ['GET', 'POST'], attributes: { group: 'harvesterhci.io', version: 'v1beta1', resource: 'virtualmachineimages', namespaced: true } }
  ]
};

type Config = Parameters<HttpClient['request']>[0];
type Answer = { status: number; data?: unknown } | Error;

/** An HTTP client that answers from a script, and keeps what it was asked. */
function scripted(...answers: Answer[]): { http: HttpClient; calls: Config[] } {
  const calls: Config[] = [];
  const request = (config: Config): Promise<never> => {
    if (config.url?.endsWith('/schemas')) {
      return Promise.resolve({ status: 200, data: SCHEMAS } as never);
    }
    calls.push(config);
    const answer = answers.shift() ?? { status: 200, data: {} };

    if (answer instanceof Error) {
      return Promise.reject(answer);
    }

    return answer.status < 300 ? Promise.resolve(answer as never) : Promise.reject(Object.assign(new AxiosError('failed'), { response: { status: answer.status, statusText: '', data: answer.data } }));
  };

  return { http: { request: request as HttpClient['request'] }, calls };
}

const apiOn = (http: HttpClient, base = '/k8s/clusters/c-m-abc/v1/harvester/'): ReturnType<typeof createHarvesterApi> => createHarvesterApi(http, base, { firstPause: 1 });
const network = (): Error => new AxiosError('Network Error', 'ERR_NETWORK');

afterEach(() => { vi.useRealTimers(); });

describe('reads', () => {
  it('asks for a page without managed fields, and finds the next token at either place', async() => {
    const { http, calls } = scripted(
      { status: 200, data: { revision: '7', continue: 'tok', data: [{ id: 'a' }, null, 3] } },
      { status: 200, data: { revision: '7', pagination: { next: 'https://h/v1/harvester/longhorn.io.volumes?limit=2&continue=tok%2B2' }, data: [] } },
      { status: 200, data: { revision: '7' } }
    );
    const api = apiOn(http);

    expect(await api.list('longhorn.io.volume', { limit: 500, labelSelector: 'longhornvolume=a' })).toEqual({ items: [{ id: 'a' }], revision: '7', next: 'tok' });
    expect(await api.list('longhorn.io.volume', { next: 'tok' })).toMatchObject({ next: 'tok+2' });
    expect(await api.list('longhorn.io.volume', { namespace: 'ls' })).toEqual({ items: [], revision: '7', next: null });
    expect(calls[0]).toMatchObject({ method: 'GET', url: '/k8s/clusters/c-m-abc/v1/harvester/longhorn.io.volumes', params: { limit: 500, labelSelector: 'longhornvolume=a', exclude: 'metadata.managedFields' } });
    expect(calls[1]?.params).toMatchObject({ continue: 'tok' });
    expect(calls[2]?.url).toBe('/k8s/clusters/c-m-abc/v1/harvester/longhorn.io.volumes/ls');
  });

  it('repeats what the network, 429 and 5xx stopped; never 401 and 403', async() => {
    const { http, calls } = scripted(network(), { status: 503 }, { status: 429 }, { status: 200, data: { id: 'a' } });

    expect(await apiOn(http).get('longhorn.io.volume', 'ls/a')).toEqual({ id: 'a' });
    expect(calls).toHaveLength(4);
    for (const status of [401, 403, 404, 409, 422]) {
      const once = scripted({ status });

      await expect(apiOn(once.http).get('longhorn.io.volume', 'ls/a')).rejects.toMatchObject({ status });
      expect(once.calls).toHaveLength(1);
    }
  });

  it('gives up after three more attempts', async() => {
    const { http, calls } = scripted(...Array.from({ length: 9 }, () => ({ status: 500 })));

    await expect(apiOn(http).get('longhorn.io.volume', 'ls/a')).rejects.toMatchObject({ status: 500 });
    expect(calls).toHaveLength(4);
  });

  it('says 404 for a kind the server does not have, without asking', async() => {
    const { http, calls } = scripted();

    await expect(apiOn(http).list('longhorn.io.replica')).rejects.toMatchObject({ status: 404, code: 'NotFound' });
    expect(calls).toHaveLength(0);
  });

  it('refuses answers that are no list or no object', async() => {
    await expect(apiOn(scripted({ status: 200, data: '<html>' }).http).list('longhorn.io.volume')).rejects.toMatchObject({ code: 'UnexpectedAnswer' });
    await expect(apiOn(scripted({ status: 200, data: { data: 'x' } }).http).list('longhorn.io.volume')).rejects.toMatchObject({ code: 'UnexpectedAnswer' });
    await expect(apiOn(scripted({ status: 200, data: '' }).http).get('longhorn.io.volume', 'a/b')).rejects.toMatchObject({ code: 'UnexpectedAnswer' });
  });

  it('reads the counts', async() => {
    const { http } = scripted({ status: 200, data: { data: [{ counts: { 'longhorn.io.volume': { summary: { count: 12 } }, node: {} } }] } });

    expect(await apiOn(http).counts?.()).toEqual({ 'longhorn.io.volume': 12 });
  });
});

describe('access', () => {
  it('comes from the schemas, read once until forgotten', async() => {
    let reads = 0;
    const http: HttpClient = { request: (() => { reads++; return Promise.resolve({ data: SCHEMAS }); }) as unknown as HttpClient['request'] };
    const api = apiOn(http);

    expect(await api.access('longhorn.io.volume')).toEqual({ exists: true, canList: true, canCreate: false });
    expect(await api.access('node')).toEqual({ exists: true, canList: false, canCreate: false });
    expect(await api.access('longhorn.io.replica')).toEqual({ exists: false, canList: false, canCreate: false });
    expect(reads).toBe(1);
    api.forgetAccess();
    await api.access('node');
    expect(reads).toBe(2);
  });

  it('does not remember a failed read', async() => {
    let isDown = true;
    const http: HttpClient = { request: (() => (isDown ? Promise.reject(Object.assign(new AxiosError('x'), { response: { status: 401, data: '' } })) : Promise.resolve({ data: SCHEMAS }))) as unknown as HttpClient['request'] };
    const api = apiOn(http);

    await expect(api.access('node')).rejects.toMatchObject({ status: 401 });
    isDown = false;
    expect(await api.access('node')).toMatchObject({ exists: true });
  });
});

describe('writes', () => {
  it('posts into the namespace, with dryRun on request, and never twice', async() => {
    const { http, calls } = scripted({ status: 201, data: { id: 'default/x' } }, { status: 201, data: { id: 'default/x' } }, network());
    const api = apiOn(http, '/v1/harvester');
    const body = { metadata: { namespace: 'default', name: 'x' } };

    await api.create('harvesterhci.io.virtualmachineimage', body);
    await api.create('harvesterhci.io.virtualmachineimage', body, { dryRun: true });
    await expect(api.create('harvesterhci.io.virtualmachineimage', body)).rejects.toMatchObject({ status: 0, code: 'NetworkError' });
    expect(calls).toHaveLength(3);
    expect(calls[0]).toMatchObject({ method: 'POST', url: '/v1/harvester/harvesterhci.io.virtualmachineimages/default', data: body });
    expect(calls[0]?.params).toBeUndefined();
    expect(calls[1]?.params).toEqual({ dryRun: 'All' });
  });

  it('patches on the raw Kubernetes path, namespaced and not, core and grouped', async() => {
    const { http, calls } = scripted();
    const api = apiOn(http);

    await api.patch('longhorn.io.volume', 'longhorn-system/pvc-1', [{ op: 'replace', path: '/spec/numberOfReplicas', value: 3 }]);
    await api.patch('node', 'node-1', [{ op: 'remove', path: '/metadata/labels/x' }]);
    expect(calls[0]).toMatchObject({ method: 'PATCH', url: '/k8s/clusters/c-m-abc/apis/longhorn.io/v1beta2/namespaces/longhorn-system/volumes/pvc-1', headers: { 'Content-Type': 'application/json-patch+json' } });
    expect(JSON.parse(String(calls[0]?.data))).toEqual([{ op: 'replace', path: '/spec/numberOfReplicas', value: 3 }]);
    expect(calls[1]?.url).toBe('/k8s/clusters/c-m-abc/api/v1/nodes/node-1');
  });

  it('puts, deletes with repeated parameters, and takes a lost answer to a delete as done', async() => {
    const { http, calls } = scripted({ status: 200, data: { id: 'a' } }, network(), { status: 404, data: '' });
    const api = apiOn(http);

    await api.update('longhorn.io.volume', 'ls/a', { metadata: {} });
    await api.remove('longhorn.io.volume', 'ls/a', { removedDisks: ['one', 'two'], propagationPolicy: 'Foreground' });
    expect(calls[0]).toMatchObject({ method: 'PUT' });
    expect(String(calls[2]?.params)).toBe('removedDisks=one&removedDisks=two&propagationPolicy=Foreground');
    await expect(apiOn(scripted({ status: 404, data: '' }).http).remove('longhorn.io.volume', 'ls/a')).rejects.toMatchObject({ status: 404 });
  });

  it('runs actions: JSON answers, and null for an empty one', async() => {
    const { http, calls } = scripted({ status: 204, data: '' }, { status: 200, data: [{ vms: [] }] });
    const api = apiOn(http);

    expect(await api.action('node', 'node-1', 'cordon')).toBeNull();
    expect(await api.action('node', 'node-1', 'listUnhealthyVM', { a: 1 })).toEqual([{ vms: [] }]);
    expect(calls[0]).toMatchObject({ method: 'POST', params: { action: 'cordon' }, data: {} });
  });
});

describe('upload', () => {
  it('sends the file as multipart field "file" with its size, tells progress, and can be cancelled', async() => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];

      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        bodies.push(`${ request.url } ${ request.headers['file-size'] } ${ request.headers['content-type'] }\n${ Buffer.concat(chunks).toString() }`);
        response.end(request.url?.endsWith('/schemas') ? JSON.stringify(SCHEMAS) : '');
      });
    });

    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const { port } = server.address() as AddressInfo;
    const api = createHarvesterApi(axios.create(), `http://127.0.0.1:${ port }/v1/harvester`);
    const seen: number[] = [];

    try {
      await api.uploadImage('default/img', new Blob(['x'.repeat(5000)]), { fileName: 'a.qcow2', onProgress: ({ sent, total }) => { expect(total).toBe(5000); seen.push(sent); } });
      expect(bodies[1]).toMatch(/^\/v1\/harvester\/harvesterhci.io.virtualmachineimages\/default\/img\?action=upload&size=5000 5000 multipart\/form-data; boundary=/);
      expect(bodies[1]).toContain('name="file"; filename="a.qcow2"');
      expect(seen.at(-1)).toBe(5000);
      const controller = new AbortController();

      controller.abort();
      await expect(api.uploadImage('default/img', new Blob(['x']), { fileName: 'a', signal: controller.signal })).rejects.toMatchObject({ isAbort: true, status: 0, code: 'Aborted' });
    } finally {
      server.close();
    }
  });
});

describe('errors', () => {
  const answered = (status: number, data: unknown, statusText = ''): ApiError => toApiError({ response: { status, data, statusText } });

  it.each([
    ['a webhook', answered(422, { type: 'error', status: 422, code: 'Invalid', message: 'admission webhook "validator.harvesterhci.io" denied the request: displayName is required' }), { status: 422, code: 'Invalid', message: 'displayName is required' }],
    ['Kubernetes Status', answered(409, { kind: 'Status', reason: 'Conflict', message: 'the object has been modified' }), { code: 'Conflict', message: 'the object has been modified' }],
    ['plain text', answered(500, 'upload failed: no space'), { code: '', message: 'upload failed: no space' }],
    ['plain text of a webhook', answered(400, 'admission webhook "v" denied the request: no\nreally'), { message: 'no\nreally' }],
    ['an empty body', answered(404, ''), { code: 'NotFound', message: 'Not Found (HTTP 404)' }],
    ['null', answered(500, null, 'Internal Server Error'), { message: 'Internal Server Error (HTTP 500)' }],
    ['a proxy page', answered(502, '<html><head><title>502 Bad Gateway</title></head></html>'), { message: '502 Bad Gateway' }],
    ['a page without title', answered(504, '<html></html>'), { message: 'HTTP 504' }],
    ['JSON without message', answered(500, { a: 1 }), { message: '{"a":1}' }],
    ['network', toApiError(network()), { status: 0, code: 'NetworkError', isAbort: false }],
    ['abort', toApiError(new CanceledError()), { status: 0, code: 'Aborted', isAbort: true }],
    ['fetch abort', toApiError(new DOMException('x', 'AbortError')), { isAbort: true }],
    ['anything', toApiError('boom'), { status: 0, raw: 'boom' }]
  ])('%s', (_name, error, expected) => {
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject(expected);
  });

  it('keeps the words of the server untouched in raw', () => {
    const message = 'admission webhook "v" denied the request: x';

    expect(answered(422, { message }).raw).toBe(message);
  });
});
