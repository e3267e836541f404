import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSocketOpener } from '@/api/feed/relayed-socket';
import { FakeSteve } from '@/api/testing/fake-steve';
import { InProcessWorker } from '@/api/testing/in-process-worker';
import { KIND } from '@/domain/kube/kinds';
import { createInventory } from './inventory';
import type { LiveInventory } from './inventory';

/** Every failure that a Harvester's lists, watches and proxies are known for, through the worker's relay; after each, the inventory equals a fresh list. */

const KINDS = [KIND.volume, KIND.replica] as const;
const MINUTE = 60_000;
let server: FakeSteve;
let inventory: LiveInventory;
let pings: ReturnType<typeof setInterval>;
let unauthorized: number;

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const truth = (): [string, string][] => KINDS.flatMap((kind) => [...server.objects.get(kind)?.values() ?? []].map(({ id, metadata }): [string, string] => [`${ kind } ${ String(id) }`, (metadata as { resourceVersion: string }).resourceVersion])).sort();
const held = (): [string, string][] => KINDS.flatMap((kind) => [...inventory.all(kind)].map(({ meta }): [string, string] => [`${ kind } ${ meta.id }`, meta.resourceVersion])).sort();
const states = (): string[] => KINDS.map((kind) => inventory.readState(kind).status);

/** What goes on in the cluster while nobody is told: something new, something changed, something gone, something gone and back. */
function live(round = 0): void {
  server.put(KIND.volume, `ls/new-${ String(round) }`);
  server.put(KIND.volume, 'ls/b', { spec: { round } });
  server.remove(KIND.volume, `ls/old-${ String(round) }`);
  server.remove(KIND.replica, 'ls/a-r');
  server.put(KIND.replica, 'ls/a-r', { spec: { volumeName: 'a' } });
}

/** Events happen, and no socket gets them. */
function liveUnheard(round = 0): void {
  const watching = server.opened.map((socket) => [socket, [...socket.watching]] as const);

  server.opened.forEach((socket) => { socket.watching.clear(); });
  live(round);
  watching.forEach(([socket, kinds]) => { kinds.forEach((kind) => socket.watching.add(kind)); });
}

const error = (message: string) => (): void => {
  liveUnheard();
  server.opened.at(-1)?.frame({ name: 'resource.error', resourceType: KIND.volume, data: { error: message } });
  server.opened.at(-1)?.frame({ name: 'resource.error', resourceType: KIND.replica, data: { error: message } });
};

beforeEach(async() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  server = new FakeSteve();
  pings = setInterval(() => { server.sockets.forEach((socket) => { socket.frame({ name: 'ping', data: {} }); }); }, 30_000);
  unauthorized = 0;
  for (const name of ['a', 'b', 'c', 'old-0', 'old-1', 'old-2']) {
    server.put(KIND.volume, `ls/${ name }`);
    server.put(KIND.replica, `ls/${ name }-r`, { spec: { volumeName: name } });
  }
  inventory = createInventory(server.api, { openSocket: createSocketOpener(() => new InProcessWorker(server.openSocket)), origin: 'http://localhost', pageSize: 2, random: () => 0.5, onUnauthorized: () => { unauthorized++; } });
  inventory.need(KINDS);
  await settle(11_000);
});
afterEach(() => {
  clearInterval(pings);
  inventory.dispose();
  vi.useRealTimers();
});

