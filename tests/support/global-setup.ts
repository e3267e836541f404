import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The standalone app as the tests load it: built from the present sources, beside nobody's `dist/`. Runs side by side need a folder each. */
export const APP_FOLDER = process.env.LHV2_E2E_APP ?? fileURLToPath(new URL('../../node_modules/.cache/lhv2-e2e/app', import.meta.url));

export default async function setup(): Promise<void> {
  if (process.env.LHV2_E2E_SKIP_BUILD) {
    return;
  }
  await build({ root: ROOT, logLevel: 'warn', build: { outDir: APP_FOLDER, emptyOutDir: true, reportCompressedSize: false } });
}
