import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createAppChart } from '../../scripts/package/app-chart';
import { readTree } from '../../scripts/package/files';
import type { FileTree } from '../../scripts/package/files';
import { appPath } from '../../scripts/package/harvester';
import { readProduct } from '../../scripts/package/product';
import { readCharts } from '../../scripts/package/repository';
import { listen } from '../../scripts/app-server';
import { readArchive } from '../../scripts/package/test-support';
import { embedCluster } from '../../scripts/embedded';
import type { SimulatorOptions } from '../../pkg/harvester-simulator/src/index';
import { APP_FOLDER } from './global-setup';
import type { RunningApp } from './app';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TYPES: Readonly<Record<string, string>> = { html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };

export interface ProxiedApp extends RunningApp {
  /** Path of the app on the cluster's address. */
  readonly path: string;
  /** Requests that neither the app's server nor the cluster's API has an answer for, as `GET /path`. */
  readonly strays: readonly string[];
  /** Paths of the sockets that were opened, with a session. */
  readonly sockets: readonly string[];
}

/** The files of the packaged chart: of the archive, as a cluster would unpack it. */
async function unpackChart(): Promise<{ readonly name: string; readonly files: FileTree }> {
  const product = await readProduct(ROOT);
  const chart = await createAppChart(product, 'http://charts.example.com', (await readCharts(ROOT)).app, await readTree(APP_FOLDER));
  const entries = await readArchive(chart.archive);

  return { name: product.appName, files: new Map(entries.map(({ header, content }) => [header.name.replace(`${ product.appName }/`, ''), content])) };
}

/** As the chart's nginx answers: pages as they are, assets compressed. */
function serve(files: FileTree, path: string, res: ServerResponse): void {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const asset = files.get(`files/${ name }.gz`);
  const content = asset ?? files.get(`files/pages/${ name }`);

  if (content === undefined) {
    res.writeHead(404, { 'content-type': 'text/html' }).end('Not found');

    return;
  }
  res.writeHead(200, { 'content-type': TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream', ...(asset ? { 'content-encoding': 'gzip' } : {}) }).end(content);
}

/** A real Harvester has no simulator to control, and does not say that it were one. */
function isControl(pathname: string): boolean {
  return pathname.startsWith('/simulator');
}

function hideSimulator(res: ServerResponse): void {
  const setHeader = res.setHeader.bind(res);

  res.setHeader = (name, value) => (name === 'server' ? res : setHeader(name, value));
}

/**
 * A Harvester that serves the packaged app through the API server's proxy to a service, on its own origin. Who has no
 * session gets nothing at all.
 */
export async function startProxiedApp(options: SimulatorOptions = {}): Promise<ProxiedApp> {
  const { name, files } = await unpackChart();
  const path = appPath(name);
  const embedded = embedCluster(options);
  const strays: string[] = [];
  const sockets: string[] = [];

  const isSignedIn = (req: IncomingMessage): boolean => /(^|;\s*)R_SESS=./.test(req.headers.cookie ?? '');
  const answer = async(req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { pathname } = new URL(req.url ?? '/', 'http://localhost');

    hideSimulator(res);
    if (!isSignedIn(req)) {
      res.writeHead(401, { 'content-type': 'application/json' }).end('{"type":"error","status":"401","message":"must authenticate"}');
    } else if (pathname.startsWith(path)) {
      serve(files, pathname.slice(path.length - 1), res);
    } else if (isControl(pathname) || !await embedded.side.handle(req, res)) {
      strays.push(`${ req.method } ${ pathname }`);
      res.writeHead(404).end();
    }
  };
  const server = createServer((req, res) => { answer(req, res).catch(() => { res.destroy(); }); });

  server.on('upgrade', (req, socket, head) => {
    if (isSignedIn(req) && embedded.side.upgrade(req, socket, head)) {
      sockets.push(new URL(req.url ?? '/', 'http://localhost').pathname);
    } else {
      strays.push(`UPGRADE ${ req.url }`);
      socket.destroy();
    }
  });

  const { port, close } = await listen(server, 0, '127.0.0.1');

  return {
    url: `http://127.0.0.1:${ port }`,
    path,
    strays,
    sockets,
    simulator: embedded.simulator,
    control: (command, args = {}) => embedded.simulator.control.run(command, args),
    async close() {
      await close();
      await embedded.simulator.close();
    }
  };
}
