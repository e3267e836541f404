import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { BOOT_IMAGE_TESTID as IMAGE } from '../../../src/features/boot-image/contract';
import { BOOT_MACHINE_TESTID as MACHINE } from '../../../src/features/boot-vm/contract';
import type { SimulatorOptions } from '../../../pkg/harvester-simulator/src/index';
import { startApp } from '../../support/app';
import type { RunningApp } from '../../support/app';
import { makeQcow2, startImageServer } from '../../support/image-server';
import type { ImageServer } from '../../support/image-server';
import { expect, test } from '../../support/test';

/**
 * A picture of every state of readiness, fit, pipeline and upload: `LHV2_PICTURES=1 npx playwright test pictures`, or a
 * folder instead of 1. `LHV2_LOOKS=light,dark,zh,narrow` says how they are looked at; light and dark unless told.
 */
const WANTED = process.env.LHV2_PICTURES ?? '';
const FOLDER = WANTED.includes('/') ? WANTED : 'test-results/pictures';
let server: ImageServer;

test.beforeAll(async() => {
  mkdirSync(FOLDER, { recursive: true });
  server = await startImageServer();
});
test.afterAll(async() => { await server.close(); });

interface Scene {
  readonly name: string;
  readonly cluster: SimulatorOptions;
  readonly route: string;
  /** Brings the page into the state. */
  readonly prepare?: (page: Page, app: RunningApp) => Promise<void>;
  /** What is pictured; the whole page when absent. */
  readonly part?: string;
}

const FORM = '/create/image';
const turnOn = async(page: Page): Promise<void> => {
  await page.getByTestId(IMAGE.toggle).click();
  await expect(page.getByTestId(IMAGE.toggle)).toHaveAttribute('aria-checked', 'true');
  await expect(page.getByTestId(IMAGE.readiness)).not.toContainText(/Still being read|仍在读取/);
  // Folded rows too: the picture is of all of them.
  const folded = page.getByTestId(IMAGE.readiness).locator('details:not([open]) > summary');

  for (let left = await folded.count(); left > 0; left--) {
    await folded.first().click();
  }
};
const turnOnAnd = (change: (app: RunningApp) => void) => async(page: Page, app: RunningApp): Promise<void> => {
  change(app);
  await turnOn(page);
  await page.waitForTimeout(500);
};

async function createImage(page: Page, url: string, meanwhile: () => void = () => undefined): Promise<void> {
  await page.getByTestId(IMAGE.name).fill('picture');
  await page.getByTestId(IMAGE.url).fill(url);
  await page.getByTestId(IMAGE.toggle).click();
  await expect(page.getByTestId(IMAGE.toggle)).toHaveAttribute('aria-checked', 'true');
  meanwhile();
  await page.getByTestId(IMAGE.submit).click();
  await expect(page.getByTestId(IMAGE.imagePage)).toBeVisible();
}

const importUntil = (url: () => string, pipeline: (page: Page, app: RunningApp) => Promise<void>) => async(page: Page, app: RunningApp): Promise<void> => {
  await createImage(page, url());
  await pipeline(page, app);
};
const causeShown = async(page: Page): Promise<void> => { await expect(page.getByTestId(IMAGE.pipelineCause)).toBeVisible({ timeout: 90_000 }); };

async function upload(page: Page, { checksum = '', size = 3 * 2 ** 20, meanwhile = () => Promise.resolve() } = {}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lhv2-upload-'));
  const file = join(folder, 'boot.qcow2');

  writeFileSync(file, Buffer.concat([makeQcow2(2 ** 31), Buffer.alloc(size, 7)]));
  await page.getByTestId(IMAGE.name).fill('picture');
  await page.getByTestId(IMAGE.sourceUpload).check();
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByLabel('SHA-512', { exact: false }).fill(checksum);
  await page.getByTestId(IMAGE.toggle).click();
  await expect(page.getByTestId(IMAGE.toggle)).toHaveAttribute('aria-checked', 'true');
  await meanwhile();
  await page.getByTestId(IMAGE.submit).click();
}

