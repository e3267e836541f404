import { KIND } from '../kube/kinds';
import type { PlacementResult } from '../longhorn/placement-types';
import type { LonghornNodeRecord } from '../longhorn/types';
import type { ClusterView, InventoryKind, RecordOf } from '../view';

/** Longhorn nodes by id, with what is promised on their disks. */
export type Disks = ReadonlyMap<string, LonghornNodeRecord>;

/** The Longhorn nodes as they are, nothing promised yet. */
export function readDisks(view: ClusterView): Disks {
  return new Map([...view.all(KIND.longhornNode)].map(node => [node.meta.id, node]));
}

/** The disks after replicas of `size` bytes were promised at these places, and filled with `writes` bytes. */
export function promiseSpace(disks: Disks, chosen: PlacementResult['chosen'], size: number, writes: number): Disks {
  const next = new Map(disks);

  for (const place of chosen) {
    for (const [id, node] of next) {
      if (node.meta.name === place.nodeName) {
        next.set(id, {
          ...node,
          disks: node.disks.map(disk => disk.name === place.diskName
            ? { ...disk, storageScheduled: (disk.storageScheduled ?? 0) + size, storageAvailable: disk.storageAvailable === null ? null : disk.storageAvailable - writes }
            : disk)
        });
      }
    }
  }

  return next;
}

/** The cluster with these disks in place of its own. */
export function withDisks(view: ClusterView, disks: Disks): ClusterView {
  return {
    readState: kind => view.readState(kind),
    get<K extends InventoryKind>(kind: K, id: string) {
      return kind === KIND.longhornNode ? disks.get(id) as RecordOf[K] | undefined : view.get(kind, id);
    },
    all<K extends InventoryKind>(kind: K) {
      return kind === KIND.longhornNode ? disks.values() as Iterable<RecordOf[K]> : view.all(kind);
    },
    count: kind => view.count(kind),
    readAt: (kind, id) => view.readAt(kind, id),
    replicasOfVolume: name => view.replicasOfVolume(name),
    enginesOfVolume: name => view.enginesOfVolume(name),
    frontendsOfVolume: name => view.frontendsOfVolume(name),
    replicasOnNode: name => view.replicasOnNode(name),
    instanceManagersOnNode: name => view.instanceManagersOnNode(name),
    diskByUuid: uuid => view.diskByUuid(uuid),
    claimOfVolume: name => view.claimOfVolume(name),
    volumeOfClaim: id => view.volumeOfClaim(id),
    machinesOfClaim: id => view.machinesOfClaim(id),
    clonesOfClaim: id => view.clonesOfClaim(id)
  };
}
