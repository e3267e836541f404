// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { rawClass, rawNode, rawReadyCluster, rawSetting } from '@/domain/boot-volume/testing/cluster';
import { KIND } from '@/domain/kube/kinds';
import { GIB } from '@/domain/kube/sizes';
import type { RawObject } from '@/domain/kube/types';
import { CLUSTER } from '@/stores/contract';
import BootImageOption from './BootImageOption.vue';
import type { BootImageForm } from './contract';
import { fakeCluster } from './testing/fake-cluster';
import type { FakeOptions } from './testing/fake-cluster';

const FORM: BootImageForm = {
  mode: 'create', namespace: 'default', sourceType: 'download', url: 'https://example.com/a.img', displayName: 'a', fileName: '', fileSize: null,
  checksum: '', storageClassName: '', backend: 'unknown', virtualSize: 4 * GIB, isBehindRancher: false
};
const ON: Partial<BootImageForm> = { storageClassName: 'longhorn-v2', backend: 'cdi' };
const TOGGLE = '[data-testid="lhv2-boot-toggle"]';

async function open(form: Partial<BootImageForm>, objects: readonly RawObject[] = rawReadyCluster(), options: FakeOptions = {}) {
  const cluster = fakeCluster(objects, options);
  const wrapper = mount(BootImageOption, { props: { form: { ...FORM, ...form } }, global: { provide: { [CLUSTER as symbol]: cluster.context } } });

  await flushPromises();

  return { cluster, wrapper, toggle: wrapper.find(TOGGLE), chosen: () => wrapper.emitted('choose') ?? [] };
}
const without = (name: string) => rawReadyCluster().filter(object => (object.metadata as { name: string }).name !== name);

