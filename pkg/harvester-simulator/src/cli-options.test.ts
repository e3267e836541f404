import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { helpText, parseCli } from './cli-options';
import { PROFILES } from './profiles';
import { createSimulator } from './server';
import { ROLES } from './steve/access';
import { WIRING } from './wiring';

describe('command line', () => {
  it('has defaults that start on this machine only', () => {
    expect(parseCli([])).toMatchObject({ port: 8006, host: '127.0.0.1', speed: 1, baseTime: 'now', eventsPerSecond: 0, extensions: [], allowRemote: false, isHelp: false });
  });

  it('reads what it is given', () => {
    expect(parseCli(['-s', 'healthy', '-v', '1.9', '-r', 'project-member', '--seed', '7', '--speed', '20', '-p', '0', '--volumes', '10000', '--nodes', '50', '--base-time', '2026-09-01T08:00:00Z', '--allow-remote', '--extension', 'harvester@1.8.2=/x/y=z'])).toMatchObject({
      scenario: 'healthy', version: '1.9', role: 'project-member', seed: '7', speed: 20, port: 0, volumes: 10_000, nodes: 50, allowRemote: true, baseTime: Date.UTC(2026, 8, 1, 8), extensions: [{ name: 'harvester', version: '1.8.2', dir: '/x/y=z' }]
    });
  });

  it.each([
    [['--port', '99999'], /--port 99999: give a whole number/],
    [['--speed', 'fast'], /--speed fast: give a number/],
    [['--role', 'king'], /--role king: choose one of admin/],
    [['--version', '1.4'], /--version 1\.4: choose one of 1\.5/],
    [['--volumes', '0'], /--volumes 0/],
    [['--base-time', 'soon'], /--base-time soon/],
    [['--extension', 'x'], /name@version=folder/],
    [['--fly'], /Unknown option '--fly'/],
    [['stray'], /Unexpected argument 'stray'/]
  ])('says what is wrong with %j', (argv, words) => {
    expect(() => parseCli(argv)).toThrow(words);
  });

  it('explains itself and the scenarios', () => {
    const text = helpText([{ name: 'calm', description: 'Nothing is wrong.', build: () => undefined }]);
    expect(text).toContain('calm  Nothing is wrong.');
    for (const flag of ['--port', '--host', '--scenario', '--version', '--role', '--seed', '--speed', '--base-time', '--volumes', '--nodes', '--events-per-second', '--dashboard', '--extension', '--allow-remote', '--list', '--help']) expect(text).toContain(flag);
    for (const words of ['1.9  Harvester', 'project-viewer', 'POST /simulator/<name>']) expect(text).toContain(words);
  });

  it('names every fault with its arguments, and fits a terminal', () => {
    const text = helpText(WIRING.scenarios, WIRING.faults);
    for (const { name, args } of WIRING.faults) expect(text).toContain([name, ...args.map((argument) => `<${argument}>`)].join(' '));
    for (const line of text.split('Scenarios\n')[0]?.split('\n') ?? []) expect(line.length, line).toBeLessThanOrEqual(120);
  });

  it('is not alone: the README teaches every command, role and version', async () => {
    const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
    const simulator = createSimulator({ scenario: 'empty', clock: 'manual' });
    const commands = simulator.control.describe()['commands'] as { name: string }[];
    expect([...commands.map(({ name }) => name), ...ROLES, ...Object.keys(PROFILES)].filter((name) => !readme.includes(`\`${name}\``) && !/^1\.[678]$/.test(name))).toEqual([]);
    await simulator.close();
  });
});
