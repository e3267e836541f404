import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cluster, HarvesterMinor } from '../../contract';
import { applyFault } from '../../faults';
import { PROFILES } from '../../profiles';
import { ordinaryNodes } from '../../scenarios/build';
import { clusterProblems } from './invariants';
import { LH, key } from './kinds';
import { addVolume, createWorld, enginesIn, replicasIn, setNodes, volumeIn } from './test-support';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 40);
const VOLUMES = ['alpha', 'beta', 'gamma'];
const NODES = ordinaryNodes(4).map((node) => node.name);

type Step =
  | { do: 'wait'; ms: number }
  | { do: 'fault'; name: string; node: string }
  | { do: 'volume'; name: 'replica-fail' | 'replica-delete' | 'engine-crash' | 'rebuild-error' | 'raise-replicas' | 'reduce-replicas'; volume: string; pick: number }
  | { do: 'attach'; volume: string; node: string }
  | { do: 'migrate'; volume: string; node: string }
  | { do: 'switch'; volume: string; node: string }
  | { do: 'detach'; volume: string };

const node = fc.constantFrom(...NODES);
const volume = fc.constantFrom(...VOLUMES);
const NODE_FAULTS = ['node-down', 'node-up', 'instance-manager-crash', 'instance-manager-restore', 'cordon', 'uncordon', 'label-v2-off', 'label-v2-on', 'scheduling-off', 'scheduling-on', 'evict-node', 'cancel-evict', 'disk-pull', 'disk-restore', 'disk-fill', 'disk-free', 'manager-down', 'manager-up'];

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(100, 1_000, 3_000, 8_000, 20_000, 60_000, 130_000, 650_000) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('fault' as const), name: fc.constantFrom(...NODE_FAULTS), node }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('volume' as const), name: fc.constantFrom('replica-fail' as const, 'replica-delete' as const, 'engine-crash' as const, 'rebuild-error' as const, 'raise-replicas' as const, 'reduce-replicas' as const), volume, pick: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('attach' as const), volume, node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('migrate' as const), volume, node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('switch' as const), volume, node: fc.constantFrom('', ...NODES) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('detach' as const), volume }) }
);

/** Longhorn's webhook refuses to delete the last copy that looks available. */
function mayDelete(cluster: Cluster, name: string, replica: string): boolean {
  const others = replicasIn(cluster, name).filter((candidate) => candidate.metadata.name !== replica && candidate.metadata.deletionTimestamp === undefined);
  const modes = enginesIn(cluster, name).find((engine) => engine.spec.active)?.status.replicaModeMap ?? {};
  const good = others.filter((candidate) => candidate.spec.failedAt === '' && candidate.spec.healthyAt !== '');
  return good.length > 0 && (Object.keys(modes).length === 0 || good.some((candidate) => modes[candidate.metadata.name] === 'RW'));
}

function run(cluster: Cluster, todo: Step): void {
  switch (todo.do) {
    case 'wait':
      cluster.clock.advance(todo.ms);
      break;
    case 'fault':
      applyFault(cluster, todo.name, { node: todo.node });
      break;
    case 'attach':
      setNodes(cluster, todo.volume, todo.node);
      break;
    case 'detach':
      setNodes(cluster, todo.volume);
      break;
    case 'migrate': {
      const from = volumeIn(cluster, todo.volume).spec.nodeID;
      if (from !== '' && from !== todo.node) setNodes(cluster, todo.volume, from, todo.node);
      break;
    }
    case 'switch':
      if (volumeIn(cluster, todo.volume).spec.engineNodeID !== undefined) cluster.store.edit(LH.volume, key(todo.volume), (draft) => { draft.spec = { ...draft.spec, engineNodeID: todo.node }; });
      break;
    case 'volume': {
      const replicas = replicasIn(cluster, todo.volume).filter((replica) => replica.metadata.deletionTimestamp === undefined);
      const replica = replicas[todo.pick % Math.max(1, replicas.length)]?.metadata.name;
      const count = volumeIn(cluster, todo.volume).spec.numberOfReplicas;
      if (todo.name === 'raise-replicas' && count >= 4) return;
      if (todo.name === 'reduce-replicas' && count <= 1) return;
      if (todo.name === 'engine-crash' && enginesIn(cluster, todo.volume).find((engine) => engine.spec.active)?.status?.currentState !== 'running') return;
      if (todo.name.startsWith('replica') && replica === undefined) return;
      if (todo.name === 'replica-delete' && !mayDelete(cluster, todo.volume, replica ?? '')) return;
      applyFault(cluster, todo.name, { volume: todo.volume, ...(replica === undefined ? {} : { replica }) });
      break;
    }
  }
}

