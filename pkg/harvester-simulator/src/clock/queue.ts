interface Entry {
  readonly due: number;
  readonly order: number;
  readonly fn: () => void;
  isCancelled: boolean;
}

/** Timers by due time; equal times come out in the order they went in. A binary heap with lazy cancellation. */
export class TimerQueue {
  private readonly heap: Entry[] = [];
  private order = 0;

  /** Returns the cancel. */
  push(due: number, fn: () => void): () => void {
    const entry: Entry = { due, order: this.order++, fn, isCancelled: false };
    this.heap.push(entry);
    this.rise(this.heap.length - 1);
    return () => {
      entry.isCancelled = true;
    };
  }

  /** Due time of the next timer that still counts, or null. */
  nextDue(): number | null {
    this.dropCancelled();
    return this.heap[0]?.due ?? null;
  }

  /** Takes out the next timer due at or before `until`. */
  pop(until: number): { due: number; fn: () => void } | null {
    this.dropCancelled();
    const first = this.heap[0];
    if (first === undefined || first.due > until) return null;
    this.removeFirst();
    return first;
  }

  private dropCancelled(): void {
    while (this.heap[0]?.isCancelled) this.removeFirst();
  }

  private removeFirst(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink(0);
  }

  private comesBefore(a: number, b: number): boolean {
    const x = this.heap[a];
    const y = this.heap[b];
    if (x === undefined || y === undefined) return false;
    return x.due < y.due || (x.due === y.due && x.order < y.order);
  }

  private swap(a: number, b: number): void {
    const x = this.heap[a];
    const y = this.heap[b];
    if (x === undefined || y === undefined) return;
    this.heap[a] = y;
    this.heap[b] = x;
  }

  private rise(index: number): void {
    let at = index;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.comesBefore(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  private sink(index: number): void {
    let at = index;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (this.comesBefore(left, least)) least = left;
      if (this.comesBefore(right, least)) least = right;
      if (least === at) return;
      this.swap(at, least);
      at = least;
    }
  }
}
