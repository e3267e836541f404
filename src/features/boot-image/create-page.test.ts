// @vitest-environment happy-dom
import { createHash } from 'node:crypto';
import { flushPromises, mount } from '@vue/test-utils';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { HarvesterApi } from '@/api/contract';
import { rawImage, rawReadyCluster } from '@/domain/boot-volume/testing/cluster';
import { CLUSTER } from '@/stores/contract';
import { forgetDrafts } from '../drafts/use-draft';
import CreateImagePage from './CreateImagePage.vue';
import { readVirtualSize } from './qcow2';
import { hashFile } from './sha512';
import { fakeCluster } from './testing/fake-cluster';
import type { FakeOptions } from './testing/fake-cluster';
import { createRateMeter } from './transfer-rate';

async function open(options: FakeOptions = {}) {
  const cluster = fakeCluster(rawReadyCluster(), options);
  const wrapper = mount(CreateImagePage, { global: { provide: { [CLUSTER as symbol]: cluster.context } }, attachTo: document.body });
  const find = (id: string) => wrapper.find(`[data-testid="${id}"]`);

  await flushPromises();

  return {
    cluster, wrapper, find,
    submit: async () => { await find('lhv2-create-image').trigger('click'); await flushPromises(); },
    pick: async (file: File) => {
      await find('lhv2-image-source-upload').setValue(true);
      Object.defineProperty(find('lhv2-image-file').element, 'files', { value: [file], configurable: true });
      await find('lhv2-image-file').trigger('change');
      await flushPromises();
    }
  };
}
const failing = (message: string): Promise<never> => Promise.reject(Object.assign(new Error(message), { status: 500, isAbort: false }));

beforeEach(forgetDrafts);

