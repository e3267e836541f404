import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadStatus } from '../kube/kinds';
import type { RawObject } from '../kube/types';
import { ago, NOW, rawCondition, rawEngine, rawFrontend, rawInfrastructure, rawNode, rawReplica, rawVolume, VOLUME } from '../testing/raw-objects';
import { kindOfRaw, rawCluster } from '../testing/raw-cluster';
import { deleteReplica } from './actions';
import { diagnosisCatalogue } from './catalogue';
import { diagnoseVolume } from './diagnose';
import type { Level, VolumeHistory } from './types';

/** Random worlds: parts missing, forbidden, stale and contradicting each other. More with HONESTY_RUNS=50000. */
const RUNS = Number(process.env.HONESTY_RUNS ?? 1500);

const time = fc.constantFrom('', ago(10), ago(120), ago(700), ago(90_000), 'nonsense', ago(-60));
const mode = fc.constantFrom('RW', 'RW', 'RW', 'WO', 'ERR', 'odd');
const bool = fc.boolean();

const replica = (index: number) => fc.record({
  spec: fc.record({
    failedAt: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, time), lastFailedAt: time, healthyAt: fc.oneof({ weight: 3, arbitrary: fc.constant(ago(80_000)) }, time), lastHealthyAt: time,
    active: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, bool), evictionRequested: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, bool), rebuildRetryCount: fc.constantFrom(0, 0, 1, 5),
    nodeID: fc.constantFrom(`node-${String(index)}`, `node-${String(index)}`, 'node-1', '', 'node-9'), desireState: fc.constantFrom('running', 'stopped')
  }),
  status: fc.record({ currentState: fc.constantFrom('running', 'running', 'stopped', 'error', 'starting', 'unknown', ''), conditions: fc.constantFrom([], [rawCondition('RebuildFailed', true, 'General', 'x')]) })
}).map((own) => rawReplica(index, own));

const volume = fc.record({
  metadata: fc.constantFrom({}, {}, {}, { deletionTimestamp: ago(30) }),
  spec: fc.record({ numberOfReplicas: fc.constantFrom(3, 3, 3, 2, 1, 0, '3', null), migrationNodeID: fc.constantFrom('', '', 'node-2'), Standby: fc.constantFrom(false, false, true), dataLayout: fc.constantFrom({}, {}, { type: 'sharded' }) }),
  status: fc.record({
    state: fc.constantFrom('attached', 'attached', 'attached', 'detached', 'detached', 'attaching', 'detaching', 'creating', '', 'odd'),
    robustness: fc.constantFrom('healthy', 'healthy', 'degraded', 'faulted', 'unknown', '', 'odd'),
    lastDegradedAt: time, restoreRequired: fc.constantFrom(false, false, true),
    cloneStatus: fc.constantFrom({}, {}, { state: 'initiated' }, { state: 'failed' }),
    conditions: fc.constantFrom([], [rawCondition('Scheduled', true)], [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'precheck new replica failed: disks are unavailable')])
  })
}).map((own) => rawVolume(own));

const engine = fc.record({ modes: fc.dictionary(fc.constantFrom('1', '2', '3', '4'), mode), state: fc.constantFrom('running', 'running', 'running', 'stopped', 'unknown', 'error'), active: fc.constantFrom(true, true, true, false), isNulled: fc.constantFrom(false, false, false, true) })
  .map(({ modes, state, active, isNulled }) => rawEngine(modes as Record<number, string>, { spec: { active }, status: { currentState: state, ...(isNulled ? { replicaModeMap: null } : {}) } }));

const node = (index: number) => fc.record({
  conditions: fc.constantFrom(undefined, undefined, [rawCondition('Ready', false, 'KubernetesNodeNotReady'), rawCondition('Schedulable', true)], []),
  disk: fc.constantFrom(undefined, undefined, null, { status: { storageScheduled: 2 ** 41 } }, { spec: { allowScheduling: false } })
}, { requiredKeys: [] }).map((own) => rawNode(index, { ...(own.conditions === undefined ? {} : { conditions: own.conditions }), ...(own.disk === undefined ? {} : { disk: own.disk }) }));

