import { request } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterProblems } from './controllers/longhorn/invariants';
import { watchInvariants } from './controllers/longhorn/test-support';
import { openSimulator, type Harness } from './test-support';
import { WIRING } from './wiring';

/** As many as the patience of an ordinary run allows; FUZZ_REQUESTS sets another number. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 1500);

let api: Harness;
const errors: unknown[] = [];

beforeAll(async () => {
  api = await openSimulator({ wiring: WIRING, scenario: 'healthy', isExemptFromSchemas: true, onError: (error) => errors.push(error) });
});

afterAll(() => api.close());

/** A request as bad clients send them: `fetch` would tidy paths and headers up. */
function raw(method: string, path: string, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url);
    const req = request({ hostname, port, method, path, headers }, (res) => {
      res.resume();
      res.on('end', () => { resolve(res.statusCode ?? 0); });
    });
    req.on('error', reject);
    req.setTimeout(10_000, () => req.destroy(new Error(`no answer to ${method} ${path}`)));
    req.end(body);
  });
}

const segment = fc.oneof(
  fc.constantFrom('v1', 'harvester', 'k8s', 'clusters', 'c-m-sim', 'api', 'apis', 'namespaces', 'default', 'longhorn-system', 'pods', 'pod', 'longhorn.io.volumes', 'longhorn.io', 'v1beta2', 'volumes', 'kubevirt.io.virtualmachines',
    'harvesterhci.io.virtualmachineimages', 'storage.k8s.io.storageclasses', 'schemas', 'counts', 'subscribe', 'simulator', 'speed', 'uiplugins', 'v3', 'users', '..', '%2e%2e', '%', '%00', '__proto__', 'constructor', 'status', ''),
  fc.string({ maxLength: 12 }).map((text) => encodeURIComponent(text.replace(/[\uD800-\uDFFF]/g, '?')))
);
const prefix = fc.constantFrom('', '/v1/harvester', '/v1/harvester', '/k8s/clusters/c-m-sim/v1/harvester', '/apis/longhorn.io/v1beta2', '/api/v1', '/simulator', '/v1', '/v3');
const query = fc.array(fc.tuple(fc.constantFrom('filter', 'sort', 'limit', 'continue', 'page', 'pagesize', 'labelSelector', 'fieldSelector', 'exclude', 'include', 'action', 'link', 'dryRun', 'removedDisks', 'resourceVersion', 'projectsornamespaces'), fc.oneof(fc.string({ maxLength: 10 }), fc.constantFrom('a~b', '-1', '999999999999999999999', 'All', 'start', 'upload', 'metadata.name=x', 'a in (b'))), { maxLength: 3 })
  .map((pairs) => pairs.map(([key, value]) => `${key}=${encodeURIComponent(value.replace(/[\uD800-\uDFFF]/g, '?'))}`).join('&'));
const json = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.record({ metadata: fc.oneof(fc.anything({ maxDepth: 1 }), fc.record({ name: fc.oneof(fc.string(), fc.constant('x')), namespace: fc.constantFrom('default', 'none', '') })), spec: fc.anything({ maxDepth: 3 }), status: fc.anything({ maxDepth: 1 }) }).map((value) => JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)) ?? ''),
  fc.constantFrom('', '{', '[]', 'null', '[{"op":"replace","path":"/metadata/name","value":1}]', '[{"op":"add","path":"/__proto__/x","value":1}]', '{"metadata":{"name":"x","ownerReferences":[{}]}}', `${'['.repeat(5000)}${']'.repeat(5000)}`)
);

describe('bad requests', { timeout: 30_000 }, () => {
  it(`leave the simulator alive, whole and without an unexpected error (${String(REQUESTS)} requests)`, async () => {
    const { cluster } = api.simulator;
    const problems = watchInvariants(cluster);
    await fc.assert(fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'), prefix, fc.array(segment, { maxLength: 4 }), query, json,
      fc.constantFrom('application/json', 'application/json-patch+json', 'application/merge-patch+json', 'application/yaml', 'text/plain', 'multipart/form-data; boundary=x'),
      async (method, root, segments, parameters, body, type) => {
        const path = `${root}/${segments.join('/')}${parameters === '' ? '' : `?${parameters}`}`;
        const status = await raw(method, path, { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }, body);
        expect(errors, `${method} ${path} ${body}`).toEqual([]);
        expect(status).toBeGreaterThanOrEqual(200);
      }
    ), { numRuns: REQUESTS });
    const volumes = await api.call('GET', '/v1/harvester/longhorn.io.volumes');
    expect(volumes.status).toBe(200);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    cluster.clock.advance(60_000);
    expect(errors).toEqual([]);
    expect(problems).toEqual([]);
    expect(clusterProblems(cluster)).toEqual([]);
  }, 600_000);

  it('survives a body of ten megabytes and one that never ends', async () => {
    expect(await raw('POST', '/v1/harvester/configmaps/default', { 'content-type': 'application/json' }, ' '.repeat(10_000_000))).toBe(413);
    const { hostname, port } = new URL(api.url);
    await new Promise<void>((resolve) => {
      const req = request({ hostname, port, method: 'POST', path: '/v1/harvester/configmaps/default', headers: { 'content-length': '1000' } });
      req.on('error', () => { resolve(); });
      req.write('{"metadata":');
      setTimeout(() => req.destroy(), 50);
    });
    expect((await api.call('GET', '/v1/harvester/configmaps')).status).toBe(200);
  });
});

describe('determinism', { timeout: 30_000 }, () => {
  it('writes the same transcript from the same seed and calls', () => {
    const transcript = async (seed: number): Promise<string> => {
      const harness = await openSimulator({ wiring: WIRING, scenario: 'healthy', seed });
      const lines: string[] = [];
      const { cluster } = harness.simulator;
      cluster.store.watch((event) => lines.push(`${String(event.revision)} ${event.type} ${event.typeId} ${JSON.stringify(event.object)}`));
      harness.simulator.control.run('node-down', { node: cluster.store.list('node')[0]?.metadata.name });
      for (let i = 0; i < 30; i++) cluster.clock.advance(10_000);
      await harness.close();
      expect(lines.length).toBeGreaterThan(20);
      return lines.join('\n');
    };
    return Promise.all([transcript(3), transcript(3), transcript(4)]).then(([first, second, other]) => {
      expect(first === second).toBe(true);
      expect(first === other).toBe(false);
    });
  });
});
