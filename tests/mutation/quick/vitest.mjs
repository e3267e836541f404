/** Stands for `vitest` while mutants are switched in one process: collects the tests, so that they can be run again and again. */
import { ASYMMETRIC_MATCHERS_OBJECT, chai, GLOBAL_EXPECT, JestAsymmetricMatchers, JestChaiExpect, JestExtend, setState } from '@vitest/expect';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

export const collected = [];
const path = [];

export function expect(value, message) {
  return chai.expect(value, message);
}

Object.assign(expect, chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT]);
globalThis[GLOBAL_EXPECT] = expect;
setState({ assertionCalls: 0, isExpectingAssertions: false, isExpectingAssertionsError: null, expectedAssertionsNumber: null, expectedAssertionsNumberErrorGen: null }, expect);

function spread(row) {
  return Array.isArray(row) ? row : [row];
}

export function describe(name, body) {
  path.push(name);
  body();
  path.pop();
}

describe.each = (table) => (name, body) => { for (const row of table) describe(name, () => body(...spread(row))); };

export function it(name, ...rest) {
  collected.push({ name: [...path, name].join(' > '), run: rest.find((part) => typeof part === 'function') });
}

it.each = (table) => (name, ...rest) => {
  const body = rest.find((part) => typeof part === 'function');
  for (const row of table) it(name, () => body(...spread(row)));
};

export const test = it;