/** Undoes every fault and asks for all volumes on the first node. */
function heal(cluster: Cluster): void {
  for (const name of NODES) {
    for (const fault of ['node-up', 'instance-manager-restore', 'uncordon', 'label-v2-on', 'scheduling-on', 'cancel-evict', 'disk-restore', 'disk-free', 'manager-up']) applyFault(cluster, fault, { node: name });
  }
  cluster.faults.rebuildErrors.clear();
  for (const name of VOLUMES) setNodes(cluster, name);
  cluster.clock.advance(120_000);
  for (const name of VOLUMES) setNodes(cluster, name, 'harvester-1');
  // Longest way back: the wait for a lost copy, stale clean-up, a few rebuilds with their backoff.
  const isHealed = (): boolean => VOLUMES.every((name) => volumeIn(cluster, name).status.robustness === 'healthy');
  for (let passed = 0; passed < 90 && !isHealed(); passed++) cluster.clock.advance(60_000);
  cluster.clock.advance(5 * 60_000);
}

function startWorld(minor: HarvesterMinor): ReturnType<typeof createWorld> {
  const world = createWorld({ profile: PROFILES[minor], nodes: ordinaryNodes(4) });
  addVolume(world.cluster, 'alpha');
  addVolume(world.cluster, 'beta', { numberOfReplicas: 2 });
  addVolume(world.cluster, 'gamma', { dataEngine: 'v1' });
  world.cluster.clock.advance(5_000);
  VOLUMES.forEach((name, index) => { setNodes(world.cluster, name, NODES[index] ?? 'harvester-1'); });
  world.cluster.clock.advance(20_000);
  return world;
}

/** Histories that once broke an invariant: engines that were still stopping kept replicas that had failed. */
const KNOWN: [HarvesterMinor, Step[]][] = [
  ['1.9', [{ do: 'wait', ms: 100 }, { do: 'volume', name: 'engine-crash', volume: 'alpha', pick: 0 }, { do: 'fault', name: 'disk-pull', node: 'harvester-1' }, { do: 'wait', ms: 1_000 }, { do: 'migrate', volume: 'alpha', node: 'harvester-1' }]],
  ['1.5', [{ do: 'fault', name: 'disk-pull', node: 'harvester-2' }, { do: 'attach', volume: 'alpha', node: 'harvester-3' }, { do: 'fault', name: 'node-down', node: 'harvester-1' }, { do: 'wait', ms: 3_000 }, { do: 'volume', name: 'replica-fail', volume: 'alpha', pick: 0 }]]
];

describe('Longhorn under random faults', () => {
  it(`keeps its invariants and schemas, and recovers (${String(RUNS)} runs)`, { timeout: 60_000 + RUNS * 10_000 }, () => {
    fc.assert(
      fc.property(fc.constantFrom<HarvesterMinor>('1.5', '1.6', '1.7', '1.8', '1.9'), fc.array(step, { minLength: 1, maxLength: 25 }), (minor, steps) => {
        const { cluster, problems } = startWorld(minor);
        for (const todo of steps) {
          run(cluster, todo);
          expect(problems).toEqual([]);
          if (todo.do === 'wait') expect(clusterProblems(cluster)).toEqual([]);
        }
        heal(cluster);
        expect(problems).toEqual([]);
        expect(clusterProblems(cluster)).toEqual([]);
        for (const name of VOLUMES) {
          const { status } = volumeIn(cluster, name);
          const replicas = replicasIn(cluster, name);
          expect({ name, state: status.state, robustness: status.robustness, replicas: replicas.map((replica) => replica.spec) }).toMatchObject({ state: 'attached', robustness: 'healthy' });
        }
        // Deleting everything leaves nothing behind.
        for (const name of VOLUMES) cluster.store.remove(LH.volume, key(name));
        cluster.clock.advance(60_000);
        expect([LH.volume, LH.replica, LH.engine, LH.attachment].flatMap((type) => cluster.store.list(type))).toEqual([]);
        cluster.stop();
      }),
      { numRuns: RUNS, seed: Number(process.env.PROPERTY_SEED ?? 20_260_901), verbose: 0, examples: KNOWN }
    );
  });
});
