import { BOOT_IMAGE_TESTID as IMAGE } from '../../../src/features/boot-image/contract';
import { startImageServer } from '../../support/image-server';
import type { ImageServer } from '../../support/image-server';
import { startProxiedApp } from '../../support/service-proxy';
import type { ProxiedApp } from '../../support/service-proxy';
import { findAttachedVolume } from '../../support/storage';
import { expect, test } from '../../support/test';

let images: ImageServer;
let harvester: ProxiedApp;

test.beforeEach(async() => {
  images = await startImageServer();
  harvester = await startProxiedApp({ scenario: 'healthy', speed: 20 });
});
test.afterEach(async() => {
  await harvester.close();
  await images.close();
});

test('the packaged app, served through the service proxy: Harvester\'s session is the only sign-in', async({ page, context }) => {
  test.setTimeout(150_000);
  const { url, path, simulator } = harvester;
  const home = `${ url }${ path }`;
  const tokens: (string | undefined)[] = [];

  page.on('request', (request) => {
    if (request.method() !== 'GET') {
      tokens.push(request.headers()['x-api-csrf']);
    }
  });

  await test.step('nobody without a session gets in', async() => {
    expect((await context.request.get(home)).status()).toBe(401);
    expect((await context.request.get(`${ url }/v1/harvester/schemas`)).status()).toBe(401);
  });

  await context.addCookies([{ name: 'R_SESS', value: 'token-abcde:secret', url, httpOnly: true, sameSite: 'Strict' }]);

  await test.step('health, live over the WebSocket of the cluster\'s own API', async() => {
    const volume = findAttachedVolume(simulator);
    const row = page.locator(`[data-testid=lhv2-row][data-volume="${ volume.name }"]`).getByTestId('lhv2-state');

    await page.goto(home);
    await expect(page.getByTestId('lhv2-connection')).toHaveAttribute('data-state', 'live');
    await expect(row).toHaveAttribute('data-level', 'healthy');
    harvester.control('node-down', { node: volume.otherNodes[0] ?? '' });
    await expect(row).toHaveAttribute('data-level', 'degraded');
    expect(new Set(harvester.sockets)).toEqual(new Set(['/v1/harvester/subscribe']));
  });

  await test.step('every page finds its parts beside the first one', async() => {
    for (const name of ['Virtual Machines', 'Volumes', 'Images', 'Hosts']) {
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click();
      await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
      expect(page.url().startsWith(`${ home }#/`)).toBe(true);
    }
    await page.getByRole('combobox', { name: 'Language' }).selectOption('zh-hans');
    await expect(page.getByRole('heading', { level: 1, name: '主机' })).toBeVisible();
    await page.reload();
    await expect(page.getByRole('heading', { level: 1, name: '主机' })).toBeVisible();
  });

  await test.step('an image is created with the cookie\'s CSRF token', async() => {
    await page.goto(`${ home }#/create/image`);
    await page.getByTestId(IMAGE.name).fill('through-the-proxy');
    await page.getByTestId(IMAGE.url).fill(images.url());
    await page.getByTestId(IMAGE.toggle).click();
    await page.getByTestId(IMAGE.submit).click();
    await expect(page.getByTestId(IMAGE.pipeline)).toHaveAttribute('data-state', 'done', { timeout: 90_000 });
    const csrf = (await context.cookies()).find(({ name }) => name === 'CSRF')?.value;

    expect(csrf).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(tokens)).toEqual(new Set([csrf]));
    expect(simulator.cluster.store.list('harvesterhci.io.virtualmachineimage').some(({ spec }) => spec?.displayName === 'through-the-proxy')).toBe(true);
  });

  expect(harvester.strays).toEqual([]);
});
