import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, missing, test, type Page, type RunningRancher } from './fixture';

const UI = '1.8.2';

/** What the dashboard throws and logs by itself: the same with and without us. */
function watchTrouble(page: Page): readonly string[] {
  const trouble: string[] = [];

  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('console', (message) => {
    // Addresses that do not exist outside of a real Rancher, and hosts that a test may not reach.
    if (message.type() === 'error' && !/Failed to load resource|WebSocket/.test(message.text())) {
      // Stacks name the port of the test's own server.
      trouble.push(message.text().split('\n', 1)[0] ?? '');
    }
  });

  return trouble;
}

const growls = (page: Page): ReturnType<Page['locator']> => page.locator('[data-testid^=growl-list-item]');

/** Exactly one notice with these words, once per browser session, and nothing else in the dashboard is any different. */
async function expectOneNotice(page: Page, host: RunningRancher, words: RegExp): Promise<void> {
  await page.goto(`${host.url}/home`);
  await expect(growls(page).filter({ hasText: words })).toHaveCount(1, { timeout: 40_000 });
  await page.waitForLoadState('networkidle');
  await expect(growls(page)).toHaveCount(1);
  await expect(page.getByTestId('banner-title').or(page.getByText('Clusters').first()).first()).toBeVisible();

  // Closed by the person, gone; and not back on the next page.
  await growls(page).locator('.close').click();
  await expect(growls(page)).toHaveCount(0);
  await page.reload();
  await expect(page.getByText('Clusters').first()).toBeVisible({ timeout: 40_000 });
  await page.waitForLoadState('networkidle');
  await expect(growls(page)).toHaveCount(0);
}

test.describe('what stops the extension is said once, and disturbs nobody', () => {
  test.skip(missing('') !== '', missing(''));
  test.setTimeout(120_000);

  test('no Harvester UI', async ({ rancher, signIn }, info) => {
    const host = await rancher({ harvesterUi: '', version: '1.8', scenario: 'healthy' });
    const page = await signIn(host);
    const trouble = watchTrouble(page);

    await expectOneNotice(page, host, /Harvester UI extension is not loaded/);
    await page.screenshot({ path: info.outputPath('after.png') });

    const bare = await rancher({ harvesterUi: '', version: '1.8', scenario: 'healthy', isBare: true });
    const other = await signIn(bare);
    const usual = watchTrouble(other);

    await other.goto(`${bare.url}/home`);
    await expect(other.getByText('Clusters').first()).toBeVisible({ timeout: 40_000 });
    await other.waitForLoadState('networkidle');
    expect(new Set(trouble)).toEqual(new Set(usual));
  });

  test('a Harvester UI from before v2 boot volumes', async ({ rancher, signIn }) => {
    const dir = await mkdtemp(join(tmpdir(), 'lhv2-old-ui-'));

    // As the published ones name themselves; of the rest nothing is needed here.
    await writeFile(join(dir, 'harvester-1.4.2.umd.min.js'), 'globalThis["harvester-1.4.2"]={default(plugin){plugin.metadata={name:"harvester",version:"1.4.2"}}};');
    try {
      const host = await rancher({ harvesterUi: { name: 'harvester', version: '1.4.2', dir }, version: '1.8', scenario: 'healthy' });

      await expectOneNotice(await signIn(host), host, /Harvester UI 1\.4\.2 is older than 1\.5/);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  test('a Rancher without a function that we need', async ({ rancher, signIn }) => {
    const host = await rancher({ harvesterUi: '', version: '1.8', scenario: 'healthy' });
    const page = await signIn(host);
    const requests: string[] = [];

    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    await page.route(/harvester-longhorn-v2-[^/]*\.umd\.min\.js$/, async (route) => {
      const response = await route.fetch();
      const [, id = ''] = /\/([^/]+)\.umd\.min\.js$/.exec(route.request().url()) ?? [];

      // As an extension API without table columns would hand itself over.
      await route.fulfill({ response, body: `${await response.text()};(()=>{const all=globalThis[${JSON.stringify(id)}];globalThis[${JSON.stringify(id)}]={default:(plugin,internal)=>all.default(new Proxy(plugin,{get:(target,key)=>key==='addTableColumn'?undefined:target[key]}),internal)}})()` });
    });
    await expectOneNotice(page, host, /extension API has no plugin\.addTableColumn\./);
    expect(requests.filter((path) => /\/(pages|texts)-/.test(path))).toEqual([]);
  });
});

test.describe('people without rights (Harvester UI 1.8.2)', () => {
  test.skip(missing(UI) !== '', missing(UI));
  test.setTimeout(150_000);

  test('may not read Longhorn: one sentence where health would be; Harvester\'s pages and forms work', async ({ rancher, signIn }, info) => {
    const host = await rancher({ harvesterUi: UI, version: '1.8', scenario: 'healthy', role: 'cluster-viewer' });
    const page = await signIn(host);

    await page.goto(host.page('longhorn.v2.volumehealth'));
    await expect(page.getByTestId('lhv2-sentence')).toContainText(/cannot|may not/i, { timeout: 40_000 });
    await page.screenshot({ path: info.outputPath('viewer-health.png') });
    await page.goto(host.page('harvesterhci.io.volume'));
    await expect(page.locator('tr.main-row').first()).toBeVisible({ timeout: 40_000 });
    await page.goto(host.page('harvesterhci.io.virtualmachineimage'));
    await expect(page.locator('tr.main-row').first()).toBeVisible({ timeout: 40_000 });
    await page.waitForLoadState('networkidle');
    await expect(growls(page)).toHaveCount(0);
  });
});
