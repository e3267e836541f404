import { readFile } from 'node:fs/promises';
import { expect, expectAccessible, test } from '../../support/test';

test.use({ cluster: { scenario: 'default', speed: 1 } });

test('rehearses drains, losses and the upgrade check, and changes nothing', async({ app, open, page }) => {
  const { store } = app.simulator.cluster;
  const before = store.revision;
  const panel = page.getByTestId('lhv2-what-if');
  const question = page.getByTestId('lhv2-what-if-question');
  const ledger = store.list('longhorn.io.volume').find(({ status }) => String(status?.kubernetesStatus?.pvcName).startsWith('ledger'))?.metadata.name ?? '';
  const home = String(store.list('longhorn.io.replica').find(({ spec }) => spec?.volumeName === ledger && !spec.failedAt)?.spec?.nodeID);
  const writes: string[] = [];

  page.on('request', (request) => { if (!['GET', 'HEAD'].includes(request.method())) { writes.push(`${ request.method() } ${ request.url() }`); } });
  await open('/health');
  await expect(page.getByTestId('lhv2-live')).toHaveAttribute('data-state', 'live');
  await page.getByTestId('lhv2-what-if-open').focus();
  await page.keyboard.press('Enter');
  await expect(panel).toBeVisible();

  await test.step('a drain of the host that holds the last good replica of ledger', async() => {
    await panel.locator(`input[data-target="${ home }"]`).check();
    await expect(page.getByTestId('lhv2-drain-verdict')).toHaveAttribute('data-allowed', 'false');
    await expect(page.getByTestId('lhv2-stopped-machines')).toContainText('ledger');
    await expect(panel.locator(`tr[data-volume="${ ledger }"]`)).toHaveAttribute('data-effect', 'lost');
    await expect(panel.locator(`tr[data-volume="${ ledger }"]`)).toContainText('1 → 0');
    expect(decodeURIComponent(page.url())).toContain(`whatif=drain:${ home }`);
    await expectAccessible(page);
    await page.screenshot({ path: `${ test.info().project.outputDir }/what-if/drain.png` });
  });

  await test.step('the loss of that host’s disk', async() => {
    await question.selectOption('disk');
    const options = await page.getByTestId('lhv2-what-if-target').locator('option').allInnerTexts();

    expect(options.length).toBeGreaterThan(3);
    const disk = String(store.list('longhorn.io.replica').find(({ spec }) => spec?.volumeName === ledger && !spec.failedAt)?.spec?.diskID);

    await page.getByTestId('lhv2-what-if-target').selectOption(disk);
    await expect(panel.locator(`tr[data-volume="${ ledger }"]`)).toHaveAttribute('data-effect', 'lost');
  });

  await test.step('zones, where none are set', async() => {
    await question.selectOption('zone');
    await expect(panel).toContainText('No host has a zone.');
  });

  await test.step('the safest order', async() => {
    await question.selectOption('order');
    await expect(panel.locator('li[data-host]')).toHaveCount(4);
    await expect(panel.locator('li[data-host]').last()).toHaveAttribute('data-host', home);
  });

  await test.step('the upgrade check', async() => {
    await question.selectOption('upgrade');
    await expect(panel.locator('[data-refusal=degraded-volumes]')).toContainText('there are degraded volumes, please check all volumes are healthy');
    await expectAccessible(page);
    await page.screenshot({ path: `${ test.info().project.outputDir }/what-if/upgrade.png` });
  });

  await test.step('leads to a volume, and back', async() => {
    await panel.locator('[data-refusal=degraded-volumes] button').first().click();
    await expect(page.getByTestId('lhv2-volume-drawer')).toBeVisible();
    await page.goBack();
    await expect(panel).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(panel).toBeHidden();
    await expect(page.getByTestId('lhv2-volume-health')).toBeVisible();
  });
  expect(writes).toEqual([]);
  expect(store.revision).toBeGreaterThanOrEqual(before);
});

test('what the rehearsal said of a host is what its failure does', async({ app, open, page }) => {
  const { store } = app.simulator.cluster;

  await open('/health?whatif=fail:harvester-1');
  await expect(page.getByTestId('lhv2-what-if-answer')).toBeVisible();
  await expect.poll(() => page.locator('tr[data-effect]').count()).toBeGreaterThan(3);
  const promised = await page.locator('tr[data-effect]').evaluateAll((rows) => rows.map((row) => [row.getAttribute('data-volume') ?? '', row.getAttribute('data-effect') ?? '', Number(/→ (\d)/.exec(row.textContent ?? '')?.[1])] as const));

  app.control('node-down', { node: 'harvester-1' });
  app.control('advance', { seconds: 120 });
  for (const [volume, effect, left] of promised) {
    const modes = store.list('longhorn.io.engine').filter(({ spec }) => spec?.volumeName === volume).flatMap(({ status }) => Object.entries(status?.replicaModeMap ?? {}).filter(([, mode]) => mode === 'RW').map(([name]) => name));
    const there = store.list('longhorn.io.replica').filter(({ metadata, spec }) => modes.includes(metadata.name) && spec?.nodeID === 'harvester-1');
    const record = store.get('longhorn.io.volume', `longhorn-system/${ volume }`);

    if (effect === 'lost') {
      expect(['faulted', 'unknown', 'degraded'], volume).toContain(record?.status?.robustness);
    } else if (record?.status?.state === 'attached' && record.status.robustness !== 'unknown' && record.status.currentNodeID !== 'harvester-1') {
      expect(there, volume).toEqual([]);
      expect(modes.length, volume).toBeGreaterThanOrEqual(left);
    }
  }
});

test('reports everything that is not well, to copy, to save and to print', async({ app, open, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open('/health');
  await expect(page.getByTestId('lhv2-live')).toHaveAttribute('data-state', 'live');
  await expect(page.getByTestId('lhv2-row').first()).toBeVisible();
  await page.getByTestId('lhv2-report-open').click();
  const report = page.getByTestId('lhv2-report');

  await expect(report).toContainText('1. default/ledger-disk-0');
  await expect(report).toContainText('kubectl -n longhorn-system get volumes.longhorn.io');
  await expect(report).toContainText('status.robustness = degraded');
  for (const name of ['cache-1', 'ci-runner']) {
    await expect(report).toContainText(`default/${ name }-disk-0`);
  }
  await expect(report).not.toContainText('default/web-1-disk-0');
  await expectAccessible(page);
  await page.screenshot({ path: `${ test.info().project.outputDir }/what-if/report.png` });
  await page.getByTestId('lhv2-drawer').getByTestId('lhv2-copy').click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await report.textContent());
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByTestId('lhv2-report-save').click()]);

  expect((await readFile(await saved.path(), 'utf8')).trim()).toBe((await report.textContent())?.trim());
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByTestId('lhv2-map')).toBeHidden();
  await expect(report).toBeVisible();
  await expect(page.getByTestId('lhv2-report-save')).toBeHidden();
  await page.pdf({ path: `${ test.info().project.outputDir }/what-if/report.pdf`, format: 'A4' });
  await page.emulateMedia({ media: 'screen' });
  await page.keyboard.press('Escape');
  await expect(report).toBeHidden();
  await expect(page.getByTestId('lhv2-report-open')).toBeFocused();
  expect(app.simulator.cluster.store.list('longhorn.io.volume').length).toBeGreaterThan(5);
});
