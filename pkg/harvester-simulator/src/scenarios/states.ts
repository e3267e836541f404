import type { Cluster } from '../contract';
import { applyFault } from '../faults';
import { LH, key } from '../controllers/longhorn/kinds';
import { addBase, addImages, addMachine, addMachines, advanceUntil, ordinaryNodes, rebuildProgress, replicasFor, stopMachine, volumeFor, volumeNamed, withApp } from './build';
import { scenario } from './scenario';

/** Stops the machine while its copy on harvester-3 is lost, then brings that node's instance manager back. */
function stopIncomplete(cluster: Cluster): string {
  const volume = withApp(cluster, {}, { written: 12 });
  applyFault(cluster, 'instance-manager-crash', { node: 'harvester-3' });
  advanceUntil(cluster, 'degraded', () => volumeNamed(cluster, volume)?.status.robustness === 'degraded');
  stopMachine(cluster, 'app');
  applyFault(cluster, 'instance-manager-restore', { node: 'harvester-3' });
  cluster.clock.advance(15_000);
  return volume;
}

function failAllCopies(cluster: Cluster, volume: string): void {
  for (const replica of replicasFor(cluster, volume)) applyFault(cluster, 'replica-fail', { replica: replica.metadata.name });
}

function isState(cluster: Cluster, volume: string, state: string, robustness: string): boolean {
  const status = volumeNamed(cluster, volume)?.status;
  return status?.state === state && status.robustness === robustness;
}

/** Stopped volumes. */
const STOPPED = [
  scenario('stopped-incomplete', 'Stopped, incomplete', 'A stopped machine whose volume has two of three copies; they are made up when it starts.', (cluster) => { stopIncomplete(cluster); }),
  scenario('stopped-unplaced', 'Stopped, never fully placed', 'A new, stopped machine: one of its three copies found no disk.', (cluster) => {
    const nodes = ordinaryNodes(3);
    nodes[2]?.disks?.pop();
    addBase(cluster, { nodes });
    addMachines(cluster, [{ name: 'app', storageClass: 'longhorn-v2', size: 20, isRunning: false, isNew: true }]);
  }),
  scenario('offline-rebuild', 'Rebuilding while stopped', 'Offline rebuilding is on for the volume of a stopped machine (Longhorn 1.9 and later).', (cluster) => {
    const volume = stopIncomplete(cluster);
    if (cluster.profile.longhornMinor < 9) return;
    if (cluster.profile.longhornMinor < 10) applyFault(cluster, 'set-setting', { name: 'v2-data-engine-fast-replica-rebuilding', value: 'true' });
    applyFault(cluster, 'slow-rebuild', { factor: 0.1 });
    cluster.store.edit(LH.volume, key(volume), (draft) => { Object.assign(draft.spec ?? {}, { offlineRebuilding: 'enabled' }); });
    advanceUntil(cluster, 'an offline rebuild', () => rebuildProgress(cluster, volume) !== null);
  })
];

/** Volumes without a good copy, and after that. */
const FAULTED = [
  scenario('faulted', 'Faulted, salvage by hand', 'All copies of a volume failed and automatic salvage is off.', (cluster) => {
    const volume = withApp(cluster, { longhornSettings: { 'auto-salvage': 'false' } });
    failAllCopies(cluster, volume);
    advanceUntil(cluster, 'faulted', () => isState(cluster, volume, 'detached', 'faulted'));
  }),
  scenario('faulted-nodes-down', 'Faulted, copies on nodes that are down', 'The copies of a volume exist, but all nodes that hold them are down.', (cluster) => {
    addBase(cluster, { nodes: ordinaryNodes(4), classes: { 'longhorn-v2': { numberOfReplicas: '2' } } });
    addMachines(cluster, [{ name: 'app', image: 'image-ubuntu', size: 20 }]);
    const volume = volumeFor(cluster, 'app');
    const nodes = replicasFor(cluster, volume.metadata.name).map((replica) => replica.spec.nodeID);
    // The machine goes to a node without a copy first, so that only copies are lost.
    const spare = ordinaryNodes(4).map((node) => node.name).find((name) => !nodes.includes(name)) ?? 'harvester-4';
    stopMachine(cluster, 'app');
    cluster.store.edit('kubevirt.io.virtualmachine', 'default/app', (draft) => {
      const spec = draft.spec ?? {};
      spec.runStrategy = 'RerunOnFailure';
      spec.template.spec.nodeSelector = { 'kubernetes.io/hostname': spare };
    });
    advanceUntil(cluster, 'app on a node without a copy', () => isState(cluster, volume.metadata.name, 'attached', 'healthy'));
    for (const node of nodes) applyFault(cluster, 'node-down', { node });
    advanceUntil(cluster, 'faulted', () => isState(cluster, volume.metadata.name, 'detached', 'faulted'));
    cluster.clock.advance(60_000);
  }),
  scenario('salvage', 'Salvaged: restart the machine', 'All copies failed within a minute, Longhorn salvaged them by itself; the guest still has to be restarted.', (cluster) => {
    const volume = withApp(cluster);
    failAllCopies(cluster, volume);
    advanceUntil(cluster, 'faulted', () => volumeNamed(cluster, volume)?.status.robustness === 'faulted');
    advanceUntil(cluster, 'salvaged', () => volumeNamed(cluster, volume)?.status.remountRequestedAt !== '' && isState(cluster, volume, 'attached', 'healthy'));
  }),
  scenario('engine-crashed', 'Engine crash', 'The engine of a running volume just died; Longhorn is bringing it back.', (cluster) => {
    const volume = withApp(cluster);
    applyFault(cluster, 'engine-crash', { volume });
    advanceUntil(cluster, 'the crash noticed', () => volumeNamed(cluster, volume)?.status.robustness === 'faulted');
  })
];

