import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunningCluster } from '../../../cluster';
import { findCondition } from '../support/conditions';
import { TYPE } from '../support/types';
import { createImage, createWorld, fakeQcow2, get, hasQemuImg, makeQcow2, serve, until, type FileServer } from '../test-support';

vi.setConfig({ testTimeout: 60_000 });

const GIB = 1024 ** 3;
let server: FileServer | undefined;
let world: RunningCluster | undefined;

afterEach(async () => {
  world?.stop();
  await server?.close();
  server = undefined;
});

describe('a CDI image from a URL', () => {
  it.skipIf(!hasQemuImg())('goes from a real qcow2 to ready', async () => {
    server = await serve(makeQcow2('2G'));
    const cluster = (world = createWorld({ timings: { importBytesPerSecond: GIB / 20 } }));
    createImage(cluster, 'boot', { url: server.url });
    const seen: number[] = [];
    cluster.store.watch(({ object, typeId }) => {
      if (typeId === TYPE.image && object.status?.progress !== undefined) seen.push(object.status.progress as number);
    });
    await until(cluster, () => findCondition(get(cluster, 'image', 'boot'), 'Initialized')?.status === 'True');
    expect(server.requests.slice(0, 2)).toEqual([{ method: 'GET', range: 'bytes=0-127' }, { method: 'HEAD', range: undefined }]);
    expect(get(cluster, 'image', 'boot')?.status).toMatchObject({ appliedUrl: server.url, progress: 0, storageClassName: 'longhorn-v2', virtualSize: 2 * GIB, failed: 0 });
    await until(cluster, () => findCondition(get(cluster, 'image', 'boot'), 'Imported')?.message === 'Image Importing');
    expect(findCondition(get(cluster, 'image', 'boot'), 'Imported')).toMatchObject({ status: 'Unknown', reason: 'Importing' });
    await until(cluster, () => get(cluster, 'image', 'boot')?.status?.progress === 100);
    const image = get(cluster, 'image', 'boot');
    expect(findCondition(image, 'Imported')).toMatchObject({ status: 'True', reason: 'Imported' });
    expect(findCondition(image, 'Imported')?.message).toBeUndefined();
    expect(findCondition(image, 'RetryLimitExceeded')?.status).toBe('False');
    expect(seen.some((value) => value > 0 && value < 99)).toBe(true);
    const golden = get(cluster, 'pvc', 'boot');
    expect(golden?.metadata.annotations?.['harvesterhci.io/goldenImage']).toBe('true');
    expect(golden).toMatchObject({ spec: { accessModes: ['ReadWriteMany'], volumeMode: 'Block', storageClassName: 'longhorn-v2' }, status: { phase: 'Bound', capacity: { storage: '2Gi' } } });
    expect(get(cluster, 'dataVolume', 'boot')?.status).toMatchObject({ phase: 'Succeeded', progress: '100.0%' });
    await until(cluster, () => cluster.store.list(TYPE.pod).length === 0 && cluster.store.list(TYPE.pvc).length === 1);
    const volume = String(golden?.spec?.volumeName);
    expect(cluster.store.get(TYPE.pv, volume)?.spec?.claimRef).toMatchObject({ name: 'boot', uid: golden?.metadata.uid });
    await until(cluster, () => get(cluster, 'longhornVolume', volume, 'longhorn-system')?.status?.state === 'detached');
    expect(get(cluster, 'longhornVolume', volume, 'longhorn-system')?.spec).toMatchObject({ dataEngine: 'v2', size: String(2 * GIB), numberOfReplicas: 3, migratable: true, accessMode: 'rwx' });
  });

  it('hands the additional certificates to the importer', async () => {
    server = await serve(fakeQcow2(GIB));
    const cluster = (world = createWorld());
    cluster.store.create(TYPE.setting, { metadata: { name: 'additional-ca' }, value: '-----BEGIN CERTIFICATE-----', default: '' });
    createImage(cluster, 'boot', { url: server.url });
    await until(cluster, () => get(cluster, 'dataVolume', 'boot') !== undefined);
    expect(get(cluster, 'dataVolume', 'boot')?.spec?.source).toEqual({ http: { url: server.url, certConfigMap: 'harvester-additional-ca-cdi' } });
    expect(cluster.store.get('configmap', 'default/harvester-additional-ca-cdi')?.data).toEqual({ 'ca.pem': '-----BEGIN CERTIFICATE-----' });
  });

  it('takes a page that says "not found" for a small disk, as upstream does, and never becomes ready', async () => {
    const page = Buffer.from('<html><head><title>404 Not Found</title></head>'.padEnd(153, ' '));
    const missing = createServer((_request, response) => { response.writeHead(404, { 'content-length': page.length }).end(page); });
    await new Promise<void>((resolve) => { missing.listen(0, '127.0.0.1', resolve); });
    const cluster = (world = createWorld());
    createImage(cluster, 'boot', { url: `http://127.0.0.1:${String((missing.address() as AddressInfo).port)}/jammy.img` });
    await until(cluster, () => get(cluster, 'dataVolume', 'boot') !== undefined);
    // Neither request looks at the status code: the length of the page is the size of the image.
    expect(get(cluster, 'image', 'boot')?.status).toMatchObject({ size: 153, virtualSize: 153 });
    await until(cluster, () => Number(get(cluster, 'dataVolume', 'boot')?.status?.restartCount ?? 0) > 0);
    cluster.clock.advance(600_000);
    expect(get(cluster, 'image', 'boot')?.status?.progress).not.toBe(100);
    expect(findCondition(get(cluster, 'dataVolume', 'boot'), 'Running')?.message).toContain('expected status code 200, got 404');
    missing.close();
  });

  it('takes its data volume, claim and volume along when deleted', async () => {
    server = await serve(fakeQcow2(GIB));
    const cluster = (world = createWorld());
    createImage(cluster, 'boot', { url: server.url });
    await until(cluster, () => get(cluster, 'image', 'boot')?.status?.progress === 100);
    cluster.store.remove(TYPE.image, 'default/boot');
    await until(cluster, () => cluster.store.list(TYPE.longhornVolume).length === 0 && cluster.store.list(TYPE.pv).length === 0);
    expect(cluster.store.list(TYPE.dataVolume)).toEqual([]);
    expect(cluster.store.list(TYPE.pvc)).toEqual([]);
  });

  it('uses the file size as disk size when the file is no qcow2', async () => {
    server = await serve(Buffer.alloc(3 * 1024 * 1024, 7));
    const cluster = (world = createWorld());
    createImage(cluster, 'raw', { url: server.url });
    await until(cluster, () => get(cluster, 'image', 'raw')?.status?.progress === 100);
    expect(get(cluster, 'image', 'raw')?.status).toMatchObject({ size: 3 * 1024 * 1024, virtualSize: 3 * 1024 * 1024 });
  });
});

