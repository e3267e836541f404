import type { Cluster } from '../contract';
import { applyFault } from '../faults';
import { LEGACY_CLONE_LABEL, LH, key } from '../controllers/longhorn/kinds';
import type { LonghornNode } from '../controllers/longhorn/types';
import { addBase, addMachines, advanceToRebuild, advanceUntil, engineFor, isDegraded, ordinaryNodes, replicasFor, stopMachine, volumeNamed, withApp } from './build';
import { scenario } from './scenario';

function isRefused(cluster: Cluster, volume: string): boolean {
  return volumeNamed(cluster, volume)?.status.conditions.some(({ type, status, message }) => type === 'Scheduled' && status === 'False' && message !== '') === true;
}

function isHealthy(cluster: Cluster, volume: string): boolean {
  return volumeNamed(cluster, volume)?.status.robustness === 'healthy';
}

/** Loses the copy on harvester-3 for good. */
function deleteThere(cluster: Cluster, volume: string): void {
  applyFault(cluster, 'replica-delete', { volume, node: 'harvester-3' });
}

function migrateApp(cluster: Cluster, node?: string): void {
  cluster.store.create('kubevirt.io.virtualmachineinstancemigration', { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstanceMigration', metadata: { name: 'app-migration', namespace: 'default' }, spec: { vmiName: 'app', ...(node === undefined ? {} : { addedNodeSelector: { 'kubernetes.io/hostname': node } }) } });
}

/** Why a new copy finds no place, beyond the ordinary. */
const PLACES = [
  scenario('purging', 'Snapshots merged before a rebuild', 'A v1 volume lost its copy again: the snapshot of the last rebuild is merged away before the next one begins.', (cluster) => {
    const volume = withApp(cluster, {}, { storageClass: 'harvester-longhorn', size: 80, written: 40 });
    deleteThere(cluster, volume);
    advanceToRebuild(cluster, volume, 1);
    advanceUntil(cluster, 'the first rebuild', () => isHealthy(cluster, volume));
    deleteThere(cluster, volume);
    advanceUntil(cluster, 'a purge', () => Object.values(engineFor(cluster, volume)?.status.purgeStatus ?? {}).some((entry) => (entry as { progress: number }).progress > 10));
  }),
  scenario('manager-down-copy-lost', 'Longhorn manager down, copy lost', 'A copy failed on a node whose longhorn-manager does not run: the node is up, but nothing is rebuilt there.', (cluster) => {
    const volume = withApp(cluster);
    applyFault(cluster, 'manager-down', { node: 'harvester-3' });
    cluster.clock.advance(5_000);
    applyFault(cluster, 'replica-fail', { volume, node: 'harvester-3' });
    advanceUntil(cluster, 'degraded', () => isDegraded(cluster, volume));
    cluster.clock.advance(10_000);
  }),
  scenario('disk-removed', 'Disk removed from Longhorn', 'A disk was pulled and its entry deleted: the copy that was on it has no disk to come back to.', (cluster) => {
    const volume = withApp(cluster);
    applyFault(cluster, 'disk-pull', { node: 'harvester-3' });
    advanceUntil(cluster, 'degraded', () => isDegraded(cluster, volume));
    const node = cluster.store.get(LH.node, key('harvester-3')) as LonghornNode;
    const disk = Object.keys(node.spec.disks).find((name) => node.spec.disks[name]?.diskType === 'block') ?? '';
    cluster.store.edit(LH.node, key('harvester-3'), (draft) => { delete (draft.spec?.disks as Record<string, unknown>)[disk]; });
    cluster.clock.advance(15_000);
  }),
  scenario('place-evicting', 'The free node is being emptied', 'The only node that could take the third copy is being evicted.', (cluster) => {
    const volume = withApp(cluster);
    deleteThere(cluster, volume);
    applyFault(cluster, 'evict-disk', { node: 'harvester-3' });
    advanceUntil(cluster, 'a refused placement', () => isRefused(cluster, volume));
  }),
  scenario('nodes-unavailable', 'No node takes copies', 'All nodes are cordoned; a copy was lost and no node may take a new one.', (cluster) => {
    const volume = withApp(cluster);
    for (const node of ['harvester-1', 'harvester-2', 'harvester-3']) applyFault(cluster, 'cordon', { node });
    cluster.clock.advance(2_000);
    deleteThere(cluster, volume);
    advanceUntil(cluster, 'a refused placement', () => isRefused(cluster, volume));
  }),
  scenario('no-local-copy', 'No copy beside the machine', 'The class wants a copy on the machine\'s own node, which has no v2 disk; three others do.', (cluster) => {
    const nodes = ordinaryNodes(4);
    nodes[0]?.disks?.pop();
    addBase(cluster, { nodes, classes: { 'longhorn-v2': {}, 'longhorn-v2-local': { dataLocality: 'best-effort' } } });
    addMachines(cluster, [{ name: 'app', storageClass: 'longhorn-v2-local', size: 20, node: 'harvester-1' }]);
  }),
  scenario('fast-rebuild-off', 'Fast rebuild switched off', 'Fast rebuild of v2 volumes is off: a failed copy is not taken back, a full one is being built.', (cluster) => {
    const setting = cluster.profile.longhornMinor < 10 ? { name: 'v2-data-engine-fast-replica-rebuilding', value: 'false' } : { name: 'fast-replica-rebuild-enabled', value: '{"v1":"true","v2":"false"}' };
    const volume = withApp(cluster, { nodes: ordinaryNodes(4) }, { size: 40, written: 24 });
    applyFault(cluster, 'set-setting', setting);
    applyFault(cluster, 'replica-fail', { volume });
    advanceToRebuild(cluster, volume, 5);
  }),
  scenario('linked-clone-stuck', 'Linked clone without its source', 'A linked clone lost its copy on a node where its source has none any more (Longhorn 1.12 and later; a full copy before).', (cluster) => {
    const isLinked = cluster.profile.longhornMinor >= 12;
    const base = withApp(cluster, { classes: { 'longhorn-v2': {}, 'longhorn-v2-linked': isLinked ? { cloneMode: 'linked-clone' } : {} }, longhornSettings: { 'replica-soft-anti-affinity': 'false' } });
    const size = Number(volumeNamed(cluster, base)?.spec.size ?? 0);
    cluster.store.create('persistentvolumeclaim', { metadata: { name: 'clone', namespace: 'default' }, spec: { accessModes: ['ReadWriteMany'], volumeMode: 'Block', storageClassName: 'longhorn-v2-linked', resources: { requests: { storage: String(size) } }, ...(cluster.profile.longhornMinor >= 10 ? { dataSource: { kind: 'PersistentVolumeClaim', name: String(volumeNamed(cluster, base)?.status.kubernetesStatus.pvcName) } } : {}) } });
    const clone = (): string => String(cluster.store.get('persistentvolumeclaim', 'default/clone')?.spec?.volumeName ?? '');
    const isCloned = (): boolean => clone() !== '' && volumeNamed(cluster, clone())?.status.state === 'detached' && ['', 'completed'].includes(volumeNamed(cluster, clone())?.status.cloneStatus.state ?? 'none');
    advanceUntil(cluster, 'the clone', isCloned);
    cluster.store.create('pod', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'clone-user', namespace: 'default' }, spec: { containers: [{ name: 'main', image: 'main' }], nodeName: 'harvester-1', volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'clone' } }] }, status: { phase: 'Running' } });
    advanceUntil(cluster, 'the clone in use', () => isHealthy(cluster, clone()));
    applyFault(cluster, 'evict-disk', { node: 'harvester-3' });
    // The nodes where the source is take nothing new: what is left has no copy of it.
    for (const node of ['harvester-1', 'harvester-2']) applyFault(cluster, 'cordon', { node });
    cluster.clock.advance(2_000);
    deleteThere(cluster, base);
    deleteThere(cluster, clone());
    advanceUntil(cluster, 'refused placements', () => isRefused(cluster, clone()) && isRefused(cluster, base));
    cluster.clock.advance(10_000);
  }),
  scenario('legacy-linked-clone', 'Clone that is never rebuilt', 'A volume cloned by the old design lost a copy: Longhorn serves it, but does not rebuild it (1.12 and later).', (cluster) => {
    const volume = withApp(cluster);
    if (cluster.profile.longhornMinor >= 12) cluster.store.edit(LH.volume, key(volume), (draft) => { draft.metadata.labels = { ...draft.metadata.labels, [LEGACY_CLONE_LABEL]: 'true' }; });
    deleteThere(cluster, volume);
    advanceUntil(cluster, 'degraded', () => isDegraded(cluster, volume));
    cluster.clock.advance(cluster.profile.longhornMinor >= 12 ? 120_000 : 600_000);
  })
];

