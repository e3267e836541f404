/**
 * `npm run mutation:quick -- <folder> <files> <tests>`: the mutants that Stryker makes of `files`, switched on one after
 * the other in a single process against `tests` (both comma-separated, below `src/domain/<folder>`): minutes where Stryker
 * takes hours. Mutants of module-level values cannot be switched so and count as `Static`. Writes
 * `reports/mutation/quick/<folder>.json` and says what survives.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

interface Mutant { readonly id: string; readonly fileName: string; readonly location: { readonly start: { readonly line: number; readonly column: number }; readonly end: { readonly line: number; readonly column: number } }; readonly mutatorName: string; readonly replacement: string }
interface Tried extends Mutant { readonly status: 'Killed' | 'Survived' | 'NoCoverage' | 'Static' }
interface Instrumenter { instrument(files: readonly object[], options: object): Promise<{ readonly files: readonly { readonly name: string; readonly content: string }[]; readonly mutants: readonly Mutant[] }> }

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '../../..');
const require = createRequire(join(HERE, '../package.json'));
const [folder = '', fileList = '', testList = ''] = process.argv.slice(2);
const below = (list: string): readonly string[] => list.split(',').map((name) => `src/domain/${folder}/${name}`);

const stryker = await import(pathToFileURL(require.resolve('@stryker-mutator/instrumenter')).href) as { Instrumenter: new (logger: object) => Instrumenter };
const silent = new Proxy({}, { get: () => () => false });
const files = below(fileList).map((name) => ({ name, mutate: true, content: readFileSync(join(ROOT, name), 'utf8') }));
const { files: instrumented, mutants } = await new stryker.Instrumenter(silent).instrument(files, { plugins: null, excludedMutations: [], ignorers: [] });

// Below the root, so that packages are found; where nothing else looks.
mkdirSync(join(ROOT, 'reports/mutation/quick'), { recursive: true });
const copy = mkdtempSync(join(ROOT, 'reports/mutation/quick/copy-'));
try {
  for (const part of ['src/domain', 'src/l10n']) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  for (const { name, content } of instrumented) writeFileSync(join(copy, name), content);
  const [plan, result] = [join(copy, 'plan.json'), join(copy, 'result.json')];
  writeFileSync(plan, JSON.stringify({ tests: below(testList).map((name) => join(copy, name)), mutants }));
  const { status } = spawnSync(process.execPath, ['--import', pathToFileURL(require.resolve('tsx', { paths: [ROOT] })).href, join(HERE, 'driver.mjs'), plan, result], { stdio: 'inherit', cwd: copy, env: { ...process.env, TELL: 'again', HONESTY_RUNS: '10', PROPERTY_RUNS: '20', PLACEMENT_RUNS: '30', PLAN_RUNS: '20' } });
  if (status !== 0) process.exitCode = 1;
  else {
    cpSync(result, join(ROOT, `reports/mutation/quick/${folder}.json`));
    report(JSON.parse(readFileSync(result, 'utf8')) as readonly Tried[]);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}

function report(tried: readonly Tried[]): void {
  const count = (own: readonly Tried[], status: Tried['status']): number => own.filter((mutant) => mutant.status === status).length;
  const score = (own: readonly Tried[]): string => {
    const [killed, survived, bare, atStart] = (['Killed', 'Survived', 'NoCoverage', 'Static'] as const).map((status) => count(own, status));
    return `${((100 * (killed ?? 0)) / Math.max(1, own.length - (atStart ?? 0))).toFixed(1)} %: ${String(killed)} killed, ${String(survived)} survived, ${String(bare)} not covered; ${String(atStart)} static`;
  };
  for (const { name, content } of files) {
    const own = tried.filter((mutant) => mutant.fileName === name);
    const lines = content.split('\n');
    console.log(`${name} ${score(own)}`);
    for (const { status, location: { start, end }, mutatorName, replacement } of own) {
      if (status !== 'Survived' && status !== 'NoCoverage') continue;
      const line = lines[start.line] ?? '';
      console.log(`  ${String(start.line + 1)} ${status === 'Survived' ? 'S' : 'N'} ${mutatorName}: ${line.slice(start.column, end.line === start.line ? end.column : undefined).slice(0, 90)} => ${replacement.replaceAll(/\s+/g, ' ').slice(0, 60)}`);
    }
  }
  console.log(`all ${score(tried)}`);
}