async function createMachine(page: Page): Promise<void> {
  await page.getByTestId(MACHINE.name).fill('picture');
  await expect(page.getByTestId(MACHINE.toggle)).toHaveAttribute('aria-checked', 'true');
  await page.getByTestId(MACHINE.submit).click();
  await expect(page.getByTestId(MACHINE.machinePage)).toBeVisible();
}
const CREATE_MACHINE = '/create/machine?image=default%2Fimage-ubuntu';
const stepIs = async(page: Page, step: string, state: string): Promise<void> => { await expect(page.getByTestId(IMAGE.step(step))).toHaveAttribute('data-state', state, { timeout: 90_000 }); };
const fast: SimulatorOptions = { scenario: 'empty', speed: 20 };
const slow: SimulatorOptions = { scenario: 'empty', speed: 10, timings: { importBytesPerSecond: 20 * 2 ** 20 } };

const SCENES: readonly Scene[] = [
  { name: 'readiness-all-ready', cluster: { scenario: 'healthy' }, route: FORM, prepare: turnOn },
  { name: 'readiness-engine-off', cluster: { scenario: 'v2-off' }, route: FORM },
  { name: 'readiness-engine-waiting', cluster: { scenario: 'v2-off', version: '1.9' }, route: FORM, prepare: async(page, app) => {
    app.control('hugepages', { node: 'harvester-2', size: 0 });
    app.simulator.cluster.store.edit('harvesterhci.io.setting', 'longhorn-v2-data-engine-enabled', (draft) => { draft['value'] = 'true'; });
    app.simulator.cluster.store.edit('longhorn.io.setting', 'longhorn-system/v2-data-engine', (draft) => { draft['value'] = 'false'; });
    await expect(page.getByTestId(IMAGE.option)).toContainText(/Waiting until|正在等待/);
  } },
  { name: 'readiness-no-class', cluster: { scenario: 'no-v2-class' }, route: FORM },
  { name: 'readiness-no-disks', cluster: { scenario: 'no-v2-disks' }, route: FORM },
  { name: 'readiness-too-few-nodes', cluster: { scenario: 'too-few-v2-nodes' }, route: FORM, prepare: turnOn },
  { name: 'readiness-single-node-clone', cluster: { scenario: 'single-node', version: '1.9' }, route: FORM, prepare: turnOn },
  { name: 'readiness-no-hugepages', cluster: { scenario: 'no-hugepages' }, route: FORM, prepare: turnOn },
  { name: 'readiness-many-warnings', cluster: { scenario: 'default' }, route: FORM, prepare: async(page, app) => {
    app.control('label-v2-off', { node: 'harvester-2' });
    await turnOn(page);
    await page.getByTestId(IMAGE.class('longhorn-v2-pinned')).click();
  } },
  { name: 'readiness-viewer', cluster: { scenario: 'healthy', role: 'cluster-viewer' }, route: FORM },
  { name: 'readiness-member', cluster: { scenario: 'healthy', role: 'project-member' }, route: FORM, prepare: turnOn },
  { name: 'readiness-new-class', cluster: { scenario: 'healthy' }, route: FORM, prepare: async(page) => { await turnOn(page); await page.getByTestId(IMAGE.newClass).click(); } },

  { name: 'fit-fits', cluster: { scenario: 'healthy' }, route: FORM, part: IMAGE.fit, prepare: turnOn },
  { name: 'fit-limited', cluster: { scenario: 'default' }, route: FORM, part: IMAGE.fit, prepare: async(page) => {
    await turnOn(page);
    await page.getByTestId(IMAGE.fit).getByRole('spinbutton').fill('5000');
  } },
  { name: 'fit-disk-full', cluster: { scenario: 'healthy' }, route: FORM, part: IMAGE.fit, prepare: turnOnAnd((app) => { app.control('disk-fill', { node: 'harvester-1' }); }) },
  { name: 'fit-unknown', cluster: { scenario: 'healthy', role: 'project-member' }, route: FORM, part: IMAGE.fit, prepare: turnOn },
  { name: 'fit-instances-short', cluster: { scenario: 'healthy' }, route: CREATE_MACHINE, part: IMAGE.fit, prepare: async(page) => {
    await page.getByTestId(MACHINE.instances).fill('60');
    await page.getByTestId(MACHINE.diskSize).fill('100');
    await page.waitForTimeout(500);
  } },

  { name: 'pipeline-image-importing', cluster: slow, route: FORM, prepare: importUntil(() => server.url(), async(page) => { await expect(page.getByTestId(IMAGE.pipeline)).toContainText(/[1-9]\d? ?%/, { timeout: 60_000 }); }) },
  { name: 'pipeline-image-done', cluster: fast, route: FORM, prepare: importUntil(() => server.url(), async(page) => { await expect(page.getByTestId(IMAGE.pipeline)).toHaveAttribute('data-state', 'done', { timeout: 60_000 }); }) },
  { name: 'pipeline-image-404', cluster: fast, route: FORM, prepare: importUntil(() => server.url('not-found'), causeShown) },
  { name: 'pipeline-image-no-length', cluster: fast, route: FORM, prepare: importUntil(() => server.url('no-length'), causeShown) },
  { name: 'pipeline-image-given-up', cluster: { ...fast, speed: 100 }, route: FORM, prepare: importUntil(() => server.url('no-length'), async(page) => { await expect(page.getByTestId(IMAGE.pipeline)).toHaveAttribute('data-state', 'failed', { timeout: 90_000 }); }) },
  { name: 'pipeline-image-no-place', cluster: fast, route: FORM, prepare: async(page, app) => {
    await createImage(page, server.url(), () => { for (const node of ['harvester-1', 'harvester-2', 'harvester-3']) app.control('scheduling-off', { node }); });
    await causeShown(page);
  } },
  { name: 'pipeline-image-not-progressing', cluster: { ...slow, timings: { importBytesPerSecond: 100 } }, route: FORM, prepare: importUntil(() => server.url(), async(page) => { await expect(page.getByTestId(IMAGE.pipelineCause)).toContainText(/Not progressing since|没有进展/, { timeout: 90_000 }); }) },
  { name: 'pipeline-machine-copying', cluster: { scenario: 'healthy', speed: 5, timings: { cloneBytesPerSecond: 60 * 2 ** 20 } }, route: CREATE_MACHINE, prepare: async(page) => { await createMachine(page); await expect(page.getByTestId(MACHINE.pipeline)).toContainText(/[1-9]\d? ?%/, { timeout: 90_000 }); } },
  { name: 'pipeline-machine-starting', cluster: { scenario: 'healthy', speed: 5, timings: { vmBoot: 120_000 } }, route: CREATE_MACHINE, prepare: async(page) => { await createMachine(page); await stepIs(page, 'boot', 'running'); } },
  { name: 'pipeline-machine-running', cluster: { scenario: 'healthy' }, route: '/machines/default/web-1', prepare: (page) => stepIs(page, 'boot', 'done') },
  { name: 'pipeline-machine-stopped', cluster: { scenario: 'stopped-incomplete' }, route: '/machines/default/app', prepare: async(page) => { await expect(page.getByTestId(MACHINE.pipeline)).toHaveAttribute('data-state', 'stopped'); } },
  { name: 'pipeline-machine-without-engine', cluster: { scenario: 'attach-stuck' }, route: '/machines/default/app', prepare: causeShown },
  { name: 'pipeline-machine-faulted', cluster: { scenario: 'faulted' }, route: '/machines/default/app' },
  { name: 'pipeline-machine-paused-io', cluster: { scenario: 'healthy' }, route: '/machines/default/web-1', prepare: async(page, app) => {
    app.control('speed', { speed: 0 });
    app.simulator.cluster.store.edit('kubevirt.io.virtualmachine', 'default/web-1', (draft) => { Object.assign(draft.status ?? {}, { printableStatus: 'Paused' }); });
    app.simulator.cluster.store.edit('kubevirt.io.virtualmachineinstance', 'default/web-1', (draft) => { (draft.status?.conditions as object[]).push({ type: 'Paused', status: 'True', reason: 'PausedIOError', message: 'VMI was paused, IO error' }); });
    await causeShown(page);
  } },
  { name: 'pipeline-machine-unreadable', cluster: { scenario: 'healthy', role: 'project-member' }, route: '/machines/default/web-1', prepare: async(page) => { await expect(page.getByTestId(MACHINE.state)).toContainText(/Running|运行中/); } },

  { name: 'upload-sending', cluster: slow, route: FORM, part: IMAGE.upload, prepare: async(page) => {
    // 8 Mbit/s to the server.
    const session = await page.context().newCDPSession(page);

    await upload(page, {
      size: 24 * 2 ** 20,
      meanwhile: async() => { await session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: 2 ** 23, uploadThroughput: 2 ** 20 }); }
    });
    await expect(page.getByTestId(IMAGE.upload)).toContainText(/left|剩余/, { timeout: 60_000 });
  } },
  { name: 'upload-failed', cluster: fast, route: FORM, part: IMAGE.upload, prepare: async(page) => {
    await page.route('**/*action=upload*', (route) => route.fulfill({ status: 500, contentType: 'text/plain', body: 'upload failed: failed to wait for VMImage status: timed out waiting for the condition' }));
    await upload(page);
    await expect(page.getByTestId(IMAGE.uploadRetry)).toBeVisible();
  } },
  { name: 'upload-cancelled', cluster: fast, route: FORM, part: IMAGE.upload, prepare: async(page) => {
    await page.route('**/*action=upload*', () => undefined);
    await upload(page);
    await page.getByTestId(IMAGE.uploadCancel).click();
    await expect(page.getByTestId(IMAGE.uploadRetry)).toBeVisible();
  } },
  { name: 'upload-mismatch', cluster: fast, route: FORM, part: IMAGE.upload, prepare: async(page) => {
    await upload(page, { checksum: 'ab'.repeat(64) });
    await expect(page.getByTestId(IMAGE.uploadCompare)).toBeVisible({ timeout: 30_000 });
    await expect(page.getByTestId(IMAGE.upload)).toHaveAttribute('data-phase', 'done', { timeout: 30_000 });
  } },
  { name: 'upload-finishing', cluster: fast, route: FORM, part: IMAGE.upload, prepare: async(page, app) => {
    await upload(page, { size: 2 ** 16, meanwhile: () => { app.control('api-latency', { ms: 6000 }); return Promise.resolve(); } });
    await expect(page.getByTestId(IMAGE.upload)).toHaveAttribute('data-phase', 'finishing', { timeout: 30_000 });
  } }
];

