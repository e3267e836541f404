import type { Cluster } from '../../contract';

/**
 * What is so in the simulated world beyond the faults that every controller knows: Longhorn's CRs only follow it.
 * Disk keys are `<node>/<disk name>`.
 */
export interface Truth {
  /** Volumes whose rebuild makes no progress. */
  readonly stalledRebuilds: Set<string>;
  /** Rebuilds run at `timings.rebuildBytesPerSecond` times this. */
  rebuildRate: number;
  /** Bytes on a disk that are not Longhorn's. */
  readonly foreignBytes: Map<string, number>;
  /** Bytes of a disk that no BlockDevice object tells. */
  readonly diskCapacity: Map<string, number>;
  /** Bytes written to a volume so far; absent: an ordinary share of its size. */
  readonly writtenBytes: Map<string, number>;
  /** Volumes written to since their engines and disks last counted. */
  readonly grownVolumes: Set<string>;
  /** Volumes whose backup cannot be read back, and what the replicas say. */
  readonly restoreErrors: Map<string, string>;
  /** Nodes whose longhorn-manager pod is not running although the node is up. */
  readonly managersDown: Set<string>;
  /** Instances (replica, engine, frontend names) whose process is to die now. */
  readonly condemned: Set<string>;
  /** `<node>/<disk>` with a SMART or SPDK health that is not PASSED. */
  readonly diskHealth: Map<string, 'FAILED' | 'WARNING'>;
  /** Objects being created now are complete and in steady state: they are taken over, not reconciled. */
  isLoading: boolean;
}

const truths = new WeakMap<Cluster, Truth>();

export function truthOf(cluster: Cluster): Truth {
  let truth = truths.get(cluster);
  if (truth === undefined) {
    truth = {
      stalledRebuilds: new Set(),
      rebuildRate: 1,
      foreignBytes: new Map(),
      diskCapacity: new Map(),
      writtenBytes: new Map(),
      grownVolumes: new Set(),
      restoreErrors: new Map(),
      managersDown: new Set(),
      condemned: new Set(),
      diskHealth: new Map(),
      isLoading: false
    };
    truths.set(cluster, truth);
  }
  return truth;
}

function hash(text: string): number {
  let value = 2166136261;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 16777619) >>> 0;
  return value;
}

/** Bytes that a volume holds: what was recorded as written, else 25 to 55 % of its size, always the same for a name. */
export function bytesOf(cluster: Cluster, volume: string, size: number): number {
  const written = truthOf(cluster).writtenBytes.get(volume);
  if (written !== undefined) return Math.min(written, size);
  const share = 0.25 + (hash(volume) % 31) / 100;
  return Math.floor((size * share) / 2 ** 20) * 2 ** 20;
}

/** Tells Longhorn how much an importer, a cloner or a guest has written to a volume; bytes in total. Counted at the next round of the disk monitor. */
export function recordWrittenBytes(cluster: Cluster, volume: string, bytes: number): void {
  truthOf(cluster).writtenBytes.set(volume, bytes);
  truthOf(cluster).grownVolumes.add(volume);
}
