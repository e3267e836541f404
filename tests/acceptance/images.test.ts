import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listExportTargets, planVolumeExport } from '@/domain/boot-volume/plan-volume';
import { KIND } from '@/domain/kube/kinds';
import BootImageOption from '@/features/boot-image/BootImageOption.vue';
import { BOOT_IMAGE_TESTID as IMAGE } from '@/features/boot-image/contract';
import type { BootImageForm } from '@/features/boot-image/contract';
import CreateImagePage from '@/features/boot-image/CreateImagePage.vue';
import ImagePage from '@/features/boot-image/ImagePage.vue';
import { BOOT_MACHINE_TESTID as MACHINE } from '@/features/boot-vm/contract';
import MachinePage from '@/features/boot-vm/MachinePage.vue';
import VolumesPage from '@/features/inventory-lists/VolumesPage.vue';
import { startImageServer } from '../support/image-server';
import type { ImageServer } from '../support/image-server';
import { CLAIMS, DATA_VOLUMES, IMAGES, makeImage, makeMachine, reaches, templatesOf, turnOn } from './support/actions';
import { closeWorlds, refusal, startWorld, until } from './support/world';

let qcow2: ImageServer;
let raw: ImageServer;

beforeAll(async () => {
  qcow2 = await startImageServer();
  raw = await startImageServer(Buffer.alloc(2 ** 20, 7));
});
afterAll(() => Promise.all([qcow2.close(), raw.close()]));
afterEach(closeWorlds);

const FORM: BootImageForm = {
  mode: 'create', namespace: 'default', sourceType: 'download', url: '', displayName: '', fileName: '', fileSize: null, checksum: '', storageClassName: '', backend: 'unknown', virtualSize: null, isBehindRancher: false
};

