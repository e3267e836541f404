import type { DataVolumeRecord } from '../harvester/types';
import { KIND } from '../kube/kinds';
import type { ClusterView } from '../view';
import { cause } from './pipeline-steps';
import { evidenceOf } from './reading';
import type { PipelineCause } from './types';

/** How far a data volume was when it was last seen to move. No object says when that was: it has to be watched. */
export interface Standing {
  readonly phase: string;
  readonly progress: number | null;
  /** Epoch milliseconds of the first look that found it so. */
  readonly since: number;
}

/** CDI tells hundredths of a percent: a minute without one is less than 0.2 MB/s even for a terabyte. Milliseconds. */
const STILL_AFTER = 60_000;
/** Pods are scheduled and pull their image meanwhile. Milliseconds. */
const WAITS_AFTER = 180_000;
/** Phases that end by themselves within seconds on a healthy cluster; clones by the CSI driver tell no percent and take their time. */
const BRIEF_PHASES: ReadonlySet<string> = new Set(['', 'Pending', 'PVCBound', 'PendingPopulation', 'ImportScheduled', 'CloneScheduled', 'UploadScheduled', 'PrepClaimInProgress', 'RebindInProgress', 'Unknown']);

/** What to remember of a data volume after another look at it; the same object while nothing moves. `now` in epoch milliseconds. */
export function noteStanding(before: Standing | undefined, dataVolume: DataVolumeRecord, now: number): Standing {
  const { phase, progress } = dataVolume;

  return before?.phase === phase && before.progress === progress ? before : Object.freeze({ phase, progress, since: now });
}

/**
 * That a data volume does not move and nothing says why; null while it does, is done, waits for a browser, or can't be
 * watched right now.
 */
export function findStandstill(view: ClusterView, dataVolume: DataVolumeRecord, standing: Standing | undefined, now: number): PipelineCause | null {
  const { phase, progress } = dataVolume;

  if (standing?.phase !== phase || standing.progress !== progress || view.readState(KIND.dataVolume).status !== 'ready' || /^(?:Succeeded|Failed|UploadReady|Paused)$/.test(phase)) {
    return null;
  }

  const still = now - standing.since;
  const id = dataVolume.meta.id;
  const evidence = [evidenceOf(view, KIND.dataVolume, id, 'status.phase', phase), evidenceOf(view, KIND.dataVolume, id, 'status.progress', progress === null ? null : `${progress}%`)];

  if (progress !== null && progress < 100 && still >= STILL_AFTER) {
    return cause('not-progressing', { progress: Math.floor(progress), phase, sinceAt: standing.since, stillMs: still }, evidence);
  }

  return progress === null && BRIEF_PHASES.has(phase) && still >= WAITS_AFTER
    ? cause('phase-standing', { phase, sinceAt: standing.since, stillMs: still }, evidence)
    : null;
}
