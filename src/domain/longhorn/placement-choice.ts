import type { DiskRecord } from './types';

/** A disk that may be chosen, with what is free and promised on it by now. */
export interface Choosable {
  readonly disk: DiskRecord;
  readonly scheduled: number | null;
  readonly available: number | null;
}

function usableOf(site: Choosable): number {
  return Math.max(0, (site.available ?? 0) - site.disk.storageReserved - (site.scheduled ?? 0));
}

/** How unevenly bytes are spread, with `size` taken from one of them: (largest − smallest) ÷ mean; the less the better. */
function imbalanceAfter(usable: ReadonlyMap<string, number>, key: string, size: number): number {
  let [largest, smallest, sum] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
  for (const [name, bytes] of usable) {
    const left = name === key ? bytes - size : bytes;
    largest = Math.max(largest, left);
    smallest = Math.min(smallest, left);
    sum += left;
  }
  return sum <= 0 ? Number.POSITIVE_INFINITY : (largest - smallest) / (sum / usable.size);
}

/** The key, of `keys`, whose use leaves the whole most even, among those with room; null when none has any. */
function mostEven(usable: ReadonlyMap<string, number>, keys: Iterable<string>, size: number): string | null {
  let best: string | null = null;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const key of keys) {
    if ((usable.get(key) ?? 0) < size) continue;
    const score = imbalanceAfter(usable, key, size);
    if (score < bestScore) [best, bestScore] = [key, score];
  }
  return best;
}

function byBalance<T extends Choosable>(sites: readonly T[], size: number): T | null {
  const ofNodes = new Map<string, number>();
  const ofDisks = new Map<string, number>();
  for (const site of sites) {
    ofNodes.set(site.disk.nodeName, (ofNodes.get(site.disk.nodeName) ?? 0) + usableOf(site));
    ofDisks.set(site.disk.uuid, usableOf(site));
  }
  const node = mostEven(ofNodes, ofNodes.keys(), size);
  const own = sites.filter((site) => site.disk.nodeName === node);
  const uuid = mostEven(ofDisks, own.map((site) => site.disk.uuid), size);
  return own.find((site) => site.disk.uuid === uuid) ?? null;
}

function byFreeSpace<T extends Choosable>(sites: readonly T[]): T | null {
  let best: T | null = null;
  const free = (site: T): number => (site.available ?? 0) - site.disk.storageReserved;
  for (const site of sites) if (best === null || free(site) > free(best)) best = site;
  return best;
}

/**
 * Which of several fitting disks Longhorn takes: since 1.11 the node, then its disk, that leaves usable space most even
 * (`getDiskWithMostBalanceScore`), before the disk with most free space (`getDiskWithMostUsableStorage`; longhorn-manager
 * scheduler/replica_scheduler.go). Among equals Longhorn takes any; here the first one, so that an answer is repeatable.
 * An unknown version counts as new.
 */
export function chooseDisk<T extends Choosable>(sites: readonly T[], size: number, longhornMinor: number | null): T | null {
  if (longhornMinor !== null && longhornMinor < 11) return byFreeSpace(sites);
  return byBalance(sites, size) ?? byFreeSpace(sites);
}
