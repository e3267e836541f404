import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createAppServer, listen, serveFolder } from '../app-server';
import type { ListeningServer } from '../app-server';
import { checkExtension, uiPluginTemplate } from './extension-chart';
import { writeTree } from './files';
import { UI_PLUGIN_SCHEMA } from './ui-plugin-schema';
import { readProduct } from './product';
import { builtExtension, fileOf, makeRepository, PRODUCT, readArchive, renderUiPlugin, ROOT, URL_OF_REPOSITORY } from './test-support';

/** What Rancher's plugin cache does with a UIPlugin (`rancher pkg/controllers/dashboard/plugin/fscache.go`), against a plain web server. */
describe('fetched as Rancher fetches it', () => {
  let folder: string;
  let server: ListeningServer;
  let plugin: { readonly endpoint: string; readonly compressedEndpoint: string };

  const get = async(url: string): Promise<Buffer> => {
    const response = await fetch(url);

    expect(response.status, url).toBe(200);

    return Buffer.from(await response.arrayBuffer());
  };

  beforeAll(async() => {
    folder = await mkdtemp(join(tmpdir(), 'lhv2-repository-'));
    server = await listen(createAppServer(null, serveFolder(folder)), 0, '127.0.0.1');
    const { files } = await makeRepository({ url: `http://127.0.0.1:${ server.port }` });

    await writeTree(folder, files);
    const values = await get(`http://127.0.0.1:${ server.port }/charts/${ PRODUCT.name }/${ PRODUCT.version }/values.yaml`);

    ({ plugin } = parse(values.toString()) as { plugin: typeof plugin });
  });
  afterAll(async() => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  test('file by file: the version, then the list, then all that is on it', async() => {
    const pkg = JSON.parse((await get(`${ plugin.endpoint }/plugin/package.json`)).toString()) as { version: string };
    const list = (await get(`${ plugin.endpoint }/files.txt`)).toString().split('\n').filter(Boolean);

    expect(pkg.version).toBe(PRODUCT.version);
    expect(list).toContain(`plugin/${ PRODUCT.name }-${ PRODUCT.version }.umd.min.js`);
    for (const path of list) {
      const content = await get(`${ plugin.endpoint }/${ path }`);

      expect(content, path).toEqual(builtExtension().get(path) ?? fileOf(await makeRepository(), `extensions/${ PRODUCT.name }/${ PRODUCT.version }/${ path }`));
    }
  });

  test('as one archive, below a folder named like the version', async() => {
    const entries = await readArchive(await get(plugin.compressedEndpoint));

    const folderOf = `extensions/${ PRODUCT.name }/`;
    const { files } = await makeRepository();

    // The same as file by file: what is built, the licences, and the list of it all.
    expect(new Map(entries.map(({ header, content }) => [header.name, content]))).toEqual(new Map([...files].filter(([path]) => path.startsWith(`${ folderOf }${ PRODUCT.version }/`)).map(([path, content]) => [path.slice(folderOf.length), content])));
    expect(entries).toHaveLength(builtExtension().size + 2);
  });
});

describe('the UIPlugin', async() => {
  const check = new Ajv().compile(UI_PLUGIN_SCHEMA);
  const repository = await makeRepository();
  const folder = `charts/${ PRODUCT.name }/${ PRODUCT.version }`;
  const render = (): ReturnType<typeof renderUiPlugin> => renderUiPlugin(fileOf(repository, `${ folder }/templates/uiplugin.yaml`), fileOf(repository, `${ folder }/values.yaml`));

  test('is the chart\'s only object, written out but for the two addresses', () => {
    const templates = [...repository.files.keys()].filter((path) => path.startsWith(`${ folder }/templates/`));
    const directives = fileOf(repository, `${ folder }/templates/uiplugin.yaml`).toString().match(/\{\{/g);

    expect(templates).toEqual([`${ folder }/templates/uiplugin.yaml`]);
    expect(directives).toHaveLength(2);
  });

  test('fits its published schema, and points to the files beside the chart', () => {
    const plugin = render();
    const endpoint = `${ URL_OF_REPOSITORY }/extensions/${ PRODUCT.name }/${ PRODUCT.version }`;

    expect(check(plugin), JSON.stringify(check.errors)).toBe(true);
    expect(plugin.spec).toEqual({
      plugin: { name: PRODUCT.name, version: PRODUCT.version, endpoint, compressedEndpoint: `${ endpoint }.tgz`, noCache: false, noAuth: false, metadata: PRODUCT.annotations }
    });
    // The schema is not one that takes anything.
    for (const wrong of [{ version: 1 }, { endpoint: '' }, { cache: true }, { metadata: { a: true } }]) {
      expect(check({ ...plugin, spec: { plugin: { ...plugin.spec.plugin, ...wrong } } }), JSON.stringify(wrong)).toBe(false);
    }
    expect(check({ ...plugin, metadata: { ...plugin.metadata, namespace: 'default' } })).toBe(false);
  });

  test('of what is really packaged fits it too, whatever its version looks like', async() => {
    const product = await readProduct(ROOT);

    for (const version of [product.version, '1.10.0', '2.0.0-rc.1']) {
      const plugin = renderUiPlugin(uiPluginTemplate({ ...product, version }), Buffer.from('plugin: { endpoint: "http://a", compressedEndpoint: "" }'));

      expect(check(plugin), JSON.stringify(check.errors)).toBe(true);
      expect(plugin.spec.plugin.version).toBe(version);
      expect(plugin.spec.plugin.metadata).toEqual(product.annotations);
    }
    expect(() => uiPluginTemplate({ ...product, annotations: { a: '{{ .Values }}' } })).toThrow('directive');
  });
});

describe('a build that Rancher would refuse is not packaged', () => {
  const script = `plugin/${ PRODUCT.name }-${ PRODUCT.version }.umd.min.js`;

  test.each([
    ['of another version', (files: Map<string, Buffer>) => files.set('plugin/package.json', Buffer.from(JSON.stringify({ name: PRODUCT.name, version: '1.2.2', main: 'x' }))), /build the extension again/],
    ['without its script', (files: Map<string, Buffer>) => files.delete(script), /umd\.min\.js/],
    ['with a file that the list leaves out', (files: Map<string, Buffer>) => files.set('plugin/pages.js', Buffer.from('')), /does not name plugin\/pages\.js/],
    ['with a list of more than there is', (files: Map<string, Buffer>) => files.set('files.txt', Buffer.from(`${ files.get('files.txt')?.toString() }plugin/pages.js\n`)), /pages\.js, which is not there/],
    ['with a name that climbs', (files: Map<string, Buffer>) => files.set('plugin/..x', Buffer.from('')).set('files.txt', Buffer.from(`${ files.get('files.txt')?.toString() }plugin/..x\n`)), /refuses the file name/],
    ['with a file of more than 30 MB', (files: Map<string, Buffer>) => files.set(script, Buffer.alloc(30 * 1024 * 1024 + 1)), /30 MB/]
  ])('%s', (_, spoil, message) => {
    const files = builtExtension();

    expect(() => { checkExtension(PRODUCT, files); }).not.toThrow();
    spoil(files);
    expect(() => { checkExtension(PRODUCT, files); }).toThrow(message);
  });
});
