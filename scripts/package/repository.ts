import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createArchive } from './archive';
import { createAppChart } from './app-chart';
import { createBill } from './bill';
import type { BundledPackage } from './bundled';
import { archivePath, createIndex } from './chart';
import type { PackagedChart } from './chart';
import { checkExtension, createExtensionChart, extensionFolder } from './extension-chart';
import { below, comparePaths, readTree } from './files';
import type { FileTree } from './files';
import { createAddon, createHelmChart } from './harvester';
import { createNotices, NOTICES } from './notices';
import type { Product } from './product';
import { createLoader, UI_INDEX_LOADER } from './ui-index';

/** Name of the catalog image; Rancher's import dialog derives the service's name from it. */
export const CATALOG_IMAGE = 'ui-extension-harvester-longhorn-v2';

/** Where the catalog is after "Import Extension Catalog" of that image (`@rancher/shell` ExtensionCatalogInstallDialog). */
export const IN_CLUSTER_URL = `http://${ CATALOG_IMAGE }-svc.cattle-ui-plugin-system.svc:8080`;

export interface RepositoryInput {
  readonly product: Product;
  /** Root of the repository as the cluster's servers reach it. */
  readonly url: string;
  /** `dist-pkg/<name>-<version>/` */
  readonly extension: FileTree;
  /** `dist/` */
  readonly app: FileTree;
  /** What of others is in the scripts of each. */
  readonly contents: { readonly extension: readonly BundledPackage[]; readonly app: readonly BundledPackage[] };
  /** This project's own licence. */
  readonly licence: Buffer;
  /** `packaging/charts/` */
  readonly charts: { readonly extension: FileTree; readonly app: FileTree };
}

export interface Repository {
  readonly files: FileTree;
  readonly appChart: PackagedChart;
}

/** Checks the address that goes into the charts; without a trailing slash. Throws for anything but http and https. */
export function parseUrl(text: string): string {
  const url = new URL(text);

  if (!/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new Error(`"${ text }" is not an http or https address of a folder`);
  }

  return url.href.replace(/\/+$/, '');
}

/** What goes into the packages as it is in the sources: charts, and the licence. */
export async function readSources(root: string): Promise<Pick<RepositoryInput, 'charts' | 'licence'>> {
  return { charts: await readCharts(root), licence: await readFile(join(root, 'LICENSE')) };
}

export async function readCharts(root: string): Promise<RepositoryInput['charts']> {
  const folder = join(root, 'packaging/charts');

  return { extension: await readTree(join(folder, 'extension')), app: await readTree(join(folder, 'app')) };
}

/** The extension's files with the licences beside them; `files.txt` names everything that Rancher is to fetch. */
function withLicences(built: FileTree, licences: FileTree): Map<string, Buffer> {
  const names = (built.get('files.txt')?.toString() ?? '').split('\n').filter((line) => line !== '');

  return new Map([...built, ...licences, ['files.txt', Buffer.from(`${ [...names, ...licences.keys()].sort(comparePaths).join('\n') }\n`)] as const]);
}

/** Where the bill of materials of a package lies, relative to the repository's root. */
export function billPath(name: string, version: string): string {
  return `sbom/${ name }-${ version }.cdx.json`;
}

/**
 * Everything that an admin installs from, as one tree of plain files: a Helm repository that Rancher's Extensions page
 * takes, the extension's files, and what a Harvester without Rancher needs. The same input gives the same bytes.
 */
export async function createRepository({ product, url, extension: built, app, charts, contents, licence }: RepositoryInput): Promise<Repository> {
  const extension = withLicences(built, below('plugin', new Map([['LICENSE.txt', licence], [NOTICES, createNotices(product, contents.extension)]])));

  checkExtension(product, extension);

  const extensionChart = await createExtensionChart(product, url, charts.extension);
  const appLicences = [['LICENSE', licence], [NOTICES, createNotices({ name: product.appName, version: product.version }, contents.app)]] as const;
  const appChart = await createAppChart(product, url, new Map([...charts.app, ...appLicences]), app);
  const folder = extensionFolder(product);
  const files = new Map([
    ...below(folder, extension),
    [`${ folder }.tgz`, await createArchive(below(product.version, extension))] as const,
    ['harvester/addon.yaml', createAddon(appChart, url)] as const,
    ['harvester/helmchart.yaml', createHelmChart(appChart)] as const,
    [UI_INDEX_LOADER, createLoader(product)] as const,
    ['index.yaml', createIndex([extensionChart, appChart])] as const
  ]);

  for (const chart of [extensionChart, appChart]) {
    files.set(archivePath(chart.metadata), chart.archive);
    for (const [path, content] of below(`charts/${ chart.metadata.name }/${ chart.metadata.version }`, chart.files)) {
      files.set(path, content);
    }
  }

  for (const [chart, packages] of [[extensionChart, contents.extension], [appChart, contents.app]] as const) {
    const { name, version, description } = chart.metadata;
    const archive = chart === extensionChart ? files.get(`${ folder }.tgz`) ?? chart.archive : chart.archive;

    files.set(billPath(name, version), createBill({ name, version, description, license: product.license, archive }, packages));
  }

  return { files: new Map([...files].sort(([a], [b]) => comparePaths(a, b))), appChart };
}
