import { build } from 'vite';
import type { Rollup } from 'vite';
import { buildExtension } from '../../pkg/harvester-longhorn-v2/build';
import type { ExtensionBuild } from '../../pkg/harvester-longhorn-v2/build';
import { bundledPackages, modulesOf } from './bundled';
import type { BundledPackage } from './bundled';
import { readTree } from './files';
import type { FileTree } from './files';

export interface Built {
  readonly files: FileTree;
  readonly contents: readonly BundledPackage[];
}

const chunksOf = (parts: readonly (Rollup.OutputChunk | Rollup.OutputAsset)[]): Rollup.OutputChunk[] => parts.filter((part) => part.type === 'chunk');

/** Builds the standalone app into a folder, and says what of others is in it. */
export async function buildApp(root: string, outDir: string): Promise<Built> {
  const chunks: Rollup.OutputChunk[] = [];
  // Workers are bundled apart: to the bundle of the pages their scripts are files like any other.
  const worker = { plugins: () => [{ name: 'collect-modules', generateBundle: (_: unknown, bundle: Rollup.OutputBundle) => { chunks.push(...chunksOf(Object.values(bundle))); } }] };
  const result = await build({ root, logLevel: 'warn', worker, build: { outDir, emptyOutDir: true, reportCompressedSize: false } });

  chunks.push(...([result].flat() as Rollup.RollupOutput[]).flatMap(({ output }) => chunksOf(output)));

  return { files: await readTree(outDir), contents: bundledPackages(modulesOf(chunks), root) };
}

/** Builds the extension below a folder, and says what of others is in it. */
export async function packExtension(root: string, options: Parameters<typeof buildExtension>[0]): Promise<Built & { readonly build: ExtensionBuild }> {
  const done = await buildExtension(options);

  return { build: done, files: await readTree(done.directory), contents: bundledPackages(done.modules, root) };
}
