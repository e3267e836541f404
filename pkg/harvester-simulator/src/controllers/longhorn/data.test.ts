import { describe, expect, it } from 'vitest';
import { applyFault } from '../../faults';
import { PROFILES } from '../../profiles';
import { ordinaryNodes } from '../../scenarios/build';
import { clusterProblems } from './invariants';
import { LH, key } from './kinds';
import { addAttached, addVolume, createWorld, enginesIn, GIB, replicasIn, setNodes, volumeIn, type World } from './test-support';
import { recordWrittenBytes } from './truth';
import type { Engine } from './types';

/** What lies on disks: snapshots, what is left behind, what comes from elsewhere. */

function expectSound({ cluster, problems }: World): void {
  expect(problems).toEqual([]);
  expect(clusterProblems(cluster)).toEqual([]);
}

function condition(world: World, volume: string, type: string): string {
  const found = volumeIn(world.cluster, volume).status.conditions.find((candidate) => candidate.type === type);
  return `${found?.status ?? ''} ${found?.reason ?? ''} ${found?.message ?? ''}`.trim();
}

function snapshot(world: World, name: string, volume = 'pvc-1'): void {
  world.cluster.store.create(LH.snapshot, { apiVersion: 'longhorn.io/v1beta2', kind: 'Snapshot', metadata: { name, namespace: 'longhorn-system' }, spec: { volume, createSnapshot: true, labels: { a: 'b' } } });
}

describe('snapshots', { timeout: 30_000 }, () => {
  it.each(['1.5', '1.9'] as const)('of Harvester %s are taken, linked in a chain, and removed', (minor) => {
    const world = createWorld({ profile: PROFILES[minor] });
    const { cluster } = world;
    addAttached(cluster, 'pvc-1');
    const total = volumeIn(cluster, 'pvc-1').status.actualSize;
    snapshot(world, 'one');
    cluster.clock.advance(10_000);
    recordWrittenBytes(cluster, 'pvc-1', total + GIB);
    cluster.clock.advance(40_000);
    snapshot(world, 'two');
    cluster.clock.advance(10_000);
    expect(cluster.store.get(LH.snapshot, key('one'))?.status).toMatchObject({ readyToUse: true, parent: '', children: { two: true }, size: total, restoreSize: 10 * GIB, userCreated: true, labels: { a: 'b' } });
    expect(cluster.store.get(LH.snapshot, key('two'))?.status).toMatchObject({ readyToUse: true, parent: 'one', children: { 'volume-head': true }, size: GIB });
    const chain = enginesIn(cluster, 'pvc-1')[0]?.status.snapshots as Record<string, { parent: string; size: string }>;
    expect(Object.entries(chain).map(([name, { parent, size }]) => [name, parent, size])).toEqual([['one', '', String(total)], ['two', 'one', String(GIB)], ['volume-head', 'two', '0']]);
    expect(volumeIn(cluster, 'pvc-1').status.actualSize).toBe(total + GIB);
    cluster.store.remove(LH.snapshot, key('one'));
    cluster.clock.advance(10_000);
    expect(cluster.store.get(LH.snapshot, key('one'))).toBeUndefined();
    expect(Object.keys(enginesIn(cluster, 'pvc-1')[0]?.status.snapshots ?? {})).toEqual(['two', 'volume-head']);
    expectSound(world);
  });

  it('attach a stopped volume for as long as they take', () => {
    const world = createWorld();
    const { cluster } = world;
    addAttached(cluster, 'pvc-1');
    setNodes(cluster, 'pvc-1');
    cluster.clock.advance(20_000);
    snapshot(world, 'one');
    cluster.clock.advance(3_000);
    expect(cluster.store.get(LH.attachment, key('pvc-1'))?.spec?.attachmentTickets).toMatchObject({ 'snapshot-controller-one': { type: 'snapshot-controller' } });
    cluster.clock.advance(40_000);
    expect(cluster.store.get(LH.snapshot, key('one'))?.status?.readyToUse).toBe(true);
    expect(volumeIn(cluster, 'pvc-1').status.state).toBe('detached');
    cluster.store.remove(LH.volume, key('pvc-1'));
    cluster.clock.advance(20_000);
    expect(cluster.store.list(LH.snapshot)).toEqual([]);
    expectSound(world);
  });

  it('become too many', () => {
    const world = createWorld();
    addAttached(world.cluster, 'pvc-1');
    for (let index = 0; index < 101; index++) snapshot(world, `s-${String(index)}`);
    world.cluster.clock.advance(10_000);
    expect(condition(world, 'pvc-1', 'TooManySnapshots')).toBe('True TooManySnapshots Snapshots count is 101 over the warning threshold 100');
    world.cluster.store.remove(LH.snapshot, key('s-3'));
    world.cluster.clock.advance(10_000);
    expect(condition(world, 'pvc-1', 'TooManySnapshots')).toBe('False');
  });
});

