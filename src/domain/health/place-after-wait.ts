import type { NodePlacement, PlacementCode, PlacementResult } from '../longhorn/placement-types';
import { hasRunningInstanceManager, isV2DisabledOn } from '../longhorn/node-status';
import { isReusable } from '../longhorn/selectors';
import type { ReplicaRecord, VolumeRecord } from '../longhorn/types';
import type { ClusterView } from '../view';

/** What of a volume's situation decides it. */
interface Waiting {
  readonly view: ClusterView;
  readonly volume: VolumeRecord;
  readonly placement: PlacementResult;
  readonly usable: readonly ReplicaRecord[];
  readonly failed: readonly ReplicaRecord[];
}

/** The sort of obstacle that keeps every node from taking a new replica; the words are in the sentence that uses it. */
export type Obstacle = 'space' | 'tags' | 'off' | 'unready' | 'disk' | 'held' | 'source' | 'none';

/** What becomes of the replica that is waited for when it does not come back in time. */
export interface PlaceAfterWait {
  /** `yes`: another node can take a new replica; `own`: only the lost one's own node; `no`: none; `unknown`: not all was read. */
  readonly hasPlace: 'yes' | 'own' | 'no' | 'unknown';
  /** With `no`: the obstacle that is easiest to remove, and the nodes where it stands. */
  readonly obstacle: Obstacle;
  readonly nodes: readonly NodePlacement[];
}

const OBSTACLE: Readonly<Partial<Record<PlacementCode, Obstacle>>> = {
  'insufficient-allocatable': 'space', 'insufficient-free': 'space', 'disk-pressure': 'space', 'filesystem-limit': 'space',
  'node-tags-missing': 'tags', 'disk-tags-missing': 'tags',
  'scheduling-off': 'off', 'disk-scheduling-off': 'off', 'node-cordoned': 'off', 'node-evicting': 'off', 'disk-evicting': 'off', 'label-disables-v2': 'off',
  'no-disk': 'disk', 'no-block-disk': 'disk', 'no-filesystem-disk': 'disk', 'no-usable-disk': 'disk',
  'holds-replica': 'held', 'zone-holds-replica': 'held', 'disk-holds-replica': 'held', 'holds-failed-replica': 'held', 'other-node-required': 'held',
  'no-clone-source': 'source', 'disk-no-clone-source': 'source'
};

/** Easiest to remove first. */
const ORDER: readonly Obstacle[] = ['space', 'tags', 'off', 'unready', 'disk', 'source', 'held'];

/** What placement depends on: without one of these, neither "there is a place" nor "there is none" is known. */
const NEEDED = ['longhorn.io.node', 'longhorn.io.replica', 'longhorn.io.setting'] as const;

function isProvenHost(s: Waiting, nodeName: string): boolean {
  const engine = s.volume.dataEngine;
  return hasRunningInstanceManager(s.view, nodeName, engine) === true && (engine !== 'v2' || isV2DisabledOn(s.view, nodeName) === false);
}

/**
 * Whether a new replica finds a place once the wait for the lost one is over, as things stand now: until it returns, a
 * node that is down takes nothing. Mirrors the precheck after `RequireNewReplica` (longhorn-manager
 * scheduler/replica_scheduler.go): from then on a failed replica no longer keeps its node from being chosen.
 */
export function placeAfterWait(s: Waiting): PlaceAfterWait {
  const unknown = { hasPlace: 'unknown', obstacle: 'none', nodes: [] } as const;
  if (NEEDED.some((kind) => s.view.readState(kind).status !== 'ready')) return unknown;
  // Replicas that exist without a place are served first.
  const places = s.placement.chosen.slice(s.usable.filter((replica) => replica.nodeId === '').length);
  const lost = new Set(s.failed.filter(isReusable).map((replica) => replica.nodeId));
  if (places.length > 0) {
    const elsewhere = places.filter((place) => !lost.has(place.nodeName));
    const candidates = elsewhere.length > 0 ? elsewhere : places;
    if (!candidates.some((place) => isProvenHost(s, place.nodeName))) return unknown;
    return { hasPlace: elsewhere.length > 0 ? 'yes' : 'own', obstacle: 'none', nodes: [] };
  }
  const others = s.placement.nodes.filter((node) => !lost.has(node.nodeName));
  for (const obstacle of ORDER) {
    const nodes = others.filter((node) => (OBSTACLE[node.code] ?? 'unready') === obstacle);
    if (nodes.length > 0) return { hasPlace: 'no', obstacle, nodes };
  }
  return { hasPlace: 'no', obstacle: 'none', nodes: [] };
}
