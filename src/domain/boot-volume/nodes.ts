import { effectiveValue, SETTING } from '../harvester/setting';
import type { KubeNodeRecord } from '../harvester/types';
import { KIND } from '../kube/kinds';
import { MIB } from '../kube/sizes';
import { explainPlacement } from '../longhorn/placement';
import type { PlacementCode } from '../longhorn/placement-types';
import type { DiskRecord } from '../longhorn/types';
import type { ClusterView } from '../view';
import { firstUnread } from './reading';

/** A node on which v2 may run: Ready, not cordoned, not a witness, v2 not switched off by label. */
export function isEligibleNode(node: KubeNodeRecord): boolean {
  return node.isReady === true && !node.isCordoned && !node.isWitness && !node.isV2Disabled && node.meta.deletedAt === null;
}

/** Names of the eligible nodes, in order; null when nodes can't be read. */
export function listEligibleNodes(view: ClusterView): readonly string[] | null {
  if (firstUnread(view, [KIND.node])) {
    return null;
  }

  return [...view.all(KIND.node)].filter(isEligibleNode).map(node => node.meta.name).sort();
}

// A full disk is still a disk: whether there is room is another question.
const HAS_DISK: readonly PlacementCode[] = ['ok', 'chosen', 'insufficient-free', 'insufficient-allocatable'];

/**
 * Names of the eligible nodes with a v2 disk that Longhorn would use for these tags, by its own placement rules; null
 * when nodes or disks can't be read.
 */
export function listDiskNodes(view: ClusterView, nodeSelector: readonly string[] = [], diskSelector: readonly string[] = []): readonly string[] | null {
  const eligible = listEligibleNodes(view);

  if (eligible === null || firstUnread(view, [KIND.longhornNode])) {
    return null;
  }

  const placement = explainPlacement(view, { size: 1, replicas: 1, engine: 'v2', nodeSelector, diskSelector });

  return placement.nodes
    .filter(node => HAS_DISK.includes(node.code) && eligible.includes(node.nodeName))
    .map(node => node.nodeName);
}

/** Bytes of huge pages that the v2 engine asks of each node, and those of the named nodes that have less. */
export function findHugepageShortage(view: ClusterView, nodeNames: readonly string[]): { readonly wanted: number; readonly short: readonly KubeNodeRecord[] } {
  const memory = view.get(KIND.setting, SETTING.v2Memory);
  // Settable from 1.9, in MiB; 2 GiB before.
  const wanted = (Number(memory ? effectiveValue(memory) : '') || 2048) * MIB;

  return { wanted, short: nodeNames.flatMap(name => view.get(KIND.node, name) ?? []).filter(node => (node.hugepages ?? 0) < wanted) };
}

interface NodeDisk { readonly node: string; readonly disk: DiskRecord }

/** Every v2 disk, with its node. */
export function listBlockDisks(view: ClusterView): readonly NodeDisk[] {
  return [...view.all(KIND.longhornNode)].flatMap(node => node.disks.filter(disk => disk.type === 'block').map(disk => ({ node: node.meta.name, disk })));
}

/** v2 disks driven by AIO: they have no unmap, a trim inside the guest pauses the VM. */
export function listAioDisks(view: ClusterView): readonly NodeDisk[] {
  return listBlockDisks(view).filter(({ disk }) => disk.driver === 'aio');
}

/** What to call a disk: Harvester names them after block devices, by hash; the device says more. */
export function labelDisk(disk: Pick<DiskRecord, 'name' | 'path'>): string {
  return /^\/dev\/(?:disk\/by-[a-z]+\/)?([^/]+)$/.exec(disk.path)?.[1] ?? disk.name;
}
