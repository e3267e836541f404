import type { Clock } from '../contract';
import { TimerQueue } from './queue';

/** A clock that can be halted for good; `stop` drops the driver, not the timers. */
export interface DrivenClock extends Clock {
  stop(): void;
}

/** Where cluster time starts unless told otherwise: fixed, so that transcripts repeat. */
export const DEFAULT_BASE_TIME = Date.UTC(2026, 8, 1, 8, 0, 0);

function rfc3339(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** Time that stands still until `advance` is called: for tests. While a timer runs, `now()` is its due time. */
export class ManualClock implements DrivenClock {
  speed = 1;
  protected readonly queue = new TimerQueue();
  protected time: number;

  constructor(base: number = DEFAULT_BASE_TIME) {
    this.time = base;
  }

  now(): number {
    return this.time;
  }

  iso(): string {
    return rfc3339(this.now());
  }

  after(ms: number, fn: () => void): () => void {
    return this.queue.push(this.now() + Math.max(0, ms), fn);
  }

  every(ms: number, fn: () => void): () => void {
    if (!(ms > 0)) throw new RangeError(`every() needs a positive interval, got ${String(ms)}`);
    let isStopped = false;
    let cancel: () => void = () => undefined;
    const schedule = (): void => {
      cancel = this.after(ms, () => {
        fn();
        if (!isStopped) schedule();
      });
    };
    schedule();
    return () => {
      isStopped = true;
      cancel();
    };
  }

  advance(ms: number): void {
    this.runUntil(this.now() + Math.max(0, ms));
  }

  stop(): void {
    // nothing drives it
  }

  protected runUntil(target: number): void {
    for (let timer = this.queue.pop(target); timer !== null; timer = this.queue.pop(target)) {
      this.time = Math.max(this.time, timer.due);
      timer.fn();
    }
    this.time = Math.max(this.time, target);
  }
}

/** Longest sleep between two looks at the queue, so that a changed speed or a late timer is noticed. */
const LONGEST_SLEEP = 1000;

/**
 * Cluster time driven by the wall clock: `speed` cluster milliseconds per millisecond; 0 stands still. `advance` jumps
 * ahead, running all that falls due. Errors of timers go to `onError`; one bad timer stops no other.
 */
export class RealTimeClock extends ManualClock {
  private rate: number;
  private anchorReal: number;
  private anchorTime: number;
  private isRunning = false;
  private isStopped = false;
  private sleep: NodeJS.Timeout | null = null;
  private readonly onError: (error: unknown) => void;

  constructor(options: { base?: number; speed?: number; onError?: (error: unknown) => void } = {}) {
    super(options.base);
    this.rate = options.speed ?? 1;
    this.anchorReal = performance.now();
    this.anchorTime = this.time;
    this.onError = options.onError ?? ((error) => {
      console.error(error);
    });
    // `speed` is a plain field in the base class; here it re-anchors.
    Object.defineProperty(this, 'speed', {
      get: () => this.rate,
      set: (speed: number) => {
        this.setSpeed(speed);
      },
      enumerable: true
    });
  }

  override now(): number {
    return this.isRunning ? this.time : Math.max(this.time, this.target());
  }

  override after(ms: number, fn: () => void): () => void {
    const cancel = super.after(ms, fn);
    if (!this.isRunning) this.wake();
    return cancel;
  }

  override advance(ms: number): void {
    const target = this.now() + Math.max(0, ms);
    this.anchorTime = target;
    this.anchorReal = performance.now();
    this.drain(target);
  }

  override stop(): void {
    this.isStopped = true;
    if (this.sleep !== null) clearTimeout(this.sleep);
    this.sleep = null;
  }

  private setSpeed(speed: number): void {
    if (!Number.isFinite(speed) || speed < 0) throw new RangeError(`speed must be zero or more, got ${String(speed)}`);
    const now = this.now();
    this.anchorTime = now;
    this.anchorReal = performance.now();
    this.rate = speed;
    this.wake();
  }

  private target(): number {
    return this.anchorTime + (performance.now() - this.anchorReal) * this.rate;
  }

  private drain(target: number): void {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      this.runUntil(target);
    } finally {
      this.isRunning = false;
      this.wake();
    }
  }

  protected override runUntil(target: number): void {
    for (let timer = this.queue.pop(target); timer !== null; timer = this.queue.pop(target)) {
      this.time = Math.max(this.time, timer.due);
      try {
        timer.fn();
      } catch (error) {
        this.onError(error);
      }
    }
    this.time = Math.max(this.time, target);
  }

  private wake(): void {
    if (this.isStopped) return;
    if (this.sleep !== null) clearTimeout(this.sleep);
    this.sleep = null;
    const due = this.queue.nextDue();
    if (due === null || this.rate === 0) return;
    const wait = Math.min(LONGEST_SLEEP, Math.max(0, (due - this.now()) / this.rate));
    this.sleep = setTimeout(() => {
      this.drain(this.target());
    }, wait);
    // The clock alone keeps no process alive; a listening server does.
    this.sleep.unref();
  }
}
