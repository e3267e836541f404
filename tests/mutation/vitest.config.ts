import { fileURLToPath } from 'node:url';
import yaml from '@rollup/plugin-yaml';
import { defineConfig } from 'vitest/config';
import { FOLDERS } from './folders';
import type { Folder } from './folders';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = process.env.MUTATION_FOLDER as Folder | undefined;

/** The domain's tests that hold one folder: those beside it, and those of the folders that rest on it. */
export default defineConfig({
  root,
  plugins: [yaml()],
  resolve: { alias: { '@': fileURLToPath(new URL('../../src', import.meta.url)) } },
  test: {
    include: folder === undefined ? ['src/domain/**/*.test.ts'] : FOLDERS[folder].tests.map((name) => `src/domain/${name}/**/*.test.ts`),
    environment: 'node',
    // Modules are loaded anew for every mutant, and need not be for every file.
    isolate: false
  }
});
