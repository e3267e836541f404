import type { Clock } from '../../contract';

/** Cluster time between a change and the reconcile it causes. */
const RECONCILE_DELAY = 100;

/**
 * A work queue: keys are handled once per round however often they were added, in the order first added; what a round
 * adds is for the next one.
 */
export class WorkQueue {
  private pending = new Set<string>();
  private readonly timers = new Map<string, { due: number; cancel: () => void }>();
  private cancelRound: (() => void) | null = null;

  constructor(private readonly clock: Clock, private readonly handle: (key: string) => void) {}

  add(key: string): void {
    this.pending.add(key);
    this.cancelRound ??= this.clock.after(RECONCILE_DELAY, () => { this.round(); });
  }

  /** Adds the key `ms` from now; of several such wishes the earliest counts. */
  addAfter(key: string, ms: number): void {
    const due = this.clock.now() + ms;
    const existing = this.timers.get(key);
    if (existing !== undefined && existing.due <= due) return;
    existing?.cancel();
    const cancel = this.clock.after(ms, () => {
      this.timers.delete(key);
      this.add(key);
    });
    this.timers.set(key, { due, cancel });
  }

  stop(): void {
    this.cancelRound?.();
    for (const { cancel } of this.timers.values()) cancel();
    this.timers.clear();
    this.pending.clear();
  }

  private round(): void {
    const keys = this.pending;
    this.pending = new Set();
    this.cancelRound = null;
    for (const key of keys) this.handle(key);
  }
}
