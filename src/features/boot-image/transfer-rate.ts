/** Samples that still count, milliseconds: long enough to be calm, short enough to follow a change. */
const WINDOW = 10_000;
/** Below this no rate is told: the first bytes only fill buffers. */
const PATIENCE = 2_000;

interface Sample { readonly at: number; readonly sent: number }

export interface TransferRate {
  /** Bytes per second; null until it can be told. */
  readonly rate: number | null;
  /** Milliseconds left at this rate; null until it can be told, or when nothing moves. */
  readonly left: number | null;
}

/** Rate of a transfer over the last seconds. `add` each progress report; `read` may be called at any time. */
export function createRateMeter(total: number) {
  let samples: readonly Sample[] = [];

  return {
    add(at: number, sent: number): void {
      samples = [...samples.filter(sample => at - sample.at <= WINDOW), { at, sent }];
    },
    read(now: number): TransferRate {
      const first = samples[0];
      const last = samples.at(-1);

      if (first === undefined || last === undefined || now - first.at < PATIENCE) {
        return { rate: null, left: null };
      }
      // Measured up to now, so that a transfer that stands still slows down on the screen too.
      const rate = (last.sent - first.sent) * 1000 / Math.max(1, now - first.at);

      return { rate, left: rate > 0 ? (total - last.sent) * 1000 / rate : null };
    }
  };
}
