/**
 * Mutates one folder of `src/domain` (MUTATION_FOLDER). Left out: types without code, test support, tests, and files
 * that only re-export. Nothing else.
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
const folder = process.env.MUTATION_FOLDER ?? 'kube';
const own = (process.env.MUTATION_FILES ?? `src/domain/${folder}/**/*.ts`).split(',');

export default {
  mutate: [...own, '!src/domain/**/*.test.ts', '!src/domain/**/testing/**', '!src/domain/**/types.ts', '!src/domain/**/*-types.ts', '!src/domain/**/index.ts'],
  testRunner: 'vitest',
  tempDirName: 'reports/stryker-tmp',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'tests/mutation/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 1,
  incremental: true,
  incrementalFile: `reports/mutation/${folder}.incremental.json`,
  ignorePatterns: ['/dist*', '/pkg', '/docs', '/public', '/packaging', '/reports', '/test-results', '/tests/*', '!/tests/mutation', '/tests/mutation/node_modules', '/src/app', '/src/features', '/src/components', '/src/stores', '/src/api'],
  reporters: ['json', 'clear-text', 'progress-append-only'],
  jsonReporter: { fileName: `reports/mutation/${folder}.json` },
  clearTextReporter: { logTests: false, reportTests: false, reportMutants: false, allowColor: false },
  // A mutant may turn a loop endless; the tests of one take milliseconds.
  timeoutMS: 10_000,
  timeoutFactor: 2,
  thresholds: { high: 95, low: 85, break: 85 }
};
