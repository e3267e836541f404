/** Test support: tables of situations, each with all that is told of it, or with the codes of what is told and no other. */
import { expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import { Expected, tellSays } from './told';
import { codesOf, verdictOf } from './verdict-of';
import type { Seen } from './verdict-of';

export type Case = readonly [name: string, world: readonly RawObject[], seen?: Seen];
export type CodesCase = readonly [name: string, world: readonly RawObject[], codes: readonly string[], seen?: Seen];

/** Compares all that is told of each case with its section of the file. */
export function expectTold(path: URL, cases: readonly Case[]): void {
  const expected = new Expected(path);
  for (const [name, world, seen] of cases) {
    it(name, () => {
      const told = tellSays(verdictOf(world, seen));
      expect(told).toBe(expected.of(name, told));
    });
  }
  it('are all that the file expects', () => { expect(expected.unused()).toEqual([]); });
}

/** Compares the codes, the headline's first, of each case. */
export function expectCodes(cases: readonly CodesCase[]): void {
  for (const [name, world, codes, seen] of cases) it(name, () => { expect(codesOf(verdictOf(world, seen))).toEqual(codes); });
}
