import type { Kind, ReadStatus } from '../kube/kinds';
import { hasHeldData } from '../longhorn/selectors';
import type { Situation } from './situation';
import type { Level } from './types';

/** Why a calm verdict can't be given. Each is a code of its own. */
export type DoubtCode =
  | 'cannot-read' | 'kind-absent' | 'data-stale' | 'still-loading' | 'read-failed' | 'volume-gone'
  | 'engine-missing' | 'engine-not-running' | 'modes-missing' | 'replicas-missing' | 'replica-count-missing'
  | 'state-unknown' | 'sharded-unverified' | 'no-proven-copy' | 'robustness-unknown';

export interface Doubt {
  readonly code: DoubtCode;
  readonly kind: Kind;
}

export interface BaseLevel {
  readonly level: Level;
  readonly doubt: Doubt | null;
}

const CRITICAL: BaseLevel = Object.freeze({ level: 'critical', doubt: null });
const DEGRADED: BaseLevel = Object.freeze({ level: 'degraded', doubt: null });
const TRANSITION: BaseLevel = Object.freeze({ level: 'transition', doubt: null });
const STOPPED: BaseLevel = Object.freeze({ level: 'stopped', doubt: null });
const HEALTHY: BaseLevel = Object.freeze({ level: 'healthy', doubt: null });

function doubt(code: DoubtCode, kind: Kind): BaseLevel {
  return { level: 'unknown', doubt: { code, kind } };
}

/** The doubt that a kind's read status casts; null when its objects are complete and live. */
export function doubtOfStatus(status: ReadStatus): DoubtCode | null {
  switch (status) {
    case 'ready': return null;
    case 'loading':
    case 'unread': return 'still-loading';
    case 'stale': return 'data-stale';
    case 'forbidden': return 'cannot-read';
    case 'absent': return 'kind-absent';
    default: return 'read-failed';
  }
}

function doubtOf(s: Situation, kind: 'longhorn.io.volume' | 'longhorn.io.engine' | 'longhorn.io.replica'): BaseLevel | null {
  const code = doubtOfStatus(s.status(kind));
  return code === null ? null : doubt(code, kind);
}

const YOUNG = 120_000;
const SETTLING = 60_000;

/**
 * How bad it is, before asking why. Bad news is believed from the volume alone; good news only when the volume, its
 * engine and its replicas were all read and are fresh, and agree. A detached volume is never degraded, a faulted one
 * never anything but critical.
 */
export function judgeLevel(s: Situation): BaseLevel {
  const { volume } = s;
  if (volume.meta.deletedAt !== null || volume.state === 'deleting') return whenVolumeIsFresh(s, TRANSITION);
  if (volume.robustness === 'faulted') return CRITICAL;
  // Longhorn always writes one of its words: a missing or strange one may have been `faulted`.
  if (volume.robustness === 'unknown' && volume.rawRobustness !== 'unknown' && !isNewborn(s)) return doubtOf(s, 'longhorn.io.volume') ?? doubt('robustness-unknown', 'longhorn.io.volume');
  switch (volume.state) {
    case 'new':
    case 'creating':
    case 'attaching':
    case 'detaching':
      return whenVolumeIsFresh(s, TRANSITION);
    case 'attached':
      return judgeAttached(s);
    case 'detached':
      return judgeDetached(s);
    default:
      return isNewborn(s) ? whenVolumeIsFresh(s, TRANSITION) : (doubtOf(s, 'longhorn.io.volume') ?? doubt('state-unknown', 'longhorn.io.volume'));
  }
}

/** Longhorn has not written a status yet, and the volume is too young for that to mean anything. */
function isNewborn(s: Situation): boolean {
  const { volume, now } = s;
  return volume.rawState === '' && volume.rawRobustness === '' && volume.meta.createdAt !== null && now - volume.meta.createdAt < YOUNG;
}

function whenVolumeIsFresh(s: Situation, level: BaseLevel): BaseLevel {
  return doubtOf(s, 'longhorn.io.volume') ?? level;
}

