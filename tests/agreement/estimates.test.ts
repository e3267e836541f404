import { describe, expect, it } from 'vitest';
import { parseEngine } from '@/domain/longhorn/engine';
import { estimateRebuild } from '@/domain/health/rebuild-estimate';
import type { RebuildEstimate } from '@/domain/health/rebuild-estimate';
import { applyFault } from '../../pkg/harvester-simulator/src/faults';
import { createRandom } from '../../pkg/harvester-simulator/src/random';
import { openScenario } from './read-scenario';
import type { OpenScenario } from './read-scenario';

/** How a rebuild's pace varies: a factor for each stretch of time, and the poll from which it varies no more for good. */
interface Pace { readonly factor: (random: ReturnType<typeof createRandom>, step: number) => number; readonly settles: number }

/** Nobody foresees a change for good: then the range has to be right again once what was before is out of sight. */
const PACES: Readonly<Record<string, Pace>> = {
  steady: { factor: () => 1, settles: 0 },
  'up and down by a third': { factor: (random) => 0.67 + random.next() * 0.66, settles: 0 },
  'up and down by a half': { factor: (random) => 0.5 + random.next(), settles: 0 },
  'slower and slower for two minutes': { factor: (_random, step) => Math.max(0.5, 1 - step * 0.02), settles: 25 },
  'halved after a minute': { factor: (_random, step) => (step < 12 ? 1 : 0.5), settles: 12 },
  'doubled after a minute': { factor: (_random, step) => (step < 12 ? 0.5 : 1), settles: 12 }
};
const SIGHT = 24;
const POLL = 5000;
/** Each pace lasts this many polls. */
const STRETCH = 3;
/** Slow enough for a rebuild of some minutes. */
const SPEED = 0.1;

interface Said { readonly at: number; readonly estimate: RebuildEstimate; readonly percent: number }

/** The replica that is being rebuilt, with its percent, as the engine has it; undefined when none is. */
function rebuildingOf({ cluster }: OpenScenario, volume: string): { readonly name: string; readonly percent: number } | undefined {
  const raw = cluster.store.list('longhorn.io.engine').find((candidate) => candidate.spec?.['volumeName'] === volume);
  const entry = parseEngine(raw).rebuilds.find((candidate) => candidate.isRebuilding);
  return entry === undefined ? undefined : { name: entry.replicaName, percent: entry.progress };
}

/** Loses one replica for good, so that a new one is built from nothing. */
function loseReplica({ cluster }: OpenScenario, volume: string): void {
  const replica = cluster.store.list('longhorn.io.replica').find((candidate) => candidate.spec?.['volumeName'] === volume && candidate.spec['nodeID'] !== 'harvester-1')?.metadata.name;
  applyFault(cluster, 'replica-delete', { volume, replica });
}

/** One rebuild from its first sample to its end: what was said on the way, and when it was over. */
function follow(open: OpenScenario, volume: string, pace: Pace, seed: string): { readonly said: readonly Said[]; readonly endedAt: number } {
  const { cluster } = open;
  const random = createRandom(seed);
  loseReplica(open, volume);
  const said: Said[] = [];
  for (let step = 0; step < 2000; step += 1) {
    if (step % STRETCH === 0) applyFault(cluster, 'slow-rebuild', { factor: SPEED * pace.factor(random, step) });
    cluster.clock.advance(POLL);
    const running = rebuildingOf(open, volume);
    const at = cluster.clock.now();
    if (running !== undefined) said.push({ at, percent: running.percent, estimate: estimateRebuild(open.history(volume).rebuildSamples[running.name] ?? [], at) });
    else if (said.length > 0) return { said, endedAt: at };
  }
  throw new Error('the rebuild never ended');
}

describe('the time left of a rebuild', () => {
  const open = openScenario('healthy', '1.9');
  const volume = [...open.read().entries()].find(([label]) => label.endsWith(' 0'))?.[1].volumeName ?? '';

  it.each(Object.entries(PACES))('holds the true end in nine of ten cases, and says nothing before it is earned: %s', { timeout: 300_000 }, (name, pace) => {
    let [inside, total] = [0, 0];
    for (const seed of ['a', 'b', 'c', 'd', 'e']) {
      const { said, endedAt } = follow(open, volume, pace, `${name} ${seed}`);
      const first = said.findIndex(({ estimate }) => estimate.state === 'estimated');
      expect(new Set(said.slice(0, first + 1).map(({ percent }) => percent)).size).toBeGreaterThanOrEqual(3);
      for (const { at, estimate } of pace.settles === 0 ? said : said.slice(pace.settles + SIGHT)) {
        if (estimate.shortestMs === null || estimate.longestMs === null) continue;
        expect(estimate.longestMs).toBeGreaterThanOrEqual(estimate.shortestMs);
        total += 1;
        const left = endedAt - at;
        // What is seen is up to one poll old, at both ends.
        if (left >= estimate.shortestMs - POLL && left <= estimate.longestMs + 2 * POLL) inside += 1;
      }
    }
    expect(total).toBeGreaterThan(25);
    expect(inside / total, `${String(inside)} of ${String(total)}`).toBeGreaterThanOrEqual(0.9);
  });

  it('says since when it stands still, and nothing of its end', { timeout: 60_000 }, () => {
    const { cluster } = open;
    applyFault(cluster, 'slow-rebuild', { factor: SPEED });
    loseReplica(open, volume);
    cluster.clock.advance(90_000);
    applyFault(cluster, 'rebuild-stall', { volume });
    const stalledAt = cluster.clock.now();
    cluster.clock.advance(120_000);
    const running = rebuildingOf(open, volume);
    const estimate = estimateRebuild(open.history(volume).rebuildSamples[running?.name ?? ''] ?? [], cluster.clock.now());
    expect(estimate).toMatchObject({ state: 'flat', shortestMs: null, longestMs: null });
    expect(Math.abs((estimate.notProgressingSince ?? 0) - stalledAt)).toBeLessThanOrEqual(2 * POLL);
    open.close();
  });
});
