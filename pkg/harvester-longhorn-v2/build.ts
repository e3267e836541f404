import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { build, type InlineConfig, type Rollup } from 'vite';
import { bundledHostModules, describeSize, GOAL, heaviestLoad, kilobytes, measure, overBudget, totalSize, type Sizes } from './build/budget';
import { dropComponentNames, hostMessages, hostVue, inlineCss, readTexts, resolveDynamicImports, shortScopeIds } from './build/plugins';
import { keysOf, keysScript, textsFor, valuesOf } from './build/texts';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, '../..');

interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly rancher: { readonly annotations: Readonly<Record<string, string>> };
}

export interface ExtensionBuild {
  readonly name: string;
  readonly version: string;
  /** `dist-pkg/<name>-<version>`, absolute. */
  readonly directory: string;
  readonly sizes: Sizes;
  /** What exceeds the size budget, in words. */
  readonly problems: readonly string[];
  /** Modules in the scripts, as the bundler names them. */
  readonly modules: readonly string[];
}

interface Script {
  readonly entry: string;
  readonly fileName: string;
  /** Property of globalThis that holds the script's exports. */
  readonly globalId: string;
  /** Legal identifier for the bundler: a dotted name would be split into nested objects. */
  readonly identifier: string;
}

function configure(script: Script, version: string): InlineConfig {
  return {
    configFile: false,
    root: HERE,
    logLevel: 'error',
    publicDir: false,
    mode: 'production',
    plugins: [
      hostVue(), vue({ features: { componentIdGenerator: shortScopeIds(HERE, [join(ROOT, 'src'), HERE]) }, template: { compilerOptions: { hoistStatic: false } } }), resolveDynamicImports(), dropComponentNames(),
      inlineCss(`${script.globalId}-css`)
    ],
    resolve: { alias: { '@': join(ROOT, 'src'), '@tanstack/vue-virtual': join(HERE, 'host/virtualizer.ts') } },
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_PROD_DEVTOOLS__: 'false',
      __LHV2_VERSION__: JSON.stringify(version),
      __LHV2_HOST_MESSAGES__: JSON.stringify(hostMessages(ROOT))
    },
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      cssCodeSplit: false,
      sourcemap: false,
      reportCompressedSize: false,
      lib: { entry: join(HERE, script.entry), formats: ['iife'], name: script.identifier, fileName: () => script.fileName },
      rollupOptions: {
        output: {
          exports: 'named',
          footer: `;globalThis[${JSON.stringify(script.globalId)}]=${script.identifier};`
        }
      }
    }
  };
}

async function bundle(script: Script, version: string): Promise<{ readonly code: string; readonly modules: readonly string[] }> {
  const result = await build(configure(script, version));
  const outputs = (Array.isArray(result) ? result : [result]) as Rollup.RollupOutput[];
  const parts = outputs.flatMap((output) => output.output);
  const chunk = parts.find((part): part is Rollup.OutputChunk => part.type === 'chunk' && part.isEntry);
  const others = parts.filter((part) => part !== chunk).map((part) => part.fileName);

  if (chunk === undefined) {
    throw new Error(`${script.entry} gave no script`);
  }
  if (others.length > 0) {
    throw new Error(`${script.entry} must be one file, but also gave ${others.join(', ')}`);
  }

  const foreign = bundledHostModules(chunk.moduleIds);

  if (foreign.length > 0) {
    throw new Error(`${script.fileName} contains what the host already has: ${foreign.slice(0, 5).join(', ')}`);
  }

  return { code: chunk.code, modules: Object.entries(chunk.modules).filter(([, { renderedLength }]) => renderedLength > 0).map(([id]) => id) };
}

/**
 * Builds the Rancher extension into `dist-pkg/<name>-<version>/`, laid out as Rancher's plugin cache fetches it:
 * `files.txt` and `plugin/{package.json,<main>.js,pages-<version>.js,texts-<locale>-<version>.js}`. Name and version come from this package's
 * `package.json` alone.
 *
 * @param options `mayExceed` builds what is too big, too: for tests of what it does, not of what it weighs
 * @throws when a script exceeds its size budget, unless told to build it all the same, or contains a module that the host owns.
 */
export async function buildExtension(options: { readonly outDir?: string; readonly log?: (line: string) => void; readonly isBudgetLoose?: boolean } = {}): Promise<ExtensionBuild> {
  const log = options.log ?? ((line: string): void => { process.stdout.write(`${line}\n`); });
  const pkg = JSON.parse(await readFile(join(HERE, 'package.json'), 'utf8')) as PackageFile;
  const id = `${pkg.name}-${pkg.version}`;
  const directory = join(options.outDir ?? join(ROOT, 'dist-pkg'), id);
  const main = `${id}.umd.min.js`;
  const { code: entry, modules: entryModules } = await bundle({ entry: 'index.ts', fileName: main, globalId: id, identifier: '__harvesterLonghornV2' }, pkg.version);
  const pagesName = `pages-${pkg.version}.js`;
  const { code: script, modules: pagesModules } = await bundle({ entry: 'pages.ts', fileName: pagesName, globalId: `${id}/pages`, identifier: '__harvesterLonghornV2Pages' }, pkg.version);
  const shown = Object.entries(readTexts(ROOT)).map(([locale, lhv2]) => ({ locale, sections: textsFor(script, lhv2) }));
  const keys = keysOf(shown[0]?.sections ?? {});
  // The keys of the texts travel with the pages: one copy for all languages.
  const pages = `${script}globalThis[${JSON.stringify(`${id}/keys`)}]=${keysScript(keys)};\n`;
  const texts = shown.map(({ locale, sections }) => ({
    name: `texts-${locale}-${pkg.version}.js`,
    content: `globalThis[${JSON.stringify(`${id}/texts/${locale}`)}]=${JSON.stringify(valuesOf(sections, keys))};\n`
  }));
  const contents = new Map([[main, entry], [pagesName, pages], ...texts.map(({ name, content }) => [name, content] as const)]);
  const sizes: Sizes = { entry: measure(main, entry), pages: measure(pagesName, pages), texts: texts.map(({ name, content }) => measure(name, content)) };
  const problems = overBudget(sizes);

  log(`extension ${id}`);
  [sizes.entry, sizes.pages, ...sizes.texts].forEach((size) => { log(describeSize(size)); });
  log(`  at most ${kilobytes(heaviestLoad(sizes))} gzip for one person; together ${kilobytes(totalSize(sizes))}${totalSize(sizes) > GOAL ? `, above the goal of ${kilobytes(GOAL)}` : ''}`);
  if (problems.length > 0 && options.isBudgetLoose !== true) {
    throw new Error(`the extension is too big: ${problems.join('; ')}`);
  }

  contents.set('package.json', `${JSON.stringify({
    name: pkg.name,
    version: pkg.version,
    description: pkg.description,
    license: pkg.license,
    private: false,
    main,
    files: ['**/*'],
    rancher: { annotations: pkg.rancher.annotations }
  }, null, 2)}\n`);
  contents.set('icon.svg', await readFile(join(HERE, 'icon.svg'), 'utf8'));

  await rm(directory, { recursive: true, force: true });
  await mkdir(join(directory, 'plugin'), { recursive: true });
  for (const [name, content] of contents) {
    await writeFile(join(directory, 'plugin', name), content);
  }
  await writeFile(join(directory, 'files.txt'), `${[...contents.keys()].sort().map((name) => `plugin/${name}`).join('\n')}\n`);

  return { name: pkg.name, version: pkg.version, directory, sizes, problems, modules: [...new Set([...entryModules, ...pagesModules])] };
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await buildExtension();
}
