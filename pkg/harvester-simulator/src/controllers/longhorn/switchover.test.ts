import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../profiles';
import { clusterProblems } from './invariants';
import { LH, key } from './kinds';
import { addAttached, createWorld, enginesIn, replicasIn, setNodes, volumeIn, type World } from './test-support';
import type { EngineFrontend } from './types';

const NAME = 'pvc-1';

function startWorld(): World {
  const world = createWorld({ profile: PROFILES['1.9'] });
  addAttached(world.cluster, NAME);
  return world;
}

function moveEngine({ cluster }: World, node: string): void {
  cluster.store.edit(LH.volume, key(NAME), (draft) => { draft.spec = { ...draft.spec, engineNodeID: node }; });
}

function frontends({ cluster }: World): EngineFrontend[] {
  return cluster.store.list(LH.frontend, { labels: { longhornvolume: NAME } }) as EngineFrontend[];
}

/** Every distinct value that a watcher of the volume and its frontend sees. */
function follow({ cluster }: World): { phases: string[]; frontend: string[] } {
  const seen = { phases: [] as string[], frontend: [] as string[] };
  const add = (list: string[], value: string): void => { if (list.at(-1) !== value) list.push(value); };
  cluster.store.watch(({ typeId, object }) => {
    if (typeId === LH.volume) add(seen.phases, String(object.status?.switchoverState));
    if (typeId === LH.frontend) add(seen.frontend, String(object.status?.currentState));
  });
  return seen;
}

function expectSound(world: World): void {
  expect(world.problems).toEqual([]);
  expect(clusterProblems(world.cluster)).toEqual([]);
}

describe('the engine of a 1.12 volume', { timeout: 30_000 }, () => {
  it('moves to another node while the frontend stays, and serves the same replicas', () => {
    const world = startWorld();
    const before = replicasIn(world.cluster, NAME).map(({ metadata }) => metadata.name);
    const seen = follow(world);
    moveEngine(world, 'harvester-2');
    world.cluster.clock.advance(30_000);
    expect(seen.phases).toEqual(['', 'preparing', 'switching-over', 'finalizing', '']);
    expect(seen.frontend).toEqual(['running', 'suspended', 'running']);
    expect(volumeIn(world.cluster, NAME).status).toMatchObject({ state: 'attached', robustness: 'healthy', currentNodeID: 'harvester-1', currentEngineNodeID: 'harvester-2' });
    const engines = enginesIn(world.cluster, NAME);
    expect(engines.map(({ metadata, spec }) => [metadata.name, spec.nodeID, spec.active])).toEqual([[`${NAME}-e-1`, 'harvester-2', true]]);
    expect(Object.values(engines[0]?.status.replicaModeMap ?? {})).toEqual(['RW', 'RW', 'RW']);
    expect(frontends(world).map(({ spec, status }) => [spec.nodeID, spec.engineName, status.targetIP === engines[0]?.status.storageIP, status.endpoint])).toEqual([['harvester-1', `${NAME}-e-1`, true, `/dev/longhorn/${NAME}`]]);
    expect(replicasIn(world.cluster, NAME).map(({ metadata }) => metadata.name)).toEqual(before);
    expectSound(world);
  });

  it('comes back to the node of attachment when its own node is taken away', () => {
    const world = startWorld();
    moveEngine(world, 'harvester-2');
    world.cluster.clock.advance(30_000);
    moveEngine(world, '');
    world.cluster.clock.advance(30_000);
    expect(volumeIn(world.cluster, NAME).status).toMatchObject({ robustness: 'healthy', currentEngineNodeID: 'harvester-1', switchoverState: '' });
    expectSound(world);
  });

  it('starts on its own node when the volume is attached again', () => {
    const world = startWorld();
    moveEngine(world, 'harvester-3');
    setNodes(world.cluster, NAME);
    world.cluster.clock.advance(30_000);
    expect(volumeIn(world.cluster, NAME).status).toMatchObject({ state: 'detached', switchoverState: '', currentEngineNodeID: '' });
    setNodes(world.cluster, NAME, 'harvester-1');
    world.cluster.clock.advance(30_000);
    expect(volumeIn(world.cluster, NAME).status).toMatchObject({ state: 'attached', robustness: 'healthy', currentNodeID: 'harvester-1', currentEngineNodeID: 'harvester-3' });
    expect(enginesIn(world.cluster, NAME)).toHaveLength(1);
    expectSound(world);
  });

  it('turns back when the new node dies on the way, and says so', () => {
    const world = startWorld();
    const seen = follow(world);
    moveEngine(world, 'harvester-2');
    world.cluster.clock.advance(100);
    expect(volumeIn(world.cluster, NAME).status.switchoverState).toBe('preparing');
    world.cluster.store.edit(LH.instanceManager, key(world.cluster.store.list(LH.instanceManager).find(({ spec }) => spec?.nodeID === 'harvester-2' && spec.dataEngine === 'v2')!.metadata.name), (draft) => { draft.status = { ...draft.status, currentState: 'error' }; });
    world.cluster.store.edit(LH.volume, key(NAME), (draft) => { draft.metadata.annotations = { ...draft.metadata.annotations, touched: 'yes' }; });
    world.cluster.clock.advance(500);
    expect(seen.phases).toContain('reverting');
    expect(world.cluster.store.list('event').map(({ reason }) => reason)).toContain('FailedSwitchover');
    expect(volumeIn(world.cluster, NAME).status.currentEngineNodeID).toBe('harvester-1');
    world.cluster.clock.advance(120_000);
    expect(volumeIn(world.cluster, NAME).status).toMatchObject({ state: 'attached', robustness: 'healthy', switchoverState: '' });
    expectSound(world);
  });

  it('does not move while the VM migrates, and the VM still migrates afterwards', () => {
    const world = startWorld();
    setNodes(world.cluster, NAME, 'harvester-1', 'harvester-3');
    world.cluster.clock.advance(20_000);
    moveEngine(world, 'harvester-2');
    world.cluster.clock.advance(20_000);
    expect(volumeIn(world.cluster, NAME).status.currentEngineNodeID).toBe('harvester-1');
    setNodes(world.cluster, NAME, 'harvester-3');
    world.cluster.clock.advance(40_000);
    expect(volumeIn(world.cluster, NAME).status).toMatchObject({ state: 'attached', currentNodeID: 'harvester-3', currentEngineNodeID: 'harvester-2', currentMigrationNodeID: '' });
    expect(frontends(world)).toHaveLength(1);
    expectSound(world);
  });
});
