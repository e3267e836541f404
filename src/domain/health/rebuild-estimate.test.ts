import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateRebuild, flatSince } from './rebuild-estimate';
import type { RebuildSample } from './rebuild-estimate';

const NOW = 10_000_000;
/** Samples every five seconds, the last one now. */
const every5 = (...percents: readonly number[]): readonly RebuildSample[] => percents.map((percent, index) => ({ at: NOW - (percents.length - 1 - index) * 5000, percent }));
const at = (...samples: readonly (readonly [secondsAgo: number, percent: number])[]): readonly RebuildSample[] => samples.map(([secondsAgo, percent]) => ({ at: NOW - secondsAgo * 1000, percent }));
const NOTHING = { state: 'estimating', shortestMs: null, longestMs: null, confidence: 'none', notProgressingSince: null, percentPerMinute: null };
const range = (from: number, to: number, step = 1) => Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => from + index * step);

describe('flatSince', () => {
  it.each<[string, readonly RebuildSample[], number, number | null]>([
    ['nothing seen', [], 5, null], ['one look', at([7, 5]), 5, NOW - 7000], ['the last run of it', at([40, 5], [30, 6], [20, 5], [10, 5]), 5, NOW - 20_000], ['another value last', at([20, 5], [10, 6]), 5, null], ['from the first look on', at([30, 5], [20, 5], [10, 5]), 5, NOW - 30_000]
  ])('%s', (_name, samples, percent, since) => { expect(flatSince(samples, percent)).toBe(since); });
});

describe('nothing is said of time left', () => {
  it.each<[string, readonly RebuildSample[]]>([
    ['without a look', []], ['after one', at([0, 5])], ['after two percents', at([20, 5], [10, 6], [0, 6])], ['after three in less than ten seconds', at([9.999, 5], [5, 6], [0, 7])],
    ['right after a second try began', every5(10, 20, 30, 40, 1, 2)], ['from looks before the last two minutes', at([300, 1], [290, 2], [280, 3], [20, 4], [0, 5])]
  ])('%s', (_name, samples) => { expect(estimateRebuild(samples, NOW)).toEqual(NOTHING); });

  it('but something is, from three percents over ten seconds', () => {
    expect(estimateRebuild(at([10, 5], [5, 6], [0, 7]), NOW).state).toBe('estimated');
    expect(estimateRebuild(at([120, 5], [60, 6], [0, 7]), NOW).state).toBe('estimated');
    expect(estimateRebuild(at([120.001, 5], [60, 6], [0, 7]), NOW).state).toBe('estimating');
  });
});

describe('a standstill', () => {
  it.each<[string, readonly RebuildSample[], unknown]>([
    ['of a minute is told', at([80, 42], [60, 43], [0, 43]), { ...NOTHING, state: 'flat', notProgressingSince: NOW - 60_000 }], ['is told though nobody has looked since', at([61, 43]), { ...NOTHING, state: 'flat', notProgressingSince: NOW - 61_000 }],
    ['of less than a minute is none', at([80, 42], [59.999, 43], [0, 43]), NOTHING], ['at 100 % is none', at([80, 99], [60, 100], [0, 100]), NOTHING], ['of a former try is none', at([200, 43], [100, 43], [5, 2], [0, 2]), NOTHING]
  ])('%s', (_name, samples, told) => { expect(estimateRebuild(samples, NOW)).toEqual(told); });
});

