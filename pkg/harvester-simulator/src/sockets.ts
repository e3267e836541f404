import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { routeOf, segmentsOf } from './routes';
import { originOf } from './steve/surface';
import { SUBSCRIBE_TIMINGS, SubscribeSession, type SubscribeTimings } from './steve/subscribe';
import { viewOf } from './viewing';
import type { World } from './world';

/** All open subscribe sockets. */
export class Sockets {
  private readonly server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1024 * 1024 });
  private readonly sessions = new Map<WebSocket, SubscribeSession>();
  private readonly timings: SubscribeTimings;

  constructor(private readonly world: World, timings: Partial<SubscribeTimings>) {
    this.timings = { ...SUBSCRIBE_TIMINGS, ...timings };
    // Watches of a cluster that is gone would stay silent for ever.
    world.onReset(() => { this.drop(); });
  }

  get count(): number {
    return this.sessions.size;
  }

  /** Takes the socket over when its path is a subscribe path. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const url = new URL(req.url ?? '/', 'http://localhost');
    const segments = segmentsOf(url.pathname);
    const route = segments === null ? undefined : routeOf(segments);
    if (route === undefined || (route.kind !== 'steve' && route.kind !== 'norman') || route.path[0] !== 'subscribe') return false;
    if (this.world.apiFaults.isOffline) {
      socket.destroy();
      return true;
    }
    const fault = this.world.apiFaults.meet('GET', 'subscribe');
    if (fault !== undefined) {
      socket.end(`HTTP/1.1 ${String(fault.status)} ${fault.code}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return true;
    }
    const realm = route.kind === 'steve' ? route.realm : 'management';
    const base = route.kind === 'steve' ? route.base : '/v3';
    const rawBase = route.kind === 'steve' ? route.rawBase : '';
    const origin = originOf(req);
    this.server.handleUpgrade(req, socket, head, (client) => {
      const view = (): ReturnType<typeof viewOf> => viewOf(this.world, realm, origin, base, rawBase);
      this.sessions.set(client, new SubscribeSession(client, view, () => this.world[realm].counts, this.timings, this.world.apiFaults.tamper()));
      client.on('close', () => this.sessions.delete(client));
    });
    return true;
  }

  /** Cuts every connection, as a network would. */
  drop(): void {
    for (const [client, session] of [...this.sessions]) {
      session.dispose();
      client.terminate();
    }
    this.sessions.clear();
  }

  /** Ends every watch on the server's account; the connections stay. */
  stopWatches(): void {
    for (const session of this.sessions.values()) session.stopAll();
  }

  close(): void {
    this.drop();
    this.server.close();
  }
}
