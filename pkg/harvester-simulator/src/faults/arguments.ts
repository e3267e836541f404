import { StoreError, type Cluster, type KubeObject } from '../contract';
import { LH, key } from '../controllers/longhorn/kinds';
import type { LonghornNode, Replica, Volume } from '../controllers/longhorn/types';

export type Arguments = Readonly<Record<string, unknown>>;

function invalid(message: string): StoreError {
  return new StoreError(422, 'Invalid', message);
}

export function textOf(args: Arguments, name: string): string {
  const value = args[name];
  if (typeof value !== 'string' || value === '') throw invalid(`argument "${name}" is missing`);
  return value;
}

export function optionalText(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw invalid(`argument "${name}" must be a text`);
  return value;
}

export function numberOf(args: Arguments, name: string, fallback: number): number {
  const value = args[name];
  if (value === undefined || value === null || value === '') return fallback;
  const number = Number(value);
  if (!Number.isFinite(number)) throw invalid(`argument "${name}" must be a number`);
  return number;
}

export function kubeNodeOf(cluster: Cluster, args: Arguments): KubeObject {
  const name = textOf(args, 'node');
  const node = cluster.store.get(LH.kubeNode, name);
  if (node === undefined) throw new StoreError(404, 'NotFound', `nodes "${name}" not found`);
  return node;
}

export function longhornNodeOf(cluster: Cluster, args: Arguments): LonghornNode {
  const name = textOf(args, 'node');
  const node = cluster.store.get(LH.node, key(name));
  if (node === undefined) throw new StoreError(404, 'NotFound', `nodes.longhorn.io "${name}" not found`);
  return node as LonghornNode;
}

/** The disk named by `disk` (its name, UUID or path), else the node's first v2 disk, else its first one. */
export function diskOf(node: LonghornNode, args: Arguments): string {
  const wanted = optionalText(args, 'disk');
  const names = Object.keys(node.spec.disks);
  if (wanted === undefined) {
    const found = names.find((name) => node.spec.disks[name]?.diskType === 'block') ?? names[0];
    if (found === undefined) throw new StoreError(404, 'NotFound', `node ${node.metadata.name} has no disks`);
    return found;
  }
  const found = names.find((name) => name === wanted || node.status?.diskStatus?.[name]?.diskUUID === wanted || node.spec.disks[name]?.path === wanted);
  if (found === undefined) throw new StoreError(404, 'NotFound', `disk "${wanted}" not found on node ${node.metadata.name}`);
  return found;
}

/** The volume named by `volume`: its own name, or `<namespace>/<claim>`. */
export function volumeOf(cluster: Cluster, args: Arguments): Volume {
  const wanted = textOf(args, 'volume');
  const claim = wanted.includes('/') ? cluster.store.get(LH.pvc, wanted) : undefined;
  const name = claim === undefined ? wanted : String(claim.spec?.volumeName ?? '');
  const volume = cluster.store.get(LH.volume, key(name));
  if (volume === undefined) throw new StoreError(404, 'NotFound', `volumes.longhorn.io "${wanted}" not found`);
  return volume as Volume;
}

export function replicasOf(cluster: Cluster, volume: string): Replica[] {
  return (cluster.store.list(LH.replica, { labels: { longhornvolume: volume } }) as Replica[]).filter((replica) => replica.metadata.deletionTimestamp === undefined);
}

/** The replica named by `replica`, else the volume's one on `node`, else a good one away from where the volume is attached. */
export function replicaOf(cluster: Cluster, args: Arguments): Replica {
  const named = optionalText(args, 'replica');
  if (named !== undefined) {
    const replica = cluster.store.get(LH.replica, key(named));
    if (replica === undefined) throw new StoreError(404, 'NotFound', `replicas.longhorn.io "${named}" not found`);
    return replica as Replica;
  }
  const volume = volumeOf(cluster, args);
  const node = optionalText(args, 'node');
  const good = replicasOf(cluster, volume.metadata.name).filter((replica) => replica.spec.failedAt === '' && replica.spec.nodeID !== '' && (node === undefined || replica.spec.nodeID === node));
  const found = good.find((replica) => replica.spec.nodeID !== volume.spec.nodeID) ?? good[0];
  if (found === undefined) throw invalid(`volume ${volume.metadata.name} has no good replica${node === undefined ? '' : ` on node ${node}`}`);
  return found;
}
