import type { DegradedPhase, Level, VolumeVerdict } from '@/domain/health/types';

/** A verdict as it stood from `at` until the next entry. Times are epoch milliseconds. */
export interface FlightEntry {
  readonly at: number;
  readonly level: Level;
  readonly phase: DegradedPhase | null;
  /** Of the rebuild that is furthest behind, 0..100; null without one. */
  readonly percent: number | null;
  /** Reads the verdict back; made anew on each call. */
  readonly verdict: () => VolumeVerdict;
}

/** A time in which nothing could be seen; `to` is null while it lasts. */
export interface FlightGap {
  readonly from: number;
  readonly to: number | null;
}

export interface FlightLimits {
  /** Entries of one volume, and of all together. */
  readonly perVolume: number;
  readonly entries: number;
  /** Characters of all entries together: Latin letters take a byte each in memory, others two. */
  readonly characters: number;
  readonly gaps: number;
}

/** What each volume was, state by state, since the page opened: in memory only, and bounded. */
export interface FlightRecord {
  /** States of a volume, oldest first; empty while it has not changed since it was first seen. */
  entries(volumeName: string): readonly FlightEntry[];
  /** Volumes that have changed; those that are gone too, until newer entries need their room. */
  volumes(): Iterable<string>;
  gaps(): readonly FlightGap[];
  /** What is kept now. */
  size(): { readonly entries: number; readonly characters: number };
}

export interface FlightRecorder extends FlightRecord {
  /** Notes a change of state. `since` is when the volume was first seen; percents count in tens. */
  observe(before: VolumeVerdict | undefined, after: VolumeVerdict, at: number, since: number | null): void;
  /** Whether the cluster can be seen at `at`. Before it was seen once, there is no gap. */
  see(isSeen: boolean, at: number): void;
}

interface Kept extends FlightEntry {
  readonly volumeName: string;
  readonly state: string;
  readonly text: string;
}

const LIMITS: FlightLimits = { perVolume: 60, entries: 5000, characters: 4_000_000, gaps: 50 };
/** Verdicts that tell of the reading, not of the volume: the gap says it once for all. */
const BLIND: ReadonlySet<string> = new Set(['still-loading', 'data-stale', 'cannot-read', 'kind-absent', 'read-failed']);

/** What makes two verdicts the same state: not the clock times in their sentences, and percents by tens. */
function stateOf(verdict: VolumeVerdict): string {
  const { level, phase, headline, facts, goodReplicas, wantedReplicas, replicas, rebuild } = verdict;

  return [level, phase, headline.code, goodReplicas, wantedReplicas, rebuild ? Math.floor(rebuild.percent / 10) : '', ...facts.map((fact) => fact.code), ...replicas.map((replica) => `${replica.name}=${replica.class}`)].join(' ');
}

/** An empty recorder. The oldest entries make room for new ones, whichever volume they are of. */
export function createFlightRecorder(limits: FlightLimits = LIMITS): FlightRecorder {
  const byVolume = new Map<string, Kept[]>();
  /** All entries in the order they came. */
  const order = new Set<Kept>();
  let gaps: readonly FlightGap[] = [];
  let characters = 0;

  function drop(kept: Kept): void {
    const own = byVolume.get(kept.volumeName);

    order.delete(kept);
    characters -= kept.text.length;
    own?.splice(own.indexOf(kept), 1);
    if (own?.length === 0) {
      byVolume.delete(kept.volumeName);
    }
  }

  function keep(verdict: VolumeVerdict, at: number): void {
    const text = JSON.stringify(verdict);
    const kept: Kept = {
      volumeName: verdict.volumeName, at, level: verdict.level, phase: verdict.phase, percent: verdict.rebuild?.percent ?? null, state: stateOf(verdict), text,
      verdict: () => JSON.parse(text) as VolumeVerdict
    };
    const own = byVolume.get(kept.volumeName) ?? [];

    byVolume.set(kept.volumeName, own);
    own.push(kept);
    order.add(kept);
    characters += kept.text.length;
    if (own.length > limits.perVolume && own[0]) {
      drop(own[0]);
    }
    for (const oldest of order) {
      if (order.size <= limits.entries && characters <= limits.characters) {
        break;
      }
      drop(oldest);
    }
  }

  /** What a volume was before the cluster went out of sight: verdicts say nothing of it meanwhile. */
  const unseen = new Map<string, VolumeVerdict>();
  let hasSeen = false;

  return {
    observe(before, after, at, since) {
      const { volumeName } = after;

      if (BLIND.has(after.headline.code)) {
        if (before && !BLIND.has(before.headline.code)) {
          unseen.set(volumeName, before);
        }
        return;
      }
      const known = unseen.get(volumeName) ?? (before && !BLIND.has(before.headline.code) ? before : undefined);
      const state = byVolume.get(volumeName)?.at(-1)?.state ?? (known && stateOf(known));

      unseen.delete(volumeName);
      if (state === undefined || state === stateOf(after)) {
        return;
      }
      if (known && !byVolume.has(volumeName)) {
        keep(known, since ?? at);
      }
      keep(after, at);
    },
    see(isSeen, at) {
      const open = gaps.at(-1)?.to === null;

      hasSeen ||= isSeen;
      if (isSeen && open) {
        gaps = gaps.map((gap) => (gap.to === null ? { ...gap, to: at } : gap));
      } else if (!isSeen && !open && hasSeen) {
        gaps = [...gaps, { from: at, to: null }].slice(-limits.gaps);
      }
    },
    entries: (volumeName) => [...byVolume.get(volumeName) ?? []],
    volumes: () => byVolume.keys(),
    gaps: () => gaps,
    size: () => ({ entries: order.size, characters })
  };
}