/** Live migration and attachment that something stands in the way of. */
const WAITS = [
  scenario('migrating-degraded', 'Live migration without a copy', 'A machine on a degraded volume is on its way to another node: the rebuild waits for it.', (cluster) => {
    const volume = withApp(cluster, {}, { memory: '64Gi' });
    deleteThere(cluster, volume);
    applyFault(cluster, 'scheduling-off', { node: 'harvester-3' });
    advanceUntil(cluster, 'degraded', () => isDegraded(cluster, volume));
    migrateApp(cluster, 'harvester-2');
    advanceUntil(cluster, 'two engines', () => {
      const target = volumeNamed(cluster, volume)?.status.currentMigrationNodeID ?? '';
      return target !== '' && cluster.store.list(LH.engine, { labels: { longhornvolume: volume } }).every((engine) => engine.status?.currentState === 'running');
    });
    applyFault(cluster, 'scheduling-on', { node: 'harvester-3' });
    cluster.clock.advance(10_000);
  }),
  scenario('migration-waits', 'Live migration waits for a rebuild', 'A machine is to move while a copy of its disk is being rebuilt: the move waits.', (cluster) => {
    const volume = withApp(cluster, {}, { size: 60, written: 24 });
    applyFault(cluster, 'replica-delete', { volume, node: 'harvester-2' });
    advanceToRebuild(cluster, volume, 5);
    migrateApp(cluster, 'harvester-3');
    advanceUntil(cluster, 'the second ticket', () => Object.keys((cluster.store.get(LH.attachment, key(volume))?.spec?.attachmentTickets ?? {}) as object).length === 2);
    cluster.clock.advance(10_000);
  }),
  scenario('migration-waits-for-node', 'Live migration waits for its target', 'A machine is to move to a node where longhorn-manager does not run: Longhorn does not begin.', (cluster) => {
    const volume = withApp(cluster);
    applyFault(cluster, 'manager-down', { node: 'harvester-2' });
    cluster.clock.advance(5_000);
    migrateApp(cluster, 'harvester-2');
    advanceUntil(cluster, 'the second ticket', () => Object.keys((cluster.store.get(LH.attachment, key(volume))?.spec?.attachmentTickets ?? {}) as object).length === 2);
    cluster.clock.advance(30_000);
  }),
  scenario('held-from-longhorn-ui', 'Attached by hand elsewhere', 'A volume was attached to another node from Longhorn\'s own UI; its machine waits for it.', (cluster) => {
    const volume = withApp(cluster);
    stopMachine(cluster, 'app');
    const id = 'longhorn-ui';
    cluster.store.edit(LH.attachment, key(volume), (draft) => { (draft.spec?.attachmentTickets as Record<string, unknown>)[id] = { id, type: 'longhorn-api', nodeID: 'harvester-2', parameters: { disableFrontend: 'false', lastAttachedBy: 'admin' }, generation: 0 }; });
    advanceUntil(cluster, 'attached by hand', () => volumeNamed(cluster, volume)?.status.state === 'attached');
    cluster.store.edit('kubevirt.io.virtualmachine', 'default/app', (draft) => {
      const spec = draft.spec ?? {};
      spec.runStrategy = 'RerunOnFailure';
      spec.template.spec.nodeSelector = { 'kubernetes.io/hostname': 'harvester-1' };
    });
    cluster.clock.advance(60_000);
  }),
  scenario('copy-start-waits', 'A copy that cannot start yet', 'A node lost its huge pages: its v2 instance manager cannot start, and with it no copy there. The machine\'s volume stays attaching.', (cluster) => {
    const volume = withApp(cluster);
    stopMachine(cluster, 'app');
    applyFault(cluster, 'instance-manager-crash', { node: 'harvester-3' });
    applyFault(cluster, 'hugepages', { node: 'harvester-3', size: 0 });
    cluster.clock.advance(5_000);
    applyFault(cluster, 'instance-manager-restore', { node: 'harvester-3' });
    cluster.clock.advance(5_000);
    cluster.store.edit('kubevirt.io.virtualmachine', 'default/app', (draft) => {
      const spec = draft.spec ?? {};
      spec.runStrategy = 'RerunOnFailure';
      spec.template.spec.nodeSelector = { 'kubernetes.io/hostname': 'harvester-1' };
    });
    advanceUntil(cluster, 'attaching', () => volumeNamed(cluster, volume)?.status.state === 'attaching');
    cluster.clock.advance(360_000);
  }),
  scenario('unplaceable', 'No copy has a place', 'A machine on a class whose tag no disk carries: not one copy was placed, its volume cannot be attached.', (cluster) => {
    addBase(cluster, { classes: { 'longhorn-v2': {}, 'longhorn-v2-none': { diskSelector: 'tape' } } });
    cluster.store.create('persistentvolumeclaim', { metadata: { name: 'archive', namespace: 'default' }, spec: { accessModes: ['ReadWriteMany'], volumeMode: 'Block', storageClassName: 'longhorn-v2-none', resources: { requests: { storage: '20Gi' } } } });
    cluster.clock.advance(60_000);
  })
];

