import type { WatchEvent } from '../contract';

type Listener = (event: WatchEvent) => void;

/** More events than this out of one write means that controllers answer each other for ever. */
const RUNAWAY = 2_000_000;

/**
 * Hands events to listeners one by one: a write made by a listener waits its turn, so that every listener sees every
 * event in the order of revisions.
 */
export class EventQueue {
  private readonly listeners = new Set<Listener>();
  private readonly queue: WatchEvent[] = [];
  private isDraining = false;

  constructor(private readonly onError: ((error: unknown) => void) | undefined) {}

  add(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  emit(event: WatchEvent): void {
    this.queue.push(event);
    if (!this.isDraining) this.drain();
  }

  private drain(): void {
    const errors: unknown[] = [];
    this.isDraining = true;
    try {
      for (let i = 0; i < this.queue.length; i++) {
        if (i > RUNAWAY) throw new Error('The controllers do not settle: too many writes followed from one.');
        const event = this.queue[i];
        if (event !== undefined) this.deliver(event, errors);
      }
    } finally {
      this.queue.length = 0;
      this.isDraining = false;
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, 'Several listeners failed');
  }

  private deliver(event: WatchEvent, errors: unknown[]): void {
    for (const listener of [...this.listeners]) {
      if (!this.listeners.has(listener)) continue;
      try {
        listener(event);
      } catch (error) {
        if (this.onError === undefined) errors.push(error);
        else this.onError(error);
      }
    }
  }
}
