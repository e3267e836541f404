// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { beforeEach, describe, expect, it } from 'vitest';
import { rawImage, rawNode, rawReadyCluster } from '@/domain/boot-volume/testing/cluster';
import type { RawObject } from '@/domain/kube/types';
import { CLUSTER } from '@/stores/contract';
import { fakeCluster } from '../boot-image/testing/fake-cluster';
import type { FakeOptions } from '../boot-image/testing/fake-cluster';
import { forgetDrafts } from '../drafts/use-draft';
import CreateMachinePage from './CreateMachinePage.vue';
import MachinePage from './MachinePage.vue';

const NOW = Date.parse('2026-08-20T10:00:00Z');
const CLAIM = 'vm1-disk-0-abcde';
const machine = (actions: readonly string[], printableStatus = 'Running'): RawObject => ({
  apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', actions: Object.fromEntries(actions.map(action => [action, 'url'])), links: { update: 'u', remove: 'r' },
  metadata: {
    name: 'vm1', namespace: 'default', creationTimestamp: '2026-08-20T09:00:00Z',
    annotations: { 'harvesterhci.io/volumeClaimTemplates': JSON.stringify([{ metadata: { name: CLAIM, annotations: { 'harvesterhci.io/imageId': 'default/image-x7k2p' } }, spec: { storageClassName: 'longhorn-v2', resources: { requests: { storage: '10Gi' } } } }]) }
  },
  spec: { runStrategy: 'RerunOnFailure', template: { spec: { domain: { devices: { disks: [{ name: 'disk-0', disk: {}, bootOrder: 1 }] } }, volumes: [{ name: 'disk-0', persistentVolumeClaim: { claimName: CLAIM } }] } } },
  status: { printableStatus }
});
const action = (name: string) => `[data-testid="lhv2-machine-action-${name}"]`;

async function open(objects: readonly RawObject[], options: FakeOptions = {}) {
  const cluster = fakeCluster([...rawReadyCluster(), ...objects], { now: NOW, ...options });
  const wrapper = mount(MachinePage, { props: { machineId: 'default/vm1' }, global: { provide: { [CLUSTER as symbol]: cluster.context } }, attachTo: document.body });

  await flushPromises();

  return { cluster, wrapper };
}

beforeEach(forgetDrafts);

describe('MachinePage', () => {
  it('runs an action the server offers, and shows its plain words when it fails', async () => {
    const api = { action: () => Promise.reject(Object.assign(new Error('pause virtual machine default/vm1 failed, it is busy'), { status: 500 })) };
    const { wrapper, cluster } = await open([machine(['stop', 'pause', 'migrate'])], { api });

    await wrapper.find(action('pause')).trigger('click');
    await flushPromises();
    expect(cluster.calls).toEqual([{ method: 'action', args: ['kubevirt.io.virtualmachine', 'default/vm1', 'pause', undefined] }]);
    expect(wrapper.find('[data-testid="lhv2-machine-action-error"]').text()).toContain('it is busy');
  });

  it('keeps an action that is not offered in sight, without running it', async () => {
    const { wrapper, cluster } = await open([machine(['stop'])]);

    expect(wrapper.find(action('migrate')).attributes('aria-disabled')).toBe('true');
    await wrapper.find(action('migrate')).trigger('click');
    await flushPromises();
    expect(cluster.calls).toEqual([]);
  });

  it('asks before it interrupts', async () => {
    const { wrapper, cluster } = await open([machine(['stop', 'restart'])]);

    await wrapper.find(action('stop')).trigger('click');
    expect(cluster.calls).toEqual([]);
    await wrapper.find('[data-testid="lhv2-confirm-ok"]').trigger('click');
    await flushPromises();
    expect(cluster.calls).toMatchObject([{ method: 'action', args: ['kubevirt.io.virtualmachine', 'default/vm1', 'stop', undefined] }]);
  });

  it('offers no target whose v2 engine is off, though the server names it', async () => {
    const api = { action: (_kind: string, _id: string, name: string) => Promise.resolve(name === 'findMigratableNodes' ? { nodes: ['node-2', 'node-3'] } : null) };
    const { wrapper, cluster } = await open([machine(['migrate']), ...rawNode({ name: 'node-2', labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } })], { api: api as never });

    await wrapper.find(action('migrate')).trigger('click');
    await flushPromises();
    expect(wrapper.find('[data-testid="lhv2-machine-migrate-target-node-2"]').attributes('disabled')).toBeDefined();
    await wrapper.find('[data-testid="lhv2-confirm-ok"]').trigger('click');
    await flushPromises();
    expect(cluster.calls.at(-1)).toMatchObject({ method: 'action', args: ['kubevirt.io.virtualmachine', 'default/vm1', 'migrate', { nodeName: 'node-3' }] });
  });

  it('does not migrate a VM whose disk is faulted, though the server offers it, and says why', async () => {
    const disk: readonly RawObject[] = [
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: CLAIM, namespace: 'default', uid: 'u' }, spec: { volumeName: 'pvc-1', storageClassName: 'longhorn-v2' }, status: { phase: 'Bound' } },
      {
        apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', metadata: { name: 'pvc-1', namespace: 'longhorn-system' }, spec: { dataEngine: 'v2', numberOfReplicas: 3 },
        status: { state: 'attached', robustness: 'faulted', kubernetesStatus: { namespace: 'default', pvcName: CLAIM } }
      }
    ];
    const { wrapper, cluster } = await open([machine(['stop', 'unpause', 'migrate'], 'Paused'), ...disk]);
    const button = wrapper.find(action('migrate'));

    expect(button.attributes('aria-disabled')).toBe('true');
    expect(wrapper.find(`#${button.attributes('aria-describedby') ?? ''}`).text()).toContain('a disk of this VM is faulted');
    expect(wrapper.find('[data-testid="lhv2-boot-migration"]').text()).toContain('a disk of this VM is faulted');
    await button.trigger('click');
    await flushPromises();
    expect(cluster.calls).toEqual([]);
    expect(wrapper.find(action('unpause')).attributes('aria-disabled')).toBeUndefined();
  });

  it('does not call a paused VM running, nor its start done', async () => {
    const instance = (conditions: readonly RawObject[]): RawObject => ({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', metadata: { name: 'vm1', namespace: 'default' }, status: { phase: 'Running', nodeName: 'node-1', conditions } });
    const marked = async (conditions: readonly RawObject[]) => {
      const { wrapper } = await open([machine(['unpause'], 'Paused'), instance(conditions)]);
      const text = [wrapper.find('[data-testid="lhv2-machine-pipeline"] [role=status]').text(), wrapper.find('[data-testid="lhv2-step-boot"] .lhv2-sr').text()];

      wrapper.unmount();

      return text;
    };

    expect(await marked([{ type: 'Paused', status: 'True', reason: 'PausedByUser' }])).toEqual(['The VM is paused.', 'Waiting']);
    expect(await marked([{ type: 'Paused', status: 'True', reason: 'PausedIOError', message: 'VMI was paused, IO error' }])).toEqual(['The VM is paused.', 'Stalled']);
  });

  it('deletes with the ticked disks only', async () => {
    const { wrapper, cluster } = await open([machine(['start'], 'Stopped')]);

    await wrapper.find(action('delete')).trigger('click');
    await wrapper.find('[data-testid="lhv2-confirm-ok"]').trigger('click');
    await flushPromises();
    expect(cluster.calls).toEqual([{ method: 'remove', args: ['kubevirt.io.virtualmachine', 'default/vm1', { removedDisks: ['disk-0'] }] }]);
  });

  it('does not call Provisioning or ErrorPvcNotFound a fault', async () => {
    for (const status of ['Provisioning', 'ErrorPvcNotFound', 'WaitingForVolumeBinding']) {
      const { wrapper } = await open([machine([], status), rawImage()]);

      expect(wrapper.find('[data-testid="lhv2-machine-state"]').attributes('data-level')).toBe('transition');
      wrapper.unmount();
    }
  });

  it('says that it is gone, or that it may not be read', async () => {
    expect((await open([])).wrapper.text()).toContain('does not exist');
    expect((await open([], { status: { 'kubevirt.io.virtualmachine': 'forbidden' } })).wrapper.text()).toContain('may not read');
  });
});

