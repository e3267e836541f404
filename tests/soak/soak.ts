/**
 * The real stores against the simulator, over HTTP and WebSocket, through a storm of faults by chance:
 * `npx tsx tests/soak/soak.ts [--seconds 3600] [--speed 60] [--seed 1] [--volumes 200] [--nodes 12] [--out file.json]`.
 * Every tenth of the time the storm pauses, time stands still, and the inventory is compared with fresh lists, field by
 * field; the heap is read after a forced collection. Prints JSON; ends with 1 when something was lost or the heap grew.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import axios from 'axios';
import { ref } from 'vue';
import { WebSocket } from 'ws';
import { createHarvesterApi } from '@/api';
import type { SocketLike } from '@/api/feed';
import { createSocketOpener } from '@/api/feed/relayed-socket';
import { InProcessWorker } from '@/api/testing/in-process-worker';
import { KIND } from '@/domain/kube/kinds';
import { createClusterContext } from '@/stores/cluster-context';
import { INVENTORY_KINDS } from '@/stores/parsers';
import { startServer } from '../bench/support/server';
import { differences } from './compare';
import { createRandom, pickFault, type Step } from './faults';

export interface SoakOptions {
  /** Wall-clock seconds of the storm. */
  readonly seconds: number;
  /** Cluster seconds per second. */
  readonly speed: number;
  readonly seed: number;
  readonly volumes: number;
  readonly nodes: number;
  /** Times that the storm pauses and everything is compared; the end is one of them. */
  readonly rounds: number;
  readonly log?: (line: string) => void;
}

export interface SoakResult {
  readonly seconds: number;
  readonly faults: number;
  readonly events: number;
  readonly lostConnections: number;
  /** Comparisons with fresh lists, and what differed in any. */
  readonly comparisons: number;
  readonly differences: readonly string[];
  /** Bytes after a forced collection: after the first round, and at each one. */
  readonly heapStart: number;
  readonly heaps: readonly number[];
  /** Characters of the flight record at each round: it fills up to its own bound, by design, and is part of the heap. */
  readonly recorded: readonly number[];
  /** Objects held at each round: the storm leaves orphans and makes replicas. */
  readonly objects: readonly number[];
}

const SETTLE_MS = 60_000;
const CONTROL_ATTEMPTS = 20;
const wait = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

function collectGarbage(): number {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;

  gc();
  gc();

  return process.memoryUsage().heapUsed;
}

