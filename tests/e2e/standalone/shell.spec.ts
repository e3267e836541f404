import { expect, test } from '../../support/test';

test.use({ cluster: { scenario: 'healthy' } });

test('every page opens from the navigation and marks itself there', async({ open, page }) => {
  await open('/');
  for (const name of ['Virtual Machines', 'Volumes', 'Images', 'Hosts', 'Volume Health']) {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click();
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name })).toHaveAttribute('aria-current', 'page');
    await expect(page).toHaveTitle(new RegExp(name));
  }
});

test('theme and language are chosen once and kept', async({ open, page }) => {
  await open('/volumes');
  await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
  await expect(page.locator('body')).toHaveClass(/theme-dark/);
  await page.getByRole('combobox', { name: 'Language' }).selectOption('zh-hans');
  await expect(page.getByRole('heading', { level: 1, name: '卷', exact: true })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: '卷', exact: true })).toBeVisible();
  await expect(page.locator('body')).toHaveClass(/theme-dark/);
});

test('a browser in Chinese and dark gets both unasked', async({ app, browser }) => {
  const context = await browser.newContext({ locale: 'zh-CN', colorScheme: 'dark' });
  const page = await context.newPage();

  await page.goto(`${ app.url }/#/images`);
  await expect(page.getByRole('heading', { level: 1, name: '镜像' })).toBeVisible();
  await expect(page.locator('body')).toHaveClass(/theme-dark/);
  await context.close();
});

test('on a narrow screen the menu opens, leads on and closes; nothing is wider than the screen', async({ open, page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open('/health');
  await expect(page.getByTestId('lhv2-volume-health')).toBeVisible();
  for (const [name, heading] of [['Images', 'Images'], ['Volumes', 'Volumes'], ['Hosts', 'Hosts'], ['Virtual Machines', 'Virtual Machines']] as const) {
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    const menu = page.getByRole('button', { name: 'Menu' });

    await expect(menu).toHaveAttribute('aria-expanded', 'false');
    await menu.click();
    await page.getByRole('link', { name, exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Hosts', exact: true })).toBeHidden();
  }
});

test('the keyboard skips to the content and reaches everything in the header', async({ open, page }) => {
  await open('/volumes');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
});

test('an address that leads nowhere says so', async({ open, page }) => {
  await open('/no/such/page');
  await expect(page.getByTestId('lhv2-not-found')).toBeVisible();
  await page.getByRole('link', { name: 'Go to Volume Health' }).click();
  await expect(page.getByTestId('lhv2-volume-health')).toBeVisible();
});

test('lists filter, sort, and say when nothing matches', async({ open, page }) => {
  await open('/volumes');
  const rows = page.locator('tbody tr[data-id]');

  await expect(rows.first()).toBeVisible();
  const names = (): Promise<string[]> => rows.locator('td:first-child').allInnerTexts();
  const before = await names();

  expect(before.length).toBeGreaterThan(1);
  await page.getByRole('button', { name: /^Name\b/ }).click();
  expect(await names()).toEqual([...before].reverse());
  await expect(page.getByRole('columnheader', { name: /^Name\b/ })).toHaveAttribute('aria-sort', 'descending');
  await page.getByTestId('lhv2-search').fill(before[0] ?? '');
  await expect(rows).toHaveCount(1);
  await page.getByTestId('lhv2-search').fill('nothing is called so');
  await expect(page.getByTestId('lhv2-empty')).toContainText('Nothing matches');
});

test('a session that ends leads to the sign-in page, and back to where one was', async({ app, open, page, tolerated }) => {
  tolerated.push('401', 'WebSocket');
  await open('/volumes');
  await expect(page.locator('tbody tr[data-id]').first()).toBeVisible();
  app.control('api-fault', { status: 401 });
  app.control('api-drop-sockets');
  await expect(page.getByRole('heading', { name: 'Sign in to Harvester' })).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByTestId('lhv2-sign-in-error')).toHaveText('Enter your user name and password.');
  await page.getByLabel('User name').fill('admin');
  await page.getByLabel('Password').fill('secret');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByTestId('lhv2-sign-in-error')).toHaveText('User name or password is wrong.');
  app.control('api-clear');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Volumes' })).toBeVisible();
  await expect(page.locator('tbody tr[data-id]').first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
});

test('the simulator panel powers a node off and on, changes speed and role', async({ app, open, page, tolerated }) => {
  tolerated.push('WebSocket');
  await open('/hosts');
  await page.getByTestId('lhv2-simulator-toggle').click();
  const [node = ''] = app.simulator.cluster.store.list('node').map(({ metadata }) => metadata.name);
  const power = page.getByTestId(`lhv2-sim-power-${ node }`);

  await power.click();
  await expect(power).toHaveText('Power on');
  await expect(page.locator(`tr[data-id="${ node }"]`)).toContainText('Not ready');
  await power.click();
  await expect(power).toHaveText('Power off');
  await expect(page.locator(`tr[data-id="${ node }"]`)).not.toContainText('Not ready');
  await page.getByRole('combobox', { name: 'Speed' }).selectOption('5');
  await expect.poll(() => app.simulator.world.speed).toBe(5);
  await page.getByTestId('lhv2-sim-command').selectOption('cordon');
  await page.getByRole('textbox', { name: 'node' }).fill(node);
  await page.getByRole('button', { name: 'Do it' }).click();
  await expect(page.locator(`tr[data-id="${ node }"]`)).toContainText('cordoned');
  await page.getByRole('combobox', { name: 'You are' }).selectOption('project-member');
  await expect(page.getByTestId('lhv2-empty')).toBeVisible();
});
