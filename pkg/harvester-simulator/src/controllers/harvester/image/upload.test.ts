import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunningCluster } from '../../../cluster';
import { ActionError } from '../../../contract';
import { findCondition } from '../support/conditions';
import { TYPE } from '../support/types';
import { createImage, createWorld, fakeLonghorn, fakeQcow2, get, hasQemuImg, makeQcow2, until } from '../test-support';
import { uploadAction } from './upload';

vi.setConfig({ testTimeout: 60_000 });

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
let world: RunningCluster | undefined;
let server: Server | undefined;

afterEach(async () => {
  world?.stop();
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

/** The upload action behind a bare HTTP server, as the API's surface calls it. */
async function surface(cluster: RunningCluster): Promise<number> {
  const listening = (server = createServer((req, res) => {
    const url = new URL(req.url ?? '', 'http://localhost');
    const image = cluster.store.get(TYPE.image, url.pathname.slice(1));
    if (image === undefined) {
      res.writeHead(404).end();
      return;
    }
    uploadAction.run(cluster, image, req, url, 'admin').then(
      (result) => res.writeHead(result.status).end(),
      (error: unknown) => {
        res.writeHead(error instanceof ActionError ? error.status : 599).end(String((error as Error).message));
        req.resume();
      }
    );
  }));
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return (listening.address() as AddressInfo).port;
}

/** Cluster time runs a hundred times as fast as the wall clock while `work` is pending. */
async function whileTimePasses<T>(cluster: RunningCluster, work: Promise<T>): Promise<T> {
  const timer = setInterval(() => cluster.clock.advance(500), 5);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

async function post(port: number, path: string, body: BodyInit): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}/${path}`, { method: 'POST', body });
  return { status: response.status, text: await response.text() };
}

function form(bytes: Buffer): FormData {
  const data = new FormData();
  data.append('file', new Blob([new Uint8Array(bytes)]), 'boot.qcow2');
  return data;
}

function uploadImage(cluster: RunningCluster, spec: Record<string, unknown> = {}): void {
  createImage(cluster, 'up', { sourceType: 'upload', url: '', ...spec });
}

describe('uploading an image', () => {
  it.skipIf(!hasQemuImg())('takes a real qcow2 in a form, creates the data volume and ends imported', async () => {
    const cluster = (world = createWorld());
    uploadImage(cluster);
    const port = await surface(cluster);
    const bytes = makeQcow2('3G');
    const phases = new Set<unknown>();
    cluster.store.watch(({ typeId, object }) => {
      if (typeId === TYPE.dataVolume) phases.add(object.status?.phase);
    });
    const answer = await whileTimePasses(cluster, post(port, `default/up?action=upload&size=${bytes.length}`, form(bytes)));
    expect(answer).toEqual({ status: 200, text: '' });
    expect([...phases]).toEqual(expect.arrayContaining(['UploadScheduled', 'UploadReady', 'Succeeded']));
    expect(get(cluster, 'dataVolume', 'up')?.spec?.source).toEqual({ upload: {} });
    await until(cluster, () => get(cluster, 'image', 'up')?.status?.progress === 100);
    expect(get(cluster, 'image', 'up')?.status).toMatchObject({ size: bytes.length, virtualSize: 3 * GIB, storageClassName: 'longhorn-v2' });
    expect(get(cluster, 'pvc', 'up')).toMatchObject({ metadata: { annotations: { 'harvesterhci.io/goldenImage': 'true' } }, status: { phase: 'Bound', capacity: { storage: '3Gi' } } });
  });

  it('takes a raw body too', async () => {
    const cluster = (world = createWorld());
    uploadImage(cluster);
    const port = await surface(cluster);
    const answer = await whileTimePasses(cluster, post(port, `default/up?size=${2 * MIB}`, new Uint8Array(2 * MIB)));
    expect(answer.status).toBe(200);
    expect(get(cluster, 'image', 'up')?.status).toMatchObject({ size: 2 * MIB, virtualSize: 2 * MIB });
  });

  it('streams a large body in constant memory and shows progress', async () => {
    const cluster = (world = createWorld());
    uploadImage(cluster);
    const port = await surface(cluster);
    const total = 256 * MIB;
    const chunk = Buffer.alloc(MIB);
    const seen = new Set<number>();
    cluster.store.watch(({ typeId, object }) => {
      if (typeId === TYPE.image) seen.add(Number(object.status?.progress));
    });
    const before = process.memoryUsage().rss;
    let peak = before;
    const sending = new Promise<number>((resolve, reject) => {
      const outgoing = request({ port, host: '127.0.0.1', method: 'POST', path: `/default/up?size=${total}`, headers: { 'content-type': 'application/octet-stream' } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      outgoing.on('error', reject);
      let left = total;
      const write = (): void => {
        while (left > 0) {
          left -= chunk.length;
          peak = Math.max(peak, process.memoryUsage().rss);
          if (!outgoing.write(chunk)) {
            outgoing.once('drain', write);
            return;
          }
        }
        outgoing.end();
      };
      write();
    });
    expect(await whileTimePasses(cluster, sending)).toBe(200);
    expect(peak - before).toBeLessThan(120 * MIB);
    expect([...seen].some((value) => value > 0 && value < 99)).toBe(true);
  });

  it.each([
    ['', 'strconv.ParseInt: parsing "": invalid syntax'],
    ['abc', 'strconv.ParseInt: parsing "abc": invalid syntax'],
    ['99999999999999999999', 'strconv.ParseInt: parsing "99999999999999999999": value out of range']
  ])('refuses the size %j, then forgets it as Harvester does', async (size, text) => {
    const cluster = (world = createWorld());
    uploadImage(cluster);
    await until(cluster, () => findCondition(get(cluster, 'image', 'up'), 'Initialized')?.status === 'True');
    const port = await surface(cluster);
    expect(await post(port, `default/up?size=${size}`, 'x')).toEqual({ status: 500, text: `failed to parse file size: ${text}` });
    expect(findCondition(get(cluster, 'image', 'up'), 'Imported')).toMatchObject({ status: 'False', reason: 'UploadFailed', message: text });
    await until(cluster, () => findCondition(get(cluster, 'image', 'up'), 'Imported')?.status === 'Unknown');
    expect(findCondition(get(cluster, 'image', 'up'), 'Imported')?.message).toBe(text);
  });

  it('gives up after a minute when the upload server never starts', async () => {
    const cluster = (world = createWorld({ longhorn: fakeLonghorn({ stuck: new Set(['*']) }) }));
    uploadImage(cluster);
    const port = await surface(cluster);
    const answer = await whileTimePasses(cluster, post(port, 'default/up?size=1048576', new Uint8Array(MIB)));
    expect(answer).toEqual({ status: 500, text: 'failed to wait for VMImage status: context deadline exceeded' });
    expect(findCondition(get(cluster, 'image', 'up'), 'Imported')?.status).toBe('Unknown');
  });

  it('names a class that does not exist', async () => {
    const cluster = (world = createWorld());
    uploadImage(cluster, { targetStorageClassName: 'gone' });
    const port = await surface(cluster);
    const answer = await whileTimePasses(cluster, post(port, 'default/up?size=1048576', new Uint8Array(MIB)));
    expect(answer).toEqual({ status: 500, text: 'failed to get StorageClass gone: storageclasses.storage.k8s.io "gone" not found' });
  });

  it('refuses more data than it was told of', async () => {
    const cluster = (world = createWorld());
    uploadImage(cluster);
    const port = await surface(cluster);
    const answer = await whileTimePasses(cluster, post(port, `default/up?size=${MIB}`, new Uint8Array(5 * MIB)));
    expect(answer.status).toBe(500);
    expect(answer.text).toMatch(/^upload failed: Saving stream failed: Virtual image size \d+ is larger than the reported available storage 1048576\. A larger PVC is required\.$/);
    expect(findCondition(get(cluster, 'image', 'up'), 'Imported')).toMatchObject({ status: 'False', reason: 'UploadFailed', message: answer.text });
  });

  it('marks the image failed when the browser goes away', async () => {
    const cluster = (world = createWorld());
    uploadImage(cluster);
    const port = await surface(cluster);
    const outgoing = request({ port, host: '127.0.0.1', method: 'POST', path: `/default/up?size=${100 * MIB}` });
    outgoing.on('error', () => undefined);
    outgoing.write(fakeQcow2(GIB, MIB));
    await whileTimePasses(cluster, new Promise<void>((resolve) => {
      const stop = cluster.store.watch(({ typeId, object }) => {
        if (typeId !== TYPE.dataVolume || object.status?.phase !== 'UploadReady') return;
        stop();
        setTimeout(() => {
          outgoing.destroy();
          resolve();
        }, 50);
      });
    }));
    await until(cluster, () => findCondition(get(cluster, 'image', 'up'), 'Imported')?.reason === 'UploadFailed');
    expect(findCondition(get(cluster, 'image', 'up'), 'Imported')?.message).toMatch(/^upload failed: /);
  });
});
