import type { Page } from '@playwright/test';
import { BOOT_MACHINE_TESTID as MACHINE } from '../../../src/features/boot-vm/contract';
import type { RunningApp } from '../../support/app';
import { expect, test } from '../../support/test';

const OK = 'lhv2-confirm-ok';

test.use({ cluster: { scenario: 'healthy', speed: 20 } });

const state = (page: Page) => page.getByTestId(MACHINE.state);
const act = (page: Page, name: string) => page.getByTestId(MACHINE.action(name)).click();
const instance = (app: RunningApp) => app.simulator.cluster.store.get('kubevirt.io.virtualmachineinstance', 'default/web-1');

/** The claim of web-1's boot disk. */
function bootClaim(app: RunningApp): string {
  const templates = JSON.parse(app.simulator.cluster.store.get('kubevirt.io.virtualmachine', 'default/web-1')?.metadata.annotations?.['harvesterhci.io/volumeClaimTemplates'] ?? '[]') as { metadata: { name: string } }[];

  return templates[0]?.metadata.name ?? '';
}

test('a VM on a v2 boot volume is paused, rebooted, restarted, migrated, stopped and started', async({ app, open, page }) => {
  test.setTimeout(240_000);
  await open('/machines/default/web-1');
  await expect(state(page)).toContainText('Running');

  await test.step('pause and unpause', async() => {
    await act(page, 'pause');
    await expect(state(page)).toContainText('Paused');
    await expect(page.getByTestId(MACHINE.action('pause'))).toHaveCount(0);
    await act(page, 'unpause');
    await expect(state(page)).toContainText('Running');
  });

  await test.step('soft reboot: the same instance', async() => {
    const { uid } = instance(app)?.metadata ?? {};

    await expect(page.getByTestId(MACHINE.action('softreboot'))).not.toHaveAttribute('aria-disabled', 'true');
    await act(page, 'softreboot');
    await expect(page.getByTestId(MACHINE.actionError)).toHaveCount(0);
    await expect(state(page)).toContainText('Running');
    expect(instance(app)?.metadata.uid).toBe(uid);
  });

  await test.step('restart asks first, and brings a new instance', async() => {
    const { uid } = instance(app)?.metadata ?? {};

    await act(page, 'restart');
    await expect(page.getByRole('dialog')).toContainText('Restart web-1?');
    await page.getByTestId('lhv2-confirm-cancel').click();
    expect(instance(app)?.metadata.uid).toBe(uid);
    await act(page, 'restart');
    await page.getByTestId(OK).click();
    await expect.poll(() => instance(app)?.metadata.uid, { timeout: 60_000 }).not.toBe(uid);
    await expect(state(page)).toContainText('Running', { timeout: 60_000 });
  });

  await test.step('migrate: a host without the v2 engine is marked and cannot be chosen', async() => {
    const from = String(instance(app)?.status?.nodeName);
    const others = ['harvester-1', 'harvester-2', 'harvester-3'].filter((name) => name !== from);
    const [unfit = '', target = ''] = others;

    app.control('label-v2-off', { node: unfit });
    await expect(page.getByTestId(MACHINE.migrationNode(unfit))).toHaveAttribute('data-state', 'no');
    await act(page, 'migrate');
    const dialog = page.getByRole('dialog');

    await expect(dialog.getByTestId(`${ MACHINE.migrateTarget }-${ unfit }`)).toBeDisabled();
    await expect(dialog).toContainText('v2 engine switched off by label');
    await dialog.getByTestId(`${ MACHINE.migrateTarget }-${ target }`).check();
    await page.screenshot({ path: 'test-results/day-two-migrate.png' });
    await page.getByTestId(OK).click();
    await expect.poll(() => instance(app)?.status?.nodeName, { timeout: 60_000 }).toBe(target);
    await expect(page.getByTestId(MACHINE.machinePage)).toContainText(target);
    await expect(state(page)).toContainText('Running', { timeout: 60_000 });
    expect(instance(app)?.status?.migrationState).toMatchObject({ sourceNode: from, targetNode: target, completed: true });
    app.control('label-v2-on', { node: unfit });
  });

  await test.step('stop, then start', async() => {
    await act(page, 'stop');
    await page.getByTestId(OK).click();
    await expect(state(page)).toContainText('Stopped', { timeout: 60_000 });
    await expect(page.getByTestId('lhv2-panel').getByTestId('lhv2-state').first()).toHaveAttribute('data-level', 'stopped');
    await expect(page.getByTestId(MACHINE.pipeline)).toHaveAttribute('data-state', 'stopped');
    await page.screenshot({ path: 'test-results/day-two-stopped.png', fullPage: true });
    await act(page, 'start');
    await expect(state(page)).toContainText('Running', { timeout: 60_000 });
  });
});

