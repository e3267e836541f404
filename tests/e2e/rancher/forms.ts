import { expect, field, type Page, type RunningRancher } from './fixture';

type Shot = (name: string) => Promise<void>;

const IMAGE = 'harvesterhci.io.virtualmachineimage';
const MACHINE = 'kubevirt.io.virtualmachine';

/** Opens our tab on whichever form is shown. */
export async function openTab(page: Page): Promise<void> {
  await page.locator('[data-testid=btn-lhv2-boot]').click({ timeout: 40_000 });
}

/** Fills Harvester's image form in, switches the option on, and presses Create. */
export async function createImage(page: Page, host: RunningRancher, options: { readonly url: string; readonly name: string; readonly storageClass?: string; readonly shot?: Shot }): Promise<void> {
  await page.goto(host.page(`${IMAGE}/create`));
  await field(page, /^URL/).fill(options.url);
  await page.getByTestId('NameNsDescriptionNameInput').fill(options.name);
  await openTab(page);

  const toggle = page.getByTestId('lhv2-boot-toggle');

  await expect(toggle).toHaveAttribute('aria-checked', 'false', { timeout: 30_000 });
  await expect(toggle).not.toHaveAttribute('aria-disabled', 'true', { timeout: 30_000 });
  await toggle.click();
  await expect(toggle).toHaveAttribute('aria-checked', 'true');
  if (options.storageClass !== undefined) {
    await page.getByTestId(`lhv2-boot-class-${options.storageClass}`).click();
  }
  await options.shot?.('image-form');
  await page.getByTestId('form-save').click();
}

/** The request that Harvester's form must post for a v2 boot image, field by field. Labels are Harvester's own affair. */
export function imageBody(options: { readonly name: string; readonly url: string; readonly storageClass: string }): unknown {
  return {
    __clone: true,
    type: IMAGE,
    metadata: {
      namespace: 'default',
      generateName: 'image-',
      annotations: { 'harvesterhci.io/storageClassName': options.storageClass },
      labels: expect.anything() as unknown
    },
    spec: { backend: 'cdi', displayName: options.name, sourceType: 'download', url: options.url, targetStorageClassName: options.storageClass }
  };
}

/** Fills Harvester's VM form in for an image, opens our tab, and presses Create. */
export async function createMachine(page: Page, host: RunningRancher, options: { readonly imageId: string; readonly name: string; readonly shot?: Shot }): Promise<void> {
  await page.goto(host.page(`${MACHINE}/create?image=${options.imageId}`));
  await page.getByTestId('NameNsDescriptionNameInput').fill(options.name);
  await field(page, /^CPU/).fill('1');
  await field(page, /^Memory/).fill('1');
  await openTab(page);
  await expect(page.getByTestId('lhv2-boot-machine-option')).toBeVisible({ timeout: 30_000 });
  await options.shot?.('machine-form');
  await page.getByTestId('form-save').click();
}
