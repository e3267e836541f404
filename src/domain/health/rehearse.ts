import { findDisk, findLonghornNode, nodeReadiness } from '../longhorn/node-status';
import type { ClusterView } from '../view';
import type { ReplicaVerdict, VolumeVerdict } from './types';

/** What is imagined to be gone: whole nodes, single disks (UUIDs), or every node of a zone. */
export interface Loss {
  readonly nodes?: readonly string[];
  readonly disks?: readonly string[];
  readonly zone?: string;
}

/**
 * What a loss does to a volume: `untouched`; `degraded` (fewer good copies, still serving); `last-copy` (one good copy
 * is left of several wanted); `lost` (no good copy is left until the lost ones return); `restarted` (its copies stay,
 * but its engine or VM was there and has to start elsewhere); `unknown` (its copies could not be verified before).
 */
export type LossEffect = 'untouched' | 'degraded' | 'last-copy' | 'lost' | 'restarted' | 'unknown';

export interface VolumeLoss {
  readonly volumeName: string;
  readonly effect: LossEffect;
  readonly goodBefore: number;
  readonly goodAfter: number;
  readonly wanted: number | null;
  /** VMs (`<ns>/<name>`) that use the volume. */
  readonly machines: readonly string[];
}

export interface LossRehearsal {
  /** Volumes that are not `untouched`, the worst first. */
  readonly volumes: readonly VolumeLoss[];
  readonly counts: Readonly<Record<LossEffect, number>>;
  /** VMs that would stop and could not start until the lost nodes or disks return. */
  readonly stoppedMachines: readonly string[];
}

const ORDER: readonly LossEffect[] = ['lost', 'unknown', 'last-copy', 'degraded', 'restarted', 'untouched'];

function goneNodes(view: ClusterView, loss: Loss): ReadonlySet<string> {
  const gone = new Set(loss.nodes ?? []);
  if (loss.zone !== undefined && loss.zone !== '') for (const node of view.all('longhorn.io.node')) if (node.zone === loss.zone) gone.add(node.meta.name);
  return gone;
}

function isGone(replica: ReplicaVerdict, nodes: ReadonlySet<string>, disks: ReadonlySet<string>): boolean {
  return nodes.has(replica.nodeName) || disks.has(replica.diskId);
}

/** A stopped volume's complete replica counts as good wherever it is; one that is out of reach already saves nobody. */
function isInReach(view: ClusterView, replica: ReplicaVerdict): boolean {
  if (view.readState('longhorn.io.node').status !== 'ready') return true;
  const node = findLonghornNode(view, replica.nodeName);
  return node !== undefined && nodeReadiness(node) !== 'down' && findDisk(view, replica.diskId) !== undefined;
}

function machinesOf(view: ClusterView, volumeName: string): readonly string[] {
  const claim = view.claimOfVolume(volumeName);
  return claim === undefined ? [] : view.machinesOfClaim(claim.meta.id).map((machine) => machine.meta.id);
}

/** What losing nodes, disks or a zone would do to each volume, from the present verdicts. Pure: nothing is changed. */
export function rehearseLoss(view: ClusterView, verdicts: Iterable<VolumeVerdict>, loss: Loss): LossRehearsal {
  const nodes = goneNodes(view, loss);
  const disks = new Set(loss.disks ?? []);
  const counts: Record<LossEffect, number> = { untouched: 0, degraded: 0, 'last-copy': 0, lost: 0, restarted: 0, unknown: 0 };
  const volumes: VolumeLoss[] = [];
  const stopped = new Set<string>();
  for (const verdict of verdicts) {
    const volume = view.get('longhorn.io.volume', `longhorn-system/${verdict.volumeName}`);
    const good = verdict.replicas.filter((replica) => replica.isGood && isInReach(view, replica));
    const goodAfter = good.filter((replica) => !isGone(replica, nodes, disks)).length;
    const touched = verdict.replicas.some((replica) => isGone(replica, nodes, disks));
    const isServedThere = volume !== undefined && nodes.has(volume.currentNodeId);
    const effect = effectOf(verdict, good.length, goodAfter, touched, isServedThere);
    counts[effect] += 1;
    if (effect === 'untouched') continue;
    const machines = machinesOf(view, verdict.volumeName);
    if (effect === 'lost') for (const machine of machines) stopped.add(machine);
    volumes.push({ volumeName: verdict.volumeName, effect, goodBefore: good.length, goodAfter, wanted: verdict.wantedReplicas, machines });
  }
  volumes.sort((a, b) => ORDER.indexOf(a.effect) - ORDER.indexOf(b.effect) || a.goodAfter - b.goodAfter || (a.volumeName < b.volumeName ? -1 : 1));
  return { volumes, counts, stoppedMachines: [...stopped].sort() };
}

