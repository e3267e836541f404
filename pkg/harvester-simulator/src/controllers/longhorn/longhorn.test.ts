import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../profiles';
import { applyFault } from '../../faults';
import { ordinaryNodes } from '../../scenarios/build';
import { clusterProblems } from './invariants';
import { LH, key } from './kinds';
import { addAttached, addVolume, createWorld, enginesIn, replicasIn, setNodes, volumeIn, type World } from './test-support';
import type { Engine, Volume } from './types';

function expectSound({ cluster, problems }: World): void {
  expect(problems).toEqual([]);
  expect(clusterProblems(cluster)).toEqual([]);
}

/** `state/robustness` of a volume, each time it changed. */
function follow(world: World, name: string): string[] {
  const seen: string[] = [];
  world.cluster.store.watch(({ typeId, object }) => {
    if (typeId !== LH.volume || object.metadata.name !== name) return;
    const { state = '', robustness = '' } = (object as Volume).status ?? {};
    if (seen.at(-1) !== `${state}/${robustness}`) seen.push(`${state}/${robustness}`);
  });
  return seen;
}

function events(world: World, name: string): string[] {
  return world.cluster.store.list('event').filter((event) => (event.involvedObject as { name: string }).name === name).map((event) => String(event.reason));
}

describe.each(Object.values(PROFILES))('Longhorn $longhorn', { timeout: 30_000 }, (profile) => {
  it('brings a new volume through creating and detaching to detached', () => {
    const world = createWorld({ profile });
    const seen = follow(world, 'pvc-1');
    addVolume(world.cluster, 'pvc-1');
    world.cluster.clock.advance(5_000);
    expect(seen).toEqual(['/', 'creating/', 'detaching/unknown', 'detached/unknown']);
    expect(replicasIn(world.cluster, 'pvc-1').map((replica) => replica.spec.nodeID).sort()).toEqual(['harvester-1', 'harvester-2', 'harvester-3']);
    expectSound(world);
  });

  it('shows attached before healthy, and the block device where this version has it', () => {
    const world = createWorld({ profile });
    addVolume(world.cluster, 'pvc-1');
    world.cluster.clock.advance(5_000);
    const seen = follow(world, 'pvc-1');
    setNodes(world.cluster, 'pvc-1', 'harvester-2');
    world.cluster.clock.advance(15_000);
    expect(seen).toEqual(['detached/unknown', 'attaching/unknown', 'attached/unknown', 'attached/healthy']);
    const engine = enginesIn(world.cluster, 'pvc-1')[0] as Engine;
    if (profile.hasEngineFrontend) {
      expect(engine.status.endpoint).toBe('');
      expect(world.cluster.store.get(LH.frontend, key('pvc-1-ef-0'))?.status?.endpoint).toBe('/dev/longhorn/pvc-1');
    } else {
      expect(engine.status.endpoint).toBe('/dev/longhorn/pvc-1');
    }
    expect(world.cluster.store.get(LH.attachment, key('pvc-1'))?.status?.attachmentTicketStatuses['csi-harvester-2'].satisfied).toBe(true);
    const manager = world.cluster.store.list(LH.instanceManager).find((candidate) => candidate.spec?.nodeID === 'harvester-2' && candidate.spec.dataEngine === 'v2')!;
    expect(Object.keys(manager.status?.instanceEngines as object)).toEqual(['pvc-1-e-0']);
    expect(Object.keys(manager.status?.instanceReplicas as object)).toHaveLength(1);
    expectSound(world);
  });

  it('says detaching and unknown at once when the last ticket goes, and keeps the replicas', () => {
    const world = createWorld({ profile });
    addAttached(world.cluster, 'pvc-1');
    const seen = follow(world, 'pvc-1');
    setNodes(world.cluster, 'pvc-1');
    world.cluster.clock.advance(10_000);
    expect(seen).toEqual(['attached/healthy', 'detaching/unknown', 'detached/unknown']);
    expect(replicasIn(world.cluster, 'pvc-1').every((replica) => replica.spec.healthyAt !== '' && replica.status.currentState === 'stopped')).toBe(true);
    expectSound(world);
  });

  it('tears everything down when the volume is deleted while attached', () => {
    const world = createWorld({ profile });
    addAttached(world.cluster, 'pvc-1');
    world.cluster.store.remove(LH.volume, key('pvc-1'));
    world.cluster.clock.advance(20_000);
    for (const type of [LH.volume, LH.replica, LH.engine, LH.attachment]) expect(world.cluster.store.list(type)).toEqual([]);
    expectSound(world);
  });
});

