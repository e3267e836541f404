import { onBeforeUnmount, reactive } from 'vue';
import type { ApiFailure } from '@/api/contract';
import { KIND } from '@/domain/kube/kinds';
import type { ClusterContext } from '@/stores/contract';
import { hashInWorker } from './hash-in-worker';
import { createRateMeter } from './transfer-rate';

/** `finishing`: every byte has left the browser, the server has not answered yet. */
export type UploadPhase = 'idle' | 'sending' | 'finishing' | 'done' | 'failed' | 'cancelled';

export interface UploadState {
  phase: UploadPhase;
  imageId: string;
  fileName: string;
  sent: number;
  total: number;
  /** Bytes per second, and milliseconds left; null until they can be told. */
  rate: number | null;
  left: number | null;
  /** SHA-512 in hex once known; '' before. */
  digest: string;
  hashed: number;
  /** The server's own words. */
  error: string;
}

/**
 * One upload at a time, with its hash. The result of the request in this browser is what counts: the server keeps an
 * upload that failed early "Uploading" for ever. Call in `setup`; leaving the page asks first.
 */
export function useUpload(cluster: ClusterContext) {
  const state = reactive<UploadState>({ phase: 'idle', imageId: '', fileName: '', sent: 0, total: 0, rate: null, left: null, digest: '', hashed: 0, error: '' });
  let abort: AbortController | null = null;
  let hashedFile: File | null = null;
  let hashing: Promise<void> = Promise.resolve();
  const isBusy = (): boolean => state.phase === 'sending' || state.phase === 'finishing';

  async function start(imageId: string, file: File): Promise<void> {
    const own = new AbortController();
    const meter = createRateMeter(file.size);
    const tick = setInterval(() => { Object.assign(state, meter.read(performance.now())); }, 500);

    abort = own;
    Object.assign(state, { phase: 'sending', imageId, fileName: file.name, sent: 0, total: file.size, rate: null, left: null, error: '' });
    meter.add(performance.now(), 0);
    hashing = hash(file, own.signal);
    try {
      await cluster.api.uploadImage(imageId, file, {
        fileName: file.name,
        signal: own.signal,
        onProgress: ({ sent }) => {
          meter.add(performance.now(), sent);
          state.sent = sent;
          if (sent >= file.size) {
            state.phase = 'finishing';
          }
        }
      });
      state.phase = 'done';
    } catch (error) {
      const failure = error as ApiFailure;

      state.phase = failure.isAbort ? 'cancelled' : 'failed';
      state.error = failure.isAbort ? '' : failure.message;
    } finally {
      clearInterval(tick);
    }
  }

  async function hash(file: File, signal: AbortSignal): Promise<void> {
    // A second try with the same file: its hash is known.
    if (state.digest !== '' && hashedFile === file) {
      return;
    }
    hashedFile = file;
    state.digest = '';
    state.hashed = 0;
    try {
      state.digest = await hashInWorker(file, done => { state.hashed = done; }, signal);
    } catch {
      // The upload's own result says what matters; without a hash there is just nothing to compare.
    }
  }

  /** Deletes the half-made image; resolves to the server's words when that fails, else ''. */
  async function discard(): Promise<string> {
    try {
      await cluster.api.remove(KIND.image, state.imageId);
    } catch (error) {
      // Somebody else has deleted it: that is what was wanted.
      if ((error as ApiFailure).status !== 404) {
        return (error as ApiFailure).message;
      }
    }
    Object.assign(state, { phase: 'idle', imageId: '', error: '' });

    return '';
  }

  const guard = (event: BeforeUnloadEvent): void => {
    if (isBusy()) {
      event.preventDefault();
    }
  };

  window.addEventListener('beforeunload', guard);
  onBeforeUnmount(() => {
    window.removeEventListener('beforeunload', guard);
    abort?.abort();
  });

  /**
   * Whether the file is the one that was meant: false only when its hash is known and another. The hash may take longer
   * than the upload; this waits for it.
   */
  async function isExpected(checksum: string): Promise<boolean> {
    const expected = checksum.trim().toLowerCase();

    if (expected === '') {
      return true;
    }
    await hashing;

    return state.digest === '' || state.digest === expected;
  }

  return { state, start, discard, isBusy, isExpected, cancel: () => { abort?.abort(); } };
}