describe('snapshots that engines take of their own', { timeout: 30_000 }, () => {
  it('are purged before the next rebuild of a v1 volume, which waits for it', () => {
    const world = createWorld({ nodes: ordinaryNodes(3) });
    const { cluster } = world;
    addAttached(cluster, 'pvc-1', { dataEngine: 'v1', size: String(100 * GIB) });
    recordWrittenBytes(cluster, 'pvc-1', 30 * GIB);
    const rebuilt = (): boolean => volumeIn(cluster, 'pvc-1').status.robustness === 'healthy';
    applyFault(cluster, 'replica-delete', { volume: 'pvc-1', node: 'harvester-3' });
    for (let passed = 0; passed < 200 && (passed < 4 || !rebuilt()); passed++) cluster.clock.advance(5_000);
    const own = Object.values(enginesIn(cluster, 'pvc-1')[0]?.status.snapshots ?? {}) as { usercreated: boolean }[];
    expect(own).toHaveLength(2);
    expect(own.every(({ usercreated }) => !usercreated)).toBe(true);
    applyFault(cluster, 'replica-delete', { volume: 'pvc-1', node: 'harvester-3' });
    const purged: number[] = [];
    cluster.store.watch(({ typeId, object }) => {
      if (typeId !== LH.engine) return;
      const { purgeStatus, replicaModeMap } = (object as Engine).status;
      for (const entry of Object.values(purgeStatus ?? {}) as { isPurging: boolean; progress: number }[]) {
        purged.push(entry.progress);
        expect(entry.isPurging).toBe(true);
        expect(Object.values(replicaModeMap ?? {})).not.toContain('WO');
      }
    });
    cluster.clock.advance(60_000);
    expect(new Set(purged).size).toBeGreaterThan(3);
    expect(volumeIn(cluster, 'pvc-1').status.robustness).toBe('degraded');
    for (let passed = 0; passed < 200 && !rebuilt(); passed++) cluster.clock.advance(5_000);
    expect(rebuilt()).toBe(true);
    expectSound(world);
  });

  it('of v2 volumes go at once', () => {
    const world = createWorld();
    const { cluster } = world;
    addAttached(cluster, 'pvc-1');
    for (let turn = 0; turn < 2; turn++) {
      applyFault(cluster, 'replica-delete', { volume: 'pvc-1', node: 'harvester-3' });
      cluster.clock.advance(200_000);
    }
    expect(volumeIn(cluster, 'pvc-1').status.robustness).toBe('healthy');
    expect(Object.keys(enginesIn(cluster, 'pvc-1')[0]?.status.snapshots ?? {})).toHaveLength(2);
    expect(enginesIn(cluster, 'pvc-1')[0]?.status.purgeStatus).toEqual({});
  });
});

describe('data left behind', { timeout: 30_000 }, () => {
  it('is reported as an orphan when its node is back, stays while the node is away, and goes with the object', () => {
    const world = createWorld();
    const { cluster } = world;
    addAttached(cluster, 'pvc-1');
    const lost = replicasIn(cluster, 'pvc-1').find((replica) => replica.spec.nodeID === 'harvester-3')!.spec;
    applyFault(cluster, 'node-down', { node: 'harvester-3' });
    cluster.clock.advance(45 * 60_000);
    expect(replicasIn(cluster, 'pvc-1')).toHaveLength(2);
    expect(cluster.store.list(LH.orphan)).toEqual([]);
    applyFault(cluster, 'node-up', { node: 'harvester-3' });
    cluster.clock.advance(120_000);
    const [orphan] = cluster.store.list(LH.orphan);
    expect(orphan?.spec).toMatchObject({ nodeID: 'harvester-3', orphanType: 'replica', parameters: { DataName: lost.dataDirectoryName, DiskUUID: lost.diskID, DiskType: 'block' } });
    expect(orphan?.status?.conditions).toMatchObject([{ type: 'DataCleanable', status: 'True' }, { type: 'Error', status: 'False' }]);
    applyFault(cluster, 'node-down', { node: 'harvester-3' });
    cluster.clock.advance(90_000);
    cluster.store.remove(LH.orphan, key(orphan!.metadata.name));
    cluster.clock.advance(90_000);
    expect(cluster.store.list(LH.orphan)).toHaveLength(1);
    applyFault(cluster, 'node-up', { node: 'harvester-3' });
    cluster.clock.advance(120_000);
    expect(cluster.store.list(LH.orphan)).toEqual([]);
    expectSound(world);
  });
});

