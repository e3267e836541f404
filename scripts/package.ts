import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { buildExtension } from '../pkg/harvester-longhorn-v2/build';
import { appObjectSizes, OBJECT_LIMIT } from './package/app-chart';
import { readTree, writeTree } from './package/files';
import { appPath } from './package/harvester';
import { readProduct } from './package/product';
import { createRepository, IN_CLUSTER_URL, parseUrl, readCharts } from './package/repository';

const HELP = `npm run package [-- --url <address>] [-- --no-build]

Builds everything and writes dist-repo/: the repository for Rancher's Extensions page, the catalog image's contents,
and the chart and add-on for a Harvester without Rancher.

  --url <address>  where dist-repo/ will be served, as Rancher's and Harvester's own servers reach it
                   (default: ${ IN_CLUSTER_URL },
                   where Rancher puts the catalog image)
  --no-build       take dist/ and dist-pkg/ as they are`;

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { url: { type: 'string', default: IN_CLUSTER_URL }, 'no-build': { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });

if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const url = parseUrl(values.url);

if (!values['no-build']) {
  await build({ root, logLevel: 'warn', build: { reportCompressedSize: false } });
  await buildExtension({ log: () => undefined });
}

const product = await readProduct(root);
const { files, appChart } = await createRepository({
  product,
  url,
  extension: await readTree(join(root, `dist-pkg/${ product.name }-${ product.version }`)),
  app: await readTree(join(root, 'dist')),
  charts: await readCharts(root)
});

await writeTree(join(root, 'dist-repo'), files);

console.log(`dist-repo/: ${ product.name } ${ product.version }, ${ files.size } files, to be served at ${ url }`);
for (const [what, size] of Object.entries(appObjectSizes(appChart))) {
  console.log(`  ${ what }: ${ Math.round(size / 1024) } KiB, ${ Math.round(100 * size / OBJECT_LIMIT) } % of what an object may have`);
}
console.log(`standalone app, once installed: https://<harvester>${ appPath(product.appName) }`);
