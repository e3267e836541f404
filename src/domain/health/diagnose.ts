import { KIND } from '../kube/kinds';
import { longhornId } from '../kube/names';
import type { ClusterView } from '../view';
import { doubtOfStatus, judgeLevel } from './base-level';
import type { DoubtCode } from './base-level';
import type { VolumeExtras } from './extras';
import { GROUPS, NOTES } from './groups';
import { toFinding } from './rule';
import type { Rule } from './rule';
import { citeReadState } from './rules/cite';
import { START_PROBLEMS } from './rules/moving';
import { Situation } from './situation';
import type { Finding, Level, RebuildView, VolumeHistory, VolumeVerdict } from './types';

/**
 * The verdict on one Longhorn volume: how it is, why, what proves it, and what else is worth knowing.
 *
 * The level comes first and from the volume, its engine and its replicas alone (`judgeLevel`); then the rules of that
 * level look for the cause. So an unreadable node can hide a cause, never soften a level. Missing, forbidden or stale
 * objects read `unknown`, never healthy or stopped. Mirrors Longhorn's own computation of robustness
 * (longhorn-manager controller/volume_controller.go) where that exists and goes beyond it where it does not: detached
 * volumes, the reason behind a scheduling failure, what is waited for and until when.
 *
 * @param now epoch milliseconds
 * @param history what was observed of the volume so far; time-based codes need it
 * @param extras what was read on demand for this volume (events, orphans, shard group)
 * @returns never throws; a volume that is not there gives an `unknown` verdict that says why
 */
export function diagnoseVolume(view: ClusterView, volumeName: string, now: number, history?: VolumeHistory, extras?: VolumeExtras): VolumeVerdict {
  const volume = view.get('longhorn.io.volume', longhornId(volumeName));
  if (volume === undefined) return missingVerdict(view, volumeName);

  const situation = new Situation(view, now, volume, history, extras);
  const { level } = judgeLevel(situation);
  const findings: Finding[] = [];
  collect(GROUPS[level].causes, situation, findings);
  if (findings.length === 0) collectFirst(GROUPS[level].fallbacks, situation, findings);
  const headline = findings.shift() ?? silentFinding(situation, level);
  const facts = findings;
  if (level !== 'healthy' && level !== 'transition') collect(START_PROBLEMS, situation, facts);
  collect(NOTES, situation, facts);

  return {
    volumeName,
    level,
    phase: headline.phase,
    headline,
    facts: headline.code === 'data-stale' ? facts.filter((fact) => fact.code !== 'news-is-stale') : facts,
    replicas: situation.verdicts,
    goodReplicas: situation.good,
    wantedReplicas: situation.wanted,
    rebuild: slowestRebuild(situation),
    since: levelSince(situation, level),
    needsAttention: headline.needsHelp === true || facts.some((fact) => fact.isNote === true && fact.needsHelp === true) || mayBeStuckUnseen(situation, level)
  };
}

/** Degraded or on its way, and what would say "it is stuck" could not be read: only a rebuild that runs speaks for itself. */
function mayBeStuckUnseen(situation: Situation, level: Level): boolean {
  return ((level === 'degraded' && situation.rebuilding === null) || level === 'transition') && !situation.isRecoveryVerifiable;
}

function collect(rules: readonly Rule[], situation: Situation, into: Finding[]): void {
  for (const rule of rules) {
    const hit = rule.find(situation);
    if (hit !== null) into.push(toFinding(rule, hit, situation));
  }
}

function collectFirst(rules: readonly Rule[], situation: Situation, into: Finding[]): void {
  for (const rule of rules) {
    const hit = rule.find(situation);
    if (hit === null) continue;
    into.push(toFinding(rule, hit, situation));
    return;
  }
}

/** Not reached while each level's last fallback always hits; keeps a verdict from ever lacking a headline. */
function silentFinding(situation: Situation, level: Level): Finding {
  return { code: 'robustness-unknown', level, phase: null, params: { volume: situation.volume.meta.name, good: situation.good, wanted: situation.wanted ?? '?', what: 'volume', sinceAt: 0, hasSince: 'no', value: '' }, evidence: [] };
}

function slowestRebuild(situation: Situation): RebuildView | null {
  return situation.rebuilding?.rebuild ?? null;
}

/** Since when the level holds, by what the objects or the observed changes say. */
function levelSince(situation: Situation, level: Level): number | null {
  const { volume, history } = situation;
  if (level === 'degraded' && volume.lastDegradedAt !== null) return volume.lastDegradedAt;
  if (level === 'critical') {
    const newest = situation.failed[0]?.failedAt ?? null;
    if (newest !== null) return newest;
  }
  const change = history?.robustnessChanges.at(-1);
  if (change !== undefined && change.to === volume.rawRobustness && level !== 'stopped') return change.at;
  // A state that was there already when watching began may be any age.
  return history?.stateSince != null && history.firstSeenAt !== null && history.stateSince > history.firstSeenAt ? history.stateSince : null;
}

/** The volume is not among the objects: gone, or not readable. */
function missingVerdict(view: ClusterView, volumeName: string): VolumeVerdict {
  const state = view.readState(KIND.volume);
  const code: DoubtCode = doubtOfStatus(state.status) ?? 'volume-gone';
  const headline: Finding = {
    code,
    level: 'unknown',
    phase: null,
    params: { volume: volumeName, good: 0, wanted: '?', what: 'volume', sinceAt: state.since ?? 0, hasSince: state.since === null ? 'no' : 'yes', value: '' },
    evidence: [citeReadState({ view }, KIND.volume)],
    isNote: false,
    needsHelp: false
  };
  return { volumeName, level: 'unknown', phase: null, headline, facts: [], replicas: [], goodReplicas: 0, wantedReplicas: null, rebuild: null, since: null, needsAttention: false };
}
