import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeSocket, FakeSteve } from '../testing/fake-steve';
import { InProcessWorker } from '../testing/in-process-worker';
import { createSocketOpener } from './relayed-socket';
import type { SocketLike } from './socket';

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** A page's socket, and what its page heard. */
function page(open: (url: string) => SocketLike): { socket: SocketLike; heard: string[]; bursts: string[][] } {
  const socket = open('ws://localhost/v1/subscribe');
  const heard: string[] = [];
  const bursts: string[][] = [];

  socket.onopen = () => heard.push('open');
  socket.onclose = () => heard.push('close');
  socket.onerror = () => heard.push('error');
  socket.onmessage = ({ data }: MessageEvent<string>) => {
    const at = String(performance.now());
    const last = bursts.at(-1);

    heard.push(data);
    if (last?.[0] === at) {
      last.push(data);
    } else {
      bursts.push([at, data]);
    }
  };

  return { socket, heard, bursts };
}

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

describe('a socket in a worker', () => {
  let far: FakeSocket;
  let worker: InProcessWorker;
  const open = createSocketOpener(() => worker, () => { throw new Error('not through the worker'); });

  beforeEach(() => {
    far = new FakeSocket(new FakeSteve());
    worker = new InProcessWorker(() => far);
  });

  async function connected(): Promise<ReturnType<typeof page>> {
    const near = page(open);

    await settle();
    far.open();
    await settle();

    return near;
  }

  it('opens, sends, hears every message in order, and closes', async() => {
    const { socket, heard } = await connected();

    socket.send('{"resourceType":"pod","stop":true}');
    await settle();
    expect(far.sent).toEqual([{ resourceType: 'pod', stop: true }]);
    const said = Array.from({ length: 250 }, (_, index) => `message ${String(index)}`);

    for (const message of said) {
      far.frame(message);
      await settle(7);
    }
    await settle(300);
    expect(heard).toEqual(['open', ...said]);
    socket.close();
    await settle();
    expect(far.isClosed).toBe(true);
  });

  it('passes the first message on at once, and a stream in bundles, five times a second', async() => {
    const { bursts } = await connected();

    await settle(1000);
    far.frame('first');
    await settle();
    expect(bursts.map((burst) => burst.length - 1)).toEqual([1]);
    for (let index = 0; index < 200; index++) {
      await settle(5);
      far.frame(String(index));
    }
    await settle(300);
    expect(bursts.length).toBeGreaterThan(4);
    expect(bursts.length).toBeLessThan(9);
  });

  it('lets the page have its turn in a flood', async() => {
    await connected();
    for (let index = 0; index < 1000; index++) {
      far.frame(String(index));
    }
    await settle(300);
    const sizes = worker.heard.filter((message) => typeof message !== 'string').map((messages) => messages.length);

    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1000);
  });

  it('says what was still said before a loss, then that it is lost, once', async() => {
    const { heard } = await connected();

    far.frame('a');
    far.frame('b');
    far.drop();
    await settle(1000);
    expect(heard).toEqual(['open', 'a', 'b', 'close']);
    expect(worker.hasEnded).toBe(true);
  });

  it('says nothing more once it was closed', async() => {
    const { socket, heard } = await connected();

    far.frame('a');
    socket.close();
    await settle(1000);
    expect(heard).toEqual(['open']);
  });

  it('is lost when the address cannot be opened', async() => {
    worker = new InProcessWorker(() => { throw new Error('bad address'); });
    const { heard } = page(open);

    await settle();
    expect(heard).toEqual(['close']);
  });

  it('goes on with the next message when one cannot be taken', async() => {
    const near = await connected();
    const reported: unknown[] = [];

    vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
    near.socket.onmessage = ({ data }: MessageEvent<string>) => {
      if (data === 'bad') {
        throw new Error('cannot be taken');
      }
      near.heard.push(data);
    };
    for (const message of ['good', 'bad', 'better']) {
      far.frame(message);
    }
    await settle(300);
    vi.unstubAllGlobals();
    expect(near.heard).toEqual(['open', 'good', 'better']);
    expect(reported).toHaveLength(1);
  });

  it('is lost when the worker breaks later', async() => {
    const { heard } = await connected();

    worker.onerror?.call(worker as unknown as Worker, new Event('error') as ErrorEvent);
    expect(heard).toEqual(['open', 'close']);
  });
});

describe('a page that may not start workers', () => {
  let direct: FakeSocket;
  let started: number;

  beforeEach(() => {
    direct = new FakeSocket(new FakeSteve());
    started = 0;
  });

  it('opens an ordinary socket when starting one throws, and does not try again', async() => {
    const open = createSocketOpener(() => { started++; throw new Error('refused'); }, () => direct);
    const { heard } = page(open);

    direct.open();
    direct.frame('hello');
    await settle();
    expect(heard).toEqual(['open', 'hello']);
    page(open);
    expect(started).toBe(1);
  });

  it('opens an ordinary socket when the script is refused, and does not try again', async() => {
    let worker: InProcessWorker | undefined;
    const open = createSocketOpener(() => {
      started++;
      worker = new InProcessWorker(() => { throw new Error('never runs'); });
      worker.terminate();

      return worker;
    }, () => direct);
    const { socket, heard } = page(open);

    await settle(20);
    worker?.onerror?.call(worker as unknown as Worker, new Event('error') as ErrorEvent);
    direct.open();
    socket.send('{"resourceType":"pod","stop":true}');
    direct.frame('hello');
    direct.drop();
    expect(heard).toEqual(['open', 'hello', 'close']);
    expect(direct.sent).toEqual([{ resourceType: 'pod', stop: true }]);
    socket.close();
    expect(direct.isClosed).toBe(true);
    page(open);
    expect(started).toBe(1);
  });

  it('is lost when there is no ordinary socket either', () => {
    let worker: InProcessWorker | undefined;
    const open = createSocketOpener(() => (worker = new InProcessWorker(() => { throw new Error('never runs'); })), () => { throw new Error('refused, too'); });
    const { heard } = page(open);

    worker?.onerror?.call(worker as unknown as Worker, new Event('error') as ErrorEvent);
    expect(heard).toEqual(['close']);
  });
});
