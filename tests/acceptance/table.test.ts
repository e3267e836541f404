// @vitest-environment node
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const range = (from: number, to: number, name: (number: number) => string): string[] => Array.from({ length: to - from + 1 }, (_, index) => name(from + index));
const at = (number: number): string => `AT-${String(number).padStart(2, '0')}`;

/** Those that concern engine, classes, images, VMs and volumes, and all traps. */
const NUMBERS = [...range(1, 7, at), ...range(10, 20, at), ...range(30, 36, at), ...range(1, 12, (number) => `trap ${number}`)];
const rows = read('tests/acceptance/README.md').split('\n').flatMap((line) => /^\| ((?:AT-|trap )\d+) \| (.+) \| (.+) \|$/.exec(line) ?? []).reduce<{ name: string; text: string; where: string }[]>((list, cell, index, all) => index % 4 === 1 ? [...list, { name: cell, text: all[index + 1] ?? '', where: all[index + 2] ?? '' }] : list, []);

/** Names of tests in a file that begin with a number of the table: `it('AT-10 …`, `test("AT-10 …`, rows of `it.each`. */
function namedIn(path: string): string[] {
  return [...read(path).matchAll(/['"`]((?:AT-\d\d|trap \d+))(?= )/g)].map(([, name]) => name ?? '');
}

const files = ['tests/acceptance', 'tests/e2e/standalone', 'tests/e2e/rancher'].flatMap((folder) => readdirSync(`${ROOT}${folder}`).filter((name) => /\.(?:test|spec)\.ts$/.test(name) && name !== 'table.test.ts').map((name) => `${folder}/${name}`));

describe('the table of acceptance tests', () => {
  it('has every number once, in order', () => {
    expect(rows.map(({ name }) => name)).toEqual(NUMBERS);
  });

  it.each(rows.map((row) => [row.name, row] as const))('%s names tests that exist, or says why there is none', (name, { where }) => {
    const paths = [...where.matchAll(/`(tests\/[^`]+\.(?:test|spec)\.ts)`/g)].map(([, path]) => path ?? '');

    if (paths.length === 0) {
      expect(where).toMatch(/^Not this product's: .{20,}/);
    }
    for (const path of paths) {
      expect(existsSync(`${ROOT}${path}`), path).toBe(true);
      expect(namedIn(path), `${path} has a test named ${name}`).toContain(name);
    }
  });

  it('lists every file with a test so named', () => {
    const missing = files.flatMap((path) => [...new Set(namedIn(path))].filter((name) => !rows.find((row) => row.name === name)?.where.includes(path)).map((name) => `${name}: ${path}`));

    expect(missing).toEqual([]);
  });
});
