import type { BrowserContext } from '@playwright/test';
import { claims, collect } from './bodies';
import { addCluster, LVM_IMAGE, V2_IMAGE } from './cluster';
import { expect, missing, test } from './fixture';
import { harvesterMachineForm, IMAGE, MACHINE, openImageForm, openTab, save, setToggle } from './forms';
import { shareSession } from './session';

const UI = '1.8.2';

/** Serves the published Harvester UI with one of its own names changed throughout: it works as before, but is not what we look for. */
async function rename(context: BrowserContext, from: string, to: string): Promise<void> {
  await context.route(/\/uiplugins\/harvester\/[^/]+\/plugin\/.*\.js$/, async (route) => {
    const response = await route.fetch();

    await route.fulfill({ response, body: (await response.text()).replaceAll(from, to) });
  });
}

test.describe('a form of Harvester that the extension does not recognise (Harvester UI 1.8.2)', () => {
  test.skip(missing(UI) !== '', missing(UI));
  test.setTimeout(120_000);

  const session = shareSession({ harvesterUi: UI, version: '1.8', scenario: 'healthy' }, async (host, context) => {
    addCluster(host);
    await rename(context, 'registerBeforeHook', 'registerAnotherHook');
  });

  test('VM form: the tab says so and what to do by hand, and the form creates what it would without us', async ({}, info) => { // eslint-disable-line no-empty-pattern -- Playwright wants the pattern
    const { page, host } = session;

    await harvesterMachineForm(page, host, { name: 'strange', imageId: V2_IMAGE });
    await openTab(page);
    await expect(page.getByTestId('lhv2-unplaced')).toContainText('Volumes', { timeout: 30_000 });
    await expect(page.getByTestId('lhv2-unplaced')).toContainText(`Harvester UI ${UI}`);
    await expect(page.getByTestId('lhv2-boot-toggle')).toHaveCount(0);
    await page.screenshot({ path: info.outputPath('unplaced-machine.png') });

    const [posted] = await collect(page, `${MACHINE}s`, () => save(page));

    expect(claims(posted!.body)).toMatchObject([{ image: V2_IMAGE, storageClass: 'longhorn-v2' }]);
  });

  test('image form: the model that it edits is found all the same, and gets all three fields', async () => {
    const { page, host } = session;

    await openImageForm(page, host, { url: 'http://127.0.0.1:9/jammy.img', name: 'jammy' });
    await setToggle(page, true);
    await setToggle(page, false);
    await setToggle(page, true);

    const [posted] = await collect(page, `${IMAGE}s`, () => save(page));

    expect(posted!.body).toMatchObject({ metadata: { annotations: { 'harvesterhci.io/storageClassName': 'longhorn-v2' } }, spec: { backend: 'cdi', targetStorageClassName: 'longhorn-v2' } });
  });

  test('no image form around the tab at all: said, with the steps by hand', async ({}, info) => { // eslint-disable-line no-empty-pattern -- Playwright wants the pattern
    const { page } = session;

    await session.visit(IMAGE);
    await page.evaluate((image) => {
      interface Registration { readonly name?: string; locationConfig: { resource?: readonly string[] } }

      const { $extension } = (window as unknown as { $globalApp: { $extension: { getUIConfig(type: string, place: string): Registration[] } } }).$globalApp;
      const tab = $extension.getUIConfig('Tab', 'resource-create-page').find(({ name, locationConfig }) => name === 'lhv2-boot' && locationConfig.resource?.includes(image));

      tab!.locationConfig = { ...tab!.locationConfig, resource: ['harvesterhci.io.volume'] };
    }, IMAGE);
    await session.visit('harvesterhci.io.volume/create');
    await openTab(page);
    await expect(page.getByTestId('lhv2-unplaced')).toContainText('Storage', { timeout: 30_000 });
    await expect(page.getByTestId('lhv2-unplaced')).toContainText('spec.targetStorageClassName');
    await page.screenshot({ path: info.outputPath('unplaced-image.png') });
  });
});

test.describe('a VM form without the method that the class override needs (Harvester UI 1.8.2)', () => {
  test.skip(missing(UI) !== '', missing(UI));
  test.setTimeout(120_000);

  const session = shareSession({ harvesterUi: UI, version: '1.8', scenario: 'healthy' }, async (host, context) => {
    addCluster(host);
    await rename(context, 'parseVolumeClaimTemplate(', 'parseClaimTemplateOfVolume(');
  });

  test('another class is not offered, with the reason; v2 images and the form work as ever', async ({}, info) => { // eslint-disable-line no-empty-pattern -- Playwright wants the pattern
    const { page, host } = session;

    await harvesterMachineForm(page, host, { name: 'fixed', imageId: LVM_IMAGE });
    await openTab(page);
    await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-disabled', 'true', { timeout: 30_000 });
    await expect(page.getByTestId('lhv2-boot-blocked')).toContainText(/class/i);
    await page.screenshot({ path: info.outputPath('no-override.png') });
    await page.getByTestId(`lhv2-boot-image-${V2_IMAGE}`).click();
    await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'true');

    const [posted] = await collect(page, `${MACHINE}s`, () => save(page));

    expect(claims(posted!.body)).toMatchObject([{ image: V2_IMAGE, storageClass: 'longhorn-v2' }]);
  });
});
