import { describe, expect, it } from 'vitest';
import type { VolumeVerdict } from '@/domain/health/types';
import { TABLE_ROWS } from '@/domain/testing/decision-table';
import type { HarvesterMinor } from '../../pkg/harvester-simulator/src/contract';
import { SCENARIOS } from '../../pkg/harvester-simulator/src/scenarios';
import { codesSeen, readScenario } from './read-scenario';
import type { Reading } from './read-scenario';
import { OLDER_ONLY, reachedRows, UNREACHED } from './row-coverage';

/**
 * The simulator and the verdicts are two readings of how Longhorn works, written apart. Here every scenario is read the
 * way the page reads it and must be called what its description says: for the newest version and one older in turn, so
 * that all are met; `ALL_VERSIONS=1` reads every scenario in every version.
 */
const OLDER: readonly HarvesterMinor[] = ['1.5', '1.6', '1.7', '1.8'];

interface Expected {
  /** The headline's; several where the pace decides. */
  readonly code: string | readonly string[];
  readonly phase?: string;
  readonly good?: string;
  /** Findings beside the headline, all of them. */
  readonly facts?: readonly string[];
  readonly params?: Readonly<Record<string, unknown>>;
  readonly needsAttention?: boolean;
}

/** What is expected of the volumes that are not at rest; every other one has to be healthy or stopped and complete. */
type Expectation = Readonly<Record<string, Expected>>;

const CALM: ReadonlySet<string> = new Set(['healthy', 'stopped-complete', 'never-used']);
const REBUILDING = { code: 'rebuilding', phase: 'rebuilding', good: '2/3', needsAttention: false } as const;
/** A stopped volume with a copy on the node that is down, and two in reach. */
const BEYOND_REACH = { code: 'stopped-unreachable', params: { nodes: 'harvester-3', count: 1 }, needsAttention: false } as const;
const GOLDEN_SHORT = { code: 'fewer-copies-at-creation', needsAttention: true } as const;
const NO_ROOM = ['no-place-after-wait'] as const;

/** v2 waits for a lost replica only with fast rebuild, which is off before Longhorn 1.10. */
const waits = (minor: HarvesterMinor): boolean => minor !== '1.5' && minor !== '1.6';
const lostOn = (minor: HarvesterMinor, code: string, facts: readonly string[] = [], blocked = code): Expected => waits(minor)
  ? { code, phase: 'waiting', good: '2/3', facts: [...facts, ...NO_ROOM], params: { node: 'harvester-3', hasPlace: 'no' }, needsAttention: true }
  : { code: blocked, phase: 'blocked', good: '2/3', facts: blocked === code ? facts : [code, ...facts], params: { node: 'harvester-3' }, needsAttention: true };

