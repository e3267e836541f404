import type { Page } from '@playwright/test';
import { BOOT_IMAGE_TESTID as IMAGE } from '../../../src/features/boot-image/contract';
import { BOOT_MACHINE_TESTID as MACHINE } from '../../../src/features/boot-vm/contract';
import { startImageServer } from '../../support/image-server';
import type { ImageServer } from '../../support/image-server';
import { expect, test } from '../../support/test';

const LANGUAGES = [
  { name: 'English', locale: 'en-US', option: 'Longhorn v2 boot volume', running: 'Running' },
  { name: 'Chinese', locale: 'zh-CN', option: 'Longhorn v2 启动卷', running: '运行中' }
] as const;
/** More presses of Tab than any page has stops. */
const PATIENCE = 90;

let images: ImageServer;

test.beforeAll(async() => { images = await startImageServer(); });
test.afterAll(async() => { await images.close(); });

/** What has the focus: its test id, what it is called, and whether the focus can be seen. */
async function focused(page: Page): Promise<{ readonly testId: string; readonly name: string; readonly isVisible: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement;
    const box = element?.getBoundingClientRect();
    const style = element ? getComputedStyle(element) : null;
    const outline = style ? style.outlineStyle !== 'none' && style.outlineWidth !== '0px' : false;
    const shadow = style ? style.boxShadow !== 'none' : false;

    return {
      testId: element?.closest('[data-testid]')?.getAttribute('data-testid') ?? '',
      name: (element?.getAttribute('aria-label') ?? element?.textContent ?? '').trim().slice(0, 60),
      isVisible: Boolean(box && box.width > 0 && box.height > 0 && (outline || shadow || element?.matches('input, select, textarea')))
    };
  });
}

/** Presses Tab until the element has the focus; every stop on the way must show its focus. */
async function tabTo(page: Page, testId: string): Promise<number> {
  const stops: string[] = [];

  for (let presses = 1; presses <= PATIENCE; presses++) {
    await page.keyboard.press('Tab');
    const at = await focused(page);

    stops.push(at.testId || at.name);
    expect(at.isVisible, `the focus can be seen on ${ at.testId || at.name }`).toBe(true);
    if (at.testId === testId) {
      return presses;
    }
  }
  throw new Error(`Tab never came to ${ testId }; it went ${ stops.join(' > ') }`);
}

for (const { name, locale, option, running } of LANGUAGES) {
  test.describe(name, () => {
    test.use({ locale, cluster: { scenario: 'empty', speed: 20 } });

    test(`with the keyboard alone, in ${ name }: an image, then a VM that boots from it`, async({ app, open, page }) => {
      test.setTimeout(240_000);
      const { store } = app.simulator.cluster;

      await open('/create/image');
      await expect(page.getByTestId(IMAGE.option)).toContainText(option);
      await tabTo(page, IMAGE.name);
      await page.keyboard.type('by-keyboard');
      await tabTo(page, IMAGE.url);
      await page.keyboard.type(images.url());
      await tabTo(page, IMAGE.toggle);
      await page.keyboard.press('Space');
      await expect(page.getByTestId(IMAGE.toggle)).toHaveAttribute('aria-checked', 'true');
      await tabTo(page, IMAGE.class('longhorn-v2'));
      await page.screenshot({ path: `test-results/keyboard-image-${ locale }.png`, fullPage: true });
      await tabTo(page, IMAGE.submit);
      await page.keyboard.press('Enter');
      await expect(page.getByTestId(IMAGE.imagePage)).toBeVisible();
      await expect(page.getByTestId(IMAGE.pipeline)).toHaveAttribute('data-state', 'done', { timeout: 90_000 });
      expect(store.list('harvesterhci.io.virtualmachineimage')[0]?.spec).toMatchObject({ displayName: 'by-keyboard', backend: 'cdi' });
      // The pipeline also looks with each second of the clock: the button may follow a moment later.
      await expect(page.getByTestId(IMAGE.createMachine)).not.toHaveAttribute('aria-disabled');
      await tabTo(page, IMAGE.createMachine);
      await page.keyboard.press('Enter');

      await expect(page.getByTestId(MACHINE.createPage)).toBeVisible();
      await tabTo(page, MACHINE.submit);
      await page.keyboard.press('Enter');
      expect((await focused(page)).testId, 'the first mistake has the focus').toBe(MACHINE.name);
      await page.keyboard.type('vm-1');
      await tabTo(page, MACHINE.diskSize);
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type('1');
      await tabTo(page, MACHINE.sizeFix);
      await page.keyboard.press('Enter');
      await expect(page.getByTestId(MACHINE.sizeError)).toHaveCount(0);
      expect((await focused(page)).testId, 'the focus stays in the option').toBe(MACHINE.toggle);
      await page.screenshot({ path: `test-results/keyboard-machine-${ locale }.png`, fullPage: true });
      await tabTo(page, MACHINE.submit);
      await page.keyboard.press('Enter');
      await expect(page.getByTestId(MACHINE.machinePage)).toBeVisible();
      await expect(page.getByTestId(MACHINE.state)).toContainText(running, { timeout: 90_000 });
      await tabTo(page, MACHINE.action('stop'));
      await page.keyboard.press('Enter');
      expect((await focused(page)).testId, 'the safe answer has the focus').toBe('lhv2-confirm-cancel');
      await page.keyboard.press('Escape');
      expect((await focused(page)).testId, 'the focus comes back').toBe(MACHINE.action('stop'));
    });
  });
}

