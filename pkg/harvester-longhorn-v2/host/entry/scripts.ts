/** How further scripts are fetched: injectable, so that a test needs no network. */
export type ScriptInjector = (url: string) => Promise<void>;

/** Adds a script element and resolves when it has run. The element of a failed attempt is taken out again. */
export const injectScript: ScriptInjector = (url) => new Promise((resolve, reject) => {
  const element = document.createElement('script');

  element.src = url;
  element.async = true;
  element.dataset.purpose = 'extension';
  element.onload = (): void => { resolve(); };
  element.onerror = (): void => {
    element.remove();
    reject(new Error(`Could not load ${url}`));
  };
  document.head.appendChild(element);
});

/** Address of a file beside the entry script, which may have come from any server. */
export function besideEntry(entryUrl: string, fileName: string): string {
  return new URL(fileName, entryUrl === '' ? document.baseURI : entryUrl).href;
}

/** What a script left under a name of ours; undefined when it did not run, or was another version's. */
export function exportsOf(globalId: string): unknown {
  return (globalThis as unknown as Record<string, unknown>)[globalId];
}

/** Runs a task once; a failure is forgotten, so that the next call tries again. */
export function once<T>(task: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | null = null;

  return () => {
    pending ??= task().catch((error: unknown) => {
      pending = null;
      throw error;
    });

    return pending;
  };
}