describe('linked clones', { timeout: 30_000 }, () => {
  it('lie on the disks of their source, and wait for it when it lacks a copy', () => {
    const world = createWorld({ profile: PROFILES['1.9'], nodes: ordinaryNodes(4) });
    const { cluster } = world;
    addAttached(cluster, 'base');
    addVolume(cluster, 'clone', { dataSource: 'vol://base', cloneMode: 'linked-clone' });
    cluster.clock.advance(60_000);
    const disksOf = (volume: string): string[] => replicasIn(cluster, volume).map((replica) => replica.spec.diskID).sort();
    expect(volumeIn(cluster, 'clone').status.cloneStatus.state).toBe('completed');
    expect(disksOf('clone')).toEqual(disksOf('base'));
    for (const replica of replicasIn(cluster, 'clone')) expect(cluster.store.get(LH.replica, key(String(replica.spec.linkedCloneSrcReplicaName)))?.spec?.diskID).toBe(replica.spec.diskID);
    setNodes(cluster, 'clone', 'harvester-1');
    cluster.clock.advance(20_000);
    const there = replicasIn(cluster, 'base').find((replica) => replica.spec.nodeID !== 'harvester-1')!.spec.nodeID;
    applyFault(cluster, 'set-setting', { name: 'concurrent-replica-rebuild-per-node-limit', value: '0' });
    applyFault(cluster, 'replica-delete', { volume: 'base', node: there });
    cluster.clock.advance(20_000);
    applyFault(cluster, 'replica-delete', { volume: 'clone', node: there });
    cluster.clock.advance(20_000);
    applyFault(cluster, 'scheduling-off', { node: there });
    applyFault(cluster, 'set-setting', { name: 'concurrent-replica-rebuild-per-node-limit', value: '5' });
    cluster.clock.advance(5_000);
    expect(condition(world, 'clone', 'Scheduled')).toMatch(/linked clone replica cannot be satisfied|disks are unavailable/);
    cluster.clock.advance(300_000);
    expect(volumeIn(cluster, 'clone').status.robustness).toBe('healthy');
    expect(disksOf('clone')).toEqual(disksOf('base'));
    expectSound(world);
  });

  it('of the old design are served but not rebuilt', () => {
    const world = createWorld({ profile: PROFILES['1.9'] });
    const { cluster } = world;
    addAttached(cluster, 'pvc-1');
    cluster.store.edit(LH.volume, key('pvc-1'), (draft) => { draft.metadata.labels = { ...draft.metadata.labels, 'longhorn.io/legacy-linked-clone': 'true' }; });
    applyFault(cluster, 'replica-delete', { volume: 'pvc-1', node: 'harvester-3' });
    cluster.clock.advance(900_000);
    expect(volumeIn(cluster, 'pvc-1').status.robustness).toBe('degraded');
    expect(replicasIn(cluster, 'pvc-1')).toHaveLength(2);
  });
});

describe('volumes from a backup', { timeout: 30_000 }, () => {
  const url = 's3://backups@region/?backup=backup-1&volume=old';

  it('are attached, filled with progress, and let go', () => {
    const world = createWorld();
    const { cluster } = world;
    const seen = new Set<number>();
    cluster.store.watch(({ typeId, object }) => {
      if (typeId === LH.engine) for (const entry of Object.values((object as Engine).status?.restoreStatus ?? {}) as { progress: number }[]) seen.add(entry.progress);
    });
    addVolume(cluster, 'pvc-1', { fromBackup: url });
    cluster.clock.advance(25_000);
    expect(volumeIn(cluster, 'pvc-1').status).toMatchObject({ state: 'attached', restoreRequired: true, restoreInitiated: true, frontendDisabled: true });
    expect(condition(world, 'pvc-1', 'Restore')).toBe('True RestoreInProgress');
    cluster.clock.advance(200_000);
    expect(volumeIn(cluster, 'pvc-1').status).toMatchObject({ state: 'detached', restoreRequired: false });
    expect(condition(world, 'pvc-1', 'Restore')).toBe('False');
    expect([...seen].filter((progress) => progress > 0 && progress < 100).length).toBeGreaterThan(5);
    setNodes(cluster, 'pvc-1', 'harvester-1');
    cluster.clock.advance(20_000);
    expect(volumeIn(cluster, 'pvc-1').status).toMatchObject({ state: 'attached', robustness: 'healthy' });
    expectSound(world);
  });

  it('stay attached without a device as standby', () => {
    const world = createWorld();
    addVolume(world.cluster, 'pvc-1', { fromBackup: url, Standby: true });
    world.cluster.clock.advance(300_000);
    expect(volumeIn(world.cluster, 'pvc-1').status).toMatchObject({ state: 'attached', robustness: 'healthy', isStandby: true, restoreRequired: true, frontendDisabled: true });
    expect(enginesIn(world.cluster, 'pvc-1')[0]?.status).toMatchObject({ lastRestoredBackup: 'backup-1' });
    expectSound(world);
  });

  it('are faulted when the backup cannot be read, and not salvaged', () => {
    const world = createWorld();
    addVolume(world.cluster, 'pvc-1', { fromBackup: url });
    world.cluster.clock.advance(3_000);
    applyFault(world.cluster, 'restore-error', { volume: 'pvc-1', message: 'no such bucket' });
    world.cluster.clock.advance(300_000);
    expect(volumeIn(world.cluster, 'pvc-1').status).toMatchObject({ state: 'detached', robustness: 'faulted' });
    expect(condition(world, 'pvc-1', 'Restore')).toBe('False RestoreFailure All replica restore failed and the volume became Faulted');
    expectSound(world);
  });
});
