import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { writeTree } from './files';
import { builtApp, builtExtension, makeRepository, PRODUCT, ROOT } from './test-support';

/** The servers of the packages, by nginx itself where it is installed; set `NGINX` to the program when it is not on the path. */
const NGINX = process.env.NGINX ?? 'nginx';
const hasNginx = spawnSync(NGINX, ['-v']).status === 0;

const running: { readonly child: ChildProcess; readonly folder: string }[] = [];

async function freePort(): Promise<number> {
  const probe = createServer();

  await new Promise<void>((resolve) => { probe.listen(0, '127.0.0.1', resolve); });
  const { port } = probe.address() as AddressInfo;

  await new Promise((resolve) => { probe.close(resolve); });

  return port;
}

/** Starts nginx with a configuration as it is packaged, but for the folders and the port of a container. */
async function start(source: string, folder: string, paths: Readonly<Record<string, string>>): Promise<string> {
  const port = await freePort();
  const scratch = join(folder, 'scratch');
  let config = source.replace('listen 8080', `listen 127.0.0.1:${ port }`).replaceAll('/tmp/', `${ scratch }/`);

  for (const [from, to] of Object.entries(paths)) {
    expect(config).toContain(from);
    config = config.replaceAll(from, to);
  }
  await mkdir(scratch, { recursive: true });
  await writeFile(join(folder, 'nginx.conf'), config);
  const child = spawn(NGINX, ['-e', 'stderr', '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';

  child.stderr.on('data', (data: Buffer) => { complaint += data.toString(); });
  running.push({ child, folder });
  const url = `http://127.0.0.1:${ port }`;

  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) {
      break;
    }
    if (await fetch(url).then(() => true, () => false)) {
      return url;
    }
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error(`nginx does not start: ${ complaint }`);
}

/** Started by root, nginx reads its files as somebody else. */
async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lhv2-nginx-'));

  await chmod(folder, 0o755);

  return folder;
}

afterEach(async() => {
  for (const { child, folder } of running.splice(0)) {
    const gone = new Promise((resolve) => { child.once('exit', resolve); });

    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await gone;
    }
    await rm(folder, { recursive: true, force: true });
  }
});

describe.skipIf(!hasNginx)('served by nginx', { timeout: 30_000 }, () => {
  test('the app\'s chart: pages asked for each time, assets compressed and kept for good', async() => {
    const folder = await makeFolder();
    const { appChart } = await makeRepository();

    await writeTree(join(folder, 'chart'), appChart.files);
    const url = await start((await readFile(join(ROOT, 'packaging/charts/app/files/nginx.conf'))).toString(), folder, { '/srv/lhv2/pages': join(folder, 'chart/files/pages'), '/srv/lhv2/assets': join(folder, 'chart/files/assets') });

    for (const [path, content] of builtApp()) {
      const response = await fetch(`${ url }/${ path }`);

      expect(response.status, path).toBe(200);
      expect(Buffer.from(await response.arrayBuffer()), path).toEqual(content);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('content-encoding')).toBe(path.startsWith('assets/') ? 'gzip' : null);
      expect(response.headers.get('cache-control')).toContain(path.startsWith('assets/') ? 'immutable' : 'no-cache');
    }
    expect((await fetch(`${ url }/`)).headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect((await fetch(`${ url }/assets/index-C7APrNh7.js`)).headers.get('content-type')).toContain('text/javascript');
    expect((await fetch(`${ url }/assets/nothing.js`)).status).toBe(404);
  });

  test('the catalog image: the whole repository, archives untouched', async() => {
    const folder = await makeFolder();
    const { files } = await makeRepository();

    await writeTree(join(folder, 'catalog'), files);
    const config = (await readFile(join(ROOT, 'packaging/catalog/nginx.conf'))).toString();

    await writeFile(join(folder, 'mime.types'), 'types { text/javascript js; application/gzip tgz; }');
    const url = await start(config, folder, { '/srv/catalog': join(folder, 'catalog'), '/etc/nginx/mime.types': join(folder, 'mime.types') });

    for (const [path, content] of files) {
      const response = await fetch(`${ url }/${ path }`, { headers: { 'accept-encoding': 'gzip' } });

      expect(response.status, path).toBe(200);
      expect(response.headers.get('content-encoding'), path).toBeNull();
      expect(Buffer.from(await response.arrayBuffer()).equals(content), path).toBe(true);
    }
    const packed = await fetch(`${ url }/extensions/${ PRODUCT.name }/${ PRODUCT.version }.tgz`);

    expect(gunzipSync(Buffer.from(await packed.arrayBuffer())).length).toBeGreaterThan(builtExtension().size);
  });
});
