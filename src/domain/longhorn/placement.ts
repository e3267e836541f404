import { chooseDisk } from './placement-choice';
import { describeDisk, fillOf, judgeDisk, readPolicy } from './placement-rules';
import type { PlacementPolicy } from './placement-rules';
import { describeNode, findLimit } from './placement-rows';
import { openOccupancy, openSites, tierOf } from './placement-sites';
import type { DiskSite, Occupancy, Site } from './placement-sites';
import type { CountFit, DiskPlacement, ExplainPlacement, PlacementRequest } from './placement-types';
import type { DiskRecord } from './types';

/** Disks of one tier that take the request; those without a replica of it first, and only those where disks are hard. */
function openDisks(sites: readonly Site[], request: PlacementRequest, policy: PlacementPolicy, used: Occupancy): readonly DiskSite[] {
  const fitting = sites.flatMap((site) => site.disks.filter((disk) => judgeDisk(disk.disk, request, policy, disk).code === 'ok'));
  const free = fitting.filter((disk) => !used.disks.has(disk.disk.uuid));
  return free.length > 0 || !policy.diskSoft ? free : fitting;
}

/** The disk one more replica goes to, or null. Takes it: the promise and the occupancy are recorded. */
function placeOne(sites: readonly Site[], request: PlacementRequest, policy: PlacementPolicy, used: Occupancy): DiskSite | null {
  for (const tier of [0, 1, 2]) {
    const open = sites.filter((site) => site.verdict.code === 'ok' && tierOf(site, policy, used) === tier);
    const disks = openDisks(open, request, policy, used);
    const local = hasLocal(request, used) ? [] : disks.filter((disk) => disk.disk.nodeName === request.preferredNode);
    const chosen = chooseDisk(local.length > 0 ? local : disks, request.size, policy.longhornMinor);
    if (chosen === null) continue;
    const site = open.find((candidate) => candidate.disks.includes(chosen));
    chosen.scheduled = (chosen.scheduled ?? 0) + request.size;
    used.nodes.add(chosen.disk.nodeName);
    used.leavingNodes.delete(chosen.disk.nodeName);
    if (site !== undefined) used.zones.add(site.node.zone);
    if (site !== undefined) used.leavingZones.delete(site.node.zone);
    if (chosen.disk.uuid !== '') used.disks.add(chosen.disk.uuid);
    return chosen;
  }
  return null;
}

/** Best-effort locality asks for one replica on the volume's node, not for all. */
function hasLocal(request: PlacementRequest, used: Occupancy): boolean {
  const { preferredNode = '' } = request;
  return preferredNode === '' || (used.nodes.has(preferredNode) && !used.held.has(preferredNode));
}

/**
 * Where the replicas a request still lacks would go, and for every node and disk why or why not. Node rules, tags,
 * affinity, anti-affinity, linked clones, space and the choice among what fits mirror longhorn-manager
 * scheduler/replica_scheduler.go. Volumes that are only planned have no `existing`. Never throws.
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
    rows.set(site, site.disks.map((disk) => {
      const own = judgeDisk(disk.disk, request, policy, disk);
      const isTaken = own.code === 'ok' && !policy.diskSoft && before.disks.has(disk.disk.uuid);
      return describeDisk(disk.disk, isTaken ? { code: 'disk-holds-replica', params: {} } : own, own, request, policy, disk);
    }));
  }

  const chosen: DiskRecord[] = [];
  while (chosen.length < missing) {
    const next = placeOne(sites, request, policy, used);
    if (next === null) break;
    chosen.push(next.disk);
  }
  const chosenDisks = new Set(chosen);

  const nodes = sites.map((site) => {
    const disks = (rows.get(site) ?? []).map((row, index) => {
      const disk = site.disks[index]?.disk;
      return disk !== undefined && chosenDisks.has(disk) ? { ...row, code: 'chosen' as const } : row;
    });
    return describeNode(site, disks, request, policy, before, tierOf(site, policy, before) === null);
  });
  return {
    isPlaceable: view.readState('longhorn.io.node').status === 'ready' ? chosen.length >= missing : null,
    missing,
    chosen: chosen.map((disk) => ({ nodeName: disk.nodeName, diskName: disk.name, diskId: disk.uuid })),
    nodes,
    limitedBy: chosen.length >= missing ? null : findLimit(nodes)
  };
};

/**
 * How many whole volumes like the request fit one after the other, each with all its replicas, up to `limit`
 * (1,000 unless told); null when nodes could not be read. Mind that Longhorn promises the full size of thin volumes; what
 * each will fill (`writes`) is taken from the disks' free space as it is placed.
 */
export const countFit: CountFit = (view, request, limit = 1000) => {
  if (view.readState('longhorn.io.node').status !== 'ready') return null;
  if (!(request.size > 0) || !(request.replicas > 0)) return 0;
  const policy = readPolicy(view, request);
  const sites = openSites(view, request, policy);
  const planned: PlacementRequest = { ...request, existing: [], leaving: [], held: [] };
  let count = 0;
  while (count < limit) {
    const used = openOccupancy(sites, planned);
    const placed: DiskSite[] = [];
    for (let replica = 0; replica < request.replicas; replica += 1) {
      const site = placeOne(sites, planned, policy, used);
      if (site === null) return count;
      placed.push(site);
    }
    // The scheduler looks at free space as it is, not as it will be: what a volume fills counts for the next one.
    for (const site of placed) if (site.available !== null) site.available -= fillOf(planned);
    count += 1;
  }
  return count;
};
