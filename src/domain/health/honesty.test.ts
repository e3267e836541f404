import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadStatus } from '../kube/kinds';
import type { RawObject } from '../kube/types';
import { history, KINDS, statuses, world } from '../testing/random-worlds';
import type { KindName } from '../testing/random-worlds';
import { NOW, VOLUME } from '../testing/raw-objects';
import { kindOfRaw, rawCluster } from '../testing/raw-cluster';
import { deleteReplica } from './actions';
import { diagnosisCatalogue } from './catalogue';
import { diagnoseVolume } from './diagnose';
import type { Level, VolumeVerdict } from './types';

/** More with HONESTY_RUNS=50000; the same again with HONESTY_SEED, which a failure names. */
const RUNS = Number(process.env.HONESTY_RUNS ?? 1500);
const SEED = process.env.HONESTY_SEED === undefined ? {} : { seed: Number(process.env.HONESTY_SEED) };

const check = (property: fc.IRawProperty<unknown>) => { fc.assert(property as fc.IProperty<unknown>, { numRuns: RUNS, ...SEED }); };
const TIMEOUT = 30_000 + RUNS * 40;
const RANK: Readonly<Record<Level, number>> = { critical: 0, degraded: 1, unknown: 2, transition: 3, stopped: 4, healthy: 5 };
const paramsByCode = new Map(diagnosisCatalogue.map((entry) => [entry.code, entry.params]));

/** The same cluster as somebody sees it who cannot read these kinds: their objects are not there. */
function without(objects: readonly RawObject[], hidden: readonly KindName[]): readonly RawObject[] {
  return objects.filter((raw) => !hidden.includes(kindOfRaw(raw) as KindName));
}

/**
 * Neither a better level, nor nobody asked where somebody was: `unknown` speaks for itself. Of stopped volumes only the
 * level is held: their proof is their own objects, and what is out of reach shows in those of nodes.
 */
function expectNotCalmer(before: VolumeVerdict, after: VolumeVerdict): void {
  const words = `${before.level} ${before.headline.code} became ${after.level} ${after.headline.code}`;
  expect(after.level === 'unknown' || RANK[after.level] <= RANK[before.level], words).toBe(true);
  if (before.level !== 'stopped' && before.headline.needsHelp === true) expect(after.needsAttention || after.level === 'unknown', `${words}, and asks nobody`).toBe(true);
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
      expectNotCalmer(diagnoseVolume(rawCluster(objects), VOLUME, NOW, seen), diagnoseVolume(rawCluster(without(objects, hidden), { status: Object.fromEntries(hidden.map((kind) => [kind, status])) }), VOLUME, NOW, seen));
    }));
  }, TIMEOUT);

  it('never becomes calmer when the feed goes down', () => {
    check(fc.property(world, history, fc.uniqueArray(fc.constantFrom(...KINDS), { minLength: 1 }), (objects, seen, stale) => {
      expectNotCalmer(diagnoseVolume(rawCluster(objects), VOLUME, NOW, seen), diagnoseVolume(rawCluster(objects, { status: Object.fromEntries(stale.map((kind) => [kind, 'stale' as const])) }), VOLUME, NOW, seen));
    }));
  }, TIMEOUT);
});
