import type { Page } from '@playwright/test';
import { startImageServer, type ImageServer } from '../../support/image-server';
import type { RunningRancher } from '../../support/rancher';
import { expect, field, missing, test } from '../rancher/fixture';
import { watchErrors } from './errors';

/** Published Harvester UIs and the Harvester that each belongs to. */
const VERSIONS = [['1.8.2', '1.8'], ['1.7.2', '1.7'], ['1.5.2', '1.5']] as const;
const PAGES = [
  { nav: 'Hosts', resource: 'harvesterhci.io.host', hasCreate: false },
  { nav: 'Virtual Machines', resource: 'kubevirt.io.virtualmachine', hasCreate: true },
  { nav: 'Volumes', resource: 'harvesterhci.io.volume', hasCreate: true },
  { nav: 'Images', resource: 'harvesterhci.io.virtualmachineimage', hasCreate: true }
] as const;
const IMAGE = 'harvesterhci.io.virtualmachineimage';
const MACHINE = 'kubevirt.io.virtualmachine';

/** Errors of Harvester's own pages that any cluster in this state shows. */
const HARVESTERS_OWN = [
  // The Storage tab of an image reads `spec.storageClassParameters`, which images imported through CDI do not have.
  "console: TypeError: Cannot read properties of undefined (reading 'nodeSelector')",
  // A VM's page looks for the monitoring add-on, and finds none where it is not enabled.
  /^console: Failed to load resource: .* 404 .*\/catalog\.cattle\.io\.apps\/cattle-monitoring-system\/rancher-monitoring/
];
const isHarvestersOwn = (error: string): boolean => HARVESTERS_OWN.some((known) => (typeof known === 'string' ? error === known : known.test(error)));

/** As long as a cold dashboard needs on a busy machine. */
const SLOW = { timeout: 40_000 };

async function openList(page: Page, nav: string): Promise<void> {
  await page.locator('.side-nav, nav').getByText(nav, { exact: true }).first().click(SLOW);
  await expect(page.locator('.sortable-table, table').first()).toBeVisible(SLOW);
}

async function openCreate(page: Page): Promise<void> {
  await page.getByTestId('masthead-create').click(SLOW);
  await expect(page.getByTestId('form-save')).toBeVisible(SLOW);
}

const row = (page: Page, name: string): ReturnType<Page['locator']> => page.locator('tr.main-row', { hasText: name });

/** Every list and every create page, by clicking. */
async function walkPages(page: Page, host: RunningRancher, onList: (resource: string) => Promise<void> = () => Promise.resolve()): Promise<void> {
  await page.goto(host.page(PAGES[0].resource));
  for (const { nav, resource, hasCreate } of PAGES) {
    await openList(page, nav);
    await onList(resource);
    if (hasCreate) {
      await openList(page, nav);
      await openCreate(page);
    }
  }
}

/** Opens the first row's page and waits until it shows the object's name. */
async function openFirst(page: Page): Promise<void> {
  const link = page.locator('tr.main-row a[href*="/harvester/c/"]').first();
  const name = (await link.innerText(SLOW)).trim();

  await link.click();
  await expect(page.locator('.masthead, .title-bar, h1').filter({ hasText: name }).first()).toBeVisible(SLOW);
  await expect(page.locator('.tabs, [role=tablist]').first()).toBeVisible(SLOW);
}

async function removeRow(page: Page, name: string): Promise<void> {
  await row(page, name).locator('[data-testid$="action-button"], .actions button, .btn.role-multi-action').last().click();
  await page.locator('[role=menuitem], .menu li, .v-popper__popper li').getByText('Delete', { exact: true }).click();
  await page.getByTestId('prompt-remove-confirm-button').click();
  await expect(row(page, name)).toHaveCount(0, SLOW);
}

for (const [ui, version] of VERSIONS) {
  test.describe(`Harvester UI ${ ui } as published, on Harvester ${ version }`, () => {
    test.skip(missing(ui) !== '', missing(ui));
    test.setTimeout(180_000);

    let images: ImageServer;

    test.beforeAll(async () => { images = await startImageServer(); });
    test.afterAll(async () => { await images.close(); });

    test('opens, creates and deletes without an error that an empty cluster would not show', async ({ rancher, signIn }, info) => {
      const known = await test.step('an empty cluster', async () => {
        const host = await rancher({ harvesterUi: ui, isBare: true, scenario: 'empty', version, speed: 20 });
        const page = await signIn(host);
        const errors = watchErrors(page);

        await walkPages(page, host);
        await page.close();

        return errors();
      });
      const host = await rancher({ harvesterUi: ui, isBare: true, scenario: 'healthy', version, speed: 20 });
      const page = await signIn(host);
      const errors = watchErrors(page);
      const { store } = host.simulator.cluster;
      const stateOf = (type: string, name: string): unknown => store.list(type).find(({ metadata, spec }) => metadata.name === name || spec?.displayName === name)?.status;

      await test.step('lists, details and create pages', async () => {
        await walkPages(page, host, async (resource) => {
          await expect(page.locator('tr.main-row').first()).toBeVisible(SLOW);
          await openFirst(page);
          await page.screenshot({ path: info.outputPath(`${ resource }.png`) });
        });
      });
      await test.step('an image by its address', async () => {
        await openList(page, 'Images');
        await openCreate(page);
        await field(page, /^URL/).fill(images.url());
        await field(page, /^\s*Name/).fill('walk-image');
        // Harvester writes labels of the image's kind into the form half a second after the URL.
        await page.waitForTimeout(800);
        await page.getByTestId('form-save').click();
        await expect(row(page, 'walk-image')).toContainText('Active', SLOW);
      });
      await test.step('a machine from it', async () => {
        const image = store.list(IMAGE).find(({ spec }) => spec?.displayName === 'walk-image');

        await openList(page, 'Virtual Machines');
        await openCreate(page);
        await field(page, /^\s*Name/).fill('walk-machine');
        await field(page, /^CPU/).fill('1');
        await field(page, /^Memory/).fill('1');
        await page.getByRole('tab', { name: 'Volumes' }).click();
        await page.locator('.labeled-select', { hasText: 'Image' }).last().click();
        await page.locator('.vs__dropdown-option, [role=option]', { hasText: 'walk-image' }).first().click();
        await page.getByTestId('form-save').click();
        await expect(row(page, 'walk-machine')).toContainText('Running', SLOW);
        expect(stateOf(MACHINE, 'walk-machine')).toMatchObject({ printableStatus: 'Running' });
        expect(store.list('persistentvolumeclaim').some(({ metadata }) => metadata.annotations?.['harvesterhci.io/imageId'] === `default/${ image?.metadata.name ?? '' }`)).toBe(true);
      });
      await test.step('both deleted again', async () => {
        await removeRow(page, 'walk-machine');
        await expect.poll(() => stateOf(MACHINE, 'walk-machine'), SLOW).toBeUndefined();
        await openList(page, 'Images');
        await removeRow(page, 'walk-image');
        await expect.poll(() => stateOf(IMAGE, 'walk-image'), SLOW).toBeUndefined();
      });
      expect(errors().filter((error) => !known.includes(error) && !isHarvestersOwn(error))).toEqual([]);
    });
  });
}
