import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { computed, getCurrentInstance, h, nextTick, type Component } from 'vue';
import { findImageForm, type ImageFormAdapter } from '../../pkg/harvester-longhorn-v2/host/form/image-form';
import { findMachineForm, type MachineFormAdapter } from '../../pkg/harvester-longhorn-v2/host/form/machine-form';
import { createHost, loadExtension, providePages, stubScripts, type Host } from './support/host';
import { EditImage, EditMachine, formOf, imageModel, mountPage, routeTo, type DiskRow } from './support/forms';

const GIB = 1024 ** 3;
const found: { image?: ImageFormAdapter | null; machine?: MachineFormAdapter | null; reads: number } = { reads: 0 };

/** Stand-ins for our tabs that only look for the form around them, from where the host really mounts them. */
const ImageProbe: Component = {
  setup: () => {
    found.image = findImageForm(getCurrentInstance());

    const form = computed(() => found.image?.read(true));

    return () => h('p', { 'data-testid': 'probe' }, form.value?.storageClassName);
  }
};
const MachineProbe: Component = {
  setup: () => {
    let id = 0;

    found.machine = findMachineForm(getCurrentInstance(), host.store as never, () => `new-${String(id++)}`);

    const form = computed(() => found.machine?.read());

    return () => h('p', { 'data-testid': 'probe' }, JSON.stringify(form.value));
  }
};

let scripts: ReturnType<typeof stubScripts>;
let host: Host;

beforeEach(async () => {
  scripts = stubScripts();
  host = createHost();
  providePages({ ImageTab: ImageProbe, MachineTab: MachineProbe });
  await loadExtension(host);
});
afterEach(() => {
  scripts.restore();
  document.body.innerHTML = '';
});

async function openImage(model = imageModel(), props: Record<string, unknown> = {}): Promise<{ model: ReturnType<typeof imageModel>; adapter: ImageFormAdapter; form: Record<string, unknown>; text(): string }> {
  const wrapper = mountPage(host, EditImage('isInResourceCreateKey'), { value: model, ...props }, routeTo('harvesterhci.io.virtualmachineimage', 'create'));

  await flushPromises();

  return { model, adapter: found.image!, form: formOf(wrapper), text: () => wrapper.find('[data-testid=probe]').text() };
}

const fields = (model: ReturnType<typeof imageModel>): unknown => ({ annotation: model.metadata.annotations['harvesterhci.io/storageClassName'], target: model.spec.targetStorageClassName, backend: model.spec.backend });

describe('Harvester\'s image form, found from inside the tab', () => {
  it('is read: name, source, class, backend', async () => {
    const { adapter } = await openImage();

    expect(adapter.isReady()).toBe(true);
    expect(adapter.read(true)).toEqual({ mode: 'create', namespace: 'default', sourceType: 'download', url: 'http://a/b.img', displayName: 'jammy', fileName: '', fileSize: null, checksum: '', storageClassName: 'longhorn', backend: 'backingimage', virtualSize: null, isBehindRancher: true });
  });

  it('gets backend, annotation and target class, all the same v2 class', async () => {
    const { adapter, model } = await openImage();

    adapter.choose('longhorn-v2');
    await nextTick();
    expect(fields(model)).toEqual({ annotation: 'longhorn-v2', target: 'longhorn-v2', backend: 'cdi' });
  });

  it('shows at once what the person picks in Harvester\'s Storage tab', async () => {
    const { form, text } = await openImage();

    form.storageClassName = 'longhorn-v2-2r';
    await flushPromises();
    expect(text()).toBe('longhorn-v2-2r');
  });

  it('is, switched off again, exactly as before: also after another v2 class was chosen in between', async () => {
    const { adapter, model } = await openImage();
    const before = JSON.stringify(model);

    adapter.remember();
    adapter.choose('longhorn-v2');
    adapter.choose('longhorn-v2-2r');
    await nextTick();
    adapter.undo('');
    await nextTick();
    expect(JSON.stringify(model)).toBe(before);
  });

  it('falls back to a plain class when nothing else was ever chosen', async () => {
    const { adapter, model } = await openImage();

    adapter.choose('longhorn-v2');
    await nextTick();
    adapter.undo('longhorn');
    await nextTick();
    expect(fields(model)).toEqual({ annotation: 'longhorn', target: 'longhorn', backend: 'backingimage' });
  });

  it('is not ready while it still fetches', async () => {
    const { adapter, form } = await openImage();

    (form.state as { pending: boolean }).pending = true;
    expect(adapter.isReady()).toBe(false);
  });

  it('knows the picked file and the edit mode', async () => {
    const { adapter, form } = await openImage(imageModel({ metadata: { namespace: 'default', annotations: {}, uid: 'u' } as never }));

    form.file = new File(['12345'], 'disk.qcow2');
    expect(adapter.read(false)).toMatchObject({ mode: 'edit', fileName: 'disk.qcow2', fileSize: 5, isBehindRancher: false });
  });

  it('is given up on when the page is of another shape: nothing is written, null says so', async () => {
    const Strange: Component = { components: { EditImage: EditImage('isInResourceCreateKey') }, template: '<EditImage :value="{ type: \'something.else\', metadata: { annotations: {} }, spec: {} }" />' };

    mountPage(host, Strange, {}, routeTo('harvesterhci.io.virtualmachineimage', 'create'));
    await flushPromises();
    expect(found.image).toBeNull();
  });
});

