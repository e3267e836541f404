import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, hostDist } from '../support/cache-folder.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const INPUTS = ['package.json', 'babel.config.js', 'tsconfig.json', 'vue.config.js'];
/** The shell's build finds its loaders only in yarn 1's layout; npm and later yarns hoist them differently. */
const YARN = 'yarn@1.22.22';
const STAMP = '.built-from';

function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd,
      stdio: 'inherit',
      env: { ...process.env, NODE_OPTIONS: '--max_old_space_size=8192', NODE_ENV: 'production' }
    });

    child.on('error', fail);
    child.on('exit', (code) => {
      if (code === 0) {
        done();
      } else {
        fail(new Error(`${command} ${args.join(' ')} ended with ${String(code)}`));
      }
    });
  });
}

async function digest(): Promise<string> {
  const hash = createHash('sha256').update(YARN);

  for (const name of INPUTS) {
    hash.update(await readFile(join(HERE, name)));
  }

  return hash.digest('hex');
}

/**
 * Builds an empty Rancher Dashboard from `@rancher/shell` into the cache folder, unless it is there already: about a
 * minute of installing and three of building on two cores, once per version.
 */
export async function buildHost(options: { readonly isForced?: boolean } = {}): Promise<string> {
  const folder = join(cacheFolder(), 'host');
  const stamp = join(folder, STAMP);
  const wanted = await digest();
  const built = existsSync(stamp) ? await readFile(stamp, 'utf8') : '';

  if (options.isForced !== true && built === wanted && existsSync(join(hostDist(), 'index.html'))) {
    return hostDist();
  }

  await mkdir(join(folder, 'pkg'), { recursive: true });
  for (const name of INPUTS) {
    await cp(join(HERE, name), join(folder, name));
  }
  // NODE_ENV=production would leave out nothing here: the host's build tools are plain dependencies.
  await run('npx', ['--yes', YARN, 'install', '--ignore-engines', '--non-interactive'], folder);
  await run('npx', ['--yes', YARN, 'run', 'build'], folder);
  await writeFile(stamp, wanted);

  return hostDist();
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  console.log(await buildHost({ isForced: process.argv.includes('--force') }));
}
