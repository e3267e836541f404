import { createHash } from 'node:crypto';
import { BOOT_IMAGE_TESTID as IMAGE } from '../../../src/features/boot-image/contract';
import { makeQcow2 } from '../../support/image-server';
import { expect, test } from '../../support/test';

const CLASS = 'longhorn-v2';
const REFUSAL = 'upload failed: the upload proxy is away';
/** A real header, and bytes enough for several chunks. */
const FILE = Buffer.concat([makeQcow2(2 ** 31), Buffer.alloc(3 * 2 ** 20, 7)]);

test.use({ cluster: { scenario: 'empty', speed: 10 }, tolerated: ['500'] });

test('AT-11 a file of this computer becomes a Longhorn v2 boot volume, also after a refusal', async({ app, open, page }) => {
  const { store } = app.simulator.cluster;
  let refusals = 1;

  await page.route('**/*action=upload*', (route) => (refusals-- > 0 ? route.fulfill({ status: 500, contentType: 'text/plain', body: REFUSAL }) : route.continue()));
  await open('/create/image');
  await page.getByTestId(IMAGE.name).fill('uploaded');
  await page.getByTestId(IMAGE.sourceUpload).check();
  await page.locator('input[type=file]').setInputFiles({ name: 'boot.qcow2', mimeType: 'application/octet-stream', buffer: FILE });
  await page.getByTestId(IMAGE.toggle).click();
  await expect(page.getByTestId(IMAGE.class(CLASS))).toBeVisible();
  await page.getByTestId(IMAGE.submit).click();

  await test.step("the server's own words, and nothing lost", async() => {
    await expect(page.getByTestId(IMAGE.upload)).toContainText(REFUSAL);
    await expect(page.getByTestId(IMAGE.uploadDelete)).toBeVisible();
    await page.getByTestId(IMAGE.uploadRetry).click();
  });

  await test.step('every byte arrives, and the image is ready', async() => {
    await expect(page.getByTestId(IMAGE.imagePage)).toBeVisible({ timeout: 30_000 });
    await expect(page.getByTestId(IMAGE.pipeline)).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
    const images = store.list('harvesterhci.io.virtualmachineimage');

    expect(images, 'the half-made image was replaced').toHaveLength(1);
    expect(images[0]?.spec).toMatchObject({ backend: 'cdi', sourceType: 'upload', targetStorageClassName: CLASS });
    expect(images[0]?.metadata.annotations).toMatchObject({ 'harvesterhci.io/storageClassName': CLASS });
    expect(images[0]?.status).toMatchObject({ progress: 100, size: FILE.length, virtualSize: 2 ** 31 });
    const id = `default/${ images[0]?.metadata.name ?? '' }`;

    expect(store.get('cdi.kubevirt.io.datavolume', id)?.spec?.source).toHaveProperty('upload');
    expect(store.get('persistentvolumeclaim', id)?.metadata.annotations).toMatchObject({ 'harvesterhci.io/goldenImage': 'true' });
    await open('/volumes');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('main')).not.toContainText(images[0]?.metadata.name ?? '?');
  });
});

test('a checksum that does not match is told, and the image can be deleted', async({ app, open, page }) => {
  await open('/create/image');
  await page.getByTestId(IMAGE.name).fill('tampered');
  await page.getByTestId(IMAGE.sourceUpload).check();
  await page.locator('input[type=file]').setInputFiles({ name: 'boot.qcow2', mimeType: 'application/octet-stream', buffer: FILE });
  await page.getByLabel('SHA-512', { exact: false }).fill(createHash('sha512').update('another file').digest('hex'));
  await page.getByTestId(IMAGE.toggle).click();
  await page.getByTestId(IMAGE.submit).click();
  await expect(page.getByTestId(IMAGE.uploadCompare)).toContainText('not the one you expected', { timeout: 30_000 });
  await expect(page.getByTestId(IMAGE.upload)).toHaveAttribute('data-phase', 'done');
  await page.getByTestId(IMAGE.uploadDelete).click();
  await expect.poll(() => app.simulator.cluster.store.list('harvesterhci.io.virtualmachineimage')).toEqual([]);
  await expect(page.getByTestId(IMAGE.name), 'what was typed is still there').toHaveValue('tampered');
});
