import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rawCluster } from '@/domain/testing/raw-cluster';
import type { DegradedPhase, Level, VolumeVerdict } from '@/domain/health/types';
import { COLUMNS, FACETS, parseQuery, type RowQuery } from './query';
import { buildRow, TILES, type HealthRow } from './row';
import { RowModel, type RowSource } from './rows';

const view = rawCluster([]);
const LEVELS: readonly Level[] = ['critical', 'degraded', 'unknown', 'transition', 'stopped', 'healthy'];
const PHASES: readonly (DegradedPhase | null)[] = ['rebuilding', 'waiting', 'blocked', 'stuck', null];

function verdict(name: string, seed: number): VolumeVerdict {
  const level = LEVELS[seed % LEVELS.length] ?? 'healthy';

  return {
    volumeName: name, level, phase: level === 'degraded' ? (PHASES[seed % PHASES.length] ?? null) : null,
    headline: { code: `code-${String(seed % 4)}`, level, phase: null, params: {}, evidence: [] }, facts: [], replicas: [],
    goodReplicas: seed % 4, wantedReplicas: 3, rebuild: null, since: seed % 3 === 0 ? null : seed * 1000, needsAttention: seed % 2 === 0
  };
}

/** A source over a map of verdicts, its rows given an engine and a node by their seed. */
function sourceOf(verdicts: ReadonlyMap<string, VolumeVerdict>): RowSource {
  return {
    names: () => verdicts.keys(),
    verdict: (name) => verdicts.get(name),
    build: (entry): HealthRow => ({ ...buildRow(view, entry), engine: entry.goodReplicas % 2 ? 'v1' : 'v2', node: `node-${String(entry.goodReplicas)}`, hosts: [`node-${String(entry.goodReplicas)}`, `node-${String(entry.goodReplicas + 1)}`] }),
    isCurrent: (row, entry) => row.verdict === entry
  };
}

function ids(model: RowModel): readonly string[] {
  return model.list.map((entry) => entry.row.id);
}

const queries: fc.Arbitrary<RowQuery> = fc.record({
  q: fc.constantFrom('', 'pvc-1', 'code-2', '3'), state: fc.subarray([...TILES]).map((tiles) => tiles.join()), engine: fc.constantFrom('', 'v1', 'v1,v2'), node: fc.constantFrom('', 'node-2', 'node-1,node-4'),
  attention: fc.constantFrom('', '1'), sort: fc.constantFrom(...COLUMNS, ...COLUMNS.map((column) => `-${column}`)), group: fc.constantFrom('', 'node', 'cause')
}).map(parseQuery);

describe('RowModel', () => {
  it('after any series of changes has the same rows in the same order as a model built afresh', () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('put' as const), name: fc.nat(60), seed: fc.nat(5000) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), name: fc.nat(60), seed: fc.constant(0) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('sync' as const), name: fc.constant(0), seed: fc.nat(1) }) }
    );

    fc.assert(fc.property(fc.array(step, { maxLength: 120 }), queries, queries, (steps, first, second) => {
      const verdicts = new Map<string, VolumeVerdict>(Array.from({ length: 40 }, (_, index) => [`pvc-${String(index)}`, verdict(`pvc-${String(index)}`, index * 7)]));
      const model = new RowModel();

      model.setQuery(first);
      const touched = new Set<string>();

      model.sync(sourceOf(verdicts));
      steps.forEach(({ kind, name, seed }, index) => {
        const id = `pvc-${String(name)}`;

        if (kind === 'put') {
          verdicts.set(id, verdict(id, seed));
        } else if (kind === 'remove') {
          verdicts.delete(id);
        } else {
          // All of them, or those that changed: the result is the same.
          model.sync(sourceOf(verdicts), seed === 0 ? undefined : touched);
        }
        if (kind === 'sync') {
          touched.clear();
        } else {
          touched.add(id);
        }
        if (index === Math.floor(steps.length / 2)) {
          model.setQuery(second);
        }
      });
      model.setQuery(steps.length > 0 ? second : first);
      // Two syncs: one with many changes or few, and one with nothing left to do.
      model.sync(sourceOf(verdicts), touched);
      expect(model.sync(sourceOf(verdicts))).toBe(0);

      const fresh = new RowModel();

      fresh.setQuery(model.query);
      fresh.sync(sourceOf(verdicts));
      expect(ids(model)).toEqual(ids(fresh));
      expect(TILES.map((tile) => model.count(tile))).toEqual(TILES.map((tile) => fresh.count(tile)));
      for (const facet of FACETS) {
        expect([...model.facet(facet)].sort()).toEqual([...fresh.facet(facet)].sort());
      }
      expect(model.exposed().map((row) => row.id)).toEqual(fresh.exposed().map((row) => row.id));
    }), { numRuns: 150 });
  });

  it('moves a single changed row without sorting the others', () => {
    const verdicts = new Map(Array.from({ length: 500 }, (_, index) => [`pvc-${String(index)}`, verdict(`pvc-${String(index)}`, 5)]));
    const model = new RowModel();

    model.sync(sourceOf(verdicts));
    const before = [...model.list];

    verdicts.set('pvc-250', verdict('pvc-250', 6));
    expect(model.sync(sourceOf(verdicts))).toBe(1);
    expect(ids(model)[0]).toBe('pvc-250');
    // The others are the very same entries: nothing was built, filtered or keyed again.
    expect(model.list.slice(1).every((entry) => before.includes(entry))).toBe(true);
  });

  it('keeps the list of exposed machines to running volumes with one good replica of several', () => {
    const model = new RowModel();
    const base = verdict('pvc-a', 1);

    model.sync(sourceOf(new Map([
      ['pvc-a', { ...base, goodReplicas: 1, level: 'degraded' as const }],
      ['pvc-b', { ...base, volumeName: 'pvc-b', goodReplicas: 1, level: 'stopped' as const }],
      ['pvc-c', { ...base, volumeName: 'pvc-c', goodReplicas: 1, wantedReplicas: 1, level: 'healthy' as const }],
      ['pvc-d', { ...base, volumeName: 'pvc-d', goodReplicas: 2, level: 'degraded' as const }]
    ])));
    expect(model.exposed().map((row) => row.id)).toEqual(['pvc-a']);
  });

  it('sorts and filters ten thousand rows in far less than a frame budget of 100 ms', () => {
    const verdicts = new Map(Array.from({ length: 10_000 }, (_, index) => [`pvc-${String(index)}`, verdict(`pvc-${String(index)}`, (index * 7919) % 5000)]));
    const model = new RowModel();

    model.sync(sourceOf(verdicts));
    const times = ['-volume', 'state', 'since', '-replicas'].map((sort) => {
      const begun = performance.now();

      model.setQuery(parseQuery({ sort, q: sort === 'state' ? 'pvc-99' : '' }));
      return performance.now() - begun;
    });

    expect(Math.min(...times)).toBeLessThan(100);
    expect(ids(model)).toHaveLength(10_000);
  });
});
