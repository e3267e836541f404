import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { Document } from 'yaml';
import { gunzipSync } from 'node:zlib';
import { extensionFolder } from './extension-chart';
import { readTree, writeTree } from './files';
import { appPath } from './harvester';
import { builtApp, makeRepository, PRODUCT, ROOT, URL_OF_REPOSITORY } from './test-support';

/** Rendered by Helm itself where it is installed; set `HELM` to the program when it is not on the path. */
const HELM = process.env.HELM ?? 'helm';
/** Else, and also, by the template engine that is inside Helm, where Go is installed. */
const GO = process.env.GO ?? 'go';
const has = (program: string): boolean => spawnSync(program, ['version']).status === 0;

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: unknown;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: unknown;
  readonly subjects?: unknown;
}

type Cluster = Readonly<Record<string, object>>;

interface Renderer {
  readonly name: string;
  readonly isThere: boolean;
  /** Whether it can be told what is in the cluster. */
  readonly hasCluster: boolean;
  /** Texts of the rendered files, in YAML. Throws what the program complains about. */
  render(chart: string, namespace: string, values: object, cluster: Cluster): Promise<string[]>;
}

const folder = await mkdtemp(join(tmpdir(), 'lhv2-helm-'));
const program = join(folder, 'render');

function run(command: string, args: readonly string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', input, maxBuffer: 64 * 1024 * 1024 });

  if (status !== 0) {
    throw new Error(stderr);
  }

  return stdout;
}

const byHelm: Renderer = {
  name: 'Helm',
  isThere: has(HELM),
  hasCluster: false,
  async render(chart, namespace, values) {
    const file = join(folder, 'values.yaml');

    await writeFile(file, JSON.stringify(values));

    return [run(HELM, ['template', 'some-release', chart, '--namespace', namespace, '--values', file])];
  }
};

const byEngine: Renderer = {
  name: 'Go\'s template engine',
  isThere: has(GO),
  hasCluster: true,
  async render(chart, namespace, values, cluster) {
    const tree = await readTree(chart);
    const read = (path: string): Record<string, string> => parse(tree.get(path)!.toString(), { version: '1.1' }) as Record<string, string>;
    const { name, version, appVersion } = read('Chart.yaml');
    const isTemplate = (path: string): boolean => path.startsWith('templates/');
    const rendered = JSON.parse(run(program, [], JSON.stringify({
      templates: Object.fromEntries([...tree].filter(([path]) => isTemplate(path)).map(([path, content]) => [path, content.toString()])),
      files: Object.fromEntries([...tree].filter(([path]) => !isTemplate(path)).map(([path, content]) => [path, content.toString('base64')])),
      values: { ...read('values.yaml'), ...values },
      chart: { Name: name, Version: version, AppVersion: appVersion },
      release: { Name: 'some-release', Namespace: namespace, Service: 'Helm' },
      cluster
    }))) as Record<string, string>;

    return Object.values(rendered);
  }
};

afterAll(async() => { await rm(folder, { recursive: true }); });

describe.each([byHelm, byEngine])('rendered by $name', { timeout: 60_000 }, (renderer) => {
  beforeAll(async() => {
    if (!renderer.isThere) {
      return;
    }
    await writeTree(join(folder, 'repository'), (await makeRepository()).files);
    if (renderer === byEngine) {
      run(GO, ['build', '-o', program, join(ROOT, 'scripts/package/go-template/main.go')]);
    }
  }, 300_000);

  const render = async(chart: string, namespace: string, values: object, cluster: Cluster = {}): Promise<Rendered[]> => {
    const texts = await renderer.render(join(folder, `repository/charts/${ chart }/${ PRODUCT.version }`), namespace, values, cluster);

    return texts.flatMap((text) => parseAllDocuments(text, { version: '1.1' }) as Document[]).map((document) => {
      expect(document.errors).toEqual([]);

      return document.toJS() as Rendered | null;
    }).filter((object) => object !== null);
  };

  test.skipIf(!renderer.isThere)('the extension is one UIPlugin, named like its script whatever the release is called', async() => {
    const endpoint = `${ URL_OF_REPOSITORY }/${ extensionFolder(PRODUCT) }`;
    const [plugin, ...others] = await render(PRODUCT.name, 'cattle-ui-plugin-system', {});

    expect(others).toEqual([]);
    expect(plugin).toMatchObject({ apiVersion: 'catalog.cattle.io/v1', kind: 'UIPlugin', metadata: { name: PRODUCT.name, namespace: 'cattle-ui-plugin-system' } });
    expect(plugin!.spec).toEqual({
      plugin: { name: PRODUCT.name, version: PRODUCT.version, endpoint, compressedEndpoint: `${ endpoint }.tgz`, noCache: false, noAuth: false, metadata: PRODUCT.annotations }
    });
  });

  test.skipIf(!renderer.isThere)('the app is its files, a server and a service at the app\'s address', async() => {
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
    expect(objects.find(({ data }) => data !== undefined)?.data?.['nginx.conf']).toBe(await readFile(join(ROOT, 'packaging/charts/app/files/nginx.conf'), 'utf8'));
    expect(service.spec).toMatchObject({ ports: [{ port: 80, targetPort: 'http' }] });
    expect(objects.find(({ kind }) => kind === 'Deployment')!.spec).toMatchObject({ template: { spec: { containers: [{ image: 'registry.example.com/nginx:1', securityContext: { readOnlyRootFilesystem: true } }] } } });
  });

  test.skipIf(!renderer.isThere)('who is let in may use that one proxy and nothing else', async() => {
    const objects = await render(PRODUCT.appName, 'harvester-system', { image: 'nginx', allowGroups: ['system:authenticated'] });

    expect(objects.find(({ kind }) => kind === 'RoleBinding')?.subjects).toEqual([{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }]);
    expect(objects.find(({ kind }) => kind === 'Role')?.rules).toEqual([{ apiGroups: [''], resources: ['services/proxy'], resourceNames: [`http:${ PRODUCT.appName }:80`], verbs: ['get'] }]);
  });

  test.skipIf(!renderer.isThere || !renderer.hasCluster)('without an image of its own, the one of Longhorn\'s UI; without that, a sentence', async() => {
    const ui = { spec: { template: { spec: { containers: [{ image: 'rancher/longhorn-ui:v1.11.2' }] } } } };
    const objects = await render(PRODUCT.appName, 'harvester-system', {}, { 'apps/v1/Deployment/longhorn-system/longhorn-ui': ui });

    expect(objects.find(({ kind }) => kind === 'Deployment')!.spec).toMatchObject({ template: { spec: { containers: [{ image: 'rancher/longhorn-ui:v1.11.2', resources: { limits: { memory: '64Mi' } } }] } } });
    await expect(render(PRODUCT.appName, 'harvester-system', {})).rejects.toThrow('no deployment longhorn-system/longhorn-ui to take an image with nginx from: set the value image');
  });
});
