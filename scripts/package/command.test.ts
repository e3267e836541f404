import { spawn } from 'node:child_process';
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { OBJECT_LIMIT, releaseSize } from './app-chart';
import { UI_PLUGIN_SCHEMA } from './ui-plugin-schema';
import { readTree } from './files';
import type { FileTree } from './files';
import { NOTICES } from './notices';
import { readProduct } from './product';
import type { Product } from './product';
import { billPath } from './repository';
import { renderUiPlugin, ROOT } from './test-support';

/** Of an object's limit: above it, there is no room left for what the next release adds. */
const ROOM = 0.95;
const URL = 'http://files.example.com/lhv2';

/** The command as people run it. Resolves to what it printed. */
function packageInto(out: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // As outside of a test: the mode of the build follows the environment.
    const child = spawn('npx', ['tsx', 'scripts/package.ts', '--url', URL, '--out', out], { cwd: ROOT, env: { ...process.env, NODE_ENV: undefined, VITEST: undefined }, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';

    child.stdout.on('data', (data: Buffer) => { printed += data.toString(); });
    child.stderr.on('data', (data: Buffer) => { printed += data.toString(); });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) {
        resolve(printed);
      } else {
        reject(new Error(`npm run package ended with ${ String(code) }: ${ printed }`));
      }
    });
  });
}

// The published schema alone takes seconds to compile where much else runs.
describe('npm run package, with everything really built', { timeout: 60_000 }, () => {
  let folder: string;
  let printed = '';
  let product: Product;
  let first: FileTree;
  let second: FileTree;

  beforeAll(async() => {
    folder = await mkdtemp(join(tmpdir(), 'lhv2-command-'));
    [printed] = await Promise.all([packageInto(join(folder, 'first')), packageInto(join(folder, 'second'))]);
    first = await readTree(join(folder, 'first'));
    second = await readTree(join(folder, 'second'));
    product = await readProduct(ROOT);
  }, 300_000);
  afterAll(async() => { await rm(folder, { recursive: true, force: true }); });

  const bill = (name: string): { readonly text: string; readonly names: string[] } => {
    const text = first.get(billPath(name, product.version))!.toString();
    const { components = [] } = JSON.parse(text) as { readonly components?: readonly { readonly group?: string; readonly name: string }[] };

    return { text, names: components.map((each) => (each.group === undefined ? each.name : `${ each.group }/${ each.name }`)) };
  };

  test('two builds give the same bytes', () => {
    expect([...second.keys()]).toEqual([...first.keys()]);
    for (const [path, content] of second) {
      expect(content.equals(first.get(path)!), path).toBe(true);
    }
  });

  test('the record of the app\'s installation has room in its Secret, and the command says how much', () => {
    const prefix = `charts/${ product.appName }/${ product.version }/`;
    const size = releaseSize(new Map([...first].filter(([path]) => path.startsWith(prefix)).map(([path, content]) => [path.slice(prefix.length), content])));

    expect(size).toBeGreaterThan(100 * 1024);
    expect(size).toBeLessThan(ROOM * OBJECT_LIMIT);
    expect(printed).toContain(`record of the installation: ${ Math.round(size / 1024) } KiB, ${ Math.round(100 * size / OBJECT_LIMIT) } %`);
  });

  test('every bill of materials is valid, and names what the app asks npm for', async() => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { readonly dependencies: Readonly<Record<string, string>> };
    // Only a shell around its parts: everything it has is in those.
    const wanted = Object.keys(dependencies).map((name) => (name === 'vue' ? '@vue/runtime-core' : name));

    expect(await validator.validate(bill(product.appName).text)).toBeNull();
    expect(await validator.validate(bill(product.name).text)).toBeNull();
    expect(bill(product.appName).names).toEqual(expect.arrayContaining(wanted));
    // In the worker that computes checksums, and nowhere else.
    expect(wanted).toContain('hash-wasm');
    // The host brings Vue; a second one would break its reactivity.
    expect(bill(product.name).names.filter((name) => /^(vue|@vue\/|pinia|axios)/.test(name))).toEqual([]);
  });

  test('every manifest is YAML without a mistake, and the UIPlugin fits its schema', () => {
    const manifests = [...first].filter(([path]) => /\.yaml$/.test(path) && !path.includes('/templates/'));
    const folderOf = `charts/${ product.name }/${ product.version }`;

    expect(manifests.map(([path]) => path)).toEqual(expect.arrayContaining(['harvester/addon.yaml', 'harvester/helmchart.yaml', 'index.yaml', `${ folderOf }/Chart.yaml`]));
    for (const [path, content] of manifests) {
      for (const document of parseAllDocuments(content.toString(), { version: '1.1' })) {
        expect([...document.errors, ...document.warnings], path).toEqual([]);
      }
    }

    const check = new Ajv().compile(UI_PLUGIN_SCHEMA);

    expect(check(renderUiPlugin(first.get(`${ folderOf }/templates/uiplugin.yaml`)!, first.get(`${ folderOf }/values.yaml`)!)), JSON.stringify(check.errors)).toBe(true);
  });

  test('the licence of everything that is inside goes along', () => {
    for (const [name, path] of [[product.appName, `charts/${ product.appName }/${ product.version }`], [product.name, `extensions/${ product.name }/${ product.version }/plugin`]] as const) {
      const notices = first.get(`${ path }/${ NOTICES }`)!.toString();

      for (const part of bill(name).names) {
        expect(notices, name).toMatch(new RegExp(`^${ part } \\d`, 'm'));
      }
      expect(notices).toContain('Permission is hereby granted');
    }
  });

  test('nothing in it names the machine it was made on', () => {
    for (const [path, content] of first) {
      expect(content.includes(ROOT), path).toBe(false);
      expect(content.includes(folder), path).toBe(false);
    }
  });
});
