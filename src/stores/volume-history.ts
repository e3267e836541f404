import { KIND } from '@/domain/kube/kinds';
import type { VolumeHistory } from '@/domain/health/types';
import type { EngineRecord, Robustness, VolumeRecord } from '@/domain/longhorn/types';
import type { RecordChange } from './record-table';

type Sample = VolumeHistory['rebuildSamples'][string][number];

/** What was seen of each volume since the page opened, bounded. */
export interface HistoryKeeper {
  observe(change: RecordChange): void;
  history(volumeName: string): VolumeHistory;
}

const MOST_CHANGES = 50;
/** Twice what any rule looks back, milliseconds: with a new change, older ones are let go. */
const REMEMBERED = 3_600_000;
const MOST_SAMPLES = 120;
/** Progress that stands still is noted this seldom, milliseconds. */
const STILL = 5000;
/** A volume that stops or starts reads `unknown` in between: that is its state, not a change of its robustness. */
const KNOWN: ReadonlySet<Robustness> = new Set<Robustness>(['healthy', 'degraded', 'faulted']);
const NOTHING_SEEN: VolumeHistory = Object.freeze({ robustnessChanges: Object.freeze([]), rebuildSamples: Object.freeze({}), stateSince: null, firstSeenAt: null });

function sampled(samples: readonly Sample[], at: number, percent: number): readonly Sample[] {
  const last = samples.at(-1);

  // Less than before: the rebuild began anew, and what was measured says nothing of this run.
  if (!last || percent < last.percent) {
    return [{ at, percent }];
  }

  return percent > last.percent || at - last.at >= STILL ? [...samples, { at, percent }].slice(-MOST_SAMPLES) : samples;
}

const recent = (changes: VolumeHistory['robustnessChanges'] | undefined, at: number): VolumeHistory['robustnessChanges'] => changes?.filter((change) => change.at > at - REMEMBERED) ?? [];

/** Takes notes of robustness changes and rebuild progress as records change. */
export function createHistoryKeeper(now: () => number): HistoryKeeper {
  const histories = new Map<string, VolumeHistory>();
  /** Last robustness that said something. */
  const known = new Map<string, Robustness>();

  function observeVolume(before: VolumeRecord | undefined, after: VolumeRecord | undefined): void {
    if (!after) {
      histories.delete(before?.meta.name ?? '');
      known.delete(before?.meta.name ?? '');

      return;
    }
    const name = after.meta.name;
    const old = histories.get(name);
    const at = now();
    const last = known.get(name);
    const isKnown = KNOWN.has(after.robustness);
    const hasChanged = isKnown && last !== undefined && last !== after.robustness;

    if (isKnown) {
      known.set(name, after.robustness);
    }

    if (old && before?.rawState === after.rawState && !hasChanged) {
      return;
    }
    histories.set(name, {
      robustnessChanges: hasChanged ? [...recent(old?.robustnessChanges, at), { at, to: after.robustness }].slice(-MOST_CHANGES) : old?.robustnessChanges ?? [],
      rebuildSamples: old?.rebuildSamples ?? {},
      stateSince: old && before?.rawState === after.rawState ? old.stateSince : at,
      firstSeenAt: old?.firstSeenAt ?? at
    });
  }

  function observeEngine(engine: EngineRecord): void {
    const old = histories.get(engine.volumeName) ?? NOTHING_SEEN;
    const running = engine.rebuilds.filter((rebuild) => rebuild.isRebuilding);

    if (running.length === 0 && Object.keys(old.rebuildSamples).length === 0) {
      return;
    }
    const rebuildSamples = Object.fromEntries(running.map((rebuild) => {
      const key = rebuild.replicaName || rebuild.address;

      return [key, sampled(old.rebuildSamples[key] ?? [], now(), rebuild.progress)];
    }));

    histories.set(engine.volumeName, { ...old, rebuildSamples });
  }

  return {
    observe(change) {
      if (change.kind === KIND.volume) {
        observeVolume(change.before as VolumeRecord | undefined, change.after as VolumeRecord | undefined);
      } else if (change.kind === KIND.engine && change.after) {
        const engine = change.after as EngineRecord;

        // During a migration the passive engine reports nothing and must not erase the notes.
        if (engine.isActive) {
          observeEngine(engine);
        }
      }
    },
    history: (volumeName) => histories.get(volumeName) ?? NOTHING_SEEN
  };
}
