import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeSteve } from '@/api/testing/fake-steve';
import { createInventory } from './inventory';
import type { LiveInventory } from './inventory';

const VOLUME = 'longhorn.io.volume';
const REPLICA = 'longhorn.io.replica';
let server: FakeSteve;
let inventory: LiveInventory;
let pings: ReturnType<typeof setInterval>;
const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  server = new FakeSteve();
  pings = setInterval(() => { server.sockets.forEach((socket) => { socket.frame({ name: 'ping', data: {} }); }); }, 30_000);
  for (const name of ['a', 'b', 'c']) {
    server.put(VOLUME, `longhorn-system/${ name }`);
    server.put(REPLICA, `longhorn-system/${ name }-r1`, { spec: { volumeName: name, nodeID: 'n1' } });
  }
  inventory = createInventory(server.api, { openSocket: server.openSocket, origin: 'http://localhost', random: () => 0.5, linger: 60_000, pageSize: 2 });
});
afterEach(() => {
  clearInterval(pings);
  inventory.dispose();
  vi.useRealTimers();
});

describe('createInventory', () => {
  it('reads what is needed, and nothing else', async() => {
    inventory.need([VOLUME]);
    await settle();
    expect(inventory.count(VOLUME)).toBe(3);
    expect(inventory.readState(VOLUME)).toMatchObject({ status: 'ready', readAt: 1_700_000_000_000 });
    expect(inventory.readState(REPLICA).status).toBe('unread');
    expect(server.listCalls.every(({ kind }) => kind === VOLUME)).toBe(true);
  });

  it('raises the version once per flush, however many events came', async() => {
    inventory.need([VOLUME]);
    await settle(1000);
    const before = inventory.version.value;

    for (let index = 0; index < 100; index++) {
      server.put(VOLUME, 'longhorn-system/a', { spec: { size: String(index) } });
    }
    expect(inventory.version.value).toBe(before);
    await settle(100);
    expect(inventory.version.value).toBe(before + 1);
    expect(inventory.get(VOLUME, 'longhorn-system/a')?.size).toBe(99);
  });

  it('bundles a stream of events into a few flushes a second', async() => {
    inventory.need(['longhorn.io.volume']);
    await settle(1000);
    const before = inventory.version.value;

    for (let event = 0; event < 200; event++) {
      server.put('longhorn.io.volume', 'ls/a', { turn: event });
      await settle(5);
    }
    expect(inventory.version.value - before).toBeGreaterThan(3);
    expect(inventory.version.value - before).toBeLessThanOrEqual(10);
  });

  it('tells listeners of each change, in order', async() => {
    const seen: string[] = [];

    inventory.listen({ changed: ({ id, before, after }) => seen.push(`${ id } ${ before ? 1 : 0 }${ after ? 1 : 0 }`) });
    inventory.need([VOLUME]);
    await settle();
    seen.length = 0;
    server.put(VOLUME, 'longhorn-system/a', { spec: { size: '1' } });
    server.remove(VOLUME, 'longhorn-system/b');
    server.put(VOLUME, 'longhorn-system/b');
    expect(seen).toEqual(['longhorn-system/a 11', 'longhorn-system/b 10', 'longhorn-system/b 01']);
  });

  it('counts readers, keeps a kind a while after the last, then forgets it', async() => {
    const releaseFirst = inventory.need([VOLUME]);
    const releaseSecond = inventory.need([VOLUME, VOLUME]);

    await settle();
    releaseFirst();
    releaseFirst();
    await settle(120_000);
    expect(inventory.readState(VOLUME).status).toBe('ready');
    releaseSecond();
    await settle(59_000);
    expect(inventory.readState(VOLUME).status).toBe('ready');
    const releaseThird = inventory.need([VOLUME]);

    await settle(120_000);
    expect(inventory.readState(VOLUME).status).toBe('ready');
    expect(server.listCalls.filter(({ next }) => next === null)).toHaveLength(1);
    releaseThird();
    await settle(61_000);
    expect(inventory.readState(VOLUME).status).toBe('unread');
    expect(inventory.count(VOLUME)).toBe(0);
    expect(server.sockets.size).toBe(0);
  });

  it('settles when every kind has an answer, whatever it is', async() => {
    server.absent.add(REPLICA);
    server.unlistable.add('longhorn.io.engine');
    const settled = vi.fn();

    inventory.need([VOLUME, REPLICA, 'longhorn.io.engine']);
    void inventory.settled([VOLUME, REPLICA, 'longhorn.io.engine']).then(settled);
    expect(settled).not.toHaveBeenCalled();
    await settle(10);
    expect(settled).toHaveBeenCalledOnce();
    expect(inventory.readState(REPLICA).status).toBe('absent');
    expect(inventory.readState('longhorn.io.engine').status).toBe('forbidden');
    await expect(inventory.settled([VOLUME])).resolves.toBeUndefined();
  });

  it('says connecting, live, stale since the loss, and live again', async() => {
    inventory.need([VOLUME, REPLICA]);
    expect(inventory.feed.value.state).toBe('connecting');
    await settle(1000);
    expect(inventory.feed.value).toMatchObject({ state: 'live', loaded: 6, total: null });
    server.refusesSockets = true;
    server.dropSockets();
    expect(inventory.feed.value).toMatchObject({ state: 'stale', since: 1_700_000_001_000 });
    server.remove(VOLUME, 'longhorn-system/c');
    server.put(REPLICA, 'longhorn-system/b-r1', { spec: { volumeName: 'b', nodeID: 'n2' } });
    await settle(10_000);
    expect(inventory.feed.value).toMatchObject({ state: 'stale', since: 1_700_000_001_000 });
    server.refusesSockets = false;
    await settle(40_000);
    expect(inventory.feed.value.state).toBe('live');
    expect(inventory.count(VOLUME)).toBe(2);
    expect(inventory.replicasOnNode('n2').map(({ meta }) => meta.name)).toEqual(['b-r1']);
  });

  it('shows progress against the counts of the server', async() => {
    server.api.counts = () => Promise.resolve({ [VOLUME]: 3, [REPLICA]: 3, node: 99 });
    inventory.need([VOLUME, REPLICA]);
    await settle(1000);
    expect(inventory.feed.value).toMatchObject({ loaded: 6, total: 6 });
  });

  it('equals a fresh list after a storm of changes and losses', async() => {
    inventory.need([VOLUME, REPLICA]);
    await settle(1000);
    let seed = 42;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;

      return seed % below;
    };

    for (let step = 0; step < 600; step++) {
      const id = `longhorn-system/v${ random(40) }`;
      const kind = random(2) ? VOLUME : REPLICA;

      [(): unknown => server.put(kind, id, { spec: { volumeName: `v${ random(5) }`, nodeID: `n${ random(3) }`, size: String(step) } }), (): unknown => server.put(kind, id, { spec: { nodeID: 'n1' } }), (): unknown => { server.remove(kind, id); return null; }][random(3)]?.();
      if (step % 37 === 0) {
        server.dropSockets();
      }
      if (step % 53 === 0) {
        server.oldest = server.revision;
        server.stopWatch(kind);
      }
      await settle(random(400));
    }
    await settle(120_000);
    const fresh = createInventory(server.api, { openSocket: server.openSocket, origin: 'http://localhost' });

    fresh.need([VOLUME, REPLICA]);
    await settle(1000);
    for (const kind of [VOLUME, REPLICA] as const) {
      const byId = (view: LiveInventory): Map<string, unknown> => new Map([...view.all(kind)].sort((a, b) => a.meta.id.localeCompare(b.meta.id)).map((record) => [record.meta.id, record]));

      expect(inventory.readState(kind).status).toBe('ready');
      expect(byId(inventory)).toEqual(byId(fresh));
    }
    for (const node of ['n0', 'n1', 'n2']) {
      expect(inventory.replicasOnNode(node).map(({ meta }) => meta.id).sort()).toEqual(fresh.replicasOnNode(node).map(({ meta }) => meta.id).sort());
    }
    fresh.dispose();
  });
});
