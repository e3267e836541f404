// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { planTemporaryClaim } from '@/domain/boot-volume/conversion';
import { rawImage, rawReadyCluster } from '@/domain/boot-volume/testing/cluster';
import { parseImage } from '@/domain/harvester/image';
import type { RawObject } from '@/domain/kube/types';
import { CLUSTER } from '@/stores/contract';
import { fakeCluster } from '../boot-image/testing/fake-cluster';
import type { FakeOptions } from '../boot-image/testing/fake-cluster';
import ConversionOffer from './ConversionOffer.vue';

const raw = rawImage({ backend: 'backingimage', sourceType: 'upload', url: '', targetStorageClassName: '' }, { storageClassName: 'lh-uid' }, { name: 'image-v1' });
const image = parseImage(raw);
const claim = (phase: string): RawObject => ({ ...planTemporaryClaim(image), status: { phase } });
const exported = (progress: number): RawObject => rawImage({ sourceType: 'export-from-volume', pvcName: 'convert-image-v1', pvcNamespace: 'default', url: '' }, { progress }, { name: 'image-new' });

async function open(extra: readonly RawObject[] = [], options: FakeOptions = {}) {
  const cluster = fakeCluster([...rawReadyCluster(), raw, ...extra], options);
  const wrapper = mount(ConversionOffer, { props: { image }, global: { provide: { [CLUSTER as symbol]: cluster.context } } });

  await flushPromises();

  return {
    cluster, wrapper,
    press: async (name: string) => { await wrapper.find(`[data-testid="lhv2-conversion-${name}"]`).trigger('click'); await flushPromises(); },
    becomes: async (...objects: RawObject[]) => { cluster.show([...rawReadyCluster(), raw, ...objects]); await flushPromises(); },
    did: () => cluster.calls.map(call => `${call.method} ${String(call.args[0])} ${String(call.args[2] ?? '')}`.trim())
  };
}

describe('ConversionOffer', () => {
  it('goes through the temporary volume step by step, and deletes it', async () => {
    const { wrapper, press, becomes, did } = await open();

    await press('start');
    await becomes(claim('Pending'));
    expect(did()).toEqual(['create persistentvolumeclaim']);
    await becomes(claim('Bound'));
    await becomes(claim('Bound'), exported(50));
    expect(did()).toEqual(['create persistentvolumeclaim', 'action persistentvolumeclaim export']);
    await becomes(claim('Bound'), exported(100));
    expect(did().at(-1)).toBe('remove persistentvolumeclaim');
    await becomes(exported(100));
    expect(wrapper.emitted('converted')).toEqual([['default/image-new']]);
  });

  it('finds a conversion that was begun before, and goes on only when asked', async () => {
    const { wrapper, press, did } = await open([claim('Bound')]);

    expect(did()).toEqual([]);
    expect(wrapper.text()).toContain('begun earlier');
    await press('start');
    expect(did()).toEqual(['action persistentvolumeclaim export']);
  });

  it('is not begun by who may not create images', async () => {
    const { wrapper, press, did } = await open([], { api: { access: () => Promise.resolve({ exists: true, canList: true, canCreate: false }) } });

    await press('start');
    expect(did()).toEqual([]);
    expect(wrapper.text()).toContain('You may not create images');
  });

  it('takes back what was made when cancelled', async () => {
    const { press, did } = await open([claim('Bound'), exported(40)]);

    await press('cancel');
    expect(did()).toEqual(['remove harvesterhci.io.virtualmachineimage', 'remove persistentvolumeclaim']);
  });

  it('stops at an error, shows the server\'s words, and can go on', async () => {
    let failures = 1;
    const api = { action: () => failures-- > 0 ? Promise.reject(Object.assign(new Error('PVC is used by Pods'), { status: 500 })) : Promise.resolve(null) };
    const { wrapper, press, did } = await open([claim('Bound')], { api });

    await press('start');
    expect(wrapper.find('[role=alert]').text()).toContain('PVC is used by Pods');
    await press('start');
    expect(did()).toHaveLength(2);
  });
});
