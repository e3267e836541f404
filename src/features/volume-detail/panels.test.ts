// @vitest-environment happy-dom
import { mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick, type Component } from 'vue';
import type { FakeSteve } from '@/api/testing/fake-steve';
import type { RawObject } from '@/domain/kube/types';
import { NOW, rawEngine, rawReplica, rawVolume } from '@/domain/testing/raw-objects';
import { createTranslator } from '@/l10n/translate';
import type { OwnedClusterContext } from '@/stores/cluster-context';
import { CLUSTER } from '@/stores/contract';
import { contextOn, mixedWorld, rawClaim, rawInstance, serve, stillClock } from '../testing/health-world';
import HealthBanner from './HealthBanner.vue';
import HostHealthPanel from './HostHealthPanel.vue';
import ImageHealthPanel from './ImageHealthPanel.vue';
import MachineHealthCell from './MachineHealthCell.vue';
import MachineHealthPanel from './MachineHealthPanel.vue';
import VolumeHealthCell from './VolumeHealthCell.vue';
import VolumeHealthPanel from './VolumeHealthPanel.vue';

const CORE = ['longhorn.io.volume', 'longhorn.io.replica', 'longhorn.io.engine'];
let steve: FakeSteve;
let cluster: OwnedClusterContext;
let mounted: VueWrapper[] = [];

function start(objects: readonly RawObject[] = mixedWorld(), prepare: (steve: FakeSteve) => void = () => undefined): void {
  steve = serve(objects);
  prepare(steve);
  cluster = contextOn(steve, { t: createTranslator().t, clock: stillClock(NOW) });
}

function show(component: Component, props: Record<string, unknown> = {}): VueWrapper {
  const wrapper = mount(component, { props, global: { provide: { [CLUSTER as symbol]: cluster } } });

  mounted.push(wrapper);
  return wrapper;
}

/** Until the fake server has answered and the page has drawn. */
async function settle(ms = 500): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await nextTick();
}

beforeEach(() => { vi.useFakeTimers({ now: NOW }); });
afterEach(() => {
  mounted.forEach((wrapper) => { wrapper.unmount(); });
  mounted = [];
  cluster.dispose();
  vi.useRealTimers();
});

const badge = (wrapper: VueWrapper): string => wrapper.find('[data-testid=lhv2-state]').text();