const EXPECTATIONS: Readonly<Record<string, (minor: HarvesterMinor) => Expectation>> = {
  default: (minor) => ({
    'ci-runner 0': { ...REBUILDING, facts: [] },
    'cache-1 0': { code: 'tags-missing', phase: 'blocked', good: '2/3', params: { tags: 'fast' } },
    'ledger 0': waits(minor) ? { code: 'disk-missing', phase: 'waiting', good: '1/2', facts: [...NO_ROOM, 'last-good-copy'], params: { node: 'harvester-3' } } : { code: 'tags-missing', phase: 'blocked', good: '1/2' }
  }),
  healthy: () => ({}),
  empty: () => ({}),
  'single-node': () => ({ 'edge-1 0': { code: 'too-few-nodes', phase: 'by-design', good: '1/3', facts: ['last-good-copy'] }, 'image-ubuntu': { ...GOLDEN_SHORT, good: '1/3' } }),
  'two-nodes-witness': () => ({}),
  'v2-off': () => ({}),
  'no-v2-class': () => ({}),
  'no-v2-disks': () => ({}),
  'too-few-v2-nodes': () => ({ 'app 0': { code: 'too-few-nodes-with-disks', phase: 'by-design', good: '2/3', facts: [], params: { node: 'harvester-3', nodes: 2, engine: 'v2' } }, 'image-ubuntu': { ...GOLDEN_SHORT, good: '2/3' } }),
  tags: () => ({ 'cache 0': { code: 'tags-missing', phase: 'blocked', good: '2/3', facts: [], params: { node: 'harvester-3', tags: 'fast' } } }),
  'two-copies-one-node': () => ({ 'app 0': { code: 'healthy', good: '3/3', facts: ['two-copies-on-one-node'] }, 'image-ubuntu': { code: 'stopped-complete', facts: ['two-copies-on-one-node'] } }),
  // Disks report their health since Longhorn 1.11.
  'smart-warning': (minor): Expectation => minor === '1.9' ? { 'app 0': { code: 'healthy', good: '3/3', facts: ['disk-smart-warning'], needsAttention: false }, 'image-ubuntu': { code: 'stopped-complete', facts: ['disk-smart-warning'] } } : {},
  // An instance manager is not scheduled without its huge pages: the golden image found two nodes.
  'no-hugepages': () => ({ 'image-ubuntu': { ...GOLDEN_SHORT, good: '2/3' } }),
  'node-down-waiting': () => ({
    'app 0': { code: 'node-down-waiting', phase: 'waiting', good: '2/3', facts: [], params: { hasPlace: 'yes' }, needsAttention: true }
  }),
  // Longhorn joins its reasons with another mark since 1.10.
  'node-down-blocked': (minor): Expectation => ({ 'app 0': { code: 'node-down-blocked', phase: 'blocked', good: '2/3', facts: [], params: { node: 'harvester-3', message: `precheck new replica failed${waits(minor) ? ': ' : ';'}disks are unavailable` } }, 'image-ubuntu': BEYOND_REACH }),
  'copy-discarded': () => ({ 'app 0': { code: 'place-not-ready', phase: 'blocked', good: '2/3', facts: ['copy-discarded'], params: { node: 'harvester-3' } }, 'image-ubuntu': BEYOND_REACH }),
  'manager-down': () => ({}),
  rebuilding: () => ({ 'app 0': { ...REBUILDING, facts: [], params: { node: 'harvester-2', hasSource: 'yes' } } }),
  // A limit of one's own came with Longhorn 1.10.
  'rebuild-limited': (minor): Expectation => ({ 'app 0': !waits(minor) ? REBUILDING : { ...REBUILDING, code: 'rebuilding-capped', params: { cap: 25 } } }),
  'rebuild-queued': () => ({
    'app-1 0': { ...REBUILDING, facts: [], params: { node: 'harvester-3' } },
    'app-2 0': { code: 'rebuild-queued', phase: 'queued', good: '2/3', facts: [], params: { node: 'harvester-3', running: 1, limit: 1 }, needsAttention: false },
    'app-3 0': { code: 'rebuild-queued', phase: 'queued', good: '2/3', facts: [], params: { node: 'harvester-3', running: 1, limit: 1 }, needsAttention: false }
  }),
  stuck: () => ({ 'app 0': { code: 'rebuild-not-progressing', phase: 'stuck', good: '2/3', facts: ['rebuilding'], needsAttention: true } }),
  'rebuild-retrying': () => ({ 'app 0': { code: 'rebuild-retrying', good: '2/3', params: { tries: 1, limit: 5 } } }),
  flapping: () => ({ 'app 0': { code: 'flapping', phase: 'flapping', good: '2/3', needsAttention: true } }),
  'instance-manager-down': (minor) => ({ 'app 0': lostOn(minor, 'instance-manager-down', ['disk-service-down'], 'engine-not-ready') }),
  'disk-pulled': (minor) => ({ 'app 0': lostOn(minor, 'disk-missing') }),
  'disk-replaced': (minor) => ({ 'app 0': lostOn(minor, 'disk-replaced') }),
  'disk-full': () => ({ 'app 0': { code: 'disk-pressure', phase: 'blocked', good: '2/3', params: { node: 'harvester-3', which: 'free' } } }),
  // On 1.9 the disk is a clone that is grown afterwards; the simulated growth does not ask the disks.
  'no-space': () => ({ 'app 0': { code: 'insufficient-storage', phase: 'blocked', good: '2/3', params: { node: 'harvester-3', which: 'allocatable' } } }),
  'label-off': () => ({ 'app 0': { code: 'v2-disabled-by-label', phase: 'blocked', good: '2/3', params: { node: 'harvester-3' } } }),
  'scheduling-off': () => ({ 'app 0': { code: 'scheduling-off', phase: 'blocked', good: '2/3', params: { node: 'harvester-3', hasDisk: 'no' } } }),
  cordoned: () => ({ 'app 0': { code: 'node-cordoned', phase: 'blocked', good: '2/3', params: { node: 'harvester-3' } } }),
  'rebuild-off': () => ({ 'app 0': { code: 'rebuild-off', phase: 'paused', good: '2/3', needsAttention: true } }),
  'old-warning': () => ({ 'app 0': { code: 'healthy', good: '3/3', facts: ['old-scheduling-warning'], needsAttention: false } }),
  'stopped-incomplete': () => ({ 'app 0': { code: 'stopped-incomplete', good: '2/3', facts: [], params: { offline: 'no' } } }),
  'stopped-unplaced': () => ({ 'app 0': { code: 'fewer-copies-at-creation', params: { placed: 2 } }, 'image-ubuntu': { ...GOLDEN_SHORT, good: '2/3' } }),
  // Longhorn 1.8 rebuilds nothing that is stopped.
  'offline-rebuild': (minor): Expectation => ({ 'app 0': minor === '1.5' ? { code: 'stopped-incomplete', good: '2/3' } : { ...REBUILDING, facts: ['offline-rebuilding'] } }),
  faulted: () => ({ 'app 0': { code: 'salvage-available', good: '0/3', facts: [], params: { replicas: 3 } } }),
  'faulted-nodes-down': () => ({ 'app 0': { code: 'copies-on-down-nodes', good: '0/2', params: { count: 2 } } }),
  salvage: () => ({ 'app 0': { code: 'healthy', good: '3/3', facts: ['restart-after-salvage'], needsAttention: true } }),
  'engine-crashed': () => ({ 'app 0': { code: 'engine-crashed', facts: [], needsAttention: true } }),
  'engine-node-down': () => ({ 'app 0': { code: 'node-down-unknown', params: { node: 'harvester-1' } }, 'image-ubuntu': { ...BEYOND_REACH, params: { nodes: 'harvester-1' } } }),
  migrating: () => ({ 'app 0': { code: 'healthy', good: '3/3', facts: ['migrating'], needsAttention: false } }),
  evicting: () => ({ 'app 0': { code: 'healthy', good: '3/3', facts: ['evicting-copy'], needsAttention: false } }),
  'eviction-stuck': () => ({ 'app 0': { code: 'healthy', good: '3/3', facts: ['eviction-stuck'], needsAttention: true } }),
  'attach-stuck': () => ({ 'app 0': { code: 'node-without-v2', phase: 'blocked', params: { node: 'harvester-4', why: 'label' } } }),
  cloning: () => ({}),
  purging: () => ({ 'app 0': { code: 'flapping', facts: ['purging-before-rebuild'], good: '2/3' } }),
  'manager-down-copy-lost': (minor) => ({ 'app 0': { code: 'manager-down', phase: waits(minor) ? 'waiting' : 'blocked', good: '2/3', params: { node: 'harvester-3' }, needsAttention: true } }),
  'disk-removed': () => ({ 'app 0': { code: 'disk-removed', good: '2/3', params: { node: 'harvester-3' }, needsAttention: true }, 'image-ubuntu': BEYOND_REACH }),
  'place-evicting': () => ({ 'app 0': { code: 'place-being-evicted', phase: 'blocked', good: '2/3', params: { node: 'harvester-3' } } }),
  'nodes-unavailable': () => ({ 'app 0': { code: 'node-cordoned', phase: 'blocked', good: '2/3', facts: ['no-node-accepts', 'copy-discarded'] } }),
  'no-local-copy': () => ({ 'app 0': { code: 'healthy', good: '3/3', facts: ['no-local-copy'], needsAttention: false } }),
  'fast-rebuild-off': () => ({ 'app 0': REBUILDING }),
  'linked-clone-stuck': (minor) => ({ 'app 0': { code: ['place-being-evicted', 'node-cordoned'], good: '2/3' }, clone: { code: minor === '1.9' ? 'linked-clone-blocked' : ['place-being-evicted', 'node-cordoned'], good: '2/3' } }),
  'legacy-linked-clone': (minor): Expectation => minor === '1.9' ? { 'app 0': { code: 'legacy-clone', phase: 'blocked', good: '2/3', needsAttention: true } } : {},
  'migrating-degraded': () => ({ 'app 0': { code: 'rebuild-paused-migration', phase: 'paused', good: '2/3', facts: ['migrating'], needsAttention: false } }),
  'migration-waits': () => ({ 'app 0': { ...REBUILDING, facts: ['migration-waits-for-rebuild', 'migrating'] } }),
  'migration-waits-for-node': () => ({ 'app 0': { code: 'healthy', good: '3/3', facts: ['migration-waits-for-node'], needsAttention: true } }),
  'held-from-longhorn-ui': () => ({ 'app 0': { code: 'healthy', good: '3/3', facts: ['held-by-other-node', 'attached-by-hand'], needsAttention: true } }),
  'copy-start-waits': () => ({ 'app 0': { code: 'attach-waits-for-manager', facts: ['waiting-for-copy-start'], needsAttention: true } }),
  unplaceable: () => ({ archive: { code: 'cannot-attach', phase: 'blocked', good: '0/3', needsAttention: true } }),
  'orphaned-data': () => ({ 'app 0': { code: 'healthy', good: '3/3', needsAttention: false } }),
  'too-many-snapshots': () => ({ 'app 0': { code: 'healthy', good: '3/3', facts: ['too-many-snapshots'], needsAttention: false } }),
  'engine-switched-off': () => ({ 'app 0': { code: 'stopped-complete', facts: ['v2-engine-off'], needsAttention: true }, 'image-ubuntu': { code: 'stopped-complete', facts: ['v2-engine-off'] } }),
  // Longhorn 1.8 rebuilds nothing that is stopped.
  'offline-rebuild-blocked': (minor) => ({ 'app 0': minor === '1.5' ? { code: 'stopped-incomplete', good: '2/3', needsAttention: false } : { code: 'offline-rebuild-stuck', phase: 'stuck', good: '2/3', needsAttention: true } }),
  'faulted-disks-full': () => ({ 'app 0': { code: 'salvage-disk-unschedulable', good: '0/3', needsAttention: true } }),
  'data-lost': () => ({ 'app 0': { code: 'no-copy-reachable', good: '0/3', needsAttention: true } }),
  restoring: () => ({ restored: { code: 'restoring', needsAttention: false } }),
  standby: () => ({ restored: { code: 'standby', good: '3/3', needsAttention: false } }),
  'restore-failed': () => ({ restored: { code: 'restore-failed', good: '0/3', needsAttention: true } })
};

