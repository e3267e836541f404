import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/** Files by their path relative to some root, always with `/`. */
export type FileTree = ReadonlyMap<string, Buffer>;

/** By code point: the same order on every machine and in every locale. */
export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Reads a folder with everything below it, sorted by path. Throws the system's error when it is not there. */
export async function readTree(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')).sort(comparePaths);

  return new Map(await Promise.all(paths.map(async(path) => [path, await readFile(join(folder, path))] as const)));
}

/** Writes a tree into a folder that is emptied first. */
export async function writeTree(folder: string, tree: FileTree): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const [path, content] of tree) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** The same tree below another folder. */
export function below(folder: string, tree: FileTree): Map<string, Buffer> {
  return new Map([...tree].map(([path, content]) => [`${ folder }/${ path }`, content]));
}
