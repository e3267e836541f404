import { describe, expect, it } from 'vitest';
import { readPlaywright, readVitest, runReported, sum } from './stages';

describe('readPlaywright', () => {
  it('counts, names what was skipped and why, and what passed only on a second try', () => {
    expect(readPlaywright({
      stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 2 },
      suites: [{ specs: [{ title: 'a', tests: [{ status: 'expected' }] }], suites: [{ specs: [{ title: 'b', tests: [{ status: 'skipped', annotations: [{ type: 'skip', description: 'no bundle' }] }] }, { title: 'c', tests: [{ status: 'skipped' }] }, { title: 'd', tests: [{ status: 'flaky' }] }] }] }]
    })).toEqual({ passed: 4, failed: 1, skipped: 2, notes: ['skipped: b (no bundle)', 'skipped: c', 'flaky: d'] });
  });
});

describe('readVitest', () => {
  it('counts pending and todo as skipped', () => {
    expect(readVitest({ numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 })).toEqual({ passed: 5, failed: 1, skipped: 3, notes: [] });
  });
});

describe('runReported', () => {
  const node = (script: string): Promise<unknown> => runReported(process.execPath, (file) => ['-e', script, file], () => ({}), readVitest);

  it('counts one failure for a run that fails before its first test', async() => {
    expect(await node('require("node:fs").writeFileSync(process.argv[1], JSON.stringify({numPassedTests:4,numFailedTests:0,numPendingTests:0,numTodoTests:0}));process.exit(1)')).toMatchObject({ passed: 4, failed: 1 });
  });

  it('counts one failure for a run that leaves no report', async() => {
    expect(await node('process.exit(2)')).toMatchObject({ passed: 0, failed: 1 });
  });
});

describe('sum', () => {
  it('adds', () => {
    expect(sum([{ passed: 1, failed: 0, skipped: 2 }, { passed: 3, failed: 1, skipped: 0 }])).toEqual({ passed: 4, failed: 1, skipped: 2 });
  });
});