describe('BootImageOption', () => {
  it('is off on a plain form and takes the recommended class when turned on', async () => {
    const { toggle, chosen } = await open({}, [...rawReadyCluster(), rawClass('a-single', { numberOfReplicas: '1' })]);

    expect(toggle.attributes('aria-checked')).toBe('false');
    await toggle.trigger('click');
    expect(chosen()).toEqual([[{ storageClassName: 'longhorn-v2' }]]);
  });

  it('can not be turned, and says why, until the classes are read', async () => {
    const { cluster, wrapper, toggle, chosen } = await open({}, rawReadyCluster().filter(object => object.kind !== 'StorageClass'), { status: { [KIND.storageClass]: 'loading' } });

    expect(toggle.attributes('aria-disabled')).toBe('true');
    expect(wrapper.find('[data-testid="lhv2-boot-blocked"]').text()).toBe('Reading storage classes…');
    await toggle.trigger('click');
    expect(chosen()).toEqual([]);
    cluster.show(rawReadyCluster(), {});
    await flushPromises();
    expect(toggle.attributes('aria-disabled')).toBeUndefined();
    await toggle.trigger('click');
    expect(chosen()).toEqual([[{ storageClassName: 'longhorn-v2' }]]);
  });

  it('follows the form, and gives the class back when turned off', async () => {
    const { wrapper, toggle, chosen } = await open(ON);

    expect(toggle.attributes('aria-checked')).toBe('true');
    await toggle.trigger('click');
    expect(chosen()).toEqual([[{ storageClassName: null }]]);
    await wrapper.setProps({ form: FORM });
    expect(wrapper.find(TOGGLE).attributes('aria-checked')).toBe('false');
  });

  it('offers v2 classes as radio cards, moved by arrows, and never the others', async () => {
    const { wrapper, chosen } = await open(ON, [...rawReadyCluster(), rawClass('other'), rawClass('secret', { encrypted: 'true' }), rawClass('v1', { dataEngine: 'v1' })]);
    const cards = wrapper.findAll('[role=radio]');

    expect(cards.map(card => card.attributes('data-testid'))).toEqual(['lhv2-boot-class-longhorn-v2', 'lhv2-boot-class-other']);
    expect(cards.map(card => card.attributes('tabindex'))).toEqual(['0', '-1']);
    await cards[0]!.trigger('keydown', { key: 'ArrowRight' });
    expect(chosen()).toEqual([[{ storageClassName: 'other' }]]);
  });

  it.each([
    ['the engine is off', [...rawReadyCluster(), rawSetting('longhorn-v2-data-engine-enabled', 'false')], 'longhorn-v2-data-engine-enabled'],
    ['Harvester is too old', rawReadyCluster('v1.4.3'), '1.4.3'],
    ['no host can run it', [...rawReadyCluster(), ...['node-1', 'node-2', 'node-3'].flatMap(name => rawNode({ name, isCordoned: true }))], 'No host']
  ])('says why it can\'t be turned when %s', async (_, objects, text) => {
    const { wrapper, toggle, chosen } = await open({}, objects);

    expect(toggle.attributes('aria-disabled')).toBe('true');
    expect(wrapper.find('[data-testid="lhv2-boot-blocked"]').text()).toContain(text);
    await toggle.trigger('click');
    expect(chosen()).toEqual([]);
  });

  it('can always be turned off, even when it could not be turned on any more', async () => {
    const { toggle, chosen } = await open(ON, [...rawReadyCluster(), rawSetting('longhorn-v2-data-engine-enabled', 'false')]);

    await toggle.trigger('click');
    expect(chosen()).toEqual([[{ storageClassName: null }]]);
  });

  it.each([['edit' as const, ON, 'cannot be changed'], ['create' as const, { sourceType: 'clone' as const }, 'v1 only']])('is locked: %s', async (mode, form, text) => {
    const { wrapper, toggle, chosen } = await open({ ...form, mode });

    expect(toggle.attributes('aria-disabled')).toBe('true');
    expect(wrapper.find('[data-testid="lhv2-boot-blocked"]').text()).toContain(text);
    for (const card of wrapper.findAll('[role=radio]')) {
      await card.trigger('click');
    }
    expect(chosen()).toEqual([]);
  });

  it('raises its voice when the form would make a v1 image on a v2 class', async () => {
    const { wrapper } = await open({ storageClassName: 'longhorn-v2', backend: 'backingimage' });

    expect(wrapper.find('[role=alert]').text()).toContain('longhorn-v2');
    expect(wrapper.find(TOGGLE).attributes('aria-checked')).toBe('false');
  });

  it('makes a missing class right here, and takes it', async () => {
    const { wrapper, cluster, chosen } = await open({}, without('longhorn-v2'));

    expect(wrapper.find(TOGGLE).attributes('aria-disabled')).toBe('true');
    await wrapper.find('[data-testid="lhv2-boot-new-class"]').trigger('click');
    await wrapper.find('[data-testid="lhv2-boot-new-class-create"]').trigger('click');
    await flushPromises();
    expect(cluster.calls).toMatchObject([{ method: 'create', args: ['storage.k8s.io.storageclass', { metadata: { name: 'longhorn-v2-r3' }, parameters: { dataEngine: 'v2', migratable: 'true', numberOfReplicas: '3' } }] }]);
    expect(chosen()).toEqual([[{ storageClassName: 'longhorn-v2-r3' }]]);
  });

  it('keeps what was typed when the server refuses the class, and shows its words', async () => {
    const api = { create: () => Promise.reject(Object.assign(new Error('no such tag'), { status: 422 })) };
    const { wrapper, chosen } = await open({}, without('longhorn-v2'), { api });

    await wrapper.find('[data-testid="lhv2-boot-new-class"]').trigger('click');
    await wrapper.find('[data-testid="lhv2-boot-new-class-name"]').setValue('mine');
    await wrapper.find('[data-testid="lhv2-boot-new-class-create"]').trigger('click');
    await flushPromises();
    expect(wrapper.find('[data-testid="lhv2-boot-new-class-error"]').text()).toContain('no such tag');
    expect((wrapper.find('[data-testid="lhv2-boot-new-class-name"]').element as HTMLInputElement).value).toBe('mine');
    expect(chosen()).toEqual([]);
  });

  it('blocks nothing for a user who can read nothing, and takes a typed class', async () => {
    const status = { 'harvesterhci.io.setting': 'absent', 'longhorn.io.setting': 'absent', 'longhorn.io.node': 'absent', 'longhorn.io.instancemanager': 'absent', node: 'absent', 'storage.k8s.io.storageclass': 'forbidden', 'cdi.kubevirt.io.storageprofile': 'absent' } as const;
    const api = { access: () => Promise.reject(new Error('down')) };
    const { wrapper, chosen } = await open({}, [], { status, api });

    await wrapper.find('input').setValue('their-v2');
    await wrapper.find(TOGGLE).trigger('click');
    expect(chosen()).toEqual([[{ storageClassName: 'their-v2' }]]);
    await wrapper.setProps({ form: { ...FORM, storageClassName: 'their-v2', backend: 'cdi' } });
    expect(wrapper.find(TOGGLE).attributes('aria-checked')).toBe('true');
    expect(wrapper.findAll('[data-state=ready]')).toEqual([]);
    expect(wrapper.findAll('[data-state=blocked]')).toEqual([]);
  });

  it('says per host how many more fit, or why none; folded while all fits', async () => {
    const rows = (found: Awaited<ReturnType<typeof open>>['wrapper']) => found.findAll('[data-testid^="lhv2-fit-host-"]').map(row => [row.attributes('data-code'), row.findAll('td')[1]!.text()]);
    const { wrapper } = await open(ON, [...rawReadyCluster(), ...rawNode({ name: 'node-3', maximum: 60 })]);
    const hosts = wrapper.find('[data-testid="lhv2-boot-fit-hosts"]');

    // 4 GiB of image and a VM of 40 GiB on each.
    expect(rows(wrapper)).toEqual([['ok', '23'], ['ok', '23'], ['insufficient-allocatable', 'none']]);
    expect(hosts.attributes('open')).toBeUndefined();
    await wrapper.find('[data-testid="lhv2-boot-fit"] input').setValue('100');
    expect(hosts.attributes('open')).toBeDefined();
    expect(hosts.text()).toContain('Replicas of 100 GiB');
    expect(wrapper.find('[data-testid="lhv2-fit-host-node-3"]').text()).toContain('Needs 100 GiB; scheduled 4 GiB of 60 GiB allowed');
  });

  it('names the disk that limits, unless all of them do', async () => {
    const { wrapper } = await open(ON, [...rawReadyCluster(), ...rawNode({ name: 'node-3', maximum: 60 })]);
    const ask = async (size: string): Promise<string> => {
      await wrapper.find('[data-testid="lhv2-boot-fit"] input').setValue(size);

      return wrapper.find('[data-testid="lhv2-boot-fit"] .lhv2-banner').text();
    };

    expect(await ask('100')).toContain('node-3 · nvme0n1 is the limit.');
    expect(await ask('2000')).toContain('No disk has room for more.');
  });

  it.each([[4 * GIB, 'No other host can take a replica'], [null, 'None fits; no other host can take a replica']])('ends no sentence in nothing where there is no disk to name: %s', async (virtualSize, text) => {
    const { wrapper } = await open({ ...ON, virtualSize }, [...rawReadyCluster(), ...rawNode({ name: 'node-3', diskType: 'filesystem' })]);

    expect(wrapper.find('[data-testid="lhv2-check-capacity"]').text()).toContain(text);
  });

  it('warns of what this path does not do', async () => {
    const { wrapper } = await open({ ...ON, checksum: 'abc', url: 'https://example.com/a.img.xz' });

    expect(wrapper.findAll('[data-testid^="lhv2-note-"]').map(note => note.attributes('data-testid'))).toEqual(['lhv2-note-compressed', 'lhv2-note-checksum-ignored', 'lhv2-note-server-needs']);
  });
});
