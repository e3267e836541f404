import type { PlacementPolicy } from './placement-rules';
import type { Occupancy, Site } from './placement-sites';
import type { DiskPlacement, NodePlacement, PlacementCode, PlacementRequest, PlacementResult } from './placement-types';

/** Disk verdicts in order of how close the disk was to being usable: the closest one speaks for its node. */
const CLOSENESS: readonly PlacementCode[] = [
  'insufficient-allocatable', 'insufficient-free', 'disk-pressure', 'filesystem-limit', 'disk-holds-replica', 'disk-tags-missing', 'disk-no-clone-source',
  'disk-scheduling-off', 'disk-evicting', 'disk-unschedulable', 'disk-not-ready', 'disk-unread'
];

/** A replica that stays on the node keeps it taken even where its node would not be looked at: opening it helps nothing. */
function isHolding({ node: { meta: { name } } }: Site, policy: PlacementPolicy, used: Occupancy): boolean {
  return !policy.nodeSoft && used.nodes.has(name) && !used.held.has(name) && !used.leavingNodes.has(name);
}

/** Stands for the zone that all nodes without one share. */
const NO_ZONE = '—';

function countOnNode(site: Site, disks: readonly DiskPlacement[]): number | null {
  if (site.verdict.code !== 'ok') return 0;
  let sum = 0;
  for (const disk of disks) {
    if (disk.fits === null) return null;
    sum += disk.fits;
  }
  return sum;
}

/** One node's row: its own replica first, then what it says itself, then its neighbours and its disks. `isKeptAway`: by anti-affinity. */
export function describeNode(site: Site, disks: readonly DiskPlacement[], request: PlacementRequest, policy: PlacementPolicy, used: Occupancy, isKeptAway: boolean): NodePlacement {
  const base = { nodeName: site.node.meta.name, zone: site.node.zone, disks, fits: countOnNode(site, disks), params: {} };
  if (disks.some((disk) => disk.code === 'chosen')) return { ...base, code: 'chosen' };
  if (isHolding(site, policy, used)) return { ...base, code: 'holds-replica' };
  if (site.verdict.code !== 'ok') return { ...base, code: site.verdict.code, params: site.verdict.params };
  if (isKeptAway && used.held.has(base.nodeName)) return { ...base, code: 'holds-failed-replica' };
  if (isKeptAway) return { ...base, code: 'zone-holds-replica', params: { zone: base.zone || NO_ZONE } };
  if (disks.some((disk) => disk.code === 'ok')) return { ...base, code: 'ok' };
  const ofType = disks.filter((disk) => disk.code !== 'wrong-disk-type');
  if (ofType.length === 0) return { ...base, code: disks.length === 0 ? 'no-disk' : request.engine === 'v2' ? 'no-block-disk' : 'no-filesystem-disk' };
  for (const code of CLOSENESS) {
    const disk = ofType.find((candidate) => candidate.code === code);
    if (disk !== undefined) return { ...base, code, params: { ...disk.params, disk: disk.diskName } };
  }
  return { ...base, code: 'no-usable-disk' };
}

/** The disk whose limit is reached first among those that stand in the way. */
export function findLimit(nodes: readonly NodePlacement[]): PlacementResult['limitedBy'] {
  for (const code of CLOSENESS) {
    for (const node of nodes) {
      if (node.code !== code) continue;
      const disk = node.disks.find((candidate) => candidate.code === code);
      if (disk !== undefined) return { nodeName: node.nodeName, diskName: disk.diskName, code };
    }
  }
  return null;
}
