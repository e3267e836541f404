import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCluster, type RunningCluster } from '../../cluster';
import type { HarvesterMinor } from '../../contract';
import { PROFILES } from '../../profiles';
import { addBase, ordinaryNodes } from '../../scenarios/build/index';
import { createConformance, hasSchemas } from '../../test-conformance';
import { longhornController } from '../longhorn/index';
import { actionHandlers } from './actions/index';
import { controllers } from './index';
import { TYPE } from './support/types';
import { createMachine, get, printable, readyImage, until } from './test-support';

vi.setConfig({ testTimeout: 120_000 });

const GIB = 1024 ** 3;
/** What this room writes; nodes, disks and devices are made elsewhere. */
const KINDS = ['VirtualMachineImage', 'DataVolume', 'VirtualMachine', 'VirtualMachineInstance', 'VirtualMachineInstanceMigration', 'Volume', 'VolumeAttachment', 'BackingImage', 'VirtualMachineTemplate', 'VirtualMachineTemplateVersion'];
let world: RunningCluster | undefined;
afterEach(() => world?.stop());

async function act(cluster: RunningCluster, typeId: string, key: string, action: string, body: Record<string, unknown> = {}): Promise<void> {
  const handler = actionHandlers.find((candidate) => candidate.typeId === typeId && candidate.action === action);
  const object = cluster.store.get(typeId, key);
  if (handler === undefined || object === undefined) throw new Error(`no ${action} on ${key}`);
  await handler.run(cluster, object, body, 'admin');
}

/** A long day: images of both backends, machines, migration, hot-plug, drain, node loss, clone, template, deletion. */
async function longDay(cluster: RunningCluster): Promise<void> {
  await readyImage(cluster, 'golden', GIB);
  await readyImage(cluster, 'v1-image', GIB, { backend: 'backingimage', targetStorageClassName: undefined });
  createMachine(cluster, 'vm1', { image: 'golden' });
  createMachine(cluster, 'vm2', { image: 'v1-image', storageClassName: String(get(cluster, 'image', 'v1-image')?.status?.storageClassName) });
  await until(cluster, () => printable(cluster, 'vm1') === 'Running' && printable(cluster, 'vm2') === 'Running');
  cluster.store.create(TYPE.pvc, { metadata: { name: 'data', namespace: 'default' }, spec: { accessModes: ['ReadWriteMany'], volumeMode: 'Block', storageClassName: 'longhorn-v2', resources: { requests: { storage: '5Gi' } } } });
  await until(cluster, () => get(cluster, 'pvc', 'data')?.status?.phase === 'Bound');
  cluster.clock.advance(10_000);
  await act(cluster, TYPE.vm, 'default/vm1', 'addVolume', { diskName: 'data', volumeSourceName: 'data' });
  await until(cluster, () => get(cluster, 'vmi', 'vm1')?.status?.volumeStatus?.[1]?.phase === 'Ready');
  await act(cluster, TYPE.vm, 'default/vm1', 'migrate');
  await until(cluster, () => get(cluster, 'vmi', 'vm1')?.status?.migrationState?.completed === true);
  await act(cluster, TYPE.vm, 'default/vm1', 'removeVolume', { diskName: 'data' });
  await until(cluster, () => get(cluster, 'vmi', 'vm1')?.status?.volumeStatus?.length === 1);
  await act(cluster, TYPE.vm, 'default/vm1', 'pause');
  await until(cluster, () => printable(cluster, 'vm1') === 'Paused');
  await act(cluster, TYPE.vm, 'default/vm1', 'unpause');
  await act(cluster, TYPE.vm, 'default/vm1', 'createTemplate', { name: 'template', description: 'd' });
  if (cluster.profile.longhornMinor >= 10) {
    await act(cluster, TYPE.vm, 'default/vm1', 'clone', { targetVm: 'vm3' });
    await until(cluster, () => printable(cluster, 'vm3') === 'Running');
  }
  const home = String(get(cluster, 'vmi', 'vm1')?.status?.nodeName);
  await act(cluster, TYPE.node, home, 'enableMaintenanceMode', { force: 'true' });
  await until(cluster, () => get(cluster, 'vmi', 'vm1')?.status?.nodeName !== home);
  await act(cluster, TYPE.node, home, 'disableMaintenanceMode');
  cluster.faults.downNodes.add(String(get(cluster, 'vmi', 'vm1')?.status?.nodeName));
  cluster.faults.changed();
  cluster.clock.advance(900_000);
  await act(cluster, TYPE.vm, 'default/vm1', 'restart');
  cluster.clock.advance(60_000);
  await act(cluster, TYPE.vm, 'default/vm2', 'stop');
  cluster.clock.advance(60_000);
  cluster.store.remove(TYPE.vm, 'default/vm1');
  cluster.store.remove(TYPE.image, 'default/v1-image');
  cluster.store.remove(TYPE.image, 'default/golden');
  cluster.clock.advance(60_000);
}

describe.skipIf(!hasSchemas()).each<HarvesterMinor>(['1.5', '1.6', '1.7', '1.8', '1.9'])('every object of Harvester %s', (minor) => {
  it('is as its custom resource’s schema says, in every state it passes through', async () => {
    const cluster = (world = createCluster({ profile: PROFILES[minor], timings: { importBytesPerSecond: GIB / 40 } }));
    const { controller, checked, take } = createConformance();
    cluster.start([controller, longhornController, ...controllers]);
    addBase(cluster, { hasImage: false, nodes: ordinaryNodes(4) });
    await longDay(cluster);
    expect(take().slice(0, 20).join('\n')).toBe('');
    for (const kind of KINDS) expect(checked.get(kind), kind).toBeGreaterThan(0);
  });
});
