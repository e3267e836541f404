import { createHash } from 'node:crypto';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { describe, expect, test } from 'vitest';
import { createBill } from './bill';
import { bundledPackages, modulesOf } from './bundled';
import { billPath } from './repository';
import { bundled, fileOf, makeRepository, PRODUCT, ROOT } from './test-support';

interface Bill {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp?: string; readonly component: { readonly name: string; readonly version: string; readonly hashes: readonly { readonly alg: string; readonly content: string }[] } };
  readonly components?: readonly { readonly group?: string; readonly name: string; readonly version: string; readonly purl: string; readonly licenses: readonly unknown[] }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
const repository = await makeRepository();
const bills = [PRODUCT.name, PRODUCT.appName].map((name) => ({ name, content: fileOf(repository, billPath(name, PRODUCT.version)).toString() }));
const app = JSON.parse(bills[1]!.content) as Bill;

// The published schema takes seconds to compile where much else runs.
describe('bills of materials', { timeout: 60_000 }, () => {
  test.each(bills)('$name: fits the published schema of CycloneDX 1.6, strictly', async({ content }) => {
    expect(await validator.validate(content)).toBeNull();
    expect(await validator.validate(content.replace('"components"', '"parts"').replace('"bomFormat"', '"format"'))).not.toBeNull();
  });

  test('name each package once per version, with its address and licence', () => {
    expect(app.components?.map(({ purl }) => purl)).toEqual(['pkg:npm/%40scope/part@1.0.0', 'pkg:npm/twice@1.0.0', 'pkg:npm/twice@2.0.0', 'pkg:npm/whole@2.1.0-rc.1']);
    expect(app.components?.map(({ licenses }) => licenses)).toEqual([[{ license: { id: 'MIT' } }], [{ license: { id: 'MIT' } }], [{ license: { name: 'Own words of its author' } }], [{ license: { id: 'MIT' } }]]);
  });

  test('say what needs what, of what is inside', () => {
    const needs = new Map(app.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn ?? []]));

    expect(needs.get('whole@2.1.0-rc.1')).toEqual(['@scope/part@1.0.0']);
    expect(needs.get(`${ PRODUCT.appName }@${ PRODUCT.version }`)).toHaveLength(4);
  });

  test('are of one package each, by its digest, and tell no time', async() => {
    const chart = fileOf(repository, `assets/${ PRODUCT.appName }/${ PRODUCT.appName }-${ PRODUCT.version }.tgz`);
    const other = JSON.parse(fileOf(await makeRepository({ contents: { extension: [], app: bundled().slice(1) } }), billPath(PRODUCT.appName, PRODUCT.version)).toString()) as Bill;

    expect(app.metadata).toMatchObject({ component: { name: PRODUCT.appName, version: PRODUCT.version, hashes: [{ alg: 'SHA-256', content: createHash('sha256').update(chart).digest('hex') }] } });
    expect(app.metadata.timestamp).toBeUndefined();
    expect(other.serialNumber).not.toBe(app.serialNumber);
    expect(createBill({ ...PRODUCT, archive: Buffer.from('a') }, bundled())).toEqual(createBill({ ...PRODUCT, archive: Buffer.from('a') }, bundled()));
  });
});

describe('what is in a bundle', () => {
  test('is told by the modules of which something was left', () => {
    expect(modulesOf([{ modules: { b: { renderedLength: 1 }, gone: { renderedLength: 0 } } }, { modules: { a: { renderedLength: 2 }, b: { renderedLength: 1 } } }])).toEqual(['a', 'b']);
  });

  test('files of packages, also nested and virtual ones; not our own', () => {
    const found = bundledPackages([`${ ROOT }src/app/main.ts`, '\0host-vue', `${ ROOT }node_modules/vue/dist/x.js?v=1`, `\0${ ROOT }node_modules/@vue/shared/dist/x.js?commonjs`, '\0vite/preload-helper.js', '\0plugin-vue:export-helper', '\0rolldown/runtime.js'], ROOT.replace(/\/$/, ''));

    expect(found.map(({ name }) => name)).toEqual(['@vitejs/plugin-vue', '@vue/shared', 'rolldown', 'vite', 'vue']);
    expect(found.every(({ license, version }) => license === 'MIT' && /^\d+\./.test(version))).toBe(true);
  });

  test.each(['\0some-plugin/helper', '/elsewhere/x.js', `${ ROOT }node_modules/not-installed/x.js`])('%j is from nobody knows where: refused', (id) => {
    expect(() => bundledPackages([id], ROOT.replace(/\/$/, ''))).toThrow('nobody knows');
  });
});
