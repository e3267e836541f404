import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { main, openFor } from './cli';
import { parseCli } from './cli-options';
import type { Simulator } from './server';

const open: Simulator[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const simulator of open.splice(0)) await simulator.close();
});

function simulate(...argv: string[]): Simulator {
  const simulator = openFor(parseCli(argv));
  open.push(simulator);
  return simulator;
}

describe('what the options of the command line do', { timeout: 30_000 }, () => {
  it('--scenario, --version, --role, --seed, --speed and --base-time shape the cluster', () => {
    const { world } = simulate('--scenario', 'empty', '--version', '1.6', '--role', 'project-viewer', '--seed', 'x', '--speed', '0', '--base-time', '2026-09-01T08:00:00Z');
    expect(world).toMatchObject({ scenario: 'empty', role: 'project-viewer', seed: 'x', speed: 0 });
    expect(world.profile).toMatchObject({ harvester: '1.6', longhorn: 'v1.9.2' });
    expect(new Date(world.harvester.cluster.clock.now()).toISOString()).toMatch(/^2026-09-01T08:0\d/);
    const names = (seed: string): string[] => simulate('--scenario', 'healthy', '--seed', seed, '--speed', '0').cluster.store.list('longhorn.io.volume').map(({ metadata }) => metadata.name);
    expect(names('x')).toEqual(names('x'));
    expect(names('x')).not.toEqual(names('y'));
  });

  it('--volumes and --nodes make it large, --events-per-second keeps it moving', async () => {
    const { store } = simulate('--volumes', '30', '--nodes', '4').cluster;
    expect([store.list('longhorn.io.volume').length, store.list('node').length]).toEqual([30, 4]);
    expect(parseCli(['--events-per-second', '200']).eventsPerSecond).toBe(200);
  });

  it('--allow-remote lets image URLs leave the machine', () => {
    expect(simulate('--scenario', 'empty').cluster.allowRemote).toBe(false);
    expect(simulate('--scenario', 'empty', '--allow-remote').cluster.allowRemote).toBe(true);
  });

  it('--port, --host, --dashboard and --extension say what is served, and where', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'simulator-cli-'));
    writeFileSync(join(folder, 'index.html'), '<h1>dashboard</h1>');
    writeFileSync(join(folder, 'own-1.0.0.umd.min.js'), 'own');
    const options = parseCli(['--scenario', 'empty', '--port', '0', '--host', '127.0.0.1', '--dashboard', folder, '--extension', `own@1.0.0=${folder}`]);
    const simulator = openFor(options);
    open.push(simulator);
    const { url } = await simulator.listen(options.port, options.host);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(`${url}/`)).text()).toContain('dashboard');
    expect(await (await fetch(`${url}/v1/uiplugins`)).json()).toMatchObject({ entries: { own: { version: '1.0.0' } } });
    expect(await (await fetch(`${url}/v1/uiplugins/own/1.0.0/plugin/own-1.0.0.umd.min.js`)).text()).toBe('own');
    rmSync(folder, { recursive: true });
  });

  it('--list and --help print and end; what is wrong ends with 2 and words', async () => {
    const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const complained = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(await main(['--list'])).toBe(0);
    expect(String(printed.mock.lastCall?.[0])).toMatch(/^default\t.+\n/);
    expect(await main(['-h'])).toBe(0);
    expect(String(printed.mock.lastCall?.[0])).toContain('npx harvester-simulator [options]');
    expect(await main(['--fly'])).toBe(2);
    expect(await main(['--scenario', 'nowhere'])).toBe(2);
    expect(String(complained.mock.lastCall?.[0])).toMatch(/scenario nowhere does not exist.*See npx harvester-simulator --help/s);
  });
});
