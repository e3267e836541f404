import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Kind, ReadState } from '@/domain/kube/kinds';
import type { RawObject } from '@/domain/kube/types';
import { FakeSteve } from '../testing/fake-steve';
import { createFeed, subscribeUrl } from './feed';
import type { Feed } from './feed';

const VOLUME: Kind = 'longhorn.io.volume';
const REPLICA: Kind = 'longhorn.io.replica';

let server: FakeSteve;
let feed: Feed;
let connection: boolean[];
let unauthorized: number;
let pings: ReturnType<typeof setInterval>;

/** Holds what the feed says of one kind. */
function follow(kind: Kind = VOLUME): { objects: Map<string, RawObject>; states: ReadState[]; upserts: () => number; state: () => string; stop: () => void } {
  const objects = new Map<string, RawObject>();
  const states: ReadState[] = [];
  let upserts = 0;
  const stop = feed.follow(kind, {
    upsert: (list) => list.forEach((object) => { upserts++; objects.set(String(object.id), object); }),
    remove: (ids) => ids.forEach((id) => objects.delete(id)),
    state: (state) => states.push(state)
  });

  return { objects, states, upserts: () => upserts, state: () => states.at(-1)?.status ?? 'unread', stop };
}

const revisionOf = (object: RawObject | undefined): unknown => (object?.metadata as { resourceVersion?: string } | undefined)?.resourceVersion;
const held = (objects: Map<string, RawObject>): [string, unknown][] => [...objects].map(([id, object]): [string, unknown] => [id, revisionOf(object)]).sort();
const truth = (kind: Kind): [string, unknown][] => held(server.objects.get(kind) ?? new Map<string, RawObject>());
const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  server = new FakeSteve();
  pings = setInterval(() => { server.sockets.forEach((socket) => { socket.frame({ name: 'ping', data: {} }); }); }, 30_000);
  connection = [];
  unauthorized = 0;
  feed = createFeed(server.api, {
    openSocket: server.openSocket, origin: 'http://localhost', pageSize: 2, random: () => 0.5,
    onConnection: (isOpen) => connection.push(isOpen),
    onUnauthorized: () => { unauthorized++; }
  });
  for (const id of ['ls/a', 'ls/b', 'ls/c', 'ls/d', 'ls/e']) {
    server.put(VOLUME, id);
  }
});
afterEach(() => {
  feed.stop();
  vi.useRealTimers();
});

