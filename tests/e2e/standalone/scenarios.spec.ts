import type { Page } from '@playwright/test';
import { SCENARIOS } from '../../../pkg/harvester-simulator/src/scenarios';
import type { RunningApp } from '../../support/app';
import { expect, expectAccessible, test } from '../../support/test';

/**
 * Every simulated trouble, as a person meets it: the page, the drawer and the panels of the volume and its machine have to
 * say what the scenario is. The expectations are written from the scenarios' descriptions, never read from the product.
 * A representative of each group of diagnoses by default; all of them, and some in every look, with LHV2_ALL_SCENARIOS=1.
 */
interface Told {
  /** Beginning of the name of the claim that is in trouble, or the volume's own name. */
  readonly claim: string;
  /** Pages to look at beside Volume Health: that of the volume's claim, and that of its machine. */
  readonly panels: readonly ('volume' | 'machine')[];
  /** Tile the volume is counted under. */
  readonly tile: string;
  readonly badge: RegExp;
  /** What the drawer must say; the page's row and the panel at least the first of it. Nothing is asked of a calm row. */
  readonly says: readonly RegExp[];
  readonly never?: readonly RegExp[];
  /** Whether the sentence at the top counts it among those that need someone. */
  readonly needs: boolean;
  /** What the host map says of hosts. */
  readonly hosts?: Readonly<Record<string, RegExp>>;
  /** The trouble only shows to a page that has been open for a while: another page does not know of it yet. */
  readonly overTime?: boolean;
  /** What to wait for before looking. */
  readonly then?: (app: RunningApp, page: Page) => Promise<void>;
  readonly speed?: number;
  /** Harvester version, when it is not the ordinary one. */
  readonly version?: string;
  readonly byDefault?: boolean;
}

const APP = { claim: 'app-disk-0', needs: true, panels: ['volume', 'machine'] } as const;
/** Until the page counts a volume among those that need someone: some waits are only long after a while. */
const needed = async(_app: RunningApp, page: Page): Promise<void> => { await expect(page.getByTestId('lhv2-sentence')).toContainText(/^[1-9]\d* of/, { timeout: 60_000 }); };
const NOT_HEALTHY = [/\bHealthy\b/];

