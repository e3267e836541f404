import type { Cluster } from '../contract';
import { applyFault } from '../faults';
import { LH, key } from '../controllers/longhorn/kinds';
import { addBase, addMachines, advanceToRebuild, advanceUntil, engineFor, isDegraded, ordinaryNodes, replicasFor, volumeFor, volumeNamed, withApp } from './build';
import { scenario } from './scenario';

/** v2 waits for a lost copy only with fast rebuild, which is a setting of its own before Longhorn 1.10, and off. */
function waiting(cluster: Cluster): Record<string, string> {
  return cluster.profile.longhornMinor < 10 ? { 'v2-data-engine-fast-replica-rebuilding': 'true' } : {};
}

/** Long enough for Kubernetes to call a silent node NotReady and Longhorn to follow. */
const NOTICED = 60_000;

/** The message of the `Scheduled` condition. */
function complaint(cluster: Cluster, volume: string): string {
  return volumeNamed(cluster, volume)?.status.conditions.find((condition) => condition.type === 'Scheduled' && condition.status === 'False')?.message ?? '';
}

/** Loses the copy on harvester-3 for good while that node cannot take a new one. */
function loseCopyThere(cluster: Cluster, volume: string): void {
  applyFault(cluster, 'replica-delete', { volume, node: 'harvester-3' });
  advanceUntil(cluster, 'a refused placement', () => complaint(cluster, volume) !== '');
}

function failNode(cluster: Cluster, volume: string, node: string): void {
  applyFault(cluster, 'node-down', { node });
  advanceUntil(cluster, `degraded without ${node}`, () => isDegraded(cluster, volume));
  cluster.clock.advance(NOTICED);
}

/** A node other than harvester-1 with a copy of the volume. */
function farNode(cluster: Cluster, volume: string): string {
  return replicasFor(cluster, volume).find((replica) => replica.spec.nodeID !== 'harvester-1')?.spec.nodeID ?? '';
}

