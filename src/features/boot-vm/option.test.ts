// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { rawClass, rawImage, rawNode, rawProfile, rawReadyCluster } from '@/domain/boot-volume/testing/cluster';
import { GIB } from '@/domain/kube/sizes';
import type { RawObject } from '@/domain/kube/types';
import { CLUSTER } from '@/stores/contract';
import { fakeCluster } from '../boot-image/testing/fake-cluster';
import type { FakeOptions } from '../boot-image/testing/fake-cluster';
import BootMachineOption from './BootMachineOption.vue';
import type { BootMachineForm } from './contract';

const FORM: BootMachineForm = {
  mode: 'create', namespace: 'default', name: 'vm1', imageId: 'default/image-x7k2p', imageDevice: 'disk', storageClassName: '', rootSize: 10 * GIB, instances: 1, canOverrideClass: true
};
const TOGGLE = '[data-testid="lhv2-boot-toggle"]';
const lvm = { ...rawClass('lvm'), provisioner: 'lvm.driver.harvesterhci.io' };
const onLvm = rawImage({ targetStorageClassName: 'lvm' }, { storageClassName: 'lvm' });
const v1 = rawImage({ backend: 'backingimage', targetStorageClassName: '' }, { storageClassName: 'lh-uid' });

async function open(form: Partial<BootMachineForm>, extra: readonly RawObject[] = [rawImage()], options: FakeOptions = {}) {
  const cluster = fakeCluster([...rawReadyCluster(), ...extra], options);
  const wrapper = mount(BootMachineOption, { props: { form: { ...FORM, ...form } }, global: { provide: { [CLUSTER as symbol]: cluster.context } } });

  await flushPromises();

  return { cluster, wrapper, toggle: wrapper.find(TOGGLE), isOn: () => wrapper.find(TOGGLE).attributes('aria-checked') === 'true', reason: () => wrapper.find('[data-testid="lhv2-boot-blocked"]').text() };
}

