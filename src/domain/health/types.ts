import type { Kind } from '../kube/kinds';

/** How bad it is, worst first. `transition` = on its way somewhere (attaching, cloning…), not a fault. */
export type Level = 'critical' | 'degraded' | 'unknown' | 'transition' | 'stopped' | 'healthy';

/** What a degraded volume is doing about it. */
export type DegradedPhase = 'rebuilding' | 'waiting' | 'blocked' | 'paused' | 'queued' | 'stuck' | 'flapping' | 'by-design' | 'starting';

/** One field that was read, and when. `value` is the text as the API has it ('' = empty, null = not there). */
export interface Evidence {
  readonly kind: Kind;
  readonly id: string;
  /** JSON path below the object, e.g. `status.conditions[Scheduled].message`. */
  readonly path: string;
  readonly value: string | null;
  /** Epoch milliseconds. */
  readonly readAt: number | null;
}

export type ParamValue = string | number;

/** A named diagnosis. The words are in l10n under `lhv2.diagnosis.<code>.{title,cause,next}`. */
export interface Finding {
  readonly code: string;
  readonly level: Level;
  readonly phase: DegradedPhase | null;
  /** ICU parameters of the sentence: names, counts, epoch milliseconds (`…At`), bytes (`…Bytes`), percents. */
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly evidence: readonly Evidence[];
  /** Shown beside the headline; never decides a volume's level. */
  readonly isNote?: boolean;
  /** This finding asks an admin to act. */
  readonly needsHelp?: boolean;
}

export type ReplicaClass =
  | 'removing' | 'migration-copy' | 'not-placed' | 'failed' | 'erroring' | 'rebuilding' | 'rebuild-queued'
  | 'starting' | 'stopping' | 'unreachable' | 'healthy' | 'idle-complete' | 'idle-empty' | 'unknown';

export interface ReplicaVerdict {
  readonly name: string;
  readonly class: ReplicaClass;
  readonly nodeName: string;
  readonly diskName: string;
  readonly diskId: string;
  readonly isEvicting: boolean;
  /** On the node where the volume is attached. */
  readonly isLocal: boolean;
  /** Counts as a proven good copy: RW in a running engine, or complete while detached. */
  readonly isGood: boolean;
  /** Epoch milliseconds since when the class holds, as far as the objects tell; null when they don't. */
  readonly since: number | null;
  readonly rebuild: RebuildView | null;
}

export interface RebuildView {
  readonly percent: number;
  readonly fromNodes: readonly string[];
  readonly toNode: string;
  /** MB/s; 0 = no cap. */
  readonly capMBps: number;
  readonly error: string;
}

/** The verdict on one Longhorn volume. */
export interface VolumeVerdict {
  readonly volumeName: string;
  readonly level: Level;
  readonly phase: DegradedPhase | null;
  readonly headline: Finding;
  /** Secondary findings, most important first; never repeats the headline. */
  readonly facts: readonly Finding[];
  readonly replicas: readonly ReplicaVerdict[];
  readonly goodReplicas: number;
  /** null when the volume does not say. */
  readonly wantedReplicas: number | null;
  /** Running rebuild with the least progress, or null. */
  readonly rebuild: RebuildView | null;
  /** Epoch milliseconds since when the level holds; null when nothing says so. */
  readonly since: number | null;
  /** An admin has to act: neither healthy, nor recovering by itself as far as that can be verified, nor stopped by wish. */
  readonly needsAttention: boolean;
}

/** What was seen of one volume over time; kept by the store, given to the domain. Times are epoch milliseconds. */
export interface VolumeHistory {
  readonly robustnessChanges: readonly { readonly at: number; readonly to: string }[];
  /** replica name -> samples of rebuild progress, oldest first. */
  readonly rebuildSamples: Readonly<Record<string, readonly { readonly at: number; readonly percent: number }[]>>;
  /** When this volume's present `state` was first seen. */
  readonly stateSince: number | null;
  readonly firstSeenAt: number | null;
}