describe('the first list', () => {
  it('reads page by page, then watches from the revision of the list', async() => {
    const kind = follow();

    await settle();
    expect(server.listCalls.map(({ next }) => next)).toEqual([null, 'ls/b', 'ls/d']);
    expect(kind.states.map(({ status }) => status)).toEqual(['loading', 'ready']);
    expect(server.opened[0]?.sent).toEqual([{ resourceType: VOLUME, resourceVersion: String(server.revision) }]);
    expect(held(kind.objects)).toEqual(truth(VOLUME));
  });

  it('loses nothing that changes between two pages', async() => {
    server.beforePage = (_kind, next) => {
      if (next === 'ls/b') {
        server.put(VOLUME, 'ls/a', { spec: { changed: true } });
        server.remove(VOLUME, 'ls/c');
        server.put(VOLUME, 'ls/aa');
      }
    };
    const kind = follow();

    await settle();
    server.beforePage = null;
    expect(held(kind.objects)).toEqual(truth(VOLUME));
    expect(kind.objects.get('ls/a')).toMatchObject({ spec: { changed: true } });
  });

  it.each([
    ['absent', (): unknown => server.absent.add(VOLUME)],
    ['forbidden', (): unknown => server.unlistable.add(VOLUME)],
    ['forbidden', (): unknown => server.listFaults.set(VOLUME, FakeSteve.failure(403, 'Forbidden'))],
    ['absent', (): unknown => server.listFaults.set(VOLUME, FakeSteve.failure(404, 'NotFound'))]
  ])('says %s for good and looks again later', async(status, arrange) => {
    arrange();
    const kind = follow();

    await settle(60_000);
    expect(kind.state()).toBe(status);
    const calls = server.listCalls.length;

    await settle(60_000);
    expect(server.listCalls.length).toBe(calls);
    server.absent.clear();
    server.unlistable.clear();
    server.listFaults.clear();
    await settle(300_000);
    expect(kind.state()).toBe('ready');
    expect(server.forgotten).toBeGreaterThan(0);
  });

  it('fails with the words of the server and tries again for ever', async() => {
    server.listFaults.set(VOLUME, FakeSteve.failure(500, 'ServerError', 'etcd is gone'));
    const kind = follow();

    await settle();
    expect(kind.states.at(-1)).toMatchObject({ status: 'failed', message: 'etcd is gone' });
    await settle(600_000);
    expect(server.listCalls.length).toBeGreaterThan(15);
    expect(server.listCalls.length).toBeLessThan(40);
    server.listFaults.clear();
    await settle(31_000);
    expect(kind.state()).toBe('ready');
    expect(held(kind.objects)).toEqual(truth(VOLUME));
  });

  it('reports a session that is over', async() => {
    server.listFaults.set(VOLUME, FakeSteve.failure(401, 'Unauthorized', 'must authenticate'));
    follow();
    await settle();
    expect(unauthorized).toBe(1);
  });

  it('calls a complete list stale when no socket will open', async() => {
    server.refusesSockets = true;
    const kind = follow();

    await settle(1000);
    expect(kind.state()).toBe('loading');
    await settle(6000);
    expect(kind.state()).toBe('stale');
    expect(kind.states.at(-1)?.readAt).toBe(1_700_000_000_000);
    server.refusesSockets = false;
    await settle(40_000);
    expect(kind.state()).toBe('ready');
  });
});

describe('events', () => {
  it('applies creations, changes and removals', async() => {
    const kind = follow();

    await settle();
    server.put(VOLUME, 'ls/f');
    server.put(VOLUME, 'ls/a', { status: { state: 'attached' } });
    server.remove(VOLUME, 'ls/b');
    expect(held(kind.objects)).toEqual(truth(VOLUME));
    expect(kind.objects.get('ls/a')).toMatchObject({ status: { state: 'attached' } });
  });

  it('drops duplicates and late frames, also after a removal', async() => {
    const kind = follow();

    await settle();
    const before = kind.upserts();
    const old = server.put(VOLUME, 'ls/a', { v: 1 });
    const recent = server.put(VOLUME, 'ls/a', { v: 2 });
    const [socket] = server.opened;

    for (const data of [old, recent]) {
      socket?.frame({ name: 'resource.change', resourceType: VOLUME, revision: '1', data });
    }
    expect(kind.upserts() - before).toBe(2);
    expect(kind.objects.get('ls/a')).toMatchObject({ v: 2 });
    server.remove(VOLUME, 'ls/a');
    socket?.frame({ name: 'resource.change', resourceType: VOLUME, revision: '1', data: recent });
    expect(kind.objects.has('ls/a')).toBe(false);
    server.put(VOLUME, 'ls/a', { v: 3 });
    expect(kind.objects.get('ls/a')).toMatchObject({ v: 3 });
    socket?.frame({ name: 'resource.remove', resourceType: VOLUME, revision: String(Number(revisionOf(recent)) + 1), data: recent });
    expect(kind.objects.get('ls/a')).toMatchObject({ v: 3 });
  });

  it('is not disturbed by frames it does not know', async() => {
    const kind = follow();

    await settle();
    for (const frame of ['', '{', 'null', '[]', '{"name":1}', { name: 'resource.change', resourceType: VOLUME }, { name: 'resource.change', resourceType: 'x', data: {} }, { name: 'resource.future', resourceType: VOLUME, data: [] }]) {
      server.opened[0]?.frame(frame);
    }
    expect(held(kind.objects)).toEqual(truth(VOLUME));
    expect(kind.state()).toBe('ready');
  });
});

