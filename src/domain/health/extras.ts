import { asNumber, asObject, asText } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import type { RawObject } from '../kube/types';

/** A Kubernetes event about a Longhorn object, the part a diagnosis may use. */
export interface StorageEvent {
  readonly reason: string;
  readonly message: string;
  /** Epoch milliseconds of the last occurrence. */
  readonly at: number;
}

/**
 * What is read on demand for one volume (its drawer is open), beyond what the inventory keeps. Every member is optional:
 * a rule that needs one simply doesn't apply without it.
 */
export interface VolumeExtras {
  readonly events?: readonly StorageEvent[];
  /** Orphan CRs whose data name belongs to this volume. */
  readonly orphans?: readonly { readonly name: string; readonly nodeName: string; readonly diskName: string }[];
  /** Longhorn 1.12.1 sharded volumes. */
  readonly shardGroup?: { readonly name: string; readonly state: string; readonly failedCount: number; readonly parityChunks: number };
}

type Leftover = NonNullable<VolumeExtras['orphans']>[number];

/** What is left of a replica of this volume, of one Longhorn `Orphan`; null for other orphans. Data is named `<volume>-<8 hex>`. */
export function leftoverOf(raw: RawObject, volumeName: string): Leftover | null {
  const spec = asObject(raw.spec);
  const parameters = asObject(spec.parameters);
  if (asText(spec.orphanType) !== 'replica' || !asText(parameters.DataName).startsWith(`${volumeName}-`)) return null;
  return { name: parseMeta(raw).name, nodeName: asText(spec.nodeID), diskName: asText(parameters.DiskName) };
}

/** The shard group of this volume, of one Longhorn `ShardGroup` (1.12.1); null for another volume's. */
export function shardGroupOf(raw: RawObject, volumeName: string): VolumeExtras['shardGroup'] | null {
  const meta = parseMeta(raw);
  const [spec, status] = [asObject(raw.spec), asObject(raw.status)];
  if (asText(spec.volumeName) !== volumeName && meta.labels.longhornvolume !== volumeName) return null;
  return { name: meta.name, state: asText(status.state), failedCount: asNumber(status.failedCount) ?? 0, parityChunks: asNumber(spec.parityChunks) ?? 0 };
}