const TOLD: Readonly<Record<string, Told>> = {
  // Degraded and recovering.
  rebuilding: { ...APP, tile: 'rebuilding', badge: /Rebuilding \d+\s%/, says: [/rebuilt on harvester-2/, /from harvester-[13]/, /2 of 3/], never: NOT_HEALTHY, needs: false, byDefault: true },
  'rebuild-limited': { ...APP, tile: 'rebuilding', badge: /Rebuilding \d+\s%/, says: [/limited to 25 MB\/s/, /harvester-2/], needs: false },
  'rebuild-queued': { ...APP, claim: 'app-2-disk-0', tile: 'rebuilding', badge: /queued/, says: [/harvester-3 already rebuilds 1 of at most 1/, /concurrent-replica-rebuild-per-node-limit/], needs: false, byDefault: true },
  'rebuild-retrying': { ...APP, tile: 'rebuilding|stuck|waiting|blocked', badge: /Degraded|Rebuilding/, says: [/harvester-2/, /1 of 5 tries/], never: NOT_HEALTHY, needs: false },
  stuck: {
    ...APP, tile: 'stuck', badge: /stuck/, says: [/has stood at \d+ %/, /storage network/, /Do not reboot or remove the source/], byDefault: true, speed: 60, overTime: true,
    // Standing still is something the page has to see for itself: ten minutes of it.
    then: async(_app, page) => { await expect(page.getByTestId('lhv2-row').first()).toContainText('stuck', { timeout: 60_000 }); }
  },
  flapping: {
    ...APP, tile: 'stuck', badge: /flapping/, says: [/between healthy and degraded \d+ times/, /unstable disk, link or node/], speed: 30, overTime: true,
    then: async(app, page) => {
      await expect(page.getByTestId('lhv2-volume-health')).toContainText('flapping', { timeout: 60_000 });
      app.control('speed', { speed: 0 });
    }
  },
  // Degraded and waiting, with and without a place afterwards.
  'node-down-waiting': { ...APP, tile: 'waiting', badge: /waiting/, says: [/harvester-\d is down/, /A new replica starts on another node at \d\d:\d\d unless it comes back/, /Bring harvester-\d back/], never: NOT_HEALTHY, byDefault: true },
  'instance-manager-down': { ...APP, tile: 'waiting', badge: /waiting/, says: [/harvester-3/, /[Ii]nstance manager/], hosts: { 'harvester-3': /v2 engine down|not ready/i } },
  'disk-pulled': { ...APP, tile: 'waiting', badge: /waiting/, says: [/on harvester-3 is missing or unreadable/, /Do not evict a dead disk/], hosts: { 'harvester-3': /Disk not ready/ }, byDefault: true },
  'disk-replaced': { ...APP, tile: 'waiting', badge: /waiting/, says: [/harvester-3/, /replaced|reformatted|another disk/] },
  // Degraded and blocked, by what.
  'node-down-blocked': { ...APP, tile: 'blocked', badge: /blocked/, says: [/harvester-3 is down and no other node can take its replica/, /disks are unavailable/], hosts: { 'harvester-3': /Host down/ } },
  'copy-discarded': { ...APP, tile: 'blocked', badge: /blocked/, says: [/harvester-3/, /discarded/i] },
  tags: { ...APP, claim: 'cache-disk-0', tile: 'blocked', badge: /blocked/, says: [/lacks the tags this volume asks for: fast/], byDefault: true },
  'disk-full': { ...APP, tile: 'blocked', badge: /blocked/, says: [/on harvester-3 takes no more replicas: .+ are free and .+ must stay free/, /Free space/], hosts: { 'harvester-3': /Nearly full/ }, byDefault: true },
  'no-space': { ...APP, tile: 'blocked', badge: /blocked/, says: [/80 GiB/, /harvester-3/] },
  'label-off': { ...APP, tile: 'blocked', badge: /blocked/, says: [/harvester-3/, /node\.longhorn\.io\/disable-v2-data-engine/, /Remove the label/], hosts: { 'harvester-3': /v2 switched off/ } },
  'scheduling-off': { ...APP, tile: 'blocked', badge: /blocked/, says: [/Scheduling is switched off for harvester-3/, /Allow replicas on harvester-3/], hosts: { 'harvester-3': /Scheduling off/ } },
  cordoned: { ...APP, tile: 'blocked', badge: /blocked/, says: [/harvester-3 is cordoned/], hosts: { 'harvester-3': /Cordoned/ } },
  'place-evicting': { ...APP, tile: 'blocked', badge: /blocked/, says: [/harvester-3/, /evicted/] },
  'nodes-unavailable': { ...APP, tile: 'blocked', badge: /blocked/, says: [/cordoned|No node takes/], hosts: { 'harvester-3': /Cordoned/ } },
  'manager-down-copy-lost': { ...APP, tile: 'waiting|blocked', badge: /waiting|blocked/, says: [/harvester-3/, /manager/], hosts: { 'harvester-3': /Longhorn down here/ } },
  'disk-removed': { ...APP, tile: 'waiting|blocked|rebuilding', badge: /Degraded/, says: [/harvester-3/, /no longer|removed|gone/] },
  'linked-clone-stuck': { ...APP, claim: 'clone', tile: 'blocked', badge: /blocked/, says: [/linked clone/, /source/], panels: ['volume'], version: '1.9' },
  'legacy-linked-clone': { ...APP, tile: 'blocked|stuck', badge: /Degraded/, says: [/such clones are not rebuilt/, /new clone from its source/], version: '1.9' },
  purging: { ...APP, tile: 'rebuilding|waiting', badge: /Degraded|Rebuilding/, says: [/Snapshots are being purged before the rebuild starts/], needs: false },
  'fast-rebuild-off': { ...APP, tile: 'rebuilding', badge: /Rebuilding \d+\s%/, says: [/rebuilt on harvester-/], needs: false },
  'migrating-degraded': { ...APP, tile: 'waiting', badge: /paused/, says: [/No replica is rebuilt during live migration to harvester-2/], needs: false },
  'migration-waits': { ...APP, tile: 'rebuilding', badge: /Rebuilding \d+\s%/, says: [/rebuilt on harvester-2/, /cannot migrate to harvester-3 while a replica is being rebuilt/], needs: false },
  // By design, and switched off.
  'too-few-v2-nodes': { ...APP, tile: 'blocked', badge: /by design/, says: [/only 2 nodes have a disk for v2; harvester-3 has none/, /Accept 2 replicas/], hosts: { 'harvester-3': /No v2 disk/ }, byDefault: true },
  'single-node': { ...APP, claim: 'edge-1-disk-0', tile: 'blocked', badge: /by design/, says: [/3 replicas are asked for and the cluster has 1 node/, /Only the replica on harvester-1 is good/, /Fewer replicas would make that permanent/] },
  'rebuild-off': { ...APP, tile: 'waiting', badge: /paused/, says: [/switched off for the whole cluster/, /the default is 5/], byDefault: true },
  // Healthy, with something to say.
  'old-warning': { ...APP, tile: 'healthy', badge: /^Healthy$/, says: [/old scheduling message remains/], never: [/Degraded/], needs: false, byDefault: true },
  'two-copies-one-node': { ...APP, tile: 'healthy', badge: /^Healthy$/, says: [/Two replicas are on harvester-\d/], needs: false },
  'smart-warning': { ...APP, tile: 'healthy', badge: /^Healthy$/, says: [/harvester-2, whose self-check says WARNING/], needs: false },
  evicting: { ...APP, tile: 'healthy', badge: /^Healthy$/, says: [/being moved off; its replacement on harvester-\d is at \d+ %/], needs: false, byDefault: true },
  'eviction-stuck': { ...APP, tile: 'healthy', badge: /^Healthy$/, says: [/harvester-3 is to be moved off, but there is no place/] },
  migrating: { ...APP, tile: 'healthy', badge: /^Healthy$/, says: [/being migrated to harvester-[23]/], needs: false, byDefault: true },
  'manager-down': { ...APP, tile: 'healthy', badge: /^Healthy$/, says: [/3 of 3 replicas are good/], needs: false, hosts: { 'harvester-3': /Longhorn down here/ } },
  salvage: { ...APP, tile: 'healthy', badge: /^Healthy$/, says: [/was salvaged or remounted at/, /Restart the VM/], byDefault: true },
  'no-local-copy': { ...APP, tile: 'healthy', badge: /^Healthy$/, says: [/best-effort, and harvester-1 holds no replica/], needs: false },
  'migration-waits-for-node': { ...APP, tile: 'healthy', badge: /^Healthy$/, says: [/Longhorn on harvester-2, the target, is not ready/], needs: false },
  'orphaned-data': { ...APP, tile: 'healthy', badge: /^Healthy$/, says: [/3 of 3 replicas are good/], needs: false },
  'too-many-snapshots': { ...APP, tile: 'healthy', badge: /^Healthy$/, says: [/has 110 snapshots/, /Delete snapshots/], needs: false },
  // Unknown and on the way.
  'engine-node-down': { ...APP, tile: 'unknown', badge: /Unknown/, says: [/harvester-1/, /down/], never: NOT_HEALTHY, hosts: { 'harvester-1': /Host down/ }, byDefault: true },
  'attach-stuck': { ...APP, tile: 'transition', badge: /Attaching/, says: [/harvester-4/, /label|disable-v2-data-engine|v2/], hosts: { 'harvester-4': /v2 switched off/ }, byDefault: true },
  // The copy is made into a claim of its own; until it is done, the machine's claim has no volume.
  cloning: { ...APP, claim: 'tmp-pvc-', tile: 'healthy', badge: /^Healthy$/, says: [/3 of 3 replicas are good/], never: [/Degraded/], needs: false, panels: [], byDefault: true },
  'copy-start-waits': { ...APP, tile: 'transition', badge: /Attaching/, says: [/harvester-3/], speed: 60, overTime: true, then: needed },
  'held-from-longhorn-ui': { ...APP, tile: 'healthy|transition', badge: /Healthy|Attaching|transition/, says: [/harvester-2/, /Longhorn UI/] },
  restoring: { ...APP, claim: 'restored', tile: 'transition', badge: /transition|Attaching/, says: [/[Rr]estor/], never: [/Degraded/], needs: false, panels: [] },
  standby: { ...APP, claim: 'restored', tile: 'healthy', badge: /^(Healthy|Standby)$/, says: [/disaster-recovery volume; it follows a backup/], never: [/Degraded/], needs: false, panels: [] },
  // Stopped.
  unplaceable: { ...APP, claim: 'archive', tile: 'stopped|critical', badge: /./, says: [/tape|place/], never: [/^Healthy$/], panels: ['volume'] },
  'engine-switched-off': { ...APP, tile: 'stopped', badge: /Stopped · 3 of 3/, says: [/the v2 data engine is switched off: it cannot be attached again/, /v2-data-engine/], never: [/Degraded/] },
  'offline-rebuild-blocked': { ...APP, tile: 'stopped', badge: /Stopped · 2 of 3/, says: [/2 of 3/, /[Oo]ffline rebuild/], never: [/Degraded · /], speed: 60, overTime: true, then: needed },
  'stopped-incomplete': { ...APP, tile: 'stopped', badge: /Stopped · 2 of 3/, says: [/2 of 3 replicas are complete; the rest are rebuilt when the VM starts/, /Rebuild while stopped/], never: [/Degraded/], needs: false, byDefault: true },
  'stopped-unplaced': { ...APP, tile: 'stopped', badge: /Stopped · \d of 3/, says: [/2 of 3/], never: [/Degraded · /] },
  'offline-rebuild': { ...APP, tile: 'rebuilding', badge: /Rebuilding \d+\s%/, says: [/rebuilt on harvester-3/, /attached the volume by itself/], needs: false },
  // Critical.
  faulted: { ...APP, tile: 'critical', badge: /Faulted/, says: [/auto-salvage is off\. 3 replicas can be salvaged/, /Salvage the replica on harvester-\d/, /Delete no replica/], never: [/Delete the \w+ replica/, /Degraded/], byDefault: true },
  'faulted-nodes-down': { ...APP, tile: 'critical', badge: /Faulted/, says: [/on nodes that are down: harvester-\d, harvester-\d/, /Bring these nodes back first\. Remove neither replicas nor nodes/], never: [/Delete the \w+ replica/, /Degraded/], byDefault: true },
  'faulted-disks-full': { ...APP, tile: 'critical', badge: /Faulted/, says: [/but the disk is not schedulable and Longhorn refuses/, /Free space on the disk/], never: [/Delete the \w+ replica/, /Degraded/] },
  'data-lost': { ...APP, tile: 'critical', badge: /Faulted/, says: [/The disks of all replicas that ever held data are gone/, /restore from a backup/], never: [/Delete the \w+ replica/, /Salvage the replica/] },
  'restore-failed': { ...APP, claim: 'restored', tile: 'critical', badge: /Faulted/, says: [/from its backup failed on every replica/, /backup target/], panels: [] },
  'engine-crashed': { ...APP, tile: 'critical', badge: /Faulted/, says: [/The engine on harvester-1 died, not the replicas/], never: [/Degraded/] }
};

