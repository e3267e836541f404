import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KIND } from '@/domain/kube/kinds';
import { BOOT_IMAGE_TESTID as IMAGE } from '@/features/boot-image/contract';
import { BOOT_MACHINE_TESTID as MACHINE } from '@/features/boot-vm/contract';
import MachinePage from '@/features/boot-vm/MachinePage.vue';
import type { HarvesterMinor } from '../../pkg/harvester-simulator/src/contract';
import { startImageServer } from '../support/image-server';
import type { ImageServer } from '../support/image-server';
import { CLAIMS, IMAGES, MACHINES, makeImage, makeMachine, reaches, templatesOf } from './support/actions';
import { closeWorlds, refusal, startWorld, until } from './support/world';
import type { World } from './support/world';

let images: ImageServer;

beforeAll(async () => { images = await startImageServer(); });
afterAll(() => images.close());
afterEach(closeWorlds);

const rootClaim = (world: World, machine: string): string => `default/${templatesOf(world.store.get(MACHINES, `default/${machine}`))[0]?.metadata.name ?? ''}`;

/** A blank, bound volume that no VM uses. */
async function addVolume(world: World, name: string, storageClassName: string): Promise<void> {
  await world.api.create(KIND.persistentVolumeClaim, {
    type: 'persistentvolumeclaim', metadata: { namespace: 'default', name },
    spec: { accessModes: ['ReadWriteMany'], volumeMode: 'Block', storageClassName, resources: { requests: { storage: '5Gi' } } }
  });
  await until(async () => {
    await world.advance(5);
    expect(world.store.get(CLAIMS, `default/${name}`)?.status?.phase).toBe('Bound');
  });
}

