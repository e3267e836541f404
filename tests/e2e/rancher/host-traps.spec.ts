import { claims, collect } from './bodies';
import { addCluster, V2_IMAGE } from './cluster';
import { expect, missing, test, type Page } from './fixture';
import { harvesterMachineForm, IMAGE, MACHINE, openImageForm, openOwnTab, openTab, pickStorageClass, save, setToggle } from './forms';
import { shareSession } from './session';
import { addSecondCluster } from './two-clusters';

const UI = '1.8.2';
const HEALTH = 'longhorn.v2.volumehealth';
const URL = 'http://127.0.0.1:9/jammy.img';

interface HostWindow {
  readonly $globalApp: {
    readonly $router: { push(path: string): Promise<unknown> };
    readonly $store: { dispatch(type: string, payload: unknown): Promise<void> };
    readonly $extension: { removePlugin(name: string): Promise<void>; loadAsync(id: string, url: string): Promise<void>; getPlugins(): Record<string, { readonly name: string }> };
    readonly $: { readonly appContext: { readonly app: unknown } };
  };
}

/** How many components of ours are on the page, and how many of them belong to the host's own app. */
function countComponents(page: Page): Promise<{ readonly all: number; readonly own: number }> {
  return page.evaluate(() => {
    interface Instance { readonly type: { readonly name?: string }; readonly appContext: { readonly app: unknown }; readonly subTree: Node }
    interface Node { readonly component: Instance | null; readonly children: unknown }

    const { app } = (window as unknown as HostWindow).$globalApp.$.appContext;
    const found = { all: 0, own: 0 };
    const walk = (node: Node | null): void => {
      if (node?.component != null) {
        if (node.component.type.name?.startsWith('Lhv2') === true) {
          found.all++;
          found.own += node.component.appContext.app === app ? 1 : 0;
        }
        walk(node.component.subTree);
      }
      if (Array.isArray(node?.children)) {
        node.children.forEach((child) => { if (typeof child === 'object' && child !== null) { walk(child as Node); } });
      }
    };

    walk((document.getElementById('app') as unknown as { readonly _vnode: Node | null })._vnode);

    return found;
  });
}

