import { claims, collect } from './bodies';
import { addCluster, V2_IMAGE } from './cluster';
import { expect, missing, test } from './fixture';
import { harvesterMachineForm, IMAGE, MACHINE, openImageForm, openTab, save, setToggle } from './forms';
import { shareSession } from './session';

const UI = '1.8.2';
/** Longhorn's kinds that Harvester's own VM form does not ask for. */
const UNASKED = ['longhorn.io.replica', 'longhorn.io.engine', 'longhorn.io.node', 'longhorn.io.instancemanager', 'longhorn.io.volumeattachment', 'longhorn.io.enginefrontend'];
const LONGHORN = [...UNASKED, 'longhorn.io.volume', 'longhorn.io.setting'];
const URL = 'http://127.0.0.1:9/jammy.img';

test.describe('who may do what, in the real dashboard (Harvester UI 1.8.2)', () => {
  test.skip(missing(UI) !== '', missing(UI));
  test.setTimeout(120_000);

  const session = shareSession({ harvesterUi: UI, version: '1.8', scenario: 'healthy' }, addCluster);

  /** Loads the dashboard as somebody to whom these kinds are forbidden. */
  async function asPersonWithout(types: readonly string[], path: string, role = 'admin'): Promise<void> {
    session.host.control('api-clear');
    session.host.control('role', { role });
    for (const type of types) {
      session.host.control('api-fault', { status: 403, type });
    }
    await session.load(path);
  }

  /** Says that it could not verify everything, and blocks nothing for that. */
  async function expectUnverified(): Promise<void> {
    await expect(session.page.getByTestId('lhv2-boot-readiness')).toContainText(/cannot be verified/);
    await expect(session.page.locator('[data-testid^=lhv2-check-][data-state=unverified]')).not.toHaveCount(0);
    await expect(session.page.locator('[data-testid^=lhv2-check-][data-state=blocked]')).toHaveCount(0);
  }

  test('without any Longhorn rights the image form works: what was not read cannot be verified and blocks nothing', async ({}, info) => { // eslint-disable-line no-empty-pattern -- Playwright wants the pattern
    const { page, host } = session;

    await asPersonWithout([...LONGHORN, 'persistentvolume'], IMAGE);
    await openImageForm(page, host, { url: URL, name: 'outsider' });
    await setToggle(page, true);
    await expectUnverified();
    await page.screenshot({ path: info.outputPath('no-longhorn-image.png'), fullPage: true });

    const [posted] = await collect(page, `${IMAGE}s`, () => save(page));

    expect(posted!.body).toMatchObject({ spec: { backend: 'cdi', targetStorageClassName: 'longhorn-v2' } });
  });

  test('without rights to storage classes the class is typed, and the image form posts it', async ({}, info) => { // eslint-disable-line no-empty-pattern -- Playwright wants the pattern
    const { page, host } = session;

    await asPersonWithout([...LONGHORN, 'storage.k8s.io.storageclass', 'node'], IMAGE);
    await openImageForm(page, host, { url: URL, name: 'typed' });
    await openTab(page);
    await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-disabled', 'true', { timeout: 30_000 });
    await page.getByTestId('lhv2-boot-option').getByRole('textbox').fill('longhorn-v2');
    await page.screenshot({ path: info.outputPath('no-classes-image.png') });
    await page.getByTestId('lhv2-boot-toggle').click();
    await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'true');

    const [posted] = await collect(page, `${IMAGE}s`, () => save(page));

    expect(posted!.body).toMatchObject({ metadata: { annotations: { 'harvesterhci.io/storageClassName': 'longhorn-v2' } }, spec: { backend: 'cdi', targetStorageClassName: 'longhorn-v2' } });
  });

  for (const [what, types] of [
    ['what only we read of Longhorn', UNASKED],
    ['anything of Longhorn, PersistentVolumes and nodes, part of which Harvester\'s own form asks for,', [...LONGHORN, 'persistentvolume', 'node']]
  ] as const) {
    test(`without rights to ${what} the VM form works, and the option says what it could not verify`, async ({}, info) => { // eslint-disable-line no-empty-pattern -- Playwright wants the pattern
      const { page, host } = session;

      await asPersonWithout(types, MACHINE);
      await harvesterMachineForm(page, host, { name: `outsider-${String(types.length)}`, imageId: V2_IMAGE });
      await openTab(page);
      await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'true', { timeout: 30_000 });
      await expectUnverified();
      await page.screenshot({ path: info.outputPath(`no-longhorn-machine-${String(types.length)}.png`), fullPage: true });

      const [posted] = await collect(page, `${MACHINE}s`, () => save(page));

      expect(claims(posted!.body)).toMatchObject([{ image: V2_IMAGE, storageClass: 'longhorn-v2' }]);
    });
  }

  test('a cluster viewer creates nothing in Harvester\'s pages, and sees our option without being misled', async ({}, info) => { // eslint-disable-line no-empty-pattern -- Playwright wants the pattern
    const { page } = session;

    await asPersonWithout([], IMAGE, 'cluster-viewer');
    await expect(page.locator('tr.main-row').first()).toBeVisible({ timeout: 40_000 });
    await expect(page.getByTestId('masthead-create')).toHaveCount(0);
    await session.visit(`${IMAGE}/create`);
    await openTab(page);
    await page.screenshot({ path: info.outputPath('viewer-image.png'), fullPage: true });
    await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-disabled', 'true', { timeout: 30_000 });
  });

  test('a cluster viewer, who may not read Longhorn: health cannot be verified, and nothing is called healthy', async ({}, info) => { // eslint-disable-line no-empty-pattern -- Playwright wants the pattern
    const { page } = session;

    await asPersonWithout([], 'longhorn.v2.volumehealth', 'cluster-viewer');
    await expect(page.getByTestId('lhv2-volume-health')).toContainText(/cannot|may not/i, { timeout: 40_000 });
    await expect(page.getByTestId('lhv2-row').getByText('Healthy')).toHaveCount(0);
    await page.screenshot({ path: info.outputPath('viewer-health.png') });

    await session.visit('harvesterhci.io.volume');
    await expect(page.getByTestId('lhv2-volume-cell').first()).toContainText('Cannot verify', { timeout: 30_000 });
    expect(await page.getByTestId('lhv2-volume-cell').allInnerTexts()).not.toContain('Healthy');
  });

  test('a member of one project: Harvester\'s own pages end in the dashboard\'s error page, ours do not make it worse', async () => {
    const { page } = session;

    await asPersonWithout([], IMAGE, 'project-member');
    await expect(page).toHaveURL(/fail-whale/, { timeout: 40_000 });
    await expect(page.locator('[class*=lhv2-]')).toHaveCount(0);
  });
});
