import { ref } from 'vue';
import type { Ref } from 'vue';
import type { ApiFailure } from '@/api/contract';

export interface Attempt {
  readonly isBusy: Readonly<Ref<boolean>>;
  /** The server's own words of the last attempt that failed; '' otherwise. */
  readonly failure: Readonly<Ref<string>>;
  /** Runs one thing at a time. true when it succeeded, false when it failed or another one is still under way. */
  attempt(work: () => Promise<unknown>): Promise<boolean>;
}

/** The frame of a form that sends something to the server: busy while it is sent, and why it failed. */
export function useAttempt(): Attempt {
  const isBusy = ref(false);
  const failure = ref('');

  async function attempt(work: () => Promise<unknown>): Promise<boolean> {
    if (isBusy.value) {
      return false;
    }
    isBusy.value = true;
    failure.value = '';
    try {
      await work();

      return true;
    } catch (error) {
      failure.value = (error as ApiFailure).message;

      return false;
    } finally {
      isBusy.value = false;
    }
  }

  return { isBusy, failure, attempt };
}
