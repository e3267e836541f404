import { KIND } from '@/domain/kube/kinds';
import { longhornId } from '@/domain/kube/names';
import type { ClusterView } from '@/domain/view';

/** Harvester names Longhorn disks after block devices: 32 hex digits, or `default-disk-` and sixteen. */
const MADE_UP = /^(default-disk-)?[0-9a-f]{12,}$/;
const LONGEST = 14;

/** A name that a person can tell from others at a glance; long ones keep their ends. */
export function shortenDisk(name: string, path: string): string {
  const label = MADE_UP.test(name) && path !== '' ? (path.split('/').filter(Boolean).at(-1) ?? name) : name;

  return label.length <= LONGEST ? label : `${label.slice(0, 5)}…${label.slice(-6)}`;
}

/** What to call a disk of a node; its own name (shortened) where the node is not known. */
export function diskLabel(view: Pick<ClusterView, 'get'>, nodeName: string, diskName: string): string {
  const disk = view.get(KIND.longhornNode, longhornId(nodeName))?.disks.find((entry) => entry.name === diskName);

  return shortenDisk(diskName, disk?.path ?? '');
}
