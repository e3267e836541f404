import { shallowRef } from 'vue';
import type { Level, VolumeHistory, VolumeVerdict } from '@/domain/health/types';
import { KIND } from '@/domain/kube/kinds';
import { longhornId } from '@/domain/kube/names';
import type { ClusterView } from '@/domain/view';
import type { HealthIndex } from './contract';
import { createFlightRecorder } from './flight-recorder';
import { createFrameScheduler } from './frame';
import type { LiveInventory } from './inventory';
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
  /** Number of volumes that an admin has to do something about. */
  attention(): number;
  /** Looks again at verdicts that time alone may change. Called once a second. */
  tick(): void;
  dispose(): void;
}

/** Verdicts of volumes that are neither well nor at rest are looked at again this often, milliseconds. */
const RESTLESS = 15_000;
const BUDGET = 8;

interface Kept {
  readonly verdict: VolumeVerdict;
  readonly at: number;
  /** Next moment that the verdict itself names; null when it names none. */
  readonly dueAt: number | null;
}

const isRestless = (verdict: VolumeVerdict): boolean => verdict.level !== 'healthy' && verdict.level !== 'stopped';

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
  const counts: Record<Level, number> = { critical: 0, degraded: 0, unknown: 0, transition: 0, stopped: 0, healthy: 0 };
  let attention = 0;
  const version = shallowRef(0);
  const keeper = createHistoryKeeper(now);
  const flight = createFlightRecorder();
  const more = createFrameScheduler(() => { work(); });

  const markAll = (): void => {
    for (const volume of inventory.all(KIND.volume)) {
      dirty.add(volume.meta.name);
    }
  };

  function forget(name: string): void {
    const old = kept.get(name);

    if (old) {
      counts[old.verdict.level]--;
      attention -= Number(old.verdict.needsAttention);
      kept.delete(name);
      restless.delete(name);
    }
  }

  function judge(name: string, at: number): void {
    if (!inventory.get(KIND.volume, longhornId(name))) {
      forget(name);

      return;
    }
    const verdict = diagnose(inventory, name, at, keeper.history(name));

    const old = kept.get(name);

    flight.observe(old?.verdict, verdict, at, keeper.history(name).firstSeenAt);
    if (old) {
      counts[old.verdict.level]--;
      attention -= Number(old.verdict.needsAttention);
    }
    counts[verdict.level]++;
    attention += Number(verdict.needsAttention);
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

    for (const name of dirty) {
      dirty.delete(name);
      judge(name, at);
      if (performance.now() - begun > budget) {
        break;
      }
    }
    version.value++;
    if (dirty.size > 0) {
      more.request();
    }
  }

  const stop = inventory.listen({
    changed(change) {
      keeper.observe(change);
      const touched = touchedVolumes(inventory, change);

      touched.volumes.forEach((name) => dirty.add(name));
      if (touched.troubled) {
        restless.forEach((name) => dirty.add(name));
      }
      if (touched.all) {
        markAll();
      }
    },
    readStateChanged() {
      markAll();
      flight.see([KIND.volume, KIND.replica, KIND.engine].every((kind) => inventory.readState(kind).status === 'ready'), now());
    },
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
    counts: () => ({ ...counts }),
    attention: () => attention,
    history: (name) => keeper.history(name),
    flight,
    tick() {
      const at = now();

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
      kept.clear();
      dirty.clear();
      restless.clear();
    }
  };
}
