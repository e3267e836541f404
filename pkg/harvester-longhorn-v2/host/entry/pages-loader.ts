import type { HostServices, Pages, PagesScript } from '../types';

/** How the second script is fetched: injectable, so that a test needs no network. */
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

export interface PagesLoader {
  readonly url: string;
  /** The pages, when they are there already. */
  current(): Pages | null;
  /** Fetches the second script once; after a failure the next call tries again. */
  load(): Promise<Pages>;
}

/** Address of the second script: beside the first, which may have come from any server. */
export function pagesUrl(entryUrl: string, version: string): string {
  return new URL(`pages-${version}.js`, entryUrl === '' ? document.baseURI : entryUrl).href;
}

/**
 * Loads the heavy half of the extension on first use.
 *
 * @param afterInstall runs once, before anybody sees the components (texts must be there first)
 */
export function createPagesLoader(options: {
  readonly url: string;
  readonly globalId: string;
  readonly services: HostServices;
  readonly inject?: ScriptInjector;
  readonly afterInstall?: (pages: Pages) => Promise<void>;
}): PagesLoader {
  const { url, globalId, services, inject = injectScript, afterInstall } = options;
  let pages: Pages | null = null;
  let pending: Promise<Pages> | null = null;

  const start = async (): Promise<Pages> => {
    await inject(url);

    const script = (globalThis as unknown as Record<string, PagesScript | undefined>)[globalId];

    if (typeof script?.install !== 'function') {
      throw new Error(`${url} is not the pages of this version`);
    }

    const installed = script.install(services);

    await afterInstall?.(installed);
    pages = installed;

    return installed;
  };

  return {
    url,
    current: () => pages,
    load: () => {
      pending ??= start().catch((error: unknown) => {
        pending = null;
        throw error;
      });

      return pending;
    }
  };
}
