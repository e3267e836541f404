import { KIND } from '../../kube/kinds';
import { longhornId } from '../../kube/names';
import { findLonghornNode } from '../../longhorn/node-status';
import type { NodePlacement, PlacementCode } from '../../longhorn/placement-types';
import type { SchedulingReason } from '../../longhorn/scheduling-reasons';
import { cite } from '../evidence';
import { NOWHERE, rulesOf } from '../rule';
import type { Hit, Rule } from '../rule';
import type { Situation } from '../situation';
import type { Evidence, ParamValue } from '../types';
import { citeDiskCondition, citeNodeCondition, citeRobustness, citeVolume, citeVolumeCondition } from './cite';
import { DISK_CAUSES, DISK_FACTS } from './degraded-disks';

const degraded = rulesOf('degraded');

/** Of the node or disk of a lost replica these say why it was lost, and are told so. */
const TOLD_AS_LOSS: ReadonlySet<PlacementCode> = new Set(['node-not-ready', 'disk-not-ready']);

/** Nodes that could help: those that hold no replica of the volume yet. */
function otherNodes(s: Situation, codes: ReadonlySet<PlacementCode>): readonly NodePlacement[] {
  return s.placement.nodes.filter((node) => codes.has(node.code) && !(TOLD_AS_LOSS.has(node.code) && s.failed.some((replica) => replica.nodeId === node.nodeName)));
}

function citePlace(s: Situation, node: NodePlacement, path: string, value: string | null): Evidence {
  return cite(s.view, KIND.longhornNode, longhornId(node.nodeName), path, value);
}

/** The condition of the place's disk, or of its node where no disk is named. */
function citePlaceCondition(s: Situation, place: NodePlacement, type: 'Ready' | 'Schedulable'): Evidence {
  const name = text(place, 'disk');
  const node = findLonghornNode(s.view, place.nodeName);
  if (node === undefined) return citePlace(s, place, '', null);
  const disk = node.disks.find((candidate) => candidate.name === name);
  return disk === undefined ? citeNodeCondition(s, node, type) : citeDiskCondition(s, node, disk, type);
}

function base(s: Situation): readonly Evidence[] {
  return [citeRobustness(s), citeVolumeCondition(s, 'Scheduled')];
}

/**
 * A rule for one obstacle: it holds when a node stands in the way for one of `codes`, or when Longhorn itself names one
 * of `reasons`. The node's own numbers become parameters; without a node, `hasNode` is `no`.
 */
function obstacle(code: string, row: string, wanted: { readonly codes: readonly PlacementCode[]; readonly reasons?: readonly SchedulingReason[] }, params: readonly string[], describe: (s: Situation, node: NodePlacement | undefined) => Record<string, ParamValue>, cites: (s: Situation, node: NodePlacement) => Evidence): Rule {
  const codes = new Set(wanted.codes);
  return degraded(code, { row, phase: 'blocked', needsHelp: true, params: ['hasNode', 'node', ...params] }, (s): Hit | null => {
    if (!s.isBlocked) return null;
    const [node] = otherNodes(s, codes);
    if (node === undefined && !(wanted.reasons ?? []).some((reason) => s.scheduling.reasons.includes(reason))) return null;
    return {
      params: { hasNode: node === undefined ? 'no' : 'yes', node: node?.nodeName ?? '', ...describe(s, node) },
      evidence: node === undefined ? base(s) : [...base(s), cites(s, node)]
    };
  });
}

function number(node: NodePlacement | undefined, name: string): number {
  const value = node?.params[name];
  return typeof value === 'number' ? value : 0;
}

function text(node: NodePlacement | undefined, name: string): string {
  return String(node?.params[name] ?? '');
}

/** The tags that the place has, of its node or of its disk. */
function citeTags(s: Situation, place: NodePlacement): Evidence {
  const node = findLonghornNode(s.view, place.nodeName);
  const name = text(place, 'disk');
  if (place.code === 'node-tags-missing') return citePlace(s, place, 'spec.tags', JSON.stringify(node?.tags ?? []));
  return citePlace(s, place, `spec.disks.${name}.tags`, JSON.stringify(node?.disks.find((disk) => disk.name === name)?.tags ?? []));
}

function diskPath(node: NodePlacement, field: string): string {
  return `status.diskStatus.${text(node, 'disk')}.${field}`;
}

