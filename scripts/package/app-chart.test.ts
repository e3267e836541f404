import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { apiBase } from '../../src/app/http';
import { ADDON_SCHEMA, ADDON_SPEC } from './addon-schema';
import { appObjectSizes, layOutApp, OBJECT_LIMIT } from './app-chart';
import { appPath } from './harvester';
import { builtApp, fileOf, makeRepository, PRODUCT, ROOT, URL_OF_REPOSITORY } from './test-support';

/** The published schema of Harvester's add-ons; set `SCHEMAS_DIR` to look elsewhere. */
const SCHEMAS = resolve(ROOT, process.env.SCHEMAS_DIR ?? '../shared/schemas', 'harvester-1.9.json');

describe('the app\'s files in the chart', () => {
  test('come out as they went in', () => {
    const files = layOutApp(builtApp());

    expect([...files.keys()].sort()).toEqual(['files/assets/index-BXyT9vls.css.gz', 'files/assets/index-C7APrNh7.js.gz', 'files/pages/favicon.svg', 'files/pages/index.html']);
    for (const [path, content] of builtApp()) {
      const packed = files.get(path.startsWith('assets/') ? `files/${ path }.gz` : `files/pages/${ path }`)!;

      expect(path.startsWith('assets/') ? gunzipSync(packed) : packed, path).toEqual(content);
    }
  });

  test.each(['assets/fonts/a.woff2', 'sub/index.html', 'assets/a b.js'])('%s has no place there', (path) => {
    expect(() => layOutApp(builtApp().set(path, Buffer.from('x')))).toThrow(`no place for ${ path }`);
  });

  test('a page is needed', () => {
    const app = builtApp();

    app.delete('index.html');
    expect(() => layOutApp(app)).toThrow('index.html');
  });

  test('what Helm keeps of an installation fits a Secret, or nothing is packaged', async() => {
    const { appChart } = await makeRepository();

    for (const size of Object.values(appObjectSizes(appChart))) {
      expect(size).toBeGreaterThan(0);
      expect(size).toBeLessThan(OBJECT_LIMIT);
    }
    // Half a megabyte that cannot be compressed fits a ConfigMap, but not twice the record.
    await expect(makeRepository({ app: builtApp().set('assets/big.bin', randomBytes(512 * 1024)) })).rejects.toThrow(/^record of the installation: \d+ bytes/);
    await expect(makeRepository({ app: builtApp().set('assets/big.bin', randomBytes(1100 * 1024)) })).rejects.toThrow(/^ConfigMap of the assets: \d+ bytes/);
  });
});

describe('the way to the app', () => {
  test('its address on Harvester leads it to Harvester\'s own API, through Rancher to the same cluster\'s', () => {
    expect(apiBase(appPath(PRODUCT.appName))).toEqual({ clusterId: 'local', base: '/v1/harvester' });
    expect(apiBase(appPath(PRODUCT.appName, 'c-m-8xk2p'))).toEqual({ clusterId: 'c-m-8xk2p', base: '/k8s/clusters/c-m-8xk2p/v1/harvester' });
  });

  test('the chart\'s service has the name and the port of that address, whatever the release is called', async() => {
    const repository = await makeRepository();
    const template = fileOf(repository, `charts/${ PRODUCT.appName }/${ PRODUCT.version }/templates/service.yaml`).toString();

    expect(template).toContain('name: {{ .Chart.Name }}\n  namespace: {{ .Release.Namespace }}');
    expect(template).toContain('port: 80\n');
    expect(appPath(PRODUCT.appName)).toBe(`/k8s/clusters/local/api/v1/namespaces/harvester-system/services/http:${ PRODUCT.appName }:80/proxy/`);
  });
});

describe('the manifests for Harvester', () => {
  test('the add-on fits its schema and names the packaged chart', async() => {
    const repository = await makeRepository();
    const addon = parse(fileOf(repository, 'harvester/addon.yaml').toString()) as { readonly spec: object };
    const check = new Ajv().compile(ADDON_SCHEMA);

    expect(check(addon), JSON.stringify(check.errors)).toBe(true);
    expect(addon).toMatchObject({ metadata: { name: PRODUCT.appName, namespace: 'harvester-system' } });
    expect(addon.spec).toEqual({ enabled: true, repo: URL_OF_REPOSITORY, chart: PRODUCT.appName, version: PRODUCT.version, valuesContent: '' });
    // The schema is not one that takes anything.
    for (const wrong of [{ version: 1 }, { enabled: 'true' }, { repo: undefined }, { values: '' }]) {
      expect(check({ ...addon, spec: { ...addon.spec, ...wrong } }), JSON.stringify(wrong)).toBe(false);
    }
  });

  test.skipIf(!existsSync(SCHEMAS))('that schema is the published one', () => {
    const { Addon } = JSON.parse(readFileSync(SCHEMAS, 'utf8')) as { readonly Addon: { readonly group: string; readonly version: string; readonly schema: { readonly properties: { readonly spec: object } } } };

    expect(Addon.schema.properties.spec).toEqual(ADDON_SPEC);
    expect(`${ Addon.group }/${ Addon.version }`).toBe(ADDON_SCHEMA.properties.apiVersion.const);
  });

  test('the other one has the chart inside', async() => {
    const repository = await makeRepository();
    const manifest = parse(fileOf(repository, 'harvester/helmchart.yaml').toString()) as { readonly spec: { readonly chartContent: string; readonly targetNamespace: string } };

    expect(manifest).toMatchObject({ apiVersion: 'helm.cattle.io/v1', kind: 'HelmChart', metadata: { name: PRODUCT.appName, namespace: 'harvester-system' } });
    expect(manifest.spec.targetNamespace).toBe('harvester-system');
    expect(Buffer.from(manifest.spec.chartContent, 'base64').equals(repository.appChart.archive)).toBe(true);
  });
});
