import { createServer as createViteServer } from 'vite';
import type { InlineConfig } from 'vite';
import { StoreError } from '../pkg/harvester-simulator/src/contract';
import { ROLES } from '../pkg/harvester-simulator/src/steve/access';
import type { Role } from '../pkg/harvester-simulator/src/steve/access';
import { createAppServer, listen } from './app-server';
import type { ApiSide, Pages } from './app-server';
import { proxyTo } from './proxy';
import { awaitHarvester } from './reach';
import { readStartOptions, StartError } from './start-options';
import type { StartOptions } from './start-options';

interface Backend {
  readonly side: ApiSide | null;
  readonly words: string;
  readonly proxy: ReturnType<typeof proxyTo> | null;
  stop(): void;
}

function readRole(role: string): Role {
  const known = ROLES.find((each) => each === role);

  if (!known) {
    throw new StartError(`ROLE=${ role } is not known: ${ ROLES.join(', ') }.`);
  }

  return known;
}

const capitalize = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

async function openBackend(options: StartOptions): Promise<Backend> {
  if (options.api) {
    return { side: null, words: `Harvester at ${ options.api }`, proxy: proxyTo(options.api, options.isInsecure), stop: () => undefined };
  }
  const { embedCluster } = await import('./embedded');
  const embedded = embedCluster({
    ...(options.scenario ? { scenario: options.scenario } : {}),
    ...(options.speed ? { speed: options.speed } : {}),
    ...(options.version ? { version: options.version } : {}),
    ...(options.role ? { role: readRole(options.role) } : {})
  });

  return { side: embedded.side, words: embedded.words, proxy: null, stop: embedded.stop };
}

async function start(): Promise<void> {
  const options = readStartOptions(process.env);
  const backend = await openBackend(options);
  let pages: Pages = (_req, res) => { res.writeHead(503).end(); };
  const server = createAppServer(backend.side, (req, res) => { pages(req, res); });
  const listening = await listen(server, options.port, options.host);
  const config: InlineConfig = {
    logLevel: 'warn',
    server: { middlewareMode: { server }, hmr: { server }, ...(backend.proxy ? { proxy: backend.proxy } : {}) },
    appType: 'spa'
  };
  const vite = await createViteServer(config);

  pages = (req, res) => { vite.middlewares(req, res); };

  const address = `http://localhost:${ listening.port }/`;
  const sayReady = (): void => { console.log(`Ready: ${ address }  (${ backend.words }; Ctrl-C stops)`); };
  let stopWaiting = (): void => undefined;

  if (options.api === null) {
    sayReady();
  } else {
    // The pages are served all the same: a Harvester that is away may come back.
    stopWaiting = awaitHarvester(options.api, options.isInsecure, {
      onReached: sayReady,
      onObstacle: (words) => { console.error(`Not ready: Harvester at ${ options.api } cannot be used. ${ capitalize(words) }\n  ${ address } is up and waits for it; Ctrl-C stops.`); }
    });
  }

  let isStopping = false;
  const stop = (): void => {
    if (isStopping) {
      return;
    }
    isStopping = true;
    stopWaiting();
    backend.stop();
    void Promise.allSettled([vite.close(), listening.close()]).then(() => { process.exit(0); });
    // Something that will not close must not keep the terminal.
    setTimeout(() => { process.exit(0); }, 2000).unref();
  };

  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

start().catch((error: unknown) => {
  const { code } = error as { code?: unknown };

  if (code === 'EADDRINUSE') {
    console.error(`Port ${ process.env.PORT || '8005' } is in use. Choose another: PORT=8006 npm start`);
  } else if (error instanceof StartError || error instanceof StoreError) {
    console.error(error.message);
  } else {
    console.error(error);
  }
  process.exit(1);
});
