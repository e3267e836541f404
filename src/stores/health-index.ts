import { shallowRef } from 'vue';
import { createRollupIndex, WHOLE_CLUSTER } from '@/domain/health/rollup';
import type { VolumeHistory, VolumeVerdict } from '@/domain/health/types';
import { KIND } from '@/domain/kube/kinds';
import { longhornId } from '@/domain/kube/names';
import type { ClusterView } from '@/domain/view';
import type { HealthIndex } from './contract';
import { createFlightRecorder } from './flight-recorder';
import { createFrameScheduler } from './frame';
import type { LiveInventory } from './inventory';
import { isSameVerdict } from './same-verdict';
import { createHistoryKeeper } from './volume-history';
import { touchedVolumes } from './touched-volumes';

export type Diagnose = (view: ClusterView, volumeName: string, now: number, history: VolumeHistory) => VolumeVerdict;

export interface HealthIndexOptions {
  readonly inventory: LiveInventory;
  readonly diagnose: Diagnose;
  readonly now: () => number;
  /** Milliseconds of work per frame before the page gets its turn. */
  readonly budget?: number;
}

export interface LiveHealthIndex extends HealthIndex {
  /** Looks again at verdicts that time alone may change. Called once a second. */
  tick(): void;
  dispose(): void;
}

/** Verdicts of volumes that are neither well nor at rest are looked at again this often, milliseconds. */
const RESTLESS = 15_000;
const BUDGET = 8;
/**
 * Free space of some disk changes all the time, and may help any volume in trouble: they are looked at again this often
 * for it, milliseconds.
 */
const ROOM_INTERVAL = 5000;
/** While kinds are still being read, their states change by the dozen: all volumes are looked at again this often at most. */
const LOADING_INTERVAL = 1000;
/** What a level is judged by. While one of these is being read, all that a second look could say is that it is. */
const CORE = [KIND.volume, KIND.replica, KIND.engine] as const;

interface Kept {
  readonly verdict: VolumeVerdict;
  readonly at: number;
  /** Next moment that the verdict itself names; null when it names none. */
  readonly dueAt: number | null;
}

/** A stopped volume that is short of replicas may be waiting for an offline rebuild, which counts as stuck after a while. */
const isRestless = ({ level, goodReplicas, wantedReplicas }: VolumeVerdict): boolean => level !== 'healthy' && (level !== 'stopped' || goodReplicas < (wantedReplicas ?? 0));

/** The nearest moment to come that a sentence of the verdict mentions (`…At` parameters are epoch milliseconds). */
function nextMoment(verdict: VolumeVerdict, now: number): number | null {
  let next: number | null = null;

  for (const finding of [verdict.headline, ...verdict.facts]) {
    for (const [name, value] of Object.entries(finding.params)) {
      if (name.endsWith('At') && typeof value === 'number' && value > now && (next === null || value < next)) {
        next = value;
      }
    }
  }

  return next;
}

/** Verdicts kept current by difference: an event costs the diagnosis of the volumes it touches, within a frame's budget. */
export function createHealthIndex({ inventory, diagnose, now, budget = BUDGET }: HealthIndexOptions): LiveHealthIndex {
  const kept = new Map<string, Kept>();
  const restless = new Set<string>();
  const dirty = new Set<string>();
  const rollups = createRollupIndex();
  const version = shallowRef(0);
  const keeper = createHistoryKeeper(now);
  const followers = new Set<(volumeName: string) => void>();
  let lookedForRoomAt = -Infinity;
  let isRoomDue = false;
  let markedAllAt = -Infinity;
  let isAllDue = false;
  const flight = createFlightRecorder();
  const more = createFrameScheduler(() => { work(); });

  const isReading = (): boolean => CORE.some((kind) => inventory.readState(kind).status === 'loading');

  const markAll = (): void => {
    isAllDue = false;
    markedAllAt = performance.now();
    for (const volume of inventory.all(KIND.volume)) {
      dirty.add(volume.meta.name);
    }
  };

  /** Marks what is in trouble, at once or, when that was done a moment ago, with a later tick. */
  function lookForRoom(at: number): void {
    isRoomDue = at - lookedForRoomAt < ROOM_INTERVAL;
    if (!isRoomDue) {
      lookedForRoomAt = at;
      restless.forEach((name) => dirty.add(name));
    }
  }

  function forget(name: string): void {
    rollups.remove(name);
    kept.delete(name);
    restless.delete(name);
  }

  function judge(name: string, at: number): void {
    if (!inventory.get(KIND.volume, longhornId(name))) {
      forget(name);

      return;
    }
    const fresh = diagnose(inventory, name, at, keeper.history(name));
    const old = kept.get(name);
    const verdict = old && isSameVerdict(old.verdict, fresh) ? old.verdict : fresh;

    flight.observe(old?.verdict, verdict, at, keeper.history(name).firstSeenAt);
    if (verdict !== old?.verdict) {
      rollups.put(verdict, WHOLE_CLUSTER);
    }
    kept.set(name, { verdict, at, dueAt: nextMoment(verdict, at) });
    if (isRestless(verdict)) {
      restless.add(name);
    } else {
      restless.delete(name);
    }
  }

  function work(): void {
    if (dirty.size === 0) {
      return;
    }
    const begun = performance.now();
    const at = now();
    const isFirstLook = isReading();

    for (const name of dirty) {
      if (isFirstLook && kept.has(name)) {
        continue;
      }
      dirty.delete(name);
      judge(name, at);
      followers.forEach((follower) => { follower(name); });
      if (performance.now() - begun > budget) {
        break;
      }
    }
    version.value++;
    if (dirty.size > 0 && !isFirstLook) {
      more.request();
    }
  }

  function readStateChanged(): void {
    flight.see(CORE.every((kind) => inventory.readState(kind).status === 'ready'), now());
    isAllDue = true;
    if (inventory.feed.value.state !== 'connecting' || performance.now() - markedAllAt > LOADING_INTERVAL) {
      markAll();
    }
  }

  const stop = inventory.listen({
    changed(change) {
      keeper.observe(change);
      const touched = touchedVolumes(inventory, change);

      touched.volumes.forEach((name) => dirty.add(name));
      if (touched.troubled) {
        restless.forEach((name) => dirty.add(name));
      } else if (touched.room) {
        lookForRoom(now());
      }
      if (touched.all) {
        markAll();
      }
    },
    readStateChanged,
    flushed: work
  });

  return {
    version,
    verdict: (name) => kept.get(name)?.verdict,
    * verdicts() {
      for (const { verdict } of kept.values()) {
        yield verdict;
      }
    },
    * troubled() {
      for (const name of restless) {
        const known = kept.get(name);

        if (known) {
          yield known.verdict;
        }
      }
    },
    rollup: () => rollups.get('cluster'),
    history: (name) => keeper.history(name),
    flight,
    follow(listener) {
      followers.add(listener);

      return () => { followers.delete(listener); };
    },
    tick() {
      const at = now();

      if (isAllDue) {
        markAll();
      }
      if (isRoomDue) {
        lookForRoom(at);
      }

      for (const [name, { dueAt, at: judgedAt }] of kept) {
        if ((dueAt !== null && dueAt <= at) || (restless.has(name) && at - judgedAt >= RESTLESS)) {
          dirty.add(name);
        }
      }
      if (dirty.size > 0) {
        more.request();
      }
    },
    dispose() {
      stop();
      more.cancel();
      followers.clear();
      kept.clear();
      dirty.clear();
      restless.clear();
    }
  };
}