/** Volumes that run with fewer copies than asked for, by the reason why. */
export const DEGRADED = [
  scenario('node-down-waiting', 'Node down, waiting for it', 'A node with one copy is down; four nodes, so a new copy is built if it does not return within ten minutes.', (cluster) => {
    const volume = withApp(cluster, { nodes: ordinaryNodes(4), longhornSettings: waiting(cluster) });
    failNode(cluster, volume, farNode(cluster, volume));
  }),
  scenario('node-down-blocked', 'Node down, nowhere else to go', 'A node with one copy is down and the wait is over, but the other two nodes already have one.', (cluster) => {
    const volume = withApp(cluster);
    failNode(cluster, volume, 'harvester-3');
    advanceUntil(cluster, 'the wait to end', () => complaint(cluster, volume) !== '');
  }),
  scenario('copy-discarded', 'Lost copy discarded', 'A node has been down for so long that Longhorn deleted its failed copy; nothing can take its place.', (cluster) => {
    const volume = withApp(cluster);
    failNode(cluster, volume, 'harvester-3');
    advanceUntil(cluster, 'the failed copy discarded', () => replicasFor(cluster, volume).length === 2);
    cluster.clock.advance(35_000);
  }),
  scenario('manager-down', 'Longhorn manager down', 'The longhorn-manager pod of one node does not run; the data there is still served.', (cluster) => {
    withApp(cluster);
    applyFault(cluster, 'manager-down', { node: 'harvester-3' });
    cluster.clock.advance(10_000);
  }),
  scenario('rebuilding', 'Rebuilding', 'A copy is being rebuilt: a full copy of 24 GiB.', (cluster) => {
    const volume = withApp(cluster, {}, { size: 60, written: 24 });
    applyFault(cluster, 'replica-delete', { volume, node: 'harvester-2' });
    advanceToRebuild(cluster, volume, 5);
  }),
  scenario('rebuild-limited', 'Rebuilding with a limit', 'A copy is being rebuilt at no more than 25 MB/s (v2, Longhorn 1.10 and later).', (cluster) => {
    const volume = withApp(cluster, {}, { size: 40, written: 12 });
    if (cluster.profile.longhornMinor >= 10) cluster.store.edit(LH.volume, key(volume), (draft) => { Object.assign(draft.spec ?? {}, { replicaRebuildingBandwidthLimit: 25 }); });
    applyFault(cluster, 'replica-delete', { volume, node: 'harvester-2' });
    advanceToRebuild(cluster, volume, 2);
  }),
  scenario('rebuild-queued', 'Rebuilds in a queue', 'Three volumes lost their copy on one node; it rebuilds one at a time.', (cluster) => {
    addBase(cluster, { longhornSettings: { 'concurrent-replica-rebuild-per-node-limit': '1', ...waiting(cluster) } });
    addMachines(cluster, ['app-1', 'app-2', 'app-3'].map((name) => ({ name, image: 'image-ubuntu', size: 20, node: 'harvester-1', written: 9 })));
    const volume = volumeFor(cluster, 'app-1').metadata.name;
    failNode(cluster, volume, 'harvester-3');
    applyFault(cluster, 'slow-rebuild', { factor: 0.05 });
    applyFault(cluster, 'node-up', { node: 'harvester-3' });
    advanceUntil(cluster, 'a rebuild and a queue', () => {
      const replicas = ['app-1', 'app-2', 'app-3'].flatMap((name) => replicasFor(cluster, volumeFor(cluster, name).metadata.name)).filter((replica) => replica.spec.nodeID === 'harvester-3' && replica.spec.failedAt === '' && replica.spec.healthyAt === '');
      return replicas.length === 3 && replicas.filter((replica) => replica.status.currentState === 'running').length === 1;
    });
    cluster.clock.advance(10_000);
  }),
  scenario('stuck', 'Rebuild that does not move', 'A rebuild has been at the same percentage for twelve minutes.', (cluster) => {
    const volume = withApp(cluster, {}, { size: 40, written: 16 });
    applyFault(cluster, 'replica-delete', { volume, node: 'harvester-2' });
    advanceToRebuild(cluster, volume, 30);
    applyFault(cluster, 'rebuild-stall', { volume });
    cluster.clock.advance(720_000);
  }),
  scenario('rebuild-retrying', 'Rebuild failed, trying again', 'A rebuild failed with a network error and is about to be tried again.', (cluster) => {
    const volume = withApp(cluster, { longhornSettings: waiting(cluster) }, { written: 10 });
    applyFault(cluster, 'rebuild-error', { volume });
    applyFault(cluster, 'replica-fail', { volume, node: 'harvester-2' });
    advanceUntil(cluster, 'a failed rebuild', () => replicasFor(cluster, volume).some((replica) => replica.spec.failedAt !== '' && replica.status.conditions.some((condition) => condition.type === 'RebuildFailed' && condition.status === 'True')));
    cluster.clock.advance(8_000);
  }),
  scenario('flapping', 'A copy that keeps failing', 'The same copy fails again every three minutes, shortly after it was rebuilt.', (cluster) => {
    const volume = withApp(cluster, { longhornSettings: waiting(cluster) }, { written: 5 });
    const fail = (): void => {
      const replica = replicasFor(cluster, volume).find((candidate) => candidate.spec.nodeID === 'harvester-3');
      const modes = Object.values(engineFor(cluster, volume)?.status.replicaModeMap ?? {});
      if (replica !== undefined && modes.length === 3 && modes.every((mode) => mode === 'RW')) applyFault(cluster, 'replica-fail', { replica: replica.metadata.name });
    };
    fail();
    cluster.clock.every(180_000, fail);
    cluster.clock.advance(12 * 60_000 + 20_000);
  }),
  scenario('instance-manager-down', 'v2 instance manager down', 'The v2 instance manager of one node has crashed and stays down; its copies are lost until it runs.', (cluster) => {
    const volume = withApp(cluster);
    applyFault(cluster, 'instance-manager-crash', { node: 'harvester-3' });
    advanceUntil(cluster, 'degraded', () => isDegraded(cluster, volume));
    cluster.clock.advance(10_000);
  }),
  scenario('disk-pulled', 'Disk pulled', 'A v2 disk with copies is gone from its slot.', (cluster) => {
    const volume = withApp(cluster);
    applyFault(cluster, 'disk-pull', { node: 'harvester-3' });
    advanceUntil(cluster, 'degraded', () => isDegraded(cluster, volume));
    cluster.clock.advance(10_000);
  }),
  scenario('disk-replaced', 'Disk replaced', 'A v2 disk was replaced by an empty one under the same path.', (cluster) => {
    const volume = withApp(cluster);
    applyFault(cluster, 'disk-replace', { node: 'harvester-3' });
    advanceUntil(cluster, 'degraded', () => isDegraded(cluster, volume));
    cluster.clock.advance(10_000);
  }),
  scenario('disk-full', 'Disk under pressure', 'The only free node has a v2 disk that is nearly full: DiskPressure keeps the third copy out.', (cluster) => {
    const volume = withApp(cluster);
    applyFault(cluster, 'disk-fill', { node: 'harvester-3', free: 20 });
    cluster.clock.advance(2_000);
    loseCopyThere(cluster, volume);
  }),
  scenario('no-space', 'Not enough space', 'The third node has a v2 disk, but too small a one for this volume.', (cluster) => {
    const nodes = ordinaryNodes(3);
    Object.assign(nodes[2] ?? {}, { disks: [{ engine: 'v1', size: 400 }, { engine: 'v2', size: 60 }] });
    withApp(cluster, { nodes }, { storageClass: 'longhorn-v2', size: 80, written: 20 });
  }),
  scenario('label-off', 'v2 off by label', 'The only free node carries the label that switches v2 off.', (cluster) => {
    const volume = withApp(cluster);
    applyFault(cluster, 'label-v2-off', { node: 'harvester-3' });
    loseCopyThere(cluster, volume);
  }),
  scenario('scheduling-off', 'Scheduling off', 'An administrator switched scheduling off on the only free node.', (cluster) => {
    const volume = withApp(cluster);
    applyFault(cluster, 'scheduling-off', { node: 'harvester-3' });
    loseCopyThere(cluster, volume);
  }),
  scenario('cordoned', 'Node cordoned', 'The only free node is cordoned for maintenance.', (cluster) => {
    const volume = withApp(cluster);
    applyFault(cluster, 'cordon', { node: 'harvester-3' });
    cluster.clock.advance(2_000);
    loseCopyThere(cluster, volume);
  }),
  scenario('rebuild-off', 'Rebuilding switched off', 'Setting concurrent-replica-rebuild-per-node-limit is 0: nothing is rebuilt.', (cluster) => {
    const volume = withApp(cluster);
    applyFault(cluster, 'set-setting', { name: 'concurrent-replica-rebuild-per-node-limit', value: '0' });
    applyFault(cluster, 'replica-fail', { volume, node: 'harvester-3' });
    advanceUntil(cluster, 'degraded', () => isDegraded(cluster, volume));
    cluster.clock.advance(60_000);
  }),
  scenario('old-warning', 'Healthy, with an old warning', 'A new copy replaced one on a node that is still down: fully redundant, but the claim keeps a scheduling warning.', (cluster) => {
    const volume = withApp(cluster, { nodes: ordinaryNodes(4) }, { written: 3 });
    failNode(cluster, volume, farNode(cluster, volume));
    advanceUntil(cluster, 'healthy on another node', () => volumeNamed(cluster, volume)?.status.robustness === 'healthy');
  })
];
