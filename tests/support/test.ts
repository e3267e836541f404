import AxeBuilder from '@axe-core/playwright';
import { expect, test as base } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { SimulatorOptions } from '../../pkg/harvester-simulator/src/index';
import { startApp } from './app';
import type { RunningApp } from './app';

interface Options {
  /** The cluster behind the app; one per worker and set of options. */
  readonly cluster: SimulatorOptions;
}

interface Fixtures {
  readonly app: RunningApp;
  /** Opens an address of the app: `/health`. */
  readonly open: (route: string) => Promise<void>;
  /** Errors of the page that a test expects, by a part of their text. */
  readonly tolerated: string[];
}

/** Twenty times as fast as a real cluster: what takes minutes there is seen in seconds. */
const FAST: SimulatorOptions = { speed: 20 };

/**
 * Each test has its own cluster and page. A script error or an unexpected error in the console fails the test.
 */
export const test = base.extend<Fixtures & Options>({
  cluster: [FAST, { option: true }],
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of the fixtures from the pattern
  tolerated: async({}, use) => { await use([]); },
  app: async({ cluster }, use) => {
    const app = await startApp({ ...FAST, ...cluster });

    await use(app);
    await app.close();
  },
  open: async({ app, page }, use) => {
    await use(async(route) => {
      await page.goto(`${ app.url }/#${ route }`);
    });
  },
  page: async({ page, tolerated }, use) => {
    const errors: string[] = [];

    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') {
        errors.push(`${ message.text() } ${ message.location().url }`);
      }
    });
    await use(page);
    expect(errors.filter((error) => !tolerated.some((part) => error.includes(part)))).toEqual([]);
  }
});

/** No violation of WCAG 2.2 A and AA, nor of axe's best practices, in what is on the page now. */
export async function expectAccessible(page: Page): Promise<void> {
  // Colours in the middle of a transition are nobody's contrast.
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined))));
  const { violations } = await new AxeBuilder({ page }).analyze();

  // Soft: one run tells every page's violations.
  expect.soft(violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.slice(0, 3).map(({ html, failureSummary }) => `${ html.slice(0, 200) } — ${ failureSummary?.split('\n')[1]?.trim() ?? '' }`) }))).toEqual([]);
}

export { expect };
