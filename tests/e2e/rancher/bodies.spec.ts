import { harvesterMachineForm, openImageForm, pickStorageClass, setToggle } from './forms';
import { expect, missing, test, watchCreates, type Page, type RunningRancher } from './fixture';

/** Published Harvester UIs, each against the Harvester it was made for. */
const VERSIONS = [['1.5.2', '1.5'], ['1.6.1', '1.6'], ['1.7.2', '1.7'], ['1.8.2', '1.8']] as const;
const URL = 'http://127.0.0.1:9/jammy.img';

interface Templates { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } }

/** Claim templates of a posted VM without the random ends of their names. */
function claims(body: unknown): { name: string; image: unknown; storageClass: unknown; accessModes: unknown; volumeMode: unknown; size: unknown }[] {
  const text = (body as Templates).metadata.annotations['harvesterhci.io/volumeClaimTemplates']!;

  return (JSON.parse(text) as { metadata: { name: string; annotations?: Record<string, string> }; spec: { storageClassName: string; accessModes: string[]; volumeMode: string; resources: { requests: { storage: string } } } }[]).map(({ metadata, spec }) => ({
    name: metadata.name.replace(/-[a-z0-9]{5}$/, ''), image: metadata.annotations?.['harvesterhci.io/imageId'], storageClass: spec.storageClassName, accessModes: spec.accessModes, volumeMode: spec.volumeMode, size: spec.resources.requests.storage
  }));
}

/** Presses Create and waits for so many requests. */
async function post(page: Page, plural: string, count = 1): Promise<readonly unknown[]> {
  const { bodies } = watchCreates(page, plural);

  await page.getByTestId('form-save').click();
  await expect.poll(() => bodies.length, { timeout: 30_000 }).toBe(count);

  return bodies;
}

for (const [ui, version] of VERSIONS) {
  test.describe(`what Harvester's forms post (Harvester UI ${ui})`, () => {
    test.skip(missing(ui) !== '', missing(ui));
    test.setTimeout(180_000);

    test('an image with the option on is what the Storage tab alone would post; off again, what it posts untouched', async ({ rancher, signIn }, info) => {
      const ours = await rancher({ harvesterUi: ui, version, scenario: 'healthy' });
      const bare = await rancher({ harvesterUi: ui, version, scenario: 'healthy', isBare: true });
      const page = await signIn(ours);
      const image = async (host: RunningRancher, prepare: () => Promise<void>): Promise<unknown> => {
        await openImageForm(page, host, { url: URL, name: 'jammy' });
        await prepare();

        return (await post(page, 'harvesterhci.io.virtualmachineimages'))[0];
      };

      const byHand = await image(bare, () => pickStorageClass(page, 'longhorn-v2'));
      const byOption = await image(ours, async () => {
        await setToggle(page, true);
        await page.screenshot({ path: info.outputPath(`image-form-${ui}.png`) });
      });

      expect(byOption).toEqual(byHand);
      expect(byOption).toMatchObject({ metadata: { annotations: { 'harvesterhci.io/storageClassName': 'longhorn-v2' } }, spec: { backend: 'cdi', targetStorageClassName: 'longhorn-v2' } });

      const untouched = await image(bare, () => Promise.resolve());
      const offAgain = await image(ours, async () => {
        await setToggle(page, true);
        await setToggle(page, false);
      });

      expect(JSON.stringify(offAgain)).toBe(JSON.stringify(untouched));
    });

    test('the option follows the Storage tab, and the Storage tab the option', async ({ rancher, signIn }) => {
      const host = await rancher({ harvesterUi: ui, version, scenario: 'healthy' });
      const page = await signIn(host);

      await openImageForm(page, host, { url: URL, name: 'jammy' });
      await pickStorageClass(page, 'longhorn-v2');
      await page.locator('[data-testid=btn-lhv2-boot]').click();
      await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'true');
      await expect(page.getByTestId('btn-lhv2-boot')).toHaveCount(1);

      await setToggle(page, false);
      await page.getByRole('tab', { name: 'Storage' }).click();
      await expect(page.locator('.labeled-select', { hasText: 'Storage Class' }).first()).not.toContainText('longhorn-v2');
    });

    test('a VM\'s root disk goes to the image\'s v2 class: one, and three at once', async ({ rancher, signIn }, info) => {
      const host = await rancher({ harvesterUi: ui, version, scenario: 'healthy' });
      const page = await signIn(host);
      const [image] = host.simulator.cluster.store.list('harvesterhci.io.virtualmachineimage').filter((object) => object.status?.storageClassName === 'longhorn-v2');
      const imageId = `${image!.metadata.namespace!}/${image!.metadata.name}`;
      const expected = (name: string): unknown => [{ name: `${name}-disk-0`, image: imageId, storageClass: 'longhorn-v2', accessModes: ['ReadWriteMany'], volumeMode: 'Block', size: expect.stringMatching(/^\d+Gi$/) as unknown }];

      await harvesterMachineForm(page, host, { imageId, name: 'one' });
      await page.locator('[data-testid=btn-lhv2-boot]').click();
      await expect(page.getByTestId('lhv2-boot-machine-option')).toBeVisible({ timeout: 30_000 });
      await page.screenshot({ path: info.outputPath(`machine-form-${ui}.png`) });
      expect((await post(page, 'kubevirt.io.virtualmachines')).map(claims)).toEqual([expected('one')]);

      await harvesterMachineForm(page, host, { imageId, name: 'many', instances: 3 });
      expect((await post(page, 'kubevirt.io.virtualmachines', 3)).map(claims)).toEqual([expected('many-01'), expected('many-02'), expected('many-03')]);
    });
  });
}
