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
