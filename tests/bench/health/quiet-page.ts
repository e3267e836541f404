import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { BROWSER_ARGS, findBrowser } from '../../support/browser';
import { LOCAL_ONLY } from './browser';
import { installProbe } from './in-page';

/**
 * A page that nobody listens in on. A test tool has every WebSocket message copied to it, on the page's main thread: at 200
 * events a second that is a share of the very figure that is measured. Here only counters are asked for.
 */
export interface QuietPage {
  evaluate<A, R>(work: (arg: A) => R | Promise<R>, arg: A): Promise<R>;
  /** What the renderer's main thread has done so far: wall-clock milliseconds inside tasks, and processor milliseconds. */
  mainThread(): Promise<{ readonly busyMs: number; readonly cpuMs: number }>;
  /** Live JavaScript heap, bytes, after a forced collection. */
  heap(): Promise<number>;
  close(): Promise<void>;
}

const START_MS = 30_000;
const ANSWER_MS = 330_000;

type Params = Readonly<Record<string, unknown>>;

/** Opens an address in a browser of its own, with `probes` to be watched from the start. */
export async function openQuietPage(url: string, probes: readonly { readonly name: string; readonly selector: string; readonly pattern: string }[]): Promise<QuietPage> {
  const profile = await mkdtemp(join(tmpdir(), 'lhv2-bench-'));
  const browser = spawn(findBrowser() ?? 'chromium', ['--headless', '--remote-debugging-port=0', `--user-data-dir=${ profile }`, '--no-first-run', '--window-size=1440,900', ...BROWSER_ARGS, LOCAL_ONLY, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => { reject(new Error(`the browser did not start: ${ said.slice(-500) }`)); }, START_MS);

    browser.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1];

      if (found) {
        clearTimeout(timer);
        resolve(found);
      }
    });
  });
  const { host } = new URL(address);
  const [target] = (await (await fetch(`http://${ host }/json/list`)).json() as { type: string; webSocketDebuggerUrl: string }[]).filter(({ type }) => type === 'page');

  if (!target) {
    throw new Error('the browser has no page');
  }
  const socket = new WebSocket(target.webSocketDebuggerUrl, { maxPayload: 2 ** 28 });
  const waiting = new Map<number, { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void }>();
  let last = 0;

  await once(socket, 'open');
  socket.on('message', (data: Buffer) => {
    const { id, result, error } = JSON.parse(data.toString()) as { id?: number; result?: unknown; error?: { message: string } };
    const asked = id === undefined ? undefined : waiting.get(id);

    waiting.delete(id ?? -1);
    if (error) {
      asked?.reject(new Error(error.message));
    } else {
      asked?.resolve(result);
    }
  });
  async function send<R>(method: string, params: Params = {}): Promise<R> {
    const id = last += 1;
    const timer = setTimeout(() => { waiting.get(id)?.reject(new Error(`${ method } had no answer`)); }, ANSWER_MS);

    try {
      return await new Promise<R>((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
        socket.send(JSON.stringify({ id, method, params }));
      });
    } finally {
      clearTimeout(timer);
    }
  }

  await send('Performance.enable');
  await send('Page.enable');
  await send('Page.addScriptToEvaluateOnNewDocument', { source: `globalThis.__name = (named) => named; (${ installProbe.toString() })(); ${ JSON.stringify(probes) }.forEach(({ name, selector, pattern }) => window.lhv2Probe.watch(name, selector, pattern)); document.cookie = 'R_SESS=bench; path=/';` });
  await send('Network.setCookie', { name: 'R_SESS', value: 'bench', url });
  await send('Page.navigate', { url });
  await send('Page.disable');

  return {
    async evaluate<A, R>(work: (arg: A) => R | Promise<R>, arg: A): Promise<R> {
      const { result, exceptionDetails } = await send<{ result: { value: R }; exceptionDetails?: { text: string; exception?: { description?: string } } }>('Runtime.evaluate', { expression: `(${ work.toString() })(${ JSON.stringify(arg) })`, awaitPromise: true, returnByValue: true });

      if (exceptionDetails) {
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      }

      return result.value;
    },
    async mainThread() {
      const { metrics } = await send<{ metrics: { name: string; value: number }[] }>('Performance.getMetrics');
      const of = (name: string): number => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1000;

      return { busyMs: of('TaskDuration'), cpuMs: of('ThreadTime') };
    },
    async heap() {
      await send('HeapProfiler.collectGarbage');
      await send('HeapProfiler.collectGarbage');

      return (await send<{ usedSize: number }>('Runtime.getHeapUsage')).usedSize;
    },
    async close() {
      socket.close();
      const gone = once(browser, 'exit');

      browser.kill('SIGTERM');
      await gone;
      // Its other processes let go of their files a moment later.
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
    }
  };
}
