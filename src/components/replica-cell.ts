import type { Shape, Tone } from './tone';

export type CellKind = 'good' | 'failed' | 'rebuilding' | 'starting' | 'missing' | 'stopped' | 'unknown';

/** One cell of a `ReplicaStrip`. */
export interface ReplicaCell {
  readonly key: string;
  readonly kind: CellKind;
  readonly tone: Tone;
  /** One or two characters that stand for the node; '' shows `shape` instead. */
  readonly mark: string;
  readonly shape: Shape | null;
  /** Full sentence: tooltip and accessible text. */
  readonly label: string;
  /** Percent 0..100 of a running rebuild; null otherwise. */
  readonly percent: number | null;
}
