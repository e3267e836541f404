import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readArchive } from '../../scripts/package/test-support';
import type { UiPlugin } from '../../scripts/package/test-support';
import type { ExtensionBundle } from '../../pkg/harvester-simulator/src/index';

const FILE_LIMIT = 30 * 1024 * 1024;

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url);

  if (!response.ok) {
    throw new Error(`${ url } answered ${ response.status }`);
  }

  return Buffer.from(await response.arrayBuffer());
}

async function unpack(url: string, version: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();

  for (const { header, content } of await readArchive(await download(url))) {
    if (!header.name.startsWith(`${ version }/`)) {
      throw new Error(`${ header.name } is not below ${ version }/`);
    }
    files.set(header.name.slice(version.length + 1), content);
  }

  return files;
}

async function fetchListed(endpoint: string, version: string): Promise<Map<string, Buffer>> {
  const pkg = JSON.parse((await download(`${ endpoint }/plugin/package.json`)).toString()) as { readonly version?: string };

  if (pkg.version !== version) {
    throw new Error(`plugin version ${ version } does not match version in plugin's package.json ${ pkg.version }`);
  }

  const names = (await download(`${ endpoint }/files.txt`)).toString().split('\n').filter((name) => name !== '');
  const files = new Map<string, Buffer>();

  for (const name of names) {
    if (/^[/\\.]|\.\./.test(name)) {
      throw new Error(`refused: ${ name }`);
    }
    files.set(name, await download(`${ endpoint }/${ name }`));
  }

  return files;
}

/**
 * Does with a UIPlugin what Rancher's server does (`pkg/controllers/dashboard/plugin/fscache.go`): the archive first,
 * else file by file after the version has been compared; what it keeps is what the dashboard gets. Throws what the
 * UIPlugin's status would say.
 */
export async function cachePlugin({ spec: { plugin } }: UiPlugin, folder: string): Promise<ExtensionBundle> {
  const { name, version, endpoint, compressedEndpoint = '', metadata = {} } = plugin;
  const packed = compressedEndpoint === '' ? null : await unpack(compressedEndpoint, version).catch(() => null);
  const files = packed ?? await fetchListed(endpoint, version);
  const dir = join(folder, name, version);

  for (const [path, content] of files) {
    if (content.length > FILE_LIMIT) {
      throw new Error(`${ path } is larger than 30 MB`);
    }
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }

  return { name, version, dir: join(dir, 'plugin'), metadata: { ...metadata } };
}
