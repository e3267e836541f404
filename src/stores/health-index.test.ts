import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeSteve } from '@/api/testing/fake-steve';
import type { Level, VolumeVerdict } from '@/domain/health/types';
import { createHealthIndex } from './health-index';
import type { Diagnose, LiveHealthIndex } from './health-index';
import { createInventory } from './inventory';
import type { LiveInventory } from './inventory';

const LS = 'longhorn-system';
let server: FakeSteve;
let inventory: LiveInventory;
let health: LiveHealthIndex;
let judged: string[];
const levels = new Map<string, Level>();
const moments = new Map<string, number>();
const settle = (ms = 200): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** The verdict that a test ordered; which volumes are looked at again, and when, is what is tested here. */
const diagnose: Diagnose = (view, volumeName, now) => {
  judged.push(volumeName);
  const level = levels.get(volumeName) ?? 'healthy';
  const at = moments.get(volumeName);
  const headline = { code: 'test', level, phase: null, params: { count: view.replicasOfVolume(volumeName).length, ...(at !== undefined && at > now ? { untilAt: at } : {}) }, evidence: [] };

  return { volumeName, level, phase: null, headline, facts: [], replicas: [], goodReplicas: 0, wantedReplicas: null, rebuild: null, since: null, needsAttention: level === 'critical' || level === 'degraded' } satisfies VolumeVerdict;
};
const volume = (name: string, fields: Record<string, unknown> = {}): unknown => server.put('longhorn.io.volume', `${ LS }/${ name }`, { status: { state: 'attached', robustness: 'healthy' }, ...fields });
const longhornNode = (name: string, ready: string, available: number): unknown => server.put('longhorn.io.node', `${ LS }/${ name }`, { status: { conditions: [{ type: 'Ready', status: ready }], diskStatus: { d: { diskUUID: `u-${ name }`, storageAvailable: available } } }, spec: { disks: { d: {} } } });

async function start(kinds = ['longhorn.io.volume', 'longhorn.io.replica', 'longhorn.io.engine', 'longhorn.io.node', 'longhorn.io.setting'] as const): Promise<void> {
  inventory.need(kinds);
  await settle(1000);
  judged.length = 0;
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  levels.clear();
  moments.clear();
  judged = [];
  server = new FakeSteve();
  for (const name of ['a', 'b', 'c']) {
    volume(name);
    server.put('longhorn.io.replica', `${ LS }/${ name }-r`, { spec: { volumeName: name, nodeID: name === 'c' ? 'n2' : 'n1' } });
  }
  longhornNode('n1', 'True', 1);
  longhornNode('n2', 'True', 1);
  inventory = createInventory(server.api, { openSocket: server.openSocket, origin: 'http://localhost' });
  health = createHealthIndex({ inventory, diagnose, now: Date.now });
});
afterEach(() => {
  health.dispose();
  inventory.dispose();
  vi.useRealTimers();
});