/** Runs the storm. Rejects when the cluster can't be reached or the inventory does not come back after a round. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const random = createRandom(options.seed);
  const server = await startServer(['--volumes', String(options.volumes), '--nodes', String(options.nodes), '--speed', String(options.speed), '--seed', String(options.seed)]);
  /** The storm cuts connections, this one's too: a command is sent until it has an answer. */
  async function control({ command, args }: Step, attempt = 0): Promise<void> {
    try {
      // A fault may find nothing to do (no running engine, no rebuild): that is an answer, too.
      await axios.post(`${ server.url }/simulator/${ command }`, args, { validateStatus: (status) => status < 500, timeout: 10_000 });
    } catch (error) {
      if (attempt >= CONTROL_ATTEMPTS) {
        throw error;
      }
      await wait(500);
      await control({ command, args }, attempt + 1);
    }
  }
  let lostConnections = 0;
  let events = 0;
  const cluster = createClusterContext({
    clusterId: 'soak',
    api: createHarvesterApi(axios.create({ timeout: 20_000 }), `${ server.url }/v1/harvester`),
    locale: ref('en-us'), t: (key) => key, navigate: () => undefined,
    links: { volume: () => null, machine: () => null, image: () => null, host: () => null, setting: () => null, createMachine: () => null, createImage: () => null, health: () => null },
    origin: server.url,
    openSocket: createSocketOpener(() => new InProcessWorker((url) => {
      const socket = new WebSocket(url);

      // Closed before it opened, it says so once more after its handlers are gone; a browser's does not.
      socket.on('error', () => undefined);

      return socket as unknown as SocketLike;
    })),
    onConnection: (isOpen) => { lostConnections += Number(!isOpen); }
  });
  const { inventory, health } = cluster;
  const release = inventory.need(INVENTORY_KINDS);
  const stopCounting = inventory.listen({ changed: () => { events += 1; } });
  const open = new Set<Step>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const found: string[] = [];
  const heaps: number[] = [];
  const recorded: number[] = [];
  const objects: number[] = [];
  let faults = 0;

  async function storm(until: number): Promise<void> {
    const nodes = [...inventory.all(KIND.longhornNode)].map(({ meta }) => meta.name);
    const volumes = [...inventory.all(KIND.volume)].map(({ meta }) => meta.name);

    while (Date.now() < until) {
      const { begin, end } = pickFault(random, nodes, volumes);

      faults += 1;
      await control(begin);
      if (end) {
        open.add(end);
        const timer = setTimeout(() => {
          timers.delete(timer);
          open.delete(end);
          void control(end);
        }, 1000 + random() * 30_000);

        timers.add(timer);
      }
      await wait(Math.min(300 + random() * 3000, Math.max(0, until - Date.now())));
    }
  }

  /** Ends all faults, waits until the line is up and nothing moves, and compares. */
  async function compare(): Promise<void> {
    timers.forEach((timer) => { clearTimeout(timer); });
    timers.clear();
    for (const end of open) {
      await control(end);
    }
    open.clear();
    await control({ command: 'api-clear', args: {} });
    await control({ command: 'speed', args: { speed: 0 } });
    const patience = Date.now() + SETTLE_MS;
    let seen = -1;

    while (seen !== events || inventory.feed.value.state !== 'live') {
      if (Date.now() > patience) {
        throw new Error(`the inventory is ${ inventory.feed.value.state } a minute after the last fault`);
      }
      seen = events;
      await wait(1500);
    }
    found.push(...await differences(cluster.api, inventory));
    for (const volume of inventory.all(KIND.volume)) {
      if (!health.verdict(volume.meta.name)) {
        found.push(`${ volume.meta.name } has no verdict`);
      }
    }
    heaps.push(collectGarbage());
    recorded.push(health.flight.size().characters);
    objects.push(INVENTORY_KINDS.reduce((sum, kind) => sum + inventory.count(kind), 0));
    options.log?.(`round ${ String(heaps.length) }: ${ String(faults) } faults, ${ String(events) } events, ${ String(found.length) } differences, ${ ((heaps.at(-1) ?? 0) / 2 ** 20).toFixed(1) } MB, of it ${ ((recorded.at(-1) ?? 0) / 2 ** 20).toFixed(1) } MB record; ${ String(objects.at(-1)) } objects`);
    await control({ command: 'speed', args: { speed: options.speed } });
  }

  try {
    await inventory.settled(INVENTORY_KINDS);
    const begun = Date.now();

    for (let round = 1; round <= options.rounds; round += 1) {
      await storm(begun + options.seconds * 1000 / options.rounds * round);
      await compare();
    }

    return { seconds: Math.round((Date.now() - begun) / 1000), faults, events, lostConnections, comparisons: heaps.length, differences: found, heapStart: heaps[0] ?? 0, heaps, recorded, objects };
  } finally {
    timers.forEach((timer) => { clearTimeout(timer); });
    stopCounting();
    release();
    cluster.dispose();
    await server.close();
  }
}

/** How much the heap grew from the first round to the last, 0.1 for ten percent. */
export function growth({ heapStart, heaps }: SoakResult): number {
  return (heaps.at(-1) ?? heapStart) / heapStart - 1;
}

export const MOST_GROWTH = 0.1;

if (process.argv[1]?.endsWith('soak.ts')) {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '3600' }, speed: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' }, volumes: { type: 'string', default: '200' }, nodes: { type: 'string', default: '12' }, out: { type: 'string' } } });
  const result = await soak({ seconds: Number(values.seconds), speed: Number(values.speed), seed: Number(values.seed), volumes: Number(values.volumes), nodes: Number(values.nodes), rounds: 10, log: (line) => { console.error(line); } });
  const text = JSON.stringify({ ...values, ...result, growthPercent: Number((growth(result) * 100).toFixed(1)) }, null, 2);

  console.log(text);
  if (values.out !== undefined) {
    writeFileSync(values.out, `${ text }\n`);
  }
  process.exit(result.differences.length > 0 || growth(result) > MOST_GROWTH ? 1 : 0);
}