const insufficientStorage = obstacle('insufficient-storage', '14', { codes: ['insufficient-allocatable', 'insufficient-free'], reasons: ['insufficient-storage'] },
  ['disk', 'which', 'sizeBytes', 'scheduledBytes', 'limitBytes', 'availableBytes', 'minimalBytes'],
  (s, node) => ({
    disk: text(node, 'disk'), which: node?.code === 'insufficient-free' ? 'free' : node === undefined ? 'none' : 'allocatable', sizeBytes: s.volume.size ?? 0,
    scheduledBytes: number(node, 'scheduledBytes'), limitBytes: number(node, 'limitBytes'), availableBytes: number(node, 'availableBytes'), minimalBytes: number(node, 'minimalBytes')
  }),
  (s, node) => node.code === 'insufficient-free'
    ? citePlace(s, node, diskPath(node, 'storageAvailable'), String(number(node, 'availableBytes')))
    : citePlace(s, node, diskPath(node, 'storageScheduled'), String(number(node, 'scheduledBytes'))));

const diskPressure = obstacle('disk-pressure', '15', { codes: ['disk-pressure'] },
  ['disk', 'which', 'scheduledBytes', 'limitBytes', 'availableBytes', 'minimalBytes'],
  (_s, node) => ({
    disk: text(node, 'disk'), which: number(node, 'availableBytes') <= number(node, 'minimalBytes') ? 'free' : 'allocatable',
    scheduledBytes: number(node, 'scheduledBytes'), limitBytes: number(node, 'limitBytes'), availableBytes: number(node, 'availableBytes'), minimalBytes: number(node, 'minimalBytes')
  }),
  (s, node) => citePlaceCondition(s, node, 'Schedulable'));

const v2Disabled = obstacle('v2-disabled-by-label', '17', { codes: ['label-disables-v2'] }, [], () => ({}),
  (s, node) => cite(s.view, KIND.node, node.nodeName, 'metadata.labels[node.longhorn.io/disable-v2-data-engine]', 'true'));

const schedulingOff = obstacle('scheduling-off', '18', { codes: ['scheduling-off', 'disk-scheduling-off'] }, ['hasDisk', 'disk'],
  (_s, node) => ({ hasDisk: text(node, 'disk') === '' ? 'no' : 'yes', disk: text(node, 'disk') }),
  (s, node) => citePlace(s, node, text(node, 'disk') === '' ? 'spec.allowScheduling' : `spec.disks.${text(node, 'disk')}.allowScheduling`, 'false'));

const cordoned = obstacle('node-cordoned', '19', { codes: ['node-cordoned'] }, [], () => ({}),
  (s, node) => citePlaceCondition(s, node, 'Schedulable'));

const evicting = obstacle('place-being-evicted', '20', { codes: ['node-evicting', 'disk-evicting'] }, ['hasDisk', 'disk'],
  (_s, node) => ({ hasDisk: text(node, 'disk') === '' ? 'no' : 'yes', disk: text(node, 'disk') }),
  (s, node) => citePlace(s, node, text(node, 'disk') === '' ? 'spec.evictionRequested' : `spec.disks.${text(node, 'disk')}.evictionRequested`, 'true'));

const tags = obstacle('tags-missing', '21', { codes: ['node-tags-missing', 'disk-tags-missing'], reasons: ['disk-tags'] }, ['tags'],
  (s, node) => ({ tags: text(node, 'tags') || [...s.volume.nodeSelector, ...s.volume.diskSelector].join(', ') }),
  (s, node) => citeTags(s, node));

const engineNotReady = obstacle('engine-not-ready', '22', { codes: ['no-instance-manager'], reasons: ['engine-not-ready'] }, ['engine'],
  (s) => ({ engine: s.volume.dataEngine }),
  (s, node) => citePlace(s, node, `running ${s.volume.dataEngine} instance managers`, '0'));

const placeNotReady = obstacle('place-not-ready', '', { codes: ['node-not-ready', 'node-unschedulable', 'disk-not-ready', 'disk-unschedulable', 'disk-unread'] }, ['hasDisk', 'disk', 'reason'],
  (_s, node) => ({ hasDisk: text(node, 'disk') === '' ? 'no' : 'yes', disk: text(node, 'disk'), reason: text(node, 'reason') }),
  (s, node) => node.code === 'disk-unread' ? citePlace(s, node, diskPath(node, 'storageMaximum'), null) : citePlaceCondition(s, node, node.code === 'node-unschedulable' || node.code === 'disk-unschedulable' ? 'Schedulable' : 'Ready'));

const NO_DISK: ReadonlySet<PlacementCode> = new Set(['no-block-disk', 'no-filesystem-disk', 'no-disk']);

/** Nodes that have a disk for the volume's engine at all, whatever state they are in. */
function countNodesWithDisks(s: Situation): number {
  const type = s.volume.dataEngine === 'v2' ? 'block' : 'filesystem';
  return s.placement.nodes.filter((node) => node.disks.some((disk) => disk.type === type)).length;
}

