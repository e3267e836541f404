import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A package of which something is in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** As its `package.json` says: an SPDX expression, as a rule. */
  readonly license: string;
  /** The licence itself with its copyright lines, which has to go along with every copy of the code. */
  readonly licenseText: string;
  readonly homepage: string;
  /** Names of the packages that it asks for. */
  readonly dependencies: readonly string[];
}

/** What the build tools put into bundles themselves, by the names that they give it. */
const TOOLS: readonly (readonly [RegExp, string])[] = [
  [/^\0vite\//, 'vite'],
  [/^\0rolldown\//, 'rolldown'],
  [/^\0\/?plugin-vue:/, '@vitejs/plugin-vue']
];

/** Made by this project's own build. */
const OWN = /^\0host-vue$/;

/** Build tools publish the licences of all that is inside themselves below their own: of that, nothing gets into a bundle. */
const OF_ITS_PARTS = /\n#+ Licenses of bundled dependencies[^]*/;

/** Text of the licence in a package's folder; empty when there is none. */
function readLicense(folder: string): string {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)(\.(md|txt))?$/i.test(name)).sort();

  return names.map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').replace(OF_ITS_PARTS, '').trim()).join('\n\n');
}

function readPackage(folder: string): BundledPackage | null {
  const file = join(folder, 'package.json');
  const { name, version, description = '', license, homepage = '', dependencies = {} } = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as { readonly [key in keyof BundledPackage]?: string } & { readonly dependencies?: object };

  // Packages have nameless ones inside, which only say "these are modules".
  if (name === undefined || version === undefined) {
    return null;
  }

  const licenseText = readLicense(folder);

  if (licenseText === '') {
    throw new Error(`${ name } ${ version } has no file with its licence, which must go along with its code`);
  }

  return { name, version, description, license: license ?? '', licenseText, homepage, dependencies: Object.keys(dependencies).sort() };
}

/** The folder of the package that a module belongs to: the nearest one, below the last `node_modules`. */
function findPackage(file: string): BundledPackage | null {
  for (let folder = dirname(file); /\/node_modules\/./.test(folder); folder = dirname(folder)) {
    const found = readPackage(folder);

    if (found !== null) {
      return found;
    }
  }

  return null;
}

/**
 * The packages of others in a bundle, by the modules that ended up in it.
 *
 * @param modules ids as the bundler names them: files, perhaps with a query, or names of what tools made up
 * @param root folder with the `node_modules` of the build tools
 * @throws for a module that is neither a file of this project nor of a known package, and for a package without a
 * licence's text: nothing goes unnamed
 */
export function bundledPackages(modules: Iterable<string>, root: string): BundledPackage[] {
  const packages = new Map<string, BundledPackage>();

  for (const id of modules) {
    const tool = TOOLS.find(([pattern]) => pattern.test(id))?.[1];
    const [file = ''] = id.replace(/^\0/, '').split('?');

    if (OWN.test(id) || (tool === undefined && file.startsWith(root) && !file.includes('/node_modules/'))) {
      continue;
    }

    const found = tool === undefined ? findPackage(file) : readPackage(join(root, 'node_modules', tool));

    if (found === null) {
      throw new Error(`nobody knows which package ${ JSON.stringify(id) } is from`);
    }
    packages.set(`${ found.name }@${ found.version }`, found);
  }

  return [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

/** Modules of a build's scripts of which anything is left after the unused parts were thrown out. */
export function modulesOf(chunks: Iterable<{ readonly modules: Readonly<Record<string, { readonly renderedLength: number }>> }>): string[] {
  return [...new Set([...chunks].flatMap(({ modules }) => Object.entries(modules).filter(([, { renderedLength }]) => renderedLength > 0).map(([id]) => id)))].sort();
}