describe('losing a node', { timeout: 30_000 }, () => {
  it('degrades, waits for the node, and rebuilds the same replica with a rising percentage', () => {
    const world = createWorld();
    const { cluster } = world;
    addAttached(cluster, 'pvc-1');
    const lost = replicasIn(cluster, 'pvc-1').find((replica) => replica.spec.nodeID === 'harvester-3')!.metadata.name;
    applyFault(cluster, 'node-down', { node: 'harvester-3' });
    cluster.clock.advance(14_000);
    expect(volumeIn(cluster, 'pvc-1').status).toMatchObject({ state: 'attached', robustness: 'degraded' });
    expect(events(world, 'pvc-1')).toContain('Degraded');
    cluster.clock.advance(300_000);
    const scheduled = volumeIn(cluster, 'pvc-1').status.conditions.find((condition) => condition.type === 'Scheduled');
    expect(scheduled).toMatchObject({ status: 'True', message: '' });
    expect(replicasIn(cluster, 'pvc-1')).toHaveLength(3);
    const percents: number[] = [];
    cluster.store.watch(({ typeId, object }) => {
      if (typeId !== LH.engine) return;
      for (const entry of Object.values((object as Engine).status.rebuildStatus ?? {})) if (percents.at(-1) !== entry.progress) percents.push(entry.progress);
    });
    applyFault(cluster, 'node-up', { node: 'harvester-3' });
    cluster.clock.advance(90_000);
    expect(volumeIn(cluster, 'pvc-1').status).toMatchObject({ robustness: 'healthy', lastDegradedAt: '' });
    expect(replicasIn(cluster, 'pvc-1').map((replica) => replica.metadata.name)).toContain(lost);
    expect(percents.length).toBeGreaterThanOrEqual(4);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
    expectSound(world);
  });

  it('writes the failed replica before the engine, and the volume last', () => {
    const world = createWorld();
    const { cluster } = world;
    addAttached(cluster, 'pvc-1');
    const order: string[] = [];
    cluster.store.watch(({ typeId, object }) => {
      if (typeId === LH.replica && object.spec?.failedAt !== '' && !order.includes('replica')) order.push('replica');
      if (typeId === LH.engine && Object.keys(object.spec?.replicaAddressMap as object).length === 2 && !order.includes('engine')) order.push('engine');
      if (typeId === LH.volume && object.status?.robustness === 'degraded' && !order.includes('volume')) order.push('volume');
    });
    applyFault(cluster, 'replica-fail', { volume: 'pvc-1', node: 'harvester-3' });
    cluster.clock.advance(15_000);
    expect(order).toEqual(['replica', 'engine', 'volume']);
  });

  it('builds a new replica elsewhere after the wait, keeps four objects for a while and warns on the claim', () => {
    const world = createWorld({ nodes: ordinaryNodes(4) });
    const { cluster } = world;
    cluster.store.create(LH.pv, { metadata: { name: 'pvc-1' }, spec: { claimRef: { namespace: 'default', name: 'data' } }, status: { phase: 'Bound' } });
    addAttached(cluster, 'pvc-1');
    const used = replicasIn(cluster, 'pvc-1').map((replica) => replica.spec.nodeID);
    const victim = used.find((node) => node !== 'harvester-1')!;
    const spare = ordinaryNodes(4).map((node) => node.name).find((node) => !used.includes(node))!;
    applyFault(cluster, 'node-down', { node: victim });
    cluster.clock.advance(590_000);
    expect(replicasIn(cluster, 'pvc-1')).toHaveLength(3);
    cluster.clock.advance(90_000);
    const replicas = replicasIn(cluster, 'pvc-1');
    expect(replicas).toHaveLength(4);
    expect(replicas.find((replica) => replica.spec.nodeID === spare)!.spec.healthyAt).not.toBe('');
    expect(volumeIn(cluster, 'pvc-1').status.robustness).toBe('healthy');
    expect(cluster.store.get(LH.pv, 'pvc-1')!.metadata.annotations).toEqual({ 'longhorn.io/volume-scheduling-error': 'replica scheduling failed' });
    cluster.clock.advance(31 * 60_000);
    expect(replicasIn(cluster, 'pvc-1')).toHaveLength(3);
    expect(cluster.store.get(LH.pv, 'pvc-1')!.metadata.annotations).toEqual({ 'longhorn.io/volume-scheduling-error': '' });
    expectSound(world);
  });

  it.each([['1.6', 'precheck new replica failed;disks are unavailable'], ['1.7', 'precheck new replica failed: disks are unavailable']] as const)('says in the words of Harvester %s that nothing can take the replica', (minor, text) => {
    const { cluster } = createWorld({ profile: PROFILES[minor] });
    addAttached(cluster, 'pvc-1');
    applyFault(cluster, 'scheduling-off', { node: 'harvester-3' });
    applyFault(cluster, 'replica-delete', { volume: 'pvc-1', node: 'harvester-3' });
    cluster.clock.advance(40_000);
    expect(volumeIn(cluster, 'pvc-1').status.conditions.find((condition) => condition.type === 'Scheduled')).toMatchObject({ status: 'False', reason: 'ReplicaSchedulingFailure', message: text });
  });

  it("goes to unknown when the engine's node is lost, and moves with its ticket", () => {
    const world = createWorld({ nodes: ordinaryNodes(4) });
    const { cluster } = world;
    addAttached(cluster, 'pvc-1');
    applyFault(cluster, 'node-down', { node: 'harvester-1' });
    cluster.clock.advance(60_000);
    expect(volumeIn(cluster, 'pvc-1').status).toMatchObject({ state: 'attached', robustness: 'unknown', lastDegradedAt: '' });
    setNodes(cluster, 'pvc-1', 'harvester-2');
    cluster.clock.advance(40_000);
    expect(volumeIn(cluster, 'pvc-1').status).toMatchObject({ state: 'attached', currentNodeID: 'harvester-2' });
    expectSound(world);
  });
});

