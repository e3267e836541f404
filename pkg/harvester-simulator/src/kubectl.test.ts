import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSimulator, type Harness } from './test-support';

const run = promisify(execFile);

function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasKubectl())('kubectl', () => {
  let api: Harness;
  const cache = mkdtempSync(join(tmpdir(), 'kubectl-'));
  const kubectl = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('kubectl', ['--server', `${api.url}/k8s/clusters/c-m-sim`, '--cache-dir', cache, '-n', 'longhorn-system', ...args], { env: { ...process.env, KUBECONFIG: '/dev/null' }, timeout: 20_000 });
    return stdout;
  };

  beforeAll(async () => {
    api = await openSimulator();
    const { store } = api.simulator.cluster;
    store.create('longhorn.io.volume', { metadata: { name: 'pvc-1', namespace: 'longhorn-system' }, spec: { dataEngine: 'v2', numberOfReplicas: 3, size: '10' }, status: { state: 'attached', robustness: 'degraded' } });
    api.simulator.cluster.clock.advance(300_000);
  });

  afterAll(() => api.close());

  it('gets, describes, patches, deletes, and repeats the webhook', async () => {
    expect((await kubectl('get', 'volumes.longhorn.io')).split('\n')[1]?.split(/\s+/)).toEqual(['pvc-1', 'v2', 'attached', 'degraded', '10', '5m']);
    expect(await kubectl('get', 'lhv', 'pvc-1', '-o', 'jsonpath={.status.robustness}')).toBe('degraded');
    expect(await kubectl('patch', 'lhv', 'pvc-1', '--type', 'merge', '-p', '{"spec":{"numberOfReplicas":2}}')).toContain('patched');
    await expect(kubectl('patch', 'lhv', 'pvc-1', '--type', 'merge', '-p', '{"spec":{"numberOfReplicas":25}}')).rejects.toThrow('admission webhook "validator.longhorn.io" denied the request: replica count value 25 must between 1 to 20');
    expect(await kubectl('delete', 'lhv', 'pvc-1')).toContain('deleted');
    await expect(kubectl('get', 'lhv', 'pvc-1')).rejects.toThrow('volumes.longhorn.io "pvc-1" not found');
  }, 60_000);

  it('watches changes', async () => {
    const { store } = api.simulator.cluster;
    store.create('longhorn.io.volume', { metadata: { name: 'pvc-2', namespace: 'longhorn-system' }, spec: { dataEngine: 'v2', size: '10' }, status: { state: 'attached', robustness: 'healthy' } });
    const watching = spawn('kubectl', ['--server', `${api.url}/k8s/clusters/c-m-sim`, '--cache-dir', cache, '-n', 'longhorn-system', 'get', 'lhv', '-w', '--no-headers'], { env: { ...process.env, KUBECONFIG: '/dev/null' } });
    const lines: string[] = [];
    const until = (words: string): Promise<void> => new Promise((resolve) => {
      watching.stdout.on('data', () => { if (lines.join('').includes(words)) resolve(); });
    });
    watching.stdout.on('data', (chunk: Buffer) => { lines.push(chunk.toString()); });
    await until('healthy');
    store.edit('longhorn.io.volume', 'longhorn-system/pvc-2', (draft) => { draft.status = { ...draft.status, robustness: 'degraded' }; });
    await until('degraded');
    watching.kill();
  }, 60_000);

  it('creates built-in kinds, which it sends as protocol buffers', async () => {
    const { store } = api.simulator.cluster;
    expect(await kubectl('create', 'namespace', 'demo')).toContain('namespace/demo created');
    expect(await kubectl('create', 'configmap', 'c', '--from-literal=a=b ö', '-n', 'demo')).toContain('created');
    expect(store.get('configmap', 'demo/c')?.['data']).toEqual({ a: 'b ö' });
    await kubectl('create', 'secret', 'generic', 's', '--from-literal=p=q', '-n', 'demo');
    expect(store.get('secret', 'demo/s')).toMatchObject({ data: { p: Buffer.from('q').toString('base64') }, type: 'Opaque' });
    await kubectl('create', 'serviceaccount', 'sa', '-n', 'demo');
    expect((await kubectl('auth', 'can-i', 'delete', 'volumes.longhorn.io')).trim()).toBe('yes');
    api.simulator.control.run('role', { role: 'project-member' });
    await expect(kubectl('auth', 'can-i', 'delete', 'volumes.longhorn.io')).rejects.toMatchObject({ stdout: expect.stringMatching(/^no/) as string });
    api.simulator.control.run('role', { role: 'admin' });
  }, 60_000);

  it('labels, cordons and drains nodes', async () => {
    const { store } = api.simulator.cluster;
    store.create('node', { metadata: { name: 'n1' }, spec: {}, status: {} });
    await kubectl('label', 'node', 'n1', 'node.longhorn.io/disable-v2-data-engine=true');
    expect(store.get('node', 'n1')?.metadata.labels).toEqual({ 'node.longhorn.io/disable-v2-data-engine': 'true' });
    expect(await kubectl('cordon', 'n1')).toContain('cordoned');
    expect(store.get('node', 'n1')?.spec).toMatchObject({ unschedulable: true });
    expect(await kubectl('uncordon', 'n1')).toContain('uncordoned');
  }, 60_000);
});
