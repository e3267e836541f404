// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import type { RawObject } from '@/domain/kube/types';
import { ago, NOW } from '@/domain/testing/raw-objects';
import { createTranslator } from '@/l10n/translate';
import type { OwnedClusterContext } from '@/stores/cluster-context';
import { CLUSTER } from '@/stores/contract';
import { contextOn, mixedWorld, serve, stillClock } from '../testing/health-world';
import VolumeDrawer from './VolumeDrawer.vue';

const orphan: RawObject = { apiVersion: 'longhorn.io/v1beta2', kind: 'Orphan', metadata: { name: 'orphan-1', namespace: 'longhorn-system' }, spec: { orphanType: 'replica', nodeID: 'node-2', parameters: { DataName: 'pvc-web-01-5f277b8d', DiskName: 'nvme0' } } };
const other: RawObject = { ...orphan, metadata: { name: 'orphan-2', namespace: 'longhorn-system' }, spec: { orphanType: 'replica', nodeID: 'node-1', parameters: { DataName: 'pvc-else-5f277b8d', DiskName: 'nvme0' } } };
let cluster: OwnedClusterContext;

async function open(objects: readonly RawObject[], volumeName: string): Promise<string> {
  cluster = contextOn(serve(objects), { t: createTranslator().t, clock: stillClock(NOW) });
  const drawer = mount(VolumeDrawer, { props: { volumeName }, attachTo: document.body, global: { provide: { [CLUSTER as symbol]: cluster } } });

  for (let turn = 0; turn < 4; turn += 1) {
    await vi.advanceTimersByTimeAsync(500);
    await nextTick();
  }
  const text = document.body.textContent ?? '';

  drawer.unmount();
  return text;
}

beforeEach(() => { vi.useFakeTimers({ now: NOW }); });
afterEach(() => {
  cluster.dispose();
  vi.useRealTimers();
});

describe('the details of a volume', () => {
  const title = createTranslator().t('lhv2.diagnosis.leftover-data.title', { count: 1, node: 'node-2', disk: 'nvme0' });

  it('tell what is left of its replicas, and of no other volume’s', async () => {
    expect(await open([...mixedWorld(), orphan, other], 'pvc-web-01')).toContain(title);
    expect(await open([...mixedWorld(), other], 'pvc-web-01')).not.toContain(title);
  });

  it('do without where leftovers may not be read', async () => {
    expect(await open(mixedWorld(), 'pvc-web-01')).toContain('2 of 2 replicas are good');
  });

  it('leave old events out of the verdict', async () => {
    const event = (seconds: number): RawObject => ({ apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', namespace: 'longhorn-system', uid: 'e' }, involvedObject: { kind: 'Volume', name: 'pvc-new' }, reason: 'FailedAttach', message: 'no healthy or scheduled replica for starting', lastTimestamp: ago(seconds) });
    const words = 'No replica could be placed';

    expect(await open([...mixedWorld(), event(60)], 'pvc-new')).toContain(words);
    expect(await open([...mixedWorld(), event(3600)], 'pvc-new')).not.toContain(words);
  });
});
