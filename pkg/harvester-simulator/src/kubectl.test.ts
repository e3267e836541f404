import { execFile, execFileSync } from 'node:child_process';
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
});
