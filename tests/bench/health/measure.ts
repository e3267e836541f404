import type { ClusterProcess } from './cluster-process';
import { openPage, TimeLimit, within, type Measured } from './browser';
import { openQuietPage, type QuietPage } from './quiet-page';
import { compareWithFreshLists, react, scrollThrough, type Held, type Reaction } from './in-page';

/** A UI as far as the bench has to know it. */
export interface Ui {
  readonly name: 'ours' | 'theirs';
  readonly path: string;
  readonly row: string;
  /** Text of the page that says that all rows are there. */
  readonly complete: { readonly selector: string; readonly pattern: (volumes: number) => string };
  readonly list: string;
  readonly sortButton: string;
  readonly filterInput: string;
  readonly scroller: string;
  readonly without: readonly string[];
}

const OUR_FILES = '*uiplugins/harvester-longhorn-v2*';
const count = (volumes: number): string => volumes.toLocaleString('en-US').replace(',', ',?');

export const OURS: Ui = {
  name: 'ours', path: 'longhorn.v2.volumehealth', row: '[data-testid=lhv2-row]',
  // Live, every volume in the table, and the sentence counts them: a volume without a verdict has no row.
  complete: { selector: '[data-testid=lhv2-volume-health]', pattern: (volumes) => `Live[\\s\\S]*${ count(volumes) } (of ${ count(volumes) } )?volumes` },
  list: '[data-testid=lhv2-table]', sortButton: '[data-sort=state]', filterInput: '[data-testid=lhv2-volume-health] input[type=search]', scroller: '[data-testid=lhv2-table-scroll]', without: []
};
export const THEIRS: Ui = {
  name: 'theirs', path: 'harvesterhci.io.volume', row: 'tr.main-row',
  complete: { selector: '.paging', pattern: (volumes) => `of ${ count(volumes) }\\b` },
  list: 'table.sortable-table', sortButton: 'th.sortable:nth-of-type(2)', filterInput: 'input.search-box', scroller: 'main.main-layout', without: [OUR_FILES]
};

