import type { Page } from '@playwright/test';
import { BOOT_IMAGE_TESTID as IMAGE } from '../../../src/features/boot-image/contract';
import { BOOT_MACHINE_TESTID as MACHINE } from '../../../src/features/boot-vm/contract';
import { startImageServer } from '../../support/image-server';
import type { ImageServer } from '../../support/image-server';
import { expect, test } from '../../support/test';

let images: ImageServer;

test.beforeAll(async() => { images = await startImageServer(); });
test.afterAll(async() => { await images.close(); });

async function createImage(page: Page, name: string, url: string): Promise<void> {
  await page.getByTestId(IMAGE.name).fill(name);
  await page.getByTestId(IMAGE.url).fill(url);
  await page.getByTestId(IMAGE.toggle).click();
  await expect(page.getByTestId(IMAGE.toggle)).toHaveAttribute('aria-checked', 'true');
  await page.getByTestId(IMAGE.submit).click();
  await expect(page.getByTestId(IMAGE.imagePage)).toBeVisible();
}

test.describe('servers that do not play along', () => {
  test.use({ cluster: { scenario: 'empty', speed: 20 } });

  test('an address that answers 404 is named as the cause, and the image can be deleted', async({ app, open, page }) => {
    await open('/create/image');
    await createImage(page, 'missing', images.url('not-found'));
    const cause = page.getByTestId(IMAGE.pipelineCause);

    await expect(cause).toContainText('404', { timeout: 60_000 });
    await expect(page.getByTestId(IMAGE.pipeline)).not.toHaveAttribute('data-state', 'done');
    await page.screenshot({ path: 'test-results/wrong-404.png', fullPage: true });
    await page.getByTestId(IMAGE.deleteImage).click();
    await page.getByTestId('lhv2-confirm-ok').click();
    await expect.poll(() => app.simulator.cluster.store.list('harvesterhci.io.virtualmachineimage').length).toBe(0);
  });

  test('a brief error page is no image either', async({ open, page }) => {
    await open('/create/image');
    await createImage(page, 'brief', images.url('not-found-brief'));
    await expect(page.getByTestId(IMAGE.pipelineCause)).toContainText(/URL|address/i, { timeout: 60_000 });
  });

  test('a server without Content-Length is named as the cause', async({ open, page }) => {
    await open('/create/image');
    await createImage(page, 'no-length', images.url('no-length'));
    const cause = page.getByTestId(IMAGE.pipelineCause);

    await expect(cause).toContainText(/content-length/i, { timeout: 60_000 });
    await page.screenshot({ path: 'test-results/wrong-no-length.png', fullPage: true });
  });

  test('what was typed survives ten seconds without the API, and a refused Create', async({ app, open, page, tolerated }) => {
    tolerated.push('ERR_', 'WebSocket', 'Failed to load resource');
    await open('/create/image');
    await page.getByTestId(IMAGE.name).fill('survivor');
    await page.getByTestId(IMAGE.url).fill(images.url());
    await page.getByTestId(IMAGE.toggle).click();
    await expect(page.getByTestId(IMAGE.toggle)).toHaveAttribute('aria-checked', 'true');
    app.control('api-offline', { seconds: 10 });
    await expect(page.getByTestId('lhv2-stale')).toBeVisible();
    await page.getByTestId(IMAGE.submit).click();
    await expect(page.getByTestId(IMAGE.error)).toBeVisible();
    await page.screenshot({ path: 'test-results/wrong-offline-form.png', fullPage: true });
    await expect(page.getByTestId('lhv2-connection')).toHaveAttribute('data-state', 'live', { timeout: 45_000 });
    await expect(page.getByTestId(IMAGE.name)).toHaveValue('survivor');
    await expect(page.getByTestId(IMAGE.url)).toHaveValue(images.url());
    await page.getByTestId(IMAGE.submit).click();
    await expect(page.getByTestId(IMAGE.imagePage)).toBeVisible();
    await expect(page.getByTestId(IMAGE.pipeline)).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
    expect(app.simulator.cluster.store.list('harvesterhci.io.virtualmachineimage')).toHaveLength(1);
  });
});

