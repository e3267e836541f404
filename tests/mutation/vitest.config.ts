import { fileURLToPath } from 'node:url';
import yaml from '@rollup/plugin-yaml';
import { defineConfig } from 'vitest/config';
import { FOLDERS } from './folders';
import type { Folder } from './folders';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = process.env.MUTATION_FOLDER as Folder | undefined;

const tests = folder === undefined ? ['src/domain/**/*.test.ts'] : FOLDERS[folder].tests.map((name) => `src/domain/${name}/**/*.test.ts`);

/** The tests that must notice a folder's mutants; MUTATION_TESTS (comma-separated) narrows them, which can only lower the score. */
export default defineConfig({
  root,
  plugins: [yaml()],
  resolve: { alias: { '@': fileURLToPath(new URL('../../src', import.meta.url)) } },
  test: {
    include: process.env.MUTATION_TESTS?.split(',') ?? tests,
    environment: 'node',
    // Modules are loaded anew for every mutant, and need not be for every file.
    isolate: false
  }
});
