import { hashFile } from './sha512';

export type HashMessage = { readonly done: number } | { readonly digest: string } | { readonly error: string };

self.addEventListener('message', (event: MessageEvent<Blob>) => {
  const post = (message: HashMessage): void => { self.postMessage(message); };

  hashFile(event.data, done => { post({ done }); }, new AbortController().signal).then(
    digest => { post({ digest }); },
    (error: unknown) => { post({ error: String(error) }); }
  );
});
