import type { Locator, Page } from '@playwright/test';
import type { RunningApp } from '../../support/app';
import { expect, expectAccessible, test } from '../../support/test';

/** The volume behind `app`'s root disk, as the simulator has it now. */
function volumeOf(app: RunningApp, claim = 'app-disk-0') {
  const found = app.simulator.cluster.store.list('longhorn.io.volume').find(({ status }) => String(status?.kubernetesStatus?.pvcName).startsWith(claim));

  if (!found) {
    throw new Error(`no volume for ${ claim }`);
  }
  return found;
}

const replicasOf = (app: RunningApp) => app.simulator.cluster.store.list('longhorn.io.replica').filter(({ spec }) => spec?.volumeName === volumeOf(app).metadata.name);

async function openDrawer(app: RunningApp, page: Page): Promise<Locator> {
  await page.goto(`${ app.url }/#/health?volume=${ volumeOf(app).metadata.name }`);
  const drawer = page.getByTestId('lhv2-volume-drawer');

  await expect(drawer).toBeVisible();
  return drawer;
}

/** Reviews an offer and confirms it; returns what was shown before it was sent. */
async function send(page: Page, drawer: Locator, code: string): Promise<string> {
  await drawer.locator(`[data-action=${ code }]`).getByRole('button').click();
  const dialog = page.getByTestId('lhv2-confirm');

  await expect(dialog).toBeVisible();
  await expect(page.getByTestId('lhv2-confirm-cancel')).toBeFocused();
  await expectAccessible(page);
  await page.screenshot({ path: `${ test.info().project.outputDir }/actions/${ code }.png` });
  const shown = await page.getByTestId('lhv2-action-request').innerText();

  await page.getByTestId('lhv2-confirm-ok').click();
  await expect(drawer.getByTestId('lhv2-action-done')).toBeVisible();
  return shown;
}

const state = (page: Page): Locator => page.getByTestId('lhv2-volume-drawer').getByTestId('lhv2-state').first();

test.describe('scheduling is off on the only free node', () => {
  test.use({ cluster: { scenario: 'scheduling-off', speed: 20 } });

  test('allowing replicas there lets the third be placed, and the volume heals', async({ app, page }) => {
    const drawer = await openDrawer(app, page);

    await expect(state(page)).toHaveAttribute('data-level', 'degraded');
    await expect(drawer.locator('[data-action=set-replica-count]')).toContainText('3 → 2');
    expect(await send(page, drawer, 'set-node-scheduling')).toMatch(/^PATCH nodes\.longhorn\.io longhorn-system\/harvester-3\n[\s\S]*"test"[\s\S]*"value": false[\s\S]*"replace"[\s\S]*\/spec\/allowScheduling[\s\S]*"value": true/);
    await expect(state(page)).toHaveAttribute('data-level', 'healthy', { timeout: 60_000 });
    expect(replicasOf(app).map(({ spec }) => spec?.nodeID).sort()).toEqual(['harvester-1', 'harvester-2', 'harvester-3']);
  });
});

test.describe('v2 disks on two of three nodes', () => {
  test.use({ cluster: { scenario: 'too-few-v2-nodes', speed: 20 } });

  test('accepting two replicas makes two enough', async({ app, page }) => {
    const drawer = await openDrawer(app, page);

    await send(page, drawer, 'set-replica-count');
    await expect(state(page)).toHaveAttribute('data-level', 'healthy', { timeout: 60_000 });
    expect(volumeOf(app).spec?.numberOfReplicas).toBe(2);
  });
});

// Slow enough that the lost replica is still lost when the answer comes.
test.describe('v2 disks on two of three nodes, at a leisurely pace', () => {
  test.use({ cluster: { scenario: 'too-few-v2-nodes', speed: 2 } });

  test('nothing is sent when a good replica was lost while the question was open', async({ app, page }) => {
    const drawer = await openDrawer(app, page);

    await drawer.locator('[data-action=set-replica-count]').getByRole('button').click();
    await expect(page.getByTestId('lhv2-action-request')).toBeVisible();
    app.control('replica-fail', { volume: volumeOf(app).metadata.name, node: 'harvester-2' });
    await expect.poll(() => replicasOf(app).some(({ spec }) => spec?.failedAt)).toBe(true);
    await page.getByTestId('lhv2-confirm-ok').click();
    await expect(page.getByTestId('lhv2-confirm')).toContainText('Not sent. The newest state forbids it');
    await page.screenshot({ path: `${ test.info().project.outputDir }/actions/refused.png` });
    expect(volumeOf(app).spec?.numberOfReplicas).toBe(3);
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('lhv2-confirm')).toBeHidden();
    await expect(page.getByTestId('lhv2-volume-drawer')).toBeVisible();
  });
});

