import type { ClusterView } from '../view';
import { describeDisk, diskLimit, judgeDisk, judgeNode, readPolicy } from './placement-rules';
import type { Judgement, PlacementPolicy } from './placement-rules';
import type { CountFit, DiskPlacement, ExplainPlacement, NodePlacement, PlacementCode, PlacementRequest, PlacementResult } from './placement-types';
import type { DiskRecord, LonghornNodeRecord } from './types';

/** A node with what changes while replicas are being placed. */
interface Site {
  readonly node: LonghornNodeRecord;
  readonly zone: string;
  readonly verdict: Judgement;
  readonly disks: readonly DiskSite[];
}

interface DiskSite {
  readonly disk: DiskRecord;
  scheduled: number | null;
}

interface Occupancy {
  readonly nodes: Set<string>;
  readonly zones: Set<string>;
  readonly disks: Set<string>;
}

function openSites(view: ClusterView, request: PlacementRequest, policy: PlacementPolicy): readonly Site[] {
  const sites: Site[] = [];
  for (const node of view.all('longhorn.io.node')) {
    sites.push({
      node,
      zone: node.zone,
      verdict: judgeNode(view, node, request, policy),
      disks: node.disks.map((disk) => ({ disk, scheduled: disk.storageScheduled }))
    });
  }
  return sites.sort((a, b) => (a.node.meta.name < b.node.meta.name ? -1 : 1));
}

function openOccupancy(sites: readonly Site[], request: PlacementRequest): Occupancy {
  const nodes = new Set<string>();
  const disks = new Set<string>();
  for (const place of request.existing ?? []) {
    nodes.add(place.nodeName);
    if (place.diskId !== '') disks.add(place.diskId);
  }
  const zones = new Set<string>();
  for (const site of sites) if (site.zone !== '' && nodes.has(site.node.meta.name)) zones.add(site.zone);
  return { nodes, zones, disks };
}

function judgeDiskSite(site: DiskSite, request: PlacementRequest, policy: PlacementPolicy, used: Occupancy): Judgement {
  if (!policy.diskSoft && used.disks.has(site.disk.uuid)) return { code: 'disk-holds-replica', params: {} };
  return judgeDisk(site.disk, request, policy, site.scheduled);
}

/** Anti-affinity towards the replicas that are there; null when the site is free of it. */
function judgeNeighbours(site: Site, policy: PlacementPolicy, used: Occupancy): PlacementCode | null {
  if (!policy.nodeSoft && used.nodes.has(site.node.meta.name)) return 'holds-replica';
  return !policy.zoneSoft && site.zone !== '' && used.zones.has(site.zone) ? 'zone-holds-replica' : null;
}

/** 0: new node in a new zone; 1: new node; 2: a node that holds one already. Lower is taken first, as Longhorn does. */
function rankSite(site: Site, used: Occupancy): number {
  if (used.nodes.has(site.node.meta.name)) return 2;
  return site.zone !== '' && used.zones.has(site.zone) ? 1 : 0;
}

/** Share of the disk's limit that would be promised after taking the request: Longhorn 1.11 and newer balance by it. */
function loadAfter(site: DiskSite, request: PlacementRequest, policy: PlacementPolicy): number {
  const limit = diskLimit(site.disk, policy) ?? 0;
  return limit <= 0 ? Number.POSITIVE_INFINITY : ((site.scheduled ?? 0) + request.size) / limit;
}

/** The disk one more replica goes to, or null. Takes it: the promise and the occupancy are recorded. */
function placeOne(sites: readonly Site[], request: PlacementRequest, policy: PlacementPolicy, used: Occupancy): DiskSite | null {
  let best: { site: Site; disk: DiskSite; rank: number; load: number } | null = null;
  for (const site of sites) {
    if (site.verdict.code !== 'ok' || judgeNeighbours(site, policy, used) !== null) continue;
    const rank = rankSite(site, used);
    if (best !== null && rank > best.rank) continue;
    for (const disk of site.disks) {
      if (judgeDiskSite(disk, request, policy, used).code !== 'ok') continue;
      const load = loadAfter(disk, request, policy);
      if (best === null || rank < best.rank || load < best.load) best = { site, disk, rank, load };
    }
  }
  if (best === null) return null;
  best.disk.scheduled = (best.disk.scheduled ?? 0) + request.size;
  used.nodes.add(best.site.node.meta.name);
  if (best.site.zone !== '') used.zones.add(best.site.zone);
  if (best.disk.disk.uuid !== '') used.disks.add(best.disk.disk.uuid);
  return best.disk;
}

/** Disk verdicts in order of how close the disk was to being usable: the closest one speaks for its node. */
const CLOSENESS: readonly PlacementCode[] = [
  'insufficient-allocatable', 'insufficient-free', 'disk-pressure', 'filesystem-limit', 'disk-tags-missing', 'disk-holds-replica',
  'disk-scheduling-off', 'disk-evicting', 'disk-unschedulable', 'disk-not-ready', 'disk-unread'
];

