import type { Shape, Tone } from '@/components/tone';
import type { DegradedPhase, Level, VolumeVerdict } from '@/domain/health/types';
import type { VolumeRecord } from '@/domain/longhorn/types';
import type { Translate } from '@/stores/contract';
import type { Freshness } from './freshness';

/** What a badge says of a volume, after freshness has had its word. */
export interface ShownState {
  readonly level: Level;
  readonly phase: DegradedPhase | null;
  readonly word: string;
  readonly tone?: Tone;
  readonly shape?: Shape;
  /** Whether the verdict may be read as the present truth. */
  readonly isTrusted: boolean;
}

/** Replicas short of what a stopped volume wants. false when the volume does not say how many it wants. */
export function isShort(verdict: VolumeVerdict): boolean {
  return verdict.wantedReplicas !== null && verdict.goodReplicas < verdict.wantedReplicas;
}

function trustedWord(t: Translate, verdict: VolumeVerdict, volume: VolumeRecord | undefined): string {
  const { level, phase } = verdict;

  if (level === 'degraded') {
    if (phase === 'rebuilding' && verdict.rebuild) {
      return t('lhv2.health.state.rebuildingPercent', { percent: Math.floor(verdict.rebuild.percent) });
    }
    return t(`lhv2.health.state.${phase ?? 'degraded'}`);
  }
  if (level === 'critical') {
    return t(`lhv2.health.state.${volume?.robustness === 'faulted' ? 'faulted' : 'critical'}`);
  }
  if (level === 'stopped') {
    return verdict.wantedReplicas === null
      ? t('lhv2.health.state.stopped')
      : t('lhv2.health.state.stoppedCount', { good: verdict.goodReplicas, wanted: verdict.wantedReplicas });
  }
  if (level === 'transition') {
    return t(`lhv2.health.state.${volume && ['attaching', 'detaching', 'creating', 'deleting'].includes(volume.state) ? volume.state : 'transition'}`);
  }
  return t(`lhv2.health.state.${level}`);
}

/**
 * The badge of a verdict. Bad news stays what it is when it gets old (marked as last seen); good news does not: healthy,
 * stopped and transition read Unknown while the data is stale, and everything reads Unknown while it can't be read.
 */
export function shownState(t: Translate, verdict: VolumeVerdict | undefined, volume: VolumeRecord | undefined, freshness: Freshness): ShownState {
  if (!verdict || freshness.state === 'unreadable') {
    return freshness.state === 'loading'
      ? { level: 'transition', phase: null, word: t('lhv2.health.state.reading'), tone: 'unk', isTrusted: false }
      : { level: 'unknown', phase: null, word: t('lhv2.health.state.cannotVerify'), isTrusted: false };
  }
  if (freshness.state === 'loading') {
    return { level: 'transition', phase: null, word: t('lhv2.health.state.reading'), tone: 'unk', isTrusted: false };
  }
  const word = trustedWord(t, verdict, volume);

  if (freshness.state === 'stale') {
    const isCalm = verdict.level === 'healthy' || verdict.level === 'stopped' || verdict.level === 'transition';

    return isCalm || verdict.level === 'unknown'
      ? { level: 'unknown', phase: null, word: t('lhv2.health.state.staleWas', { state: word }), isTrusted: false }
      : { level: verdict.level, phase: verdict.phase, word: t('lhv2.health.state.staleStill', { state: word }), isTrusted: false };
  }
  return {
    level: verdict.level,
    phase: verdict.phase,
    word,
    ...(verdict.level === 'stopped' && (isShort(verdict) || verdict.needsAttention) ? { tone: 'warn' as const } : {}),
    isTrusted: true
  };
}