const world = fc.record({
  volume, engine,
  replicas: fc.tuple(replica(1), replica(2), replica(3), fc.option(replica(4), { nil: null })),
  nodes: fc.tuple(node(1), node(2), node(3)),
  dropped: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 3 })
}).map((parts) => {
  const base = rawInfrastructure().filter((raw) => raw.kind !== 'Node' || raw.apiVersion === 'v1');
  const objects: RawObject[] = [parts.volume, parts.engine, rawFrontend(), ...parts.replicas.filter((item): item is RawObject => item !== null), ...parts.nodes];
  return [...base, ...objects.filter((_, index) => !parts.dropped.includes(index) || index === 0)];
});

const STATUSES: readonly ReadStatus[] = ['ready', 'ready', 'ready', 'ready', 'ready', 'stale', 'forbidden', 'absent', 'loading', 'failed', 'unread'];
const KINDS = ['longhorn.io.volume', 'longhorn.io.engine', 'longhorn.io.replica', 'longhorn.io.node', 'longhorn.io.setting', 'longhorn.io.instancemanager', 'longhorn.io.volumeattachment', 'longhorn.io.enginefrontend', 'node'] as const;
type KindName = (typeof KINDS)[number];
const statuses = fc.record(Object.fromEntries(KINDS.map((kind) => [kind, fc.constantFrom(...STATUSES)]))) as fc.Arbitrary<Record<KindName, ReadStatus>>;
const history: fc.Arbitrary<VolumeHistory | undefined> = fc.option(fc.record({
  robustnessChanges: fc.array(fc.record({ at: fc.integer({ min: NOW - 4_000_000, max: NOW }), to: fc.constantFrom('healthy', 'degraded') }), { maxLength: 4 }),
  rebuildSamples: fc.constant({}), stateSince: fc.constantFrom(null, NOW - 1000, NOW - 700_000), firstSeenAt: fc.constant(NOW - 800_000)
}), { nil: undefined });

const check = (property: fc.IRawProperty<unknown>) => { fc.assert(property as fc.IProperty<unknown>, { numRuns: RUNS }); };
const TIMEOUT = 30_000 + RUNS * 40;
const RANK: Readonly<Record<Level, number>> = { critical: 0, degraded: 1, unknown: 2, transition: 3, stopped: 4, healthy: 5 };
const paramsByCode = new Map(diagnosisCatalogue.map((entry) => [entry.code, entry.params]));

/** The same cluster as somebody sees it who cannot read these kinds: their objects are not there. */
function without(objects: readonly RawObject[], hidden: readonly KindName[]): readonly RawObject[] {
  return objects.filter((raw) => !hidden.includes(kindOfRaw(raw) as KindName));
}

