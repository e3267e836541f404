import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Cluster } from './contract';
import { Control } from './control';
import { Dispatcher } from './dispatcher';
import type { ExtensionBundle } from './rancher/plugins';
import type { SubscribeTimings } from './steve/subscribe';
import { Sockets } from './sockets';
import { WIRING, type Wiring } from './wiring';
import { World, type WorldOptions } from './world';

export interface SimulatorOptions extends WorldOptions {
  /** UI extensions to serve to a Rancher Dashboard. */
  extensions?: readonly ExtensionBundle[];
  /** A built Rancher Dashboard, served at `/`. */
  dashboardDir?: string;
  subscribe?: Partial<SubscribeTimings>;
  /** Replaces what the simulator is made of: for tests. */
  wiring?: Wiring;
}

export interface Simulator {
  /** The cluster as it is now; a reset replaces it. */
  readonly cluster: Cluster;
  readonly world: World;
  readonly control: Control;
  /** Answers the request if it is the simulator's: resolves to false when it is not, with nothing written. */
  handle(req: IncomingMessage, res: ServerResponse): boolean | Promise<boolean>;
  /** Takes over a WebSocket upgrade if it is the simulator's. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  listen(port?: number, host?: string): Promise<{ url: string; close: () => Promise<void> }>;
  close(): Promise<void>;
}

/** A simulated Harvester with the Rancher endpoints around it: mount `handle` and `upgrade`, or `listen`. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const world = new World(options, options.wiring ?? WIRING);
  const sockets = new Sockets(world, options.subscribe ?? {});
  const control = new Control(world, sockets);
  const dispatcher = new Dispatcher(world, control, { extensions: options.extensions ?? [], dashboardDir: options.dashboardDir });
  const closers = new Set<() => Promise<void>>();

  const listen: Simulator['listen'] = async (port = 0, host = '127.0.0.1') => {
    const server = createServer((req, res) => {
      Promise.resolve(dispatcher.handle(req, res)).then((isMine) => {
        if (isMine) return;
        res.writeHead(404, { 'content-type': 'text/plain' });
        res.end('Not found');
      }, (error: unknown) => {
        options.onError?.(error);
        res.destroy();
      });
    });
    const open = new Set<Socket>();
    server.on('connection', (socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    });
    server.on('upgrade', (req, socket, head) => {
      if (!sockets.upgrade(req, socket, head)) socket.destroy();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => { resolve(); });
    });
    const close = async (): Promise<void> => {
      closers.delete(close);
      const closed = new Promise<void>((resolve) => server.close(() => { resolve(); }));
      for (const socket of open) socket.destroy();
      await closed;
    };
    closers.add(close);
    const address = server.address() as AddressInfo;
    return { url: `http://${host.includes(':') ? `[${host}]` : host}:${String(address.port)}`, close };
  };

  return {
    get cluster() { return world.harvester.cluster; },
    world,
    control,
    handle: (req, res) => dispatcher.handle(req, res),
    upgrade: (req, socket, head) => sockets.upgrade(req, socket, head),
    listen,
    async close() {
      await Promise.all([...closers].map((close) => close()));
      sockets.close();
      world.stop();
    }
  };
}