describe('images', () => {
  it('AT-10 an image by URL posts backend, target class and annotation alike, and gets its golden data volume and claim', async () => {
    const world = await startWorld({ scenario: 'empty' });
    const image = await makeImage(world, 'jammy', qcow2.url());

    expect(image.spec).toMatchObject({ backend: 'cdi', targetStorageClassName: 'longhorn-v2' });
    expect(image.metadata.annotations).toMatchObject({ 'harvesterhci.io/storageClassName': 'longhorn-v2' });
    const id = `default/${image.metadata.name}`;

    expect(world.store.get(DATA_VOLUMES, id)?.spec).toMatchObject({ source: { http: { url: qcow2.url() } }, storage: { storageClassName: 'longhorn-v2' } });
    expect(world.store.get(CLAIMS, id)).toMatchObject({ metadata: { annotations: { 'harvesterhci.io/goldenImage': 'true' } }, spec: { storageClassName: 'longhorn-v2' }, status: { phase: 'Bound' } });
  });

  it('AT-11 the golden claim is hidden from the list of volumes', async () => {
    const world = await startWorld({ scenario: 'healthy' });
    const golden = world.list(CLAIMS).filter(({ metadata }) => metadata.annotations?.['harvesterhci.io/goldenImage'] === 'true').map(({ metadata }) => metadata.name);
    const page = world.open(VolumesPage);

    expect(golden).toEqual(['image-ubuntu']);
    await until(() => { expect(page.wrapper.text()).toContain('web-1-disk-0'); });
    expect(page.wrapper.text()).not.toContain('image-ubuntu');
  });

  it('AT-13 deleting an image takes its golden data volume and claim along, and its VMs keep their disks', async () => {
    const world = await startWorld({ scenario: 'healthy' });
    const page = world.open(ImagePage, { imageId: 'default/image-ubuntu' });
    const ofMachines = world.list(CLAIMS).filter(({ metadata }) => metadata.name.startsWith('web-')).length;

    await page.press(IMAGE.deleteImage);
    await page.press('lhv2-confirm-ok');
    await until(async () => {
      await world.advance(5);
      expect([world.store.get(IMAGES, 'default/image-ubuntu'), world.store.get(DATA_VOLUMES, 'default/image-ubuntu'), world.store.get(CLAIMS, 'default/image-ubuntu')]).toEqual([undefined, undefined, undefined]);
    });
    expect(world.list(CLAIMS).filter(({ metadata }) => metadata.name.startsWith('web-'))).toHaveLength(ofMachines);
  });

  it.each([['AT-14 a raw image boots', () => raw.url('none', 'disk.img'), 2 ** 20], ['AT-15 a qcow2 image boots', () => qcow2.url(), 2 ** 31]] as const)('%s', async (_title, url, virtualSize) => {
    const world = await startWorld({ scenario: 'empty' });
    const image = await makeImage(world, 'boot-image', url());

    expect(image.status?.virtualSize).toBe(virtualSize);
    await makeMachine(world, 'vm1', `default/${image.metadata.name}`);
    await until(() => { expect(world.paths.at(-1)).toBe('#/machines/default/vm1'); });
    await reaches(world, 'default/vm1', 'Running');
    const page = world.open(MachinePage, { machineId: 'default/vm1' });

    await until(() => { expect(page.attribute(MACHINE.pipeline, 'data-state')).toBe('done'); });
  });

  it('AT-16 a stopped VM’s volume becomes a v2 image; a Longhorn v1 class is refused with the reason', async () => {
    const world = await startWorld({ scenario: 'healthy' });

    await world.api.action(KIND.virtualMachine, 'default/web-1', 'stop');
    await reaches(world, 'default/web-1', 'Stopped');
    const page = world.open(MachinePage, { machineId: 'default/web-1' });

    await until(() => { expect(page.attribute(MACHINE.export('disk-0'), 'aria-disabled')).toBeUndefined(); });
    await page.press(MACHINE.export('disk-0'));
    await until(() => { expect(page.has(MACHINE.exportClass)).toBe(true); });
    const options = page.wrapper.findAll(`[data-testid="${MACHINE.exportClass}"] option`).map((option) => [option.text(), option.attributes('disabled') !== undefined]);

    expect(options).toEqual([['longhorn-v2 (Longhorn v2)', false], ['harvester-longhorn: CDI volumes cannot be exported to a Longhorn v1 storage class such as harvester-longhorn.', true]]);
    await page.fill(MACHINE.exportName, 'web-1-golden');
    await page.press('lhv2-confirm-ok');
    await until(async () => {
      await world.advance(20);
      expect(world.list(IMAGES).find(({ spec }) => spec?.displayName === 'web-1-golden')).toMatchObject({ spec: { backend: 'cdi', sourceType: 'export-from-volume', targetStorageClassName: 'longhorn-v2' }, status: { progress: 100 } });
    });
    expect(world.paths.at(-1)).toContain('#/images/default/image-');
  });

  it('AT-16 the server’s own refusals of an export are shown word for word', async () => {
    const world = await startWorld({ scenario: 'healthy' });
    const claim = `default/${templatesOf(world.store.get('kubevirt.io.virtualmachine', 'default/web-1'))[0]?.metadata.name ?? ''}`;
    const send = (storageClassName: string) => refusal(world.api.action(KIND.persistentVolumeClaim, claim, 'export', { displayName: 'x', namespace: 'default', storageClassName }));

    expect((await send('harvester-longhorn')).message).toBe('CDI volume cannot be exported to a Longhorn v1 StorageClass');
    expect((await send('longhorn-v2')).message).toMatch(/^PVC web-1-disk-0-\w+ is used by Pods \[virt-launcher-web-1-\w+\], cannot export volume when it's running$/);
    const page = world.open(MachinePage, { machineId: 'default/web-1' });

    await until(() => { expect(page.has(MACHINE.export('disk-0'))).toBe(true); });
    await page.press(MACHINE.export('disk-0'));
    await until(() => { expect(page.attribute('lhv2-confirm-ok', 'aria-disabled'), 'said before it is tried').toBe('true'); });
    expect(page.wrapper.text()).toContain('A running VM uses the volume. Stop it first.');
  });

  it('AT-16 a v1 volume becomes a v2 image too, over the network', async () => {
    const world = await startWorld({ scenario: 'healthy' });

    await world.api.create(KIND.persistentVolumeClaim, {
      type: 'persistentvolumeclaim', metadata: { namespace: 'default', name: 'old-data' },
      spec: { accessModes: ['ReadWriteMany'], volumeMode: 'Block', storageClassName: 'harvester-longhorn', resources: { requests: { storage: '5Gi' } } }
    });
    await until(async () => {
      await world.advance(5);
      expect(world.store.get(CLAIMS, 'default/old-data')?.status?.phase).toBe('Bound');
    });
    await world.read(KIND.persistentVolumeClaim, KIND.storageClass);
    const { inventory } = world.context;

    await until(() => { expect(inventory.get(KIND.persistentVolumeClaim, 'default/old-data')?.phase).toBe('Bound'); });
    const claim = inventory.get(KIND.persistentVolumeClaim, 'default/old-data');
    const targets = claim ? listExportTargets(inventory, claim) : [];
    const body = claim && planVolumeExport(claim, 'old-golden', targets.find(({ name }) => name === 'longhorn-v2'), []).body;

    expect(targets.map(({ name, refusal: reason }) => [name, reason])).toEqual([['longhorn-v2', null], ['harvester-longhorn', null]]);
    await world.api.action(KIND.persistentVolumeClaim, 'default/old-data', 'export', body);
    await until(async () => {
      await world.advance(20);
      expect(world.list(IMAGES).find(({ spec }) => spec?.displayName === 'old-golden')).toMatchObject({ spec: { backend: 'cdi', targetStorageClassName: 'longhorn-v2' }, status: { progress: 100 } });
    });
  });

  it('AT-18 encrypted and decrypted images stay v1: the option is off, with the reason', async () => {
    const world = await startWorld({ scenario: 'healthy' });
    const page = world.open(BootImageOption, { form: { ...FORM, sourceType: 'clone' } });

    await until(() => { expect(page.text(IMAGE.blocked)).toContain('Longhorn v1 only'); });
    expect(page.attribute(IMAGE.toggle, 'aria-disabled')).toBe('true');
  });

  it('AT-19 an empty URL, a bad URL and a bad checksum stop Create beside their fields', async () => {
    const world = await startWorld({ scenario: 'empty' });
    const page = world.open(CreateImagePage);

    await page.fill(IMAGE.name, 'bad');
    await turnOn(page);
    await page.press(IMAGE.submit);
    await until(() => { expect(page.wrapper.text()).toContain('A URL is needed.'); });
    await page.fill(IMAGE.url, 'ftp://example.com/a.img');
    await until(() => { expect(page.wrapper.text()).toContain('This is not an http or https address.'); });
    await page.fill(IMAGE.url, qcow2.url());
    const label = page.wrapper.findAll('label').find((entry) => entry.text().startsWith('SHA-512'));

    await page.wrapper.find(`[id="${label?.attributes('for') ?? ''}"]`).setValue('abc');
    await until(() => { expect(page.wrapper.text()).toContain('A SHA-512 has 128 hexadecimal digits.'); });
    await page.press(IMAGE.submit);
    expect(world.list(IMAGES)).toEqual([]);
  });

  it('AT-19 a checksum on the v2 path is told to be ignored before Create', async () => {
    const world = await startWorld({ scenario: 'empty' });
    const form = { ...FORM, url: qcow2.url(), checksum: 'a'.repeat(128), storageClassName: 'longhorn-v2', backend: 'cdi' as const };
    const page = world.open(BootImageOption, { form });

    await until(() => { expect(page.text(IMAGE.note('checksum-ignored'))).toContain('not'); });
    await page.wrapper.setProps({ form: { ...form, checksum: '' } });
    expect(page.has(IMAGE.note('checksum-ignored'))).toBe(false);
  });

  it('AT-19 an address that answers 404 is the cause that is told, with no size of the error page', async () => {
    const world = await startWorld({ scenario: 'empty' });
    const form = world.open(CreateImagePage);

    await form.fill(IMAGE.name, 'missing');
    await form.fill(IMAGE.url, qcow2.url('not-found'));
    await turnOn(form);
    await form.press(IMAGE.submit);
    await until(() => { expect(world.paths).toHaveLength(1); });
    const id = `default/${world.list(IMAGES)[0]?.metadata.name ?? ''}`;
    const page = world.open(ImagePage, { imageId: id });

    await until(async () => {
      await world.advance(10);
      expect(page.attribute(IMAGE.pipelineCause, 'data-cause')).toBe('url-not-found');
    });
    expect(world.store.get(IMAGES, id)?.status?.virtualSize, 'the server took the page for an image').toBe(153);
    expect(page.wrapper.text()).not.toMatch(/153 ?B/);
    expect(page.attribute(IMAGE.createMachine, 'aria-disabled')).toBe('true');
  });

  it('an import that does not move is told with the time since when, also after a visit elsewhere', async () => {
    const world = await startWorld({ scenario: 'empty', timings: { importBytesPerSecond: 100 } });
    const form = world.open(CreateImagePage);

    await form.fill(IMAGE.name, 'standing');
    await form.fill(IMAGE.url, qcow2.url());
    await turnOn(form);
    await form.press(IMAGE.submit);
    await until(() => { expect(world.paths).toHaveLength(1); });
    const imageId = `default/${world.list(IMAGES)[0]?.metadata.name ?? ''}`;
    const first = world.open(ImagePage, { imageId });

    await until(async () => {
      await world.advance(2);
      expect(first.attribute(IMAGE.step('data-volume'), 'data-state')).toBe('running');
      expect(world.store.get(DATA_VOLUMES, imageId)?.status?.phase).toBe('ImportInProgress');
    });
    await world.advance(30);
    expect(first.has(IMAGE.pipelineCause), 'half a minute is nothing').toBe(false);
    first.wrapper.unmount();
    await world.advance(60);
    const second = world.open(ImagePage, { imageId });

    await until(() => { expect(second.attribute(IMAGE.pipelineCause, 'data-cause')).toBe('not-progressing'); });
    expect(second.text(IMAGE.pipelineCause)).toMatch(/Not progressing since .*: it stands at 0 % \(ImportInProgress\)/);
    expect(second.attribute(IMAGE.pipeline, 'data-state')).toBe('stalled');
  });

  it('AT-20 the class of an existing image is shown, locked and explained; the server refuses a change', async () => {
    const world = await startWorld({ scenario: 'default' });
    const page = world.open(BootImageOption, { form: { ...FORM, mode: 'edit', storageClassName: 'longhorn-v2', backend: 'cdi' } });

    await until(() => { expect(page.text(IMAGE.blocked)).toContain('storage class cannot be changed after it is created'); });
    await until(() => { expect(page.attribute(IMAGE.class('longhorn-v2'), 'aria-disabled')).toBe('true'); });
    expect(page.has(IMAGE.class('longhorn-v2-gold')), 'no other class is held out').toBe(false);
    expect(page.wrapper.emitted('choose')).toBeUndefined();
    const image = await world.api.get(KIND.image, 'default/image-sles');
    const { metadata, spec } = image as { metadata: { annotations: Record<string, string> }; spec: Record<string, unknown> };
    const changed = { ...image, metadata: { ...metadata, annotations: { ...metadata.annotations, 'harvesterhci.io/storageClassName': 'longhorn-v2-gold' } }, spec: { ...spec, targetStorageClassName: 'longhorn-v2-gold' } };

    expect((await refusal(world.api.update(KIND.image, 'default/image-sles', changed))).message).toBe('storageClassName cannot be modified');
  });
});
