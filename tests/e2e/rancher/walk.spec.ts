import { createImage, createMachine, imageBody, openTab } from './forms';
import { expect, field, missing, test, watchCreates, type Page, type RunningRancher } from './fixture';
import { visitPage } from './session';
import { startImageServer, type ImageServer } from '../../support/image-server';

test.describe.configure({ mode: 'parallel' });

const UI = '1.8.2';
const GIB = 1024 ** 3;

test.describe('from Harvester\'s own forms to a running VM and its replicas (Harvester UI 1.8.2)', () => {
  test.skip(missing(UI) !== '', missing(UI));
  test.setTimeout(240_000);

  let images: ImageServer;

  test.beforeAll(async () => { images = await startImageServer(); });
  test.afterAll(async () => { await images.close(); });

  test('the whole way', async ({ rancher, signIn }, info) => {
    const host = await rancher({ harvesterUi: UI, scenario: 'empty', version: '1.8', speed: 5 });
    const page = await signIn(host);
    const shot = async (name: string): Promise<void> => { await page.screenshot({ path: info.outputPath(`${name}.png`), fullPage: true }); };
    let imageId = '';
    let claim = '';

    await test.step('an image with the option on', async () => {
      const creates = watchCreates(page, 'harvesterhci.io.virtualmachineimages');

      await createImage(page, host, { url: images.url(), name: 'jammy', shot });
      expect(creates.bodies).toEqual([imageBody({ name: 'jammy', url: images.url(), storageClass: 'longhorn-v2' })]);

      const stored = (): Record<string, unknown>[] => host.simulator.cluster.store.list('harvesterhci.io.virtualmachineimage') as unknown as Record<string, unknown>[];

      await expect.poll(() => stored().map((image) => (image.status as { virtualSize?: number; progress?: number } | undefined)?.virtualSize), { timeout: 60_000 }).toEqual([2 * GIB]);
      await expect.poll(() => stored().map((image) => (image.status as { progress?: number }).progress), { timeout: 60_000 }).toEqual([100]);
      imageId = `default/${(stored()[0]!.metadata as { name: string }).name}`;

      const golden = host.simulator.cluster.store.get('cdi.kubevirt.io.datavolume', imageId);

      // No access and volume modes: the storage profile of the class decides.
      expect(golden?.spec).toEqual({ source: { http: { url: images.url() } }, storage: { storageClassName: 'longhorn-v2', resources: { requests: { storage: String(2 * GIB) } } } });
      expect(golden?.metadata.ownerReferences).toMatchObject([{ kind: 'VirtualMachineImage', name: imageId.split('/')[1], blockOwnerDeletion: true }]);
      expect(host.simulator.cluster.store.get('persistentvolumeclaim', imageId)?.metadata.annotations).toMatchObject({ 'harvesterhci.io/goldenImage': 'true' });
      await expect(page.locator('tr', { hasText: 'jammy' }).getByText('Active')).toBeVisible({ timeout: 30_000 });
    });

    await test.step('a VM that boots from it', async () => {
      const creates = watchCreates(page, 'kubevirt.io.virtualmachines');

      await createMachine(page, host, { imageId, name: 'vm1', shot });
      expect(creates.bodies).toHaveLength(1);

      const templates = claimTemplates(creates.bodies[0]);

      expect(templates).toHaveLength(1);
      claim = templates[0]!.metadata.name;
      expect(templates[0]).toEqual({
        metadata: { name: expect.stringMatching(/^vm1-disk-0-[a-z0-9]{5}$/) as unknown, annotations: { 'harvesterhci.io/imageId': imageId } },
        spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '10Gi' } }, volumeMode: 'Block', storageClassName: 'longhorn-v2' }
      });
      await expect.poll(() => machineState(host, 'vm1'), { timeout: 90_000 }).toBe('Running');

      const clones = host.simulator.cluster.store.list('cdi.kubevirt.io.datavolume').filter((object) => object.metadata.name === claim);

      expect(clones.map((object) => object.spec?.source as unknown)).toEqual([{ pvc: { namespace: 'default', name: imageId.split('/')[1] } }]);
    });

    await test.step('three replicas on three nodes, with node and disk', async () => {
      await page.goto(host.page(`harvesterhci.io.volume/default/${claim}`));

      const rows = page.getByTestId('lhv2-replica-list').locator('tbody tr');

      await expect(rows).toHaveCount(3, { timeout: 30_000 });
      await expect(page.getByTestId('lhv2-host-panel')).toHaveCount(1);
      expect(new Set(await rows.locator('td:nth-child(2) a').allInnerTexts()).size).toBe(3);
      for (const disk of await rows.locator('td:nth-child(3)').allInnerTexts()) {
        expect(disk.trim()).not.toMatch(/^(—|)$/);
      }
      await expect(page.getByTestId('lhv2-story').getByTestId('lhv2-state')).toHaveAttribute('data-level', 'healthy');
      await shot('volume-healthy');
    });

    const nodeOf = (replica: 'running' | 'other'): string => {
      const running = machineNode(host, 'vm1');
      const nodes = host.simulator.cluster.store.list('longhorn.io.replica').filter((object) => object.spec?.volumeName === volumeOf(host, claim)).map((object) => String(object.spec?.nodeID));

      return replica === 'running' ? running : nodes.find((node) => node !== running)!;
    };
    let victim = '';

    await test.step('a node with a replica fails: Degraded, which one, why, what next; the VM runs on', async () => {
      await openVolumes(page, host);
      await expect(cell(page, claim)).toContainText('Healthy', { timeout: 30_000 });

      victim = nodeOf('other');
      host.control('node-down', { node: victim });
      await expect.poll(() => robustness(host, claim), { timeout: 60_000, intervals: [100] }).toBe('degraded');

      // One feed update later, no reload.
      await expect(cell(page, claim)).toContainText('Degraded', { timeout: 5000 });
      await expect(row(page, claim).getByText('In-use')).toBeVisible();
      await shot('volumes-list-degraded');
      expect(machineState(host, 'vm1')).toBe('Running');

      await page.goto(host.page(`harvesterhci.io.volume/default/${claim}`));
      await expect(page.getByTestId('lhv2-story').getByTestId('lhv2-state')).toHaveAttribute('data-level', 'degraded', { timeout: 30_000 });
      await expect(page.getByTestId('lhv2-cause')).toContainText(victim);
      await expect(page.getByTestId('lhv2-next')).not.toBeEmpty();
      await expect(page.getByTestId('lhv2-replica-list').locator('tr', { hasText: victim })).not.toContainText('Good');
      await shot('volume-degraded');

      await page.goto(host.page('kubevirt.io.virtualmachine/default/vm1'));
      await expect(page.getByTestId('lhv2-panel').getByTestId('lhv2-state').first()).toHaveAttribute('data-level', 'degraded', { timeout: 30_000 });
      await shot('machine-degraded');
    });

    await test.step('Volume Health, from the side navigation', async () => {
      await page.locator('.side-nav, nav').getByText('Volume Health', { exact: true }).click();
      await expect(page).toHaveURL(/longhorn\.v2\.volumehealth/);
      await expect(page.locator(`[data-testid=lhv2-row][data-volume="${volumeOf(host, claim)}"]`)).toContainText('Degraded', { timeout: 30_000 });
      await shot('volume-health-degraded');
    });

    await test.step('the node returns: a rebuild with its percentage, then healthy, without a reload', async () => {
      const line = page.locator(`[data-testid=lhv2-row][data-volume="${volumeOf(host, claim)}"]`);
      const marker = await page.evaluate(() => { (window as unknown as { lhv2Marker: number }).lhv2Marker = 1; return 1; });

      host.control('slow-rebuild', { factor: 0.05 });
      host.control('node-up', { node: victim });
      await expect(line).toContainText(/Rebuilding \d+\s%/, { timeout: 90_000 });

      const percents = new Set<string>();

      await expect.poll(async () => {
        const text = await line.innerText();
        const percent = /Rebuilding (\d+)\s%/.exec(text)?.[1];

        if (percent !== undefined) {
          percents.add(percent);
        }

        return percents.size;
      }, { timeout: 90_000, intervals: [200] }).toBeGreaterThanOrEqual(3);
      await shot('volume-health-rebuilding');
      host.control('slow-rebuild', { factor: 1 });
      await expect(line).toContainText('Healthy', { timeout: 90_000 });
      expect(await page.evaluate(() => (window as unknown as { lhv2Marker?: number }).lhv2Marker)).toBe(marker);
      await shot('volume-health-healthy');
    });

    await test.step('Harvester\'s own forms were left in order', async () => {
      await page.goto(host.page(`${'harvesterhci.io.virtualmachineimage'}/${imageId}?mode=edit`));
      await openTab(page);
      await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-disabled', 'true');
      await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'true');
      await expect(field(page, /^Name/)).toBeVisible();
      await shot('image-edit-locked');
    });
  });
});

