import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { gzip } from './archive';
import { packageChart } from './chart';
import type { PackagedChart } from './chart';
import { extensionFolder } from './extension-chart';
import { comparePaths } from './files';
import type { FileTree } from './files';
import type { Product } from './product';

/** What a ConfigMap or Secret may hold, in bytes (`kubernetes core.MaxSecretSize`). */
export const OBJECT_LIMIT = 1024 * 1024;

const KUBE_VERSION = 'catalog.cattle.io/kube-version';

/**
 * The app's files as the chart carries them: pages as they are, assets compressed, for the server hands them out so.
 *
 * @throws when the build put a file where the server of the chart would not find it, or under a name that no
 * ConfigMap takes.
 */
export function layOutApp(built: FileTree): Map<string, Buffer> {
  const files = new Map<string, Buffer>();

  for (const [path, content] of built) {
    const [, isAsset, name] = /^(assets\/)?([-._a-zA-Z0-9]+)$/.exec(path) ?? [];

    if (name === undefined) {
      throw new Error(`the chart has no place for ${ path }`);
    }
    files.set(isAsset ? `files/assets/${ name }.gz` : `files/pages/${ name }`, isAsset ? gzip(content) : content);
  }
  if (!files.has('files/pages/index.html')) {
    throw new Error('the built app has no index.html');
  }

  return files;
}

function sizeBelow(folder: string, files: FileTree): number {
  return [...files].reduce((sum, [path, content]) => sum + (path.startsWith(folder) ? content.length : 0), 0);
}

/**
 * Bytes that Helm's record of an installation takes: a Secret with the chart, its files in base64, and with the objects
 * rendered from it, all that gzipped, then in base64 again (`helm pkg/storage/driver/util.go`). The app's files are in
 * there twice and, compressed already, hardly shrink: each of their bytes costs 2.7. Everything else is in it once or small.
 */
export function releaseSize(files: FileTree): number {
  const sorted = [...files].sort(([a], [b]) => comparePaths(a, b));
  const inChart = sorted.map(([name, content]) => ({ name, data: content.toString('base64') }));
  const rendered = inChart.filter(({ name }) => /^files\/(pages|assets)\//.test(name)).map(({ name, data }) => `${ name }: ${ data }`);
  const templates = sorted.filter(([name]) => /^(templates\/|files\/nginx\.conf$)/.test(name)).map(([, content]) => content.toString());
  const record = JSON.stringify({ chart: { files: inChart }, manifest: [...templates, ...rendered].join('\n') });

  return Math.ceil(gzipSync(record, { level: 9 }).length / 3) * 4;
}

/** What counts against the limit of an object, and how much of it, in bytes. */
export function appObjectSizes({ files, archive }: PackagedChart): Readonly<Record<string, number>> {
  return {
    'ConfigMap of the pages': sizeBelow('files/pages/', files),
    'ConfigMap of the assets': sizeBelow('files/assets/', files),
    'record of the installation': releaseSize(files),
    'chart within a HelmChart': Math.ceil(archive.length / 3) * 4
  };
}

/**
 * The chart that serves the standalone app inside a Harvester.
 *
 * @throws when an object of it would be too large for the API server.
 */
export async function createAppChart(product: Product, url: string, sources: FileTree, built: FileTree): Promise<PackagedChart> {
  const files = new Map([...sources, ...layOutApp(built)]);
  const checksum = createHash('sha256');

  for (const [path, content] of [...files].sort(([a], [b]) => comparePaths(a, b))) {
    if (path.startsWith('files/')) {
      checksum.update(`${ path }\0${ content.length }\0`).update(content);
    }
  }
  files.set('files/checksum', Buffer.from(checksum.digest('hex')));

  const chart = await packageChart({
    apiVersion: 'v2',
    name: product.appName,
    version: product.version,
    appVersion: product.version,
    type: 'application',
    description: 'Longhorn v2 boot volumes and volume health as a web app of its own, served inside a Harvester cluster',
    icon: `${ url }/${ extensionFolder(product) }/plugin/icon.svg`,
    kubeVersion: product.annotations[KUBE_VERSION] ?? '>= 1.28.0-0',
    keywords: ['harvester', 'longhorn', 'storage'],
    annotations: {
      'catalog.cattle.io/display-name': `${ product.displayName } (standalone app)`,
      // For Harvester alone: it has no business on the Apps page of every cluster of a Rancher.
      'catalog.cattle.io/hidden': 'true',
      'catalog.cattle.io/namespace': 'harvester-system',
      'catalog.cattle.io/os': 'linux',
      'catalog.cattle.io/release-name': product.appName
    }
  }, files);

  for (const [what, size] of Object.entries(appObjectSizes(chart))) {
    if (size > OBJECT_LIMIT) {
      throw new Error(`${ what }: ${ size } bytes, more than the ${ OBJECT_LIMIT } that an object may have`);
    }
  }

  return chart;
}
