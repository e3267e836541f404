import { openImageForm, setToggle } from './forms';
import { expect, missing, test, watchCreates, type Page, type RunningRancher } from './fixture';
import { testExtension } from '../../support/extension';
import { serveRepository, type ServedRepository } from '../../support/packaged';

/** Published Harvester UIs that the packaged extension is loaded beside, each with its Harvester. */
const VERSIONS = [['1.8.2', '1.8'], ['1.7.2', '1.7']] as const;
const IMAGE_URL = 'http://127.0.0.1:9/jammy.img';
const NAV = '.side-nav, nav';

let repository: ServedRepository;

test.beforeAll(async () => { repository = await serveRepository(); });
test.afterAll(async () => { await repository.close(); });

/** Paths of our files that a page asks Rancher for. */
function watchOurs(page: Page): readonly string[] {
  const paths: string[] = [];

  page.on('request', (request) => {
    const { pathname } = new URL(request.url());

    if (pathname.includes(repository.product.name)) {
      paths.push(pathname);
    }
  });

  return paths;
}

/** Requests other than reads, to any API of the dashboard. */
function watchWrites(page: Page): readonly string[] {
  const writes: string[] = [];

  page.on('request', (request) => {
    if (!['GET', 'HEAD', 'OPTIONS'].includes(request.method())) {
      writes.push(`${request.method()} ${new URL(request.url()).pathname}`);
    }
  });

  return writes;
}

/** Keys that a page's origin keeps, and the names of its cookies. */
const kept = async (page: Page): Promise<{ local: string[]; session: string[]; cookies: string[]; databases: string[] }> => ({
  ...await page.evaluate(async () => ({ local: Object.keys(localStorage).sort(), session: Object.keys(sessionStorage).sort(), databases: (await indexedDB.databases()).map(({ name }) => name ?? '') })),
  cookies: (await page.context().cookies()).map(({ name }) => name).sort()
});

/** Every object of the Harvester cluster and of Rancher's own, by type and id. */
function objects({ simulator }: RunningRancher): string[] {
  return [simulator.world.harvester.cluster, simulator.world.management.cluster].flatMap(({ store }, index) => store.types.flatMap(({ id }) => store.list(id).map(({ metadata }) => `${String(index)} ${id} ${metadata.namespace ?? ''}/${metadata.name}`)));
}

/** What our scripts leave on the window. */
const globals = (page: Page): Promise<string[]> => page.evaluate(() => Object.keys(window).filter((key) => /longhorn-v2|LonghornV2/.test(key)));

const ofOurs = (names: readonly string[]): string[] => names.filter((name) => /lhv2|harvester-longhorn|longhorn-?v2-?boot/i.test(name));

test('the scripts keep their size budget', async () => {
  expect((await testExtension()).problems).toEqual([]);
});

for (const [ui, version] of VERSIONS) {
  test.describe(`installed from the packaged repository (Harvester UI ${ui})`, () => {
    test.skip(missing(ui) !== '', missing(ui));
    test.setTimeout(150_000);

    test('the option and Volume Health work, from files that came over plain http', async ({ rancher, signIn }, info) => {
      const plugin = await repository.uiPlugin();
      const installed = await repository.install(plugin);
      const host = await rancher({ harvesterUi: ui, version, scenario: 'healthy', installed });
      const page = await signIn(host);
      const ours = watchOurs(page);
      const { name, version: own } = repository.product;

      expect(repository.requests).toContain(`/extensions/${name}/${own}.tgz`);

      await openImageForm(page, host, { url: IMAGE_URL, name: 'packaged' });
      await setToggle(page, true);
      await page.screenshot({ path: info.outputPath(`image-form-${ui}.png`) });

      const creates = watchCreates(page, 'harvesterhci.io.virtualmachineimages');

      await page.getByTestId('form-save').click();
      await expect.poll(() => creates.bodies.length).toBe(1);
      expect(creates.bodies[0]).toMatchObject({ spec: { backend: 'cdi', targetStorageClassName: 'longhorn-v2' } });

      await page.goto(host.page('harvesterhci.io.volume'));
      await expect(page.locator(NAV).getByText('Volume Health', { exact: true })).toBeVisible({ timeout: 40_000 });

      // Below Volumes, whose place differs between the two.
      const entries = (await page.locator(NAV).first().innerText()).split('\n').filter((line) => /^Volume/.test(line));

      expect(entries).toEqual(['Volumes', 'Volume Health']);
      await page.locator(NAV).getByText('Volume Health', { exact: true }).click();
      await expect(page.getByTestId('lhv2-sentence')).toBeVisible({ timeout: 30_000 });
      await expect(page.getByTestId('lhv2-row').first()).toBeVisible();
      await page.screenshot({ path: info.outputPath(`volume-health-${ui}.png`) });

      // All from Rancher's copy, nothing from where it was installed from.
      expect(new Set(ours.filter((path) => path.includes('/plugin/')).map((path) => path.slice(0, path.lastIndexOf('/'))))).toEqual(new Set([`/v1/uiplugins/${name}/${own}/plugin`]));
    });
  });
}

