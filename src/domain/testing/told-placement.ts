/** Test support: where replicas would go, told in full as text: a line per node and per disk, space in GiB. */
import type { DiskPlacement, NodePlacement, PlacementResult } from '../longhorn/placement-types';
import { GIB } from './raw-objects';
import { tellParams } from './told';

function tellBytes(bytes: number | null): string {
  if (bytes === null) return '?';
  return bytes % GIB === 0 ? `${String(bytes / GIB)}G` : String(bytes);
}

function tellReason({ code, params }: DiskPlacement | NodePlacement): string {
  const inGib = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, name.endsWith('Bytes') && typeof value === 'number' ? tellBytes(value) : value]));
  return `${code} ${tellParams(inGib)}`.trimEnd();
}

function tellDisk(disk: DiskPlacement): string {
  return `  ${disk.diskName} ${disk.diskId} ${disk.type}: promised ${tellBytes(disk.scheduledBytes)} of ${tellBytes(disk.limitBytes)}, ${tellBytes(disk.allocatableBytes)} to promise, ${tellBytes(disk.freeBytes)} free, fits ${String(disk.fits)}: ${tellReason(disk)}`;
}

/** Whether, where to, what limits; then each node and its disks. */
export function tellPlacement({ isPlaceable, missing, chosen, nodes, limitedBy }: PlacementResult): string {
  return [
    `${String(missing)} missing, ${isPlaceable === null ? 'cannot be known' : isPlaceable ? 'all placed' : 'not all placed'}: ${chosen.map((place) => `${place.nodeName}/${place.diskName}/${place.diskId}`).join(', ') || 'nowhere'}`,
    ...(limitedBy === null ? [] : [`limited by ${limitedBy.nodeName}/${limitedBy.diskName}: ${limitedBy.code}`]),
    ...nodes.flatMap((node) => [`${node.nodeName} of zone ${node.zone || '—'}, fits ${String(node.fits)}: ${tellReason(node)}`, ...node.disks.map(tellDisk)])
  ].join('\n');
}