describe('an image that fails to initialise', () => {
  it('retries after ten seconds, names the attempt, and gives up after spec.retry', async () => {
    server = await serve(fakeQcow2(GIB), (req, res) => {
      if (req.method !== 'HEAD') return false;
      res.writeHead(200, { 'transfer-encoding': 'chunked' }).end();
      return true;
    });
    const cluster = (world = createWorld());
    const text = 'failed to fetch image size: Content-Length is not found in the header';
    createImage(cluster, 'boot', { url: server.url });
    const limit = (): string | undefined => findCondition(get(cluster, 'image', 'boot'), 'RetryLimitExceeded')?.message as string | undefined;
    await until(cluster, () => limit() !== undefined);
    const firstFailure = Date.parse(String(get(cluster, 'image', 'boot')?.status?.lastFailedTime));
    expect(limit()).toBe(`failed due to error: ${text}`);
    expect(findCondition(get(cluster, 'image', 'boot'), 'RetryLimitExceeded')?.status).toBe('False');
    expect(findCondition(get(cluster, 'image', 'boot'), 'Initialized')).toBeUndefined();
    await until(cluster, () => get(cluster, 'image', 'boot')?.status?.failed === 2);
    expect(limit()).toBe(`retry attempted 1/3 failed due to error: ${text}`);
    await until(cluster, () => get(cluster, 'image', 'boot')?.status?.failed === 4);
    const image = get(cluster, 'image', 'boot');
    expect(findCondition(image, 'RetryLimitExceeded')).toMatchObject({ status: 'True', message: `retry attempted 3/3 failed due to error: ${text}` });
    expect(findCondition(image, 'Initialized')).toMatchObject({ status: 'False', message: `retry attempted 3/3 failed due to error: ${text}` });
    expect(image?.status?.progress).toBe(0);
    const passed = cluster.clock.now() - firstFailure;
    expect(passed).toBeGreaterThanOrEqual(30_000);
    expect(passed).toBeLessThan(36_000);
    const requests = server.requests.length;
    await until(cluster, () => cluster.clock.now() > firstFailure + 120_000);
    expect(server.requests.length).toBe(requests);
  });

  it.each([
    ['a short answer', Buffer.from('no such file'), 'failed to fetch image virtual size: content length is less than 128 bytes']
  ])('tells %s', async (_name, body, text) => {
    server = await serve(body);
    const cluster = (world = createWorld());
    createImage(cluster, 'boot', { url: server.url, retry: 0 });
    await until(cluster, () => findCondition(get(cluster, 'image', 'boot'), 'RetryLimitExceeded')?.status === 'True');
    expect(findCondition(get(cluster, 'image', 'boot'), 'Initialized')?.message).toBe(`failed due to error: ${text}`);
  });

  it('contacts no host but this machine', async () => {
    const cluster = (world = createWorld());
    createImage(cluster, 'boot', { url: 'http://images.example.com/boot.qcow2', retry: 0 });
    await until(cluster, () => findCondition(get(cluster, 'image', 'boot'), 'RetryLimitExceeded')?.status === 'True');
    expect(findCondition(get(cluster, 'image', 'boot'), 'Initialized')?.message).toMatch(/^failed due to error: failed to fetch image virtual size: Get "http:\/\/images\.example\.com\/boot\.qcow2": dial tcp: lookup images\.example\.com: the simulator only contacts this machine/);
  });

  it('says in Go’s words that nobody listens', async () => {
    server = await serve(Buffer.alloc(1));
    const url = server.url;
    await server.close();
    const cluster = (world = createWorld());
    createImage(cluster, 'boot', { url, retry: 0 });
    await until(cluster, () => findCondition(get(cluster, 'image', 'boot'), 'RetryLimitExceeded')?.status === 'True');
    expect(findCondition(get(cluster, 'image', 'boot'), 'Initialized')?.message).toBe(`failed due to error: failed to fetch image virtual size: Get "${url}": dial tcp ${new URL(url).host}: connect: connection refused`);
  });

  it('says that the class does not exist', async () => {
    server = await serve(fakeQcow2(GIB));
    const cluster = (world = createWorld());
    createImage(cluster, 'boot', { url: server.url, retry: 0, targetStorageClassName: 'gone' });
    await until(cluster, () => findCondition(get(cluster, 'image', 'boot'), 'RetryLimitExceeded')?.status === 'True');
    expect(findCondition(get(cluster, 'image', 'boot'), 'Initialized')?.message).toBe('failed due to error: failed to get StorageClass gone: storageclasses.storage.k8s.io "gone" not found');
  });

  it.each(['clone', 'restore'])('refuses the source type %s on CDI', async (sourceType) => {
    const cluster = (world = createWorld());
    createImage(cluster, 'boot', { sourceType, url: '', retry: 0 });
    await until(cluster, () => findCondition(get(cluster, 'image', 'boot'), 'RetryLimitExceeded')?.status === 'True');
    expect(findCondition(get(cluster, 'image', 'boot'), 'Initialized')?.message).toContain(`unsupported source type: ${sourceType}`);
  });

  it('recovers when the server does, and clears the message', async () => {
    let isBroken = true;
    server = await serve(fakeQcow2(GIB), (_req, res) => {
      if (!isBroken) return false;
      res.writeHead(200).end('later');
      return true;
    });
    const cluster = (world = createWorld());
    createImage(cluster, 'boot', { url: server.url });
    await until(cluster, () => get(cluster, 'image', 'boot')?.status?.failed === 2);
    isBroken = false;
    await until(cluster, () => get(cluster, 'image', 'boot')?.status?.progress === 100);
    const limit = findCondition(get(cluster, 'image', 'boot'), 'RetryLimitExceeded');
    expect(limit).toMatchObject({ status: 'False' });
    expect(limit?.message).toBeUndefined();
    expect(get(cluster, 'image', 'boot')?.status?.failed).toBe(2);
  });
});
