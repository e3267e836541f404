import { toApiError } from './error';
import type { ApiError } from './error';

export interface RetryOptions {
  /** Attempts after the first. */
  readonly retries: number;
  /** First pause, milliseconds; doubles with each further attempt. */
  readonly firstPause: number;
  readonly signal?: AbortSignal;
  /** 0..1, for the jitter. */
  readonly random?: () => number;
}

/** The pause before the next attempt: doubling, bounded, and spread so that many clients don't return at once. */
export function backoff(attempt: number, first: number, longest: number, random: () => number = Math.random): number {
  const full = Math.min(longest, first * 2 ** Math.min(attempt, 20));

  return Math.round(full / 2 + random() * full / 2);
}

const isWorthRetrying = (error: ApiError): boolean => !error.isAbort && (error.status === 0 || error.status === 429 || error.status >= 500);

export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);

    signal?.addEventListener('abort', done);
  });
}

/**
 * Runs an idempotent call again when the network, a 429 or a 5xx stopped it. 401 and 403 are final: asking again changes
 * nothing and can lock an account. Rejects with `ApiError`.
 */
export async function withRetry<T>(call: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call(attempt);
    } catch (thrown) {
      const error = toApiError(thrown);

      if (attempt >= options.retries || !isWorthRetrying(error) || options.signal?.aborted) {
        throw error;
      }
      await pause(backoff(attempt, options.firstPause, 10_000, options.random), options.signal);
    }
  }
}