describe('rebuilds', { timeout: 30_000 }, () => {
  it('fail with an event and a condition, and are tried again', () => {
    const world = createWorld();
    const { cluster } = world;
    addAttached(cluster, 'pvc-1');
    applyFault(cluster, 'rebuild-error', { volume: 'pvc-1', message: 'no route to host' });
    applyFault(cluster, 'replica-fail', { volume: 'pvc-1', node: 'harvester-3' });
    cluster.clock.advance(45_000);
    const replica = replicasIn(cluster, 'pvc-1').find((candidate) => candidate.spec.nodeID === 'harvester-3')!;
    expect(replica.status.conditions.find((condition) => condition.type === 'RebuildFailed')).toMatchObject({ status: 'True', reason: 'General', message: 'no route to host' });
    expect(events(world, 'pvc-1-e-0')).toContain('FailedRebuilding');
    cluster.clock.advance(240_000);
    expect(volumeIn(cluster, 'pvc-1').status.robustness).toBe('healthy');
    expectSound(world);
  });

  it('give up on a replica after five tries and build a new one', () => {
    const world = createWorld();
    const { cluster } = world;
    addAttached(cluster, 'pvc-1');
    const old = replicasIn(cluster, 'pvc-1').find((replica) => replica.spec.nodeID === 'harvester-3')!.metadata.name;
    applyFault(cluster, 'replica-fail', { replica: old });
    const counts = new Set<number>();
    const isGone = (): boolean => replicasIn(cluster, 'pvc-1').every((replica) => replica.metadata.name !== old);
    for (let passed = 0; passed < 3_600 && !isGone(); passed++) {
      cluster.faults.rebuildErrors.set('pvc-1', 'connection reset');
      cluster.clock.advance(1_000);
      for (const replica of replicasIn(cluster, 'pvc-1')) if (replica.metadata.name === old) counts.add(replica.spec.rebuildRetryCount);
    }
    expect([...counts]).toEqual([0, 1, 2, 3, 4, 5]);
    cluster.faults.rebuildErrors.clear();
    cluster.clock.advance(300_000);
    expect(replicasIn(cluster, 'pvc-1').map((replica) => replica.metadata.name)).not.toContain(old);
    expect(volumeIn(cluster, 'pvc-1').status.robustness).toBe('healthy');
    expectSound(world);
  });

  it('take turns on a node', () => {
    const world = createWorld({ longhornSettings: { 'concurrent-replica-rebuild-per-node-limit': '2' } });
    const { cluster } = world;
    for (const name of ['a', 'b', 'c', 'd']) addAttached(cluster, name);
    applyFault(cluster, 'node-down', { node: 'harvester-3' });
    cluster.clock.advance(60_000);
    applyFault(cluster, 'node-up', { node: 'harvester-3' });
    let most = 0;
    for (let passed = 0; passed < 200; passed++) {
      cluster.clock.advance(1_000);
      expect(clusterProblems(cluster)).toEqual([]);
      most = Math.max(most, ['a', 'b', 'c', 'd'].filter((name) => Object.values(enginesIn(cluster, name)[0]!.status.replicaModeMap ?? {}).includes('WO')).length);
    }
    expect(most).toBe(2);
    expect(['a', 'b', 'c', 'd'].map((name) => volumeIn(cluster, name).status.robustness)).toEqual(['healthy', 'healthy', 'healthy', 'healthy']);
    expectSound(world);
  });

  it('obey the limit of the volume', () => {
    const { cluster } = createWorld();
    addAttached(cluster, 'pvc-1', { replicaRebuildingBandwidthLimit: 10 });
    applyFault(cluster, 'replica-delete', { volume: 'pvc-1', node: 'harvester-3' });
    cluster.clock.advance(60_000);
    const entry = Object.values(enginesIn(cluster, 'pvc-1')[0]!.status.rebuildStatus ?? {})[0]!;
    expect(entry).toMatchObject({ isRebuilding: true, appliedRebuildingMBps: 10, state: 'in_progress' });
    expect(entry.progress).toBeLessThan(25);
  });
});

