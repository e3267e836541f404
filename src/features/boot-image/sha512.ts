import { createSHA512 } from 'hash-wasm';

/** Bytes read at a time: large enough for speed, small enough that the page stays live without a worker. */
const CHUNK = 4 * 2 ** 20;

/** SHA-512 of a file in lower-case hex, read in pieces. `onProgress` gets bytes done. Rejects with an AbortError. */
export async function hashFile(file: Blob, onProgress: (done: number) => void, signal: AbortSignal): Promise<string> {
  const hasher = await createSHA512();

  hasher.init();
  for (let at = 0; at < file.size; at += CHUNK) {
    signal.throwIfAborted();
    hasher.update(new Uint8Array(await file.slice(at, at + CHUNK).arrayBuffer()));
    onProgress(Math.min(file.size, at + CHUNK));
  }

  return hasher.digest('hex');
}
