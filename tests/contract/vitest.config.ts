import { fileURLToPath } from 'node:url';
import yaml from '@rollup/plugin-yaml';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { hostMessages } from '../../pkg/harvester-longhorn-v2/build/plugins';
import { shellCompat } from './shell-compat';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const shell = at('./shell/node_modules/@rancher/shell');
const root = at('../..');

/** Tests against the real `@rancher/shell`, which is written for webpack: `shellCompat` stands in for webpack's ways. */
export default defineConfig({
  root: at('.'),
  plugins: [shellCompat(shell), vue(), yaml()],
  define: {
    'process.env.dev': 'false',
    __LHV2_VERSION__: '"0.0.0-contract"',
    __LHV2_HOST_MESSAGES__: JSON.stringify(hostMessages(root))
  },
  resolve: {
    preserveSymlinks: true,
    alias: [
      { find: /^~?@shell\/assets\/translations\/en-us\.yaml$/, replacement: `${shell}/assets/translations/en-us.yaml` },
      { find: /^@shell\/utils\/dynamic-importer$/, replacement: `${shell}/pkg/dynamic-importer.lib.js` },
      { find: /^@shell\/utils\/require-asset$/, replacement: `${shell}/pkg/require-asset.lib.js` },
      { find: /^~?@shell\//, replacement: `${shell}/` },
      { find: /^~shell\//, replacement: `${shell}/` },
      { find: /^@components\//, replacement: `${shell}/rancher-components/` },
      { find: /^@\//, replacement: `${root}/src/` },
      { find: /^vuex$/, replacement: at('./shell/node_modules/vuex/dist/vuex.esm-bundler.js') },
      { find: /^@vue\/test-utils$/, replacement: at('./shell/node_modules/@vue/test-utils/dist/vue-test-utils.esm-bundler.mjs') },
      { find: /^vue$/, replacement: at('./shell/node_modules/vue/index.mjs') }
    ]
  },
  test: {
    name: 'contract',
    environment: 'happy-dom',
    include: ['**/*.contract.ts'],
    exclude: ['shell/**'],
    css: false,
    testTimeout: 30_000,
    server: { deps: { inline: [/@rancher[\\/]shell/, /vuex/, /lodash/, /@vue[\\/]test-utils/] } }
  }
});