describe('honesty, in random worlds', () => {
  it('never throws, always says something in known words, and proves it', () => {
    check(fc.property(world, statuses, history, (objects, status, seen) => {
      const verdict = diagnoseVolume(rawCluster(objects, { status }), VOLUME, NOW, seen);
      for (const finding of [verdict.headline, ...verdict.facts]) {
        expect(finding.evidence.length).toBeGreaterThan(0);
        const known = paramsByCode.get(finding.code);
        expect(known).toBeDefined();
        for (const name of known ?? []) expect(finding.params[name], `${finding.code}.${name}`).toBeDefined();
      }
      expect(verdict.headline.level).toBe(verdict.level);
    }));
  }, TIMEOUT);

  it('is healthy only when volume, engine and replicas were read, are fresh and agree', () => {
    check(fc.property(world, statuses, history, (objects, status, seen) => {
      const view = rawCluster(objects, { status });
      const verdict = diagnoseVolume(view, VOLUME, NOW, seen);
      if (verdict.level !== 'healthy') return;
      for (const kind of ['longhorn.io.volume', 'longhorn.io.engine'] as const) expect(status[kind]).toBe('ready');
      const record = view.get('longhorn.io.volume', `longhorn-system/${VOLUME}`);
      expect(record).toMatchObject({ state: 'attached', robustness: 'healthy' });
      if (record?.dataLayout === 'sharded') return;
      expect(status['longhorn.io.replica']).toBe('ready');
      const modes = Object.entries(view.enginesOfVolume(VOLUME).find((item) => item.isActive && item.currentState === 'running')?.replicaModeMap ?? {});
      const proven = modes.filter(([name, state]) => state === 'RW' && view.get('longhorn.io.replica', `longhorn-system/${name}`)?.failedAt === null);
      expect(proven.length).toBeGreaterThanOrEqual(record?.numberOfReplicas ?? Infinity);
    }));
  }, TIMEOUT);

  it('is never degraded when detached or faulted, and stopped only with a live view of its replicas', () => {
    check(fc.property(world, statuses, history, (objects, status, seen) => {
      const view = rawCluster(objects, { status });
      const { level } = diagnoseVolume(view, VOLUME, NOW, seen);
      const record = view.get('longhorn.io.volume', `longhorn-system/${VOLUME}`);
      if (record?.state === 'detached' || record?.robustness === 'faulted') expect(level).not.toBe('degraded');
      if (level === 'stopped') expect([status['longhorn.io.volume'], status['longhorn.io.replica']]).toEqual(['ready', 'ready']);
    }));
  }, TIMEOUT);

  it('never offers to delete a replica when fewer than one proven good copy could be left', () => {
    check(fc.property(world, statuses, (objects, status) => {
      const view = rawCluster(objects, { status });
      const verdict = diagnoseVolume(view, VOLUME, NOW);
      for (const candidate of verdict.replicas) {
        if (deleteReplica(VOLUME, candidate.name).validate(view, verdict) !== null) continue;
        expect([status['longhorn.io.volume'], status['longhorn.io.replica'], status['longhorn.io.engine'], status['longhorn.io.node']]).toEqual(['ready', 'ready', 'ready', 'ready']);
        expect(view.get('longhorn.io.volume', `longhorn-system/${VOLUME}`)).toMatchObject({ state: 'attached' });
        const left = verdict.replicas.filter((other) => other.name !== candidate.name && other.isGood && view.get('longhorn.io.replica', `longhorn-system/${other.name}`)?.failedAt === null);
        expect(left.length).toBeGreaterThanOrEqual(candidate.isGood ? 2 : 1);
      }
    }));
  }, TIMEOUT);

  it('never becomes calmer when something can no longer be read', () => {
    check(fc.property(world, history, fc.uniqueArray(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 4 }), fc.constantFrom<ReadStatus>('forbidden', 'absent', 'loading', 'failed', 'unread'), (objects, seen, hidden, status) => {
      const before = diagnoseVolume(rawCluster(objects), VOLUME, NOW, seen).level;
      const after = diagnoseVolume(rawCluster(without(objects, hidden), { status: Object.fromEntries(hidden.map((kind) => [kind, status])) }), VOLUME, NOW, seen).level;
      expect(after === 'unknown' || RANK[after] <= RANK[before], `${before} became ${after}`).toBe(true);
    }));
  }, TIMEOUT);

  it('never becomes calmer when the feed goes down', () => {
    check(fc.property(world, history, fc.uniqueArray(fc.constantFrom(...KINDS), { minLength: 1 }), (objects, seen, stale) => {
      const before = diagnoseVolume(rawCluster(objects), VOLUME, NOW, seen).level;
      const after = diagnoseVolume(rawCluster(objects, { status: Object.fromEntries(stale.map((kind) => [kind, 'stale' as const])) }), VOLUME, NOW, seen).level;
      expect(after === 'unknown' || RANK[after] <= RANK[before], `${before} became ${after}`).toBe(true);
    }));
  }, TIMEOUT);
});