function effectOf(verdict: VolumeVerdict, goodBefore: number, goodAfter: number, isTouched: boolean, isServedThere: boolean): LossEffect {
  if (!isTouched && !isServedThere) return 'untouched';
  if (verdict.level === 'unknown') return 'unknown';
  if (goodBefore > 0 && goodAfter === 0) return 'lost';
  if (goodAfter < goodBefore) return goodAfter === 1 && (verdict.wantedReplicas ?? 1) > 1 ? 'last-copy' : 'degraded';
  return isServedThere ? 'restarted' : 'untouched';
}

/** What keeps a node from being drained, or what a drain costs. */
export interface DrainRehearsal {
  readonly nodeNames: readonly string[];
  readonly loss: LossRehearsal;
  /** Volumes whose only good copies are there: `block-if-contains-last-replica`, Longhorn's default, refuses the drain. */
  readonly blockers: readonly string[];
  /** Whether Longhorn's drain policy lets the drain finish; null when the copies could not all be verified. */
  readonly isAllowed: boolean | null;
  readonly policy: string;
}

const DEFAULT_POLICY = 'block-if-contains-last-replica';

/**
 * Drain of one or several nodes. Mirrors `node-drain-policy` (longhorn-manager controller/instance_manager_controller.go):
 * the default refuses while a node holds the last healthy replica of a volume; `block-for-eviction` waits until every
 * replica has left; `allow-if-replica-is-stopped` lets stopped ones be; `always-allow` refuses nothing.
 */
export function rehearseDrain(view: ClusterView, verdicts: Iterable<VolumeVerdict>, nodeNames: readonly string[]): DrainRehearsal {
  const list = [...verdicts];
  const loss = rehearseLoss(view, list, { nodes: nodeNames });
  const policy = view.get('longhorn.io.setting', 'longhorn-system/node-drain-policy')?.value || DEFAULT_POLICY;
  const gone = new Set(nodeNames);
  const levels = new Map(list.map((verdict) => [verdict.volumeName, verdict.level]));
  let blockers = loss.volumes.filter((volume) => volume.effect === 'lost').map((volume) => volume.volumeName);
  if (policy === 'always-allow') blockers = [];
  else if (policy === 'allow-if-replica-is-stopped') blockers = blockers.filter((name) => levels.get(name) !== 'stopped');
  else if (policy === 'block-for-eviction') blockers = list.filter((verdict) => verdict.replicas.some((replica) => gone.has(replica.nodeName))).map((verdict) => verdict.volumeName);
  return { nodeNames, loss, blockers, isAllowed: blockers.length > 0 ? false : policy !== 'always-allow' && loss.counts.unknown > 0 ? null : true, policy };
}

/** Nodes in the order in which draining them one by one costs least: those that nothing would stop on first. */
export function orderDrains(view: ClusterView, verdicts: Iterable<VolumeVerdict>): readonly { readonly nodeName: string; readonly rehearsal: DrainRehearsal }[] {
  const list = [...verdicts];
  return [...view.all('longhorn.io.node')]
    .map((node) => ({ nodeName: node.meta.name, rehearsal: rehearseDrain(view, list, [node.meta.name]) }))
    .sort((a, b) => cost(a.rehearsal) - cost(b.rehearsal) || (a.nodeName < b.nodeName ? -1 : 1));
}

function cost({ blockers, loss }: DrainRehearsal): number {
  return blockers.length * 1e9 + loss.counts.unknown * 1e6 + loss.counts['last-copy'] * 1e3 + loss.counts.degraded;
}
