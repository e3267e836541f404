import { describe, expect, it } from 'vitest';
import { StoreError } from '../contract';
import { clusterProblems } from '../controllers/longhorn/invariants';
import { LH, key } from '../controllers/longhorn/kinds';
import { addAttached, createWorld, replicasIn, volumeIn } from '../controllers/longhorn/test-support';
import type { LonghornNode } from '../controllers/longhorn/types';
import { ordinaryNodes } from '../scenarios/build';
import { FAULTS, applyFault } from '.';

const ARGUMENTS: Record<string, unknown> = { node: 'harvester-3', volume: 'pvc-1', size: 1024, status: 'WARNING', name: 'auto-salvage', value: 'false' };

function statusOf(run: () => unknown): number {
  try {
    run();
  } catch (error) {
    if (error instanceof StoreError) return error.status;
    throw error;
  }
  return 0;
}

describe('the catalogue', () => {
  it('has names of its own and says what each does', () => {
    expect(new Set(FAULTS.map((fault) => fault.name)).size).toBe(FAULTS.length);
    for (const fault of FAULTS) expect(fault.description).toMatch(/^[A-Z].+\.$/);
  });

  it.each(FAULTS.map((fault) => [fault.name, fault] as const))('%s changes the cluster, tells so and keeps it sound', (name, fault) => {
    const { cluster, problems } = createWorld({ nodes: ordinaryNodes(4) });
    addAttached(cluster, 'pvc-1');
    if (name === 'reduce-replicas') expect(volumeIn(cluster, 'pvc-1').spec.numberOfReplicas).toBe(3);
    const needed = fault.args.filter((argument) => !argument.endsWith('?'));
    const said = applyFault(cluster, name, Object.fromEntries(needed.map((argument) => [argument, ARGUMENTS[argument]])));
    expect(said).toMatch(/^[a-z].{10,}/);
    cluster.clock.advance(120_000);
    expect(problems).toEqual([]);
    expect(clusterProblems(cluster)).toEqual([]);
  });

  it.each(FAULTS.filter((fault) => fault.args.some((argument) => !argument.endsWith('?'))).map((fault) => fault.name))('%s refuses to guess missing arguments', (name) => {
    const { cluster } = createWorld();
    expect(statusOf(() => applyFault(cluster, name, {}))).toBe(422);
  });
});

describe('bad calls', () => {
  it('name what is not there', () => {
    const { cluster } = createWorld();
    expect(statusOf(() => applyFault(cluster, 'meteor'))).toBe(404);
    expect(statusOf(() => applyFault(cluster, 'node-down', { node: 'nowhere' }))).toBe(404);
    expect(statusOf(() => applyFault(cluster, 'disk-pull', { node: 'harvester-1', disk: 'nothing' }))).toBe(404);
    expect(statusOf(() => applyFault(cluster, 'replica-fail', { volume: 'pvc-9' }))).toBe(404);
    expect(statusOf(() => applyFault(cluster, 'set-setting', { name: 'no-such-setting', value: '1' }))).toBe(404);
    expect(statusOf(() => applyFault(cluster, 'slow-rebuild', { factor: 0 }))).toBe(422);
    expect(statusOf(() => applyFault(cluster, 'slow-rebuild', { factor: 'fast' }))).toBe(422);
    expect(statusOf(() => applyFault(cluster, 'node-down', { node: 7 }))).toBe(422);
  });
});

describe('faults and their cures', () => {
  it('fill a disk to the byte asked for and empty it again', () => {
    const { cluster } = createWorld();
    const disk = (): { storageAvailable: number; storageMaximum: number } => {
      const node = cluster.store.get(LH.node, key('harvester-1')) as LonghornNode;
      return Object.values(node.status.diskStatus).find((status) => status.diskType === 'block')!;
    };
    applyFault(cluster, 'disk-fill', { node: 'harvester-1', free: 7 });
    cluster.clock.advance(1_000);
    expect(disk().storageAvailable).toBe(7 * 2 ** 30);
    applyFault(cluster, 'disk-free', { node: 'harvester-1' });
    cluster.clock.advance(1_000);
    expect(disk().storageAvailable).toBe(disk().storageMaximum);
  });

  it('raise and lower the number of replicas of a running volume', () => {
    const { cluster, problems } = createWorld({ nodes: ordinaryNodes(4) });
    addAttached(cluster, 'pvc-1', { numberOfReplicas: 2 });
    applyFault(cluster, 'raise-replicas', { volume: 'pvc-1', count: 4 });
    cluster.clock.advance(300_000);
    expect(replicasIn(cluster, 'pvc-1')).toHaveLength(4);
    expect(volumeIn(cluster, 'pvc-1').status.robustness).toBe('healthy');
    applyFault(cluster, 'reduce-replicas', { volume: 'pvc-1', count: 2 });
    cluster.clock.advance(30_000);
    expect(replicasIn(cluster, 'pvc-1')).toHaveLength(2);
    expect(volumeIn(cluster, 'pvc-1').status.robustness).toBe('healthy');
    expect(problems).toEqual([]);
  });

  it('write settings in the form of the version', () => {
    const { cluster } = createWorld();
    applyFault(cluster, 'set-setting', { name: 'fast-replica-rebuild-enabled', value: 'false' });
    expect(cluster.store.get(LH.setting, key('fast-replica-rebuild-enabled'))?.value).toBe('{"v1":"false","v2":"false"}');
    applyFault(cluster, 'set-setting', { name: 'fast-replica-rebuild-enabled', value: '{"v1":"true","v2":"false"}' });
    expect(cluster.store.get(LH.setting, key('fast-replica-rebuild-enabled'))?.value).toBe('{"v1":"true","v2":"false"}');
  });
});
