import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { appObjectSizes, OBJECT_LIMIT } from './package/app-chart';
import { buildApp, packExtension } from './package/build';
import { writeTree } from './package/files';
import { appPath } from './package/harvester';
import { readProduct } from './package/product';
import { createRepository, IN_CLUSTER_URL, parseUrl, readSources } from './package/repository';

const HELP = `npm run package [-- --url <address>] [-- --out <folder>]

Builds everything and writes dist-repo/: the repository for Rancher's Extensions page, the catalog image's contents,
the chart and add-on for a Harvester without Rancher, and bills of materials.

  --url <address>  where dist-repo/ will be served, as Rancher's and Harvester's own servers reach it
                   (default: ${ IN_CLUSTER_URL },
                   where Rancher puts the catalog image)
  --out <folder>   where to write it, emptied first (default: dist-repo)`;

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const { values } = parseArgs({ options: { url: { type: 'string', default: IN_CLUSTER_URL }, out: { type: 'string', default: 'dist-repo' }, help: { type: 'boolean', default: false } } });

if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const url = parseUrl(values.url);
const out = resolve(root, values.out);
const work = await mkdtemp(join(tmpdir(), 'lhv2-package-'));
// One after the other: within one process, Vue's compiler would mix the scope ids of the two builds.
const app = await buildApp(root, join(work, 'app'));
const extension = await packExtension(root, { outDir: work, log: () => undefined, isBudgetLoose: true });

await rm(work, { recursive: true, force: true });
const product = await readProduct(root);
const { files, appChart } = await createRepository({
  product,
  url,
  extension: extension.files,
  app: app.files,
  ...await readSources(root),
  contents: { extension: extension.contents, app: app.contents }
});

await writeTree(out, files);

console.log(`${ relative(root, out) }/: ${ product.name } ${ product.version }, ${ files.size } files, to be served at ${ url }`);
for (const [what, size] of Object.entries(appObjectSizes(appChart))) {
  console.log(`  ${ what }: ${ Math.round(size / 1024) } KiB, ${ Math.round(100 * size / OBJECT_LIMIT) } % of what an object may have`);
}
console.log(`standalone app, once installed: https://<harvester>${ appPath(product.appName) }`);
for (const problem of extension.build.problems) {
  console.warn(`over the size budget: ${ problem }`);
}
