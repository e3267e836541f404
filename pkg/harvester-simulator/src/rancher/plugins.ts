import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, resolve, sep } from 'node:path';
import { sendJson } from '../http/answer';
import { EmptyAnswer } from '../http/errors';

/** A built UI extension on disk. */
export interface ExtensionBundle {
  name: string;
  version: string;
  /** The folder with `<name>-<version>.umd.min.js` in it, directly or under `plugin/`. */
  dir: string;
  /** What the UIPlugin's `spec.plugin.metadata` says; the ui-extensions-version annotation is filled in. */
  metadata?: Record<string, string>;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.html': 'text/html; charset=utf-8', '.json': 'application/json',
  '.svg': 'image/svg+xml', '.png': 'image/png', '.jpg': 'image/jpeg', '.ico': 'image/x-icon', '.woff': 'font/woff', '.woff2': 'font/woff2', '.ttf': 'font/ttf', '.map': 'application/json', '.txt': 'text/plain; charset=utf-8', '.yaml': 'application/yaml'
};

/** Whether a name is that of a file of an app, not of one of its pages (`harvesterhci.io.host` is a page). */
export function isAsset(name: string): boolean {
  return CONTENT_TYPES[extname(name)] !== undefined;
}

/** Sends a file below `dir`; false when there is none. Never leaves `dir`. */
export async function sendFile(res: ServerResponse, dir: string, path: readonly string[], isHead = false): Promise<boolean> {
  const root = resolve(dir);
  const file = resolve(root, ...path);
  if (file !== root && !file.startsWith(root + sep)) return false;
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return false;
  res.writeHead(200, { 'content-type': CONTENT_TYPES[extname(file)] ?? 'application/octet-stream', 'content-length': found.size, 'cache-control': 'no-cache' });
  if (isHead) res.end();
  else createReadStream(file).on('error', () => res.destroy()).pipe(res);
  return true;
}

async function mainOf(bundle: ExtensionBundle): Promise<string | undefined> {
  for (const candidate of [`${bundle.dir}/package.json`, `${bundle.dir}/plugin/package.json`]) {
    try {
      const parsed = JSON.parse(await readFile(candidate, 'utf8')) as { main?: unknown };
      if (typeof parsed.main === 'string') return parsed.main;
    } catch {
      // not every bundle brings its package.json
    }
  }
  return undefined;
}

/** `/v1/uiplugins` and the files below it. */
export async function handlePlugins(bundles: readonly ExtensionBundle[], path: readonly string[], res: ServerResponse): Promise<void> {
  const [name, version, ...rest] = path;
  if (name === undefined) {
    const entries: Record<string, unknown> = {};
    for (const bundle of bundles) {
      const main = await mainOf(bundle);
      entries[bundle.name] = {
        name: bundle.name,
        version: bundle.version,
        endpoint: `http://extensions.invalid/${bundle.name}/${bundle.version}`,
        noCache: false,
        noAuth: false,
        metadata: { 'catalog.cattle.io/ui-extensions-version': '>= 3.0.0 < 4.0.0', ...(main === undefined || main === `${bundle.name}-${bundle.version}.umd.min.js` ? {} : { main }), ...bundle.metadata },
        CacheState: 'cached',
        Ready: true
      };
    }
    sendJson(res, 200, { entries });
    return;
  }
  const bundle = bundles.find((known) => known.name === name && known.version === version);
  const file = rest[0] === 'plugin' ? rest.slice(1) : rest;
  if (bundle !== undefined && (await sendFile(res, bundle.dir, file) || await sendFile(res, `${bundle.dir}/plugin`, file))) return;
  throw new EmptyAnswer(404);
}
