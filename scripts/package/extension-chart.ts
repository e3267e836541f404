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

/** The namespace whose UIPlugins Rancher's controller reads; one anywhere else would be ignored. */
const PLUGIN_NAMESPACE = CATALOG_ANNOTATIONS['catalog.cattle.io/namespace'];

/** Stand for the two values that somebody may want to set when installing; everything else is written out. */
const ENDPOINT = '@endpoint@';
const COMPRESSED_ENDPOINT = '@compressedEndpoint@';

/**
 * The UIPlugin as the chart's one template. Its name is also the prefix of the script's name and of the global that the
 * script sets: it does not depend on what the release is called.
 */
export function uiPluginTemplate({ name, version, annotations }: Product): Buffer {
  const object = toYaml({
    apiVersion: 'catalog.cattle.io/v1',
    kind: 'UIPlugin',
    metadata: { name, namespace: PLUGIN_NAMESPACE, labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/version': version, 'helm.sh/chart': `${ name }-${ version }` } },
    spec: { plugin: { name, version, endpoint: ENDPOINT, compressedEndpoint: COMPRESSED_ENDPOINT, noCache: false, noAuth: false, metadata: annotations } }
  }).toString();

  if (object.includes('{{')) {
    throw new Error('package.json of the extension: "{{" would be taken for a directive of Helm');
  }

  return Buffer.from(object
    .replace(`"${ ENDPOINT }"`, '{{ required "plugin.endpoint is where the extension\'s files are" .Values.plugin.endpoint | quote }}')
    .replace(`"${ COMPRESSED_ENDPOINT }"`, '{{ .Values.plugin.compressedEndpoint | quote }}'));
}

/** The chart whose one object is the UIPlugin. `url` is the root of the repository as Rancher's server reaches it. */
export function createExtensionChart(product: Product, url: string, sources: FileTree): Promise<PackagedChart> {
  const endpoint = `${ url }/${ extensionFolder(product) }`;
  const values = sources.get('values.yaml') ?? toYaml({});
  const files = new Map([
    ...sources,
    ['templates/uiplugin.yaml', uiPluginTemplate(product)] as const,
    ['values.yaml', fillValues(values, { 'plugin.endpoint': endpoint, 'plugin.compressedEndpoint': `${ endpoint }.tgz` })] as const
  ]);

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
