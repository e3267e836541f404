import { BOOT_IMAGE_TESTID as IMAGE } from '../../../src/features/boot-image/contract';
import { BOOT_MACHINE_TESTID as MACHINE } from '../../../src/features/boot-vm/contract';
import { startImageServer } from '../../support/image-server';
import type { ImageServer } from '../../support/image-server';
import { expect, test } from '../../support/test';

type RoleName = 'admin' | 'cluster-viewer' | 'project-member';

interface Truth {
  readonly role: RoleName;
  /** May make images and VMs. */
  readonly mayCreate: boolean;
  /** May make storage classes. */
  readonly mayMakeClasses: boolean;
  /** May run actions on VMs, delete images. */
  readonly mayAct: boolean;
  /** Reads longhorn.io, so that health can be judged. */
  readonly seesHealth: boolean;
  /** Reads hosts. */
  readonly seesHosts: boolean;
}

const TRUTHS: readonly Truth[] = [
  { role: 'admin', mayCreate: true, mayMakeClasses: true, mayAct: true, seesHealth: true, seesHosts: true },
  { role: 'cluster-viewer', mayCreate: false, mayMakeClasses: false, mayAct: false, seesHealth: false, seesHosts: true },
  { role: 'project-member', mayCreate: true, mayMakeClasses: false, mayAct: true, seesHealth: false, seesHosts: false }
];

let images: ImageServer;

test.beforeAll(async() => { images = await startImageServer(); });
test.afterAll(async() => { await images.close(); });

for (const { role, mayCreate, mayMakeClasses, mayAct, seesHealth, seesHosts } of TRUTHS) {
  test.describe(`as ${ role }`, () => {
    test.use({ cluster: { scenario: 'healthy', role } });

    test(`${ role }: the image form`, async({ app, open, page }) => {
      await open('/create/image');
      await page.getByTestId(IMAGE.name).fill('by-role');
      await page.getByTestId(IMAGE.url).fill(images.url());
      if (!mayCreate) {
        await expect(page.getByTestId(IMAGE.blocked)).toContainText('You may not create images');
        await expect(page.getByTestId(IMAGE.toggle)).toHaveAttribute('aria-disabled', 'true');
        await expect(page.getByTestId(IMAGE.submit), 'nor without the option').toHaveAttribute('aria-disabled', 'true');
        await page.screenshot({ path: `test-results/role-${ role }-image-form.png`, fullPage: true });

        return;
      }
      await page.getByTestId(IMAGE.toggle).click();
      await expect(page.getByTestId(IMAGE.toggle)).toHaveAttribute('aria-checked', 'true');
      await expect(page.getByTestId(IMAGE.newClass)).toHaveCount(mayMakeClasses ? 1 : 0);
      await expect(page.getByTestId(IMAGE.readiness).locator('[data-state=blocked]')).toHaveCount(0);
      await expect(page.getByTestId(IMAGE.readiness).locator('[data-state=unverified]').first()).toHaveCount(seesHealth ? 0 : 1);
      await expect(page.getByTestId(IMAGE.fit)).toContainText(seesHealth ? /fit/ : 'Cannot verify');
      await page.screenshot({ path: `test-results/role-${ role }-image-form.png`, fullPage: true });
      await page.getByTestId(IMAGE.submit).click();
      await expect(page.getByTestId(IMAGE.imagePage)).toBeVisible();
      await expect(page.getByTestId(IMAGE.pipeline)).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
      expect(app.simulator.cluster.store.list('harvesterhci.io.virtualmachineimage').find(({ spec }) => spec?.displayName === 'by-role')?.spec).toMatchObject({ backend: 'cdi', targetStorageClassName: 'longhorn-v2' });
    });

    test(`${ role }: the VM form`, async({ app, open, page }) => {
      await open('/create/machine?image=default%2Fimage-ubuntu');
      await page.getByTestId(MACHINE.name).fill('by-role');
      await expect(page.getByTestId(MACHINE.toggle)).toHaveAttribute('aria-checked', 'true');
      if (seesHosts) {
        await expect(page.getByTestId(MACHINE.migrationNode('harvester-1'))).toHaveAttribute('data-state', seesHealth ? 'yes' : 'unknown');
      } else {
        await expect(page.getByTestId(MACHINE.migration)).toContainText('Cannot verify');
      }
      await page.screenshot({ path: `test-results/role-${ role }-machine-form.png`, fullPage: true });
      if (!mayCreate) {
        await expect(page.getByTestId(MACHINE.submit)).toHaveAttribute('aria-disabled', 'true');

        return;
      }
      await page.getByTestId(MACHINE.submit).click();
      await expect(page.getByTestId(MACHINE.machinePage)).toBeVisible();
      await expect(page.getByTestId(MACHINE.state)).toContainText('Running', { timeout: 60_000 });
      expect(app.simulator.cluster.store.get('kubevirt.io.virtualmachine', 'default/by-role')).toBeDefined();
    });

    test(`${ role }: an image’s page`, async({ open, page }) => {
      await open('/images/default/image-ubuntu');
      await expect(page.getByTestId(IMAGE.imagePage)).toContainText('longhorn-v2');
      await expect(page.getByTestId(IMAGE.pipeline)).toHaveAttribute('data-state', 'done');
      const remove = page.getByTestId(IMAGE.deleteImage);

      if (mayAct) {
        await expect(remove).not.toHaveAttribute('aria-disabled', 'true');
      } else {
        await expect(remove).toHaveAttribute('aria-disabled', 'true');
      }
      await expect(page.getByTestId('lhv2-panel').getByTestId('lhv2-state').first()).toHaveAttribute('data-level', seesHealth ? 'stopped' : 'unknown');
      await page.screenshot({ path: `test-results/role-${ role }-image.png`, fullPage: true });
    });

    test(`${ role }: a VM’s page`, async({ open, page }) => {
      await open('/machines/default/web-1');
      await expect(page.getByTestId(MACHINE.state)).toContainText('Running');
      for (const action of ['stop', 'pause', 'migrate', 'delete']) {
        const button = page.getByTestId(MACHINE.action(action));

        await expect(button).toBeVisible();
        expect(await button.getAttribute('aria-disabled'), action).toBe(mayAct ? null : 'true');
      }
      await expect(page.getByTestId('lhv2-panel').getByTestId('lhv2-state').first()).toHaveAttribute('data-level', seesHealth ? 'healthy' : 'unknown');
      await expect(page.getByTestId(MACHINE.disk('disk-0'))).toContainText('10 GiB');
      await page.screenshot({ path: `test-results/role-${ role }-machine.png`, fullPage: true });
    });
  });
}
