import { describe, expect, it, vi } from 'vitest';
import { PROFILES } from '../../../profiles';
import { TYPE } from '../support/types';
import { get, printable, until } from '../test-support';
import { call, offered, refusal, running } from './test-calls';

vi.setConfig({ testTimeout: 30_000 });

const NETWORK = 'k8s.cni.cncf.io.networkattachmentdefinition';
const NIC_ACTIONS = ['addNic', 'findHotunpluggableNics', 'removeNic'];
const shown = (names: string[]): string[] => names.filter((name) => NIC_ACTIONS.includes(name));

describe('network interfaces of a running machine', () => {
  it('are offered from 1.7, to machines that can be migrated', async () => {
    expect(shown(offered(await running({}, { profile: PROFILES['1.6'] }), 'default/vm1'))).toEqual([]);
    expect(shown(offered(await running({}, { nodes: ['node1', 'node2'] }), 'default/vm1'))).toEqual(NIC_ACTIONS);
  });

  it('are added and taken away by a migration; the first one stays', async () => {
    const cluster = await running();
    cluster.store.create(NETWORK, { metadata: { name: 'vlan1', namespace: 'default' }, spec: { config: '{"type":"bridge"}' } });
    const home = get(cluster, 'vmi', 'vm1')?.status?.nodeName as string;
    expect(await call(cluster, 'default/vm1', 'findHotunpluggableNics')).toEqual({ status: 200, body: { interfaces: [] } });
    expect(await call(cluster, 'default/vm1', 'addNic', { interfaceName: 'nic-1', networkName: 'default/vlan1', macAddress: 'da:59:6c:5e:8b:fb' })).toEqual({ status: 204 });
    await until(cluster, () => get(cluster, 'vmi', 'vm1')?.status?.nodeName !== home && printable(cluster, 'vm1') === 'Running');
    await until(cluster, () => (get(cluster, 'vmi', 'vm1')?.status?.interfaces as unknown[]).length === 2);
    expect(get(cluster, 'vmi', 'vm1')?.status?.interfaces[1]).toMatchObject({ name: 'nic-1', mac: 'da:59:6c:5e:8b:fb' });
    expect(get(cluster, 'vm', 'vm1')?.spec?.template.spec.networks[1]).toEqual({ name: 'nic-1', multus: { networkName: 'default/vlan1' } });
    expect(await call(cluster, 'default/vm1', 'findHotunpluggableNics')).toEqual({ status: 200, body: { interfaces: ['nic-1'] } });
    expect((await call(cluster, 'default/vm1', 'removeNic', { interfaceName: 'nic-1' })).status).toBe(204);
    await until(cluster, () => printable(cluster, 'vm1') === 'Running' && (get(cluster, 'vmi', 'vm1')?.status?.interfaces as unknown[]).length === 1);
    expect(get(cluster, 'vm', 'vm1')?.spec?.template.spec.networks).toHaveLength(1);
  });

  it('are refused in words', async () => {
    const cluster = await running();
    cluster.store.create(NETWORK, { metadata: { name: 'vlan1', namespace: 'default' }, spec: { config: '{"type":"bridge"}' } });
    expect(await refusal(cluster, 'default/vm1', 'addNic', { interfaceName: 'nic-1' })).toEqual([422, 'Parameter `interfaceName` and `networkName` are required']);
    expect(await refusal(cluster, 'default/vm1', 'addNic', { interfaceName: 'nic-1', networkName: 'default/none' })).toEqual([404, 'network-attachment-definitions.k8s.cni.cncf.io "none" not found']);
    expect(await refusal(cluster, 'default/vm1', 'addNic', { interfaceName: 'default', networkName: 'vlan1' })).toEqual([500, 'interface default already exists in VM default/vm1']);
    expect(await refusal(cluster, 'default/vm1', 'addNic', { interfaceName: 'n', networkName: 'vlan1', macAddress: 'x' })).toEqual([422, 'invalid MAC address x']);
    expect(await refusal(cluster, 'default/vm1', 'removeNic', { interfaceName: 'default' })).toEqual([500, 'interface default of VM default/vm1 is not hot-unpluggable']);
    expect(await refusal(cluster, 'default/vm1', 'removeNic', { interfaceName: 'none' })).toEqual([404, 'interface none not found in VM default/vm1']);
    cluster.store.edit(TYPE.vm, 'default/vm1', (draft) => { draft.metadata.labels = { 'harvesterhci.io/creator': 'docker-machine-driver-harvester' }; });
    expect((await refusal(cluster, 'default/vm1', 'addNic', { interfaceName: 'n', networkName: 'vlan1' }))[1]).toBe('VM default/vm1 is a guest cluster VM');
  });
});
