import { shallowRef } from 'vue';
import type { HarvesterApi } from '@/api/contract';
import { createFeed } from '@/api/feed';
import type { FeedOptions } from '@/api/feed';
import type { Kind, ReadState } from '@/domain/kube/kinds';
import type { RawObject } from '@/domain/kube/types';
import type { InventoryKind, RecordOf } from '@/domain/view';
import type { FeedStatus, Inventory } from './contract';
import { createFrameScheduler } from './frame';
import { PARSERS } from './parsers';
import { createRecordTable } from './record-table';
import type { RecordChange } from './record-table';

export interface InventoryOptions extends FeedOptions {
  /** Epoch milliseconds for every stamp; default the machine's clock. */
  readonly now?: () => number;
  /** How long a kind that nobody needs any more stays live, milliseconds: pages come and go. */
  readonly linger?: number;
}

export interface InventoryListener {
  /** Every change, at once and in order. */
  changed?(change: RecordChange): void;
  readStateChanged?(kind: InventoryKind, state: ReadState): void;
  /** Once per frame in which something changed, before `version` rises. */
  flushed?(): void;
}

/** The inventory as those see it who derive from it. */
export interface LiveInventory extends Inventory {
  listen(listener: InventoryListener): () => void;
  /** Ends every feed and forgets every record. */
  dispose(): void;
}

interface KindUse {
  readers: number;
  stop: (() => void) | null;
  linger: ReturnType<typeof setTimeout> | null;
}

const LINGER = 60_000;
/** Flushes of a busy cluster are this far apart, milliseconds: each costs what follows the version, whatever it brings. */
const FLUSH_INTERVAL = 200;
const UNREAD: ReadState = Object.freeze({ status: 'unread', since: null, readAt: null, message: '' });
const SETTLED = new Set(['ready', 'stale', 'forbidden', 'absent', 'failed']);

/** Live records of one cluster, kept outside deep reactivity; Vue hears of changes once per frame. */
export function createInventory(api: HarvesterApi, options: InventoryOptions = {}): LiveInventory {
  const now = options.now ?? Date.now;
  const table = createRecordTable();
  const states = new Map<Kind, ReadState>();
  const uses = new Map<InventoryKind, KindUse>();
  const listeners = new Set<InventoryListener>();
  const waiting = new Set<{ readonly kinds: readonly InventoryKind[]; readonly resolve: () => void }>();
  const totals = new Map<string, number>();
  const version = shallowRef(0);
  const feedStatus = shallowRef<FeedStatus>({ state: 'connecting', since: now(), loaded: 0, total: null });
  let areCountsAsked = false;

  const feed = createFeed(api, options);
  const scheduler = createFrameScheduler(() => {
    updateFeedStatus();
    listeners.forEach((listener) => listener.flushed?.());
    version.value++;
  }, FLUSH_INTERVAL);

  const readState = (kind: Kind): ReadState => states.get(kind) ?? UNREAD;

  function updateFeedStatus(): void {
    const needed = [...uses.keys()];
    const statuses = needed.map(readState);
    const troubled = statuses.filter(({ status }) => status === 'stale' || status === 'failed');
    const isLoading = statuses.some(({ status }) => status === 'loading' || status === 'unread');
    const state = troubled.length > 0 ? 'stale' : isLoading ? 'connecting' : 'live';
    const loaded = needed.reduce((sum, kind) => sum + table.count(kind), 0);
    const listable = needed.filter((kind) => !['forbidden', 'absent'].includes(readState(kind).status));
    const total = totals.size > 0 ? Math.max(loaded, listable.reduce((sum, kind) => sum + (totals.get(kind) ?? 0), 0)) : null;
    const last = feedStatus.value;
    const since = state === 'stale' ? Math.min(...troubled.map((each) => each.since ?? now())) : state === last.state ? last.since : now();

    if (state !== last.state || since !== last.since || loaded !== last.loaded || total !== last.total) {
      feedStatus.value = { state, since, loaded, total };
    }
  }

  function record<K extends InventoryKind>(kind: K, id: string, value: RecordOf[K] | undefined): void {
    const change = table.set(kind, id, value, now());

    if (change) {
      listeners.forEach((listener) => listener.changed?.(change));
      scheduler.request();
    }
  }

  function setState(kind: InventoryKind, state: ReadState): void {
    states.set(kind, state);
    updateFeedStatus();
    listeners.forEach((listener) => listener.readStateChanged?.(kind, state));
    scheduler.request();
    for (const wait of [...waiting]) {
      if (wait.kinds.every((each) => SETTLED.has(readState(each).status))) {
        waiting.delete(wait);
        wait.resolve();
      }
    }
  }

  function start<K extends InventoryKind>(kind: K): () => void {
    const parse: (raw: RawObject) => RecordOf[K] = PARSERS[kind];

    return feed.follow(kind, {
      upsert: (objects) => {
        for (const object of objects) {
          const parsed = parse(object);

          record(kind, parsed.meta.id, parsed);
        }
      },
      remove: (ids) => { ids.forEach((id) => { record(kind, id, undefined); }); },
      state: (state) => { setState(kind, state); }
    });
  }

  function end(kind: InventoryKind, use: KindUse): void {
    use.stop?.();
    uses.delete(kind);
    for (const id of [...table.ids(kind)]) {
      record(kind, id, undefined);
    }
    updateFeedStatus();
  }

  function askCounts(): void {
    if (!areCountsAsked && api.counts) {
      areCountsAsked = true;
      api.counts().then((counts) => {
        Object.entries(counts).forEach(([kind, count]) => totals.set(kind, count));
        updateFeedStatus();
      }, () => { /* without counts the progress has no total */ });
    }
  }

  return {
    ...table,
    readState,
    version,
    feed: feedStatus,
    need(kinds) {
      askCounts();
      for (const kind of new Set(kinds)) {
        const use = uses.get(kind) ?? { readers: 0, stop: null, linger: null };

        use.readers++;
        if (use.linger) {
          clearTimeout(use.linger);
          use.linger = null;
        }
        uses.set(kind, use);
        use.stop ??= start(kind);
      }
      let isReleased = false;

      return () => {
        if (isReleased) {
          return;
        }
        isReleased = true;
        for (const kind of new Set(kinds)) {
          const use = uses.get(kind);

          if (use && --use.readers === 0) {
            use.linger = setTimeout(() => { end(kind, use); }, options.linger ?? LINGER);
          }
        }
      };
    },
    settled(kinds) {
      return kinds.every((kind) => SETTLED.has(readState(kind).status)) ? Promise.resolve() : new Promise((resolve) => { waiting.add({ kinds, resolve }); });
    },
    listen(listener) {
      listeners.add(listener);

      return () => { listeners.delete(listener); };
    },
    dispose() {
      for (const [kind, use] of [...uses]) {
        if (use.linger) {
          clearTimeout(use.linger);
        }
        end(kind, use);
      }
      listeners.clear();
      waiting.clear();
      scheduler.cancel();
      feed.stop();
    }
  };
}