describe('VolumeHealthPanel', () => {
  it('says healthy only with a verdict, and names replicas with node and disk', async () => {
    start();
    const panel = show(VolumeHealthPanel, { claimId: 'default/web-01-disk-0' });

    expect(badge(panel)).toBe('Reading…');
    await settle();
    expect(badge(panel)).toBe('Healthy');
    expect(panel.text()).toContain('2 of 2 replicas are good. VM web-01 is running.');
    expect(panel.findAll('tbody tr').map((row) => row.attributes('data-class'))).toEqual(['healthy', 'healthy']);
    expect(panel.find('tbody tr').text()).toContain('node-1');
    expect(panel.find('tbody tr').text()).toContain('nvme0');
  });

  it('says which replica is lost, what happens next, and that the VM runs', async () => {
    start();
    const panel = show(VolumeHealthPanel, { claimId: 'erp/erp-db-01-disk-0' });

    await settle();
    expect(badge(panel)).toBe('Degraded · waiting');
    expect(panel.text()).toContain('VM erp-db-01 is running.');
    expect(panel.find('[data-testid=lhv2-cause]').text()).toContain('node-3');
    expect(panel.find('[data-testid=lhv2-next]').text()).not.toBe('');
    expect(panel.find('tr[data-class=failed]').text()).toContain('node-3');
  });

  it('follows a rebuild to its end without being mounted anew', async () => {
    start();
    const panel = show(VolumeHealthPanel, { claimId: 'ci/build-cache' });

    await settle();
    expect(badge(panel)).toBe('Rebuilding 43\u00a0%');
    const rebuilt = [rawVolume({ spec: { numberOfReplicas: 2 }, status: { robustness: 'healthy', kubernetesStatus: { pvName: 'pvc-cache', namespace: 'ci', pvcName: 'build-cache', workloadsStatus: [] } } }, 'pvc-cache'),
      rawEngine({ 1: 'RW', 2: 'RW' }, {}, 'pvc-cache'), rawReplica(2, {}, 'pvc-cache')];

    serve(rebuilt, steve);
    await settle();
    expect(badge(panel)).toBe('Healthy');
  });

  it('calls a detached volume stopped, never degraded, and counts its complete replicas', async () => {
    start();
    const complete = show(VolumeHealthPanel, { claimId: 'default/ubuntu-24-04' });
    const short = show(VolumeHealthPanel, { claimId: 'default/archive-disk-0' });

    await settle();
    expect(badge(complete)).toBe('Stopped · 2 of 2');
    expect(badge(short)).toBe('Stopped · 1 of 2');
    expect(complete.text() + short.text()).not.toContain('Degraded');
  });

  it('never offers to delete a replica of a faulted volume', async () => {
    start();
    const panel = show(VolumeHealthPanel, { claimId: 'default/legacy-disk-0' });

    await settle();
    expect(badge(panel)).toBe('Faulted');
    expect(panel.findAll('button')).toHaveLength(0);
  });

  it.each(CORE)('cannot verify anything without %s, and says which right is missing', async (kind) => {
    start(mixedWorld(), (server) => server.unlistable.add(kind));
    const panel = show(VolumeHealthPanel, { claimId: 'default/web-01-disk-0' });

    await settle();
    expect(badge(panel)).toBe('Cannot verify');
    expect(panel.find('[data-testid=lhv2-doubt]').text()).toMatch(/no right to read Longhorn/);
    expect(panel.text()).not.toContain('Healthy');
    expect(panel.find('[data-testid=lhv2-replica-strip]').exists()).toBe(false);
    // The PV was not read either: nothing may be said about scheduling errors.
    expect(panel.text()).toContain('The claim is Bound.');
    expect(panel.text()).not.toContain('no scheduling error');
  });

  it('takes schemas that a person does not see for missing rights, which is what Steve makes of them', async () => {
    start(mixedWorld(), (server) => { CORE.forEach((kind) => server.absent.add(kind)); });
    const panel = show(VolumeHealthPanel, { claimId: 'default/web-01-disk-0' });

    await settle();
    expect(badge(panel)).toBe('Cannot verify');
    expect(panel.find('[data-testid=lhv2-doubt]').text()).toMatch(/not visible to you/);
  });

  it('shows what a person without Longhorn rights may see: the claim and the scheduling error on its volume', async () => {
    const objects = [...mixedWorld(), {
      apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pvc-web-07', annotations: { 'longhorn.io/volume-scheduling-error': 'disks are unavailable' } },
      spec: { csi: { driver: 'driver.longhorn.io', volumeHandle: 'pvc-web-07' }, claimRef: { namespace: 'default', name: 'web-07-disk-0' } }, status: { phase: 'Bound' }
    }];

    start(objects, (server) => { CORE.forEach((kind) => server.unlistable.add(kind)); });
    const panel = show(VolumeHealthPanel, { claimId: 'default/web-07-disk-0' });

    await settle();
    expect(badge(panel)).toBe('Cannot verify');
    expect(panel.text()).toContain('The claim is Bound; its volume records: disks are unavailable.');
  });

  it('takes back a calm answer as soon as the connection is lost, and gives it again when it is back', async () => {
    start();
    const panel = show(VolumeHealthPanel, { claimId: 'default/web-01-disk-0' });

    await settle();
    steve.refusesSockets = true;
    steve.dropSockets();
    await settle(2000);
    expect(badge(panel)).not.toMatch(/^Healthy/);
    expect(panel.find('[data-testid=lhv2-state]').attributes('data-level')).toBe('unknown');
    expect(panel.find('[data-testid=lhv2-doubt]').text()).toContain('Stale since');
    steve.refusesSockets = false;
    await settle(60_000);
    expect(badge(panel)).toBe('Healthy');
  });

  it('leaves volumes of other drivers alone', async () => {
    start([...mixedWorld(), rawClaim('lvm-disk', 'pvc-lvm'), {
      apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pvc-lvm' }, spec: { csi: { driver: 'lvm.driver.harvesterhci.io', volumeHandle: 'pvc-lvm' } }, status: { phase: 'Bound' }
    }]);
    const panel = show(VolumeHealthPanel, { claimId: 'default/lvm-disk' });
    const cell = show(VolumeHealthCell, { claimId: 'default/lvm-disk' });

    await settle();
    expect(panel.text()).toContain('lvm.driver.harvesterhci.io');
    expect(cell.find('[data-testid=lhv2-state]').exists()).toBe(false);
  });
});

