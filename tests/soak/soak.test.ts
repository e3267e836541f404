import { describe, expect, it } from 'vitest';
import { soak } from './soak';

/** Seconds of the storm; `npx tsx tests/soak/soak.ts` runs an hour. */
const SECONDS = Number(process.env.SOAK_SECONDS ?? 20);

describe('a storm of faults', () => {
  it('leaves the inventory equal to fresh lists, field by field', { timeout: SECONDS * 1000 + 240_000 }, async() => {
    const result = await soak({ seconds: SECONDS, speed: 60, seed: 7, volumes: 40, nodes: 6, rounds: 2 });

    expect(result.differences).toEqual([]);
    expect(result.comparisons).toBe(2);
    expect(result.faults).toBeGreaterThan(SECONDS / 5);
    expect(result.events).toBeGreaterThan(500);
  });
});
