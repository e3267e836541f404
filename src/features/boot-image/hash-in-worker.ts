import { hashFile } from './sha512';
import type { HashMessage } from './sha512.worker';

/**
 * SHA-512 of a file off the main thread; where a page may not start workers (its content policy, an old browser), in
 * pieces on the main thread.
 */
export async function hashInWorker(file: Blob, onProgress: (done: number) => void, signal: AbortSignal): Promise<string> {
  const worker = startWorker();

  if (worker === null) {
    return hashFile(file, onProgress, signal);
  }

  let hasSpoken = false;

  try {
    return await new Promise<string>((resolve, reject) => {
      signal.addEventListener('abort', () => { reject(signal.reason as Error); });
      worker.addEventListener('error', () => { reject(new Error('worker')); });
      worker.addEventListener('message', ({ data }: MessageEvent<HashMessage>) => {
        hasSpoken = true;
        if ('done' in data) {
          onProgress(data.done);
        } else if ('digest' in data) {
          resolve(data.digest);
        } else {
          reject(new Error(data.error));
        }
      });
      worker.postMessage(file);
    });
  } catch (error) {
    if (signal.aborted || hasSpoken) {
      throw error;
    }

    // The worker's script was refused: it never said a word.
    return await hashFile(file, onProgress, signal);
  } finally {
    worker.terminate();
  }
}

function startWorker(): Worker | null {
  try {
    return new Worker(new URL('./sha512.worker.ts', import.meta.url), { type: 'module' });
  } catch {
    return null;
  }
}