test.describe('with the v2 engine off', () => {
  test.use({ cluster: { scenario: 'v2-off' } });

  test('AT-01 the option is blocked and names the setting; the form works without it', async({ app, open, page }) => {
    await open('/create/image');
    await expect(page.getByTestId(IMAGE.toggle)).toHaveAttribute('aria-disabled', 'true');
    await expect(page.getByTestId(IMAGE.blocked)).toContainText('longhorn-v2-data-engine-enabled');
    await page.screenshot({ path: 'test-results/wrong-v2-off.png', fullPage: true });
    await page.getByTestId(IMAGE.name).fill('ordinary');
    await page.getByTestId(IMAGE.url).fill(images.url());
    await page.getByTestId(IMAGE.submit).click();
    await expect(page.getByTestId(IMAGE.imagePage)).toBeVisible();
    expect(app.simulator.cluster.store.list('harvesterhci.io.virtualmachineimage').find(({ spec }) => spec?.displayName === 'ordinary')?.spec?.backend).not.toBe('cdi');
  });
});

test.describe('without a v2 class', () => {
  test.use({ cluster: { scenario: 'no-v2-class' } });

  test('one is made right there, and the option goes on with it', async({ app, open, page }) => {
    await open('/create/image');
    await expect(page.getByTestId(IMAGE.toggle)).toHaveAttribute('aria-checked', 'false');
    await page.getByTestId(IMAGE.newClass).click();
    await page.getByTestId(IMAGE.newClassName).fill('boot-v2');
    await page.screenshot({ path: 'test-results/wrong-no-class.png', fullPage: true });
    await page.getByTestId(IMAGE.newClassCreate).click();
    await expect(page.getByTestId(IMAGE.toggle)).toHaveAttribute('aria-checked', 'true');
    await expect(page.getByTestId(IMAGE.class('boot-v2'))).toBeVisible();
    expect(app.simulator.cluster.store.get('storage.k8s.io.storageclass', 'boot-v2')?.['parameters']).toMatchObject({ dataEngine: 'v2', numberOfReplicas: '3', migratable: 'true' });
  });
});

test.describe('for a project member, who may not read longhorn.io', () => {
  test.use({ cluster: { scenario: 'healthy', role: 'project-member' } });

  test('the image form works: checks that cannot be made say so and block nothing', async({ app, open, page }) => {
    await open('/create/image');
    await page.getByTestId(IMAGE.name).fill('member-image');
    await page.getByTestId(IMAGE.namespace).fill('default');
    await page.getByTestId(IMAGE.url).fill(images.url());
    await page.getByTestId(IMAGE.toggle).click();
    await expect(page.getByTestId(IMAGE.toggle)).toHaveAttribute('aria-checked', 'true');
    await expect(page.getByTestId(IMAGE.readiness)).toContainText(/cannot be verified/i);
    await expect(page.getByTestId(IMAGE.readiness).locator('[data-state=blocked]')).toHaveCount(0);
    await page.screenshot({ path: 'test-results/wrong-member-image.png', fullPage: true });
    await page.getByTestId(IMAGE.submit).click();
    await expect(page.getByTestId(IMAGE.imagePage)).toBeVisible();
    await expect(page.getByTestId(IMAGE.pipeline)).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
    const image = app.simulator.cluster.store.list('harvesterhci.io.virtualmachineimage').find(({ spec }) => spec?.displayName === 'member-image');

    expect(image?.spec).toMatchObject({ backend: 'cdi', targetStorageClassName: 'longhorn-v2' });
  });

  test('the machine form works, and its page says that health cannot be verified', async({ open, page }) => {
    await open('/create/machine');
    await page.getByTestId(MACHINE.name).fill('member-vm');
    await page.locator(`[data-testid^="${ MACHINE.image('') }"]`).first().click();
    await page.getByTestId(MACHINE.submit).click();
    await expect(page.getByTestId(MACHINE.machinePage)).toBeVisible();
    await expect(page.getByTestId(MACHINE.state)).toContainText('Running', { timeout: 60_000 });
    await expect(page.getByTestId('lhv2-panel').getByTestId('lhv2-state').first()).toHaveAttribute('data-level', 'unknown');
  });
});