describe('CreateMachinePage', () => {
  async function form(options: FakeOptions = {}) {
    const cluster = fakeCluster([...rawReadyCluster(), rawImage()], { now: NOW, ...options });
    const wrapper = mount(CreateMachinePage, { props: { imageId: 'default/image-x7k2p' }, global: { provide: { [CLUSTER as symbol]: cluster.context } }, attachTo: document.body });

    await flushPromises();

    return { cluster, wrapper, fill: (id: string, text: string) => wrapper.find(`[data-testid="${id}"]`).setValue(text), submit: async () => { await wrapper.find('[data-testid="lhv2-create-machine"]').trigger('click'); await flushPromises(); } };
  }

  it('posts nothing and points at the field until the form is right', async () => {
    const { cluster, wrapper, submit } = await form();

    await submit();
    expect(cluster.calls).toEqual([]);
    expect(wrapper.find('[data-testid="lhv2-machine-name"]').attributes('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(wrapper.find('[data-testid="lhv2-machine-name"]').element);
  });

  it('posts the VM and goes to its page', async () => {
    const { cluster, fill, submit } = await form();

    await fill('lhv2-machine-name', 'web');
    await submit();
    expect(cluster.calls).toHaveLength(1);
    expect(JSON.stringify(cluster.calls[0]!.args[1])).toContain('longhorn-v2');
    expect(cluster.paths).toEqual(['#/machines/default/web']);
  });

  it('makes the rest when one of several is refused, and only that one on the next try', async () => {
    let refused = 1;
    const api = { create: (_kind: string, body: RawObject) => (body.metadata as { name: string }).name === 'web-02' && refused-- > 0 ? Promise.reject(Object.assign(new Error('quota'), { status: 403 })) : Promise.resolve(body) };
    const { cluster, wrapper, fill, submit } = await form({ api: api as never });

    await fill('lhv2-machine-name', 'web');
    await fill('lhv2-machine-instances', '3');
    await submit();
    expect(wrapper.find('[data-testid="lhv2-create-machine-error"]').text()).toContain('web-02');
    await submit();
    expect(cluster.calls.map(call => ((call.args[1] as RawObject).metadata as { name: string }).name)).toEqual(['web-01', 'web-02', 'web-03', 'web-02']);
    expect(wrapper.find('[data-testid="lhv2-create-machine-error"]').exists()).toBe(false);
    expect(document.activeElement?.getAttribute('data-testid'), 'the form makes way for what was made').toBe('lhv2-machines-created');
    expect(wrapper.findAll('[data-testid="lhv2-machines-created"] a').map(link => link.attributes('href'))).toEqual(['web-01', 'web-02', 'web-03'].map(name => `#/machines/default/${name}`));
    expect(wrapper.find('[data-testid="lhv2-create-machine"]').exists()).toBe(false);
    await wrapper.find('[data-testid="lhv2-machines-create-more"]').trigger('click');
    await flushPromises();
    expect((wrapper.find('[data-testid="lhv2-machine-name"]').element as HTMLInputElement).value).toBe('');
    expect(wrapper.find('[aria-invalid=true]').exists(), 'nothing has been tried yet').toBe(false);
  });
});