describe('MachineHealthPanel', () => {
  it('lists the boot volume first and tells what it boots from', async () => {
    start();
    const panel = show(MachineHealthPanel, { machineId: 'default/web-07' });

    await settle();
    expect(panel.findAll('li').map((item) => item.attributes('data-boot'))).toEqual(['true', 'false']);
    expect(panel.find('li').text()).toContain('Boots from 2 of 3 good replicas. VM web-07 is running.');
  });

  it('says when KubeVirt paused the VM for I/O errors, though its printed status still says Running', async () => {
    start([...mixedWorld(), rawInstance('web-07', 'node-1', [{ type: 'Paused', status: 'True', reason: 'PausedIOError' }])]);
    const panel = show(MachineHealthPanel, { machineId: 'default/web-07' });

    await settle();
    expect(panel.text()).toContain('paused because its disk returned I/O errors');
  });

  it('does not guess at a machine that is not there', async () => {
    start();
    const panel = show(MachineHealthPanel, { machineId: 'default/none' });
    const cell = show(MachineHealthCell, { machineId: 'default/none' });

    await settle();
    expect(badge(panel)).toBe('Cannot verify');
    expect(badge(cell)).toBe('Cannot verify');
  });
});

describe('ImageHealthPanel', () => {
  it('judges the golden volume of a CDI image, and says that a backing image has none', async () => {
    const image = (name: string, backend: string): RawObject => ({ apiVersion: 'harvesterhci.io/v1beta1', kind: 'VirtualMachineImage', metadata: { name, namespace: 'default' }, spec: { displayName: name, backend }, status: { progress: 100 } });

    start([...mixedWorld(), image('ubuntu-24-04', 'cdi'), image('old', 'backingimage')]);
    const golden = show(ImageHealthPanel, { imageId: 'default/ubuntu-24-04' });
    const old = show(ImageHealthPanel, { imageId: 'default/old' });

    await settle();
    expect(badge(golden)).toBe('Stopped · 2 of 2');
    expect(golden.text()).toContain('No disk is cloned from it.');
    expect(old.text()).toContain('backing image (v1)');
  });
});

describe('HostHealthPanel', () => {
  it('tells a ready host, a dead one and one without a v2 disk apart, and what hangs on it alone', async () => {
    start();
    const codes = ['node-1', 'node-3', 'node-4'].map((nodeName) => show(HostHealthPanel, { nodeName }));

    await settle();
    expect(codes.map((panel) => panel.find('[data-testid=lhv2-host]').attributes('data-code'))).toEqual(['ready', 'node-down', 'no-v2-disk']);
    expect(codes[0]!.text()).toContain('erp-db-01-disk-0');
    expect(codes[1]!.text()).toContain('Down for 4m');
  });

  it('is not ready for v2 when its v2 instance manager is gone', async () => {
    start(mixedWorld().filter((raw) => (raw.metadata as { name: string }).name !== 'instance-manager-1'));
    const panel = show(HostHealthPanel, { nodeName: 'node-1' });

    await settle();
    expect(panel.find('[data-testid=lhv2-host]').attributes('data-code')).toBe('engine-down');
  });
});

describe('cells and banner', () => {
  it('shows the worst of a machine’s volumes', async () => {
    start();
    const cell = show(MachineHealthCell, { machineId: 'ci/runner-2' });
    const volume = show(VolumeHealthCell, { claimId: 'erp/erp-db-01-disk-0' });

    await settle();
    // Its root disk's claim does not exist: nothing is known of it, but the rebuild is worse.
    expect(badge(cell)).toBe('Rebuilding 43\u00a0%');
    expect(badge(volume)).toBe('Degraded · waiting');
  });

  it('is silent while all is calm, and speaks when a volume needs someone or nobody can tell', async () => {
    const calm = mixedWorld().filter((raw) => !JSON.stringify(raw.metadata).match(/pvc-(web-07|erp|cache|archive|lost|new)/));

    start(calm);
    const quiet = show(HealthBanner);

    await settle();
    expect(quiet.find('[data-testid=lhv2-health-banner]').exists()).toBe(false);
    cluster.dispose();
    start();
    const loud = show(HealthBanner);

    await settle();
    expect(loud.text()).toMatch(/^\d of 9 volumes need you\./);
    cluster.dispose();
    start(mixedWorld(), (server) => { CORE.forEach((kind) => server.unlistable.add(kind)); });
    const blind = show(HealthBanner);

    await settle();
    expect(blind.text()).toContain('no right to read');
  });

  it('lets its feeds go when it is unmounted', async () => {
    start();
    const cell = show(VolumeHealthCell, { claimId: 'erp/erp-db-01-disk-0' });

    await settle();
    expect(cluster.inventory.readState('longhorn.io.volume').status).toBe('ready');
    cell.unmount();
    await settle(120_000);
    expect(cluster.inventory.readState('longhorn.io.volume').status).toBe('unread');
  });
});