describe('BootMachineOption', () => {
  it('is on by itself for a v2 image, and says what it follows', async () => {
    const { wrapper, isOn, reason } = await open({});

    expect(isOn()).toBe(true);
    expect(reason()).toContain('longhorn-v2');
    expect(wrapper.find('[data-testid="lhv2-boot-fit"]').exists()).toBe(true);
    expect(wrapper.findAll('[data-testid^="lhv2-boot-migration-"]').map(row => row.attributes('data-state'))).toEqual(['yes', 'yes', 'yes']);
  });

  it('says per host how many more root disks fit after all instances', async () => {
    const { wrapper } = await open({ instances: 3, rootSize: 100 * GIB }, [rawImage(), ...rawNode({ name: 'node-4', labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } })]);
    const rows = wrapper.findAll('[data-testid^="lhv2-fit-host-"]').map(row => row.findAll('td').map(cell => cell.text()));

    expect(rows).toEqual([['700 GiB', '7'], ['700 GiB', '7'], ['700 GiB', '7'], ['—', 'none']]);
    expect(wrapper.find('[data-testid="lhv2-fit-host-node-4"]').text()).toContain('v2 is disabled by label');
  });

  it('asks for an image first, v2 ones on top, unfinished ones not to be had', async () => {
    const { wrapper, isOn } = await open({ imageId: '' }, [
      rawImage({ displayName: 'ready' }), rawImage({ displayName: 'half' }, { progress: 40 }, { name: 'half' }), rawImage({ displayName: 'a-v1', backend: 'backingimage' }, {}, { name: 'old' })
    ]);
    const rows = wrapper.findAll('[role=radio]');

    expect(isOn()).toBe(false);
    expect(rows.map(row => row.find('.name').text().split('default')[0])).toEqual(['ready', 'half', 'a-v1']);
    await rows[1]!.trigger('click');
    expect(wrapper.emitted('choose-image')).toBeUndefined();
    await rows[0]!.trigger('click');
    expect(wrapper.emitted('choose-image')).toEqual([[{ imageId: 'default/image-x7k2p' }]]);
  });

  it('puts a CDI image\'s disk on a v2 class when asked, with the cost', async () => {
    const { wrapper, toggle, isOn } = await open({}, [onLvm, lvm]);

    expect(isOn()).toBe(false);
    await toggle.trigger('click');
    expect(wrapper.emitted('choose-class')).toEqual([[{ storageClassName: 'longhorn-v2', accessModes: ['ReadWriteMany'], volumeMode: 'Block' }]]);
    await wrapper.setProps({ form: { ...FORM, storageClassName: 'longhorn-v2' } });
    expect(isOn()).toBe(true);
    expect(wrapper.find('[data-testid="lhv2-note-host-assisted-copy"]').exists()).toBe(true);
    await wrapper.find(TOGGLE).trigger('click');
    expect(wrapper.emitted('choose-class')?.[1]).toEqual([{ storageClassName: null, accessModes: [], volumeMode: 'Block' }]);
  });

  it('does not pretend where the form can\'t override the class', async () => {
    const { wrapper, toggle } = await open({ canOverrideClass: false }, [onLvm, lvm]);

    expect(toggle.attributes('aria-disabled')).toBe('true');
    await toggle.trigger('click');
    expect(wrapper.emitted('choose-class')).toBeUndefined();
  });

  it('offers to convert a v1 image instead of a class it can\'t have', async () => {
    const { wrapper, isOn, toggle } = await open({ storageClassName: 'longhorn-v2' }, [v1]);

    expect(isOn()).toBe(false);
    expect(toggle.attributes('aria-disabled')).toBe('true');
    expect(wrapper.find('[data-testid="lhv2-boot-convert"]').exists()).toBe(true);
  });

  it('gives an ISO\'s blank disk the modes of its class', async () => {
    const iso = rawImage({ displayName: 'win.iso' });
    const { wrapper, toggle } = await open({ imageDevice: 'cdrom', storageClassName: 'harvester-longhorn', rootSize: GIB }, [iso, rawClass('harvester-longhorn', { dataEngine: 'v1' }), rawClass('longhorn-v2', { migratable: 'false' }), rawProfile('longhorn-v2', 'copy', ['ReadWriteOnce'])]);

    expect(wrapper.find('[data-testid="lhv2-boot-size-error"]').exists()).toBe(false);
    await toggle.trigger('click');
    expect(wrapper.emitted('choose-class')).toEqual([[{ storageClassName: 'longhorn-v2', accessModes: ['ReadWriteOnce'], volumeMode: 'Block' }]]);
  });

  it('offers the right size for a disk that is too small', async () => {
    const { wrapper } = await open({ rootSize: GIB });

    await wrapper.find('[data-testid="lhv2-boot-size-fix"]').trigger('click');
    expect(wrapper.emitted('resize')).toEqual([[{ size: 3 * GIB }]]);
  });

  it('counts for all instances, and marks hosts that can\'t run them', async () => {
    const { wrapper } = await open({ instances: 30, rootSize: 40 * GIB }, [rawImage(), ...rawNode({ name: 'node-3', labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } })]);

    expect(wrapper.find('[data-testid="lhv2-note-many-copies"]').text()).toContain('30');
    expect(wrapper.find('[data-testid="lhv2-boot-fit"]').text()).toMatch(/No VM of 40 GiB fits.*30 are asked for/);
    expect(wrapper.find('[data-testid="lhv2-boot-migration-node-3"]').attributes('data-state')).toBe('no');
  });

  it('works for a user without Longhorn\'s objects, nodes and settings', async () => {
    const status = { 'harvesterhci.io.setting': 'absent', 'longhorn.io.setting': 'absent', 'longhorn.io.node': 'absent', 'longhorn.io.instancemanager': 'absent', node: 'absent' } as const;
    const { wrapper, isOn } = await open({}, [rawImage()], { status });

    expect(isOn()).toBe(true);
    expect(wrapper.findAll('[data-state=blocked]')).toEqual([]);
    expect(wrapper.find('[data-testid="lhv2-boot-fit"]').text()).toContain('Cannot verify');
  });
});