/** The nodes without a disk for the volume's engine, if `isCause` says that they are to be told. */
function withoutDisks(s: Situation, isCause: (nodes: number, wanted: number) => boolean): Hit | null {
  if (!s.isBlocked || s.wanted === null) return null;
  const without = otherNodes(s, NO_DISK);
  const nodes = countNodesWithDisks(s);
  if (without.length === 0 || !isCause(nodes, s.wanted)) return null;
  return {
    params: { node: without.map((candidate) => candidate.nodeName).join(', '), nodes, engine: s.volume.dataEngine },
    evidence: [...base(s), ...without.map((candidate) => citePlace(s, candidate, 'spec.disks[*].diskType', candidate.disks.map((disk) => disk.type).join(', ')))]
  };
}

/** The cluster's layout, not a fault: fewer nodes have a disk for this engine than the volume wants replicas. */
const tooFewNodes = degraded('too-few-nodes-with-disks', { row: '16', phase: 'by-design', needsHelp: true, params: ['node', 'nodes', 'engine'] }, (s) => withoutDisks(s, (nodes, wanted) => nodes < wanted));

/** Enough nodes have a disk for this engine; one that has none could help all the same. */
const nodeWithoutDisk = degraded('node-without-disk', { phase: 'blocked', needsHelp: true, params: ['node', 'nodes', 'engine'] }, (s) => withoutDisks(s, (nodes, wanted) => nodes >= wanted));

const tooFewNodesAtAll = degraded('too-few-nodes', { phase: 'by-design', needsHelp: true, params: ['nodes'] }, (s) => {
  if (!s.isBlocked || s.wanted === null || s.status('longhorn.io.node') !== 'ready') return null;
  const nodes = s.placement.nodes.length;
  return nodes > 0 && nodes < s.wanted && s.placement.nodes.every((node) => node.code === 'holds-replica')
    ? { params: { nodes }, evidence: [...base(s), citeVolume(s, 'spec.numberOfReplicas', s.volume.numberOfReplicas)] } : null;
});

const noNode = degraded('no-node-accepts', { row: '23', phase: 'blocked', needsHelp: true }, (s) =>
  s.isBlocked && s.scheduling.reasons.includes('nodes-unavailable') ? { evidence: base(s) } : null);

const localCopyBlocked = degraded('local-copy-blocked', { row: '24', phase: 'blocked', needsHelp: true, params: ['node'] }, (s) => {
  const isLocal = s.condition('Scheduled')?.status === 'False' && s.condition('Scheduled')?.reason === 'LocalReplicaSchedulingFailure';
  if (!isLocal && !s.scheduling.reasons.includes('hard-affinity')) return null;
  return { params: { node: s.volume.currentNodeId || s.volume.nodeId || NOWHERE }, evidence: [...base(s), citeVolume(s, 'spec.dataLocality', s.volume.dataLocality)] };
});

const linkedCloneBlocked = degraded('linked-clone-blocked', { row: '25', phase: 'blocked', needsHelp: true, params: ['source'] }, (s) =>
  s.scheduling.reasons.includes('linked-clone')
    ? { params: { source: s.volume.cloneStatus.sourceVolume || NOWHERE }, evidence: [...base(s), citeVolume(s, 'spec.cloneMode', s.volume.cloneMode)] } : null);

const copyDiscarded = degraded('copy-discarded', { row: '28c', phase: 'blocked', needsHelp: true, params: ['minutes'] }, (s) => {
  if (!s.isBlocked || s.failed.length > 0 || s.wanted === null || s.usable.length >= s.wanted || !s.scheduling.isPrecheck && s.scheduling.reasons.length === 0) return null;
  return { params: { minutes: s.volume.staleReplicaTimeout ?? 0 }, evidence: [...base(s), citeVolume(s, 'spec.staleReplicaTimeout', s.volume.staleReplicaTimeout)] };
});

const blockedOther = degraded('blocked-other', { phase: 'blocked', needsHelp: true, params: ['message'] }, (s) =>
  s.isBlocked ? { params: { message: s.condition('Scheduled')?.message || NOWHERE }, evidence: base(s) } : null);

/** Why no new copy can be placed, the most telling first. */
export const BLOCKED: readonly Rule[] = [
  localCopyBlocked, linkedCloneBlocked, ...DISK_CAUSES, insufficientStorage, diskPressure, tooFewNodes, v2Disabled, schedulingOff, cordoned, evicting, tags, engineNotReady,
  nodeWithoutDisk, tooFewNodesAtAll, noNode, placeNotReady, copyDiscarded, ...DISK_FACTS
];

const unexplained = degraded('degraded-unexplained', { phase: 'stuck', needsHelp: true }, (s) => ({ evidence: base(s) }));

/** None of the known obstacles explains it. */
export const UNEXPLAINED: readonly Rule[] = [blockedOther, unexplained];
