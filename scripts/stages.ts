import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface StageResult extends Counts {
  /** Tests that did not run, and why; or why the stage itself could not. */
  readonly notes: readonly string[];
}

/** Runs a command with its output on the terminal. Resolves to its exit code; 127 when it cannot be started. */
export function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });

    child.on('error', () => { resolve(127); });
    child.on('exit', (code) => { resolve(code ?? 1); });
  });
}

/** A check without tests of its own counts as one. */
export async function check(command: string, args: readonly string[]): Promise<StageResult> {
  const isGood = await run(command, args) === 0;

  return { passed: Number(isGood), failed: Number(!isGood), skipped: 0, notes: [] };
}

/** Runs a test tool that writes a JSON report, and reads the report. A run that fails without a failed test counts as one. */
export async function runReported(command: string, args: (report: string) => readonly string[], env: (report: string) => Readonly<Record<string, string>>, read: (report: unknown) => StageResult): Promise<StageResult> {
  const folder = await mkdtemp(join(tmpdir(), 'lhv2-report-'));
  const file = join(folder, 'report.json');

  try {
    const code = await run(command, args(file), env(file));
    const result = existsSync(file) ? read(JSON.parse(await readFile(file, 'utf8'))) : { passed: 0, failed: 0, skipped: 0, notes: [`${ command } ended with ${ code } and left no report`] };

    return code !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

export function readVitest(report: unknown): StageResult {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report as VitestReport;

  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests, notes: [] };
}

interface PlaywrightSuite {
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs?: readonly { readonly title: string; readonly tests: readonly { readonly status: string; readonly annotations?: readonly { readonly type: string; readonly description?: string }[] }[] }[];
}

interface PlaywrightReport extends PlaywrightSuite {
  readonly stats: { readonly expected: number; readonly unexpected: number; readonly flaky: number; readonly skipped: number };
}

function namesOf(suite: PlaywrightSuite, wanted: 'skipped' | 'flaky'): string[] {
  const own = (suite.specs ?? []).flatMap(({ title, tests }) => tests.filter(({ status }) => status === wanted).map(({ annotations }) => {
    const reason = annotations?.find(({ type }) => type === 'skip' || type === 'fixme')?.description;

    return reason ? `${ title } (${ reason })` : title;
  }));

  return [...own, ...(suite.suites ?? []).flatMap((inner) => namesOf(inner, wanted))];
}

/** A test that passed only when tried again counts as passed, and is named: it is a fault to look for. */
export function readPlaywright(report: unknown): StageResult {
  const { stats, ...suite } = report as PlaywrightReport;

  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped, notes: (['skipped', 'flaky'] as const).flatMap((wanted) => namesOf(suite, wanted).map((name) => `${ wanted }: ${ name }`)) };
}

export function sum(results: readonly Counts[]): Counts {
  return results.reduce((total, each) => ({ passed: total.passed + each.passed, failed: total.failed + each.failed, skipped: total.skipped + each.skipped }), { passed: 0, failed: 0, skipped: 0 });
}
