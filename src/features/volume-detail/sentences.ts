import { formatClock } from '@/components/format';
import type { VirtualMachineRecord } from '@/domain/harvester/types';
import type { ClusterView } from '@/domain/view';
import type { Freshness } from './freshness';
import { bootsFrom, machineStateOf } from './machine';
import { shownState, type ShownState } from './shown-state';
import type { Subject } from './subject';
import { findingText, goodOfWanted, toldFinding, type Wording } from './words';

/** A volume's story in the order it is read: badge, what, why, what next, and how far to trust it. */
export interface Story {
  readonly state: ShownState;
  readonly lead: string;
  readonly cause: string;
  readonly next: string;
  /** Why the above may not be the present truth; '' when it is. */
  readonly doubt: string;
}

/** Name of a kind as people say it: `Longhorn volumes`. */
export function kindWord(wording: Wording, kind: string): string {
  return wording.t(`lhv2.health.kind.${kind.replaceAll('.', '-')}`);
}

/** Why the data may not be trusted; '' while it is live. */
export function doubtOf(freshness: Freshness, wording: Wording): string {
  const { t, locale, now } = wording;

  switch (freshness.state) {
    case 'live': return '';
    case 'loading': return t('lhv2.health.doubt.loading');
    case 'stale': return t('lhv2.health.doubt.stale', { time: formatClock(freshness.since, now, locale) });
    case 'unreadable': {
      const status = freshness.kinds.some((entry) => entry.status === 'forbidden') ? 'forbidden' : freshness.kinds.some((entry) => entry.status === 'failed') ? 'failed' : 'absent';
      const kinds = new Intl.ListFormat(locale, { type: 'conjunction' }).format(freshness.kinds.filter((entry) => entry.status === status).map((entry) => kindWord(wording, entry.kind)));
      const message = freshness.kinds.find((entry) => entry.status === status)?.message ?? '';

      return t(`lhv2.health.doubt.${status}`, { kinds, message });
    }
  }
}

/** `VM web-07 is running.`: what became of the machine that uses the volume. '' when none does. */
export function machineSentence(view: Pick<ClusterView, 'get'>, machines: readonly VirtualMachineRecord[], wording: Wording): string {
  const [first] = machines;

  if (!first) {
    return '';
  }
  return machines.length === 1
    ? wording.t(`lhv2.health.machine.${machineStateOf(view, first)}`, { name: first.meta.name })
    : wording.t('lhv2.health.machine.several', { count: machines.length });
}

function claimFacts(subject: Subject, wording: Wording): string {
  const { claim, schedulingError } = subject;

  if (!claim) {
    return '';
  }
  if (schedulingError === null) {
    return wording.t('lhv2.health.claim.phaseOnly', { phase: claim.phase || '—' });
  }
  return schedulingError
    ? wording.t('lhv2.health.claim.schedulingError', { phase: claim.phase || '—', error: schedulingError })
    : wording.t('lhv2.health.claim.phase', { phase: claim.phase || '—' });
}

function storyWithoutVerdict(subject: Subject, wording: Wording): Story {
  const { t } = wording;
  const state = shownState(t, undefined, subject.volume, subject.freshness);
  const doubt = doubtOf(subject.freshness, wording);

  if (subject.kind === 'foreign') {
    return { state: { level: 'unknown', phase: null, word: t('lhv2.health.state.foreign'), shape: 'dash', isTrusted: false }, lead: t('lhv2.health.lead.foreign', { driver: subject.driver }), cause: '', next: '', doubt: '' };
  }
  if (subject.kind === 'unbound') {
    return { state: { level: 'transition', phase: null, word: t('lhv2.health.state.unbound'), isTrusted: subject.freshness.state === 'live' }, lead: t('lhv2.health.lead.unbound'), cause: claimFacts(subject, wording), next: '', doubt };
  }
  if (subject.kind === 'missing') {
    return { state, lead: t('lhv2.health.lead.missing', { name: subject.volumeName || subject.claimId }), cause: claimFacts(subject, wording), next: '', doubt };
  }
  return { state, lead: subject.freshness.state === 'loading' ? '' : t('lhv2.health.lead.cannotVerify'), cause: claimFacts(subject, wording), next: '', doubt };
}

/** Headlines that say no more than the badge and the count of replicas do. */
const PLAIN: ReadonlySet<string> = new Set(['healthy', 'stopped-complete']);

/** The story of a volume. `machine`: tell it from this machine's side ("Boots from 2 of 3 good replicas"). */
export function storyOf(view: Pick<ClusterView, 'get'>, subject: Subject, wording: Wording, machine?: VirtualMachineRecord): Story {
  const { verdict } = subject;
  const { t } = wording;

  if (!verdict || subject.freshness.state === 'unreadable' || subject.freshness.state === 'loading') {
    return storyWithoutVerdict(subject, wording);
  }
  const state = shownState(t, verdict, subject.volume, subject.freshness);
  const count = goodOfWanted(t, verdict);
  const isBoot = machine !== undefined && subject.claim !== undefined && bootsFrom(machine, subject.claim.meta.id);
  const counted = t(`lhv2.health.lead.${isBoot ? 'boot' : verdict.level === 'stopped' ? 'complete' : 'good'}`, { count });
  const isCalm = verdict.level === 'healthy' || verdict.level === 'stopped';
  const machines = machine ? [machine] : subject.machines;
  // A volume that is unknown or still on its way has no count worth stating.
  const lead = [verdict.level === 'unknown' || verdict.level === 'transition' ? '' : counted, machineSentence(view, machines, wording)].filter(Boolean).join(wording.locale.startsWith('zh') ? '' : ' ');
  // A calm volume has nothing to explain, unless it is short of replicas or carries a note.
  const tellsMore = !isCalm || verdict.needsAttention || (verdict.wantedReplicas !== null && verdict.goodReplicas < verdict.wantedReplicas);

  return {
    state,
    lead,
    cause: tellsMore || !PLAIN.has(verdict.headline.code) ? findingText(toldFinding(verdict), 'cause', wording) : '',
    next: tellsMore ? findingText(toldFinding(verdict), 'next', wording) : '',
    doubt: doubtOf(subject.freshness, wording)
  };
}