/** Volumes between states. */
const MOVING = [
  scenario('engine-node-down', "Machine's node down", 'The node a machine runs on is down: the state of its volume cannot be known until it moves.', (cluster) => {
    const volume = withApp(cluster, { nodes: ordinaryNodes(4) });
    applyFault(cluster, 'node-down', { node: 'harvester-1' });
    advanceUntil(cluster, 'unknown', () => volumeNamed(cluster, volume)?.status.robustness === 'unknown');
    cluster.clock.advance(5_000);
  }),
  scenario('migrating', 'Live migration', 'A machine with much memory is on its way to another node: its volume has two engines.', (cluster) => {
    addBase(cluster);
    addMachines(cluster, [{ name: 'app', image: 'image-ubuntu', size: 20, memory: '64Gi' }]);
    const volume = volumeFor(cluster, 'app').metadata.name;
    cluster.store.create('kubevirt.io.virtualmachineinstancemigration', { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstanceMigration', metadata: { name: 'app-migration', namespace: 'default' }, spec: { vmiName: 'app' } });
    advanceUntil(cluster, 'two engines', () => {
      const target = volumeNamed(cluster, volume)?.status.currentMigrationNodeID ?? '';
      return target !== '' && cluster.store.list(LH.engine, { labels: { longhornvolume: volume } }).every((engine) => engine.status?.currentState === 'running');
    });
  }),
  scenario('evicting', 'Copies moving off a node', 'A node is being emptied; a replacement is built before its copy goes.', (cluster) => {
    const volume = withApp(cluster, { nodes: ordinaryNodes(4) }, { written: 14 });
    const node = replicasFor(cluster, volume).find((replica) => replica.spec.nodeID !== 'harvester-1')?.spec.nodeID ?? '';
    applyFault(cluster, 'evict-node', { node });
    advanceUntil(cluster, 'a replacement under way', () => (rebuildProgress(cluster, volume) ?? -1) >= 5);
  }),
  scenario('eviction-stuck', 'Eviction with nowhere to go', 'A node is to be emptied, but the other two already hold a copy each.', (cluster) => {
    withApp(cluster);
    applyFault(cluster, 'evict-node', { node: 'harvester-3' });
    cluster.clock.advance(60_000);
  }),
  scenario('attach-stuck', 'Node that cannot run v2', 'A machine starts on a node whose label switches v2 off: its volume stays attaching.', (cluster) => {
    addBase(cluster, { nodes: ordinaryNodes(4) });
    applyFault(cluster, 'label-v2-off', { node: 'harvester-4' });
    cluster.clock.advance(10_000);
    addMachines(cluster, [{ name: 'app', image: 'image-ubuntu', size: 20, isRunning: false }]);
    const volume = volumeFor(cluster, 'app').metadata.name;
    cluster.store.edit('kubevirt.io.virtualmachine', 'default/app', (draft) => {
      const spec = draft.spec ?? {};
      spec.runStrategy = 'RerunOnFailure';
      spec.template.spec.nodeSelector = { 'kubernetes.io/hostname': 'harvester-4' };
    });
    advanceUntil(cluster, 'attaching', () => volumeNamed(cluster, volume)?.status.state === 'attaching');
    cluster.clock.advance(360_000);
  }),
  scenario('cloning', 'A disk being cloned', 'A new machine waits for its 40 GiB root disk to be copied from the image.', (cluster) => {
    addBase(cluster);
    addImages(cluster, [{ name: 'image-win', displayName: 'windows-server-2025.qcow2', storageClass: 'longhorn-v2', size: 32_768, virtualSize: 40_960, os: 'windows' }]);
    addMachine(cluster, { name: 'desktop', image: 'image-win', size: 40 });
    const copied = (): number => Math.max(0, ...cluster.store.list('cdi.kubevirt.io.datavolume').filter((object) => object.status?.phase !== 'Succeeded').map((object) => Number.parseFloat(String(object.status?.progress ?? '')) || 0));
    const isCloned = (): boolean => cluster.store.list(LH.volume).some((object) => object.status?.cloneStatus?.state === 'initiated');
    advanceUntil(cluster, 'a clone under way', () => copied() > 1 || isCloned());
  })
];

export const STATES = [...STOPPED, ...FAULTED, ...MOVING];
