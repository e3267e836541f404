import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunningCluster } from '../../../cluster';
import { TYPE } from '../support/types';
import { createImage, createWorld, get, hasQemuImg, readyImage, until } from '../test-support';
import { downloadLinks } from './downloader';
import { emptyQcow2, qcow2VirtualSize } from './qcow2';

vi.setConfig({ testTimeout: 30_000 });

const GIB = 1024 ** 3;
let world: RunningCluster | undefined;
let server: Server | undefined;
afterEach(async () => {
  world?.stop();
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

async function follow(cluster: RunningCluster, link: string): Promise<{ status: number; body: Buffer; file: string | null }> {
  const listening = (server ??= createServer((req, res) => {
    const image = get(cluster, 'image', 'golden');
    if (image !== undefined) void downloadLinks.find((handler) => handler.link === req.url?.slice(1))?.run(cluster, image, res);
  }));
  if (!listening.listening) await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const response = await fetch(`http://127.0.0.1:${(listening.address() as AddressInfo).port}/${link}`);
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()), file: response.headers.get('content-disposition') };
}

function ask(cluster: RunningCluster): void {
  cluster.store.create(TYPE.downloader, { metadata: { name: 'golden', namespace: 'default' }, spec: { imageName: 'golden', compressType: 'qcow2' } });
}

describe('downloading an image', () => {
  it('is refused until it is imported, asked for and ready; then it is a qcow2, and the downloader goes', async () => {
    const cluster = (world = createWorld());
    createImage(cluster, 'golden', { sourceType: 'upload', url: '' });
    expect((await follow(cluster, 'download')).body.toString()).toBe('please wait until the image has been imported');
    cluster.store.remove(TYPE.image, 'default/golden');
    await readyImage(cluster, 'golden', 3 * GIB);
    expect((await follow(cluster, 'download')).body.toString()).toBe('failed to get vm image downloader(default/golden): virtualmachineimagedownloaders.harvesterhci.io "golden" not found');
    ask(cluster);
    cluster.clock.advance(100);
    expect(await follow(cluster, 'download')).toMatchObject({ status: 500, body: Buffer.from('vm image downloader golden is not ready') });
    await until(cluster, () => get(cluster, 'downloader', 'golden')?.status?.status === 'Ready');
    const { status, body, file } = await follow(cluster, 'download');
    expect([status, file, qcow2VirtualSize(body)]).toEqual([200, 'attachment; filename=golden.qcow2', 3 * GIB]);
    await until(cluster, () => get(cluster, 'downloader', 'golden') === undefined && cluster.store.list(TYPE.pod).length === 0);
  });

  it('can be cancelled', async () => {
    const cluster = (world = createWorld());
    await readyImage(cluster, 'golden', GIB);
    ask(cluster);
    expect((await follow(cluster, 'downloadcancel')).status).toBe(204);
    expect(get(cluster, 'downloader', 'golden')).toBeUndefined();
  });

  it.skipIf(!hasQemuImg()).each([1024 ** 2, 3 * GIB, 5 * 1024 * GIB])('makes files of %d bytes that qemu-img finds no fault with', (size) => {
    const folder = mkdtempSync(join(tmpdir(), 'harvester-simulator-'));
    const path = join(folder, 'empty.qcow2');
    try {
      writeFileSync(path, emptyQcow2(size));
      execFileSync('qemu-img', ['check', '-q', path]);
      const info = JSON.parse(execFileSync('qemu-img', ['info', '--output=json', path], { encoding: 'utf8' })) as { format: string; 'virtual-size': number };
      expect(info).toMatchObject({ format: 'qcow2', 'virtual-size': size });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