/** A list may take this long to load, seconds, before it counts as not loading at all. */
const LOAD_LIMIT = 300;
const round = (value: number): number => Math.round(value);
const percentile = (sorted: readonly number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/**
 * `…MainThreadMs` is wall-clock time inside tasks, which a busy machine stretches; `…CpuMs` is the time that the main
 * thread had a processor for itself.
 */
export interface Loading { readonly firstRowsMs: number; readonly completeMs: number; readonly mainThreadMs: number; readonly cpuMs: number; readonly heapMB: number }

/** Opens the list and waits until all of it is there. */
async function load(cluster: ClusterProcess, measured: Measured, ui: Ui, volumes: number, limit: number): Promise<Loading> {
  const { page } = measured;
  const watches = [{ name: 'rows', selector: ui.row, pattern: '' }, { name: 'complete', selector: ui.complete.selector, pattern: ui.complete.pattern(volumes) }];

  await page.addInitScript((list) => { list.forEach(({ name, selector, pattern }) => { window.lhv2Probe.watch(name, selector, pattern); }); }, watches);
  await page.goto(cluster.page(ui.path), { waitUntil: 'commit' });
  await within(limit, page.waitForFunction(() => window.lhv2Probe.firsts.complete !== undefined, undefined, { timeout: 0, polling: 250 }));
  const firsts = await page.evaluate(() => window.lhv2Probe.firsts);
  const { busyMs, cpuMs } = await measured.mainThread();

  // Late work of the page's first minute is over, and so is what it threw away.
  await page.waitForTimeout(3000);

  return { firstRowsMs: round(firsts.rows ?? NaN), completeMs: round(firsts.complete ?? NaN), mainThreadMs: round(busyMs), cpuMs: round(cpuMs), heapMB: Number((await measured.heap() / 2 ** 20).toFixed(1)) };
}

export interface Acting extends Reaction { readonly mainThreadMs: number; readonly cpuMs: number }

async function act(measured: Measured, ui: Ui, target: string, text: string | null, limit: number): Promise<Acting | string> {
  try {
    return await within(limit, (async () => {
      const before = await measured.mainThread();
      const reaction = await measured.page.evaluate(react, { target, text, list: ui.list });
      const after = await measured.mainThread();

      return { firstPaintMs: reaction.firstPaintMs === null ? null : round(reaction.firstPaintMs), settledMs: round(reaction.settledMs), longestBlockMs: round(reaction.longestBlockMs), mainThreadMs: round(after.busyMs - before.busyMs), cpuMs: round(after.cpuMs - before.cpuMs) };
    })());
  } catch (error) {
    if (error instanceof TimeLimit) {
      return `>${ String(limit) } s`;
    }
    throw error;
  }
}

export interface Scrolling { readonly frames: number; readonly medianMs: number; readonly p95Ms: number; readonly longestMs: number; readonly over50: number; readonly cpuPerFrameMs: number }

async function scroll(measured: Measured, ui: Ui): Promise<Scrolling> {
  const before = await measured.mainThread();
  const times = (await measured.page.evaluate(scrollThrough, { target: ui.scroller, frames: 400, step: 120 })).sort((a, b) => a - b);

  const { cpuMs } = await measured.mainThread();

  return { frames: times.length, cpuPerFrameMs: Number(((cpuMs - before.cpuMs) / times.length).toFixed(1)), medianMs: Number(percentile(times, 0.5).toFixed(1)), p95Ms: Number(percentile(times, 0.95).toFixed(1)), longestMs: Number((times.at(-1) ?? 0).toFixed(1)), over50: times.filter((time) => time > 50).length };
}

export interface Chatter {
  readonly seconds: number;
  readonly written: number;
  readonly seen: number;
  readonly busyPercent: number;
  readonly cpuPercent: number;
  readonly heapBeforeMB: number;
  readonly heapAfterMB: number;
  readonly wrong: number;
  readonly compared: readonly Held[];
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

async function chatter(cluster: ClusterProcess, page: QuietPage, rate: number, seconds: number): Promise<Chatter> {
  // Once before: what the first events of a page's life allocate for good is not growth.
  await cluster.chatter(rate, 5);
  const heapBefore = await page.heap();
  const before = await page.mainThread();
  const begun = performance.now();
  const { written, seen } = await cluster.chatter(rate, seconds);
  const took = performance.now() - begun;
  const after = await page.mainThread();

  await pause(1000);
  const heapAfter = await page.heap();
  // Time stands still for the comparison: between two lists nothing may change.
  await cluster.control('speed', { speed: 0 });
  await pause(1500);
  const compared = await page.evaluate(compareWithFreshLists, '/k8s/clusters/c-m-sim/v1/harvester');

  await cluster.control('speed', { speed: 1 });

  return {
    seconds: Number((took / 1000).toFixed(1)), written, seen,
    busyPercent: Number(((after.busyMs - before.busyMs) / took * 100).toFixed(1)),
    cpuPercent: Number(((after.cpuMs - before.cpuMs) / took * 100).toFixed(1)),
    heapBeforeMB: Number((heapBefore / 2 ** 20).toFixed(1)), heapAfterMB: Number((heapAfter / 2 ** 20).toFixed(1)),
    wrong: compared.reduce((sum, { wrong }) => sum + wrong, 0), compared
  };
}

export type Part = 'load' | 'sort' | 'filter' | 'scroll' | 'events';

export interface Options { readonly parts: ReadonlySet<Part>; readonly limit: number; readonly rate: number; readonly seconds: number }

export interface Result {
  readonly load: Loading | string;
  readonly sort?: Acting | string;
  readonly filter?: Acting | string;
  readonly scroll?: Scrolling;
  readonly events?: Chatter;
}

/** 200 events a second, on a page that no test tool listens in on. */
async function chatterInQuiet(cluster: ClusterProcess, volumes: number, rate: number, seconds: number): Promise<Chatter> {
  const page = await openQuietPage(cluster.page(OURS.path), [{ name: 'complete', selector: OURS.complete.selector, pattern: OURS.complete.pattern(volumes) }]);

  try {
    const patience = performance.now() + LOAD_LIMIT * 1000;

    while (!await page.evaluate(() => window.lhv2Probe.firsts.complete !== undefined, null)) {
      if (performance.now() > patience) {
        throw new TimeLimit(`more than ${ String(LOAD_LIMIT) } s`);
      }
      await pause(250);
    }
    await pause(3000);

    return await chatter(cluster, page, rate, seconds);
  } finally {
    await page.close();
  }
}

/** Everything about one UI on one cluster. What takes longer than the limit is given as `>60 s`, and nothing after it is tried. */
export async function measure(cluster: ClusterProcess, ui: Ui, volumes: number, { parts, limit, rate, seconds }: Options): Promise<Result> {
  const measured = await openPage(cluster.url, ui.without);
  const result: { -readonly [K in keyof Result]: Result[K] } = { load: '' };

  try {
    result.load = await load(cluster, measured, ui, volumes, Math.max(limit, LOAD_LIMIT));
    if (parts.has('scroll')) {
      result.scroll = await scroll(measured, ui);
    }
    if (parts.has('filter')) {
      result.filter = await act(measured, ui, ui.filterInput, 'load-00042', limit);
    }
    if (parts.has('sort') && typeof result.filter !== 'string') {
      if (parts.has('filter')) {
        await act(measured, ui, ui.filterInput, '', limit);
      }
      result.sort = await act(measured, ui, ui.sortButton, null, limit);
    }
  } catch (error) {
    if (!(error instanceof TimeLimit)) {
      throw error;
    }
    result.load = result.load === '' ? `>${ String(Math.max(limit, LOAD_LIMIT)) } s` : result.load;
  } finally {
    await measured.close();
  }
  if (parts.has('events') && ui.name === 'ours' && typeof result.load !== 'string') {
    result.events = await chatterInQuiet(cluster, volumes, rate, seconds);
  }

  return result;
}
