/**
 * What the simulator carries: `npx tsx tests/bench/simulator.ts [volumes]` prints one JSON object.
 * - `start`: the program's start with 10,000 volumes on 50 nodes, until it answers
 * - `pages`: pages of 500 volumes by one reader
 * - `events`: changes of volumes to ten subscribers, each compared with the store's own count and last revision
 */
import { execFile, fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildScale } from '../../pkg/harvester-simulator/src/scenarios/index';
import { createSimulator } from '../../pkg/harvester-simulator/src/server';
import { WIRING } from '../../pkg/harvester-simulator/src/wiring';
import { startServer } from './support/server';

const VOLUMES = Number(process.argv[2] ?? 10_000);
const NODES = 50;
const SUBSCRIBERS = 10;
const EVENTS = 20_000;
const BATCH = 100;
/** Events the slowest subscriber may lag behind the writer. */
const LAG = 2000;
const SETTLE_MS = 30_000;
const TYPE = 'longhorn.io.volume';
const support = (file: string): string => fileURLToPath(new URL(`./support/${ file }`, import.meta.url));

async function measureStart(): Promise<{ start: Record<string, unknown>; pages: unknown }> {
  const server = await startServer(['--volumes', String(VOLUMES), '--nodes', String(NODES)]);

  try {
    const begun = performance.now();
    const response = await fetch(`${ server.url }/v1/harvester/${ TYPE }s?limit=1`);

    await response.text();
    const start = { volumes: VOLUMES, nodes: NODES, readySeconds: Number((server.readyMs / 1000).toFixed(2)), firstAnswerMs: Math.round(performance.now() - begun), residentMB: Math.round(server.residentBytes() / 1e6) };
    const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, support('pages.ts'), `${ server.url }/v1/harvester/${ TYPE }s`, '500', '5']);

    return { start, pages: JSON.parse(stdout) as unknown };
  } finally {
    await server.close();
  }
}

interface Seen { readonly events: number; readonly lastRevision: number; readonly isOrdered: boolean; readonly isOpen: boolean }
interface Report { readonly isReady?: true; readonly slowest?: number; readonly seen?: readonly Seen[] }

function next(child: ChildProcess, isIt: (report: Report) => boolean): Promise<Report> {
  return new Promise((resolve) => {
    const look = (report: Report): void => {
      if (isIt(report)) {
        child.off('message', look);
        resolve(report);
      }
    };

    child.on('message', look);
  });
}

async function ask(child: ChildProcess): Promise<readonly Seen[]> {
  const answer = next(child, ({ seen }) => seen !== undefined);

  child.send('report');

  return (await answer).seen ?? [];
}

async function measureEvents(): Promise<Record<string, unknown>> {
  const scale = { name: 'scale', description: 'Many volumes.', build: (cluster: Parameters<typeof buildScale>[0]) => { buildScale(cluster, { volumes: VOLUMES, nodes: NODES }); } };
  const simulator = createSimulator({ wiring: { ...WIRING, scenarios: [scale] }, clock: 'manual' });
  const { store } = simulator.cluster;
  const { url } = await simulator.listen();
  const child = fork(support('subscribers.ts'), [`${ url.replace('http', 'ws') }/v1/harvester/subscribe`, String(SUBSCRIBERS), TYPE]);

  await next(child, ({ isReady }) => isReady === true);
  let written = 0;
  let lastRevision = 0;
  let slowest = 0;

  store.watch(({ typeId, revision }) => {
    if (typeId === TYPE) {
      written += 1;
      lastRevision = revision;
    }
  });
  child.on('message', (report: Report) => { slowest = report.slowest ?? slowest; });
  const keys = store.list(TYPE).map(({ metadata }) => `${ metadata.namespace ?? '' }/${ metadata.name }`);
  const begun = performance.now();

  while (written < EVENTS) {
    if (written - slowest < LAG) {
      for (let index = 0; index < BATCH; index += 1) {
        store.edit(TYPE, keys[(written * 7919) % keys.length] ?? '', (draft) => { draft.status = { ...draft.status, actualSize: Number(draft.status?.actualSize ?? 0) + 4096 }; });
      }
    }
    await new Promise((resolve) => { setImmediate(resolve); });
  }
  const deadline = performance.now() + SETTLE_MS;
  let seen = await ask(child);

  while (performance.now() < deadline && seen.some(({ events, isOpen }) => isOpen && events < written)) {
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    seen = await ask(child);
  }
  const seconds = (performance.now() - begun) / 1000;

  child.disconnect();
  await simulator.close();

  return {
    subscribers: seen.length,
    written,
    lost: seen.map(({ events }) => written - events),
    isEachAtLastRevision: seen.every((one) => one.lastRevision === lastRevision && one.isOrdered && one.isOpen),
    eventsPerSecond: Math.round(written / seconds),
    framesPerSecond: Math.round((written * seen.length) / seconds)
  };
}

const { start, pages } = await measureStart();
const events = await measureEvents();

console.log(JSON.stringify({ start, pages, events }, null, 1));
const isWhole = events.isEachAtLastRevision === true && (events.lost as number[]).every((lost) => lost === 0);

process.exitCode = isWhole ? 0 : 1;