/** Clusters without a volume in trouble: nothing may be called one, and the hosts say what they are. */
const CALM: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  healthy: { 'harvester-1': /v2 ready/, 'harvester-3': /v2 ready/ },
  'two-nodes-witness': { 'harvester-1': /v2 ready/ },
  'v2-off': { 'harvester-1': /No v2 disk|v2 switched off|v2 engine down/ },
  'no-v2-class': { 'harvester-1': /v2 ready/ },
  'no-v2-disks': { 'harvester-1': /No v2 disk/ }
};

const ALL = process.env.LHV2_ALL_SCENARIOS === '1';
const chosen = Object.entries(TOLD).filter(([name, { byDefault }]) => name in SCENARIOS && (ALL || byDefault === true));

function volumeOf(app: RunningApp, claim: string): { readonly name: string; readonly claimId: string; readonly machineId: string } {
  const found = app.simulator.cluster.store.list('longhorn.io.volume').find(({ metadata, status }) => metadata.name === claim || String(status?.kubernetesStatus?.pvcName).startsWith(claim));
  const pvc = `${ String(found?.status?.kubernetesStatus?.namespace) }/${ String(found?.status?.kubernetesStatus?.pvcName) }`;

  if (!found) {
    throw new Error(`no volume for ${ claim }`);
  }
  return { name: found.metadata.name, claimId: pvc, machineId: `${ pvc.split('/')[0] ?? '' }/${ claim.replace(/-disk-\d$/, '') }` };
}

