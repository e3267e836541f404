import { fileURLToPath } from 'node:url';
import yaml from '@rollup/plugin-yaml';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

const src = fileURLToPath(new URL('./src', import.meta.url));

/** The standalone app (`src/app`), and the unit tests of the whole workspace. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [vue(), yaml()],
  resolve: { alias: { '@': src } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    // What several pages share travels as one script: a third fewer requests, and it compresses better than in crumbs.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'shared', minShareCount: 4, test: /\/src\// }] } } }
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'pkg/**/*.test.ts', 'scripts/**/*.test.ts', 'tests/soak/**/*.test.ts'],
          environment: 'node'
        }
      },
      {
        // The verdicts on the simulator's scenarios: the only place where both are loaded.
        extends: true,
        test: { name: 'agreement', include: ['tests/agreement/**/*.test.ts'], environment: 'node' }
      },
      {
        // The named acceptance tests: pages of the app over the simulator's API, in process.
        extends: true,
        test: { name: 'acceptance', include: ['tests/acceptance/**/*.test.ts'], environment: 'happy-dom', testTimeout: 120_000, environmentOptions: { happyDOM: { settings: { fetch: { disableSameOriginPolicy: true } } } } }
      }
    ]
  }
});