describe('salvage', { timeout: 30_000 }, () => {
  function failAll(world: World): void {
    for (const replica of replicasIn(world.cluster, 'pvc-1')) applyFault(world.cluster, 'replica-fail', { replica: replica.metadata.name });
  }

  it('brings a volume back whose replicas failed together', () => {
    const world = createWorld();
    addAttached(world.cluster, 'pvc-1');
    const seen = follow(world, 'pvc-1');
    failAll(world);
    world.cluster.clock.advance(60_000);
    expect(seen).toEqual(['attached/faulted', 'detaching/faulted', 'detached/faulted', 'detached/unknown', 'attaching/unknown', 'attached/unknown', 'attached/healthy']);
    expect(volumeIn(world.cluster, 'pvc-1').status.remountRequestedAt).not.toBe('');
    expect(events(world, 'pvc-1')).toEqual(expect.arrayContaining(['AutoSalvaged', 'Remount']));
    expectSound(world);
  });

  it('waits for an administrator when it is switched off', () => {
    const world = createWorld({ longhornSettings: { 'auto-salvage': 'false' } });
    addAttached(world.cluster, 'pvc-1');
    failAll(world);
    world.cluster.clock.advance(300_000);
    expect(volumeIn(world.cluster, 'pvc-1').status).toMatchObject({ state: 'detached', robustness: 'faulted' });
    for (const replica of replicasIn(world.cluster, 'pvc-1')) world.cluster.store.edit(LH.replica, key(replica.metadata.name), (draft) => { Object.assign(draft.spec!, { failedAt: '' }); });
    world.cluster.clock.advance(60_000);
    expect(volumeIn(world.cluster, 'pvc-1').status).toMatchObject({ state: 'attached', robustness: 'healthy' });
    expectSound(world);
  });

  it('follows an engine that died', () => {
    const world = createWorld();
    addAttached(world.cluster, 'pvc-1');
    applyFault(world.cluster, 'engine-crash', { volume: 'pvc-1' });
    world.cluster.clock.advance(60_000);
    expect(events(world, 'pvc-1')).toContain('DetachedUnexpectedly');
    expect(volumeIn(world.cluster, 'pvc-1').status).toMatchObject({ state: 'attached', robustness: 'healthy' });
    expectSound(world);
  });
});