const LEVEL_OF: Readonly<Record<string, string>> = {
  healthy: 'healthy', 'stopped-incomplete': 'stopped', 'stopped-complete': 'stopped', 'stopped-unreachable': 'stopped', 'fewer-copies-at-creation': 'stopped',
  'salvage-available': 'critical', 'copies-on-down-nodes': 'critical', 'engine-crashed': 'critical', 'node-down-unknown': 'unknown', 'node-without-v2': 'transition',
  'attach-waits-for-manager': 'transition', 'cannot-attach': 'stopped', 'offline-rebuild-stuck': 'stopped', 'salvage-disk-unschedulable': 'critical', 'no-copy-reachable': 'critical',
  'restore-failed': 'critical', restoring: 'transition', standby: 'healthy'
};

/** Codes that say "I don't know why": two readings that agree never need them. */
const CLUELESS = ['robustness-unknown', 'degraded-unexplained', 'blocked-other', 'faulted', 'state-unknown', 'engine-missing', 'replicas-missing', 'modes-missing', 'replica-not-adopted', 'stale-engine-entry'];

function codesOf(verdict: VolumeVerdict): readonly string[] {
  return [verdict.headline.code, ...verdict.facts.map((fact) => fact.code)];
}

function describeVerdict(verdict: VolumeVerdict): string {
  return `${verdict.level} ${codesOf(verdict).join(', ')} ${String(verdict.goodReplicas)}/${String(verdict.wantedReplicas)}`;
}