/** Takes the tabs of a form down and puts them up again, as its YAML view does. */
async function lookAtYaml(form: Record<string, unknown>): Promise<void> {
  form.isForm = false;
  await flushPromises();
  form.isForm = true;
  await flushPromises();
}

describe('Harvester\'s image form, after a look at its YAML', () => {
  it('still knows what to come back to', async () => {
    const { adapter, model, form } = await openImage();
    const before = JSON.stringify(model);

    adapter.remember();
    adapter.choose('longhorn-v2');
    await lookAtYaml(form);
    expect(found.image).toBe(adapter);
    found.image!.undo('longhorn');
    await nextTick();
    expect(JSON.stringify(model)).toBe(before);
  });
});

const imageRow = (image: string): DiskRow => ({ id: 'r0', name: 'disk-0', source: 'Virtual Machine Image', type: 'disk', bus: 'virtio', size: '10Gi', image, accessMode: 'ReadWriteMany', volumeMode: 'Block', storageClassName: '' });

async function openMachine(rows: DiskRow[]): Promise<{ adapter: MachineFormAdapter; form: Record<string, unknown> & { diskRows: DiskRow[]; parseVM: () => { spec: { storageClassName: string; accessModes: string[] } }[] }; text(): string; unmount(): void }> {
  const wrapper = mountPage(host, EditMachine('isInResourceCreateKey', rows), { value: { type: 'kubevirt.io.virtualmachine', metadata: { namespace: 'default', name: 'vm', annotations: {} }, spec: {} } }, routeTo('kubevirt.io.virtualmachine', 'create'));

  await flushPromises();

  return { adapter: found.machine!, form: formOf(wrapper) as never, text: () => wrapper.find('[data-testid=probe]').text(), unmount: () => { wrapper.unmount(); } };
}

