import type { Browser, BrowserContext, Page } from '@playwright/test';
import { expect, missing, test, type RunningRancher } from './fixture';
import { signedIn } from './session';

const UI = '1.8.2';
/** How often two dashboards must agree, one look after the other: menus and lists fill up in their own time. */
const AGREED = 4;

/** What somebody sees of a page besides what the extension adds to it. */
interface Sight {
  readonly path: string;
  readonly headings: readonly string[];
  readonly navigation: readonly string[];
  readonly menu: readonly string[];
  readonly columns: readonly string[];
  readonly tabs: readonly string[];
  readonly notices: number;
  readonly failed: readonly string[];
  readonly logged: readonly string[];
}

interface Dashboard {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly failed: Set<string>;
  readonly logged: Set<string>;
}

/** Without what differs between two runs of one program: ports, numbers of sockets, places in files. */
const comparable = (text: string): string => (text.split('\n', 1)[0] ?? '').replaceAll(/(https?|wss?):\/\/127\.0\.0\.1:\d+/g, '').replaceAll(/sockId=\d+|\bid=\d+|:\d+:\d+/g, '');

async function openDashboard(browser: Browser, host: RunningRancher): Promise<Dashboard> {
  const context = await signedIn(browser, host.url);
  const failed = new Set<string>();
  const logged = new Set<string>();

  context.on('response', (response) => {
    const { pathname } = new URL(response.url());

    if (response.status() >= 400) {
      failed.add(`${response.request().method()} ${pathname} ${String(response.status())}`);
    }
  });
  context.on('requestfailed', (request) => {
    const { hostname, pathname } = new URL(request.url());

    // What a page that is left no longer waits for, and the internet, which the test shuts out.
    if (hostname === '127.0.0.1' && request.failure()?.errorText !== 'net::ERR_ABORTED') {
      failed.add(`${request.method()} ${pathname} ${request.failure()?.errorText ?? ''}`);
    }
  });
  context.on('weberror', (error) => { logged.add(`thrown: ${comparable(error.error().message)}`); });
  context.on('console', (message) => {
    // The browser's own words for a failed request; those are counted above.
    if (message.type() === 'error' && !/^(Failed to load resource|WebSocket connection)/.test(message.text())) {
      logged.add(comparable(message.text()));
    }
  });

  return { page: await context.newPage(), context, failed, logged };
}

async function look({ page, failed, logged }: Dashboard): Promise<Sight> {
  const texts = async (selector: string): Promise<string[]> => (await page.locator(selector).allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim()).filter((text) => text !== '');
  const ours = new Set(['Volume Health', 'Health', 'Longhorn v2 boot volume', 'Longhorn v2 Boot Volume']);
  const others = async (selector: string): Promise<string[]> => (await texts(selector)).filter((text) => !ours.has(text));

  return {
    path: new URL(page.url()).pathname,
    headings: await others('main h1'),
    navigation: await others('.side-nav a'),
    menu: await others('.side-menu a, .side-menu button'),
    columns: await others('main th'),
    tabs: await others('main [role=tab]'),
    notices: await page.locator('[data-testid^=growl-list-item]').count(),
    // The extension reads more of Longhorn than Harvester does; whoever may not is answered so.
    failed: [...failed].filter((request) => !/ \S*longhorn\.io\.\w+/.test(request)).sort(),
    logged: [...logged].sort()
  };
}

/** Waits until both look the same, and stay so. Fails with what differs. */
async function expectSame(one: Dashboard, other: Dashboard, isThere: (sight: Sight) => boolean): Promise<Sight> {
  let agreed = 0;
  let sight = await look(one);

  await expect(async () => {
    const [mine, bare] = await Promise.all([look(one), look(other)]);

    agreed = isThere(bare) && JSON.stringify(mine) === JSON.stringify(bare) ? agreed + 1 : 0;
    sight = bare;
    expect(mine).toEqual(bare);
    expect(isThere(bare), `still loading: ${bare.path}`).toBe(true);
    expect(agreed, 'looks in a row without a difference').toBeGreaterThanOrEqual(AGREED);
  }).toPass({ timeout: 60_000, intervals: [500] });

  return sight;
}

test.describe('what the dashboard is without the extension, it is with it (Harvester UI 1.8.2)', () => {
  test.skip(missing(UI) !== '', missing(UI));
  test.setTimeout(240_000);

  const IMAGES = 'harvesterhci.io.virtualmachineimage';
  const VOLUMES = 'harvesterhci.io.volume';
  const isList = ({ path, columns }: Sight): boolean => /harvesterhci\.io\.\w+$/.test(path) && columns.length > 3;
  /** Harvester's pages need rights that a member of one project has not; the dashboard ends in its error page. */
  const isRefused = ({ path, headings }: Sight): boolean => path.endsWith('/fail-whale') && headings.includes('Error');
  const isForm = ({ path, tabs }: Sight): boolean => path.endsWith('/create') && tabs.includes('Basics') && tabs.includes('Storage');

  for (const [role, pages] of [
    ['project-member', { [VOLUMES]: isRefused, [IMAGES]: isRefused }],
    ['cluster-viewer', { [VOLUMES]: isList, [IMAGES]: isList }],
    ['admin', { [VOLUMES]: isList, [IMAGES]: isList, [`${IMAGES}/create`]: isForm }]
  ] as const) {
    test(`to a ${role}: pages, navigation, columns, tabs, notices, failed requests and errors`, async ({ browser, rancher }, info) => {
      const hosts = await Promise.all([false, true].map((isBare) => rancher({ harvesterUi: UI, version: '1.8', scenario: 'healthy', role, isBare })));
      const [mine, bare] = await Promise.all(hosts.map((host) => openDashboard(browser, host))) as [Dashboard, Dashboard];

      const visit = async (address: (host: RunningRancher) => string, isThere: (sight: Sight) => boolean): Promise<Sight> => {
        await Promise.all([mine, bare].map(async ({ page }, index) => { await page.goto(address(hosts[index]!)); }));

        return expectSame(mine, bare, isThere);
      };

      await test.step('home', () => visit(({ url }) => `${url}/home`, ({ path, menu }) => path === '/home' && menu.includes('Home')));
      for (const [path, isThere] of Object.entries(pages)) {
        await test.step(path, async () => {
          const { navigation } = await visit((host) => host.page(path), isThere);

          expect(navigation.includes('Volumes')).toBe(isThere !== isRefused);
          await mine.page.screenshot({ path: info.outputPath(`${role}-${path.replace('/', '-')}.png`) });
        });
      }
      await Promise.all([mine, bare].map(({ context }) => context.close()));
    });
  }
});
