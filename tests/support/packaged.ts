import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listen, serveFolder } from '../../scripts/app-server';
import { readTree, writeTree } from '../../scripts/package/files';
import { readProduct, type Product } from '../../scripts/package/product';
import { createRepository, readSources } from '../../scripts/package/repository';
import { readArchive, renderUiPlugin, type UiPlugin } from '../../scripts/package/test-support';
import type { ExtensionBundle } from '../../pkg/harvester-simulator/src/index';
import { testExtension } from './extension';
import { APP_FOLDER } from './global-setup';
import { cachePlugin } from './plugin-cache';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface ServedRepository {
  readonly url: string;
  readonly product: Product;
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[];
  /** What installing the chart of the repository creates: read from the served chart, not from the sources. */
  uiPlugin(): Promise<UiPlugin>;
  /** As Rancher's plugin cache takes a UIPlugin; throws what Rancher would refuse. */
  install(plugin: UiPlugin): Promise<ExtensionBundle>;
  close(): Promise<void>;
}

/** `dist-repo/`, made from the present sources and served by a web server that knows nothing but files. */
export async function serveRepository(): Promise<ServedRepository> {
  const folder = await mkdtemp(join(tmpdir(), 'lhv2-served-'));
  const requests: string[] = [];
  const pages = serveFolder(join(folder, 'repository'));
  const server = createServer((req, res) => {
    requests.push(req.url ?? '');
    pages(req, res);
  });
  const { port, close } = await listen(server, 0, '127.0.0.1');
  const url = `http://127.0.0.1:${ port }`;
  const product = await readProduct(ROOT);
  const { files } = await createRepository({ product, url, extension: await readTree(dirname((await testExtension()).dir)), app: await readTree(APP_FOLDER), ...await readSources(ROOT), contents: { extension: [], app: [] } });

  await writeTree(join(folder, 'repository'), files);

  return {
    url,
    product,
    requests,
    async uiPlugin() {
      const response = await fetch(`${ url }/assets/${ product.name }/${ product.name }-${ product.version }.tgz`);
      const chart = new Map((await readArchive(Buffer.from(await response.arrayBuffer()))).map(({ header, content }) => [header.name, content]));
      const read = (path: string): Buffer => chart.get(`${ product.name }/${ path }`) ?? Buffer.alloc(0);

      return renderUiPlugin(read('templates/uiplugin.yaml'), read('values.yaml'));
    },
    install: async(plugin) => cachePlugin(plugin, await mkdtemp(join(folder, 'cache-'))),
    async close() {
      await close();
      await rm(folder, { recursive: true, force: true });
    }
  };
}
