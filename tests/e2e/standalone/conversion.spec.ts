import type { Page } from '@playwright/test';
import { BOOT_IMAGE_TESTID as IMAGE } from '../../../src/features/boot-image/contract';
import { CONVERSION_TESTID as CONVERSION } from '../../../src/features/conversion/contract';
import type { RunningApp } from '../../support/app';
import { startImageServer } from '../../support/image-server';
import type { ImageServer } from '../../support/image-server';
import { expect, test } from '../../support/test';

const IMAGES = 'harvesterhci.io.virtualmachineimage';
let server: ImageServer;

// Slow enough to be left in the middle.
test.use({ cluster: { scenario: 'healthy', speed: 10, timings: { importBytesPerSecond: 25 * 2 ** 20, cloneBytesPerSecond: 25 * 2 ** 20 } } });
test.beforeAll(async() => { server = await startImageServer(); });
test.afterAll(async() => { await server.close(); });

/** A ready Longhorn v1 image that came from a URL. */
async function addV1Image(app: RunningApp): Promise<string> {
  const { store } = app.simulator.cluster;

  store.create(IMAGES, {
    metadata: { name: 'image-old', namespace: 'default', annotations: { 'harvesterhci.io/storageClassName': 'harvester-longhorn' } },
    spec: { backend: 'backingimage', displayName: 'old.img', sourceType: 'download', url: server.url(), retry: 3, storageClassParameters: { numberOfReplicas: '3', migratable: 'true', staleReplicaTimeout: '30' } }
  });
  await expect.poll(() => store.get(IMAGES, 'default/image-old')?.status?.progress, { timeout: 60_000 }).toBe(100);

  return 'default/image-old';
}

const images = (app: RunningApp) => app.simulator.cluster.store.list(IMAGES).map(({ metadata }) => metadata.name).sort();
const claims = (app: RunningApp) => app.simulator.cluster.store.list('persistentvolumeclaim').filter(({ metadata }) => metadata.name.startsWith('convert-'));
const panel = (page: Page) => page.getByTestId(CONVERSION.panel);

/** A reload while the import runs: cluster time waits for the page, however long that takes. */
async function reloadInTheMiddle(app: RunningApp, page: Page): Promise<void> {
  app.control('speed', { speed: 0 });
  await page.reload();
  await expect(panel(page)).toHaveAttribute('data-stage', 'importing');
  await expect(panel(page)).toContainText('begun earlier');
  app.control('speed', { speed: 10 });
}

async function expectConverted(app: RunningApp, page: Page): Promise<void> {
  await expect(page).toHaveURL(/#\/images\/default\/image-(?!old)/, { timeout: 120_000 });
  await expect(page.getByTestId(IMAGE.pipeline)).toHaveAttribute('data-state', 'done');
  await expect(page.getByTestId(IMAGE.imagePage)).toContainText('old.img-v2');
  const made = app.simulator.cluster.store.list(IMAGES).find(({ spec }) => spec?.displayName === 'old.img-v2');

  expect(made).toMatchObject({ spec: { backend: 'cdi', targetStorageClassName: 'longhorn-v2' }, status: { progress: 100 } });
  expect(images(app), 'the v1 image stays').toContain('image-old');
  await expect.poll(() => claims(app), { timeout: 30_000 }).toEqual([]);
}

test('a v1 image is imported again from its URL, through a reload in the middle', async({ app, open, page }) => {
  test.setTimeout(240_000);
  await open(`/images/${ await addV1Image(app) }`);
  await page.getByTestId(CONVERSION.start).click();
  await expect(panel(page)).toHaveAttribute('data-stage', 'importing');
  await expect(panel(page).getByRole('progressbar').first()).toBeVisible({ timeout: 30_000 });
  await reloadInTheMiddle(app, page);
  await page.screenshot({ path: 'test-results/conversion-resumed.png', fullPage: true });
  await page.getByTestId(CONVERSION.start).click();
  await expectConverted(app, page);
});

test('a v1 image goes through a temporary volume, through a reload in the middle, and nothing of that is left', async({ app, open, page }) => {
  test.setTimeout(240_000);
  await open(`/images/${ await addV1Image(app) }`);
  await page.getByTestId(CONVERSION.way('export')).check();
  await page.getByTestId(CONVERSION.start).click();
  await expect(panel(page)).toHaveAttribute('data-stage', 'importing', { timeout: 60_000 });
  expect(claims(app)).toHaveLength(1);
  await reloadInTheMiddle(app, page);
  await expect.poll(() => claims(app).length, { message: 'nothing goes on by itself' }).toBe(1);
  await page.getByTestId(CONVERSION.start).click();
  await expectConverted(app, page);
});

test('a conversion is taken back: the half-made image and the temporary volume go, the v1 image stays', async({ app, open, page }) => {
  test.setTimeout(240_000);
  const id = await addV1Image(app);
  const before = images(app);

  await open(`/images/${ id }`);
  await page.getByTestId(CONVERSION.way('export')).check();
  await page.getByTestId(CONVERSION.start).click();
  await expect(panel(page)).toHaveAttribute('data-stage', 'importing', { timeout: 60_000 });
  expect(images(app)).toHaveLength(before.length + 1);
  await page.getByTestId(CONVERSION.cancel).click();
  await expect.poll(() => [images(app), claims(app)], { timeout: 60_000 }).toEqual([before, []]);
  await expect(panel(page)).toHaveAttribute('data-stage', 'idle');
  await expect(page.getByTestId(CONVERSION.start)).toBeVisible();
  const golden = app.simulator.cluster.store.list('persistentvolumeclaim').map(({ metadata }) => metadata.name).filter((name) => name.startsWith('image-') && !before.includes(name));

  expect(golden, 'no golden claim without an image').toEqual([]);
});

test('a conversion whose server answers 404 says so and can be taken back', async({ app, open, page }) => {
  test.setTimeout(240_000);
  const id = await addV1Image(app);

  app.simulator.cluster.store.edit(IMAGES, id, (draft) => { Object.assign(draft.spec ?? {}, { url: server.url('not-found') }); });
  await open(`/images/${ id }`);
  await page.getByTestId(CONVERSION.start).click();
  await expect(panel(page).getByTestId(IMAGE.pipelineCause)).toContainText('404', { timeout: 60_000 });
  await page.screenshot({ path: 'test-results/conversion-failed.png', fullPage: true });
  await page.getByTestId(CONVERSION.cancel).click();
  await expect(panel(page)).toHaveAttribute('data-stage', 'idle');
  expect(images(app)).toContain('image-old');
});