function summariseNode(site: Site, disks: readonly DiskPlacement[], request: PlacementRequest, policy: PlacementPolicy, used: Occupancy, chosen: ReadonlySet<string>): NodePlacement {
  const base = { nodeName: site.node.meta.name, zone: site.zone, disks };
  if (chosen.has(site.node.meta.name)) return { ...base, code: 'chosen', params: {} };
  const neighbour = judgeNeighbours(site, policy, used);
  if (neighbour === 'holds-replica') return { ...base, code: neighbour, params: {} };
  if (site.verdict.code !== 'ok') return { ...base, code: site.verdict.code, params: site.verdict.params };
  if (neighbour !== null) return { ...base, code: neighbour, params: { zone: site.zone } };
  if (disks.some((disk) => disk.code === 'ok')) return { ...base, code: 'ok', params: {} };
  const ofType = disks.filter((disk) => disk.code !== 'wrong-disk-type');
  if (ofType.length === 0) {
    const code = disks.length === 0 ? 'no-disk' : request.engine === 'v2' ? 'no-block-disk' : 'no-filesystem-disk';
    return { ...base, code, params: {} };
  }
  for (const code of CLOSENESS) {
    const disk = ofType.find((candidate) => candidate.code === code);
    if (disk !== undefined) return { ...base, code, params: { ...disk.params, disk: disk.diskName } };
  }
  return { ...base, code: 'no-usable-disk', params: {} };
}

/**
 * Where the replicas a request still lacks would go, and for every node and disk why or why not.
 * Node rules, tags, anti-affinity and space mirror longhorn-manager scheduler/replica_scheduler.go; among equals the
 * disk with the smallest promised share wins, as Longhorn 1.11 and newer choose. Volumes that are only planned have no
 * `existing`. Never throws.
 */
export const explainPlacement: ExplainPlacement = (view, request) => {
  const policy = readPolicy(view, request);
  const sites = openSites(view, request, policy);
  const before = openOccupancy(sites, request);
  const used = openOccupancy(sites, request);
  const missing = Math.max(0, request.replicas - (request.existing?.length ?? 0));

  // Rows describe the cluster as it is, so they are made before anything is promised.
  const rows = new Map<Site, DiskPlacement[]>();
  for (const site of sites) {
    rows.set(site, site.disks.map((disk) => describeDisk(disk.disk, judgeDiskSite(disk, request, policy, before), policy, disk.scheduled)));
  }

  const chosen: DiskRecord[] = [];
  while (chosen.length < missing) {
    const next = placeOne(sites, request, policy, used);
    if (next === null) break;
    chosen.push(next.disk);
  }
  const chosenNodes = new Set(chosen.map((disk) => disk.nodeName));
  const chosenDisks = new Set(chosen);

  const nodes = sites.map((site) => {
    const disks = (rows.get(site) ?? []).map((row, index) => {
      const disk = site.disks[index]?.disk;
      return disk !== undefined && chosenDisks.has(disk) ? { ...row, code: 'chosen' as const } : row;
    });
    return summariseNode(site, disks, request, policy, before, chosenNodes);
  });
  return {
    isPlaceable: view.readState('longhorn.io.node').status === 'ready' ? chosen.length >= missing : null,
    missing,
    chosen: chosen.map((disk) => ({ nodeName: disk.nodeName, diskName: disk.name, diskId: disk.uuid })),
    nodes,
    limitedBy: chosen.length >= missing ? null : findLimit(nodes)
  };
};

function findLimit(nodes: readonly NodePlacement[]): PlacementResult['limitedBy'] {
  for (const code of CLOSENESS) {
    for (const node of nodes) {
      if (node.code !== code) continue;
      const disk = node.disks.find((candidate) => candidate.code === code);
      if (disk !== undefined) return { nodeName: node.nodeName, diskName: disk.diskName, code };
    }
  }
  return null;
}

/**
 * How many whole volumes like the request fit one after the other, each with all its replicas, up to `limit`
 * (1,000 unless told); null when nodes could not be read. Mind that Longhorn promises the full size of thin volumes.
 */
export const countFit: CountFit = (view, request, limit = 1000) => {
  if (view.readState('longhorn.io.node').status !== 'ready') return null;
  if (!(request.size > 0) || !(request.replicas > 0)) return 0;
  const policy = readPolicy(view, request);
  const sites = openSites(view, request, policy);
  let count = 0;
  while (count < limit) {
    const used: Occupancy = { nodes: new Set(), zones: new Set(), disks: new Set() };
    for (let replica = 0; replica < request.replicas; replica += 1) {
      if (placeOne(sites, request, policy, used) === null) return count;
    }
    count += 1;
  }
  return count;
};
