import { runContract } from './contract';
import { ensureBrowser } from './browser';
import { check, readPlaywright, readVitest, runReported, sum } from './stages';
import type { StageResult } from './stages';

interface Stage {
  readonly name: string;
  run(): Promise<StageResult>;
}

const vitest = (): Promise<StageResult> => runReported('npx', (file) => ['vitest', 'run', '--project', 'unit', '--project', 'agreement', '--project', 'acceptance', '--reporter=dot', '--reporter=json', `--outputFile.json=${ file }`], () => ({}), readVitest);

async function contract(): Promise<StageResult> {
  const { reason, ...counts } = await runContract();

  return { ...counts, notes: reason ? [reason] : [] };
}

async function e2e(): Promise<StageResult> {
  const problem = await ensureBrowser();

  return problem ? { passed: 0, failed: 1, skipped: 0, notes: [problem] } : runReported('npx', () => ['playwright', 'test'], (file) => ({ PLAYWRIGHT_JSON_OUTPUT_NAME: file }), readPlaywright);
}

const STAGES: readonly Stage[] = [
  { name: 'lint', run: () => check('npx', ['eslint', '.']) },
  { name: 'import directions', run: () => check('npx', ['depcruise', 'src', 'pkg']) },
  { name: 'types', run: () => check('npx', ['vue-tsc', '--noEmit', '-p', 'tsconfig.json']) },
  { name: 'unit', run: vitest },
  { name: 'contract', run: contract },
  { name: 'end to end', run: e2e }
];

/** Runs every stage whatever the ones before gave: one run tells all that is wrong. */
const results: StageResult[] = [];
const summary: string[] = [];

for (const stage of STAGES) {
  console.log(`\n== ${ stage.name }`);
  const begun = Date.now();
  const result = await stage.run();

  results.push(result);
  summary.push(`${ stage.name.padEnd(18) } ${ result.passed } passed, ${ result.failed } failed, ${ result.skipped } skipped  (${ Math.round((Date.now() - begun) / 1000) } s)`, ...result.notes.map((note) => `  ${ note }`));
}

const total = sum(results);

console.log(`\n${ summary.join('\n') }\n`);
console.log(`${ total.passed } passed, ${ total.failed } failed, ${ total.skipped } skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
