import { planBootImage } from '@/domain/boot-volume/plan-image';
import { planBootMachine, type MachineChoice } from '@/domain/boot-volume/plan-machine';
import { qcow2Header } from '../../support/image-server';
import { claims, collect, differences, planFacts, withoutChance, type Posted } from './bodies';
import { addCluster, ISO, LVM_IMAGE, V1_IMAGE, V2_IMAGE } from './cluster';
import { expect, missing, test, type Page } from './fixture';
import { createTemplate, harvesterMachineForm, IMAGE, MACHINE, openImageForm, openOwnTab, openTab, openUploadForm, pickImage, pickStorageClass, save, setToggle, TEMPLATE, templateMachineForm } from './forms';
import { shareSession, type Session } from './session';

test.describe.configure({ mode: 'parallel' });

/** Published Harvester UIs, each against the Harvester it was made for. */
const VERSIONS = [['1.5.2', '1.5'], ['1.6.1', '1.6'], ['1.7.2', '1.7'], ['1.8.2', '1.8']] as const;
const URL = 'http://127.0.0.1:9/jammy.img';
const GIB = 1024 ** 3;
const FILE = { name: 'disk.qcow2', mimeType: 'application/octet-stream', buffer: qcow2Header(2 * GIB) };

const image = async (session: Session, name: string, prepare: (page: Page) => Promise<void>): Promise<Posted> => {
  await openImageForm(session.page, session.host, { url: URL, name });
  await prepare(session.page);

  return (await collect(session.page, `${IMAGE}s`, () => save(session.page)))[0]!;
};

const upload = async (session: Session, name: string, prepare: (page: Page) => Promise<void>): Promise<Posted> => {
  await openUploadForm(session.page, session.host, { file: FILE, name });
  await prepare(session.page);

  return (await collect(session.page, `${IMAGE}s`, () => save(session.page)))[0]!;
};

interface MachineWish { readonly name: string; readonly imageId: string; readonly instances?: number }

const machines = async (session: Session, wish: MachineWish, prepare: (page: Page) => Promise<void>): Promise<readonly Posted[]> => {
  await harvesterMachineForm(session.page, session.host, wish);
  await prepare(session.page);

  return collect(session.page, `${MACHINE}s`, () => save(session.page), wish.instances ?? 1);
};

const machine = async (session: Session, wish: MachineWish, prepare: (page: Page) => Promise<void>): Promise<Posted> => (await machines(session, wish, prepare))[0]!;

/** The form in its YAML view, and what is posted from there. */
async function throughYaml(page: Page): Promise<Posted> {
  await page.getByTestId('form-yaml').click();
  await expect(page.locator('.CodeMirror').first()).toBeVisible({ timeout: 20_000 });

  return (await collect(page, `${MACHINE}s`, () => save(page, 'form-yaml-save')))[0]!;
}

const nothing = (): Promise<void> => Promise.resolve();
const onAndOff = async (page: Page): Promise<void> => {
  await setToggle(page, true);
  await setToggle(page, false);
};

/** A choice for the plan of the domain that means what a test fills into Harvester's form. */
const choice = (session: Session, wish: MachineWish & { readonly bootClass?: string; readonly rootSize?: number }): MachineChoice => {
  const facts = planFacts(session.host);

  return {
    namespace: 'default', name: wish.name, instances: wish.instances ?? 1, cores: 1, memory: GIB, image: facts.image(wish.imageId), bootClass: wish.bootClass === undefined ? null : facts.bootClass(wish.bootClass),
    plainClassName: '', rootSize: wish.rootSize ?? 10 * GIB, sshKey: '', userData: '', startAfterCreate: true, takenNames: [], extraDisks: []
  };
};

/** What Harvester's form adds to, or leaves out of, what the server needs for a VM: nothing of it concerns storage. */
const OWN_OF_MACHINES = /^(apiVersion|kind|__clone|metadata labels harvesterhci\.io\/os|spec template spec (volumes|domain devices disks|domain cpu maxSockets|terminationGracePeriodSeconds|accessCredentials)|spec template metadata|spec template spec affinity|metadata annotations (harvesterhci\.io\/volumeClaimTemplates|harvesterhci\.io\/vmRunStrategy|harvesterhci\.io\/mac-address))/;

