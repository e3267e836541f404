import { test as base, expect, type BrowserContext, type Page, type Request } from '@playwright/test';
import { hasHarvesterUi, hasHost } from '../../support/cache-folder';
import { BROWSER_NOTES, EXTENSION_FILES } from './console';
import { startRancher, type RancherOptions, type RunningRancher } from '../../support/rancher';

export { expect };
export type { Page, RunningRancher };

/** Why the real dashboard cannot be driven here; '' when it can. */
export function missing(version: string): string {
  if (!hasHost()) {
    return 'no Rancher Dashboard in the cache folder: run `npx tsx tests/rancher-host/build.mts`';
  }

  return version === '' || hasHarvesterUi(version) ? '' : `no Harvester UI ${version} in the cache folder`;
}

interface Fixtures {
  /** Starts a Rancher of its own for this test, closed with it. */
  readonly rancher: (options: RancherOptions) => Promise<RunningRancher>;
  /** A page signed in to that Rancher. Errors that our scripts log or throw fail the test. */
  readonly signIn: (running: RunningRancher) => Promise<Page>;
}

/** Loopback only: the dashboard would ask the internet for news. */
async function stayLocal(context: BrowserContext): Promise<void> {
  await context.route((url) => !['127.0.0.1', 'localhost'].includes(url.hostname), (route) => route.abort());
}

export const test = base.extend<Fixtures>({
  rancher: async ({}, use) => { // eslint-disable-line no-empty-pattern -- Playwright wants the pattern
    const running: RunningRancher[] = [];

    await use(async (options) => {
      const rancher = await startRancher(options);

      running.push(rancher);

      return rancher;
    });
    await Promise.all(running.map((rancher) => rancher.close()));
  },
  signIn: async ({ context }, use) => {
    const errors: string[] = [];

    await stayLocal(context);
    await use(async (rancher) => {
      const page = await context.newPage();

      await context.addCookies([{ name: 'R_SESS', value: 'test', url: rancher.url }]);
      page.on('console', (message) => {
        if (message.type() === 'error' && !BROWSER_NOTES.test(message.text()) && (EXTENSION_FILES.test(message.text()) || EXTENSION_FILES.test(message.location().url))) {
          errors.push(message.text());
        }
      });
      page.on('pageerror', (error) => {
        if (EXTENSION_FILES.test(error.stack ?? '')) {
          errors.push(error.stack ?? error.message);
        }
      });

      return page;
    });
    expect(errors, 'errors of our own scripts').toEqual([]);
    for (const page of context.pages()) {
      expect(await page.locator('body').innerText(), 'texts without words').not.toContain('%lhv2.');
    }
  }
});

/** Bodies of the requests that create objects of a type, as they are sent. */
export function watchCreates(page: Page, plural: string): { readonly bodies: unknown[] } {
  const bodies: unknown[] = [];

  page.on('request', (request: Request) => {
    const path = new URL(request.url()).pathname;

    if (request.method() === 'POST' && new RegExp(`/${plural.replaceAll('.', '\\.')}(/[^/?]+)?$`).test(path)) {
      bodies.push(request.postDataJSON() as unknown);
    }
  });

  return { bodies };
}

/** The field of Harvester's forms with this label. */
export function field(page: Page, label: string | RegExp): ReturnType<Page['locator']> {
  return page.locator('.labeled-input', { has: page.locator('label', { hasText: label }) }).locator('input').first();
}
