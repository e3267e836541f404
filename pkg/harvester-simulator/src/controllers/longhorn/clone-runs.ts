import type { Cluster } from '../../contract';
import { bytesOf, truthOf } from './truth';
import { LH, key } from './kinds';

interface Run {
  readonly source: string;
  readonly snapshot: string;
  readonly bytes: number;
  readonly startedAt: number;
  readonly endsAt: number;
}

/** The copying that engines of clone targets do. */
export class CloneRuns {
  private readonly runs = new Map<string, Run>();

  constructor(private readonly cluster: Cluster, private readonly wake: (volume: string) => void) {}

  begin(target: string, source: string, snapshot: string, isLinked = false): void {
    const volume = this.cluster.store.get(LH.volume, key(source));
    // A linked clone refers to its source's blocks.
    const bytes = isLinked ? 0 : bytesOf(this.cluster, source, Number(volume?.spec?.size ?? 0));
    const now = this.cluster.clock.now();
    const duration = Math.max(2 * this.cluster.timings.enginePoll, (bytes / this.cluster.timings.cloneBytesPerSecond) * 1000);
    this.runs.set(target, { source, snapshot, bytes, startedAt: now, endsAt: now + duration });
    truthOf(this.cluster).writtenBytes.set(target, bytes);
    this.wake(target);
    this.cluster.clock.after(duration + 1, () => { this.wake(target); });
  }

  isCopied(target: string): boolean {
    const run = this.runs.get(target);
    // A run that nobody remembers ended before the controllers started.
    return run === undefined || this.cluster.clock.now() >= run.endsAt;
  }

  /** 0..100, or null when nothing is copied to this volume. */
  progress(target: string): { percent: number; source: string; snapshot: string } | null {
    const run = this.runs.get(target);
    if (run === undefined) return null;
    const share = (this.cluster.clock.now() - run.startedAt) / Math.max(1, run.endsAt - run.startedAt);
    return { percent: Math.min(100, Math.floor(share * 100)), source: run.source, snapshot: run.snapshot };
  }

  forget(target: string): void {
    this.runs.delete(target);
  }
}
