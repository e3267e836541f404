import { afterEach, describe, expect, it } from 'vitest';
import { KIND } from '@/domain/kube/kinds';
import { BOOT_IMAGE_TESTID as IMAGE } from '@/features/boot-image/contract';
import CreateImagePage from '@/features/boot-image/CreateImagePage.vue';
import { BOOT_MACHINE_TESTID as MACHINE } from '@/features/boot-vm/contract';
import MachinePage from '@/features/boot-vm/MachinePage.vue';
import { turnOn } from './support/actions';
import { closeWorlds, refusal, startWorld, until } from './support/world';
import type { Screen, World } from './support/world';

const SETTING = 'longhorn-v2-data-engine-enabled';

afterEach(closeWorlds);

/** Opens a row of the readiness list, and reads all of it. */
async function readCheck(page: Screen, id: string): Promise<string> {
  await until(() => { expect(page.has(IMAGE.check(id))).toBe(true); });
  const row = page.wrapper.find(`[data-testid="${IMAGE.check(id)}"]`);

  if (row.find('button[aria-expanded=false]').exists()) {
    await row.find('button').trigger('click');
  }

  return row.text();
}

async function openImageForm(world: World, isOn = true): Promise<Screen> {
  const page = world.open(CreateImagePage);

  if (isOn) {
    await turnOn(page);
  }

  return page;
}

