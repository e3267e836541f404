/**
 * Mutation tests of `src/domain`, one folder after the other: `npm run mutation [-- folder…]`.
 * Fails when a folder's score is below the threshold of `stryker.config.mjs`. Results of unchanged code are kept in
 * `reports/mutation`, so that the next run is shorter. `MUTATION_FILES` (comma-separated) narrows a single folder.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FOLDERS } from './folders';
import type { Folder } from './folders';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '../..');
const STRYKER = join(HERE, 'node_modules/@stryker-mutator/core/bin/stryker.js');

/** Random worlds per property: every mutant runs them all, and the rows of the decision table do most of the work. */
const FEW = { HONESTY_RUNS: '10', HONESTY_SEED: '1', PROPERTY_RUNS: '20', PLACEMENT_RUNS: '30', PLAN_RUNS: '20' };

function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });

    child.on('error', () => { done(127); });
    child.on('exit', (code) => { done(code ?? 1); });
  });
}

const isFolder = (name: string): name is Folder => name in FOLDERS;

/** Stryker stands beside its tests: only they need it, hence it is not in the root's dependencies. */
async function isInstalled(): Promise<boolean> {
  return existsSync(STRYKER) || (await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'], HERE, {}) === 0 && existsSync(STRYKER));
}

const asked = process.argv.slice(2);
const strange = asked.filter((name) => !isFolder(name));

if (strange.length > 0) {
  console.error(`No such folder: ${strange.join(', ')}. There are ${Object.keys(FOLDERS).join(', ')}.`);
  process.exitCode = 2;
} else if (!await isInstalled()) {
  console.error('Stryker could not be installed into tests/mutation');
  process.exitCode = 1;
} else {
  for (const folder of asked.length > 0 ? asked : Object.keys(FOLDERS)) {
    console.log(`\n== ${folder}`);
    const code = await run(process.execPath, [STRYKER, 'run', 'tests/mutation/stryker.config.mjs'], ROOT, { ...FEW, MUTATION_FOLDER: folder });

    process.exitCode = code !== 0 ? 1 : process.exitCode;
  }
}
