import type { Page } from '@playwright/test';
import { BOOT_IMAGE_TESTID as IMAGE } from '../../../src/features/boot-image/contract';
import { BOOT_MACHINE_TESTID as MACHINE } from '../../../src/features/boot-vm/contract';
import { startImageServer } from '../../support/image-server';
import type { ImageServer } from '../../support/image-server';
import { findAttachedVolume } from '../../support/storage';
import { expect, test } from '../../support/test';

const CLASS = 'longhorn-v2';
let images: ImageServer;

// The importer is slowed down, so that its progress can be seen.
test.use({ cluster: { scenario: 'empty', speed: 10, timings: { importBytesPerSecond: 50 * 2 ** 20 } } });
test.beforeAll(async() => { images = await startImageServer(); });
test.afterAll(async() => { await images.close(); });

interface Posted {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** Bodies that the page posts to a kind's collection, in order. */
function watchPosts(page: Page, kind: string): Posted[] {
  const bodies: Posted[] = [];

  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().includes(`/${ kind }`) && !request.url().includes('action=')) {
      bodies.push(request.postDataJSON() as Posted);
    }
  });

  return bodies;
}

/** Texts that an element shows, one after the other. */
async function record(page: Page, selector: string): Promise<() => Promise<string[]>> {
  await page.evaluate((watched) => {
    const seen: string[] = [];

    (window as unknown as Record<string, unknown>).seen = seen;
    setInterval(() => {
      const text = document.querySelector(watched)?.textContent ?? '';

      if (text !== seen.at(-1)) {
        seen.push(text);
      }
    }, 50);
  }, selector);

  return () => page.evaluate(() => (window as unknown as { seen: string[] }).seen);
}

