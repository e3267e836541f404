import { valid, validRange } from 'semver';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { sha256 } from './archive';
import { parseProduct, readProduct } from './product';
import { parseUrl } from './repository';
import { builtApp, builtExtension, fileOf, makeRepository, PRODUCT, readArchive, ROOT } from './test-support';

interface IndexEntry {
  readonly apiVersion: string;
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly type: string;
  readonly kubeVersion?: string;
  readonly created: string;
  readonly digest: string;
  readonly urls: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

const readYaml = (content: Buffer): unknown => parse(content.toString(), { version: '1.1' });
const repository = await makeRepository();
const index = readYaml(fileOf(repository, 'index.yaml')) as { readonly apiVersion: string; readonly generated: unknown; readonly entries: Readonly<Record<string, readonly IndexEntry[]>> };
const charts = Object.values(index.entries).flat();

describe('the same input gives the same bytes', () => {
  test('whatever the order that files are found in, and whenever', async() => {
    const reversed = <Key, Value>(tree: ReadonlyMap<Key, Value>): Map<Key, Value> => new Map([...tree].reverse());

    await new Promise((resolve) => { setTimeout(resolve, 1100); });
    const again = await makeRepository({ extension: reversed(builtExtension()), app: reversed(builtApp()) });

    expect([...again.files.keys()].sort()).toEqual([...repository.files.keys()].sort());
    for (const [path, content] of again.files) {
      expect(content.equals(fileOf(repository, path)), path).toBe(true);
    }
  });

  test('and another input gives others', async() => {
    const other = await makeRepository({ app: builtApp().set('assets/index-C7APrNh7.js', Buffer.from('console.log("other")')) });
    const path = `assets/${ PRODUCT.appName }/${ PRODUCT.appName }-${ PRODUCT.version }.tgz`;

    expect(fileOf(other, path).equals(fileOf(repository, path))).toBe(false);
    // New files must reach the pods, which read them once.
    expect(fileOf(other, `charts/${ PRODUCT.appName }/${ PRODUCT.version }/files/checksum`)).not.toEqual(fileOf(repository, `charts/${ PRODUCT.appName }/${ PRODUCT.version }/files/checksum`));
  });

  test('archives tell neither time, person nor machine', async() => {
    const archives = [...repository.files].filter(([path]) => path.endsWith('.tgz'));

    expect(archives).toHaveLength(3);
    for (const [path, content] of archives) {
      const entries = await readArchive(content);
      const names = entries.map(({ header }) => header.name);

      expect(names, path).toEqual([...names].sort());
      expect([...content.subarray(3, 8), content[9]], `gzip header of ${ path }`).toEqual([0, 0, 0, 0, 0, 255]);
      for (const { header } of entries) {
        expect({ mtime: header.mtime?.toISOString(), mode: header.mode, uid: header.uid, gid: header.gid, uname: header.uname, gname: header.gname })
          .toEqual({ mtime: '1980-01-01T00:00:00.000Z', mode: 0o644, uid: 0, gid: 0, uname: '', gname: '' });
      }
    }
  });
});

describe('the Helm repository', () => {
  test('lists both charts in their one version', () => {
    expect(index.apiVersion).toBe('v1');
    expect(Object.keys(index.entries)).toEqual([PRODUCT.name, PRODUCT.appName]);
    expect(charts.map(({ version, appVersion }) => [version, appVersion])).toEqual([[PRODUCT.version, PRODUCT.version], [PRODUCT.version, PRODUCT.version]]);
  });

  test.each(charts.map((chart) => [chart.name, chart] as const))('%s: the entry names an archive that is there, with its digest', (name, chart) => {
    expect(chart.urls).toEqual([`assets/${ name }/${ name }-${ PRODUCT.version }.tgz`]);
    expect(chart.digest).toBe(sha256(fileOf(repository, chart.urls[0]!)));
    expect(Number.isNaN(Date.parse(chart.created))).toBe(false);
  });

  test.each(charts.map((chart) => [chart.name, chart] as const))('%s: the archive is a chart that Helm 3 takes, the same as in charts/ and in the index', async(name, entry) => {
    const { urls } = entry;
    const metadata = Object.fromEntries(Object.entries(entry).filter(([key]) => !['created', 'digest', 'urls'].includes(key))) as Omit<IndexEntry, 'created' | 'digest' | 'urls'>;
    const files = new Map((await readArchive(fileOf(repository, urls[0]!))).map(({ header, content }) => [header.name, content]));
    const unpacked = new Map([...repository.files].filter(([path]) => path.startsWith(`charts/${ name }/${ PRODUCT.version }/`)).map(([path, content]) => [path.replace(`charts/${ name }/${ PRODUCT.version }/`, `${ name }/`), content]));
    const chart = readYaml(files.get(`${ name }/Chart.yaml`)!);

    expect(files.size).toBeGreaterThan(3);
    expect([...files.keys()].sort()).toEqual([...unpacked.keys()].sort());
    for (const [path, content] of files) {
      expect(content.equals(unpacked.get(path)!), path).toBe(true);
    }
    expect(chart).toEqual(metadata);
    expect(metadata).toMatchObject({ apiVersion: 'v2', type: 'application', name });
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(valid(metadata.version)).toBe(metadata.version);
    expect(metadata.kubeVersion === undefined || validRange(metadata.kubeVersion) !== null).toBe(true);
    for (const value of Object.values(metadata.annotations)) {
      // Kubernetes' and Helm's annotations are texts: a bare true would stop the chart from loading.
      expect(typeof value).toBe('string');
    }
    expect(readYaml(files.get(`${ name }/values.yaml`)!)).toBeTypeOf('object');
  });

  test('Rancher takes one of them for an extension, and says for which hosts', () => {
    const [extension, app] = charts;

    expect(extension!.annotations).toMatchObject({ ...PRODUCT.annotations, 'catalog.cattle.io/ui-component': 'plugins', 'catalog.cattle.io/namespace': 'cattle-ui-plugin-system' });
    expect(app!.annotations['catalog.cattle.io/ui-component']).toBeUndefined();
    for (const annotations of charts.map((chart) => chart.annotations)) {
      expect(annotations['catalog.cattle.io/certified']).toBeUndefined();
    }
  });
});

describe('one place for the version', () => {
  test('the extension\'s package.json', async() => {
    const product = await readProduct(ROOT);

    expect(valid(product.version)).toBe(product.version);
    expect(validRange(product.annotations['catalog.cattle.io/ui-extensions-version'])).not.toBeNull();
    expect(validRange(product.annotations['catalog.cattle.io/rancher-version'])).not.toBeNull();
    expect(validRange(product.annotations['catalog.cattle.io/kube-version'])).not.toBeNull();
  });

  test.each([
    ['a version that is none', { version: '1.2' }, /not a plain semantic version/],
    ['build metadata', { version: '1.2.3+4' }, /not a plain semantic version/],
    ['no range of the extension API', { rancher: { annotations: { 'catalog.cattle.io/display-name': 'x' } } }, /ui-extensions-version/],
    ['a bare number among the annotations', { rancher: { annotations: { 'catalog.cattle.io/display-name': 1 } } }, /display-name/]
  ])('%s is refused', (_, change, message) => {
    const pkg = { name: 'x', version: '1.2.3', description: 'x', license: 'x', rancher: { annotations: { ...PRODUCT.annotations } }, ...change };

    expect(() => parseProduct(JSON.stringify(pkg))).toThrow(message);
  });
});

test('addresses of the repository', () => {
  expect(parseUrl('https://charts.example.com/lhv2//')).toBe('https://charts.example.com/lhv2');
  expect(parseUrl('http://10.0.0.1:8080')).toBe('http://10.0.0.1:8080');
  for (const text of ['charts.example.com', 'ftp://charts.example.com', 'https://charts.example.com/?a=b', 'https://me:secret@charts.example.com']) {
    expect(() => parseUrl(text), text).toThrow();
  }
});