for (const [name, told] of chosen) {
  test.describe(name, () => {
    test.use({ cluster: { scenario: name, speed: told.speed ?? 0, ...(told.version ? { version: told.version } : {}) } });

    test(SCENARIOS[name]?.description ?? name, async({ app, open, page }) => {
      const { name: volume, claimId, machineId } = volumeOf(app, told.claim);
      const calm = told.tile === 'healthy';
      const [first = /./] = told.says;

      await open('/health');
      await expect(page.getByTestId('lhv2-live')).toHaveAttribute('data-state', 'live');
      await told.then?.(app, page);
      const row = page.locator(`[data-testid=lhv2-row][data-volume="${ volume }"]`);

      await test.step('the page', async() => {
        await expect(row.getByTestId('lhv2-state')).toHaveText(told.badge);
        await expect(row).toHaveAttribute('data-tile', new RegExp(`^(${ told.tile })$`));
        if (!calm && told.tile !== 'stopped') {
          await expect(row).toContainText(first);
        }
        const sentence = page.getByTestId('lhv2-sentence').locator('strong');

        await (told.needs ? expect(sentence).toHaveText(/^[1-9]\d* of \d+ volumes? needs? you\./) : expect(row).not.toContainText('needs you'));
        for (const [host, says] of Object.entries(told.hosts ?? {})) {
          await expect(page.locator(`[data-testid=lhv2-map] [data-host="${ host }"]`)).toContainText(says);
        }
        await page.screenshot({ path: `${ test.info().project.outputDir }/scenarios/${ name }-page.png`, fullPage: true });
      });

      await test.step('the drawer', async() => {
        await row.getByTestId('lhv2-row-open').click();
        const drawer = page.getByTestId('lhv2-volume-drawer');

        await expect(drawer.getByTestId('lhv2-state').first()).toHaveText(told.badge);
        for (const says of told.says) {
          await expect(drawer).toContainText(says);
        }
        for (const never of told.never ?? []) {
          await expect(drawer.locator('xpath=.//*[not(ancestor-or-self::*[@data-testid="lhv2-history" or @data-testid="lhv2-events"])]').filter({ hasNot: page.locator('*'), hasText: never })).toHaveCount(0);
        }
        await expect(drawer.locator('[data-testid=lhv2-evidence] code').first()).toBeVisible();
        await expect(drawer).not.toContainText(/lhv2\.|undefined|\{\w+\}|NaN/);
        await page.screenshot({ path: `${ test.info().project.outputDir }/scenarios/${ name }-drawer.png` });
      });

      for (const panel of told.panels) {
        await test.step(`the panel of the ${ panel }`, async() => {
          await page.goto(`${ app.url }/#/${ panel }s/${ panel === 'volume' ? claimId : machineId }`);
          const shown = page.getByTestId('lhv2-panel').first();

          await expect(shown.getByTestId('lhv2-state').first()).toHaveText(told.overTime ? /./ : told.badge);
          if (!calm && panel === 'volume' && !told.overTime) {
            await expect(shown).toContainText(first);
          }
          await page.screenshot({ path: `${ test.info().project.outputDir }/scenarios/${ name }-${ panel }.png` });
        });
      }
    });
  });
}

