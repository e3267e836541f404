import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildExtension } from '../../pkg/harvester-longhorn-v2/build';

export interface BuiltExtension {
  readonly name: string;
  readonly version: string;
  readonly dir: string;
  /** What exceeds the size budget: one test's business, not every test's. */
  readonly problems: readonly string[];
}

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/lhv2-e2e', import.meta.url));
let built: Promise<BuiltExtension> | undefined;

/** The extension, built from the present sources once per test worker, beside nobody's `dist-pkg/`. */
export function testExtension(): Promise<BuiltExtension> {
  built ??= buildExtension({ outDir: join(CACHE, `extension-${process.env.TEST_PARALLEL_INDEX ?? '0'}`), log: () => undefined, isBudgetLoose: true })
    .then(({ name, version, directory, problems }) => ({ name, version, dir: join(directory, 'plugin'), problems }));

  return built;
}
