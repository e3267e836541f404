import type { DegradedPhase, Level, VolumeVerdict } from '@/domain/health/types';
import type { ClusterContext } from '@/stores/contract';
import { toCsv } from '../volume-health/csv';
import { findingText, toldFinding, type Wording } from './words';

/** A stretch of a volume's record: in one state, or out of sight. Times are epoch milliseconds. */
export interface Span {
  readonly at: number;
  /** null for the last one, which lasts. */
  readonly until: number | null;
  /** null = nothing could be seen. */
  readonly level: Level | null;
  readonly phase: DegradedPhase | null;
  readonly percent: number | null;
  /** The verdict of that time; null out of sight. */
  readonly verdict: (() => VolumeVerdict) | null;
}

type Recorded = Pick<ClusterContext, 'health' | 'inventory' | 'now'>;

/** The record of a volume from when it was first seen, oldest first; empty while it was never judged. */
export function spansOf({ health }: Pick<Recorded, 'health'>, volumeName: string): readonly Span[] {
  const since = health.history(volumeName).firstSeenAt;
  const present = health.verdict(volumeName);
  const kept = health.flight.entries(volumeName);
  const states = kept.length > 0 ? kept : present && since !== null
    ? [{ at: since, level: present.level, phase: present.phase, percent: present.rebuild?.percent ?? null, verdict: () => present }]
    : [];
  const [first] = states;

  if (!first) {
    return [];
  }
  const starts: Omit<Span, 'until'>[] = [...states];

  for (const gap of health.flight.gaps()) {
    if (gap.to !== null && gap.to <= first.at) {
      continue;
    }
    const back = states.findLast((state) => state.at <= (gap.to ?? Infinity));

    starts.push({ at: Math.max(gap.from, first.at), level: null, phase: null, percent: null, verdict: null });
    if (back && gap.to !== null) {
      starts.push({ ...back, at: gap.to });
    }
  }
  starts.sort((a, b) => a.at - b.at);
  return starts.map((start, index) => ({ ...start, until: starts[index + 1]?.at ?? null })).filter((span) => span.until === null || span.until > span.at);
}

/** One word for a state; the percent of a rebuild with it. */
export function spanWord({ t }: Pick<Wording, 't'>, { level, phase, percent }: Pick<Span, 'level' | 'phase' | 'percent'>): string {
  if (level === null) {
    return t('lhv2.health.history.unseen');
  }
  return phase === 'rebuilding' && percent !== null ? t('lhv2.health.state.rebuildingPercent', { percent: Math.floor(percent) }) : t(`lhv2.health.state.${level === 'degraded' && phase ? phase : level}`);
}

/** What a state was about, in a few words: two states of one word differ by their cause. */
export function spanTitle(wording: Wording, span: Span): string {
  const verdict = span.verdict?.();

  if (!verdict) {
    return spanWord(wording, span);
  }
  return [...new Set([verdict.headline, toldFinding(verdict)])].map((finding) => findingText(finding, 'title', wording)).join(' · ');
}

const iso = (at: number): string => new Date(at).toISOString();

/** The record of some volumes as JSON, with the times nothing could be seen. */
export function flightToJson(cluster: Recorded, volumeNames: Iterable<string>): string {
  const { health, inventory, now } = cluster;
  const volumes = [...volumeNames].map((name) => ({
    volume: name,
    claim: inventory.claimOfVolume(name)?.meta.id ?? null,
    watchedSince: iso(health.history(name).firstSeenAt ?? now.value),
    states: spansOf(cluster, name).map((span) => ({ from: iso(span.at), to: span.until === null ? null : iso(span.until), verdict: span.verdict?.() ?? null }))
  }));

  return `${JSON.stringify({ exportedAt: iso(now.value), volumes }, null, 2)}\n`;
}

/** The same as one line per state, safe to open in a spreadsheet. */
export function flightToCsv(cluster: Recorded, volumeNames: Iterable<string>, wording: Wording): string {
  const { t } = wording;
  const columns = ['since', 'until', 'volume', 'claim', 'state', 'code', 'good', 'wanted', 'rebuild', 'cause'] as const;

  return toCsv(columns.map((column) => t(`lhv2.health.csv.${column}`)), [...volumeNames].flatMap((name) => spansOf(cluster, name).map((span) => {
    const verdict = span.verdict?.();

    return [
      iso(span.at), span.until === null ? null : iso(span.until), name, cluster.inventory.claimOfVolume(name)?.meta.id ?? '', spanWord(wording, span), verdict?.headline.code ?? '', verdict?.goodReplicas ?? null,
      verdict?.wantedReplicas ?? null, span.percent === null ? null : Math.floor(span.percent), verdict ? findingText(verdict.headline, 'cause', wording) : ''
    ];
  })));
}