const LOOKS: Readonly<Record<string, Parameters<typeof test.use>[0]>> = {
  light: { colorScheme: 'light' }, dark: { colorScheme: 'dark' }, zh: { colorScheme: 'light', locale: 'zh-CN' }, narrow: { colorScheme: 'light', viewport: { width: 360, height: 780 } }
};

// Not asked for, they are no tests: a skip would be counted among what could not be proved.
for (const look of WANTED === '' ? [] : (process.env.LHV2_LOOKS ?? 'light,dark').split(',')) {
  test.describe(look, () => {
    test.use(LOOKS[look] ?? {});

    for (const { name, cluster, route, prepare, part } of SCENES) {
      test(`${ name }, ${ look }`, async({ page, tolerated }) => {
        test.setTimeout(180_000);
        tolerated.push('500', 'ERR_');
        const app = await startApp({ speed: 20, ...cluster });

        try {
          await page.goto(`${ app.url }/#${ route }`);
          await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
          await prepare?.(page, app);
          await page.waitForTimeout(400);
          await (part === undefined ? page.screenshot({ path: `${ FOLDER }/${ name }-${ look }.png`, fullPage: true }) : page.getByTestId(part).first().screenshot({ path: `${ FOLDER }/${ name }-${ look }.png` }));
        } finally {
          await app.close();
        }
      });
    }
  });
}