describe('CreateImagePage', () => {
  it('names the image after the URL until a name is typed', async () => {
    const { find } = await open();

    await find('lhv2-image-url').setValue('https://example.com/a%20b.img');
    expect((find('lhv2-image-name').element as HTMLInputElement).value).toBe('a-b.img');
    await find('lhv2-image-name').setValue('mine');
    await find('lhv2-image-url').setValue('https://example.com/c.img');
    expect((find('lhv2-image-name').element as HTMLInputElement).value).toBe('mine');
  });

  it('posts the v2 image and goes to its page', async () => {
    const { find, submit, cluster } = await open();

    await find('lhv2-image-url').setValue('https://example.com/a.img');
    await find('lhv2-boot-toggle').trigger('click');
    await submit();
    expect(cluster.calls).toMatchObject([{ args: ['harvesterhci.io.virtualmachineimage', { spec: { backend: 'cdi', targetStorageClassName: 'longhorn-v2' }, metadata: { annotations: { 'harvesterhci.io/storageClassName': 'longhorn-v2' } } }] }]);
    expect(cluster.paths).toEqual(['#/images/default/image-new']);
  });

  it('leaves a plain image plain', async () => {
    const { find, submit, cluster } = await open();

    await find('lhv2-image-url').setValue('https://example.com/a.img');
    await submit();
    expect((cluster.calls[0]!.args[1] as { spec: Record<string, string> }).spec).toMatchObject({ backend: 'backingimage' });
    expect((cluster.calls[0]!.args[1] as { spec: Record<string, string> }).spec).not.toHaveProperty('targetStorageClassName');
  });

  it('keeps what was typed and shows the server\'s words when it refuses', async () => {
    const { find, submit } = await open({ api: { create: () => failing('A resource with the same name exists') } });

    await find('lhv2-image-url').setValue('https://example.com/a.img');
    await submit();
    expect(find('lhv2-create-image-error').text()).toContain('A resource with the same name exists');
    expect((find('lhv2-image-url').element as HTMLInputElement).value).toBe('https://example.com/a.img');
  });

  it('uploads the file into the image it made', async () => {
    const { find, submit, pick, cluster } = await open();

    await pick(new File(['abc'], 'a.img'));
    await find('lhv2-boot-toggle').trigger('click');
    await submit();
    await vi.waitFor(() => { expect(cluster.paths).toEqual(['#/images/default/image-new']); });
    expect(cluster.calls.map(call => call.method)).toEqual(['create', 'uploadImage']);
    expect(cluster.calls[1]!.args).toMatchObject(['default/image-new', { name: 'a.img' }, { fileName: 'a.img' }]);
  });

  it('names what a failed upload left behind, deletes it on demand, and can begin again', async () => {
    let uploads = 0;
    const uploadImage: HarvesterApi['uploadImage'] = () => uploads++ === 0 ? failing('upload failed: disk is slow') : Promise.resolve();
    const { find, submit, pick, cluster } = await open({ api: { uploadImage } });

    await pick(new File(['abc'], 'a.img'));
    await submit();
    await vi.waitFor(() => { expect(find('lhv2-upload').attributes('data-phase')).toBe('failed'); });
    expect(find('lhv2-upload').text()).toContain('upload failed: disk is slow');
    expect(find('lhv2-upload').text()).toContain('default/image-new');
    await find('lhv2-upload-retry').trigger('click');
    await vi.waitFor(() => { expect(cluster.paths).toHaveLength(1); });
    expect(cluster.calls.map(call => call.method)).toEqual(['create', 'uploadImage', 'remove', 'create', 'uploadImage']);
  });

  it('stops an upload on demand', async () => {
    const uploadImage: HarvesterApi['uploadImage'] = (_id, _file, { signal, onProgress }) => new Promise((_resolve, reject) => {
      onProgress?.({ sent: 1, total: 3 });
      signal?.addEventListener('abort', () => { reject(Object.assign(new Error('Cancelled'), { status: 0, isAbort: true })); });
    });
    const { find, submit, pick, cluster } = await open({ api: { uploadImage } });

    await pick(new File(['abc'], 'a.img'));
    await submit();
    expect(find('lhv2-upload').text()).toContain('33 %');
    await find('lhv2-upload-cancel').trigger('click');
    await flushPromises();
    expect(find('lhv2-upload').attributes('data-phase')).toBe('cancelled');
    await find('lhv2-upload-delete').trigger('click');
    await flushPromises();
    expect(cluster.calls.at(-1)).toEqual({ method: 'remove', args: ['harvesterhci.io.virtualmachineimage', 'default/image-new'] });
    expect(find('lhv2-upload').exists()).toBe(false);
  });

  it('says that a name is taken', async () => {
    const { find, submit, cluster, wrapper } = await open();

    cluster.show([...rawReadyCluster(), rawImage()]);
    await find('lhv2-image-url').setValue('https://example.com/jammy.img');
    await submit();
    expect(wrapper.text()).toContain('jammy.img exists already');
    expect(cluster.calls).toEqual([]);
  });
});

describe('hashFile', () => {
  it('is the SHA-512 of the file, over several chunks', async () => {
    const bytes = new Uint8Array(9 * 2 ** 20).map((_, index) => index % 251);
    const seen: number[] = [];

    expect(await hashFile(new Blob([bytes]), done => seen.push(done), new AbortController().signal)).toBe(createHash('sha512').update(bytes).digest('hex'));
    expect(seen.at(-1)).toBe(bytes.length);
  });

  it('stops when told', async () => {
    const abort = new AbortController();

    abort.abort();
    await expect(hashFile(new Blob(['abc']), () => undefined, abort.signal)).rejects.toThrow();
  });
});

describe('readVirtualSize', () => {
  it('reads a qcow2 header, and takes the size of anything else', async () => {
    const header = new DataView(new ArrayBuffer(64));

    header.setUint32(0, 0x514649fb);
    header.setBigUint64(24, 2147483648n);
    expect(await readVirtualSize(new Blob([header.buffer]))).toBe(2147483648);
    expect(await readVirtualSize(new Blob(['raw image']))).toBe(9);
  });
});

describe('createRateMeter', () => {
  it('tells nothing at first, then rate and time left over the last seconds', () => {
    const meter = createRateMeter(1000);

    meter.add(0, 0);
    expect(meter.read(1000)).toEqual({ rate: null, left: null });
    meter.add(2000, 200);
    expect(meter.read(2000)).toEqual({ rate: 100, left: 8000 });
  });

  it('slows down on the screen when nothing moves', () => {
    const meter = createRateMeter(1000);

    meter.add(0, 0);
    meter.add(2000, 200);
    expect(meter.read(20000).rate).toBe(10);
  });
});