describe('Harvester\'s VM form, found from inside the tab', () => {
  it('is read: image, class that follows from it, size, instances', async () => {
    const { adapter, form } = await openMachine([imageRow('default/v2')]);

    expect(adapter.read()).toEqual({ mode: 'create', namespace: 'default', name: 'vm', imageId: 'default/v2', imageDevice: 'disk', storageClassName: 'longhorn-v2', rootSize: 10 * GIB, instances: 1, canOverrideClass: true });
    form.isSingle = false;
    form.count = 3;
    expect(adapter.read().instances).toBe(3);
  });

  it('gets another image as Harvester\'s own select would set it, in a new array', async () => {
    const { adapter, form } = await openMachine([imageRow('')]);
    const before = form.diskRows;

    adapter.chooseImage('default/v2');
    expect(form.diskRows).not.toBe(before);
    expect(form.diskRows[0]).toMatchObject({ id: 'r0', image: 'default/v2', type: 'disk', bus: 'virtio', size: '12Gi' });

    adapter.chooseImage('default/iso');
    expect(form.diskRows[0]).toMatchObject({ image: 'default/iso', type: 'cd-rom', bus: 'sata', size: '3Gi' });
  });

  it('posts the chosen class for the root disk alone, and shows it', async () => {
    const { adapter, form, text } = await openMachine([imageRow('default/other'), { ...imageRow('default/other'), id: 'r1', name: 'disk-1' }]);

    adapter.chooseClass({ storageClassName: 'longhorn-v2', accessModes: ['ReadWriteOnce'], volumeMode: 'Block' });
    await flushPromises();
    expect(form.parseVM().map(({ spec }) => [spec.storageClassName, spec.accessModes])).toEqual([['longhorn-v2', ['ReadWriteOnce']], ['lvm', ['ReadWriteMany']]]);
    expect(text()).toContain('"storageClassName":"longhorn-v2"');
  });

  it('drops the override when another image is picked, and when it is taken back', async () => {
    const { adapter, form } = await openMachine([imageRow('default/other')]);
    const choice = { storageClassName: 'longhorn-v2-2r', accessModes: ['ReadWriteMany'], volumeMode: 'Block' as const };

    adapter.chooseClass(choice);
    form.diskRows = [imageRow('default/v2')];
    expect(form.parseVM()[0]?.spec.storageClassName).toBe('longhorn-v2');

    form.diskRows = [imageRow('default/other')];
    adapter.chooseClass({ ...choice, storageClassName: null });
    expect(form.parseVM()[0]?.spec.storageClassName).toBe('lvm');
  });

  it('puts an ISO install\'s blank disk on the class, adding the disk when there is none', async () => {
    const { adapter, form } = await openMachine([{ ...imageRow('default/iso'), type: 'cd-rom', bus: 'sata' }]);

    expect(adapter.read().imageDevice).toBe('cdrom');
    adapter.chooseClass({ storageClassName: 'longhorn-v2', accessModes: ['ReadWriteOnce'], volumeMode: 'Block' });
    expect(form.diskRows[1]).toMatchObject({ source: 'New', type: 'disk', storageClassName: 'longhorn-v2', accessMode: 'ReadWriteOnce', volumeMode: 'Block' });

    adapter.resize(41 * GIB + 1);
    expect(form.diskRows[1]?.size).toBe('42Gi');
  });

  it('corrects a request that lost the class on its way, and only that', async () => {
    const { adapter, form } = await openMachine([imageRow('default/other')]);

    adapter.chooseClass({ storageClassName: 'longhorn-v2', accessModes: ['ReadWriteMany'], volumeMode: 'Block' });

    const [claim] = form.parseVM();
    const body = (storageClassName: string): { metadata: { annotations: Record<string, string> } } => ({ metadata: { annotations: { 'harvesterhci.io/volumeClaimTemplates': JSON.stringify([{ ...claim, spec: { ...claim!.spec, storageClassName } }, { metadata: { name: 'unrelated' }, spec: { storageClassName: 'lvm' } }]) } } });
    const posted = body('lvm');
    const other = body('lvm');

    await host.store.dispatch('harvester/request', { type: 'kubevirt.io.virtualmachine', opt: { method: 'post', data: posted } });
    await host.store.dispatch('harvester/request', { type: 'kubevirt.io.virtualmachine', opt: { method: 'put', data: other } });

    const classesIn = (value: typeof posted): string[] => (JSON.parse(value.metadata.annotations['harvesterhci.io/volumeClaimTemplates']!) as { spec: { storageClassName: string } }[]).map(({ spec }) => spec.storageClassName);

    expect(classesIn(posted)).toEqual(['longhorn-v2', 'lvm']);
    expect(classesIn(other)).toEqual(['lvm', 'lvm']);
  });

  it('is given back as it was', async () => {
    const { adapter, form } = await openMachine([imageRow('default/other')]);
    const original = form.parseVolumeClaimTemplate;

    adapter.chooseClass({ storageClassName: 'longhorn-v2', accessModes: [], volumeMode: 'Block' });
    expect(form.parseVolumeClaimTemplate).not.toBe(original);
    adapter.release();
    expect(form.parseVolumeClaimTemplate).toBe(original);
    expect(form.parseVM()[0]?.spec.storageClassName).toBe('lvm');
  });
});