test('from a URL to a running machine, through a node failure, back to healthy', async({ app, open, page }) => {
  test.setTimeout(240_000);
  const { store } = app.simulator.cluster;

  await test.step('1. an image from a real qcow2 file, as a Longhorn v2 boot volume', async() => {
    const posts = watchPosts(page, 'harvesterhci.io.virtualmachineimages');

    await open('/create/image');
    await page.getByTestId(IMAGE.name).fill('boot-image');
    await page.getByTestId(IMAGE.url).fill(images.url());
    await page.getByTestId(IMAGE.toggle).click();
    await expect(page.getByTestId(IMAGE.class(CLASS))).toBeVisible();
    await page.screenshot({ path: 'test-results/walk-1-image-form.png', fullPage: true });
    await page.getByTestId(IMAGE.submit).click();
    await expect(page.getByTestId(IMAGE.imagePage)).toBeVisible();
    const seen = await record(page, `[data-testid=${ IMAGE.pipeline }]`);

    expect(posts).toHaveLength(1);
    expect(posts[0]?.spec).toMatchObject({ backend: 'cdi', targetStorageClassName: CLASS, sourceType: 'download', url: images.url() });
    expect(posts[0]?.metadata?.annotations).toMatchObject({ 'harvesterhci.io/storageClassName': CLASS });
    await expect(page.getByTestId(IMAGE.pipeline)).toHaveAttribute('data-state', 'done', { timeout: 90_000 });
    const percents = (await seen()).flatMap((text) => [...text.matchAll(/(\d+)\s%/g)].map(([, percent]) => Number(percent)));

    expect(percents.filter((percent) => percent > 0 && percent < 100), 'progress was seen on its way').not.toEqual([]);
    const [image] = store.list('harvesterhci.io.virtualmachineimage');

    expect(image?.status).toMatchObject({ virtualSize: 2_147_483_648, progress: 100 });
    expect(images.requests.filter((request) => request.startsWith('HEAD'))).not.toEqual([]);
    await page.screenshot({ path: 'test-results/walk-1-image-ready.png', fullPage: true });
  });

  await test.step('2. a machine that boots from it', async() => {
    await page.getByTestId(IMAGE.createMachine).click();
    await expect(page.getByTestId(MACHINE.createPage)).toBeVisible();
    await page.getByTestId(MACHINE.name).fill('first-light');
    await expect(page.getByTestId(MACHINE.toggle)).toHaveAttribute('aria-checked', 'true');
    await page.screenshot({ path: 'test-results/walk-2-machine-form.png', fullPage: true });
    await page.getByTestId(MACHINE.submit).click();
    await expect(page.getByTestId(MACHINE.machinePage)).toBeVisible();
    await expect(page.getByTestId(MACHINE.state)).toContainText('Running', { timeout: 90_000 });
    const clones = store.list('cdi.kubevirt.io.datavolume').filter(({ spec }) => spec?.source?.pvc);
    const image = store.list('harvesterhci.io.virtualmachineimage')[0]?.metadata;

    expect(clones).toHaveLength(1);
    expect(clones[0]?.spec?.source).toEqual({ pvc: { namespace: image?.namespace, name: image?.name } });
    const claim = store.get('persistentvolumeclaim', `${ clones[0]?.metadata.namespace ?? '' }/${ clones[0]?.metadata.name ?? '' }`);

    expect(claim?.spec?.storageClassName).toBe(CLASS);
    await expect(page.getByTestId('lhv2-panel').getByTestId('lhv2-state').first()).toHaveAttribute('data-level', 'healthy', { timeout: 60_000 });
    await page.screenshot({ path: 'test-results/walk-2-machine-running.png', fullPage: true });
  });

  const volume = findAttachedVolume(app.simulator);
  const [victim = ''] = volume.otherNodes;

  await test.step('three replicas on three nodes, with node and disk', async() => {
    await page.goto(`${ app.url }/#/volumes/${ volume.claimId }`);
    const rows = page.getByTestId('lhv2-replica-list').locator('tbody tr');

    await expect(rows).toHaveCount(3);
    const nodes = await rows.locator('td:nth-child(2) a').allInnerTexts();
    const disks = await rows.locator('td:nth-child(3)').allInnerTexts();

    expect(new Set(nodes).size).toBe(3);
    expect(disks.filter((disk) => disk.trim().length > 1)).toHaveLength(3);
  });

  await page.goto(`${ app.url }/#/machines/default/first-light`);
  await expect(page.getByTestId('lhv2-panel').getByTestId('lhv2-state').first()).toHaveAttribute('data-level', 'healthy');
  await page.evaluate(() => { (window as unknown as Record<string, unknown>).isSamePage = true; });

  await test.step('3. a node with a replica fails: which, why, what next; the machine runs on', async() => {
    app.control('node-down', { node: victim });
    const panel = page.getByTestId('lhv2-panel');

    await expect(panel.getByTestId('lhv2-state').first()).toHaveAttribute('data-level', 'degraded');
    await expect(panel).toContainText(victim);
    await expect(panel.getByTestId('lhv2-next').first()).not.toBeEmpty();
    await expect(page.getByTestId(MACHINE.state)).toContainText('Running');
    await page.screenshot({ path: 'test-results/walk-3-degraded.png', fullPage: true });
    await page.evaluate(() => { window.location.hash = '#/health'; });
    const row = page.locator(`[data-testid=lhv2-row][data-volume="${ volume.name }"]`);

    await expect(row.getByTestId('lhv2-state')).toHaveAttribute('data-level', 'degraded');
    await expect(row).toContainText(victim);
  });

  await test.step('4. the node returns: the rebuild moves, then all is well, without a reload', async() => {
    const seen = await record(page, `[data-volume="${ volume.name }"] [data-testid=lhv2-state]`);

    app.control('slow-rebuild', { factor: 0.1 });
    app.control('node-up', { node: victim });
    const row = page.locator(`[data-testid=lhv2-row][data-volume="${ volume.name }"]`);

    await expect(row.getByTestId('lhv2-state')).toHaveAttribute('data-level', 'healthy', { timeout: 90_000 });
    const percents = (await seen()).flatMap((text) => /(\d+)\s%/.exec(text)?.[1] ?? []).map(Number);

    expect(new Set(percents).size, `the percentage moved: ${ percents.join() }`).toBeGreaterThan(1);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(await page.evaluate(() => (window as unknown as Record<string, unknown>).isSamePage)).toBe(true);
    await expect(row.getByTestId('lhv2-replica-strip').locator('[data-kind=good]')).toHaveCount(3);
  });
});