describe('createHealthIndex', () => {
  it('judges every volume and counts by level', async() => {
    levels.set('b', 'degraded');
    await start();
    expect(health.rollup().counts).toEqual({ critical: 0, degraded: 1, unknown: 0, transition: 0, stopped: 0, healthy: 2 });
    expect([...health.verdicts()].map(({ volumeName }) => volumeName).sort()).toEqual(['a', 'b', 'c']);
    expect(health.verdict('b')?.level).toBe('degraded');
  });

  it('pays one event with the diagnosis of one volume', async() => {
    await start();
    server.put('longhorn.io.replica', `${ LS }/a-r`, { spec: { volumeName: 'a', nodeID: 'n1', failedAt: 'x' } });
    server.put('longhorn.io.engine', `${ LS }/a-e`, { spec: { volumeName: 'a' } });
    await settle();
    expect(judged).toEqual(['a']);
  });

  it('judges both volumes when a replica changes hands, and both counts follow', async() => {
    await start();
    levels.set('a', 'critical');
    server.put('longhorn.io.replica', `${ LS }/a-r`, { spec: { volumeName: 'b', nodeID: 'n1' } });
    await settle();
    expect(judged.sort()).toEqual(['a', 'b']);
    expect(health.rollup().counts).toMatchObject({ critical: 1, healthy: 2 });
    expect(health.rollup().attention).toBe(1);
    server.remove('longhorn.io.volume', `${ LS }/a`);
    await settle();
    expect(health.rollup().attention).toBe(0);
  });

  it('judges the volumes of a node that goes down, and those in trouble anywhere', async() => {
    levels.set('c', 'degraded');
    await start();
    longhornNode('n1', 'False', 1);
    await settle();
    expect(judged.sort()).toEqual(['a', 'b', 'c']);
  });

  it('does not judge healthy volumes because a disk has other free space', async() => {
    levels.set('c', 'degraded');
    await start();
    longhornNode('n1', 'True', 2);
    await settle();
    expect(judged).toEqual(['c']);
  });

  it('judges all when a Longhorn setting changes, when a kind goes stale, and none when it only is written again', async() => {
    server.put('longhorn.io.setting', `${ LS }/x`, { value: '1' });
    await start();
    server.put('longhorn.io.setting', `${ LS }/x`, { value: '1' });
    await settle();
    expect(judged).toEqual([]);
    server.put('longhorn.io.setting', `${ LS }/x`, { value: '2' });
    await settle();
    expect(judged.sort()).toEqual(['a', 'b', 'c']);
    judged.length = 0;
    server.refusesSockets = true;
    server.dropSockets();
    await settle();
    expect(new Set(judged)).toEqual(new Set(['a', 'b', 'c']));
  });

  it('looks for room for those in trouble once, however many disks report other figures', async() => {
    levels.set('c', 'degraded');
    await start();
    for (let available = 2; available < 20; available++) {
      longhornNode('n1', 'True', available);
      longhornNode('n2', 'True', available);
      await settle();
    }
    expect(judged).toEqual(['c']);
    await settle(5000);
    health.tick();
    await settle();
    expect(judged).toEqual(['c', 'c']);
  });

  it('keeps the object of a verdict that says the same, and tells followers of each volume looked at', async() => {
    await start();
    const [first, told] = [health.verdict('a'), [] as string[]];
    const unfollow = health.follow((name) => told.push(name));

    volume('a');
    await settle();
    expect(judged).toEqual(['a']);
    expect(health.verdict('a')).toBe(first);
    levels.set('a', 'critical');
    volume('a');
    server.remove('longhorn.io.volume', `${ LS }/b`);
    await settle();
    expect(health.verdict('a')).not.toBe(first);
    expect(told.sort()).toEqual(['a', 'a', 'b']);
    unfollow();
    volume('a');
    await settle();
    expect(told).toHaveLength(3);
  });

  it('looks at a volume once while its kinds are being read, and again when they are', async() => {
    let release: () => void = () => undefined;

    server.beforePage = (kind) => (kind === 'longhorn.io.engine' ? new Promise<void>((resolve) => { release = resolve; }) : undefined);
    inventory.need(['longhorn.io.volume', 'longhorn.io.replica', 'longhorn.io.engine', 'longhorn.io.node']);
    await settle(1000);
    expect(judged.sort()).toEqual(['a', 'b', 'c']);
    server.put('longhorn.io.replica', `${ LS }/a-r2`, { spec: { volumeName: 'a', nodeID: 'n1' } });
    await settle(1000);
    expect(judged).toHaveLength(3);
    server.beforePage = null;
    release();
    await settle(1000);
    expect(judged.sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });

  it('drops the verdict of a volume that is gone', async() => {
    await start();
    server.remove('longhorn.io.volume', `${ LS }/a`);
    await settle();
    expect(health.verdict('a')).toBeUndefined();
    expect(health.rollup().counts.healthy).toBe(2);
    expect(health.history('a').firstSeenAt).toBeNull();
  });

  it('looks again when the moment a verdict names has come, and at restless ones every quarter minute', async() => {
    levels.set('a', 'degraded');
    moments.set('b', Date.now() + 5000);
    await start();
    health.tick();
    await settle();
    expect(judged).toEqual([]);
    await settle(4000);
    health.tick();
    await settle();
    expect(judged).toEqual(['b']);
    await settle(10_000);
    health.tick();
    await settle();
    expect(judged).toEqual(['b', 'a']);
  });

  it('gives the page its turn when there is much to do', async() => {
    health.dispose();
    health = createHealthIndex({ inventory, diagnose, now: Date.now, budget: -1 });
    await start();
    const before = health.version.value;

    server.put('longhorn.io.setting', `${ LS }/x`, { value: '2' });
    await settle(55);
    expect(judged).toHaveLength(1);
    await settle(500);
    expect(judged).toHaveLength(3);
    expect(health.version.value).toBe(before + 3);
  });

  it('remembers robustness changes and since when the state holds', async() => {
    await start();
    const seen = Date.now() - 1000;

    expect(health.history('a')).toMatchObject({ robustnessChanges: [], firstSeenAt: seen, stateSince: seen });
    await settle(5000);
    volume('a', { status: { state: 'attached', robustness: 'degraded' } });
    const degradedAt = Date.now();

    await settle(5000);
    volume('a', { status: { state: 'detached', robustness: 'unknown' } });
    expect(health.history('a')).toEqual({ robustnessChanges: [{ at: degradedAt, to: 'degraded' }], rebuildSamples: {}, firstSeenAt: seen, stateSince: Date.now() });
    volume('a', { status: { state: 'attached', robustness: 'degraded' } });
    expect(health.history('a').robustnessChanges).toHaveLength(1);
    volume('a', { status: { state: 'attached', robustness: 'healthy' } });
    expect(health.history('a').robustnessChanges.map(({ to }) => to)).toEqual(['degraded', 'healthy']);
  });

  it('lets go of changes that no rule looks back to, and keeps at most fifty', async() => {
    await start();
    for (let turn = 0; turn < 30; turn++) {
      volume('a', { status: { state: 'attached', robustness: 'degraded' } });
      await settle(1000);
      volume('a', { status: { state: 'attached', robustness: 'healthy' } });
      await settle(1000);
    }
    expect(health.history('a').robustnessChanges).toHaveLength(50);
    await settle(59 * 60_000);
    volume('a', { status: { state: 'attached', robustness: 'degraded' } });
    const at = Date.now();

    expect(health.history('a').robustnessChanges.every((change) => change.at > at - 3_600_000)).toBe(true);
    expect(health.history('a').robustnessChanges.length).toBeGreaterThan(20);
    await settle(3_600_000);
    volume('a', { status: { state: 'attached', robustness: 'healthy' } });
    expect(health.history('a').robustnessChanges).toEqual([{ at: Date.now(), to: 'healthy' }]);
  });

  it('samples a rebuild, begins anew when it restarts, and forgets when it ends', async() => {
    await start();
    const engine = (progress: number | null): void => {
      server.put('longhorn.io.engine', `${ LS }/a-e`, {
        spec: { volumeName: 'a', active: true },
        status: { currentReplicaAddressMap: { 'a-r': '10.0.0.1:10000' }, rebuildStatus: progress === null ? {} : { 'tcp://10.0.0.1:10000': { isRebuilding: true, progress, state: 'in_progress' } } }
      });
    };
    const percents = (): number[] => (health.history('a').rebuildSamples['a-r'] ?? []).map(({ percent }) => percent);

    for (const progress of [10, 10, 20]) {
      engine(progress);
      await settle(1000);
    }
    expect(percents()).toEqual([10, 20]);
    await settle(5000);
    engine(20);
    expect(percents()).toEqual([10, 20, 20]);
    engine(3);
    expect(percents()).toEqual([3]);
    engine(null);
    expect(health.history('a').rebuildSamples).toEqual({});
  });
});