for (const [ui, version] of [['1.5.2', '1.5'], ['1.8.2', '1.9']] as const) {
  test.describe(`image, VM, health on Harvester ${version} (Harvester UI ${ui})`, () => {
    test.skip(missing(ui) !== '', missing(ui));
    test.setTimeout(180_000);

    let images: ImageServer;

    test.beforeAll(async () => { images = await startImageServer(); });
    test.afterAll(async () => { await images.close(); });

    test('an image, a VM that runs from it, its replicas, a lost one and the way back', async ({ rancher, signIn }, info) => {
      const host = await rancher({ harvesterUi: ui, scenario: 'empty', version, speed: 10 });
      const page = await signIn(host);
      const { store } = host.simulator.cluster;
      const state = page.getByTestId('lhv2-story').getByTestId('lhv2-state');

      await createImage(page, host, { url: images.url(), name: 'jammy' });
      await expect.poll(() => store.list('harvesterhci.io.virtualmachineimage').map((image) => image.status?.progress as unknown), { timeout: 60_000 }).toEqual([100]);

      const creates = watchCreates(page, 'kubevirt.io.virtualmachines');

      await createMachine(page, host, { imageId: `default/${store.list('harvesterhci.io.virtualmachineimage')[0]!.metadata.name}`, name: 'vm1' });
      await expect.poll(() => machineState(host, 'vm1'), { timeout: 90_000 }).toBe('Running');

      const [template] = claimTemplates(creates.bodies[0]);
      const claim = template!.metadata.name;

      expect(template!.spec.storageClassName).toBe('longhorn-v2');
      await visitPage(page, host, `harvesterhci.io.volume/default/${claim}`);
      await expect(state).toHaveAttribute('data-level', 'healthy', { timeout: 30_000 });
      await expect(page.getByTestId('lhv2-replica-list').locator('tbody tr')).toHaveCount(3);

      host.control('replica-fail', { volume: volumeOf(host, claim) });
      await expect(state).toHaveAttribute('data-level', 'degraded', { timeout: 30_000 });
      await page.screenshot({ path: info.outputPath(`volume-${version}.png`), fullPage: true });
      await expect(state).toHaveAttribute('data-level', 'healthy', { timeout: 90_000 });
    });
  });
}

