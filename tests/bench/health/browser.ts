import { chromium, type CDPSession, type Page } from '@playwright/test';
import { BROWSER_ARGS, findBrowser } from '../../support/browser';
import { installProbe } from './in-page';

/** A page with what is needed to measure it. A browser of its own: no heap, cache or thread is shared with another measurement. */
export interface Measured {
  readonly page: Page;
  /** What the renderer's main thread has done so far: wall-clock milliseconds inside tasks, and processor milliseconds. */
  mainThread(): Promise<{ readonly busyMs: number; readonly cpuMs: number }>;
  /** Live JavaScript heap, bytes, after a forced collection. */
  heap(): Promise<number>;
  readonly cdp: CDPSession;
  close(): Promise<void>;
}

/** Nothing but this machine is reached; said to the resolver, because intercepting requests would cost what is measured. */
export const LOCAL_ONLY = '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1';

/** @param without patterns of addresses that are not loaded */
export async function openPage(url: string, without: readonly string[] = []): Promise<Measured> {
  const executablePath = findBrowser();
  const browser = await chromium.launch({ headless: true, args: [...BROWSER_ARGS, LOCAL_ONLY], ...(executablePath ? { executablePath } : {}) });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });

  await context.addCookies([{ name: 'R_SESS', value: 'bench', url }]);
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);

  // tsx marks functions with their names by a helper that a page does not have.
  await page.addInitScript('globalThis.__name = (named) => named;');
  await page.addInitScript(installProbe);
  await cdp.send('Performance.enable');
  await cdp.send('Network.enable');
  await cdp.send('Network.setBlockedURLs', { urls: [...without] });

  return {
    page,
    cdp,
    async mainThread() {
      const { metrics } = await cdp.send('Performance.getMetrics');
      const of = (name: string): number => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1000;

      return { busyMs: of('TaskDuration'), cpuMs: of('ThreadTime') };
    },
    async heap() {
      // Twice: what finalizers let go of in the first round is collected in the second.
      await cdp.send('HeapProfiler.collectGarbage');
      await cdp.send('HeapProfiler.collectGarbage');

      return (await cdp.send('Runtime.getHeapUsage')).usedSize;
    },
    async close() {
      await Promise.race([browser.close(), new Promise((resolve) => { setTimeout(resolve, 5000); })]);
    }
  };
}

export class TimeLimit extends Error {}

/** Rejects with `TimeLimit` when the work takes longer; a page whose main thread hangs answers nothing. */
export async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;

  try {
    return await Promise.race([work, new Promise<never>((_resolve, reject) => { timer = setTimeout(() => { reject(new TimeLimit(`more than ${ String(seconds) } s`)); }, seconds * 1000); })]);
  } finally {
    clearTimeout(timer);
  }
}