const V2 = { storageClassName: 'longhorn-v2', accessModes: ['ReadWriteMany'], volumeMode: 'Block' as const };
const OFF = { storageClassName: null, accessModes: [], volumeMode: 'Block' as const };
const cdrom = (image: string): DiskRow => ({ ...imageRow(image), type: 'cd-rom', bus: 'sata' });
const blank = (changes: Partial<DiskRow> = {}): DiskRow => ({ id: 'r9', name: 'rootdisk', source: 'New', type: 'disk', bus: 'virtio', size: '20Gi', storageClassName: 'longhorn', accessMode: 'ReadWriteMany', volumeMode: 'Block', ...changes });

describe('an image that Harvester\'s VM form does not know as ready yet', () => {
  type Images = { id: string; isReady?: boolean; storageClassName: string; status: { size: number; virtualSize: number } }[];
  const fresh = (isReady: boolean): Images[number] => ({ id: 'default/fresh', isReady, storageClassName: 'longhorn-v2', status: { size: 1, virtualSize: 20 * GIB } });

  it('is put on the disk as soon as it does', async () => {
    const { adapter, form } = await openMachine([imageRow('default/v2')]);
    const images = form.images as Images;

    adapter.chooseImage('default/fresh');
    images.push(fresh(false));
    expect(form.diskRows[0]?.image).toBe('default/v2');
    images[images.length - 1]!.isReady = true;
    expect(form.diskRows[0]).toMatchObject({ image: 'default/fresh', size: '20Gi' });
  });

  it('is forgotten when the person picks another one in Harvester\'s own tab meanwhile', async () => {
    const { adapter, form } = await openMachine([imageRow('default/v2')]);

    adapter.chooseImage('default/fresh');
    form.diskRows = [imageRow('default/other')];
    (form.images as Images).push(fresh(true));
    expect(form.diskRows[0]?.image).toBe('default/other');
  });
});

describe('the choice in Harvester\'s VM form', () => {
  it('outlives a look at the YAML, and ends with the form', async () => {
    const { adapter, form, unmount } = await openMachine([imageRow('default/other')]);
    const original = form.parseVolumeClaimTemplate;

    adapter.chooseClass(V2);
    await lookAtYaml(form);
    expect(found.machine).toBe(adapter);
    expect(found.machine!.read().storageClassName).toBe('longhorn-v2');
    expect(form.parseVM()[0]?.spec.storageClassName).toBe('longhorn-v2');
    unmount();
    expect(form.parseVolumeClaimTemplate).toBe(original);
  });

  it('is one of its own in a form that is opened anew', async () => {
    const first = await openMachine([imageRow('default/other')]);

    first.adapter.chooseClass(V2);
    first.unmount();

    const second = await openMachine([imageRow('default/other')]);

    expect(second.adapter).not.toBe(first.adapter);
    expect(second.adapter.read().storageClassName).toBe('lvm');
    expect(second.form.parseVM()[0]?.spec.storageClassName).toBe('lvm');
  });
});

