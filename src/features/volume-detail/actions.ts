import { deleteReplica, liftRebuildCap, pickSalvage, salvage, setOfflineRebuild, setReplicaCount, setScheduling, type GuardedAction, type Refusal } from '@/domain/health/actions';
import type { VolumeVerdict } from '@/domain/health/types';
import { findDisk } from '@/domain/longhorn/node-status';
import type { VolumeRecord } from '@/domain/longhorn/types';
import type { ClusterView } from '@/domain/view';
import { placementOf } from './placement';
import type { Subject } from './subject';

/** An action that is a verdict's safe next step. Words: `lhv2.health.action.<action.code>.{title,effect}`. */
export interface Offer {
  readonly action: GuardedAction;
  /** What the words need beside the action's own parameters. */
  readonly params: Readonly<Record<string, string | number>>;
  /** Why it may not be done now; null when it may. */
  readonly refusal: Refusal | null;
}

type Candidate = readonly [action: GuardedAction, params?: Offer['params']];

/** The second of two good replicas on one node, when another node would take it: never the one beside the VM. */
function spareReplica(view: ClusterView, volume: VolumeRecord, verdict: VolumeVerdict): Candidate | null {
  const pair = verdict.replicas.filter((replica) => replica.isGood && verdict.replicas.some((other) => other !== replica && other.isGood && other.nodeName === replica.nodeName));
  const spare = pair.at(-1);

  if (!spare || verdict.level !== 'healthy') {
    return null;
  }
  // Only waits depend on the time, and a healthy volume waits for nothing.
  const [place] = placementOf(view, volume, { now: 0, without: spare.name }).chosen;

  return place && !verdict.replicas.some((replica) => replica.nodeName === place.nodeName) ? [deleteReplica(volume.meta.name, spare.name), { node: spare.nodeName, why: 'spare', target: place.nodeName }] : null;
}

/** Switches the disk or node on that an admin had switched off, and only then. */
function reopen(params: VolumeVerdict['headline']['params']): Candidate | null {
  const node = String(params.node ?? '');
  const disk = params.disk === undefined || params.disk === '' ? null : String(params.disk);

  return node === '' ? null : [setScheduling(node, disk, true)];
}

/** Row 32 of the decision table: keep new replicas off the bad disk, then clear away what has failed there. */
function isolate(view: ClusterView, name: string, verdict: VolumeVerdict): readonly Candidate[] {
  const node = String(verdict.headline.params.node);
  const bad = verdict.replicas.filter((replica) => replica.nodeName === node && replica.class === 'failed' && replica.diskName === verdict.headline.params.disk);
  const disk = findDisk(view, bad[0]?.diskId ?? '');

  if (disk?.allowScheduling === true) {
    return [[setScheduling(node, disk.name, false)]];
  }
  return bad.map((replica) => [deleteReplica(name, replica.name), { node, why: 'failed', target: '' }]);
}

function candidates(view: ClusterView, volume: VolumeRecord, verdict: VolumeVerdict): readonly (Candidate | null)[] {
  const { name } = volume.meta;
  const { level, phase, headline, wantedReplicas: wanted, goodReplicas: good } = verdict;
  const isShort = wanted !== null && good > 0 && good < wanted;

  if (level === 'unknown') {
    return [];
  }
  if (level === 'critical') {
    const replica = headline.code === 'salvage-available' ? pickSalvage(view, name) : null;

    return [
      replica === null ? null : [salvage(name, [replica]), { replica, node: verdict.replicas.find((entry) => entry.name === replica)?.nodeName ?? '' }],
      headline.code === 'salvage-disk-unschedulable' ? reopen(headline.params) : null
    ];
  }
  return [
    headline.code === 'scheduling-off' ? reopen(headline.params) : null,
    ...(headline.code === 'persistent-failure' ? isolate(view, name, verdict) : []),
    level === 'degraded' && (phase === 'blocked' || phase === 'by-design') && isShort ? [setReplicaCount(name, good), { from: wanted, to: good, survives: good - 1 }] : null,
    level === 'stopped' && isShort ? [setOfflineRebuild(name, 'enabled'), { from: volume.offlineRebuilding }] : null,
    verdict.rebuild && verdict.rebuild.capMBps > 0 ? [liftRebuildCap(name), { cap: volume.rebuildBandwidthLimit ?? 0 }] : null,
    verdict.facts.some((fact) => fact.code === 'two-copies-on-one-node') ? spareReplica(view, volume, verdict) : null
  ];
}

/** Refusals that say "there is nothing to do" rather than "not now": such an action is not mentioned. */
const POINTLESS: ReadonlySet<Refusal> = new Set<Refusal>(['unchanged', 'not-supported', 'object-gone', 'replica-gone']);

/**
 * The actions that fit a volume's verdict, each with the reason why it may not be done now. Nothing is offered for an
 * unknown volume, and nothing but a salvage, or what makes one possible, for one without a good replica.
 */
export function offersFor(view: ClusterView, subject: Pick<Subject, 'verdict' | 'volume'>): readonly Offer[] {
  const { verdict, volume } = subject;

  if (!verdict || !volume) {
    return [];
  }
  return candidates(view, volume, verdict)
    .filter((candidate) => candidate !== null)
    .map(([action, params = {}]) => ({ action, params: { ...action.params, ...params }, refusal: action.validate(view, verdict) }))
    .filter(({ refusal }) => refusal === null || !POINTLESS.has(refusal));
}
