import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';

const EXTENSIONS = ['.js', '.ts', '.vue', '/index.js', '/index.ts', '/index.vue'];

/**
 * What webpack does for the shell's sources and Vite does not: imports without an extension (also of `.vue` files), and
 * `require.context`, which only rarely used code reaches.
 */
export function shellCompat(shell: string): Plugin {
  return {
    name: 'shell-compat',
    enforce: 'pre',
    resolveId(source, importer) {
      const path = source.startsWith('.') && importer !== undefined && importer.startsWith(shell) ? resolve(dirname(importer), source) : source;

      if (!path.startsWith(shell) || (existsSync(path) && statSync(path).isFile())) {
        return null;
      }

      const extension = EXTENSIONS.find((candidate) => existsSync(path + candidate));

      return extension === undefined ? null : path + extension;
    },
    transform(code, id) {
      if (!id.startsWith(shell) || !/\.(js|ts|vue)$/.test(id)) {
        return null;
      }

      // Styles play no part here, and the shell's need its own Sass set-up.
      const plain = id.endsWith('.vue') ? code.replace(/<style[\s\S]*?<\/style>/g, '') : code;
      const result = plain.replace(/require\.context\([^)]*\)/g, '(Object.assign(() => ({}), { keys: () => [] }))');

      return result === code ? null : { code: result, map: null };
    }
  };
}
