import { expect } from 'vitest';
import CreateImagePage from '@/features/boot-image/CreateImagePage.vue';
import { BOOT_IMAGE_TESTID as IMAGE } from '@/features/boot-image/contract';
import CreateMachinePage from '@/features/boot-vm/CreateMachinePage.vue';
import { BOOT_MACHINE_TESTID as MACHINE } from '@/features/boot-vm/contract';
import type { KubeObject } from '../../../pkg/harvester-simulator/src/contract';
import { until } from './world';
import type { Screen, World } from './world';

export const IMAGES = 'harvesterhci.io.virtualmachineimage';
export const MACHINES = 'kubevirt.io.virtualmachine';
export const CLAIMS = 'persistentvolumeclaim';
export const DATA_VOLUMES = 'cdi.kubevirt.io.datavolume';

/** Waits until the option can be turned, then turns it on. */
export async function turnOn(page: Screen): Promise<void> {
  await until(() => { expect(page.attribute(IMAGE.toggle, 'aria-disabled')).toBeUndefined(); });
  await page.press(IMAGE.toggle);
  await until(() => { expect(page.attribute(IMAGE.toggle, 'aria-checked')).toBe('true'); });
}

/** Creates a v2 image from a URL with the image form, and waits until it is ready. */
export async function makeImage(world: World, name: string, url: string): Promise<KubeObject> {
  const page = world.open(CreateImagePage);
  const found = (): KubeObject | undefined => world.list(IMAGES).find(({ spec }) => spec?.displayName === name);

  await page.fill(IMAGE.name, name);
  await page.fill(IMAGE.url, url);
  await turnOn(page);
  await page.press(IMAGE.submit);
  await until(() => { expect(found()).toBeDefined(); });
  await until(async () => {
    await world.advance(10);
    expect(found()?.status?.progress).toBe(100);
  });
  page.wrapper.unmount();

  return found() as KubeObject;
}

/** Creates a VM with the VM form. */
export async function makeMachine(world: World, name: string, imageId: string, change: (page: Screen) => Promise<void> = () => Promise.resolve()): Promise<Screen> {
  const page = world.open(CreateMachinePage, { imageId });

  await page.fill(MACHINE.name, name);
  await until(() => { expect(page.attribute(MACHINE.toggle, 'aria-checked')).toBe('true'); });
  await change(page);
  await page.press(MACHINE.submit);

  return page;
}

/** Waits until the VM says that it is in this state, with cluster time running ahead. */
export async function reaches(world: World, machineId: string, status: string): Promise<void> {
  await until(async () => {
    await world.advance(5);
    expect(world.store.get(MACHINES, machineId)?.status?.printableStatus).toBe(status);
  });
}

export interface ClaimTemplate { readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }; readonly spec: { readonly storageClassName: string; readonly accessModes: readonly string[]; readonly resources: { readonly requests: { readonly storage: string } } } }

export const templatesOf = (machine: KubeObject | undefined): ClaimTemplate[] => JSON.parse(machine?.metadata.annotations?.['harvesterhci.io/volumeClaimTemplates'] ?? '[]') as ClaimTemplate[];
