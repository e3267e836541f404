/**
 * Volume Health beside Harvester's own Volumes list, in the same Rancher Dashboard, above the same cluster:
 * `npx tsx tests/bench/health/index.ts [--volumes 500,1500] [--ui theirs,ours] [--parts load,sort,filter,scroll,events]
 * [--limit 60] [--rate 200] [--seconds 60] [--core 0] [--out file.json]`. Prints one JSON object.
 *
 * Each UI has a browser of its own; the cluster is another process, kept on one core. Harvester's list is measured
 * without our extension. Times begin with the navigation or the press; the heap is read after a forced collection.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { hasHarvesterUi, hasHost } from '../../support/cache-folder';
import { startCluster } from './cluster-process';
import { measure, OURS, THEIRS, type Acting, type Part, type Result } from './measure';
import { NODES } from './protocol';

const UI_VERSION = '1.8.2';
const { values } = parseArgs({
  options: {
    volumes: { type: 'string', default: '500,1500,5000,10000' }, ui: { type: 'string', default: 'theirs,ours' }, parts: { type: 'string', default: 'load,filter,sort,scroll,events' },
    limit: { type: 'string', default: '60' }, rate: { type: 'string', default: '200' }, seconds: { type: 'string', default: '60' }, core: { type: 'string', default: '0' }, out: { type: 'string' }
  }
});

if (!hasHost() || !hasHarvesterUi(UI_VERSION)) {
  throw new Error(`needs the built Rancher Dashboard and Harvester UI ${ UI_VERSION } in the cache folder; see README, "Test it"`);
}

/** `load`: the machine's load average of the last minute, ours included; below the number of cores nothing else mattered. */
interface Entry { readonly volumes: number; readonly ui: string; readonly load: number; readonly result: Result }

const parts = new Set(values.parts.split(',') as Part[]);
const options = { parts, limit: Number(values.limit), rate: Number(values.rate), seconds: Number(values.seconds) };
const entries: Entry[] = [];

/** How many times faster ours is: of what took longer than the limit, at least so many. */
function ratio(theirs: number | string | undefined, ours: number | string | undefined): string | null {
  if (theirs === undefined || typeof ours !== 'number' || ours <= 0) {
    return null;
  }
  const times = (typeof theirs === 'number' ? theirs : Number(/\d+/.exec(theirs)?.[0]) * 1000) / ours;

  return `${ typeof theirs === 'number' ? '' : '>' }${ times.toFixed(1) }`;
}

const settled = (acting: Acting | string | undefined): number | string | undefined => (typeof acting === 'object' ? acting.settledMs : acting);

function compare(all: readonly Entry[]): unknown[] {
  const result = (volumes: number, ui: string): Result | undefined => all.find((entry) => entry.volumes === volumes && entry.ui === ui)?.result;

  return [...new Set(all.map(({ volumes }) => volumes))].flatMap((volumes) => {
    const [theirs, ours] = [result(volumes, 'theirs'), result(volumes, 'ours')];

    if (!theirs || !ours || typeof ours.load === 'string') {
      return [];
    }
    const load = typeof theirs.load === 'string' ? { firstRowsMs: theirs.load, completeMs: theirs.load, heapMB: undefined } : theirs.load;

    return [{
      volumes, firstRows: ratio(load.firstRowsMs, ours.load.firstRowsMs), complete: ratio(load.completeMs, ours.load.completeMs), heap: ratio(load.heapMB, ours.load.heapMB),
      filter: ratio(settled(theirs.filter), settled(ours.filter)), sort: ratio(settled(theirs.sort), settled(ours.sort))
    }];
  });
}

function report(): string {
  const old = values.out !== undefined && existsSync(values.out) ? (JSON.parse(readFileSync(values.out, 'utf8')) as { entries: Entry[] }).entries : [];
  const all = [...old.filter((entry) => !entries.some((mine) => mine.volumes === entry.volumes && mine.ui === entry.ui)), ...entries];

  return JSON.stringify({
    machine: { cores: cpus().length, model: cpus()[0]?.model ?? '', node: process.version }, date: new Date().toISOString().slice(0, 10),
    harvesterUi: UI_VERSION, nodes: NODES, timesFasterThanTheirs: compare(all), entries: all
  }, null, 2);
}

for (const volumes of values.volumes.split(',').map(Number)) {
  const cluster = await startCluster(volumes, UI_VERSION, values.core === '' ? null : Number(values.core));

  try {
    for (const ui of [THEIRS, OURS].filter(({ name }) => values.ui.split(',').includes(name))) {
      const result = await measure(cluster, ui, volumes, options);

      entries.push({ volumes, ui: ui.name, load: Number((loadavg()[0] ?? 0).toFixed(1)), result });
      if (values.out !== undefined) {
        writeFileSync(values.out, `${ report() }\n`);
      }
    }
  } finally {
    await cluster.close();
  }
}
console.log(report());
process.exit(0);
