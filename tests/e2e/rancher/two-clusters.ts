import type { BrowserContext } from '@playwright/test';
import { WebSocket } from 'ws';
import { createSimulator } from '../../../pkg/harvester-simulator/src/index';
import { RELAY } from '../../../src/api/feed/relay';
import type { RunningRancher } from '../../support/rancher';

export interface SecondCluster {
  readonly id: string;
  /** Address of a page of Harvester's product for it, in the first one's dashboard. */
  page(path: string): string;
  /** Names of its Longhorn volumes. */
  volumes(): readonly string[];
  close(): Promise<void>;
}

const ID = 'c-m-two';
const CLUSTER = 'management.cattle.io.cluster';

/** Imports another simulated Harvester into a running Rancher: what the browser asks of it goes to a simulator of its own. */
export async function addSecondCluster(host: RunningRancher, context: BrowserContext, scenario: string): Promise<SecondCluster> {
  const simulator = createSimulator({ scenario, version: '1.8', baseTime: 'now', clusterId: ID, seed: 'second' });
  const { url, close } = await simulator.listen(0);
  const { world } = host.simulator;
  const { store } = world.management.cluster;
  const first = store.get(CLUSTER, world.clusterId);
  const isIts = ({ pathname }: URL): boolean => pathname.startsWith(`/k8s/clusters/${ID}/`) || pathname.endsWith(`/projects/${ID}`);

  store.create(CLUSTER, { ...first, metadata: { name: ID, labels: { ...first?.metadata.labels } }, spec: { ...first?.spec, displayName: 'second' } });
  await context.route(isIts, async (route) => {
    const asked = new URL(route.request().url());
    const response = await route.fetch({ url: `${url}${asked.pathname}${asked.search}` });

    await route.fulfill({ response, body: (await response.text()).replaceAll(url, host.url) });
  });
  // The sockets of workers cannot be sent elsewhere; a page that may not start the worker opens its own.
  await context.addInitScript((relay) => {
    window.Worker = new Proxy(window.Worker, {
      construct(target, [url, options]: ConstructorParameters<typeof Worker>) {
        if (options?.name === relay) {
          throw new DOMException('refused', 'SecurityError');
        }

        return new target(url, options);
      }
    });
  }, RELAY);
  await context.routeWebSocket(isIts, (socket) => {
    const asked = new URL(socket.url());
    const upstream = new WebSocket(`${url.replace('http', 'ws')}${asked.pathname}${asked.search}`, { headers: { cookie: 'R_SESS=test' } });
    const opened = new Promise<void>((resolve) => { upstream.once('open', () => { resolve(); }); });

    socket.onMessage((message) => { void opened.then(() => { upstream.send(message); }); });
    socket.onClose(() => { upstream.close(); });
    upstream.on('message', (data: Buffer) => { socket.send(data.toString()); });
    upstream.on('close', () => { void socket.close(); });
    upstream.on('error', () => undefined);
  });

  return {
    id: ID,
    page: (path) => `/harvester/c/${ID}/${path}`,
    volumes: () => simulator.cluster.store.list('longhorn.io.volume').map(({ metadata }) => metadata.name),
    close: async () => {
      await close();
      await simulator.close();
    }
  };
}
