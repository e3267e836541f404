import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { gunzipSync } from 'node:zlib';
import { extensionFolder } from './extension-chart';
import { writeTree } from './files';
import { appPath } from './harvester';
import { builtApp, makeRepository, PRODUCT, URL_OF_REPOSITORY } from './test-support';

/** Rendered by Helm itself where it is installed; set `HELM` to the program when it is not on the path. */
const HELM = process.env.HELM ?? 'helm';
const hasHelm = spawnSync(HELM, ['version']).status === 0;

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: unknown;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly rules?: unknown;
}

describe.skipIf(!hasHelm)('rendered by Helm', () => {
  let folder: string;

  beforeAll(async() => {
    folder = await mkdtemp(join(tmpdir(), 'lhv2-helm-'));
    await writeTree(join(folder, 'repository'), (await makeRepository()).files);
  });
  afterAll(async() => { await rm(folder, { recursive: true }); });

  const render = async(chart: string, namespace: string, values: object): Promise<Rendered[]> => {
    const file = join(folder, 'values.yaml');

    await writeFile(file, JSON.stringify(values));
    const { status, stdout, stderr } = spawnSync(HELM, ['template', 'some-release', join(folder, `repository/charts/${ chart }/${ PRODUCT.version }`), '--namespace', namespace, '--values', file], { encoding: 'utf8' });

    expect(status, stderr).toBe(0);

    return parseAllDocuments(stdout, { version: '1.1' }).map((document) => {
      expect(document.errors).toEqual([]);

      return document.toJS() as Rendered | null;
    }).filter((object) => object !== null);
  };

  test('the extension is one UIPlugin, named like its script whatever the release is called', async() => {
    const endpoint = `${ URL_OF_REPOSITORY }/${ extensionFolder(PRODUCT) }`;
    const [plugin, ...others] = await render(PRODUCT.name, 'cattle-ui-plugin-system', {});

    expect(others).toEqual([]);
    expect(plugin).toMatchObject({ apiVersion: 'catalog.cattle.io/v1', kind: 'UIPlugin', metadata: { name: PRODUCT.name, namespace: 'cattle-ui-plugin-system' } });
    expect(plugin!.spec).toEqual({
      plugin: { name: PRODUCT.name, version: PRODUCT.version, endpoint, compressedEndpoint: `${ endpoint }.tgz`, noCache: false, noAuth: false, metadata: PRODUCT.annotations }
    });
  });

  test('the app is its files, a server and a service at the app\'s address', async() => {
    const objects = await render(PRODUCT.appName, 'harvester-system', { image: 'registry.example.com/nginx:1' });
    const files = Object.assign({}, ...objects.map(({ binaryData }) => binaryData ?? {})) as Readonly<Record<string, string>>;
    const service = objects.find(({ kind }) => kind === 'Service')!;

    expect(objects.map(({ kind }) => kind).sort()).toEqual(['ConfigMap', 'ConfigMap', 'ConfigMap', 'Deployment', 'Service']);
    for (const [path, content] of builtApp()) {
      const isAsset = path.startsWith('assets/');
      const carried = Buffer.from(files[isAsset ? `${ path.slice('assets/'.length) }.gz` : path]!, 'base64');

      expect(isAsset ? gunzipSync(carried) : carried, path).toEqual(content);
    }
    expect(appPath(service.metadata.name)).toContain(`/namespaces/${ service.metadata.namespace }/services/http:${ service.metadata.name }:80/`);
    expect(service.spec).toMatchObject({ ports: [{ port: 80, targetPort: 'http' }] });
    expect(objects.find(({ kind }) => kind === 'Deployment')!.spec).toMatchObject({ template: { spec: { containers: [{ image: 'registry.example.com/nginx:1', securityContext: { readOnlyRootFilesystem: true } }] } } });
  });

  test('who is let in may use that one proxy and nothing else', async() => {
    const objects = await render(PRODUCT.appName, 'harvester-system', { image: 'nginx', allowGroups: ['system:authenticated'] });

    expect(objects.find(({ kind }) => kind === 'Role')?.rules).toEqual([{ apiGroups: [''], resources: ['services/proxy'], resourceNames: [`http:${ PRODUCT.appName }:80`], verbs: ['get'] }]);
  });
});