interface ClaimTemplate { readonly metadata: { readonly name: string }; readonly spec: { readonly storageClassName: string } }

function claimTemplates(body: unknown): ClaimTemplate[] {
  const { metadata } = body as { metadata: { annotations: Record<string, string> } };

  return JSON.parse(metadata.annotations['harvesterhci.io/volumeClaimTemplates']!) as ClaimTemplate[];
}

const machineState = (host: RunningRancher, name: string): unknown => host.simulator.cluster.store.get('kubevirt.io.virtualmachine', `default/${name}`)?.status?.printableStatus;
const machineNode = (host: RunningRancher, name: string): string => String(host.simulator.cluster.store.get('kubevirt.io.virtualmachineinstance', `default/${name}`)?.status?.nodeName);
const volumeOf = (host: RunningRancher, claim: string): string => String(host.simulator.cluster.store.get('persistentvolumeclaim', `default/${claim}`)?.spec?.volumeName);
const robustness = (host: RunningRancher, claim: string): unknown => host.simulator.cluster.store.get('longhorn.io.volume', `longhorn-system/${volumeOf(host, claim)}`)?.status?.robustness;

async function openVolumes(page: Page, host: RunningRancher): Promise<void> {
  await page.goto(host.page('harvesterhci.io.volume'));
}

const row = (page: Page, claim: string): ReturnType<Page['locator']> => page.locator('tr.main-row', { hasText: claim });
const cell = (page: Page, claim: string): ReturnType<Page['locator']> => row(page, claim).getByTestId('lhv2-volume-cell');