function hold(verdict: VolumeVerdict, expected: Expected): void {
  expect([expected.code].flat(), describeVerdict(verdict)).toContain(verdict.headline.code);
  expect(verdict.level).toBe(LEVEL_OF[verdict.headline.code] ?? 'degraded');
  if (expected.phase !== undefined) expect(verdict.phase).toBe(expected.phase);
  if (expected.good !== undefined) expect(`${String(verdict.goodReplicas)}/${String(verdict.wantedReplicas)}`).toBe(expected.good);
  if (expected.facts !== undefined) expect(verdict.facts.map((fact) => fact.code)).toEqual(expected.facts);
  if (expected.needsAttention !== undefined) expect(verdict.needsAttention).toBe(expected.needsAttention);
  expect(verdict.headline.params).toMatchObject(expected.params ?? {});
}

const isInTurn = (index: number, turn: number): boolean => process.env['ALL_VERSIONS'] === '1' || turn === index % OLDER.length;
const cases = Object.keys(EXPECTATIONS).flatMap((name, index) => [...OLDER.filter((_minor, turn) => isInTurn(index, turn)), '1.9' as const].map((minor) => [name, minor] as const));
const ran = new Set<string>();

describe('the verdicts on the simulator’s scenarios', () => {
  it('has an expectation of every scenario', () => {
    expect([...Object.keys(EXPECTATIONS), 'fifty-nodes'].sort()).toEqual(Object.keys(SCENARIOS).sort());
  });

  it.each(cases)('%s, Harvester %s', { timeout: 30_000 }, (name, minor) => {
    ran.add(`${name} ${minor}`);
    const { verdicts } = readScenario(name, minor);
    const expected = EXPECTATIONS[name]?.(minor) ?? {};
    expect([...verdicts.keys()]).toEqual(expect.arrayContaining(Object.keys(expected)));
    for (const [label, verdict] of verdicts) {
      expect(codesOf(verdict).filter((code) => CLUELESS.includes(code)), label).toEqual([]);
      const wanted = expected[label];
      if (wanted !== undefined) hold(verdict, wanted);
      else if (name !== 'cloning') expect(CALM.has(verdict.headline.code) || BEYOND_REACH.code === verdict.headline.code, `${label}: ${describeVerdict(verdict)}`).toBe(true);
    }
  });

  const only = (reading: Reading, label: string): VolumeVerdict => {
    const found = reading.verdicts.get(label);
    if (found === undefined) throw new Error(`no volume ${label}`);
    return found;
  };

  it('counts a rebuild up and ends it', { timeout: 60_000 }, () => {
    const early = only(readScenario('rebuilding', '1.9'), 'app 0');
    const later = only(readScenario('rebuilding', '1.9', (cluster) => { cluster.clock.advance(30_000); }), 'app 0');
    const after = only(readScenario('rebuilding', '1.9', (cluster) => { cluster.clock.advance(600_000); }), 'app 0');
    expect(later.rebuild?.percent).toBeGreaterThan(early.rebuild?.percent ?? 100);
    expect(after).toMatchObject({ level: 'healthy', goodReplicas: 3, rebuild: null });
  });

  it('keeps its word: what it said of the place after the wait is what Longhorn does', { timeout: 60_000 }, () => {
    const waiting = only(readScenario('node-down-waiting', '1.9'), 'app 0');
    expect(waiting.headline.params['hasPlace']).toBe('yes');
    const nextAt = Number(waiting.headline.params['nextAt']);
    const after = only(readScenario('node-down-waiting', '1.9', (cluster) => { cluster.clock.advance(nextAt - cluster.clock.now() + 30_000); }), 'app 0');
    expect(['rebuilding', 'healthy']).toContain(after.headline.code);
    const pulled = only(readScenario('disk-pulled', '1.9'), 'app 0');
    expect(pulled.headline.params['hasPlace']).toBe('no');
    const blocked = only(readScenario('disk-pulled', '1.9', (cluster) => { cluster.clock.advance(Number(pulled.headline.params['nextAt']) - cluster.clock.now() + 60_000); }), 'app 0');
    expect(blocked).toMatchObject({ level: 'degraded', phase: 'blocked', needsAttention: true });
  });

  it('calls a clone what it is until it is whole', () => {
    const [during] = [...readScenario('cloning', '1.9').verdicts.values()].filter((verdict) => !CALM.has(verdict.headline.code));
    expect(during).toMatchObject({ level: 'transition', needsAttention: false, headline: { code: 'cloning' } });
    const after = only(readScenario('cloning', '1.9', (cluster) => { cluster.clock.advance(1_200_000); }), 'desktop 0');
    expect(after).toMatchObject({ level: 'healthy', goodReplicas: 3 });
  });

  it('finds the lost node in a thousand volumes on fifty nodes, and nothing else', { timeout: 60_000 }, () => {
    const { verdicts, cluster } = readScenario('fifty-nodes', '1.9');
    expect(verdicts.size).toBe(1000);
    const codes = new Map<string, number>();
    for (const verdict of verdicts.values()) codes.set(verdict.headline.code, (codes.get(verdict.headline.code) ?? 0) + 1);
    const volumes = cluster.store.list('longhorn.io.volume').map((volume) => `${String(volume.status?.['state'])} ${String(volume.status?.['robustness'])}`);
    expect(codes.get('healthy')).toBe(volumes.filter((state) => state === 'attached healthy').length);
    expect([...codes.keys()].filter((code) => !['healthy', 'stopped-complete', 'stopped-unreachable', 'node-down-waiting', 'node-down-unknown'].includes(code))).toEqual([]);
    expect(codes.get('node-down-unknown')).toBe(volumes.filter((state) => state === 'attached unknown').length);
    for (const verdict of verdicts.values()) if (verdict.headline.code === 'node-down-waiting') expect(verdict.headline.params).toMatchObject({ node: 'node-07', hasPlace: 'yes' });
  });

  it('reaches each row of the decision table, but for those that it says why it cannot', ({ skip }) => {
    // Nothing is known of the rows while some scenarios were left out.
    if (ran.size < cases.length) skip();
    const reached = reachedRows(codesSeen);
    const unreached = Object.keys(UNREACHED).filter((row) => !(OLDER_ONLY.has(row) && process.env['ALL_VERSIONS'] === '1'));
    expect(unreached.filter((row) => reached.has(row)), 'reached after all').toEqual([]);
    expect(TABLE_ROWS.filter((row) => !reached.has(row) && !unreached.includes(row)), 'neither reached nor explained').toEqual([]);
  });
});