/** The VM as posted beside the VM as planned: the same but for what is Harvester's own affair, and in storage the very same. */
function expectPlanned(posted: Posted, planned: { readonly body: unknown }): void {
  expect(claims(posted.body)).toEqual(claims(planned.body));
  expect(differences(posted.body, planned.body).filter((line) => !OWN_OF_MACHINES.test(line))).toEqual([]);

  const root = (body: unknown): unknown => {
    const { spec } = (body as { spec: { template: { spec: { volumes: { name: string; persistentVolumeClaim?: { claimName: string } }[]; domain: { devices: { disks: { name: string }[] } } } } } }).spec.template;

    return { volume: { name: spec.volumes[0]!.name, claim: spec.volumes[0]!.persistentVolumeClaim!.claimName.replace(/-[a-z]{5}$|-[a-z0-9]{5}$/, '') }, disk: spec.domain.devices.disks[0] };
  };

  expect(root(posted.body)).toEqual(root(planned.body));
}

for (const [ui, version] of VERSIONS) {
  test.describe(`what Harvester's forms post (Harvester UI ${ui})`, () => {
    test.describe.configure({ mode: 'default' });
    test.skip(missing(ui) !== '', missing(ui));
    test.setTimeout(120_000);

    const ours = shareSession({ harvesterUi: ui, version, scenario: 'healthy', speed: 20 }, addCluster);
    const bare = shareSession({ harvesterUi: ui, version, scenario: 'healthy', speed: 20, isBare: true }, addCluster);

    test('AT-10 image by URL: byte for byte what the Storage tab alone would post, and what the plan says; off again, what it posts untouched', async () => {
      const byHand = await image(bare, 'jammy', (page) => pickStorageClass(page, 'longhorn-v2'));
      const byOption = await image(ours, 'jammy', (page) => setToggle(page, true));
      const plan = planBootImage({
        namespace: 'default', displayName: 'jammy', description: '', source: { type: 'download', url: URL, checksum: '' }, osType: '', takenNames: [],
        target: { type: 'boot-volume', bootClass: planFacts(ours.host).bootClass('longhorn-v2') }
      });

      expect(byOption.text).toBe(byHand.text);
      expect(byOption.path).toMatch(/\/v1\/harvester\/harvesterhci\.io\.virtualmachineimages(\/default)?$/);
      // Empty fields and the number of tries are the server's defaults.
      expect(differences(byOption.body, plan.body)).toEqual([
        '__clone: true ≠ ∅', 'apiVersion: ∅ ≠ "harvesterhci.io/v1beta1"', 'kind: ∅ ≠ "VirtualMachineImage"', 'metadata labels harvesterhci.io/os-type: "" ≠ ∅',
        'spec checksum: ∅ ≠ ""', 'spec description: ∅ ≠ ""', 'spec pvcName: ∅ ≠ ""', 'spec pvcNamespace: ∅ ≠ ""', 'spec retry: ∅ ≠ 3'
      ]);

      expect((await image(ours, 'plain', onAndOff)).text).toBe((await image(bare, 'plain', nothing)).text);
    });

    test('AT-11 image by upload: the same fields, the file in the form field that the v2 path reads, imported; off again, what it posts untouched', async () => {
      const byHand = await upload(bare, 'sent', (page) => pickStorageClass(page, 'longhorn-v2'));
      const sent = ours.page.waitForRequest((request) => request.url().includes('action=upload'));
      const byOption = await upload(ours, 'sent', (page) => setToggle(page, true));

      expect(byOption.text).toBe(byHand.text);
      expect(byOption.body).toMatchObject({
        metadata: { annotations: { 'harvesterhci.io/storageClassName': 'longhorn-v2', 'harvesterhci.io/image-name': 'disk.qcow2' } },
        spec: { backend: 'cdi', sourceType: 'upload', targetStorageClassName: 'longhorn-v2', url: '' }
      });
      expect(new globalThis.URL((await sent).url()).searchParams.get('size')).toBe(String(FILE.buffer.length));

      const { store } = ours.host.simulator.cluster;
      const stored = (): unknown => store.list(IMAGE).filter(({ spec }) => spec?.displayName === 'sent').map(({ status }) => ({ progress: status?.progress as unknown, size: status?.size as unknown, virtualSize: status?.virtualSize as unknown }));

      await expect.poll(stored, { timeout: 60_000 }).toEqual([{ progress: 100, size: FILE.buffer.length, virtualSize: 2 * GIB }]);
      expect((await upload(ours, 'plain-file', onAndOff)).text).toBe((await upload(bare, 'plain-file', nothing)).text);
    });

    test('the option follows the Storage tab, and the Storage tab the option', async () => {
      const { page, host } = ours;

      await openImageForm(page, host, { url: URL, name: 'jammy' });
      await pickStorageClass(page, 'longhorn-v2');
      await openTab(page);
      await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'true');
      await expect(page.getByTestId('btn-lhv2-boot')).toHaveCount(1);

      await setToggle(page, false);
      await openOwnTab(page, 'Storage');
      await expect(page.locator('.labeled-select', { hasText: 'Storage Class' }).first()).not.toContainText('longhorn-v2');
    });

    test('AT-30 a VM from a v2 image, one and three at once: as without us, and as the plan says', async ({}, info) => { // eslint-disable-line no-empty-pattern -- Playwright wants the pattern
      const open = async (page: Page): Promise<void> => {
        await openTab(page);
        await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'true', { timeout: 30_000 });
        await expect(page.getByTestId('btn-lhv2-boot')).toHaveCount(1);
        await page.screenshot({ path: info.outputPath(`machine-form-${ui}.png`) });
      };
      const one = await machine(ours, { name: 'one', imageId: V2_IMAGE }, open);

      expect(withoutChance(one.text, 'one')).toBe(withoutChance((await machine(bare, { name: 'one', imageId: V2_IMAGE }, nothing)).text, 'one'));
      expectPlanned(one, planBootMachine(choice(ours, { name: 'one', imageId: V2_IMAGE }), () => 'aaaaa').machines[0]!);

      const many = await machines(ours, { name: 'many', imageId: V2_IMAGE, instances: 3 }, open);
      const planned = planBootMachine(choice(ours, { name: 'many', imageId: V2_IMAGE, instances: 3 }), () => 'aaaaa').machines;

      expect(many.map(({ body }) => claims(body))).toEqual(planned.map(({ body }) => claims(body)));
      expect(new Set(many.map(({ body }) => claims(body)[0]?.name)).size).toBe(3);
    });

    test('AT-17 a VM from a template that Harvester\'s own form made: its root disk on v2, and on another class when so chosen', async () => {
      const template = await createTemplate(ours.page, ours.host, { name: 'golden', image: 'ubuntu-24.04-server.img' });

      await expect.poll(() => ours.host.simulator.cluster.store.get(TEMPLATE, template.templateId)).toMatchObject({ spec: { defaultVersionId: template.versionId }, status: { defaultVersion: 1, latestVersion: 1 } });

      await templateMachineForm(ours.page, ours.host, { name: 'cast', ...template });
      await openTab(ours.page);
      await expect(ours.page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'true', { timeout: 30_000 });

      const [cast] = await collect(ours.page, `${MACHINE}s`, () => save(ours.page));

      expect(claims(cast!.body)).toEqual([{ name: 'cast-disk-0', image: V2_IMAGE, storageClass: 'longhorn-v2', accessModes: ['ReadWriteMany'], volumeMode: 'Block', size: '10Gi' }]);

      const other = await createTemplate(ours.page, ours.host, { name: 'other', image: 'rocky-9.qcow2' });

      await templateMachineForm(ours.page, ours.host, { name: 'recast', ...other });
      await setToggle(ours.page, true);

      const [recast] = await collect(ours.page, `${MACHINE}s`, () => save(ours.page));

      expect(claims(recast!.body)).toMatchObject([{ name: 'recast-disk-0', image: LVM_IMAGE, storageClass: 'longhorn-v2' }]);
    });

    test('another class for a CDI image\'s disk: one, three at once; off again, byte for byte as without us', async () => {
      const on = (page: Page): Promise<void> => setToggle(page, true);
      const one = await machine(ours, { name: 'moved', imageId: LVM_IMAGE }, on);

      expectPlanned(one, planBootMachine(choice(ours, { name: 'moved', imageId: LVM_IMAGE, bootClass: 'longhorn-v2' }), () => 'aaaaa').machines[0]!);

      const many = await machines(ours, { name: 'herd', imageId: LVM_IMAGE, instances: 3 }, on);

      expect(many.map(({ body }) => claims(body).map(({ name, storageClass }) => [name, storageClass]))).toEqual([1, 2, 3].map((index) => [[`herd-0${String(index)}-disk-0`, 'longhorn-v2']]));

      const offAgain = await machine(ours, { name: 'back', imageId: LVM_IMAGE }, onAndOff);
      const untouched = await machine(bare, { name: 'back', imageId: LVM_IMAGE }, nothing);

      expect(withoutChance(offAgain.text, 'back')).toBe(withoutChance(untouched.text, 'back'));
      expect(claims(offAgain.body)).toMatchObject([{ storageClass: 'lvm' }]);
    });

    test('through the YAML view: the image\'s class, the chosen class, and the choice is still there back in the form', async () => {
      const { page, host } = ours;

      await harvesterMachineForm(page, host, { name: 'written', imageId: V2_IMAGE });
      expect(claims((await throughYaml(page)).body)).toMatchObject([{ image: V2_IMAGE, storageClass: 'longhorn-v2' }]);

      await harvesterMachineForm(page, host, { name: 'rewritten', imageId: LVM_IMAGE });
      await setToggle(page, true);
      await page.getByTestId('form-yaml').click();
      await expect(page.locator('.CodeMirror').first()).toBeVisible({ timeout: 20_000 });
      await page.getByTestId('form-yaml-cancel').click();
      await page.locator('.confirm-modal .role-primary').click();
      await openTab(page);
      await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'true', { timeout: 20_000 });
      expect(claims((await throughYaml(page)).body)).toMatchObject([{ image: LVM_IMAGE, storageClass: 'longhorn-v2' }]);

      await harvesterMachineForm(page, host, { name: 'unwritten', imageId: LVM_IMAGE });
      await onAndOff(page);
      expect(claims((await throughYaml(page)).body)).toMatchObject([{ image: LVM_IMAGE, storageClass: 'lvm' }]);
    });

    test('an ISO: a blank root disk on the v2 class, as the plan says; off again, byte for byte as without us', async () => {
      const iso = { name: 'setup', imageId: ISO };
      const planned = planBootMachine(choice(ours, { ...iso, bootClass: 'longhorn-v2', rootSize: 40 * GIB }), () => 'aaaaa').machines[0]!;
      const on = await machine(ours, iso, (page) => setToggle(page, true));
      const [disc, root] = claims(on.body);
      const [plannedDisc, plannedRoot] = claims(planned.body);

      // Names of disks are each form's own.
      expect({ ...disc, name: '' }).toEqual({ ...plannedDisc, name: '' });
      expect({ ...root, name: '' }).toEqual({ ...plannedRoot, name: '' });

      const offAgain = await machine(ours, { name: 'setdown', imageId: ISO }, onAndOff);
      const untouched = await machine(bare, { name: 'setdown', imageId: ISO }, nothing);

      expect(withoutChance(offAgain.text, 'setdown')).toBe(withoutChance(untouched.text, 'setdown'));
    });

    test('trap 4 a class that cannot migrate gets ReadWriteOnce for a blank root disk, though Harvester\'s field writes ReadWriteMany', async () => {
      const { body } = await machine(ours, { name: 'pinned', imageId: ISO }, async (page) => {
        await setToggle(page, true);
        await page.getByTestId('lhv2-boot-class-longhorn-v2-pinned').click();
        await expect(page.getByTestId('lhv2-boot-class-longhorn-v2-pinned')).toHaveAttribute('aria-checked', 'true');
      });

      expect(claims(body)[1]).toMatchObject({ storageClass: 'longhorn-v2-pinned', accessModes: ['ReadWriteOnce'], volumeMode: 'Block' });
    });

    test('an image picked with the option is what Harvester\'s own select would have made of it', async () => {
      const byHand = await machine(bare, { name: 'picked', imageId: ISO }, (page) => pickImage(page, 'rocky-9.qcow2'));
      const byOption = await machine(ours, { name: 'picked', imageId: V1_IMAGE }, async (page) => {
        await openTab(page);
        await page.getByTestId(`lhv2-boot-image-${LVM_IMAGE}`).click();
      });

      expect(withoutChance(byOption.text, 'picked')).toBe(withoutChance(byHand.text, 'picked'));
    });
  });
}
