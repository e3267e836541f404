import { formatBytes, formatClock, formatDuration } from '@/components/format';
import { SEVERITY_ORDER, type Rollup } from '@/domain/health/rollup';
import type { Finding, ParamValue, VolumeVerdict } from '@/domain/health/types';
import type { Translate } from '@/stores/contract';

/** What is needed to put a finding into words. */
export interface Wording {
  readonly t: Translate;
  readonly locale: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** What to call a disk of a node; without it, its own name. */
  readonly labelDisk?: (nodeName: string, diskName: string) => string;
}

/**
 * Parameters fit for a sentence: `…Bytes` as sizes, `…At` as clock times, `…Ms` as spans; `…Percent` stays a number.
 * Counts and names pass as they are.
 */
export function sentenceParams(params: Readonly<Record<string, ParamValue>>, wording: Wording): Readonly<Record<string, ParamValue>> {
  const out: Record<string, ParamValue> = {};

  for (const [name, value] of Object.entries(params)) {
    if (typeof value !== 'number') {
      out[name] = name === 'disk' && value !== '' && wording.labelDisk ? wording.labelDisk(String(params.node ?? ''), value) : value;
    } else if (name.endsWith('Bytes')) {
      out[name] = formatBytes(value, wording.locale);
    } else if (name.endsWith('At')) {
      out[name] = formatClock(value, wording.now, wording.locale);
    } else if (name.endsWith('Ms')) {
      out[name] = formatDuration(value, wording.locale);
    } else {
      out[name] = value;
    }
  }
  return out;
}

/** The sentence of a finding: what is wrong (`title`), why (`cause`), what happens or is to be done next (`next`). */
export function findingText(finding: Finding, part: 'title' | 'cause' | 'next', wording: Wording): string {
  return wording.t(`lhv2.diagnosis.${finding.code}.${part}`, sentenceParams(finding.params, wording)).trim();
}

/** What to tell of a volume: its headline, or, where that is calm, what asks for someone beside it. */
export function toldFinding(verdict: Pick<VolumeVerdict, 'level' | 'headline' | 'facts' | 'needsAttention'>): Finding {
  const { level, headline, facts, needsAttention } = verdict;
  const isCalm = needsAttention && (level === 'healthy' || level === 'stopped') && headline.needsHelp !== true;

  return (isCalm ? facts.find((fact) => fact.isNote === true && fact.needsHelp === true) : undefined) ?? headline;
}

/** `2 of 3`, or `2` when the volume does not say how many it wants. */
export function goodOfWanted(t: Translate, verdict: Pick<VolumeVerdict, 'goodReplicas' | 'wantedReplicas'>): string {
  return verdict.wantedReplicas === null
    ? t('lhv2.health.replicas.good', { good: verdict.goodReplicas })
    : t('lhv2.health.replicas.goodOf', { good: verdict.goodReplicas, wanted: verdict.wantedReplicas });
}

/** `Degraded 2 · Healthy 12`: how many volumes of a group are in which state, worst first. */
export function rollupWords(t: Translate, rollup: Rollup): string {
  return SEVERITY_ORDER.filter((level) => rollup.counts[level] > 0).map((level) => `${t(`lhv2.health.state.${level}`)} ${String(rollup.counts[level])}`).join(' · ');
}
