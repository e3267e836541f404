import { formatBytes, formatClock, formatInstant } from '@/components/format';
import { isOnLastCopy, worseLevel } from '@/domain/health/rollup';
import type { Evidence, VolumeVerdict } from '@/domain/health/types';
import { KIND } from '@/domain/kube/kinds';
import { longhornId, splitId } from '@/domain/kube/names';
import type { ClusterContext } from '@/stores/contract';
import { inNodeOrder, replicaPlace } from '../volume-detail/cells';
import { freshnessOf } from '../volume-detail/freshness';
import { allHosts } from '../volume-detail/hosts';
import { kubectlGet } from '../volume-detail/kubectl';
import { bootsFrom } from '../volume-detail/machine';
import { doubtOf } from '../volume-detail/sentences';
import { isShort, shownState } from '../volume-detail/shown-state';
import { findingText, goodOfWanted, rollupWords, toldFinding, type Wording } from '../volume-detail/words';

/** Volumes told in full; the rest in a line each, so that a bad day still fits a mail. */
const IN_FULL = 100;
const WELL: ReadonlySet<string> = new Set(['no-v2-disk', 'v2-disabled', 'ready']);

/** Neither healthy, nor on its way, nor stopped and complete; or with something that asks for an admin. */
export function isNotWell(verdict: VolumeVerdict): boolean {
  return verdict.needsAttention || ['critical', 'degraded', 'unknown'].includes(verdict.level) || (verdict.level === 'stopped' && isShort(verdict));
}

function worstFirst(a: VolumeVerdict, b: VolumeVerdict): number {
  if (a.level !== b.level) {
    return worseLevel(a.level, b.level) === a.level ? -1 : 1;
  }
  return Number(isOnLastCopy(b)) - Number(isOnLastCopy(a)) || Number(b.needsAttention) - Number(a.needsAttention) || (a.since ?? Infinity) - (b.since ?? Infinity) || (a.volumeName < b.volumeName ? -1 : 1);
}

function evidenceLines(verdict: VolumeVerdict, wording: Wording): readonly string[] {
  const { t, locale, now } = wording;
  const fields = new Map<string, Evidence>();

  for (const finding of [verdict.headline, ...verdict.facts]) {
    for (const entry of finding.evidence) {
      fields.set(`${entry.kind} ${entry.id} ${entry.path}`, entry);
    }
  }
  const read = [...fields.values()];
  const value = (entry: Evidence): string => (entry.value === null ? t('lhv2.health.evidence.absent') : entry.value === '' ? t('lhv2.health.evidence.empty') : entry.value);
  const commands = new Set(read.filter((entry) => entry.id !== '').map((entry) => kubectlGet(entry.kind, entry.id)));

  return [
    ...read.map((entry) => `${entry.kind.slice(entry.kind.lastIndexOf('.') + 1)} ${splitId(entry.id).name} ${entry.path} = ${value(entry)}${entry.readAt === null ? '' : ` (${t('lhv2.health.evidence.readAt', { time: formatClock(entry.readAt, now, locale, true) })})`}`),
    ...commands
  ];
}

/** Everything that is not well, worst first, with causes, next steps and evidence: plain text to mail, paste or print. */
export function reportText(cluster: Pick<ClusterContext, 'inventory' | 'health' | 'now'>, wording: Wording): string {
  const { inventory, health } = cluster;
  const { t, locale } = wording;
  const freshness = freshnessOf(inventory);
  const all = health.rollup();
  const unwell = [...health.verdicts()].filter(isNotWell).sort(worstFirst);
  const indent = (lines: readonly string[], by = '   '): readonly string[] => lines.filter(Boolean).map((line) => by + line);
  const hosts = allHosts(inventory).filter((host) => !WELL.has(host.code)).map((host) => `${host.name}: ${t(`lhv2.health.host.${host.code}`)}`);
  const head = (verdict: VolumeVerdict): string => {
    const claim = inventory.claimOfVolume(verdict.volumeName);

    return `${claim?.meta.id ?? verdict.volumeName}: ${shownState(t, verdict, inventory.get(KIND.volume, longhornId(verdict.volumeName)), freshness).word}, ${goodOfWanted(t, verdict)}`;
  };
  const full = (verdict: VolumeVerdict): readonly string[] => {
    const volume = inventory.get(KIND.volume, longhornId(verdict.volumeName));
    const claim = inventory.claimOfVolume(verdict.volumeName);
    const machines = claim ? inventory.machinesOfClaim(claim.meta.id) : [];

    return indent([
      [verdict.volumeName, volume?.dataEngine ?? '', formatBytes(volume?.size, locale), claim?.storageClassName ?? '', verdict.since === null ? '' : `${t('lhv2.health.column.since')} ${formatInstant(verdict.since, locale)}`].filter(Boolean).join(' · '),
      machines.length > 0 && claim ? `${t('lhv2.health.csv.machines')}: ${machines.map((machine) => `${machine.meta.id}${bootsFrom(machine, claim.meta.id) ? ` (${t('lhv2.health.boot')})` : ''}`).join(', ')}` : '',
      findingText(toldFinding(verdict), 'cause', wording),
      `→ ${findingText(toldFinding(verdict), 'next', wording)}`,
      ...inNodeOrder(verdict.replicas).map((replica) => `- ${replicaPlace(t, replica, wording.labelDisk)}: ${t(`lhv2.replica.${replica.class}`)}`),
      ...verdict.facts.map((fact) => `+ ${findingText(fact, 'title', wording)}: ${findingText(fact, 'cause', wording)}`),
      ...indent(evidenceLines(verdict, wording), '  ')
    ]);
  };

  return [
    `${t('lhv2.health.title')} · ${formatInstant(cluster.now.value, locale)}`,
    ...[doubtOf(freshness, wording)].filter(Boolean),
    t(`lhv2.health.say.${freshness.state === 'stale' ? 'needsStale' : 'needs'}`, { count: all.attention, total: all.total }),
    rollupWords(t, all),
    ...(all.onLastCopy > 0 ? [t('lhv2.health.report.last', { count: all.onLastCopy })] : []),
    ...hosts,
    '',
    ...(unwell.length === 0 ? [t('lhv2.health.report.none')] : []),
    ...unwell.slice(0, IN_FULL).flatMap((verdict, index) => [`${String(index + 1)}. ${head(verdict)}`, ...full(verdict), '']),
    ...unwell.slice(IN_FULL).map((verdict, index) => `${String(IN_FULL + index + 1)}. ${head(verdict)}`)
  ].filter((line, index, lines) => line !== '' || (index > 0 && lines[index - 1] !== '')).join('\n').trimEnd();
}
