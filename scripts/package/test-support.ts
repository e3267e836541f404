import { fileURLToPath } from 'node:url';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { parse } from 'yaml';
import type { Header } from 'tar-stream';
import { createRepository, readSources } from './repository';
import type { Repository, RepositoryInput } from './repository';
import type { BundledPackage } from './bundled';
import type { Product } from './product';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const URL_OF_REPOSITORY = 'http://charts.example.com/lhv2';

export const PRODUCT: Product = {
  name: 'harvester-longhorn-v2',
  appName: 'harvester-longhorn-v2-app',
  version: '1.2.3-rc.1',
  description: 'Boot volumes: "v2"',
  displayName: 'Boot volumes',
  license: 'Apache-2.0',
  annotations: {
    'catalog.cattle.io/display-name': 'Boot volumes',
    'catalog.cattle.io/kube-version': '>= 1.28.0-0',
    'catalog.cattle.io/ui-extensions-version': '>= 3.0.0 < 4.0.0'
  }
};

function tree(files: Readonly<Record<string, string>>): Map<string, Buffer> {
  return new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)]));
}

/** What a build leaves, in small. */
export function builtExtension({ name, version }: Product = PRODUCT): Map<string, Buffer> {
  const main = `${ name }-${ version }.umd.min.js`;

  return tree({
    'files.txt': `plugin/icon.svg\nplugin/package.json\nplugin/${ main }\n`,
    'plugin/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'plugin/package.json': JSON.stringify({ name, version, main }),
    [`plugin/${ main }`]: `globalThis["${ name }-${ version }"]={};`
  });
}

export function builtApp(): Map<string, Buffer> {
  return tree({
    'assets/index-BXyT9vls.css': 'body{margin:0}',
    'assets/index-C7APrNh7.js': 'console.log("app")',
    'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'index.html': '<!doctype html><script type="module" src="./assets/index-C7APrNh7.js"></script>'
  });
}

/** Packages as bundles have them: one that needs another, one with a scope, one in two versions, one without a known license. */
export function bundled(): BundledPackage[] {
  const one = (name: string, version: string, dependencies: readonly string[], license = 'MIT'): BundledPackage => ({ name, version, description: `about ${ name }`, license, licenseText: `Terms: ${ license }`, homepage: `https://example.com/${ name }`, dependencies });

  return [one('@scope/part', '1.0.0', []), one('whole', '2.1.0-rc.1', ['@scope/part', 'not-bundled']), one('twice', '1.0.0', []), one('twice', '2.0.0', [], 'Own words of its author')];
}

export async function makeRepository(changes: Partial<RepositoryInput> = {}): Promise<Repository> {
  return createRepository({ product: PRODUCT, url: URL_OF_REPOSITORY, extension: builtExtension(), app: builtApp(), ...await readSources(ROOT), contents: { extension: [], app: bundled() }, ...changes });
}

export interface ArchiveEntry {
  readonly header: Header;
  readonly content: Buffer;
}

/** Entries of a `.tgz`, in the archive's order. */
export async function readArchive(archive: Buffer): Promise<ArchiveEntry[]> {
  const unpacker = extract();
  const entries: ArchiveEntry[] = [];

  Readable.from([gunzipSync(archive)]).pipe(unpacker);
  for await (const entry of unpacker) {
    entries.push({ header: entry.header, content: await buffer(entry) });
  }

  return entries;
}

/** Content of a file of the repository. Throws when it is not there. */
export function fileOf({ files }: Repository, path: string): Buffer {
  const content = files.get(path);

  if (content === undefined) {
    throw new Error(`no ${ path } among ${ [...files.keys()].join(', ') }`);
  }

  return content;
}

/** A UIPlugin as the API server gets it, as far as hosts read it. */
export interface UiPlugin {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly plugin: {
      readonly name: string;
      readonly version: string;
      readonly endpoint: string;
      readonly compressedEndpoint?: string;
      readonly noCache?: boolean;
      readonly noAuth?: boolean;
      readonly metadata?: Readonly<Record<string, string>>;
    };
  };
}

/**
 * The extension chart's template with its two values filled in, as Helm would.
 *
 * @throws when the template has any other directive: then only Helm can tell what comes out.
 */
export function renderUiPlugin(template: Buffer, values: Buffer): UiPlugin {
  const { plugin } = parse(values.toString(), { version: '1.1' }) as { readonly plugin: Readonly<Record<string, string>> };
  const rendered = template.toString().replace(/\{\{ (?:required "[^"]*" )?\.Values\.plugin\.(endpoint|compressedEndpoint) \| quote \}\}/g, (_, key: string) => JSON.stringify(plugin[key]));

  if (rendered.includes('{{')) {
    throw new Error(`a directive that only Helm understands: ${ rendered }`);
  }

  return parse(rendered, { version: '1.1' }) as UiPlugin;
}