test.describe('when Rancher refuses it (Harvester UI 1.8.2)', () => {
  test.skip(missing('1.8.2') !== '', missing('1.8.2'));
  test.setTimeout(120_000);

  /** Harvester's own form opens, and nothing of ours was asked for or shown. */
  async function expectHarvesterAlone(page: Page, host: RunningRancher, query = ''): Promise<void> {
    const ours = watchOurs(page);

    await page.goto(`${host.page('harvesterhci.io.virtualmachineimage/create')}${query}`);
    await expect(page.getByRole('tab', { name: 'Storage' })).toBeVisible({ timeout: 40_000 });
    await expect(page.locator(NAV).getByText('Volumes', { exact: true })).toBeVisible();
    await expect(page.locator(NAV).getByText('Volume Health', { exact: true })).toHaveCount(0);
    await expect(page.getByTestId('btn-lhv2-boot')).toHaveCount(0);
    await expect(page.locator('[class*="lhv2"], [id*="lhv2"], [data-testid*="lhv2"]')).toHaveCount(0);
    expect(ours).toEqual([]);
    expect(ofOurs(Object.values(await kept(page)).flat())).toEqual([]);
  }

  for (const [what, metadata] of [
    ['a Rancher older than it asks for', { 'catalog.cattle.io/rancher-version': '>= 2.99.0' }],
    ['an extension API of the next generation', { 'catalog.cattle.io/ui-extensions-version': '>= 4.0.0' }],
    ['a Kubernetes older than it asks for', { 'catalog.cattle.io/kube-version': '>= 1.99.0' }],
    ['a package that names no extension API', { 'catalog.cattle.io/ui-extensions-version': '' }]
  ] as const) {
    test(`${what}: not loaded, and Harvester is as it is without it`, async ({ rancher, signIn }) => {
      const plugin = await repository.uiPlugin();
      const installed = await repository.install({ ...plugin, spec: { plugin: { ...plugin.spec.plugin, metadata: { ...plugin.spec.plugin.metadata, ...metadata } } } });
      const host = await rancher({ harvesterUi: '1.8.2', version: '1.8', scenario: 'healthy', installed });

      await expectHarvesterAlone(await signIn(host), host);
    });
  }

  test('files of another version than the UIPlugin says never get into Rancher', async () => {
    const { spec: { plugin }, ...rest } = await repository.uiPlugin();

    await expect(repository.install({ ...rest, spec: { plugin: { ...plugin, version: '9.9.9' } } })).rejects.toThrow(/plugin version 9\.9\.9 does not match/);
    await expect(repository.install({ ...rest, spec: { plugin: { ...plugin, compressedEndpoint: '' } } })).resolves.toMatchObject({ name: plugin.name, version: plugin.version });
  });

  test('safe mode: no extension is loaded, ours neither; without it, it is back', async ({ rancher, signIn }) => {
    const host = await rancher({ harvesterUi: '1.8.2', version: '1.8', scenario: 'healthy', installed: await repository.install(await repository.uiPlugin()) });
    const page = await signIn(host);
    const ours = watchOurs(page);
    const lists: string[] = [];

    page.on('request', (request) => { if (new URL(request.url()).pathname === '/v1/uiplugins') { lists.push(request.url()); } });
    await page.goto(`${host.url}/home?safemode`);
    await expect(page.getByText(/safe mode/i).first()).toBeVisible({ timeout: 40_000 });
    expect(ours).toEqual([]);
    expect(lists).toEqual([]);
    expect(await globals(page)).toEqual([]);

    await page.goto(host.page('harvesterhci.io.volume'));
    await expect(page.locator(NAV).getByText('Volume Health', { exact: true })).toBeVisible({ timeout: 40_000 });
  });

  test('uninstalled: a reload later nothing of it is left but the views that the person saved', async ({ rancher, signIn }, info) => {
    const bare = await rancher({ harvesterUi: '1.8.2', version: '1.8', scenario: 'healthy', isBare: true });
    const host = await rancher({ harvesterUi: '1.8.2', version: '1.8', scenario: 'healthy', installed: await repository.install(await repository.uiPlugin()) });
    const page = await signIn(host);
    const before = objects(host);
    const writes = watchWrites(page);

    await test.step('it is used', async () => {
      await page.goto(host.page('longhorn.v2.volumehealth'));
      await expect(page.getByTestId('lhv2-row').first()).toBeVisible({ timeout: 40_000 });
      await page.goto(host.page('harvesterhci.io.volume'));
      await expect(page.getByTestId('lhv2-volume-cell').first()).toContainText('Healthy', { timeout: 40_000 });
      await openImageForm(page, host, { url: IMAGE_URL, name: 'not-created' });
      await setToggle(page, true);
      expect(await globals(page)).toEqual(expect.arrayContaining([`${repository.product.name}-${repository.product.version}`]) as unknown);
      expect(ofOurs(Object.values(await kept(page)).flat())).toEqual([]);
      await page.evaluate(() => { localStorage.setItem('lhv2-health-views', '[{"name":"mine","query":{"state":"degraded"}}]'); });
    });

    await test.step('looking created, changed and deleted nothing', () => {
      // Rancher's own: preferences and who is signed in.
      expect(writes.filter((write) => !/\/(v1\/userpreferences|v1\/ext\.cattle\.io\.selfuser|v1\/management\.cattle\.io\.)/.test(write))).toEqual([]);
      expect(before.length).toBeGreaterThan(50);
      expect(objects(host).filter((object) => !before.includes(object) && !/ (event|count) /.test(object))).toEqual([]);
      expect(ofOurs(objects(host)).filter((object) => !ofOurs(objects(bare)).includes(object))).toEqual([]);
    });

    host.uninstall(repository.product.name);
    await expectHarvesterAloneButViews(page, host);
    await page.screenshot({ path: info.outputPath('uninstalled.png') });

    await test.step('an address that somebody kept ends in Rancher\'s own page, not in a broken one', async () => {
      const errors: string[] = [];

      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(host.page('longhorn.v2.volumehealth'));
      await expect(page.locator('#app')).toContainText(/\S/, { timeout: 30_000 });
      await page.waitForLoadState('networkidle');
      await page.screenshot({ path: info.outputPath('uninstalled-old-address.png') });
      expect(ofOurs(errors)).toEqual([]);
    });

    async function expectHarvesterAloneButViews(one: Page, running: RunningRancher): Promise<void> {
      const ours = watchOurs(one);

      await one.goto(running.page('harvesterhci.io.volume'));
      await expect(one.locator('tr.main-row').first()).toBeVisible({ timeout: 40_000 });
      await expect(one.locator(NAV).getByText('Volume Health', { exact: true })).toHaveCount(0);
      await expect(one.locator('[class*="lhv2"], [id*="lhv2"], [data-testid*="lhv2"]')).toHaveCount(0);
      await expect(one.getByRole('columnheader', { name: 'Health', exact: true })).toHaveCount(0);
      expect(ours).toEqual([]);
      expect(ofOurs(Object.values(await kept(one)).flat())).toEqual(['lhv2-health-views']);
      expect(await globals(one)).toEqual([]);
    }
  });
});