describe('VMs and volumes', () => {
  it('AT-17 a template with the data of v2 and v1 disks: each becomes an image of its own backend, and a VM from it boots from v2', async () => {
    const world = await startWorld({ scenario: 'healthy' });
    const ready = () => world.list(IMAGES).filter(({ spec, status }) => String(spec?.displayName).startsWith('templateversion-') && status?.progress === 100);

    await addVolume(world, 'old-data', 'harvester-longhorn');
    await world.api.action(KIND.virtualMachine, 'default/web-1', 'addVolume', { diskName: 'old', volumeSourceName: 'old-data' });
    await world.advance(60);
    await world.api.action(KIND.virtualMachine, 'default/web-1', 'stop');
    await reaches(world, 'default/web-1', 'Stopped');
    await world.api.action(KIND.virtualMachine, 'default/web-1', 'createTemplate', { name: 'golden', description: '', withData: true });
    await until(async () => {
      await world.advance(20);
      expect(ready().map(({ spec }) => spec?.backend).sort()).toEqual(['backingimage', 'cdi']);
    });

    // As Harvester's form launches it: claims of its own names, the rest as the template has it.
    const version = world.list('harvesterhci.io.virtualmachinetemplateversion').find(({ spec }) => spec?.templateId === 'default/golden');
    const vm = JSON.parse(JSON.stringify(version?.spec?.vm).replaceAll(`templateversion-${version?.metadata.name ?? ''}-disk-`, 'cast-disk-')) as { metadata: object; spec: object };

    await world.api.create(KIND.virtualMachine, { type: MACHINES, apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', ...vm, metadata: { ...vm.metadata, namespace: 'default', name: 'cast' }, spec: { ...vm.spec, runStrategy: 'RerunOnFailure' } });
    await reaches(world, 'default/cast', 'Running');
    const engines = templatesOf(world.store.get(MACHINES, 'default/cast')).map(({ metadata }) => world.store.get('longhorn.io.volume', `longhorn-system/${String(world.store.get(CLAIMS, `default/${metadata.name}`)?.spec?.volumeName)}`)?.spec?.dataEngine ?? 'v1');

    expect(engines).toEqual(['v2', 'v1']);
    const page = world.open(MachinePage, { machineId: 'default/cast' });

    await until(() => { expect(page.attribute(MACHINE.pipeline, 'data-state')).toBe('done'); });
    expect(page.text(MACHINE.disk('disk-0'))).toContain('longhorn-v2');
  });

  it('AT-30 the root disk has the image’s class and at least its virtual size; less is said and stops Create', async () => {
    const world = await startWorld({ scenario: 'empty' });
    const image = await makeImage(world, 'boot-image', images.url());
    const page = await makeMachine(world, 'vm1', `default/${image.metadata.name}`, async (form) => {
      await form.fill(MACHINE.diskSize, 1);
    });

    await until(() => { expect(page.text(MACHINE.sizeError)).toContain('At least 2 GiB'); });
    expect(world.list(MACHINES), 'nothing was posted').toEqual([]);
    await page.press(MACHINE.sizeFix);
    await page.press(MACHINE.submit);
    await until(() => { expect(world.list(MACHINES)).toHaveLength(1); });
    expect(templatesOf(world.list(MACHINES)[0])).toMatchObject([{ metadata: { annotations: { 'harvesterhci.io/imageId': `default/${image.metadata.name}` } }, spec: { storageClassName: 'longhorn-v2', resources: { requests: { storage: '2Gi' } } } }]);
    await reaches(world, 'default/vm1', 'Running');
    expect(world.store.get(CLAIMS, rootClaim(world, 'vm1'))).toMatchObject({ spec: { storageClassName: 'longhorn-v2' }, status: { capacity: { storage: '2Gi' } } });
  });

  it('AT-31 an extra v2 disk made with the VM is a volume of its own, and attached', async () => {
    const world = await startWorld({ scenario: 'healthy' });

    await makeMachine(world, 'vm1', 'default/image-ubuntu', async (form) => { await form.press(MACHINE.extraDiskAdd); });
    await until(() => { expect(world.store.get(MACHINES, 'default/vm1')).toBeDefined(); });
    await reaches(world, 'default/vm1', 'Running');
    const [, extra] = templatesOf(world.store.get(MACHINES, 'default/vm1'));
    const claim = world.store.get(CLAIMS, `default/${extra?.metadata.name ?? ''}`);

    expect(claim).toMatchObject({ spec: { storageClassName: 'longhorn-v2', accessModes: ['ReadWriteMany'] }, status: { phase: 'Bound', capacity: { storage: '10Gi' } } });
    expect(world.store.get('longhorn.io.volume', `longhorn-system/${String(claim?.spec?.volumeName)}`)).toMatchObject({ spec: { dataEngine: 'v2' }, status: { state: 'attached' } });
    const page = world.open(MachinePage, { machineId: 'default/vm1' });

    await until(() => { expect(page.text(MACHINE.disk('disk-1'))).toContain('10 GiB'); });
  });

  it('AT-32 a v2 volume is plugged into a running VM, and taken out again', async () => {
    const world = await startWorld({ scenario: 'healthy' });

    await addVolume(world, 'scratch', 'longhorn-v2');
    const page = world.open(MachinePage, { machineId: 'default/web-1' });
    const phaseOf = () => ((world.store.get('kubevirt.io.virtualmachineinstance', 'default/web-1')?.status?.volumeStatus ?? []) as { name: string; phase?: string }[]).find((entry) => entry.name === 'hotplug-1')?.phase;

    await until(() => { expect(page.wrapper.find(`[data-testid="${MACHINE.addVolumeSelect}"] option[value=scratch]`).exists()).toBe(true); });
    await page.fill(MACHINE.addVolumeSelect, 'scratch');
    await page.press(MACHINE.addVolume);
    await until(async () => {
      await world.advance(5);
      expect(phaseOf()).toBe('Ready');
    });
    await until(() => { expect(page.has(MACHINE.removeVolume('hotplug-1'))).toBe(true); });
    await page.press(MACHINE.removeVolume('hotplug-1'));
    await until(async () => {
      await world.advance(5);
      expect(phaseOf()).toBeUndefined();
      expect(world.store.get('longhorn.io.volume', `longhorn-system/${String(world.store.get(CLAIMS, 'default/scratch')?.spec?.volumeName)}`)?.status?.state).toBe('detached');
    });
  });

  it('AT-32 a degraded v2 volume that the server would not take is listed with the reason, and its refusal shown as it is', async () => {
    const world = await startWorld({ scenario: 'too-few-v2-nodes', version: '1.8' });

    await addVolume(world, 'scratch', 'longhorn-v2');
    const error = 'precheck new replica failed: disks are unavailable';
    const claim = world.store.get(CLAIMS, 'default/scratch');

    // Longhorn writes it on the volume of a claim whose third replica was looked for in vain.
    world.control('speed', { speed: 0 });
    world.store.edit('persistentvolume', String(claim?.spec?.volumeName), (draft) => { (draft.metadata.annotations ??= {})['longhorn.io/volume-scheduling-error'] = error; });
    const page = world.open(MachinePage, { machineId: 'default/app' });
    const option = () => page.wrapper.find(`[data-testid="${MACHINE.addVolumeSelect}"] option[value=scratch]`);

    await until(() => { expect(option().exists() && option().attributes('disabled') !== undefined).toBe(true); });
    expect(option().text()).toContain(error);
    expect((await refusal(world.api.action(KIND.virtualMachine, 'default/app', 'addVolume', { diskName: 'd1', volumeSourceName: 'scratch' }))).message).toBe(`volme scratch with error ${error}`);
  });

  it('AT-33 a volume grows from 10 to 20 GiB by its own dialog, then to 30 GiB through its VM', async () => {
    const world = await startWorld({ scenario: 'healthy', version: '1.8' });
    const page = world.open(MachinePage, { machineId: 'default/web-1' });
    const capacity = () => world.store.get(CLAIMS, rootClaim(world, 'web-1'))?.status?.capacity?.storage as string | undefined;
    const grown = (to: string) => until(async () => {
      await world.advance(10);
      expect(capacity()).toBe(to);
      expect(page.text(MACHINE.disk('disk-0'))).toContain(to.replace('Gi', ' GiB'));
    });

    await until(() => { expect(page.text(MACHINE.disk('disk-0'))).toContain('10 GiB'); });
    await page.press(MACHINE.expand('disk-0'));
    await page.fill(MACHINE.expandSize, 10);
    await until(() => { expect(page.attribute('lhv2-confirm-ok', 'aria-disabled')).toBe('true'); });
    await page.fill(MACHINE.expandSize, 20);
    await page.press('lhv2-confirm-ok');
    await grown('20Gi');
    // As Harvester's own VM form does: a larger size in the claim template.
    const machine = await world.api.get(KIND.virtualMachine, 'default/web-1') as { metadata: { annotations: Record<string, string> } };
    const templates = (machine.metadata.annotations['harvesterhci.io/volumeClaimTemplates'] ?? '').replace('"10Gi"', '"30Gi"');

    await world.api.update(KIND.virtualMachine, 'default/web-1', { ...machine, metadata: { ...machine.metadata, annotations: { ...machine.metadata.annotations, 'harvesterhci.io/volumeClaimTemplates': templates } } });
    await grown('30Gi');
  });

  it('AT-33 on 1.6, which cannot grow v2 volumes, the button says why and the server agrees', async () => {
    const world = await startWorld({ scenario: 'healthy', version: '1.6' });
    const page = world.open(MachinePage, { machineId: 'default/web-1' });

    await until(() => { expect(page.attribute(MACHINE.expand('disk-0'), 'aria-disabled')).toBe('true'); });
    expect(page.text(MACHINE.disk('disk-0'))).toContain('1.7 is the first version that can');
    const { message } = await refusal(world.api.patch(KIND.persistentVolumeClaim, rootClaim(world, 'web-1'), [{ op: 'replace', path: '/spec/resources/requests/storage', value: '20Gi' }]));

    expect(message).toContain('PVC_EXPAND');
  });

  it('AT-34 a VM with v1 and v2 disks is live-migrated, and both volumes follow', async () => {
    const world = await startWorld({ scenario: 'healthy' });

    await addVolume(world, 'old-data', 'harvester-longhorn');
    await world.api.action(KIND.virtualMachine, 'default/web-1', 'addVolume', { diskName: 'old', volumeSourceName: 'old-data' });
    await world.advance(60);
    const page = world.open(MachinePage, { machineId: 'default/web-1' });
    const target = `${MACHINE.migrateTarget}-harvester-3`;

    await until(() => { expect(page.attribute(MACHINE.action('migrate'), 'aria-disabled')).toBeUndefined(); });
    await page.press(MACHINE.action('migrate'));
    await until(() => { expect(page.has(target)).toBe(true); });
    await page.wrapper.find(`[data-testid="${target}"]`).setValue(true);
    await page.press('lhv2-confirm-ok');
    await until(async () => {
      await world.advance(5);
      expect(world.store.get('kubevirt.io.virtualmachineinstance', 'default/web-1')?.status).toMatchObject({ nodeName: 'harvester-3', migrationState: { completed: true } });
    });
    await world.advance(30);
    const volumes = [rootClaim(world, 'web-1'), 'default/old-data'].map((claim) => world.store.get('longhorn.io.volume', `longhorn-system/${String(world.store.get(CLAIMS, claim)?.spec?.volumeName)}`));

    expect(volumes.map((volume) => [volume?.spec?.dataEngine ?? 'v1', volume?.status?.state, volume?.status?.currentNodeID])).toEqual([['v2', 'attached', 'harvester-3'], ['v1', 'attached', 'harvester-3']]);
    await until(() => { expect(page.text(MACHINE.state)).toContain('Running'); });
  });

  it.each([['1.5', 'refused', 'refused'], ['1.6', 'refused', 'refused'], ['1.7', 'allowed', 'hidden'], ['1.8', 'allowed', 'hidden'], ['1.9', 'refused', 'refused']] as const)('AT-35 on %s a VM snapshot is %s and a backup %s, with volume and claim named', async (version: HarvesterMinor, snapshot, backup) => {
    const world = await startWorld({ scenario: 'healthy', version });
    const page = world.open(MachinePage, { machineId: 'default/web-1' });
    const claim = rootClaim(world, 'web-1');
    const volume = String(world.store.get(CLAIMS, claim)?.spec?.volumeName);
    const ask = (type: string) => world.api.create(KIND.backup, { type: KIND.backup, metadata: { namespace: 'default', name: `try-${type}` }, spec: { type, source: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: 'web-1' } } });

    await until(() => { expect(page.text(MACHINE.protection('backup'))).toContain(`${claim} (${volume})`); });
    expect([page.attribute(MACHINE.protection('snapshot'), 'data-state'), page.attribute(MACHINE.protection('backup'), 'data-state')]).toEqual([snapshot, backup]);
    if (snapshot === 'refused') {
      const { status, message } = await refusal(ask('snapshot'));

      expect(status, message).toBe(422);
      expect((await refusal(ask('backup'))).message).toContain(version === '1.9' ? `contains Longhorn v2 volume ${volume} from PVC ${claim}, which does not support VM backup` : 'provisioner v2.driver.longhorn.io is not supported for type backup');
    } else {
      await expect(ask('snapshot')).resolves.toBeDefined();
      expect(Object.keys((await world.api.get(KIND.virtualMachine, 'default/web-1')).actions as object)).not.toContain('backup');
    }
  });

  it('AT-36 a data volume that a VM uses, or an image owns, is not deleted; the refusal names who holds it', async () => {
    const world = await startWorld({ scenario: 'healthy' });

    expect((await refusal(world.api.remove(KIND.dataVolume, rootClaim(world, 'web-1')))).message).toBe(`can not delete DataVolume ${rootClaim(world, 'web-1')} which is attached to VM default/web-1`);
    expect((await refusal(world.api.remove(KIND.dataVolume, 'default/image-ubuntu'))).message).toBe('can not delete DataVolume default/image-ubuntu which is owned by VMImage default/image-ubuntu');
    const page = world.open(MachinePage, { machineId: 'default/web-1' });

    await until(() => { expect(page.has(IMAGE.pipeline) || page.has(MACHINE.pipeline)).toBe(true); });
    expect(page.text(MACHINE.state)).toContain('Running');
  });
});