for (const [name, hosts] of Object.entries(CALM).filter(([scenario]) => ALL || scenario === 'healthy' || scenario === 'no-v2-disks')) {
  test.describe(name, () => {
    test.use({ cluster: { scenario: name, speed: 0 } });

    test(`${ SCENARIOS[name]?.description ?? name } Nobody is called`, async({ open, page }) => {
      await open('/health');
      await expect(page.getByTestId('lhv2-live')).toHaveAttribute('data-state', 'live');
      await expect(page.getByTestId('lhv2-sentence')).toContainText('No volume needs you.');
      await expect(page.getByTestId('lhv2-row').first()).toBeVisible();
      await expect(page.locator('[data-testid=lhv2-row]:not([data-tile=healthy]):not([data-tile=stopped])')).toHaveCount(0);
      for (const [host, says] of Object.entries(hosts)) {
        await expect(page.locator(`[data-testid=lhv2-map] [data-host="${ host }"]`)).toContainText(says);
      }
      await page.screenshot({ path: `${ test.info().project.outputDir }/scenarios/${ name }-page.png`, fullPage: true });
    });
  });
}

/** Clusters that have tests of their own: the walk through a lived-in cluster, the start on an empty one, the large one's bench. */
const ELSEWHERE = ['default', 'empty', 'no-hugepages', 'fifty-nodes'];

