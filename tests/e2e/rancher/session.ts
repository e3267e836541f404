import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { BROWSER_NOTES, EXTENSION_FILES } from './console';
import { startRancher, type RancherOptions, type RunningRancher } from '../../support/rancher';

/** The dashboard's root component, as far as tests drive it. */
interface HostWindow { readonly $globalApp?: { readonly $router: { push(path: string): Promise<unknown> } } }

/** A dashboard that is loaded once and used by all tests of a group: its pages are opened as its own links do it. */
export interface Session {
  readonly host: RunningRancher;
  readonly page: Page;
  /** Opens a page of Harvester's product in the running dashboard; loads the dashboard when it is not there yet. */
  visit(path: string): Promise<void>;
  /** Loads the dashboard anew with a page of Harvester's product: for another person, or another state of the API. */
  load(path: string): Promise<void>;
}

/** Errors that our scripts log or throw, collected from every page of a context. */
export function watchErrors(context: BrowserContext): string[] {
  const errors: string[] = [];

  context.on('console', (message) => {
    if (message.type() === 'error' && !BROWSER_NOTES.test(message.text()) && (EXTENSION_FILES.test(message.text()) || EXTENSION_FILES.test(message.location().url))) {
      errors.push(message.text());
    }
  });
  context.on('weberror', (error) => {
    if (EXTENSION_FILES.test(error.error().stack ?? '')) {
      errors.push(error.error().stack ?? error.error().message);
    }
  });

  return errors;
}

/** A context that is signed in and asks nobody but this machine: the dashboard would ask the internet for news. */
export async function signedIn(browser: Browser, url: string): Promise<BrowserContext> {
  const context = await browser.newContext();

  await context.route(({ hostname }) => !['127.0.0.1', 'localhost'].includes(hostname), (route) => route.abort());
  await context.addCookies([{ name: 'R_SESS', value: 'test', url }]);

  return context;
}

/** Opens a page of the dashboard without loading it anew. A form that is already shown is left first, so that it starts afresh. */
export async function visitPage(page: Page, host: RunningRancher, path: string): Promise<void> {
  if (!page.url().startsWith(host.url) || !await page.evaluate(() => (window as HostWindow).$globalApp !== undefined)) {
    await page.goto(host.page(path));

    return;
  }

  const [resource = ''] = path.split(/[/?]/);
  const push = (to: string): Promise<void> => page.evaluate(async (address) => {
    await (window as HostWindow).$globalApp?.$router.push(address);
  }, new URL(host.page(to)).pathname + new URL(host.page(to)).search);

  if (resource !== path) {
    await push(resource);
  }
  await push(path);
}

/**
 * Starts a Rancher and loads its dashboard once for the tests of the describe block it is called in. After each test,
 * an error of our scripts or a text without words fails it.
 */
export function shareSession(options: RancherOptions, prepare: (host: RunningRancher, context: BrowserContext) => void | Promise<void> = () => undefined): Session {
  let running: { readonly host: RunningRancher; readonly context: BrowserContext; readonly page: Page; readonly errors: string[] } | null = null;

  const get = (): NonNullable<typeof running> => {
    if (running === null) {
      throw new Error('the session is open only while the tests run');
    }

    return running;
  };

  test.beforeAll(async ({ browser }) => {
    const host = await startRancher(options);
    const context = await signedIn(browser, host.url);
    const errors = watchErrors(context);

    await prepare(host, context);
    running = { host, context, errors, page: await context.newPage() };
  });
  test.afterEach(async () => {
    const { errors, page } = get();

    expect(errors.splice(0), 'errors of our own scripts').toEqual([]);
    expect(await page.locator('body').innerText(), 'texts without words').not.toContain('%lhv2.');
  });
  test.afterAll(async () => {
    // Requests that a route still holds end with the page.
    await running?.context.unrouteAll({ behavior: 'ignoreErrors' });
    await running?.context.close();
    await running?.host.close();
    running = null;
  });

  return {
    get host() { return get().host; },
    get page() { return get().page; },
    visit: (path) => visitPage(get().page, get().host, path),
    load: async (path) => {
      await get().page.goto('about:blank');
      await get().page.goto(get().host.page(path));
    }
  };
}
