import { expect, test } from '../../support/test';
import { findAttachedVolume } from '../../support/storage';

test.use({ cluster: { scenario: 'healthy', speed: 20 } });

test('a failed node shows as Degraded with replica, cause and next step, and heals without a reload', async({ app, open, page }) => {
  const volume = findAttachedVolume(app.simulator);
  const [victim = ''] = volume.otherNodes;

  await open('/health');
  const row = page.locator(`[data-testid=lhv2-row][data-volume="${ volume.name }"]`);

  await expect(row.getByTestId('lhv2-state')).toHaveAttribute('data-level', 'healthy');
  await expect(page.getByTestId('lhv2-connection')).toHaveAttribute('data-state', 'live');
  const marker = await page.evaluate(() => ((window as unknown as Record<string, unknown>).loadedOnce = true));

  expect(marker).toBe(true);
  app.control('node-down', { node: victim });
  await expect(row.getByTestId('lhv2-state')).toHaveAttribute('data-level', 'degraded');
  await expect(row).toContainText(victim);
  await row.getByTestId('lhv2-row-open').click();
  const drawer = page.getByTestId('lhv2-volume-drawer');

  await expect(drawer.getByTestId('lhv2-replica-list').locator('tbody tr', { hasText: victim })).not.toHaveAttribute('data-class', 'healthy');
  await expect(drawer).toContainText(victim);
  await page.screenshot({ path: 'test-results/health-degraded-drawer.png' });
  await page.getByTestId('lhv2-drawer-close').click();
  await page.screenshot({ path: 'test-results/health-degraded.png', fullPage: true });
  expect(app.simulator.cluster.store.list('kubevirt.io.virtualmachineinstance').every(({ status }) => status?.phase === 'Running')).toBe(true);

  app.control('node-up', { node: victim });
  await expect(row.getByTestId('lhv2-state')).toHaveAttribute('data-level', 'healthy', { timeout: 60_000 });
  expect(await page.evaluate(() => (window as unknown as Record<string, unknown>).loadedOnce)).toBe(true);
});

test('the volume page and the lists say the same', async({ app, open, page }) => {
  const volume = findAttachedVolume(app.simulator);
  const [victim = ''] = volume.otherNodes;

  await open(`/volumes/${ volume.claimId }`);
  await expect(page.getByTestId('lhv2-panel').getByTestId('lhv2-state').first()).toHaveAttribute('data-level', 'healthy');
  await expect(page.getByTestId('lhv2-replica-list').locator('tbody tr')).toHaveCount(3);
  app.control('node-down', { node: victim });
  await expect(page.getByTestId('lhv2-panel').getByTestId('lhv2-state').first()).toHaveAttribute('data-level', 'degraded');
  await page.goto(`${ app.url }/#/volumes`);
  await expect(page.locator(`tr[data-id="${ volume.claimId }"]`).getByTestId('lhv2-state')).toHaveAttribute('data-level', 'degraded');
  await page.goto(`${ app.url }/#/machines`);
  await expect(page.locator('tr', { hasText: volume.claimId.split('/')[1]?.split('-disk')[0] ?? '' }).getByTestId('lhv2-state').first()).toHaveAttribute('data-level', 'degraded');
  await page.goto(`${ app.url }/#/hosts`);
  await expect(page.locator(`tr[data-id="${ victim }"]`)).toContainText('Not ready');
});

test('the API is away for ten seconds: stale at once, and everything caught up after it', async({ app, open, page, tolerated }) => {
  tolerated.push('ERR_CONNECTION', 'ERR_EMPTY_RESPONSE', 'WebSocket connection', 'Failed to load resource');
  const volume = findAttachedVolume(app.simulator);
  const [victim = ''] = volume.otherNodes;

  await open('/health');
  const row = page.locator(`[data-testid=lhv2-row][data-volume="${ volume.name }"]`);

  await expect(row.getByTestId('lhv2-state')).toHaveAttribute('data-level', 'healthy');
  app.control('api-offline', { seconds: 10 });
  await expect(page.getByTestId('lhv2-connection')).toHaveAttribute('data-state', 'stale', { timeout: 2000 });
  await expect(page.getByTestId('lhv2-stale')).toBeVisible();
  await expect(row.getByTestId('lhv2-state')).not.toHaveAttribute('data-level', 'healthy');
  app.control('node-down', { node: victim });
  await page.screenshot({ path: 'test-results/health-stale.png' });
  await expect(page.getByTestId('lhv2-connection')).toHaveAttribute('data-state', 'live', { timeout: 45_000 });
  await expect(page.getByTestId('lhv2-stale')).toBeHidden();
  await expect(row.getByTestId('lhv2-state')).toHaveAttribute('data-level', 'degraded');
});

test.describe('for a user who may not read longhorn.io', () => {
  test.use({ cluster: { scenario: 'healthy', role: 'project-member' } });

  test('health cannot be verified, and is never called healthy', async({ open, page }) => {
    await open('/health');
    await expect(page.getByTestId('lhv2-volume-health')).toBeVisible();
    await expect(page.getByTestId('lhv2-volume-health')).toContainText(/cannot|may not|not allowed|permission/i);
    await expect(page.locator('[data-testid=lhv2-state][data-level=healthy]:not([data-testid=lhv2-tile] *)')).toHaveCount(0);
    await page.screenshot({ path: 'test-results/health-forbidden.png' });
    await page.goto(page.url().replace('#/health', '#/volumes'));
    await expect(page.locator('tbody tr').first()).toBeVisible();
    await expect(page.locator('tbody [data-testid=lhv2-state][data-level=healthy]')).toHaveCount(0);
  });
});
