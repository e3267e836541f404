import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const FOLDER = join(ROOT, 'tests/contract/shell');

export interface ContractResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why nothing could be run; '' when it was. */
  readonly reason: string;
}

function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, stdio: 'inherit', env });

    child.on('error', () => { done(127); });
    child.on('exit', (code) => { done(code ?? 1); });
  });
}

const isInstalled = (): boolean => existsSync(join(FOLDER, 'node_modules/@rancher/shell/package.json'));

/** Installs the shell beside the tests: 0.5 GB that only they need, hence not in the root's dependencies. */
async function install(): Promise<boolean> {
  if (isInstalled()) {
    return true;
  }

  console.log('Installing @rancher/shell for the contract tests…');

  return await run('npm', ['ci', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel', 'error'], FOLDER) === 0 && isInstalled();
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
}

/** Runs the tests against the real shell. One skip, with its reason, where the shell cannot be installed. */
export async function runContract(): Promise<ContractResult> {
  if (!await install()) {
    return { passed: 0, failed: 0, skipped: 1, reason: '@rancher/shell could not be installed into tests/contract/shell' };
  }

  const folder = await mkdtemp(join(tmpdir(), 'contract-'));
  const output = join(folder, 'report.json');

  try {
    const code = await run('npx', ['vitest', 'run', '--config', 'tests/contract/vitest.config.ts', '--reporter=default', '--reporter=json', `--outputFile.json=${output}`], ROOT, { ...process.env, VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' });
    const report = existsSync(output) ? JSON.parse(await readFile(output, 'utf8')) as Report : null;

    if (report === null) {
      return { passed: 0, failed: 1, skipped: 0, reason: `Vitest ended with ${String(code)} and no report` };
    }

    // A file that cannot be loaded fails the run without a failed test in it.
    const failed = report.numFailedTests === 0 && code !== 0 ? 1 : report.numFailedTests;

    return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests, reason: '' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { passed, failed, skipped, reason } = await runContract();

  if (reason !== '') {
    console.log(`contract: ${reason}`);
  }
  console.log(`contract: ${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}
