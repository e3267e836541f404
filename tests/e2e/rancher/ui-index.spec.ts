import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext } from '@playwright/test';
import { imageBody, openImageForm, save, setToggle } from './forms';
import { expect, missing, test as base, type Page, type RunningRancher } from './fixture';
import { createSimulator, type ExtensionBundle } from '../../../pkg/harvester-simulator/src/index';
import { harvesterUi, hasStandaloneUi, hostDist, standaloneUi } from '../../support/cache-folder';
import { serveRepository, type ServedRepository } from '../../support/packaged';

const UI = '1.8.2';
const NAV = '.side-nav, nav';
const IMAGE_URL = 'http://127.0.0.1:9/jammy.img';
/** How long a dashboard may take to load for the first time, on a machine with other work. */
const LOADING = { timeout: 40_000 } as const;

let repository: ServedRepository;

base.beforeAll(async () => { repository = await serveRepository(); });
base.afterAll(async () => { await repository.close(); });

/** The command of packaging/README.md that makes the start page, with its address exchanged: what is documented is what is tried. */
async function documentedCommand(loader: string): Promise<string> {
  const text = await readFile(fileURLToPath(new URL('../../../packaging/README.md', import.meta.url)), 'utf8');
  const command = /^ *curl .*\| (sed .*) > index\.html$/m.exec(text)?.[1] ?? '';

  expect(command, 'the command in packaging/README.md').toContain('/load.js');

  return command.replace(/https:\/\/[^"'\s]*\/load\.js/, loader);
}

/** A dashboard's files with another start page, as Harvester serves them when `ui-index` is set: every other file is its own. */
async function withOwnIndex(dashboard: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lhv2-ui-index-'));
  const command = await documentedCommand(`${repository.url}/harvester/ui-index/load.js`);

  for (const name of await readdir(dashboard)) {
    await (name === 'index.html'
      ? writeFile(join(folder, name), execFileSync('sh', ['-c', command], { input: await readFile(join(dashboard, name)) }))
      : symlink(join(dashboard, name), join(folder, name)));
  }

  return folder;
}

interface Dashboard {
  readonly folder: () => string;
  readonly extensions: readonly ExtensionBundle[];
  readonly pages: (simulated: { readonly clusterId: string }) => string;
}

const IN_RANCHER: Dashboard = {
  folder: hostDist,
  extensions: [{ name: 'harvester', version: UI, dir: harvesterUi(UI) }],
  pages: ({ clusterId }) => `/harvester/c/${clusterId}/`
};
const ALONE: Dashboard = { folder: () => standaloneUi(UI), extensions: [], pages: () => '/dashboard/harvester/c/local/' };

interface Fixtures {
  /** Serves a dashboard with the documented start page above a simulated cluster, and signs the context in. */
  readonly serve: (dashboard: Dashboard) => Promise<RunningRancher>;
}

const test = base.extend<Fixtures>({
  serve: async ({ context }, use) => {
    const ends: (() => Promise<unknown>)[] = [];

    await use(async ({ folder, extensions, pages }) => {
      const dashboardDir = await withOwnIndex(folder());
      const simulator = createSimulator({ baseTime: 'now', scenario: 'healthy', version: '1.8', dashboardDir, extensions: [...extensions] });
      const { url, close } = await simulator.listen(0);

      await context.addCookies([{ name: 'R_SESS', value: 'test', url }]);
      await context.route(({ hostname }) => !['127.0.0.1', 'localhost'].includes(hostname), (route) => route.abort());
      ends.push(close, () => simulator.close(), () => rm(dashboardDir, { recursive: true }));

      return {
        url,
        simulator,
        page: (path) => `${url}${pages(simulator.world)}${path}`,
        control: (command, args = {}) => simulator.control.run(command, args),
        uninstall: () => undefined,
        close
      };
    });
    await context.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
    for (const end of ends) {
      await end();
    }
  }
});

/** Errors that our scripts log or throw; here they come from the packaged repository. */
function watchErrors(context: BrowserContext): readonly string[] {
  const errors: string[] = [];
  const isOurs = (text: string): boolean => text.includes(repository.url);

  context.on('console', (message) => {
    if (message.type() === 'error' && (isOurs(message.text()) || isOurs(message.location().url))) {
      errors.push(message.text());
    }
  });
  context.on('weberror', (error) => {
    if (isOurs(error.error().stack ?? '')) {
      errors.push(error.error().stack ?? '');
    }
  });

  return errors;
}

/** Volume Health as the first page, the option on the image form with what it posts, the column and the panel. */
async function expectEverything(page: Page, host: RunningRancher, shot: (name: string) => Promise<void>): Promise<void> {
  await test.step('Volume Health, opened by its address', async () => {
    await page.goto(host.page('longhorn.v2.volumehealth'));
    await expect(page.getByTestId('lhv2-row').first()).toBeVisible(LOADING);
    await expect(page.getByTestId('lhv2-sentence')).not.toBeEmpty();
    await expect(page.locator(NAV).getByText('Volume Health', { exact: true })).toBeVisible();

    const entries = (await page.locator(NAV).first().innerText()).split('\n').filter((line) => /^Volume/.test(line));

    expect(entries).toEqual(['Volumes', 'Volume Health']);
    await shot('health');
  });

  await test.step('the image form, loaded by its address, and what it posts', async () => {
    await page.goto('about:blank');
    await openImageForm(page, host, { url: IMAGE_URL, name: 'own-start-page' });
    await setToggle(page, true);
    await shot('image-form');

    const creates = page.waitForRequest((request) => request.method() === 'POST' && /virtualmachineimages?$/.test(new URL(request.url()).pathname));

    await save(page);
    expect((await creates).postDataJSON()).toEqual(imageBody({ name: 'own-start-page', url: IMAGE_URL, storageClass: 'longhorn-v2' }));
  });

  await test.step('the VM form, loaded by its address', async () => {
    await page.goto(host.page('kubevirt.io.virtualmachine/create'));
    await page.getByTestId('btn-lhv2-boot').click(LOADING);
    await expect(page.getByTestId('lhv2-boot-machine-option')).toBeVisible({ timeout: 30_000 });
    await shot('machine-form');
  });

  await test.step('the Health column of the volumes, and the panel of one', async () => {
    await page.goto(host.page('harvesterhci.io.volume'));
    await expect(page.getByTestId('lhv2-volume-cell').first()).toContainText('Healthy', LOADING);
    await shot('volumes');
    await page.locator('tr.main-row a').first().click();
    await expect(page.getByTestId('lhv2-panel')).toBeVisible(LOADING);
    await shot('volume');
  });
}

test.describe('a start page of its own instead of a UIPlugin, in a Rancher Dashboard (Harvester UI 1.8.2)', () => {
  test.skip(missing(UI) !== '', missing(UI));
  test.setTimeout(150_000);

  test('the extension is there on every page, also when it is the first one', async ({ context, page, serve }, info) => {
    const host = await serve(IN_RANCHER);
    const errors = watchErrors(context);

    await expectEverything(page, host, async (name) => { await page.screenshot({ path: info.outputPath(`${name}.png`) }); });
    expect(errors).toEqual([]);
  });
});

test.describe('the same in the UI that Harvester itself brings (built from the sources of 1.8.2)', () => {
  test.skip(!hasStandaloneUi(UI), `no standalone Harvester UI ${UI} in the cache folder`);
  test.setTimeout(150_000);

  /** Part of Rancher's cluster management, which is switched off there. */
  test.beforeEach(async ({ context }) => {
    await context.route('**/rancherversion', (route) => route.fulfill({ status: 404, body: '' }));
  });

  test('Volume Health, the option, column and panel, at the addresses of a Harvester that stands alone', async ({ context, page, serve }, info) => {
    const harvester = await serve(ALONE);
    const asked: string[] = [];
    const errors = watchErrors(context);

    context.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await expectEverything(page, harvester, async (name) => { await page.screenshot({ path: info.outputPath(`${name}.png`) }); });
    expect(asked.filter((path) => path.startsWith('/k8s/clusters/')), 'the cluster is asked directly').toEqual([]);
    expect(asked.filter((path) => path.startsWith('/v1/harvester/longhorn.io.'))).not.toEqual([]);
    expect(errors).toEqual([]);
    expect(await page.locator('body').innerText(), 'texts without words').not.toContain('%lhv2.');
  });

  test('its files cannot be reached: the UI works without it', async ({ context, page, serve }) => {
    const harvester = await serve(ALONE);

    await context.route(/\/extensions\/harvester-longhorn-v2\//, (route) => route.abort());
    await page.goto(harvester.page('harvesterhci.io.volume'));
    await expect(page.locator('tr.main-row').first()).toBeVisible(LOADING);
    await expect(page.locator(NAV).getByText('Volumes', { exact: true })).toBeVisible();
    await expect(page.locator(NAV).getByText('Volume Health', { exact: true })).toHaveCount(0);
  });

  test('safe mode leaves it out', async ({ page, serve }) => {
    const harvester = await serve(ALONE);

    await page.goto(`${harvester.page('harvesterhci.io.volume')}?safemode`);
    await expect(page.locator('tr.main-row').first()).toBeVisible(LOADING);
    await expect(page.locator(NAV).getByText('Volume Health', { exact: true })).toHaveCount(0);
    await expect(page.locator('script[data-purpose=extension]')).toHaveCount(0);
  });

  test('signing in after the UI was loaded: the extension is there all the same', async ({ context, page, serve }) => {
    const harvester = await serve(ALONE);
    const errors = watchErrors(context);
    let isSignedIn = false;

    // To strangers the API says no; what the sign-in page needs, and the list of extensions, anybody may read.
    await context.route(/\/v[13]\//, async (route) => {
      await (isSignedIn || /\/(uiplugins|management\.cattle\.io\.settings)/.test(route.request().url())
        ? route.fallback()
        : route.fulfill({ status: 401, headers: { 'x-api-cattle-auth': 'false' }, json: { type: 'error', status: 401, code: 'Unauthorized', message: 'must authenticate' } }));
    });
    context.on('request', (request) => { isSignedIn ||= request.method() === 'POST' && /login/.test(request.url()); });
    await page.goto(harvester.page('longhorn.v2.volumehealth'));
    await page.getByTestId('local-login-username').fill('admin', LOADING);
    await page.getByTestId('local-login-password').locator('input').fill('password');
    await page.getByTestId('login-submit').click();
    await expect(page.locator(NAV).getByText('Volume Health', { exact: true })).toBeVisible(LOADING);
    await page.locator(NAV).getByText('Volume Health', { exact: true }).click();
    await expect(page.getByTestId('lhv2-row').first()).toBeVisible(LOADING);
    expect(errors).toEqual([]);
  });
});
