import { expect, field, type Page, type RunningRancher } from './fixture';
import { visitPage } from './session';

type Shot = (name: string) => Promise<void>;

export const IMAGE = 'harvesterhci.io.virtualmachineimage';
export const MACHINE = 'kubevirt.io.virtualmachine';
export const TEMPLATE = 'harvesterhci.io.virtualmachinetemplate';
export const VERSION = 'harvesterhci.io.virtualmachinetemplateversion';

const NAME = /^\s*(Template )?Name(?!space)/;

/** How long a dashboard may take to load for the first time, on a machine with other work. */
const LOADING = { timeout: 40_000 } as const;

/** Opens our tab on whichever form is shown. */
export async function openTab(page: Page): Promise<void> {
  await page.locator('[data-testid=btn-lhv2-boot]').click(LOADING);
}

/** Opens one of Harvester's own tabs. */
export async function openOwnTab(page: Page, name: 'Storage' | 'Volumes' | 'Basics'): Promise<void> {
  await page.getByRole('tab', { name }).click();
}

/**
 * Waits until Harvester's image form has read what it needs (`fetched`: it then picks the default class, and a field filled
 * in before that stands elsewhere in what is posted), or has written the image's kind (`labelled`: half a second after a URL
 * or a file is known).
 */
async function settleForm(page: Page, until: 'fetched' | 'labelled'): Promise<void> {
  await page.waitForFunction(([type, wanted]) => {
    interface Proxy { readonly $props?: { readonly value?: { readonly type?: string; readonly metadata?: { readonly labels?: Record<string, string> } } }; readonly $fetchState?: { readonly pending: boolean } }
    interface Instance { readonly proxy: Proxy | null; readonly subTree: Node }
    interface Node { readonly component: Instance | null; readonly children: unknown }

    const forms: Proxy[] = [];
    const collect = (node: Node | null): void => {
      const proxy = node?.component?.proxy;

      if (proxy?.$props?.value?.type === type) {
        forms.push(proxy);
      }
      if (node?.component != null) {
        collect(node.component.subTree);
      }
      if (Array.isArray(node?.children)) {
        node.children.forEach((child) => { if (typeof child === 'object' && child !== null) { collect(child as Node); } });
      }
    };

    collect((document.getElementById('app') as unknown as { readonly _vnode: Node | null })._vnode);

    return wanted === 'fetched'
      ? forms.length > 0 && forms.every(({ $fetchState }) => $fetchState?.pending !== true)
      : forms.some(({ $props }) => ($props?.value?.metadata?.labels?.['harvesterhci.io/image-type'] ?? '') !== '');
  }, [IMAGE, until] as const);
}

/** Opens Harvester's image form and fills in what every image from the web needs. */
export async function openImageForm(page: Page, host: RunningRancher, options: { readonly url: string; readonly name: string }): Promise<void> {
  await visitPage(page, host, `${IMAGE}/create`);
  await field(page, /^URL/).waitFor(LOADING);
  await settleForm(page, 'fetched');
  await field(page, /^URL/).fill(options.url);
  await field(page, NAME).fill(options.name);
  await settleForm(page, 'labelled');
}

/** Opens Harvester's image form for a file of this machine. */
export async function openUploadForm(page: Page, host: RunningRancher, options: { readonly file: { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }; readonly name: string }): Promise<void> {
  await visitPage(page, host, `${IMAGE}/create`);
  await page.locator('.radio-container').nth(1).waitFor(LOADING);
  await settleForm(page, 'fetched');
  await page.locator('.radio-container').nth(1).click();
  await page.locator('input#file').setInputFiles(options.file);
  await field(page, NAME).fill(options.name);
  await settleForm(page, 'labelled');
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
  await openOwnTab(page, 'Storage');
  await page.locator('.labeled-select', { hasText: 'Storage Class' }).first().click();
  await page.locator('.vs__dropdown-option, [role=option]', { hasText: new RegExp(`^\\s*${name}\\s*$`) }).first().click();
}

/** Picks an image in Harvester's own Volumes tab. */
export async function pickImage(page: Page, displayName: string): Promise<void> {
  await openOwnTab(page, 'Volumes');
  await page.locator('[data-testid=input-hevi-image] .labeled-select').first().click();
  await page.locator('.vs__dropdown-option, [role=option]', { hasText: `/${displayName} ` }).first().click();
}

/** Fills Harvester's image form in, switches the option on, and presses Create. */
export async function createImage(page: Page, host: RunningRancher, options: { readonly url: string; readonly name: string; readonly storageClass?: string; readonly shot?: Shot }): Promise<void> {
  await openImageForm(page, host, options);
  await setToggle(page, true);
  if (options.storageClass !== undefined) {
    await page.getByTestId(`lhv2-boot-class-${options.storageClass}`).click();
  }
  await options.shot?.('image-form');
  await save(page);
}

/** Presses Create, and waits until Harvester has left the form: it does so after everything that it writes, of its own accord. */
export async function save(page: Page, button = 'form-save'): Promise<void> {
  await page.getByTestId(button).click();
  await page.waitForURL(({ pathname }) => !pathname.endsWith('/create'), LOADING);
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

interface MachineFields { readonly name: string; readonly instances?: number }

async function fillMachine(page: Page, { name, instances }: MachineFields): Promise<void> {
  await field(page, NAME).fill(name, LOADING);
  await field(page, /^CPU/).fill('1');
  await field(page, /^Memory/).fill('1');
  if (instances !== undefined) {
    await page.locator('.radio-container', { hasText: 'Multiple Instance' }).click();
    await field(page, /^Count/).fill(String(instances));
  }
}

/** Opens Harvester's VM form for an image and fills in what every VM needs. */
export async function harvesterMachineForm(page: Page, host: RunningRancher, options: MachineFields & { readonly imageId: string }): Promise<void> {
  await visitPage(page, host, `${MACHINE}/create?image=${options.imageId}`);
  await fillMachine(page, options);
}

/** Opens Harvester's VM form for a version of a template. */
export async function templateMachineForm(page: Page, host: RunningRancher, options: MachineFields & { readonly templateId: string; readonly versionId: string }): Promise<void> {
  await visitPage(page, host, `${MACHINE}/create?templateId=${options.templateId}&versionId=${options.versionId}`);
  await fillMachine(page, options);
}

/** Makes a template with Harvester's own form; resolves to its id and that of its version. */
export async function createTemplate(page: Page, host: RunningRancher, options: { readonly name: string; readonly image: string }): Promise<{ readonly templateId: string; readonly versionId: string }> {
  const { store } = host.simulator.cluster;
  const templateId = `default/${options.name}`;
  const version = (): string => store.list(VERSION).find(({ spec }) => spec?.templateId === templateId)?.metadata.name ?? '';

  await visitPage(page, host, `${VERSION}/create`);
  await fillMachine(page, options);
  await pickImage(page, options.image);
  await save(page);
  await expect.poll(version, { timeout: 30_000 }).not.toBe('');

  return { templateId, versionId: `default/${version()}` };
}

/** Fills Harvester's VM form in for an image, opens our tab, and presses Create. */
export async function createMachine(page: Page, host: RunningRancher, options: { readonly imageId: string; readonly name: string; readonly shot?: Shot }): Promise<void> {
  await harvesterMachineForm(page, host, options);
  await openTab(page);
  await expect(page.getByTestId('lhv2-boot-machine-option')).toBeVisible({ timeout: 30_000 });
  await options.shot?.('machine-form');
  await save(page);
}
