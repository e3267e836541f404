import type { ClusterView } from '../view';
import { isCandidate, judgeNode } from './placement-rules';
import type { Judgement, PlacementPolicy } from './placement-rules';
import type { PlacementRequest, ReplicaPlace } from './placement-types';
import type { DiskRecord, LonghornNodeRecord } from './types';

/** A node with what changes while replicas are being placed. */
export interface Site {
  readonly node: LonghornNodeRecord;
  readonly verdict: Judgement;
  readonly disks: readonly DiskSite[];
}

export interface DiskSite {
  readonly disk: DiskRecord;
  scheduled: number | null;
  available: number | null;
}

/** Whom the replicas that are there keep away. */
export interface Occupancy {
  /** Taken by replicas that stay, or that may come back. */
  readonly nodes: Set<string>;
  readonly zones: Set<string>;
  /** Of `nodes`: those where only a failed replica is waited for. */
  readonly held: Set<string>;
  /** Nodes and zones from which every replica is leaving. */
  readonly leavingNodes: Set<string>;
  readonly leavingZones: Set<string>;
  readonly disks: Set<string>;
}

/** Bytes that were placed on a disk and are not in its status yet: Longhorn counts the volume's own, a plan those of all. */
function inFlightBytes(view: ClusterView, request: PlacementRequest, disk: DiskRecord, nodeName: string): number {
  let bytes = 0;
  for (const places of [request.existing, request.leaving, request.held]) {
    for (const place of places ?? []) if (place.name !== undefined && place.diskId === disk.uuid && disk.scheduledReplicas[place.name] === undefined) bytes += request.size;
  }
  if (request.countsInFlight !== true) return bytes;
  for (const replica of view.replicasOnNode(nodeName)) {
    if (replica.diskId !== disk.uuid || disk.scheduledReplicas[replica.meta.name] !== undefined || replica.meta.deletedAt !== null) continue;
    bytes += view.get('longhorn.io.volume', `${replica.meta.namespace}/${replica.volumeName}`)?.size ?? 0;
  }
  return bytes;
}

/** All nodes by name, each judged, with what is promised and free on its disks. */
export function openSites(view: ClusterView, request: PlacementRequest, policy: PlacementPolicy): readonly Site[] {
  const sites: Site[] = [];
  for (const node of view.all('longhorn.io.node')) {
    const disks = node.disks.map((disk) => ({
      disk,
      scheduled: disk.storageScheduled === null || disk.uuid === '' ? disk.storageScheduled : disk.storageScheduled + inFlightBytes(view, request, disk, node.meta.name),
      available: disk.storageAvailable
    }));
    sites.push({ node, verdict: judgeNode(view, node, request, policy), disks });
  }
  return sites.sort((a, b) => (a.node.meta.name < b.node.meta.name ? -1 : 1));
}

/** Mirrors `getCurrentNodesAndZones` and the counts of `filterDisksWithMatchingReplicas`. Nodes without a zone are one zone together. */
export function openOccupancy(sites: readonly Site[], request: PlacementRequest): Occupancy {
  const used: Occupancy = { nodes: new Set(), zones: new Set(), held: new Set(), leavingNodes: new Set(), leavingZones: new Set(), disks: new Set() };
  const zones = new Map(sites.filter((site) => isCandidate(site.verdict)).map((site) => [site.node.meta.name, site.node.zone]));
  const { existing = [], leaving = [], held = [] } = request;
  const take = (place: ReplicaPlace): void => {
    used.nodes.add(place.nodeName);
    const zone = zones.get(place.nodeName);
    if (zone !== undefined) used.zones.add(zone);
  };
  existing.forEach(take);
  if (request.isReplacing !== true) for (const place of held) if (!used.nodes.has(place.nodeName)) used.held.add(place.nodeName);
  if (request.isReplacing !== true) held.forEach(take);
  for (const place of leaving) if (!used.nodes.has(place.nodeName)) used.leavingNodes.add(place.nodeName);
  for (const place of leaving) {
    const zone = zones.get(place.nodeName);
    if (zone !== undefined && !used.zones.has(zone)) used.leavingZones.add(zone);
  }
  leaving.forEach(take);
  for (const place of [...existing, ...leaving, ...held]) if (place.diskId !== '') used.disks.add(place.diskId);
  return used;
}

/** Whether a site's turn comes at all, and when: lower is tried first; null for never. Mirrors the order of `getDiskCandidates`. */
export function tierOf(site: Site, policy: PlacementPolicy, used: Occupancy): number | null {
  const { name } = site.node.meta;
  if (!used.zones.has(site.node.zone)) return 0;
  if (!policy.zoneSoft) return used.leavingNodes.has(name) && used.leavingZones.has(site.node.zone) ? 1 : null;
  if (!used.nodes.has(name)) return 1;
  return policy.nodeSoft || used.leavingNodes.has(name) ? 2 : null;
}