test.describe('what was typed', () => {
  test.use({ cluster: { scenario: 'healthy' } });

  test('is found again after another page and after a reload; secrets only after the former, and never in web storage', async({ open, page }) => {
    const PASSWORD = 'correct-horse-battery';
    const stored = () => page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));

    await open('/create/machine?image=default%2Fimage-ubuntu');
    await page.getByTestId(MACHINE.name).fill('draft-vm');
    await page.getByTestId(MACHINE.instances).fill('3');
    await page.locator('summary', { hasText: 'SSH key and cloud-init' }).click();
    await page.getByTestId(MACHINE.userData).fill(`#cloud-config\npassword: ${ PASSWORD }\n`);
    expect(await stored()).not.toContain(PASSWORD);

    await page.evaluate(() => { window.location.hash = '#/volumes'; });
    await expect(page.getByTestId(MACHINE.createPage)).toHaveCount(0);
    await page.evaluate(() => { window.location.hash = '#/create/machine'; });
    await expect(page.getByTestId('lhv2-draft')).toBeVisible();
    await expect(page.getByTestId(MACHINE.name)).toHaveValue('draft-vm');
    await expect(page.getByTestId(MACHINE.instances)).toHaveValue('3');
    await page.locator('summary', { hasText: 'SSH key and cloud-init' }).click();
    await expect(page.getByTestId(MACHINE.userData)).toHaveValue(`#cloud-config\npassword: ${ PASSWORD }\n`);
    await page.screenshot({ path: 'test-results/draft-restored.png', fullPage: true });

    await page.reload();
    await expect(page.getByTestId(MACHINE.name)).toHaveValue('draft-vm');
    await page.locator('summary', { hasText: 'SSH key and cloud-init' }).click();
    await expect(page.getByTestId(MACHINE.userData)).toHaveValue('');
    await page.getByTestId('lhv2-draft-start-over').click();
    await expect(page.getByTestId(MACHINE.name)).toHaveValue('');
    await expect(page.getByTestId('lhv2-draft')).toHaveCount(0);
  });

  test('of user data goes into a secret that the VM owns, however long, and the VM boots', async({ app, open, page }) => {
    const { store } = app.simulator.cluster;
    const userData = `#cloud-config\npassword: geheim\nwrite_files:\n${ '  - path: /etc/motd\n    content: ü\n'.repeat(120) }`;

    await open('/create/machine?image=default%2Fimage-ubuntu');
    await page.getByTestId(MACHINE.name).fill('with-data');
    await page.locator('summary', { hasText: 'SSH key and cloud-init' }).click();
    await page.getByTestId(MACHINE.userData).fill(userData);
    await page.getByTestId(MACHINE.submit).click();
    await expect(page.getByTestId(MACHINE.state)).toContainText('Running', { timeout: 60_000 });
    const machine = store.get('kubevirt.io.virtualmachine', 'default/with-data');
    const secret = store.list('secret').find(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === machine?.metadata.uid));

    expect(JSON.stringify(machine)).not.toContain('geheim');
    expect(Buffer.from((secret as unknown as { data: { userdata: string } }).data.userdata, 'base64').toString('utf8')).toBe(userData.trimEnd());
  });
});
