import { createImage, openImageForm, openTab, save, setToggle } from './forms';
import { expect, field, missing, test, watchCreates } from './fixture';
import { startImageServer, type ImageServer } from '../../support/image-server';

const UI = '1.8.2';

test.describe('wrong turns, in the real dashboard (Harvester UI 1.8.2)', () => {
  test.skip(missing(UI) !== '', missing(UI));
  test.setTimeout(120_000);

  let images: ImageServer;

  test.beforeAll(async () => { images = await startImageServer(); });
  test.afterAll(async () => { await images.close(); });

  test('AT-01 v2 engine off: the option is blocked and names the setting; the form still makes a v1 image', async ({ rancher, signIn }, info) => {
    const host = await rancher({ harvesterUi: UI, version: '1.8', scenario: 'v2-off' });
    const page = await signIn(host);

    await openImageForm(page, host, { url: images.url(), name: 'plain' });
    await openTab(page);
    await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-disabled', 'true', { timeout: 30_000 });
    await expect(page.getByTestId('lhv2-boot-option')).toContainText('longhorn-v2-data-engine-enabled');
    await page.screenshot({ path: info.outputPath('v2-off.png') });

    const creates = watchCreates(page, 'harvesterhci.io.virtualmachineimages');

    await save(page);
    await expect.poll(() => creates.bodies.length).toBe(1);
    expect(creates.bodies[0]).toMatchObject({ spec: { backend: 'backingimage' } });
  });

  test('no v2 class yet: made right there, chosen at once, posted', async ({ rancher, signIn }, info) => {
    const host = await rancher({ harvesterUi: UI, version: '1.8', scenario: 'no-v2-class' });
    const page = await signIn(host);

    await openImageForm(page, host, { url: images.url(), name: 'first' });
    await openTab(page);
    await page.getByTestId('lhv2-boot-new-class').click({ timeout: 30_000 });
    await page.getByTestId('lhv2-boot-new-class-name').fill('boot-v2');
    await page.screenshot({ path: info.outputPath('no-v2-class.png') });
    await page.getByTestId('lhv2-boot-new-class-create').click();
    await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'true', { timeout: 20_000 });
    expect(host.simulator.cluster.store.get('storage.k8s.io.storageclass', 'boot-v2')?.parameters).toMatchObject({ dataEngine: 'v2' });

    const creates = watchCreates(page, 'harvesterhci.io.virtualmachineimages');

    await save(page);
    await expect.poll(() => creates.bodies.length).toBe(1);
    expect(creates.bodies[0]).toMatchObject({ metadata: { annotations: { 'harvesterhci.io/storageClassName': 'boot-v2' } }, spec: { backend: 'cdi', targetStorageClassName: 'boot-v2' } });
  });

  for (const [fault, words] of [['not-found', /404/], ['no-length', /Content-Length|content length/i]] as const) {
    test(`image server: ${fault}: the image's own page says why`, async ({ rancher, signIn }, info) => {
      const host = await rancher({ harvesterUi: UI, version: '1.8', scenario: 'empty', speed: 20 });
      const page = await signIn(host);

      await createImage(page, host, { url: images.url(fault), name: 'bad' });
      await expect.poll(() => host.simulator.cluster.store.list('harvesterhci.io.virtualmachineimage').length).toBe(1);

      const { name } = host.simulator.cluster.store.list('harvesterhci.io.virtualmachineimage')[0]!.metadata;

      await page.goto(host.page(`harvesterhci.io.virtualmachineimage/default/${name}`));
      await expect(page.getByTestId('lhv2-host-panel')).toContainText(words, { timeout: 40_000 });
      await page.screenshot({ path: info.outputPath(`image-${fault}.png`) });
    });
  }

  test('the API is gone for ten seconds: a stale mark, then the present state, without a reload', async ({ rancher, signIn }, info) => {
    const host = await rancher({ harvesterUi: UI, version: '1.8', scenario: 'healthy' });
    const page = await signIn(host);

    await page.goto(host.page('longhorn.v2.volumehealth'));
    await expect(page.getByTestId('lhv2-live')).toHaveAttribute('data-state', 'live', { timeout: 30_000 });
    await page.evaluate(() => { (window as unknown as { lhv2Marker: number }).lhv2Marker = 1; });
    host.control('api-offline', { seconds: 10 });
    await expect(page.getByTestId('lhv2-live')).toHaveAttribute('data-state', 'stale', { timeout: 5000 });
    await page.screenshot({ path: info.outputPath('stale.png') });

    const [volume] = host.simulator.cluster.store.list('longhorn.io.volume').filter((object) => object.status?.state === 'attached');

    host.control('replica-fail', { volume: volume!.metadata.name });
    await expect(page.getByTestId('lhv2-live')).toHaveAttribute('data-state', 'live', { timeout: 60_000 });
    await expect(page.locator(`[data-testid=lhv2-row][data-volume="${volume!.metadata.name}"]`)).toContainText(/Degraded|Rebuilding/, { timeout: 30_000 });
    expect(await page.evaluate(() => (window as unknown as { lhv2Marker?: number }).lhv2Marker)).toBe(1);
  });

  test('our second script cannot be fetched: said in the tab, tried again on request; the form goes on', async ({ rancher, signIn }, info) => {
    const host = await rancher({ harvesterUi: UI, version: '1.8', scenario: 'healthy' });
    const page = await signIn(host);
    let isBroken = true;

    await page.route(/\/pages-[^/]*\.js$/, (route) => (isBroken ? route.abort() : route.continue()));
    await openImageForm(page, host, { url: images.url(), name: 'later' });
    await openTab(page);

    const alert = page.getByRole('alert').filter({ hasText: 'could not be loaded' });

    await expect(alert).toBeVisible({ timeout: 30_000 });
    await page.screenshot({ path: info.outputPath('script-missing.png') });
    isBroken = false;
    await alert.getByRole('button').click();
    await setToggle(page, true);
    await expect(field(page, /^\s*Name/)).toHaveValue('later');
  });
});
