import { readFile } from 'node:fs/promises';
import type { Download } from '@playwright/test';
import { expect, expectAccessible, test } from '../../support/test';
import { findAttachedVolume } from '../../support/storage';

test.use({ cluster: { scenario: 'healthy', speed: 20 } });

const textOf = async(download: Download): Promise<string> => readFile(await download.path(), 'utf8');

test('goes back through what a volume was, offers nothing there, and exports it', async({ app, open, page, tolerated }) => {
  tolerated.push('ERR_CONNECTION', 'ERR_EMPTY_RESPONSE', 'WebSocket connection', 'Failed to load resource');
  const volume = findAttachedVolume(app.simulator);
  const [victim = ''] = volume.otherNodes;
  const drawer = page.getByTestId('lhv2-volume-drawer');
  const state = drawer.getByTestId('lhv2-state').first();

  await open(`/health?volume=${ volume.name }`);
  await expect(state).toHaveAttribute('data-level', 'healthy');
  await expect(drawer.getByTestId('lhv2-history')).toContainText('Watched since');
  await expect(drawer.getByTestId('lhv2-history')).toContainText('Nothing is known of the time before that.');
  await expect(drawer.getByTestId('lhv2-scrub')).toHaveCount(0);

  app.control('node-down', { node: victim });
  await expect(state).toHaveAttribute('data-level', 'degraded');
  app.control('node-up', { node: victim });
  await expect(state).toHaveAttribute('data-level', 'healthy', { timeout: 60_000 });
  app.control('api-offline', { seconds: 3 });
  await expect(page.getByTestId('lhv2-connection')).toHaveAttribute('data-state', 'stale');
  await expect(page.getByTestId('lhv2-connection')).toHaveAttribute('data-state', 'live', { timeout: 45_000 });
  await expect(state).toHaveAttribute('data-level', 'healthy');
  await expect(drawer.getByTestId('lhv2-history')).toContainText('out of sight');

  await test.step('with the keyboard', async() => {
    const slider = drawer.getByTestId('lhv2-scrub');

    await slider.focus();
    await page.keyboard.press('Home');
    await expect(drawer.getByTestId('lhv2-past')).toBeVisible();
    await expect(state).toHaveAttribute('data-level', 'healthy');
    await page.keyboard.press('ArrowRight');
    await expect(state).toHaveAttribute('data-level', 'degraded');
    await expect(slider).toHaveAttribute('aria-valuetext', /Degraded/);
  });

  await expect(drawer.getByTestId('lhv2-past')).toContainText('Past. This is how it was');
  await expect(drawer.getByTestId('lhv2-cause')).toContainText(victim);
  await expect(drawer.getByTestId('lhv2-replica-list').locator('tbody tr', { hasText: victim })).not.toHaveAttribute('data-class', 'healthy');
  await expect(drawer.getByTestId('lhv2-evidence')).toContainText('kubectl -n longhorn-system get');
  await expect(drawer.locator('[data-action]')).toHaveCount(0);
  await expect(drawer.getByTestId('lhv2-next')).toHaveCount(0);
  await expectAccessible(page);
  await page.screenshot({ path: `${ test.info().project.outputDir }/recorder/past.png` });
  await drawer.getByTestId('lhv2-history').scrollIntoViewIfNeeded();
  await drawer.getByTestId('lhv2-record-json').scrollIntoViewIfNeeded();
  await page.screenshot({ path: `${ test.info().project.outputDir }/recorder/history.png` });

  const [json] = await Promise.all([page.waitForEvent('download'), drawer.getByTestId('lhv2-record-json').click()]);
  const record = JSON.parse(await textOf(json)) as { volumes: { volume: string; states: { from: string; to: string | null; verdict: { level: string } | null }[] }[] };

  expect(record.volumes.map((entry) => entry.volume)).toEqual([volume.name]);
  const levels = record.volumes[0]?.states.map((entry) => entry.verdict?.level ?? 'unseen') ?? [];

  expect([levels[0], levels.includes('degraded'), levels.includes('unseen'), levels.at(-1)]).toEqual(['healthy', true, true, 'healthy']);
  expect(record.volumes[0]?.states.slice(1).every((entry, index) => entry.from === record.volumes[0]?.states[index]?.to)).toBe(true);
  const [csv] = await Promise.all([page.waitForEvent('download'), drawer.getByTestId('lhv2-record-csv').click()]);
  const lines = (await textOf(csv)).trim().split('\r\n');

  expect(lines).toHaveLength(levels.length + 1);
  expect(lines.some((line) => line.includes('Degraded') && line.includes(victim))).toBe(true);

  await drawer.getByTestId('lhv2-past').getByRole('button', { name: 'Back to now' }).click();
  await expect(drawer.getByTestId('lhv2-past')).toHaveCount(0);
  await expect(state).toHaveAttribute('data-level', 'healthy');
});
