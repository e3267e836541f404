import type { Cluster } from '../../contract';
import { diskSpace, spaceProblem } from './disks';
import { LH } from './kinds';
import { touchDisks } from './nodes';
import type { LonghornNode, Replica, Volume } from './types';
import type { VolumeSet } from './volume-set';

/**
 * Why the disks of a volume's replicas cannot take a larger size; '' when they can (`CheckReplicasSizeExpansion`).
 * @param bytes the wished size of the volume
 */
export function expansionProblem(cluster: Cluster, volume: Volume, bytes: number): string {
  const growth = bytes - Number(volume.spec.size);
  if (growth <= 0) return '';
  const onDisk = new Map<string, number>();
  for (const replica of cluster.store.list(LH.replica, { labels: { longhornvolume: volume.metadata.name } }) as Replica[]) {
    if (replica.spec.diskID !== '') onDisk.set(replica.spec.diskID, (onDisk.get(replica.spec.diskID) ?? 0) + 1);
  }
  for (const node of cluster.store.list(LH.node) as LonghornNode[]) {
    for (const [name, status] of Object.entries(node.status?.diskStatus ?? {})) {
      const spec = node.spec.disks[name];
      const more = growth * (onDisk.get(status.diskUUID) ?? 0);
      if (spec === undefined || more === 0 || spaceProblem({ cluster }, more, 0, diskSpace(spec, status)) === '') continue;
      return `cannot schedule ${String(more)} more bytes to disk ${status.diskUUID} with &{StorageAvailable:${String(status.storageAvailable)} StorageMaximum:${String(status.storageMaximum)} StorageReserved:${String(spec.storageReserved)} StorageScheduled:${String(status.storageScheduled)}}`;
    }
  }
  return '';
}

/** A larger `spec.size` goes to replicas, engine and frontend; done when the running engine reports it (`reconcileVolumeSize`). */
export function reconcileSize(set: VolumeSet): void {
  const { engine, ctx } = set;
  const { spec, status } = set.volume.object;
  if (engine === undefined) return;
  if (engine.spec.volumeSize !== spec.size) {
    status.expansionRequired = true;
    engine.spec.volumeSize = spec.size;
    for (const replica of set.present) {
      replica.spec.volumeSize = spec.size;
      touchDisks(ctx, replica.spec.nodeID);
    }
    for (const { object: frontend } of set.frontends) Object.assign(frontend.spec, { volumeSize: spec.size, size: spec.size });
    if (ctx.runtimes.get(engine.metadata.name) !== undefined) ctx.runtimes.watched.add(engine.metadata.name);
    return;
  }
  if (!status.expansionRequired || engine.status.currentState !== 'running') return;
  if (engine.status.currentSize === spec.size) status.expansionRequired = false;
  else ctx.runtimes.watched.add(engine.metadata.name);
}
