import { packageChart, fillValues, toYaml } from './chart';
import type { PackagedChart } from './chart';
import type { FileTree } from './files';
import type { Product } from './product';

/** Rancher keeps no larger file of an extension (`settings.MaxUIPluginFileByteSize`), and its proxy refuses one too. */
const FILE_LIMIT = 30 * 1024 * 1024;

/** Where Rancher must put the chart, and how it tells it from others. `certified` is not ours to claim. */
const CATALOG_ANNOTATIONS = {
  'catalog.cattle.io/namespace': 'cattle-ui-plugin-system',
  'catalog.cattle.io/os': 'linux',
  'catalog.cattle.io/permits-os': 'linux, windows',
  'catalog.cattle.io/scope': 'management',
  'catalog.cattle.io/ui-component': 'plugins'
};

/** Folder of one version's files, relative to the repository's root. */
export function extensionFolder({ name, version }: Product): string {
  return `extensions/${ name }/${ version }`;
}

/**
 * Makes sure that Rancher's plugin cache takes these files (`rancher pkg/controllers/dashboard/plugin/fscache.go`).
 *
 * @throws with the first thing that Rancher would refuse.
 */
export function checkExtension(product: Product, built: FileTree): void {
  const listed = (built.get('files.txt')?.toString() ?? '').split('\n').filter((line) => line !== '');
  const present = [...built.keys()].filter((path) => path !== 'files.txt');
  const pkg = JSON.parse(built.get('plugin/package.json')?.toString() ?? '{}') as { readonly name?: string; readonly version?: string; readonly main?: string };
  const script = `plugin/${ product.name }-${ product.version }.umd.min.js`;

  if (pkg.name !== product.name || pkg.version !== product.version) {
    throw new Error(`plugin/package.json is of ${ pkg.name } ${ pkg.version }, not of ${ product.name } ${ product.version }: build the extension again`);
  }
  if (!built.has(script) || `plugin/${ pkg.main }` !== script) {
    throw new Error(`the dashboard will ask for ${ script }, which is not the built script`);
  }
  for (const path of listed) {
    if (!built.has(path)) {
      throw new Error(`files.txt names ${ path }, which is not there`);
    }
    if (/^[/\\.]|\.\./.test(path)) {
      throw new Error(`Rancher refuses the file name ${ path }`);
    }
  }
  for (const path of present) {
    if (!listed.includes(path)) {
      throw new Error(`files.txt does not name ${ path }`);
    }
    if ((built.get(path)?.length ?? 0) > FILE_LIMIT) {
      throw new Error(`${ path } is larger than the 30 MB that Rancher keeps of a file`);
    }
  }
}

/** The chart whose one object is the UIPlugin. `url` is the root of the repository as Rancher's server reaches it. */
export function createExtensionChart(product: Product, url: string, sources: FileTree): Promise<PackagedChart> {
  const endpoint = `${ url }/${ extensionFolder(product) }`;
  const files = new Map(sources);
  const values = files.get('values.yaml') ?? toYaml({});

  files.set('values.yaml', fillValues(values, {
    'plugin.endpoint': endpoint,
    'plugin.compressedEndpoint': `${ endpoint }.tgz`,
    'plugin.metadata': product.annotations
  }));

  return packageChart({
    apiVersion: 'v2',
    name: product.name,
    version: product.version,
    appVersion: product.version,
    type: 'application',
    description: product.description,
    icon: `${ endpoint }/plugin/icon.svg`,
    keywords: ['harvester', 'longhorn', 'storage'],
    annotations: { ...CATALOG_ANNOTATIONS, ...product.annotations }
  }, files);
}