describe('a watch that ends', () => {
  it('resumes from the last event after resource.stop, without a new list', async() => {
    const kind = follow();

    await settle(10_000);
    server.put(VOLUME, 'ls/a', { v: 2 });
    const calls = server.listCalls.length;

    server.opened[0]?.watching.clear();
    server.put(VOLUME, 'ls/z');
    server.opened[0]?.frame({ name: 'resource.stop', resourceType: VOLUME });
    await settle();
    expect(server.listCalls.length).toBe(calls);
    expect(kind.state()).toBe('ready');
    expect(held(kind.objects)).toEqual(truth(VOLUME));
  });

  it('lists anew when the revision is too old, and removes what is gone', async() => {
    const kind = follow();

    await settle(10_000);
    server.opened[0]?.watching.clear();
    server.remove(VOLUME, 'ls/a');
    server.put(VOLUME, 'ls/z');
    server.oldest = server.revision;
    server.opened[0]?.frame({ name: 'resource.stop', resourceType: VOLUME });
    await settle();
    expect(held(kind.objects)).toEqual(truth(VOLUME));
    expect(kind.objects.has('ls/a')).toBe(false);
    expect(kind.state()).toBe('ready');
  });

  it('does not spin when every watch is stopped at once', async() => {
    const kind = follow();

    await settle();
    for (let second = 0; second < 120; second++) {
      server.stopWatch(VOLUME);
      await settle(1000);
    }
    expect(server.opened[0]?.sent.length).toBeLessThan(70);
    await settle(60_000);
    expect(kind.state()).toBe('ready');
    server.put(VOLUME, 'ls/new');
    expect(kind.objects.has('ls/new')).toBe(true);
  });

  it('takes a schema that went away as absent and empties the kind', async() => {
    const kind = follow();

    await settle(10_000);
    server.absent.add(VOLUME);
    server.stopWatch(VOLUME);
    await settle();
    expect(kind.state()).toBe('absent');
    expect(kind.objects.size).toBe(0);
  });

  it('polls a kind that may be listed and not watched', async() => {
    server.unwatchable.add(VOLUME);
    const kind = follow();

    await settle(1000);
    expect(kind.state()).toBe('ready');
    server.put(VOLUME, 'ls/new');
    server.remove(VOLUME, 'ls/a');
    await settle(31_000);
    expect(held(kind.objects)).toEqual(truth(VOLUME));
    const calls = server.listCalls.length;

    await settle(61_000);
    expect(server.listCalls.length).toBeGreaterThan(calls);
  });

  it('goes stale and lists anew when a subscription is never confirmed', async() => {
    const kind = follow();

    await settle(10_000);
    server.subscribe = () => undefined;
    server.stopWatch(VOLUME);
    await settle(10_500);
    expect(kind.states.map(({ status }) => status)).toContain('stale');
  });

  it('goes stale with the words of an unknown error, and comes back', async() => {
    const kind = follow();

    await settle(10_000);
    server.opened[0]?.frame({ name: 'resource.error', resourceType: VOLUME, data: { error: 'internal trouble' } });
    expect(kind.states.at(-1)).toMatchObject({ status: 'stale', message: 'internal trouble' });
    await settle(2000);
    expect(kind.states.at(-1)).toMatchObject({ status: 'ready', message: '' });
  });
});