describe.each(['v1', 'v2'] as const)('live migration of a %s volume', { timeout: 30_000 }, (dataEngine) => {
  it.each([PROFILES['1.6'], PROFILES['1.9']])('moves to the second ticket in $longhorn', (profile) => {
    const world = createWorld({ profile });
    const { cluster } = world;
    addAttached(cluster, 'pvc-1', { dataEngine });
    setNodes(cluster, 'pvc-1', 'harvester-1', 'harvester-2');
    cluster.clock.advance(15_000);
    expect(enginesIn(cluster, 'pvc-1').map((engine) => [engine.spec.active, engine.spec.nodeID])).toEqual([[true, 'harvester-1'], [false, 'harvester-2']]);
    expect(volumeIn(cluster, 'pvc-1').status.currentMigrationNodeID).toBe('harvester-2');
    expect(replicasIn(cluster, 'pvc-1')).toHaveLength(dataEngine === 'v1' ? 6 : 3);
    expectSound(world);
    setNodes(cluster, 'pvc-1', 'harvester-2');
    cluster.clock.advance(20_000);
    expect(enginesIn(cluster, 'pvc-1').map((engine) => [engine.metadata.name, engine.spec.active, engine.spec.nodeID])).toEqual([['pvc-1-e-1', true, 'harvester-2']]);
    expect(volumeIn(cluster, 'pvc-1').status).toMatchObject({ state: 'attached', robustness: 'healthy', currentNodeID: 'harvester-2', currentMigrationNodeID: '' });
    expect(replicasIn(cluster, 'pvc-1')).toHaveLength(3);
    expectSound(world);
  });

  it('is undone when the second ticket goes', () => {
    const world = createWorld();
    const { cluster } = world;
    addAttached(cluster, 'pvc-1', { dataEngine });
    setNodes(cluster, 'pvc-1', 'harvester-1', 'harvester-2');
    cluster.clock.advance(15_000);
    setNodes(cluster, 'pvc-1', 'harvester-1');
    cluster.clock.advance(20_000);
    expect(enginesIn(cluster, 'pvc-1').map((engine) => engine.metadata.name)).toEqual(['pvc-1-e-0']);
    expect(volumeIn(cluster, 'pvc-1').status).toMatchObject({ state: 'attached', robustness: 'healthy', currentNodeID: 'harvester-1', currentMigrationNodeID: '' });
    expect(replicasIn(cluster, 'pvc-1')).toHaveLength(3);
    expectSound(world);
  });
});

describe('eviction', { timeout: 30_000 }, () => {
  it('moves the copy while the volume stays healthy', () => {
    const world = createWorld({ nodes: ordinaryNodes(4) });
    const { cluster } = world;
    addAttached(cluster, 'pvc-1');
    const node = replicasIn(cluster, 'pvc-1').find((replica) => replica.spec.nodeID !== 'harvester-1')!.spec.nodeID;
    const seen = follow(world, 'pvc-1');
    applyFault(cluster, 'evict-node', { node });
    cluster.clock.advance(180_000);
    expect(seen.filter((state) => state !== 'attached/healthy')).toEqual([]);
    const nodes = replicasIn(cluster, 'pvc-1').map((replica) => replica.spec.nodeID);
    expect(nodes).toHaveLength(3);
    expect(nodes).not.toContain(node);
    expectSound(world);
  });

  it('attaches a stopped volume for it and lets go again', () => {
    const world = createWorld({ nodes: ordinaryNodes(4) });
    const { cluster } = world;
    addAttached(cluster, 'pvc-1');
    setNodes(cluster, 'pvc-1');
    cluster.clock.advance(20_000);
    const node = replicasIn(cluster, 'pvc-1')[0]!.spec.nodeID;
    applyFault(cluster, 'evict-node', { node });
    cluster.clock.advance(240_000);
    expect(replicasIn(cluster, 'pvc-1').map((replica) => replica.spec.nodeID)).not.toContain(node);
    expect(volumeIn(cluster, 'pvc-1').status.state).toBe('detached');
    expectSound(world);
  });
});

describe('v2 on a node', { timeout: 30_000 }, () => {
  it('loses its instance manager by label only when idle, and takes no replicas', () => {
    const world = createWorld();
    const { cluster } = world;
    addAttached(cluster, 'pvc-1');
    applyFault(cluster, 'label-v2-off', { node: 'harvester-1' });
    cluster.clock.advance(60_000);
    const managers = (): string[] => cluster.store.list(LH.instanceManager).filter((manager) => manager.spec?.dataEngine === 'v2').map((manager) => String(manager.spec?.nodeID)).sort();
    expect(managers()).toContain('harvester-1');
    setNodes(cluster, 'pvc-1');
    cluster.clock.advance(60_000);
    expect(managers()).toEqual(['harvester-2', 'harvester-3']);
    addVolume(cluster, 'pvc-2');
    cluster.clock.advance(10_000);
    expect(replicasIn(cluster, 'pvc-2').map((replica) => replica.spec.nodeID).sort()).toEqual(['', 'harvester-2', 'harvester-3']);
    expectSound(world);
  });
});