/** Data is being put into the volume (or that failed and is tried again): redundancy comes later, by design. */
export function isBeingFilled(s: Situation): boolean {
  const { volume } = s;
  if (volume.cloneStatus.state !== '' && volume.cloneStatus.state !== 'completed') return true;
  return !volume.isStandby && (volume.restoreRequired || s.condition('Restore')?.status === 'True');
}

function judgeAttached(s: Situation): BaseLevel {
  const { volume } = s;
  const isSharded = volume.dataLayout === 'sharded';
  if ((volume.robustness === 'degraded' || volume.robustness === 'healthy') && isBeingFilled(s)) return whenVolumeIsFresh(s, TRANSITION);
  if (volume.robustness === 'degraded') return DEGRADED;
  const fog = doubtOf(s, 'longhorn.io.volume') ?? doubtOf(s, 'longhorn.io.engine') ?? (isSharded ? null : doubtOf(s, 'longhorn.io.replica'));
  if (fog !== null) return fog;
  if (s.engine === null) return doubt('engine-missing', 'longhorn.io.engine');
  if (volume.robustness !== 'healthy') return isSettling(s) ? TRANSITION : doubt('robustness-unknown', 'longhorn.io.volume');
  if (s.running === null) return doubt('engine-not-running', 'longhorn.io.engine');
  if (isSharded) return HEALTHY;
  if (s.wanted === null) return doubt('replica-count-missing', 'longhorn.io.volume');
  const modes = s.running.replicaModeMap;
  if (modes === null) return doubt('modes-missing', 'longhorn.io.engine');
  if (s.good >= s.wanted) return HEALTHY;
  // The engine counts copies whose objects are not there: nothing can be said of those.
  return hasUnseenCopy(s) ? doubt('replicas-missing', 'longhorn.io.replica') : DEGRADED;
}

function hasUnseenCopy(s: Situation): boolean {
  const modes = s.running?.replicaModeMap ?? null;
  if (modes === null) return true;
  for (const name of Object.keys(modes)) if (!s.verdicts.some((verdict) => verdict.name === name && verdict.class !== 'unknown')) return true;
  return s.replicas.length === 0;
}

/** `attached` appears before `healthy`: for a few seconds robustness is unknown though all is well. */
function isSettling(s: Situation): boolean {
  const age = s.stateAge;
  return s.running !== null && age !== null && age >= 0 && age < SETTLING;
}

function judgeDetached(s: Situation): BaseLevel {
  const fog = doubtOf(s, 'longhorn.io.volume') ?? doubtOf(s, 'longhorn.io.replica');
  if (fog !== null) return fog;
  if (isBeingFilled(s)) return TRANSITION;
  if (s.volume.dataLayout === 'sharded') return s.extras?.shardGroup?.state === 'healthy' ? STOPPED : doubt('sharded-unverified', 'longhorn.io.volume');
  if (s.wanted === null) return doubt('replica-count-missing', 'longhorn.io.volume');
  if (s.replicas.length === 0) return doubt('replicas-missing', 'longhorn.io.replica');
  if (s.good > 0 || isNeverUsed(s)) return STOPPED;
  if (s.failed.length === 0 || s.verdicts.some((verdict) => verdict.class === 'idle-complete' || verdict.class === 'unknown')) return doubt('no-proven-copy', 'longhorn.io.replica');
  // Where nothing was ever written, one failed replica has lost nothing, as long as another is left.
  const hasLost = s.failed.some(hasHeldData) || !s.verdicts.some((verdict) => verdict.class === 'idle-empty');
  return hasLost ? CRITICAL : doubt('no-proven-copy', 'longhorn.io.replica');
}

/** No copy ever held data: provisioned, not attached yet. */
export function isNeverUsed(s: Situation): boolean {
  if (s.wanted === null || s.replicas.length < s.wanted || s.failed.length > 0 || s.replicas.some((replica) => !replica.isFailureKnown)) return false;
  return s.volume.actualSize === 0 && s.verdicts.every((verdict) => verdict.class === 'idle-empty' || verdict.class === 'not-placed');
}