describe('a lost socket', () => {
  it('is stale at once, returns, and lists what it missed', async() => {
    const volumes = follow();
    const replicas = follow(REPLICA);

    await settle(10_000);
    server.refusesSockets = true;
    server.dropSockets();
    expect(volumes.state()).toBe('stale');
    expect(replicas.state()).toBe('stale');
    expect(connection).toEqual([true, false]);
    server.remove(VOLUME, 'ls/a');
    server.put(VOLUME, 'ls/b', { v: 9 });
    server.put(REPLICA, 'ls/r');
    await settle(120_000);
    expect(volumes.state()).toBe('stale');
    server.refusesSockets = false;
    await settle(31_000);
    expect(volumes.state()).toBe('ready');
    expect(connection.at(-1)).toBe(true);
    expect(held(volumes.objects)).toEqual(truth(VOLUME));
    expect(held(replicas.objects)).toEqual(truth(REPLICA));
  });

  it('keeps trying for ever, never faster than its pauses allow', async() => {
    follow();
    await settle(11_000);
    server.refusesSockets = true;
    server.dropSockets();
    await settle(3_600_000);
    expect(server.opened.length).toBeGreaterThan(120);
    expect(server.opened.length).toBeLessThan(260);
  });

  it('learns from an ordinary call that the session is over, when the socket is refused', async() => {
    const kind = follow();

    await settle(11_000);
    server.listFaults.set(VOLUME, FakeSteve.failure(401, 'Unauthorized'));
    server.refusesSockets = true;
    server.dropSockets();
    await settle(2000);
    expect(unauthorized).toBeGreaterThan(0);
    expect(kind.state()).toBe('stale');
  });

  it('takes a silent line as dead after 35 seconds; pings keep it', async() => {
    const kind = follow();

    clearInterval(pings);
    await settle(30_000);
    server.opened[0]?.frame({ name: 'ping', data: {} });
    await settle(34_000);
    expect(kind.state()).toBe('ready');
    await settle(2000);
    expect(kind.states.map(({ status }) => status)).toContain('stale');
    expect(server.opened[0]?.isClosed).toBe(true);
    await settle(1000);
    expect(server.opened.length).toBe(2);
    expect(kind.state()).toBe('ready');
  });

  it('gives up a connection that never opens', async() => {
    server.openSocket = () => { throw new Error('refused by policy'); };
    feed.stop();
    feed = createFeed(server.api, { openSocket: () => server.openSocket(), origin: 'http://localhost', random: () => 0 });
    const kind = follow();

    await settle(6000);
    expect(kind.state()).toBe('stale');
  });

  it('keeps what it holds, marked stale, while lists fail after the return', async() => {
    const kind = follow();

    await settle(10_000);
    server.listFaults.set(VOLUME, FakeSteve.failure(503, '', 'no backend'));
    server.dropSockets();
    await settle(5000);
    expect(kind.states.at(-1)).toMatchObject({ status: 'stale', message: 'no backend' });
    expect(kind.objects.size).toBe(5);
    server.listFaults.clear();
    await settle(31_000);
    expect(kind.state()).toBe('ready');
  });
});

describe('letting go', () => {
  it('stops the watch, then the socket with the last kind', async() => {
    const volumes = follow();
    const replicas = follow(REPLICA);

    await settle();
    volumes.stop();
    expect(server.opened[0]?.sent.at(-1)).toEqual({ resourceType: VOLUME, stop: true });
    expect(server.opened[0]?.isClosed).toBe(false);
    replicas.stop();
    expect(server.opened[0]?.isClosed).toBe(true);
    await settle(120_000);
    expect(server.opened.length).toBe(1);
  });

  it('abandons a list that is under way', async() => {
    let go: () => void = () => undefined;

    server.beforePage = () => new Promise((resolve) => { go = resolve; });
    const kind = follow();

    await settle();
    kind.stop();
    go();
    await settle();
    expect(kind.objects.size).toBe(0);
    expect(kind.state()).toBe('unread');
  });

  it('refuses to follow a kind twice', () => {
    follow();
    expect(() => follow()).toThrow(/followed already/);
  });
});

describe('subscribeUrl', () => {
  it.each([
    ['/v1/harvester', 'http://localhost:8005/x', 'ws://localhost:8005/v1/harvester/subscribe'],
    ['/k8s/clusters/c-m-1/v1/harvester', 'https://rancher/dashboard/', 'wss://rancher/k8s/clusters/c-m-1/v1/harvester/subscribe'],
    ['https://vip/v1/harvester', 'http://localhost', 'wss://vip/v1/harvester/subscribe']
  ])('%s on %s', (base, origin, expected) => {
    expect(subscribeUrl(base, origin)).toBe(expected);
  });
});