test.describe('traps of the dashboard around us (Harvester UI 1.8.2)', () => {
  test.skip(missing(UI) !== '', missing(UI));
  test.setTimeout(120_000);

  const session = shareSession({ harvesterUi: UI, version: '1.8', scenario: 'healthy' }, (host) => {
    addCluster(host);
    const add = (name: string, parameters: Record<string, string>): void => {
      host.simulator.cluster.store.create('storage.k8s.io.storageclass', {
        apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner: 'driver.longhorn.io', allowVolumeExpansion: true, reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate', parameters: { numberOfReplicas: '3', staleReplicaTimeout: '30', migratable: 'true', ...parameters }
      });
    };

    add('plain', {});
    add('sharded', { dataEngine: 'v2', 'dataLayout.type': 'sharded' });
  });

  test('trap 3 a class without dataEngine is v1: never offered, and the option is off while it is chosen', async () => {
    const { page, host } = session;

    await openImageForm(page, host, { url: URL, name: 'plain' });
    await setToggle(page, true);
    await expect(page.getByTestId('lhv2-boot-class-longhorn-v2')).toBeVisible();
    await expect(page.getByTestId('lhv2-boot-class-plain')).toHaveCount(0);
    await pickStorageClass(page, 'plain');
    await openTab(page);
    await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'false');

    const [posted] = await collect(page, `${IMAGE}s`, () => save(page));

    expect(posted!.body).toMatchObject({ spec: { backend: 'backingimage', targetStorageClassName: 'plain' } });
  });

  test('trap 5 a sharded class is never offered, and choosing it by hand is not called a boot volume', async () => {
    const { page, host } = session;

    await openImageForm(page, host, { url: URL, name: 'sharded' });
    await setToggle(page, true);
    await expect(page.getByTestId('lhv2-boot-class-sharded')).toHaveCount(0);
    await pickStorageClass(page, 'sharded');
    await openTab(page);
    await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'false');
    await setToggle(page, true);
    await setToggle(page, false);
    await openOwnTab(page, 'Storage');
    await expect(page.locator('.labeled-select', { hasText: 'Storage Class' }).first()).toContainText('harvester-longhorn');
  });

  test('AT-18 encrypt and decrypt: the option is off with the reason, and back to a URL it is free again, on the class that Harvester starts with', async ({}, info) => { // eslint-disable-line no-empty-pattern -- Playwright wants the pattern
    const { page, host } = session;

    await openImageForm(page, host, { url: URL, name: 'secret' });
    for (const source of [2, 3]) {
      await openOwnTab(page, 'Basics');
      await page.locator('.radio-container').nth(source).click();
      await openTab(page);
      await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-disabled', 'true');
      await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'false');
      await expect(page.getByTestId('lhv2-boot-blocked')).not.toBeEmpty();
    }
    await page.screenshot({ path: info.outputPath('encrypt.png') });
    await openOwnTab(page, 'Basics');
    await page.locator('.radio-container').nth(0).click();
    await setToggle(page, true);
    await setToggle(page, false);
    await openOwnTab(page, 'Storage');
    await expect(page.locator('.labeled-select', { hasText: 'Storage Class' }).first()).toContainText('harvester-longhorn');
  });

  test('AT-19 a checksum on the v2 path: said to be ignored before Create', async () => {
    const { page, host } = session;

    await openImageForm(page, host, { url: URL, name: 'summed' });
    await page.locator('.labeled-input', { hasText: 'Check Sum' }).or(page.locator('.labeled-input', { hasText: /checksum/i })).locator('input').first().fill('a'.repeat(128));
    await setToggle(page, true);
    await expect(page.locator('[data-testid^=lhv2-note-checksum]')).toBeVisible();
  });

  test('AT-20 the class of an existing image: shown, locked, explained', async ({}, info) => { // eslint-disable-line no-empty-pattern -- Playwright wants the pattern
    const { page } = session;

    await session.visit(`${IMAGE}/${V2_IMAGE}?mode=edit`);
    await openTab(page);
    await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-disabled', 'true', { timeout: 30_000 });
    await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'true');
    await expect(page.getByTestId('lhv2-boot-blocked')).toContainText(/cannot be changed/);
    await page.screenshot({ path: info.outputPath('image-edit.png') });
  });

  test('AT-30 a disk smaller than its image: said, mended with one press, and Create works again', async () => {
    const { page, host } = session;

    await harvesterMachineForm(page, host, { name: 'small', imageId: V2_IMAGE });
    await openOwnTab(page, 'Volumes');
    await page.locator('[data-testid=input-hevi-size] input').first().fill('1');
    await page.locator('[data-testid=input-hevi-size] input').first().blur();
    await expect(page.getByTestId('form-save')).toBeDisabled();
    await openTab(page);
    await expect(page.getByTestId('lhv2-boot-size-error')).toBeVisible();
    await page.getByTestId('lhv2-boot-size-fix').click();
    await expect(page.getByTestId('lhv2-boot-size-error')).toHaveCount(0);

    const [posted] = await collect(page, `${MACHINE}s`, () => save(page));

    expect(claims(posted!.body)).toMatchObject([{ storageClass: 'longhorn-v2', size: '4Gi' }]);
  });

  test('host trap 1: a deep link with our tab in its hash opens our tab, after a reload too', async () => {
    const { page } = session;

    for (const again of [false, true]) {
      await (again ? page.reload() : session.load(`${MACHINE}/create?image=${V2_IMAGE}#lhv2-boot`));
      await expect(page.getByTestId('lhv2-boot-toggle')).toHaveAttribute('aria-checked', 'true', { timeout: 40_000 });
      await expect(page.getByTestId('btn-lhv2-boot')).toHaveAttribute('aria-selected', 'true');
    }
  });

  test('host trap 2: Volume Health keeps its filter in the address through a reload and the back button', async () => {
    const { page } = session;

    await session.load(`${HEALTH}?level=healthy`);
    await expect(page.getByTestId('lhv2-row').first()).toBeVisible({ timeout: 40_000 });
    await page.reload();
    await expect(page).toHaveURL(/level=healthy/);
    await expect(page.getByTestId('lhv2-row').first()).toBeVisible({ timeout: 40_000 });
    await page.getByTestId('lhv2-row-open').first().click();
    await expect(page).toHaveURL(/volume=/);
    await page.goBack();
    await expect(page).not.toHaveURL(/volume=/);
    await expect(page.getByTestId('lhv2-row').first()).toBeVisible();
  });

  test('host trap 3: every component of ours lives in the host\'s own Vue app', async () => {
    const { page, host } = session;

    await openImageForm(page, host, { url: URL, name: 'same' });
    await setToggle(page, true);

    const { all, own } = await countComponents(page);

    expect(all).toBeGreaterThan(1);
    expect(own).toBe(all);
  });

  test('host trap 4: languages there and back, and another extension\'s texts merged over the host\'s, leave ours as they are', async () => {
    const { page } = session;
    const dispatch = (type: string, payload: unknown): Promise<void> => page.evaluate(([name, value]) => (window as unknown as HostWindow).$globalApp.$store.dispatch(name as string, value), [type, payload]);

    await session.visit(HEALTH);
    await expect(page.getByTestId('lhv2-sentence')).toBeVisible({ timeout: 30_000 });
    await dispatch('i18n/switchTo', 'zh-hans');
    await expect(page.getByTestId('lhv2-volume-health')).toContainText('健康');
    await dispatch('i18n/mergeLoad', { locale: 'zh-hans', module: { default: { generic: { name: 'N' } } } });
    await dispatch('i18n/switchTo', 'en-us');
    await dispatch('i18n/mergeLoad', { locale: 'en-us', module: { default: { other: { text: 'T' } } } });
    await expect(page.getByTestId('lhv2-volume-health')).toContainText('Healthy');
    await expect(page.locator('body')).not.toContainText('%lhv2');
  });

  test('host trap 5: pages come and go, and one feed serves them all', async () => {
    const { page, host } = session;
    const sockets = (): unknown => host.simulator.control.describe().sockets;

    await session.load(HEALTH);
    await expect(page.getByTestId('lhv2-live')).toHaveAttribute('data-state', 'live', { timeout: 40_000 });

    const before = sockets();

    for (const path of ['harvesterhci.io.volume', `${IMAGE}/create`, HEALTH, MACHINE, HEALTH]) {
      await session.visit(path);
    }
    await expect(page.getByTestId('lhv2-live')).toHaveAttribute('data-state', 'live', { timeout: 30_000 });
    await expect.poll(sockets).toBe(before);
  });

  test('host trap 6: another cluster on screen shows its own volumes, and back again the first one\'s', async () => {
    const { page, host } = session;
    const second = await addSecondCluster(host, page.context(), 'rebuilding');
    const push = (path: string): Promise<unknown> => page.evaluate((to) => (window as unknown as HostWindow).$globalApp.$router.push(to).then(() => undefined), path);
    const shown = async (): Promise<string[]> => (await page.getByTestId('lhv2-row').evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.volume ?? ''))).sort();
    const volumes = (): string[] => host.simulator.cluster.store.list('longhorn.io.volume').map(({ metadata }) => metadata.name).sort();

    try {
      await session.load(HEALTH);
      await expect.poll(shown, { timeout: 40_000 }).toEqual(volumes());
      await push(second.page(HEALTH));
      await expect.poll(shown, { timeout: 40_000 }).toEqual([...second.volumes()].sort());
      await push(new globalThis.URL(host.page(HEALTH)).pathname);
      await expect.poll(shown, { timeout: 40_000 }).toEqual(volumes());
    } finally {
      await second.close();
    }
  });

  test('host trap 7: loaded once more by hand into the dashboard where it runs, nothing of it is there twice', async () => {
    const { page, host } = session;

    await session.visit(IMAGE);
    await page.evaluate(async () => {
      const { $extension } = (window as unknown as HostWindow).$globalApp;
      const id = Object.entries($extension.getPlugins()).find(([, { name }]) => name === 'harvester-longhorn-v2')![0];

      await $extension.loadAsync(id, document.querySelector<HTMLScriptElement>(`script[id="${id}"]`)!.src);
    });
    await openImageForm(page, host, { url: URL, name: 'twice' });
    await expect(page.getByTestId('btn-lhv2-boot')).toHaveCount(1);
    await expect(page.locator('.side-nav, nav').getByText('Volume Health', { exact: true })).toHaveCount(1);
  });

  test('on paper Volume Health stands alone and whole, without the dashboard\'s navigation and scrolling frame', async ({}, info) => { // eslint-disable-line no-empty-pattern -- Playwright wants the pattern
    const { page } = session;
    const chrome = page.locator('header:not(.lhv2-head), .side-nav');

    await session.load(HEALTH);
    await expect(page.getByTestId('lhv2-row').first()).toBeVisible({ timeout: 40_000 });
    await expect(chrome.first()).toBeVisible();
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: 800, height: 300 });
    try {
      for (const part of await chrome.all()) {
        await expect(part).toBeHidden();
      }
      // What printing itself announces; the picture is of no use without it.
      await page.evaluate(() => { window.dispatchEvent(new Event('beforeprint')); });
      await page.screenshot({ path: info.outputPath('paper.png'), fullPage: true });
      await page.evaluate(() => { window.dispatchEvent(new Event('afterprint')); });

      // A frame that scrolls would print its first sheet only.
      const sheets = (await page.pdf({ width: '800px', height: '300px' })).toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0;
      const { height } = (await page.getByTestId('lhv2-volume-health').boundingBox())!;

      expect(height).toBeGreaterThan(600);
      expect(sheets).toBeGreaterThanOrEqual(Math.floor(height / 300));
    } finally {
      await page.emulateMedia({ media: null });
      await page.setViewportSize({ width: 1440, height: 900 });
    }
    await expect(chrome.first()).toBeVisible();
  });

  test('host trap 8: taken out of the running dashboard, as at logout, we leave Harvester\'s navigation and forms in order', async () => {
    const { page, host } = session;

    await session.load(IMAGE);
    await expect(page.locator('tr.main-row').first()).toBeVisible({ timeout: 40_000 });
    await page.evaluate(async () => {
      const { $extension } = (window as unknown as HostWindow).$globalApp;

      await $extension.removePlugin(Object.entries($extension.getPlugins()).find(([, { name }]) => name === 'harvester-longhorn-v2')![0]);
    });
    await openImageForm(page, host, { url: URL, name: 'alone' });
    for (const entry of ['Virtual Machines', 'Volumes', 'Images']) {
      await expect(page.locator('.side-nav, nav').getByText(entry, { exact: true })).toBeVisible();
    }

    const [posted] = await collect(page, `${IMAGE}s`, () => save(page));

    expect(posted!.body).toMatchObject({ spec: { backend: 'backingimage' } });
  });
});
