/** Runs the collected tests once per mutant, in this process, until one notices. Arguments: plan file, result file. */
import { readFileSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';

const [planFile, resultFile] = process.argv.slice(2);
const { tests, mutants } = JSON.parse(readFileSync(planFile, 'utf8'));
const stryker = (globalThis.__stryker__ = { mutantCoverage: { static: {}, perTest: {} } });

register('./hooks.mjs', import.meta.url);
const { collected } = await import('./vitest.mjs');
for (const file of tests) await import(pathToFileURL(file).href);

/** What every test needs, and which mutants it passes, without any. */
for (const [index, test] of collected.entries()) {
  const start = performance.now();
  stryker.currentTestId = String(index);
  await test.run();
  test.took = performance.now() - start;
}
stryker.currentTestId = undefined;
const { static: atStart, perTest } = stryker.mutantCoverage;
const covering = new Map();
for (const [index, seen] of Object.entries(perTest)) {
  for (const [id, hits] of Object.entries(seen)) {
    const known = covering.get(id) ?? { tests: [], most: 0 };
    known.tests.push(collected[Number(index)]);
    known.most = Math.max(known.most, hits);
    covering.set(id, known);
  }
}

async function isNoticed(id, { tests: own, most }) {
  for (const test of own) {
    Object.assign(stryker, { activeMutant: id, hitCount: 0, hitLimit: most * 100 + 1000 });
    try {
      await test.run();
    } catch {
      return true;
    } finally {
      stryker.activeMutant = undefined;
    }
  }
  return false;
}

/** A mutant must leave nothing behind that changes the answers of the next. */
async function expectClean(after) {
  for (const test of collected) {
    try {
      await test.run();
    } catch (error) {
      throw new Error(`After mutant ${after} "${test.name}" fails without any: it left something behind`, { cause: error });
    }
  }
}

const results = [];
for (const [index, mutant] of mutants.entries()) {
  const known = covering.get(mutant.id);
  known?.tests.sort((a, b) => a.took - b.took);
  const status = known === undefined ? (atStart[mutant.id] === undefined ? 'NoCoverage' : 'Static') : await isNoticed(mutant.id, known) ? 'Killed' : 'Survived';
  results.push({ ...mutant, status });
  if (index % 250 === 249) {
    await expectClean(mutant.id);
    writeFileSync(resultFile, JSON.stringify(results));
  }
}
await expectClean('the last');

/** A mutant of a module-level value works only from the start: all modules are loaded once more with it. */
async function isNoticedFromStart(id) {
  const before = collected.length;
  Object.assign(stryker, { activeMutant: id, hitCount: 0, hitLimit: 5_000_000 });
  try {
    for (const file of tests) await import(`${pathToFileURL(file).href}?mutant=${id}`);
    for (const test of collected.slice(before)) await test.run();
    return false;
  } catch {
    return true;
  } finally {
    stryker.activeMutant = undefined;
    collected.length = before;
  }
}

const share = Number(process.env.STATIC_SHARE ?? 0);
let owed = 0;
for (const result of results) {
  if (result.status !== 'Static') continue;
  owed += share;
  if (owed < 1) continue;
  owed -= 1;
  result.status = await isNoticedFromStart(result.id) ? 'Killed' : 'Survived';
  result.isStatic = true;
}
writeFileSync(resultFile, JSON.stringify(results));
