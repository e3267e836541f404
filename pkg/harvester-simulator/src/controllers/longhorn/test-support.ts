import { createCluster, type ClusterOptions, type RunningCluster } from '../../cluster';
import type { Cluster } from '../../contract';
import { PROFILES } from '../../profiles';
import { conformance } from '../../test-conformance';
import { addNode, addPlatform, ordinaryNodes, type NodePlan } from '../../scenarios/build';
import { longhornController } from '.';
import { objectProblems } from './invariants';
import { LH, key } from './kinds';
import type { Engine, Replica, Volume } from './types';

export const GIB = 2 ** 30;

export interface World {
  cluster: RunningCluster;
  /** What was wrong with objects as they were written. */
  problems: string[];
}

/** Watches every write for what must hold of each object. */
export function watchInvariants(cluster: Cluster): string[] {
  const problems: string[] = [];
  cluster.store.watch(({ type, typeId, object }) => {
    if (type === 'remove' || !typeId.startsWith('longhorn.io.')) return;
    for (const problem of objectProblems(cluster, typeId, object)) problems.push(`${cluster.clock.iso()} ${problem}`);
  });
  return problems;
}

/** Watches every write: what must hold of each object, and its schema. */
export function guard(cluster: Cluster): string[] {
  conformance.start(cluster);
  return watchInvariants(cluster);
}

/** Longhorn alone on a few nodes, ready for volumes. */
export function createWorld(options: ClusterOptions & { nodes?: NodePlan[]; longhornSettings?: Record<string, string> } = {}): World {
  const cluster = createCluster({ profile: PROFILES['1.8'], ...options });
  const problems = guard(cluster);
  cluster.start([longhornController]);
  addPlatform(cluster, options.longhornSettings === undefined ? {} : { longhornSettings: options.longhornSettings });
  for (const node of options.nodes ?? ordinaryNodes(3)) addNode(cluster, node);
  cluster.clock.advance(20_000);
  return { cluster, problems };
}

export function addVolume(cluster: Cluster, name: string, spec: Partial<Volume['spec']> = {}): void {
  cluster.store.create(LH.volume, { apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', metadata: { name, namespace: 'longhorn-system' }, spec: { size: String(10 * GIB), dataEngine: 'v2', numberOfReplicas: 3, frontend: 'blockdev', accessMode: 'rwx', migratable: true, ...spec } });
}

/** Sets the CSI tickets of a volume to exactly these nodes. */
export function setNodes(cluster: Cluster, volume: string, ...nodes: string[]): void {
  cluster.store.edit(LH.attachment, key(volume), (draft) => {
    draft.spec = { ...draft.spec, attachmentTickets: Object.fromEntries(nodes.map((node) => [`csi-${node}`, { id: `csi-${node}`, type: 'csi-attacher', nodeID: node, parameters: { disableFrontend: 'false', lastAttachedBy: '' }, generation: 0 }])) };
  });
}

export function volumeIn(cluster: Cluster, name: string): Volume {
  return cluster.store.get(LH.volume, key(name)) as Volume;
}

export function replicasIn(cluster: Cluster, volume: string): Replica[] {
  return cluster.store.list(LH.replica, { labels: { longhornvolume: volume } }) as Replica[];
}

export function enginesIn(cluster: Cluster, volume: string): Engine[] {
  return cluster.store.list(LH.engine, { labels: { longhornvolume: volume } }) as Engine[];
}

/** A volume attached to harvester-1 and healthy. */
export function addAttached(cluster: Cluster, name: string, spec: Partial<Volume['spec']> = {}): void {
  addVolume(cluster, name, spec);
  cluster.clock.advance(5_000);
  setNodes(cluster, name, 'harvester-1');
  cluster.clock.advance(20_000);
}
