import type { HostServices, Pages, PagesScript } from '../types';
import { exportsOf, injectScript, once, type ScriptInjector } from './scripts';

export interface PagesLoader {
  readonly url: string;
  /** The pages, when they are there already. */
  current(): Pages | null;
  /** Fetches the second script once; after a failure the next call tries again. */
  load(): Promise<Pages>;
}

/**
 * Loads the heavy half of the extension on first use.
 *
 * @param alongside runs with it, and must be done before anybody sees the components (their texts)
 */
export function createPagesLoader(options: {
  readonly url: string;
  readonly globalId: string;
  readonly services: HostServices;
  readonly inject?: ScriptInjector;
  readonly alongside?: () => Promise<void>;
}): PagesLoader {
  const { url, globalId, services, inject = injectScript, alongside } = options;
  let pages: Pages | null = null;

  const start = async (): Promise<Pages> => {
    await Promise.all([inject(url), alongside?.()]);

    const script = exportsOf(globalId) as PagesScript | undefined;

    if (typeof script?.install !== 'function') {
      throw new Error(`${url} is not the pages of this version`);
    }
    pages = script.install(services);

    return pages;
  };

  return { url, current: () => pages, load: once(start) };
}
