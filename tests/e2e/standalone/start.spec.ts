import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createSimulator } from '../../../pkg/harvester-simulator/src/index';
import { expect, test } from '../../support/test';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const started: ChildProcess[] = [];

interface Started {
  readonly process: ChildProcess;
  /** Everything it has printed. */
  readonly output: () => string;
  /** Resolves to the address of the ready line; rejects with the output when it ends before. */
  readonly ready: Promise<string>;
}

/** `npm start` without npm, which would only stand between us and the signals. */
function start(env: Readonly<Record<string, string>>): Started {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/start.ts'], { cwd: ROOT, env: { ...process.env, PORT: '0', ...env } });
  let text = '';

  started.push(child);
  const ready = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      const url = /Ready: (\S+)/.exec(text)?.[1];

      if (url) {
        resolve(url);
      }
    };

    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', () => { reject(new Error(text)); });
  });

  ready.catch(() => undefined);

  return { process: child, output: () => text, ready };
}

test.afterEach(() => {
  for (const child of started.splice(0)) {
    child.kill('SIGKILL');
  }
});

test('one command opens a living cluster, and Ctrl-C ends it cleanly', async({ page, tolerated }) => {
  tolerated.push('ERR_CONNECTION_REFUSED', 'WebSocket', 'Failed to load resource');
  const app = start({ SCENARIO: 'healthy', SPEED: '10' });
  const url = await app.ready;

  expect(app.output()).toContain('scenario "healthy"');
  await page.goto(url);
  await expect(page.getByTestId('lhv2-row').first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByTestId('lhv2-connection')).toHaveAttribute('data-state', 'live');
  app.process.kill('SIGINT');
  const [code] = await once(app.process, 'exit') as [number];

  expect(code).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

test('a busy port and wrong settings are told in a sentence', async() => {
  const taken = createServer();

  await new Promise<void>((resolve) => { taken.listen(0, '127.0.0.1', resolve); });
  const { port } = taken.address() as AddressInfo;

  for (const [env, words] of [
    [{ PORT: String(port) }, `Port ${ port } is in use`],
    [{ SCENARIO: 'no-such-scenario' }, 'scenario no-such-scenario does not exist'],
    [{ ROLE: 'king' }, 'ROLE=king is not known'],
    [{ API: 'harvester' }, 'is not an address']
  ] as const) {
    const app = start(env);
    const [code] = await once(app.process, 'exit') as [number];

    expect(code).toBe(1);
    expect(app.output()).toContain(words);
    expect(app.output()).not.toContain('    at ');
  }
  taken.close();
});

test('API= talks to a real server: HTTP, sign-in, CSRF, and the live feed', async({ page, tolerated }) => {
  // The app asks once whether it talks to an embedded cluster.
  tolerated.push('/simulator');
  const simulator = createSimulator({ scenario: 'healthy', baseTime: 'now' });
  const harvester = await simulator.listen(0);
  const app = start({ API: harvester.url });
  const url = await app.ready;

  await page.goto(url);
  await expect(page.getByTestId('lhv2-row').first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByTestId('lhv2-connection')).toHaveAttribute('data-state', 'live');
  // A real server has no control API, and the proxy does not pass it on.
  await expect(page.getByTestId('lhv2-simulator-toggle')).toHaveCount(0);
  const [node] = simulator.cluster.store.list('node');

  await page.goto(`${ url }#/hosts`);
  await expect(page.locator('tbody tr').first()).toBeVisible();
  simulator.control.run('cordon', { node: node?.metadata.name ?? '' });
  await expect(page.locator(`tr[data-id="${ node?.metadata.name ?? '' }"]`)).toContainText('cordoned');
  const login = await page.request.post(`${ url }v3-public/localProviders/local?action=login`, { data: { username: 'admin', password: 'x' } });

  expect(login.status()).toBe(200);
  expect(login.headers()['set-cookie']).not.toMatch(/secure/i);
  await harvester.close();
  await simulator.close();
});

test('API= where nobody answers yet: says what is wrong, keeps the pages up, and is ready as soon as somebody does', async({ page, tolerated }) => {
  tolerated.push('Failed to load resource', 'WebSocket', '/simulator');
  const probe = createServer();

  await new Promise<void>((resolve) => { probe.listen(0, '127.0.0.1', resolve); });
  const { port } = probe.address() as AddressInfo;

  await new Promise((resolve) => { probe.close(resolve); });
  const app = start({ API: `http://127.0.0.1:${ port }` });

  await expect.poll(app.output, { timeout: 60_000 }).toContain(`nothing listens at 127.0.0.1:${ port }`.replace('n', 'N'));
  expect(app.output()).toMatch(/^Not ready: Harvester at http/m);
  expect(app.output()).not.toContain('Ready: ');
  const url = /(http:\S+) is up and waits for it/.exec(app.output())?.[1] ?? '';

  expect((await page.request.get(url)).status()).toBe(200);

  const simulator = createSimulator({ scenario: 'healthy', baseTime: 'now' });
  const harvester = await simulator.listen(port);

  expect(await app.ready).toBe(url);
  await page.goto(url);
  await expect(page.getByTestId('lhv2-row').first()).toBeVisible({ timeout: 60_000 });
  await harvester.close();
  await simulator.close();
});