describe('time left', () => {
  // One percent every five seconds, at 50 %: 250 s are left. By hand for the first: six parts of ten seconds, 25 of them to come, a doubt of
  // 0.04 + 2 × 0.4/13 × √(1/6 + 1/25) = 0.067975; so 250 s × 1.067975 at most, and 245 s (a percent less) ÷ 1.067975 at least.
  it.each<[string, readonly number[], number, { shortestMs: number; longestMs: number; confidence: string; percentPerMinute: number }]>([
    ['of a steady pace, seen for long', range(38, 50), NOW, { shortestMs: 229_406, longestMs: 266_994, confidence: 'high', percentPerMinute: 12 }],
    ['of a steady pace, seen eight times', range(43, 50), NOW, { shortestMs: 226_100, longestMs: 270_897, confidence: 'high', percentPerMinute: 12 }],
    ['of a steady pace, seen seven times', range(44, 50), NOW, { shortestMs: 224_899, longestMs: 272_344, confidence: 'medium', percentPerMinute: 12 }],
    ['of a steady pace, seen five times', range(46, 50), NOW, { shortestMs: 218_139, longestMs: 280_785, confidence: 'medium', percentPerMinute: 12 }],
    ['of a steady pace, seen four times', range(47, 50), NOW, { shortestMs: 211_410, longestMs: 289_721, confidence: 'low', percentPerMinute: 12 }],
    ['two seconds later', range(38, 50), NOW + 2000, { shortestMs: 227_406, longestMs: 266_994, confidence: 'high', percentPerMinute: 12 }]
  ])('%s', (_name, percents, now, told) => {
    const estimate = estimateRebuild(every5(...percents), now);
    expect({ ...estimate, percentPerMinute: Math.round((estimate.percentPerMinute ?? 0) * 1000) / 1000 }).toMatchObject({ state: 'estimated', notProgressingSince: null, percentPerMinute: told.percentPerMinute, confidence: told.confidence });
    expect([estimate.shortestMs, estimate.longestMs]).toEqual([told.shortestMs, told.longestMs]);
  });

  it('counts a percent seen twice once, from when it was reached', () => {
    expect(estimateRebuild(at([20, 40], [15, 41], [10, 41], [5, 42], [0, 42]), NOW)).toEqual(estimateRebuild(at([20, 40], [15, 41], [5, 42]), NOW));
  });
  it('of a pace that falls is longer, of one that rises shorter', () => {
    const falls = estimateRebuild(every5(20, 24, 28, 32, 33, 34, 35), NOW);
    const rises = estimateRebuild(every5(20, 21, 22, 23, 27, 31, 35), NOW);
    const steady = estimateRebuild(every5(20, 22.5, 25, 27.5, 30, 32.5, 35), NOW);
    expect([falls.percentPerMinute, rises.percentPerMinute, steady.percentPerMinute]).toEqual([30, 30, 30]);
    expect(falls.longestMs).toBeGreaterThan((steady.longestMs ?? 0) * 3);
    expect(rises.longestMs).toBeLessThan((falls.longestMs ?? 0) / 2);
    expect(rises.shortestMs).toBeLessThan(steady.shortestMs ?? 0);
    expect([falls.confidence, rises.confidence]).toEqual(['low', 'low']);
  });
  // By hand for the first: parts of 4,4,4,1,1,1 %, pace 2.5 %, deviation √2.7 of 2.5; lately 1 %, a fall to 0.4 of the pace expected once more.
  it.each<[string, readonly number[], readonly [number, number]]>([
    ['of a pace that has fallen', [20, 24, 28, 32, 33, 34, 35], [78_270, 1_328_735]], ['of a pace that has risen', [20, 21, 22, 23, 27, 31, 35], [48_919, 212_598]], ['of a pace that has nearly stopped', [20, 30, 40, 50, 51, 52], [19_031, 1_543_512]]
  ])('%s, exactly', (_name, percents, told) => {
    const { shortestMs, longestMs } = estimateRebuild(every5(...percents), NOW);
    expect([shortestMs, longestMs]).toEqual(told);
  });
  it('is none at the end', () => {
    expect(estimateRebuild(every5(...range(90, 100)), NOW)).toMatchObject({ state: 'estimated', shortestMs: 0, longestMs: 0 });
    expect(estimateRebuild(every5(...range(89, 99)), NOW)).toMatchObject({ state: 'estimated', shortestMs: 0 });
  });
  it('holds the truth of any steady rebuild, and is never reversed', () => {
    fc.assert(fc.property(fc.double({ min: 0.1, max: 4, noNaN: true }), fc.integer({ min: 4, max: 24 }), fc.double({ min: 0, max: 40, noNaN: true }), (perLook, looks, start) => {
      const truth = (index: number) => start + index * perLook;
      const samples = every5(...Array.from({ length: looks }, (_, index) => Math.floor(truth(index))).map((percent) => Math.min(99, percent)));
      const estimate = estimateRebuild(samples, NOW);
      if (estimate.state !== 'estimated' || truth(looks - 1) >= 99) return;
      const left = ((100 - truth(looks - 1)) / perLook) * 5000;
      expect(estimate.shortestMs ?? 0).toBeLessThanOrEqual(estimate.longestMs ?? 0);
      expect(estimate.longestMs ?? 0).toBeGreaterThan(left * 0.55);
      expect(estimate.shortestMs ?? 0).toBeLessThan(left * 1.45);
    }), { numRuns: Number(process.env.PROPERTY_RUNS ?? 300) });
  });
});