test('AT-32 a volume is plugged in and out of the running VM; one that cannot be says why', async({ app, open, page }) => {
  const { store } = app.simulator.cluster;

  for (const name of ['scratch', 'late']) {
    store.create('persistentvolumeclaim', {
      metadata: { name, namespace: 'default' },
      spec: { accessModes: ['ReadWriteMany'], volumeMode: 'Block', storageClassName: name === 'late' ? 'missing-class' : 'longhorn-v2', resources: { requests: { storage: '5Gi' } } }, status: { phase: 'Pending' }
    });
  }
  await expect.poll(() => store.get('persistentvolumeclaim', 'default/scratch')?.status?.phase, { timeout: 30_000 }).toBe('Bound');
  await open('/machines/default/web-1');
  const select = page.getByTestId(MACHINE.addVolumeSelect);

  await expect(select.locator('option[value=late]')).toBeDisabled();
  await expect(select.locator('option[value=late]')).toContainText('Pending');
  await select.selectOption('scratch');
  await page.getByTestId(MACHINE.addVolume).click();
  await expect(page.getByTestId(MACHINE.removeVolume('hotplug-1'))).toBeVisible();
  const status = () => ((instance(app)?.status?.volumeStatus ?? []) as { name: string; phase?: string }[]).find((entry) => entry.name === 'hotplug-1')?.phase;

  await expect.poll(status, { timeout: 60_000 }).toBe('Ready');
  await page.screenshot({ path: 'test-results/day-two-hotplug.png', fullPage: true });
  await page.getByTestId(MACHINE.removeVolume('hotplug-1')).click();
  await expect.poll(status, { timeout: 60_000 }).toBeUndefined();
  await expect(page.getByTestId(MACHINE.removeVolume('hotplug-1'))).toHaveCount(0);
  expect(store.get('persistentvolumeclaim', 'default/scratch')?.status?.phase, 'the volume itself stays').toBe('Bound');
});

test('the server’s own words are shown, beside what was tried, and nothing is pretended', async({ app, open, page, tolerated }) => {
  const WORDS = 'pause virtual machine default/web-1 failed, Internal error occurred: admission webhook "x" denied';

  tolerated.push('500', '409');
  await open('/machines/default/web-1');
  await expect(state(page)).toContainText('Running');

  await test.step('plain text', async() => {
    await page.route('**/*action=pause', (route) => route.fulfill({ status: 500, contentType: 'text/plain', body: WORDS }), { times: 1 });
    await act(page, 'pause');
    await expect(page.getByTestId(MACHINE.actionError)).toContainText(WORDS);
    await expect(state(page)).toContainText('Running');
  });

  await test.step('in a dialog, which stays open', async() => {
    app.control('api-fault', { status: 409, type: 'kubevirt.io.virtualmachine', method: 'POST', count: 1 });
    await act(page, 'stop');
    await page.getByTestId(OK).click();
    await expect(page.getByRole('dialog')).toContainText('the object has been modified; please apply your changes to the latest version and try again');
    await page.screenshot({ path: 'test-results/day-two-refused.png' });
    expect(instance(app)?.status?.phase).toBe('Running');
    await page.getByTestId(OK).click();
    await expect(state(page)).toContainText('Stopped', { timeout: 60_000 });
  });

  await test.step('after which the next try works', async() => {
    await expect(page.getByTestId(MACHINE.actionError)).toHaveCount(0);
    await act(page, 'start');
    await expect(state(page)).toContainText('Running', { timeout: 60_000 });
  });
});

test('deleting a VM names its disks and takes those that are ticked', async({ app, open, page }) => {
  const { store } = app.simulator.cluster;
  const claim = bootClaim(app);
  const volume = String(store.get('persistentvolumeclaim', `default/${ claim }`)?.spec?.volumeName);

  await open('/machines/default/web-1');
  await act(page, 'delete');
  const dialog = page.getByRole('dialog');

  await expect(dialog).toContainText('Delete web-1?');
  await expect(dialog).toContainText(claim);
  await dialog.getByTestId(MACHINE.deleteDisk('disk-0')).uncheck();
  await expect(dialog).toContainText('stay as volumes');
  await dialog.getByTestId(MACHINE.deleteDisk('disk-0')).check();
  await page.screenshot({ path: 'test-results/day-two-delete.png' });
  await page.getByTestId(OK).click();
  await expect(page).toHaveURL(/#\/health/);
  await expect.poll(() => [
    store.get('kubevirt.io.virtualmachine', 'default/web-1'), instance(app), store.get('persistentvolumeclaim', `default/${ claim }`), store.get('cdi.kubevirt.io.datavolume', `default/${ claim }`), store.get('longhorn.io.volume', `longhorn-system/${ volume }`)
  ], { timeout: 60_000 }).toEqual([undefined, undefined, undefined, undefined, undefined]);
  expect(store.get('kubevirt.io.virtualmachine', 'default/web-2'), 'the other VM is untouched').toBeDefined();
});