describe('engine and class', () => {
  it('AT-01 with the engine off the option is visible, disabled, and names the setting', async () => {
    const world = await startWorld({ scenario: 'v2-off' });
    const page = await openImageForm(world, false);

    await until(() => { expect(page.text(IMAGE.blocked)).toContain(SETTING); });
    expect(page.attribute(IMAGE.toggle, 'aria-disabled')).toBe('true');
    await page.press(IMAGE.toggle);
    expect(page.attribute(IMAGE.toggle, 'aria-checked')).toBe('false');
  });

  it('AT-02 turning the engine on waits for huge pages, then says which host to reboot', async () => {
    const world = await startWorld({ scenario: 'v2-off', version: '1.9' });
    const page = await openImageForm(world, false);

    await until(() => { expect(page.text(IMAGE.blocked)).toContain(SETTING); });
    world.control('hugepages', { node: 'harvester-2', size: 0 });
    // What a server does whose Longhorn refuses for want of huge pages: the wish stands, the engine stays off.
    world.store.edit('harvesterhci.io.setting', SETTING, (draft) => { draft['value'] = 'true'; });
    world.store.edit('longhorn.io.setting', 'longhorn-system/v2-data-engine', (draft) => { draft['value'] = 'false'; });
    await until(() => { expect(page.text(IMAGE.check('engine-longhorn'))).toContain('Waiting until Longhorn takes over'); });
    const text = await readCheck(page, 'engine-longhorn');

    expect(text).toContain('reboot harvester-2');
    expect(text).not.toContain('harvester-1');
  });

  it('AT-02 turned on where the hosts have their huge pages, the engine comes up by itself: two instance managers a host', async () => {
    const world = await startWorld({ scenario: 'v2-off', version: '1.8' });
    const page = await openImageForm(world, false);
    const managers = () => world.list('longhorn.io.instancemanager').filter(({ status }) => status?.currentState === 'running').map(({ spec }) => `${String(spec?.nodeID)} ${String(spec?.dataEngine)}`).sort();

    await until(() => { expect(page.text(IMAGE.blocked)).toContain(SETTING); });
    expect(managers()).toEqual(['harvester-1 v1', 'harvester-2 v1', 'harvester-3 v1']);
    await world.api.update(KIND.setting, SETTING, { ...await world.api.get(KIND.setting, SETTING), value: 'true' });
    await until(async () => {
      await world.advance(60);
      expect(managers()).toEqual([1, 2, 3].flatMap((index) => [`harvester-${index} v1`, `harvester-${index} v2`]));
    });
    await until(() => { expect(page.attribute(IMAGE.check('engine-setting'), 'data-state')).toBe('ready'); });
    await until(() => { expect(page.attribute(IMAGE.check('engine-longhorn'), 'data-state') ?? 'ready').toBe('ready'); });
    // What is missing next: nobody has given the engine a disk or a class.
    expect(page.text(IMAGE.blocked)).toContain('No v2 storage class yet');
  });

  it('AT-02 huge pages are measured against longhorn-v2-data-engine-memory-size, and a missing instance manager is named', async () => {
    const world = await startWorld({ scenario: 'healthy', version: '1.9' });
    const page = await openImageForm(world);

    expect(await readCheck(page, 'hugepages')).toContain('2 GiB');
    world.store.edit('harvesterhci.io.setting', 'longhorn-v2-data-engine-memory-size', (draft) => { draft['value'] = '4096'; });
    await until(() => { expect(page.attribute(IMAGE.check('hugepages'), 'data-state')).toBe('warning'); });
    expect(await readCheck(page, 'hugepages')).toContain('4 GiB');
    world.control('instance-manager-crash', { node: 'harvester-3' });
    await world.advance(60);
    await until(() => { expect(page.text(IMAGE.check('instance-managers'))).toContain('harvester-3'); });
  });

  it('AT-03 a host labelled out of v2 leaves every count and forecast, and comes back', async () => {
    const world = await startWorld({ scenario: 'healthy' });
    const page = await openImageForm(world);
    const disks = (): string[] => page.wrapper.findAll('.lhv2-fit-row .name').map((name) => name.text());
    const hosts = () => page.text(IMAGE.check('v2-disks'));

    await until(() => { expect(hosts()).toContain('3 of 3 hosts have v2 disks'); });
    expect(disks().some((disk) => disk.startsWith('harvester-2'))).toBe(true);
    world.control('label-v2-off', { node: 'harvester-2' });
    await until(() => { expect(hosts()).toContain('2 of 3 hosts needed have v2 disks'); });
    expect(disks().some((disk) => disk.startsWith('harvester-2'))).toBe(false);
    expect(page.text(IMAGE.class('longhorn-v2'))).toContain('degraded from the start');
    expect(page.attribute(IMAGE.fitHost('harvester-2'), 'data-code')).toBe('label-disables-v2');
    world.control('label-v2-on', { node: 'harvester-2' });
    await world.advance(30);
    await until(() => { expect(hosts()).toContain('3 of 3 hosts have v2 disks'); });
    expect(disks().some((disk) => disk.startsWith('harvester-2'))).toBe(true);
  });

  it('AT-04 switching the engine off while v2 disks exist is refused in words that name the disk', async () => {
    const world = await startWorld({ scenario: 'healthy' });
    const setting = await world.api.get(KIND.setting, SETTING);
    const disk = Object.values((world.list('longhorn.io.node')[0]?.status?.diskStatus ?? {}) as Record<string, { diskType: string; diskUUID: string }>).find((entry) => entry.diskType === 'block');
    const { status, message } = await refusal(world.api.update(KIND.setting, SETTING, { ...setting, value: 'false' }));

    expect(status).toBe(422);
    expect(message).toBe(`Can't disable Longhorn V2 Data Engine, disk ${disk?.diskUUID ?? '?'} is still here.`);
  });

  it('AT-05 a VM starting on a host without v2 says so, and not that it is broken', async () => {
    const world = await startWorld({ scenario: 'attach-stuck' });
    const page = world.open(MachinePage, { machineId: 'default/app' });

    await until(() => { expect(page.attribute(IMAGE.pipelineCause, 'data-cause')).toBe('node-without-engine'); });
    expect(page.text(IMAGE.pipelineCause)).toContain('harvester-4');
    expect(page.attribute(MACHINE.migrationNode('harvester-4'), 'data-state')).toBe('no');
    expect(page.text(MACHINE.state)).toContain('Starting');
  });

  it('AT-06 a class made here is v2, live-migratable, with the replicas and tags asked for', async () => {
    const world = await startWorld({ scenario: 'tags' });
    const page = await openImageForm(world);

    await page.press(IMAGE.newClass);
    expect((page.wrapper.find('.lhv2-new-class input[type=checkbox]').element as HTMLInputElement).checked, 'live migration is the default').toBe(true);
    await page.fill(IMAGE.newClassName, 'boot-fast');
    for (const [count, isTaken] of [[0, false], [4, false], [2, true]] as const) {
      await page.fill(IMAGE.newClassReplicas, count);
      const [diskTags] = page.wrapper.findAll('.lhv2-new-class input:not([type=checkbox])').slice(2);

      await diskTags?.setValue('fast');
      await page.press(IMAGE.newClassCreate);
      if (isTaken) {
        await until(() => { expect(world.store.get('storage.k8s.io.storageclass', 'boot-fast')).toBeDefined(); });
      } else {
        expect(world.store.get('storage.k8s.io.storageclass', 'boot-fast')).toBeUndefined();
      }
    }
    expect(world.store.get('storage.k8s.io.storageclass', 'boot-fast')?.['parameters']).toMatchObject({ dataEngine: 'v2', numberOfReplicas: '2', migratable: 'true', diskSelector: 'fast' });
    await until(() => { expect(page.attribute(IMAGE.class('boot-fast'), 'aria-checked')).toBe('true'); });
    expect(page.text(IMAGE.check('v2-disks'))).toContain('2 of 3 hosts have v2 disks');

    await page.press(IMAGE.newClass);
    await page.fill(IMAGE.newClassName, 'boot-rack');
    await page.wrapper.findAll('.lhv2-new-class input:not([type=checkbox])')[3]?.setValue('rack-1, ssd');
    await page.wrapper.find('.lhv2-new-class input[type=checkbox]').setValue(false);
    await page.press(IMAGE.newClassCreate);
    await until(() => { expect(world.store.get('storage.k8s.io.storageclass', 'boot-rack')?.['parameters']).toMatchObject({ migratable: 'false', nodeSelector: 'rack-1,ssd' }); });
  });

  it('AT-07 a class is ready only while enough disks are ready and schedulable', async () => {
    const world = await startWorld({ scenario: 'healthy' });
    const page = await openImageForm(world);
    const card = () => page.text(IMAGE.class('longhorn-v2'));

    await until(() => { expect(card()).toContain('recommended'); });
    world.control('disk-pull', { node: 'harvester-2' });
    await world.advance(60);
    await until(() => { expect(card()).not.toContain('recommended'); });
    expect(page.attribute(IMAGE.check('v2-disks'), 'data-state')).toBe('warning');
    world.control('disk-restore', { node: 'harvester-2' });
    await world.advance(60);
    await until(() => { expect(card()).toContain('recommended'); });
    for (const node of ['harvester-1', 'harvester-2', 'harvester-3']) {
      world.control('scheduling-off', { node });
    }
    await until(() => { expect(page.text(IMAGE.check('v2-disks'))).toContain('No host has a usable v2 disk'); });
  });
});
