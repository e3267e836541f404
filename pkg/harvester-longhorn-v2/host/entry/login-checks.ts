import type { HostStore, LoadedPlugin } from '../types';
import type { HostTranslate } from './lazy';
import { hasNoticed, notice, type NoticeMemory } from './notice';

const OLDEST = { major: 1, minor: 5 } as const;

/** The loaded Harvester UI, whether installed from a catalog or built in. */
export function findHarvester(plugins: Readonly<Record<string, LoadedPlugin>>): LoadedPlugin | undefined {
  return Object.values(plugins).find((plugin) => plugin.name === 'harvester');
}

/** True when a version is surely older than the first Harvester UI that knows v2 boot volumes; unreadable versions are not. */
export function isTooOld(version: string): boolean {
  const match = /^v?(\d+)\.(\d+)/.exec(version);

  if (match === null) {
    return false;
  }

  const major = Number(match[1]);

  return major < OLDEST.major || (major === OLDEST.major && Number(match[2]) < OLDEST.minor);
}

const POLL = 250;
/** The host reads its clusters after signing in, the local one first: how long to wait for a Harvester among them. */
const PATIENCE = 20_000;

/** True when a Harvester cluster is registered in this Rancher: without one, a missing Harvester UI is nobody's problem. */
function hasHarvesterCluster(store: HostStore): boolean {
  const all = store.getters['management/all'];
  const clusters: unknown = typeof all === 'function' ? (all as (type: string) => unknown)('management.cattle.io.cluster') : [];

  return Array.isArray(clusters) && clusters.some((cluster) => (cluster as { status?: { provider?: string } } | null)?.status?.provider === 'harvester');
}

async function findsHarvesterCluster(store: HostStore): Promise<boolean> {
  for (let waited = 0; waited < PATIENCE; waited += POLL) {
    if (hasHarvesterCluster(store)) {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }

  return false;
}

/**
 * Looks, once everything is loaded, whether the Harvester UI that we plug into is there and new enough; says so in one
 * notice per browser session when it is not.
 */
export async function checkHost(store: HostStore, plugins: Readonly<Record<string, LoadedPlugin>>, t: HostTranslate, memory: NoticeMemory = sessionStorage): Promise<'ok' | 'missing' | 'old'> {
  const harvester = findHarvester(plugins);
  const version = harvester?.version ?? '';
  const verdict = harvester === undefined ? 'missing' : isTooOld(version) ? 'old' : 'ok';

  if (verdict === 'ok' || hasNoticed(memory)) {
    return verdict;
  }
  if (verdict === 'missing' && !await findsHarvesterCluster(store)) {
    return verdict;
  }

  await notice(store, memory, t('lhv2.host.noticeTitle'), verdict === 'missing' ? t('lhv2.host.harvesterMissing') : t('lhv2.host.harvesterOld', { version }));

  return verdict;
}
