import { findCondition } from '../../kube/conditions';
import { KIND } from '../../kube/kinds';
import { longhornId } from '../../kube/names';
import { findLonghornNode } from '../../longhorn/node-status';
import type { NodePlacement, PlacementCode } from '../../longhorn/placement-types';
import type { LonghornNodeRecord } from '../../longhorn/types';
import { cite } from '../evidence';
import { note } from '../rule';
import type { Rule } from '../rule';
import type { Situation } from '../situation';
import type { Evidence } from '../types';
import { citeDegradedSince, citeNode, citeNodeCondition, citeVolume } from './cite';

type Citation = (s: Situation, node: LonghornNodeRecord) => Evidence;

function ofDisks(path: string, read: (disk: LonghornNodeRecord['disks'][number]) => unknown): Citation {
  return (s, node) => citeNode(s, node, path, node.disks.map((disk) => `${disk.name}: ${String(read(disk) ?? '')}`).join(', '));
}

const scheduled = ofDisks('status.diskStatus[*].storageScheduled', (disk) => disk.storageScheduled);
const available = ofDisks('status.diskStatus[*].storageAvailable', (disk) => disk.storageAvailable);
const diskReason = ofDisks('status.diskStatus[*].conditions[Ready]', (disk) => findCondition(disk.conditions, 'Ready')?.reason);
const diskSchedulable = ofDisks('status.diskStatus[*].conditions[Schedulable]', (disk) => findCondition(disk.conditions, 'Schedulable')?.reason);
const diskTypes = ofDisks('spec.disks[*].diskType', (disk) => disk.type);
const held: Citation = (s, node) => citeNode(s, node, 'status.diskStatus[*].scheduledReplica', s.replicas.filter((replica) => replica.nodeId === node.meta.name).map((replica) => replica.meta.name).join(', '));

/** The field that keeps a node from taking a replica. */
const CITATION: Readonly<Partial<Record<PlacementCode, Citation>>> = {
  'insufficient-allocatable': scheduled,
  'insufficient-free': available,
  'disk-pressure': available,
  'filesystem-limit': ofDisks('status.diskStatus[*].filesystemType', (disk) => disk.filesystemType),
  'node-tags-missing': (s, node) => citeNode(s, node, 'spec.tags', JSON.stringify(node.tags)),
  'disk-tags-missing': ofDisks('spec.disks[*].tags', (disk) => JSON.stringify(disk.tags)),
  'scheduling-off': (s, node) => citeNode(s, node, 'spec.allowScheduling', node.allowScheduling),
  'disk-scheduling-off': ofDisks('spec.disks[*].allowScheduling', (disk) => disk.allowScheduling),
  'node-evicting': (s, node) => citeNode(s, node, 'spec.evictionRequested', node.evictionRequested),
  'disk-evicting': ofDisks('spec.disks[*].evictionRequested', (disk) => disk.evictionRequested),
  'node-cordoned': (s, node) => citeNodeCondition(s, node, 'Schedulable'),
  'node-unschedulable': (s, node) => citeNodeCondition(s, node, 'Schedulable'),
  'label-disables-v2': (s, node) => cite(s.view, KIND.node, node.meta.name, 'metadata.labels[node.longhorn.io/disable-v2-data-engine]', 'true'),
  'no-disk': diskTypes,
  'no-block-disk': diskTypes,
  'no-filesystem-disk': diskTypes,
  'disk-not-ready': diskReason,
  'disk-unschedulable': diskSchedulable,
  'no-instance-manager': (s, node) => citeNode(s, node, `running ${s.volume.dataEngine} instance managers`, 0),
  'holds-replica': held,
  'zone-holds-replica': (s, node) => citeNode(s, node, 'status.zone', node.zone)
};

function citeObstacle(s: Situation, place: NodePlacement): Evidence {
  const node = findLonghornNode(s.view, place.nodeName);
  if (node === undefined) return cite(s.view, KIND.longhornNode, longhornId(place.nodeName), '', null);
  return (CITATION[place.code] ?? ((_s: Situation, record: LonghornNodeRecord) => citeNodeCondition(s, record, 'Ready')))(s, node);
}

const CITED_NODES = 5;

/** Says early what "blocked" would say once the wait is over: Longhorn's own objects are silent until then. */
const noPlaceAfterWait = note('no-place-after-wait', { level: 'degraded', needsHelp: true, params: ['nextAt', 'why', 'node', 'more'] }, (s) => {
  const nextAt = s.waitsUntil;
  if (s.volume.robustness !== 'degraded' || nextAt === null || s.placeAfterWait.hasPlace !== 'no') return null;
  const { obstacle, nodes } = s.placeAfterWait;
  return {
    params: { nextAt, why: obstacle, node: nodes[0]?.nodeName ?? '', more: Math.max(0, nodes.length - 1) },
    evidence: [citeDegradedSince(s), citeVolume(s, 'spec.numberOfReplicas', s.volume.numberOfReplicas), ...nodes.slice(0, CITED_NODES).map((node) => citeObstacle(s, node))]
  };
});

export const WAITING_NOTES: readonly Rule[] = [noPlaceAfterWait];