test.describe('all replicas failed and auto-salvage is off', () => {
  test.use({ cluster: { scenario: 'faulted', speed: 20 } });

  test('salvaging the best replica brings the volume back; deleting one is not offered', async({ app, page }) => {
    const drawer = await openDrawer(app, page);

    await expect(state(page)).toHaveAttribute('data-level', 'critical');
    await expect(drawer.locator('[data-action]')).toHaveCount(1);
    const before = replicasOf(app).map(({ metadata }) => metadata.name).sort();

    expect(await send(page, drawer, 'salvage')).toMatch(/^PATCH replicas\.longhorn\.io [\s\S]*\/metadata\/resourceVersion[\s\S]*\/spec\/failedAt/);
    await expect(state(page)).not.toHaveAttribute('data-level', 'critical', { timeout: 60_000 });
    await expect.poll(() => String(volumeOf(app).status?.robustness)).not.toBe('faulted');
    expect(replicasOf(app).map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(before));
  });
});

test.describe('a stopped volume is short of a replica', () => {
  test.use({ cluster: { scenario: 'stopped-incomplete', speed: 20 } });

  test('rebuilding while stopped completes it', async({ app, page }) => {
    const drawer = await openDrawer(app, page);

    await send(page, drawer, 'set-offline-rebuild');
    expect(volumeOf(app).spec?.offlineRebuilding).toBe('enabled');
    await expect(drawer).toContainText('3 of 3', { timeout: 80_000 });
  });
});

test.describe('a rebuild has a limit', () => {
  test.use({ cluster: { scenario: 'rebuild-limited', speed: 5 } });

  test('lifting it lets the rebuild run free', async({ app, page }) => {
    const drawer = await openDrawer(app, page);

    await expect(drawer).toContainText('Limited to 25 MB/s');
    await send(page, drawer, 'lift-rebuild-cap');
    expect(volumeOf(app).spec?.replicaRebuildingBandwidthLimit).toBe(0);
    await expect(drawer).not.toContainText('Limited to 25 MB/s');
  });
});

test.describe('two replicas share a node', () => {
  test.use({ cluster: { scenario: 'healthy', speed: 20 } });

  test('deleting the second one moves it to the free node, and never below two good', async({ app, page }) => {
    const claim = 'web-1-disk-0';
    const { name } = volumeOf(app, claim).metadata;
    const nodes = (): readonly string[] => app.simulator.cluster.store.list('longhorn.io.replica').filter(({ spec }) => spec?.volumeName === name).map(({ spec }) => String(spec?.nodeID)).sort();

    app.control('set-setting', { name: 'replica-soft-anti-affinity', value: 'true' });
    app.control('cordon', { node: 'harvester-3' });
    app.control('replica-delete', { volume: name, node: 'harvester-3' });
    app.control('advance', { seconds: 600 });
    app.control('uncordon', { node: 'harvester-3' });
    app.control('advance', { seconds: 60 });
    expect(new Set(nodes()).size).toBe(2);
    await page.goto(`${ app.url }/#/health?volume=${ name }`);
    const drawer = page.getByTestId('lhv2-volume-drawer');

    await expect(drawer.locator('[data-action=delete-replica]')).toContainText('harvester-3');
    expect(await send(page, drawer, 'delete-replica')).toMatch(/^DELETE replicas\.longhorn\.io longhorn-system\//);
    await expect.poll(nodes, { timeout: 60_000 }).toEqual(['harvester-1', 'harvester-2', 'harvester-3']);
    await expect(state(page)).toHaveAttribute('data-level', 'healthy', { timeout: 60_000 });
    await expect(drawer.locator('[data-action=delete-replica]')).toHaveCount(0);
  });
});

test.describe('for a user who may only read', () => {
  test.use({ cluster: { scenario: 'scheduling-off', speed: 20 } });

  test('the server’s refusal is shown as it came, and nothing has changed', async({ app, page, tolerated }) => {
    tolerated.push('403');
    const drawer = await openDrawer(app, page);

    app.control('api-fault', { status: 403, method: 'PATCH', count: 1 });
    await drawer.locator('[data-action=set-node-scheduling]').getByRole('button').click();
    await page.getByTestId('lhv2-confirm-ok').click();
    await expect(page.getByTestId('lhv2-confirm')).toContainText('The server refused (403)');
    expect(app.simulator.cluster.store.get('longhorn.io.node', 'longhorn-system/harvester-3')?.spec?.allowScheduling).toBe(false);
  });
});