describe('the blank root disk of an installation', () => {
  it('keeps ReadWriteOnce in its claim when Harvester\'s field writes ReadWriteMany into the row', async () => {
    const { adapter, form } = await openMachine([cdrom('default/iso'), blank()]);

    adapter.chooseClass({ ...V2, accessModes: ['ReadWriteOnce'] });
    form.diskRows = form.diskRows.map((row) => ({ ...row, accessMode: 'ReadWriteMany' }));
    expect(form.parseVM()[1]?.spec).toMatchObject({ storageClassName: 'longhorn-v2', accessModes: ['ReadWriteOnce'] });

    // Another class, picked in Harvester's own tab, is none of the option's business.
    form.diskRows = form.diskRows.map((row) => (row.id === 'r9' ? { ...row, storageClassName: 'lvm' } : row));
    expect(form.parseVM()[1]?.spec).toMatchObject({ storageClassName: 'lvm', accessModes: ['ReadWriteMany'] });
  });

  it('is, switched off again, as it was: also after two classes', async () => {
    const rows = [cdrom('default/iso'), blank()];
    const { adapter, form } = await openMachine(rows);
    const before = JSON.stringify(form.diskRows);

    adapter.chooseClass(V2);
    adapter.chooseClass({ ...V2, storageClassName: 'longhorn-v2-2r', accessModes: ['ReadWriteOnce'] });
    adapter.chooseClass(OFF);
    expect(JSON.stringify(form.diskRows)).toBe(before);
    expect(form.parseVM()[1]?.spec).toMatchObject({ storageClassName: 'longhorn', accessModes: ['ReadWriteMany'] });
  });

  it('that the option added goes with it; one that was changed since stays, on a class that exists', async () => {
    const { adapter, form } = await openMachine([cdrom('default/iso')]);
    const before = JSON.stringify(form.diskRows);

    adapter.chooseClass(V2);
    expect(form.diskRows.map(({ name }) => name)).toEqual(['disk-0', 'disk-1']);
    adapter.chooseClass(OFF, 'longhorn');
    expect(JSON.stringify(form.diskRows)).toBe(before);

    adapter.chooseClass(V2);
    form.diskRows = form.diskRows.map((row) => (row.name === 'disk-1' ? { ...row, size: '80Gi' } : row));
    adapter.chooseClass(OFF, 'longhorn');
    expect(form.diskRows[1]).toMatchObject({ name: 'disk-1', size: '80Gi', storageClassName: 'longhorn' });
  });

  it('is told from a disk made from an image, whatever drives stand before them', async () => {
    const empty = { ...cdrom('EMPTY_IMAGE'), id: 'cd' };

    expect((await openMachine([empty, { ...imageRow('default/v2'), id: 'r1' }])).adapter.read()).toMatchObject({ imageDevice: 'disk', imageId: 'default/v2', storageClassName: 'longhorn-v2' });
    expect((await openMachine([{ ...cdrom('default/iso'), id: 'cd' }, blank(), { ...imageRow('default/v2'), id: 'r1' }])).adapter.read()).toMatchObject({ imageDevice: 'cdrom', imageId: 'default/iso', storageClassName: 'longhorn' });
    expect((await openMachine([imageRow('default/v2'), { ...cdrom('default/iso'), id: 'cd' }])).adapter.read()).toMatchObject({ imageDevice: 'disk', imageId: 'default/v2' });
    expect((await openMachine([blank()])).adapter.read()).toMatchObject({ imageDevice: 'cdrom', imageId: '', storageClassName: 'longhorn' });
  });
});

describe('what Harvester\'s own fields mark in a row', () => {
  it('a disk that was too small is not so any more once the option sized it', async () => {
    const { adapter, form } = await openMachine([{ ...imageRow('default/v2'), size: '1Gi', hasDiskError: true }]);

    adapter.resize(12 * GIB);
    expect(form.diskRows[0]).toMatchObject({ size: '12Gi', hasDiskError: false });
  });

  it('a CD-ROM that can be pulled becomes a disk that cannot', async () => {
    const { adapter, form } = await openMachine([{ ...imageRow('default/iso'), type: 'disk', hotpluggable: true, hasDiskError: true }]);

    adapter.chooseImage('default/v2');
    expect(form.diskRows[0]).toMatchObject({ image: 'default/v2', type: 'disk', hotpluggable: false, hasDiskError: false });
  });
});