test('every scenario of the simulator is opened here', () => {
  expect(Object.keys(SCENARIOS).filter((name) => !(name in TOLD) && !(name in CALM) && !ELSEWHERE.includes(name))).toEqual([]);
});

const LOOKS = [
  { look: 'dark', use: { colorScheme: 'dark' as const } },
  { look: 'zh', use: { locale: 'zh-CN' } },
  { look: 'narrow', use: { viewport: { width: 360, height: 780 } } },
  { look: 'calm-motion', use: { reducedMotion: 'reduce' as const, locale: 'zh-CN', colorScheme: 'dark' as const } }
];

for (const { look, use } of LOOKS) {
  for (const name of ALL ? ['node-down-waiting', 'faulted', 'stopped-incomplete'] : []) {
    test.describe(`${ name }, ${ look }`, () => {
      test.use({ ...(look === 'calm-motion' ? { contextOptions: { reducedMotion: 'reduce' } } : {}), ...(({ reducedMotion: _, ...rest }: { reducedMotion?: string }) => rest)(use), cluster: { scenario: name, speed: 0 } });

      test('has no accessibility violation and does not run over the edge', async({ app, open, page }) => {
        const { name: volume, claimId } = volumeOf(app, TOLD[name]?.claim ?? '');
        const edge = async(): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

        await open('/health');
        await expect(page.getByTestId('lhv2-live')).toHaveAttribute('data-state', 'live');
        await expect(page.getByTestId('lhv2-map')).toBeVisible();
        await expectAccessible(page);
        expect(await edge()).toBeLessThanOrEqual(0);
        await page.screenshot({ path: `${ test.info().project.outputDir }/scenarios/${ name }-page-${ look }.png`, fullPage: true });
        await page.goto(`${ app.url }/#/health?volume=${ volume }`);
        const drawer = page.getByTestId('lhv2-volume-drawer');

        await expect(drawer).toBeVisible();
        await expect(drawer.getByTestId('lhv2-events')).not.toHaveAttribute('data-state', 'reading');
        await expectAccessible(page);
        expect(await page.getByTestId('lhv2-drawer').evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0);
        await page.screenshot({ path: `${ test.info().project.outputDir }/scenarios/${ name }-drawer-${ look }.png` });
        await page.emulateMedia({ media: 'print' });
        await page.screenshot({ path: `${ test.info().project.outputDir }/scenarios/${ name }-print-${ look }.png`, fullPage: true });
        await page.emulateMedia({ media: 'screen' });
        await page.goto(`${ app.url }/#/volumes/${ claimId }`);
        await expect(page.getByTestId('lhv2-panel').first()).toBeVisible();
        await expectAccessible(page);
        expect(await edge()).toBeLessThanOrEqual(0);
        await page.screenshot({ path: `${ test.info().project.outputDir }/scenarios/${ name }-panel-${ look }.png` });
      });
    });
  }
}