/** Volumes whose data came, or is, somewhere else. */
const DATA = [
  scenario('orphaned-data', 'Data left behind', 'A node came back after its copy had been given up: the volume is whole again, the old data still lies on the disk.', (cluster) => {
    const volume = withApp(cluster, {}, { written: 4 });
    applyFault(cluster, 'node-down', { node: 'harvester-3' });
    advanceUntil(cluster, 'the failed copy discarded', () => replicasFor(cluster, volume).length === 2);
    applyFault(cluster, 'node-up', { node: 'harvester-3' });
    advanceUntil(cluster, 'healthy again', () => isHealthy(cluster, volume) && cluster.store.list(LH.orphan).length > 0);
    cluster.clock.advance(10_000);
  }),
  scenario('too-many-snapshots', 'Too many snapshots', 'A volume has 110 snapshots; Longhorn warns from 100 on.', (cluster) => {
    const volume = withApp(cluster);
    for (let index = 0; index < 110; index++) cluster.store.create(LH.snapshot, { apiVersion: 'longhorn.io/v1beta2', kind: 'Snapshot', metadata: { name: `hourly-${String(index).padStart(3, '0')}`, namespace: 'longhorn-system' }, spec: { volume, createSnapshot: true, labels: null } });
    cluster.clock.advance(15_000);
  }),
  scenario('engine-switched-off', 'v2 switched off under a volume', 'A stopped machine has a v2 volume, but the v2 data engine has been switched off in Longhorn.', (cluster) => {
    withApp(cluster);
    stopMachine(cluster, 'app');
    applyFault(cluster, 'set-setting', { name: 'v2-data-engine', value: 'false' });
    cluster.clock.advance(30_000);
  }),
  scenario('offline-rebuild-blocked', 'Offline rebuild with nowhere to go', 'Offline rebuilding is on for a stopped, incomplete volume, but no disk can take the missing copy.', (cluster) => {
    const volume = withApp(cluster);
    deleteThere(cluster, volume);
    applyFault(cluster, 'scheduling-off', { node: 'harvester-3' });
    advanceUntil(cluster, 'degraded', () => isDegraded(cluster, volume));
    stopMachine(cluster, 'app');
    if (cluster.profile.longhornMinor >= 9) cluster.store.edit(LH.volume, key(volume), (draft) => { Object.assign(draft.spec ?? {}, { offlineRebuilding: 'enabled' }); });
    cluster.clock.advance(720_000);
  }),
  scenario('faulted-disks-full', 'Faulted, disks full', 'All copies of a volume failed, and their disks are too full for Longhorn to salvage them.', (cluster) => {
    const volume = withApp(cluster);
    for (const node of ['harvester-1', 'harvester-2', 'harvester-3']) applyFault(cluster, 'disk-fill', { node, free: 5 });
    cluster.clock.advance(5_000);
    for (const replica of replicasFor(cluster, volume)) applyFault(cluster, 'replica-fail', { replica: replica.metadata.name });
    advanceUntil(cluster, 'faulted', () => volumeNamed(cluster, volume)?.status.robustness === 'faulted' && volumeNamed(cluster, volume)?.status.state === 'detached');
    cluster.clock.advance(60_000);
  }),
  scenario('data-lost', 'Every disk replaced', 'All disks with a copy of the volume were replaced by empty ones: there is nothing left to salvage.', (cluster) => {
    const volume = withApp(cluster);
    for (const node of ['harvester-1', 'harvester-2', 'harvester-3']) applyFault(cluster, 'disk-replace', { node });
    advanceUntil(cluster, 'faulted', () => volumeNamed(cluster, volume)?.status.robustness === 'faulted' && volumeNamed(cluster, volume)?.status.state === 'detached');
    cluster.clock.advance(60_000);
  }),
  ...([['restoring', 'Restored from a backup', 'A volume is being filled from a backup.', false, 120_000], ['standby', 'Standby volume', 'A disaster recovery volume follows the backups of another cluster.', true, 400_000]] as const).map(([name, title, description, isStandby, time]) =>
    scenario(name, title, description, (cluster) => {
      addBase(cluster);
      fromBackup(cluster, isStandby);
      cluster.clock.advance(time);
    })),
  scenario('restore-failed', 'Restore failed', 'The backup a volume was to be filled from cannot be read.', (cluster) => {
    addBase(cluster);
    fromBackup(cluster, false);
    cluster.clock.advance(3_000);
    applyFault(cluster, 'restore-error', { volume: 'restored' });
    cluster.clock.advance(300_000);
  })
];

function fromBackup(cluster: Cluster, isStandby: boolean): void {
  cluster.store.create(LH.volume, { apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', metadata: { name: 'restored', namespace: 'longhorn-system' }, spec: { size: String(30 * 2 ** 30), dataEngine: 'v2', numberOfReplicas: 3, frontend: 'blockdev', accessMode: 'rwo', fromBackup: 's3://backups@region/?backup=backup-4f2c&volume=pvc-old', Standby: isStandby } });
}

/** What else stands in the way of a copy, of a machine, or of the data. */
export const OBSTACLES = [...PLACES, ...WAITS, ...DATA];
