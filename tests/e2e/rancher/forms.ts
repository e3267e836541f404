import { expect, field, type Page, type RunningRancher } from './fixture';

type Shot = (name: string) => Promise<void>;

const IMAGE = 'harvesterhci.io.virtualmachineimage';
const MACHINE = 'kubevirt.io.virtualmachine';

/** Opens our tab on whichever form is shown. */
export async function openTab(page: Page): Promise<void> {
  await page.locator('[data-testid=btn-lhv2-boot]').click({ timeout: 40_000 });
}

/** Opens Harvester's image form and fills in what every image needs. */
export async function openImageForm(page: Page, host: RunningRancher, options: { readonly url: string; readonly name: string }): Promise<void> {
  await page.goto(host.page(`${IMAGE}/create`));
  await field(page, /^URL/).fill(options.url);
  await field(page, /^\s*Name/).fill(options.name);
  // Harvester writes labels of the image's kind into the form half a second after the URL.
  await page.waitForTimeout(800);
}

/** Turns the option, on whichever form is shown. */
export async function setToggle(page: Page, isOn: boolean): Promise<void> {
  await openTab(page);

  const toggle = page.getByTestId('lhv2-boot-toggle');

  await expect(toggle).toHaveAttribute('aria-checked', String(!isOn), { timeout: 30_000 });
  await expect(toggle).not.toHaveAttribute('aria-disabled', 'true', { timeout: 30_000 });
  await toggle.click();
  await expect(toggle).toHaveAttribute('aria-checked', String(isOn));
}

/** Picks a class in Harvester's own Storage tab. */
export async function pickStorageClass(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name: 'Storage' }).click();
  await page.locator('.labeled-select', { hasText: 'Storage Class' }).first().click();
  await page.locator('.vs__dropdown-option, [role=option]', { hasText: new RegExp(`^\\s*${name}\\s*$`) }).first().click();
}

/** Fills Harvester's image form in, switches the option on, and presses Create. */
export async function createImage(page: Page, host: RunningRancher, options: { readonly url: string; readonly name: string; readonly storageClass?: string; readonly shot?: Shot }): Promise<void> {
  await openImageForm(page, host, options);
  await setToggle(page, true);
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

/** Opens Harvester's VM form for an image and fills in what every VM needs. */
export async function harvesterMachineForm(page: Page, host: RunningRancher, options: { readonly imageId: string; readonly name: string; readonly instances?: number }): Promise<void> {
  await page.goto(host.page(`${MACHINE}/create?image=${options.imageId}`));
  await field(page, /^\s*Name/).fill(options.name);
  await field(page, /^CPU/).fill('1');
  await field(page, /^Memory/).fill('1');
  if (options.instances !== undefined) {
    await page.locator('.radio-container', { hasText: 'Multiple Instance' }).click();
    await field(page, /^Count/).fill(String(options.instances));
  }
}

/** Fills Harvester's VM form in for an image, opens our tab, and presses Create. */
export async function createMachine(page: Page, host: RunningRancher, options: { readonly imageId: string; readonly name: string; readonly shot?: Shot }): Promise<void> {
  await harvesterMachineForm(page, host, options);
  await openTab(page);
  await expect(page.getByTestId('lhv2-boot-machine-option')).toBeVisible({ timeout: 30_000 });
  await options.shot?.('machine-form');
  await page.getByTestId('form-save').click();
}
