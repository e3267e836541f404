import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import type { Duplex } from 'node:stream';

/** What answers the API's addresses: the embedded cluster. Both return false for what is not theirs. */
export interface ApiSide {
  handle(req: IncomingMessage, res: ServerResponse): boolean | Promise<boolean>;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

export type Pages = (req: IncomingMessage, res: ServerResponse) => void;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json', '.wasm': 'application/wasm', '.png': 'image/png', '.map': 'application/json'
};

/** Serves a built app: files of a folder, nothing above it. */
export function serveFolder(folder: string): Pages {
  return (req, res) => {
    const path = normalize(decodeURIComponent(new URL(req.url ?? '/', 'http://localhost').pathname));
    const file = join(folder, path.endsWith(sep) ? `${ path }index.html` : path);

    if (!file.startsWith(folder + sep) || !existsSync(file) || !statSync(file).isFile()) {
      res.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');

      return;
    }
    res.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'cache-control': 'no-cache' });
    createReadStream(file).pipe(res);
  };
}

export interface ListeningServer {
  readonly server: Server;
  readonly port: number;
  close(): Promise<void>;
}

/** One HTTP server for API and pages. Rejects with the system's error when the port is taken. */
export function listen(server: Server, port: number, host: string): Promise<ListeningServer> {
  const open = new Set<Duplex>();

  // Node closes its own connections, not those that became WebSockets.
  server.on('connection', (socket: Duplex) => {
    open.add(socket);
    socket.once('close', () => { open.delete(socket); });
  });

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve({
        server,
        port: (server.address() as AddressInfo).port,
        close: () => new Promise((done) => {
          server.close(() => { done(); });
          open.forEach((socket) => { socket.destroy(); });
        })
      });
    });
  });
}

/** The API answers what is its own, the pages get the rest. Upgrades that nobody wants are left to other listeners. */
export function createAppServer(api: ApiSide | null, pages: Pages): Server {
  const server = createServer((req, res) => {
    Promise.resolve(api?.handle(req, res) ?? false).then((isAnswered) => {
      if (!isAnswered) {
        pages(req, res);
      }
    }, (error: unknown) => {
      console.error(error);
      res.destroy();
    });
  });

  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => { api?.upgrade(req, socket, head); });

  return server;
}
