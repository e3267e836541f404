import { expect, missing, test, type Page, type RunningRancher } from './fixture';

const UI = '1.8.2';
/** Clusters with degraded volumes, each for another reason. */
const SCENARIOS = ['default', 'rebuild-queued', 'stuck', 'node-down-blocked', 'too-few-v2-nodes', 'disk-pulled'] as const;

interface Line { readonly claim: string; readonly theirs: string; readonly ours: string }

/** What Longhorn itself says: claims whose volume is degraded. The simulator's store, not what any UI makes of it. */
function degradedClaims({ simulator: { cluster: { store } } }: RunningRancher): string[] {
  return store.list('longhorn.io.volume').filter(({ status }) => status?.robustness === 'degraded')
    .map(({ status }) => String((status?.kubernetesStatus as { pvcName?: string } | undefined)?.pvcName ?? '')).filter((name) => name !== '').sort();
}

/** Harvester's list as it stands: its own State beside our Health, row by row. */
const readLines = (page: Page): Promise<Line[]> => page.locator('table.sortable-table').evaluate((table) => {
  const columns = [...table.querySelectorAll('thead th')].map((head) => head.textContent?.trim() ?? '');
  const textOf = (row: Element, column: string): string => row.children[columns.indexOf(column)]?.textContent?.trim().replace(/\s+/g, ' ') ?? '';

  return [...table.querySelectorAll('tr.main-row')].map((row) => ({ claim: textOf(row, 'Name'), theirs: textOf(row, 'State'), ours: textOf(row, 'Health') }));
});

/** The list once every row of ours has its verdict. */
async function readAll(page: Page): Promise<Line[]> {
  await expect.poll(async () => (await readLines(page)).filter(({ ours }) => ours === '' || ours.startsWith('Reading')).length, { timeout: 60_000 }).toBe(0);

  return readLines(page);
}

/** What is called degraded by a word of it: ours also says what is being done about it. */
const SAYS_DEGRADED = /degraded|rebuild|waiting|blocked|queued|stuck|short of|paused|flapping/i;

test.describe(`Harvester's Volumes list and ours, row by row (Harvester UI ${UI})`, () => {
  test.skip(missing(UI) !== '', missing(UI));
  test.setTimeout(300_000);

  for (const scenario of SCENARIOS) {
    test(`${scenario}: theirs calls no degraded volume degraded, ours every one and no other`, async ({ rancher, signIn }, info) => {
      const host = await rancher({ harvesterUi: UI, version: '1.8', scenario, speed: 0 });
      const page = await signIn(host);
      const truth = degradedClaims(host);

      await page.goto(host.page('harvesterhci.io.volume'));
      await expect(page.locator('tr.main-row').first()).toBeVisible({ timeout: 60_000 });
      const lines = await readAll(page);
      const called = (by: 'theirs' | 'ours'): string[] => lines.filter((line) => SAYS_DEGRADED.test(line[by])).map(({ claim }) => claim).sort();
      const summary = { scenario, volumes: lines.length, degraded: truth.length, theirs: called('theirs').length, ours: called('ours').length };

      await info.attach('lists.json', { body: JSON.stringify({ ...summary, lines }, null, 2), contentType: 'application/json' });
      info.annotations.push({ type: 'degraded volumes called degraded', description: `Harvester ${String(summary.theirs)} of ${String(truth.length)}, ours ${String(summary.ours)} of ${String(truth.length)}` });
      await page.screenshot({ path: info.outputPath(`${scenario}.png`) });

      expect(truth.length).toBeGreaterThan(0);
      expect(lines.map(({ claim }) => claim)).toEqual(expect.arrayContaining(truth));
      expect(called('theirs')).toEqual([]);
      expect(called('ours')).toEqual(truth);
    });
  }
});