describe('growing a volume', { timeout: 30_000 }, () => {
  it('reaches replicas, engine and disks, then is no longer required', () => {
    const world = createWorld({ profile: PROFILES['1.9'] });
    const { cluster } = world;
    addAttached(cluster, 'pvc-1');
    const larger = String(30 * 2 ** 30);
    cluster.store.edit(LH.volume, key('pvc-1'), (draft) => { Object.assign(draft.spec!, { size: larger }); });
    cluster.clock.advance(1_000);
    expect(volumeIn(cluster, 'pvc-1').status.expansionRequired).toBe(true);
    cluster.clock.advance(10_000);
    expect(volumeIn(cluster, 'pvc-1').status).toMatchObject({ expansionRequired: false, robustness: 'healthy' });
    expect(enginesIn(cluster, 'pvc-1')[0]!.status.currentSize).toBe(larger);
    const disks = cluster.store.list(LH.node).flatMap((node) => Object.values(node.status?.diskStatus as Record<string, { storageScheduled: number }>));
    expect(disks.map((disk) => disk.storageScheduled).filter((bytes) => bytes > 0)).toEqual([30 * 2 ** 30, 30 * 2 ** 30, 30 * 2 ** 30]);
    expectSound(world);
  });
});

describe('cloning', { timeout: 30_000 }, () => {
  it('copies to one replica first, then builds the others', () => {
    const world = createWorld({ profile: PROFILES['1.9'] });
    const { cluster } = world;
    addAttached(cluster, 'source');
    addVolume(cluster, 'target', { dataSource: 'vol://source' });
    const states: string[] = [];
    let mostWhileCopying = 0;
    let highest = 0;
    cluster.store.watch(({ typeId, object }) => {
      if (typeId === LH.engine && object.metadata.name === 'target-e-0') for (const entry of Object.values((object.status?.cloneStatus ?? {}) as Record<string, { progress: number }>)) highest = Math.max(highest, entry.progress);
      if (typeId !== LH.volume || object.metadata.name !== 'target') return;
      const state = String(object.status?.cloneStatus?.state ?? '');
      if (states.at(-1) !== state) states.push(state);
      if (state === 'initiated') mostWhileCopying = Math.max(mostWhileCopying, replicasIn(cluster, 'target').length);
    });
    cluster.clock.advance(180_000);
    expect(states).toEqual(['', 'initiated', 'copy-completed-awaiting-healthy', 'completed']);
    expect(mostWhileCopying).toBe(1);
    expect(highest).toBe(100);
    expect(replicasIn(cluster, 'target').filter((replica) => replica.spec.healthyAt !== '')).toHaveLength(3);
    expect(volumeIn(cluster, 'target').status.state).toBe('detached');
    expectSound(world);
  });

  it('never completes where a full set of copies has no place', () => {
    const { cluster } = createWorld({ profile: PROFILES['1.9'], nodes: ordinaryNodes(1) });
    addAttached(cluster, 'source');
    addVolume(cluster, 'target', { dataSource: 'vol://source' });
    cluster.clock.advance(900_000);
    expect(volumeIn(cluster, 'target').status.cloneStatus.state).toBe('copy-completed-awaiting-healthy');
  });
});

describe('determinism', { timeout: 30_000 }, () => {
  it('writes the same transcript for the same seed and calls', () => {
    const transcript = (): string => {
      const { cluster } = createWorld({ seed: 'twice' });
      const lines: string[] = [];
      cluster.store.watch((event) => lines.push(JSON.stringify(event)));
      addAttached(cluster, 'pvc-1');
      applyFault(cluster, 'node-down', { node: 'harvester-3' });
      cluster.clock.advance(120_000);
      applyFault(cluster, 'node-up', { node: 'harvester-3' });
      cluster.clock.advance(120_000);
      return lines.join('\n');
    };
    expect(transcript()).toBe(transcript());
  });
});
