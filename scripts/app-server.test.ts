import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createAppServer, listen } from './app-server';
import { embedCluster } from './embedded';

/** Opens a subscription and resolves when it is open. */
async function subscribe(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${ url.replace('http', 'ws') }/v1/harvester/subscribe`, { headers: { cookie: 'R_SESS=x' } });

  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });

  return socket;
}

const closed = (socket: WebSocket): Promise<unknown> => new Promise((resolve) => { socket.once('close', resolve); });

/** Fails the test when something stays open: far longer than any of it takes, for machines that have much else to do. */
const soon = <T>(task: Promise<T>): Promise<T> => Promise.race([task, new Promise<never>((_, reject) => { setTimeout(() => { reject(new Error('still open after 15 s')); }, 15_000); })]);

describe('closing with open WebSockets', { timeout: 40_000 }, () => {
  test('the app\'s server', async() => {
    const { side, simulator } = embedCluster({ scenario: 'empty' });
    const { port, close } = await listen(createAppServer(side, (_req, res) => { res.end(); }), 0, '127.0.0.1');
    const socket = await subscribe(`http://127.0.0.1:${ port }`);
    const gone = closed(socket);

    await soon(close());
    await soon(gone);
    await simulator.close();
  });

  test('the simulator\'s own server', async() => {
    const { simulator } = embedCluster({ scenario: 'empty' });
    const { url, close } = await simulator.listen(0);
    const socket = await subscribe(url);
    const gone = closed(socket);

    await soon(close());
    await soon(gone);
    await simulator.close();
  });

  test('and with requests that nobody has answered', async() => {
    let onRequest: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => { onRequest = resolve; });
    const { port, close } = await listen(createServer(() => { onRequest(); }), 0, '127.0.0.1');
    const answer = fetch(`http://127.0.0.1:${ port }/`).then(() => 'answered', () => 'cut');

    await asked;
    await soon(close());
    expect(await soon(answer)).toBe('cut');
  });
});
