import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Folder with everything that is built or downloaded once for the tests: Rancher Dashboard and published Harvester UIs. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'harvester-longhorn-v2');
}

/** Where the built dashboard is, whether it exists or not (`tests/rancher-host/build.mts` makes it). */
export function hostDist(): string {
  return join(cacheFolder(), 'host', 'dist');
}

/** Where a published Harvester UI is expected: the folder with `plugin/`. */
export function harvesterUi(version: string): string {
  return join(cacheFolder(), 'harvester', version);
}

export const hasHost = (): boolean => existsSync(join(hostDist(), 'index.html'));
export const hasHarvesterUi = (version: string): boolean => existsSync(join(harvesterUi(version), 'plugin', `harvester-${version}.umd.min.js`));

/** Where the UI that Harvester itself brings is expected, built with `RANCHER_ENV=harvester` and `/dashboard/` as its base. */
export function standaloneUi(version: string): string {
  return join(cacheFolder(), 'standalone', version);
}

export const hasStandaloneUi = (version: string): boolean => existsSync(join(standaloneUi(version), 'index.html'));