describe('the watch', () => {
  it.each<[string, () => unknown, number]>([
    ['a socket that is cut', () => { server.dropSockets(); live(); }, MINUTE],
    ['a socket that is refused for ten minutes', async() => {
      server.refusesSockets = true;
      server.dropSockets();
      live();
      await settle(10 * MINUTE);
      server.refusesSockets = false;
    }, MINUTE],
    ['a line without a ping for 35 seconds, half open', async() => {
      clearInterval(pings);
      liveUnheard();
      await settle(36_000);
    }, MINUTE],
    ['resource.stop, for a reader that was too slow or after 30 minutes', () => {
      liveUnheard();
      server.stopWatch(KIND.volume);
      server.stopWatch(KIND.replica);
    }, MINUTE],
    ['resource.stop every second for two minutes', async() => {
      for (let second = 0; second < 120; second++) {
        liveUnheard(second % 3);
        server.stopWatch(KIND.volume);
        server.stopWatch(KIND.replica);
        await settle(1000);
      }
    }, 2 * MINUTE],
    ['a revision that is too old', () => {
      liveUnheard();
      server.oldest = server.revision;
      server.stopWatch(KIND.volume);
      server.stopWatch(KIND.replica);
    }, MINUTE],
    ['"too old resource version"', error('too old resource version: 12 (900)'), MINUTE],
    ['"failed to find schema" of a kind that is back five minutes later', error(`failed to find schema ${ KIND.volume }`), 6 * MINUTE],
    ['"watch not allowed": polled from then on', error('watch not allowed'), MINUTE],
    ['"the server does not allow this method on the requested resource": polled from then on', error('the server does not allow this method on the requested resource'), MINUTE],
    ['an error nobody has heard of', error('etcdserver: leader changed'), MINUTE],
    ['a subscription that is never confirmed', async() => {
      const subscribe = server.subscribe.bind(server);

      server.subscribe = () => undefined;
      server.opened.at(-1)?.watching.clear();
      server.opened.at(-1)?.frame({ name: 'resource.stop', resourceType: KIND.volume });
      server.opened.at(-1)?.frame({ name: 'resource.stop', resourceType: KIND.replica });
      live();
      await settle(9000);
      server.subscribe = subscribe;
    }, MINUTE],
    ['every object sent again, as after a watch without a revision', () => {
      live();
      for (const kind of KINDS) {
        server.opened.at(-1)?.frame({ name: 'resource.start', resourceType: kind });
        server.objects.get(kind)?.forEach((data) => { server.opened.at(-1)?.frame({ name: 'resource.create', resourceType: kind, revision: '1', data }); });
      }
    }, 1000],
    ['envelopes that carry the id of the subscription, not of the object', () => {
      const socket = server.opened.at(-1);

      server.deliver = (_socket, entry) => { socket?.frame({ name: entry.name, resourceType: entry.kind, revision: String(entry.revision), id: 'ls/a', namespace: 'elsewhere', data: entry.data }); };
      live();
    }, 1000],
    ['events that come twice, and each after the one that followed it', () => {
      const deliver = server.deliver.bind(server);
      let late: (() => void) | null = null;

      server.deliver = (socket, entry) => {
        deliver(socket, entry);
        late?.();
        late = () => { deliver(socket, entry); };
      };
      live();
      live(1);
    }, 1000],
    ['notifications without data, and frames that are no frames', () => {
      for (const frame of [{ name: 'resource.changes', resourceType: KIND.volume, revision: '900' }, '{"name":', '', '[]', { name: 'resource.change', resourceType: KIND.volume, revision: '901' }]) {
        server.opened.at(-1)?.frame(frame);
      }
      live();
    }, 1000]
  ])('survives %s', async(_name, happen, patience) => {
    expect(held()).toEqual(truth());
    await happen();
    await settle(patience);
    expect(states()).toEqual(['ready', 'ready']);
    expect(held()).toEqual(truth());
  });
});

describe('lists after a lost line', () => {
  const lostWhile = (status: number, code: string, message = code) => async(): Promise<void> => {
    for (const kind of KINDS) {
      server.listFaults.set(kind, FakeSteve.failure(status, code, message));
    }
    server.dropSockets();
    live();
    await settle(3 * MINUTE);
    expect(states()).not.toContain('ready');
    server.listFaults.clear();
  };

  it.each<[string, () => unknown, number]>([
    ['500 ServerError', lostWhile(500, 'ServerError'), MINUTE],
    ['503 ClusterUnavailable', lostWhile(503, 'ClusterUnavailable'), MINUTE],
    ['502 with the text of a proxy', lostWhile(502, '', '502 Bad Gateway'), MINUTE],
    ['504 with the text of a proxy', lostWhile(504, '', 'upstream request timeout'), MINUTE],
    ['429', lostWhile(429, 'TooManyRequests'), MINUTE],
    ['no answer at all', lostWhile(0, 'NetworkError'), MINUTE],
    ['a page of HTML where a list should be', lostWhile(0, 'UnexpectedAnswer'), MINUTE],
    ['401, until somebody signs in again', lostWhile(401, 'Unauthorized'), MINUTE],
    ['403, until the right is given back', lostWhile(403, 'Forbidden'), 6 * MINUTE],
    ['404 with an empty body, until the kind is back', lostWhile(404, ''), 6 * MINUTE],
    ['a page that fails midway', async() => {
      let hasFailed = false;

      server.beforePage = (kind, next) => {
        if (kind === KIND.volume && next !== null && !hasFailed) {
          hasFailed = true;
          throw FakeSteve.failure(500, 'ServerError');
        }
      };
      server.dropSockets();
      live();
      await settle(MINUTE);
      expect(hasFailed).toBe(true);
    }, 0],
    ['a continue token that expired: 410 midway', async() => {
      let hasFailed = false;

      server.beforePage = (kind, next) => {
        if (kind === KIND.replica && next !== null && !hasFailed) {
          hasFailed = true;
          live(1);
          throw FakeSteve.failure(410, 'Expired', 'The provided continue parameter is too old');
        }
      };
      server.dropSockets();
      live();
      await settle(MINUTE);
      expect(hasFailed).toBe(true);
    }, 0]
  ])('survive %s', async(_name, happen, patience) => {
    await happen();
    await settle(patience);
    expect(states()).toEqual(['ready', 'ready']);
    expect(held()).toEqual(truth());
  });

  it('report a session that is over', async() => {
    await lostWhile(401, 'Unauthorized')();
    expect(unauthorized).toBeGreaterThan(0);
  });
});
