import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, valid } from 'semver';

/** What the packages say of themselves. All of it, the version above all, comes from the extension's `package.json`. */
export interface Product {
  /** Name of the extension, its chart and its UIPlugin. */
  readonly name: string;
  /** Name of the chart that serves the standalone app. */
  readonly appName: string;
  readonly version: string;
  readonly description: string;
  readonly displayName: string;
  readonly license: string;
  /** Rancher's annotations: what the extension needs of its host. */
  readonly annotations: Readonly<Record<string, string>>;
}

const DISPLAY_NAME = 'catalog.cattle.io/display-name';
const SHELL_VERSION = 'catalog.cattle.io/ui-extensions-version';

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? value as Readonly<Record<string, unknown>> : {};
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new Error(`package.json of the extension: "${ name }" must be a text`);
  }

  return value;
}

/**
 * Reads what goes into the packages.
 *
 * @throws when something is missing that Helm needs (a semantic version) or Rancher insists on (the range of its
 * extension API; `@rancher/shell` config/uiplugins.ts skips an extension without it).
 */
export function parseProduct(source: string): Product {
  const pkg = record(JSON.parse(source));
  const version = text(pkg.version, 'version');
  const annotations = Object.fromEntries(Object.entries(record(record(pkg.rancher).annotations)).map(([key, value]) => [key, text(value, key)]));

  if (valid(version) !== version || parse(version)?.build.length !== 0) {
    // Rancher compares versions as texts and Helm turns "+" into "_": build metadata would break both.
    throw new Error(`package.json of the extension: "${ version }" is not a plain semantic version`);
  }

  const name = text(pkg.name, 'name');

  return {
    name,
    appName: `${ name }-app`,
    version,
    description: text(pkg.description, 'description'),
    displayName: text(annotations[DISPLAY_NAME], DISPLAY_NAME),
    license: text(pkg.license, 'license'),
    annotations: { ...annotations, [SHELL_VERSION]: text(annotations[SHELL_VERSION], SHELL_VERSION) }
  };
}

export async function readProduct(root: string): Promise<Product> {
  return parseProduct(await readFile(join(root, 'pkg/harvester-longhorn-v2/package.json'), 'utf8'));
}
