import type { Kind, ReadState, ReadStatus } from '@/domain/kube/kinds';
import type { RawObject } from '@/domain/kube/types';
import type { HarvesterApi } from '../contract';
import { toApiError } from '../error';
import { backoff } from '../retry';
import { createLedger } from './ledger';
import { classifyWatchError, parseRevision } from './messages';
import type { Frame } from './messages';

/** Where the objects of one kind go, in order. */
export interface KindSink {
  upsert(objects: readonly RawObject[]): void;
  remove(ids: readonly string[]): void;
  state(state: ReadState): void;
}

export interface KindFeedOptions {
  readonly api: Pick<HarvesterApi, 'access' | 'list'>;
  readonly kind: Kind;
  readonly sink: KindSink;
  readonly send: (message: Readonly<Record<string, unknown>>) => void;
  readonly isSocketOpen: () => boolean;
  readonly onUnauthorized: () => void;
  /** Before rights are looked at again. */
  readonly forgetAccess: () => void;
  /** Runs a list when there is room: not every kind at once. */
  readonly queue: <T>(job: () => Promise<T>) => Promise<T>;
  readonly now: () => number;
  readonly pageSize: number;
  readonly random?: () => number;
}

export interface KindFeed {
  start(): void;
  stop(): void;
  socketOpened(isReturn: boolean): void;
  socketLost(): void;
  frame(frame: Frame): void;
}

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;
/** Rights and kinds change rarely; look again this often. */
const RECHECK = 300_000;
/** Kinds that the server lists but does not watch. */
const POLL = 30_000;
const START_GRACE = 10_000;
const SOCKET_GRACE = 5000;
/** Watches that end sooner than this are in trouble, not at their 30-minute limit. */
const SHORT_WATCH = 5000;

type Phase = 'idle' | 'listing' | 'listed' | 'watching' | 'waiting';

/**
 * Objects of one kind: list in pages, then watch from the list's revision. Whatever ends the watch, it comes back:
 * a stop re-subscribes from the last event, "too old" and a lost socket list anew, and what the new list no longer has
 * is removed. Objects older than what is held (duplicates, late frames) are dropped.
 */
export function createKindFeed(options: KindFeedOptions): KindFeed {
  const { api, kind, sink } = options;
  const ledger = createLedger();
  let phase: Phase = 'idle';
  let run: AbortController | null = null;
  let revision = '';
  /** When the last complete list began. */
  let listedAt: number | null = null;
  let attempt = 0;
  let isWatchable = true;
  let state: ReadState = { status: 'unread', since: null, readAt: null, message: '' };
  let subscribedAt = 0;
  let quickStops = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const setState = (status: ReadStatus, message = '', readAt = state.readAt): void => {
    if (status !== state.status || message !== state.message || readAt !== state.readAt) {
      state = { status, since: status === state.status ? state.since : options.now(), readAt, message };
      sink.state(state);
    }
  };
  const wasComplete = (): boolean => state.status === 'ready' || state.status === 'stale';
  const later = (ms: number, then: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(then, ms);
  };

  const drop = (ids: readonly string[]): void => {
    if (ids.length > 0) {
      sink.remove(ids);
    }
  };

  async function readPages(signal: AbortSignal): Promise<string> {
    const list = ledger.beginList();
    let first: string | null = null;
    let next: string | null = null;

    do {
      const page = await api.list(kind, { limit: options.pageSize, ...(next ? { next } : {}), signal });

      if (signal.aborted) {
        return '';
      }
      // The first page's revision: replaying from there repeats at worst what later pages already have.
      first ??= page.revision;
      list.see(page.items);
      sink.upsert(page.items);
      next = page.next;
    } while (next);
    drop(list.end());

    return first;
  }

  function listFailed(thrown: unknown): void {
    const error = toApiError(thrown);

    phase = 'waiting';
    if (error.status === 403 || error.status === 404) {
      drop(ledger.clear());
      setState(error.status === 403 ? 'forbidden' : 'absent', error.message, null);
      later(RECHECK, recheck);

      return;
    }
    if (error.status === 401) {
      options.onUnauthorized();
    }
    setState(wasComplete() ? 'stale' : 'failed', error.message);
    later(backoff(attempt++, FIRST_PAUSE, LONGEST_PAUSE, options.random), list);
  }

  function recheck(): void {
    options.forgetAccess();
    list();
  }

  async function listOnce(signal: AbortSignal): Promise<void> {
    const access = await api.access(kind);

    if (signal.aborted) {
      return;
    }
    if (!access.exists || !access.canList) {
      phase = 'waiting';
      drop(ledger.clear());
      setState(access.exists ? 'forbidden' : 'absent', '', null);
      later(RECHECK, recheck);

      return;
    }
    if (!wasComplete()) {
      setState('loading');
    }
    const begunAt = options.now();
    const first = await options.queue(() => readPages(signal));

    if (signal.aborted) {
      return;
    }
    attempt = 0;
    revision = first;
    listedAt = begunAt;
    phase = 'listed';
    if (isWatchable) {
      watch();
    } else {
      setState('ready', '', listedAt);
      later(POLL, list);
    }
  }

  function list(): void {
    if (phase === 'idle') {
      return;
    }
    clearTimeout(timer);
    run?.abort();
    const mine = new AbortController();

    run = mine;
    phase = 'listing';
    listOnce(mine.signal).catch((error: unknown) => {
      if (!mine.signal.aborted) {
        listFailed(error);
      }
    });
  }

  function watch(): void {
    if (!options.isSocketOpen()) {
      // Complete, but nothing would tell us of a change. At the start the socket may only be a moment behind.
      later(state.status === 'loading' ? SOCKET_GRACE : 0, () => { setState('stale', '', listedAt); });

      return;
    }
    phase = 'watching';
    subscribedAt = Date.now();
    setState('ready', '', listedAt);
    later(START_GRACE, () => {
      setState('stale');
      list();
    });
    options.send({ resourceType: kind, ...(revision ? { resourceVersion: revision } : {}) });
  }

  function stopped(): void {
    quickStops = Date.now() - subscribedAt < SHORT_WATCH ? quickStops + 1 : 0;
    if (quickStops === 0) {
      watch();
    } else if (quickStops < 4) {
      later(backoff(quickStops - 1, FIRST_PAUSE, LONGEST_PAUSE, options.random), () => { watch(); });
    } else {
      setState('stale');
      phase = 'waiting';
      later(backoff(quickStops, FIRST_PAUSE, LONGEST_PAUSE, options.random), list);
    }
  }

  function failed(message: string): void {
    switch (classifyWatchError(message)) {
      case 'no-schema':
        phase = 'waiting';
        drop(ledger.clear());
        setState('absent', message, null);
        later(RECHECK, recheck);
        break;
      case 'not-watchable':
        isWatchable = false;
        phase = 'waiting';
        later(POLL, list);
        break;
      case 'too-old':
        list();
        break;
      default:
        setState('stale', message);
        phase = 'waiting';
        later(backoff(attempt++, FIRST_PAUSE, LONGEST_PAUSE, options.random), list);
    }
  }

  function apply(frame: Frame): void {
    if (frame.name === 'resource.create' || frame.name === 'resource.change') {
      if (ledger.accept(frame.data)) {
        sink.upsert([frame.data]);
      }
    } else if (frame.name === 'resource.remove') {
      const id = ledger.acceptRemoval(frame);

      drop(id === null ? [] : [id]);
    }
  }

  return {
    start() {
      if (phase === 'idle') {
        phase = 'waiting';
        list();
      }
    },
    stop() {
      if (phase === 'watching') {
        options.send({ resourceType: kind, stop: true });
      }
      phase = 'idle';
      clearTimeout(timer);
      run?.abort();
      run = null;
      ledger.clear();
      setState('unread', '', null);
    },
    socketOpened(isReturn) {
      if (phase === 'listed') {
        watch();
      } else if (isReturn && (phase === 'watching' || phase === 'waiting')) {
        quickStops = 0;
        list();
      }
    },
    socketLost() {
      if (phase === 'watching') {
        clearTimeout(timer);
      }
      if (state.status === 'ready' && isWatchable) {
        setState('stale');
      }
    },
    frame(frame) {
      if (phase !== 'watching') {
        return;
      }
      if (frame.name === 'resource.error') {
        const message = typeof frame.data.error === 'string' ? frame.data.error : '';

        clearTimeout(timer);
        failed(message);

        return;
      }
      if (frame.name === 'resource.stop') {
        clearTimeout(timer);
        stopped();

        return;
      }
      clearTimeout(timer);
      if (!Number.isNaN(parseRevision(frame.revision))) {
        revision = newer(revision, frame.revision);
      }
      apply(frame);
    }
  };
}

function newer(a: string, b: string): string {
  return parseRevision(b) > parseRevision(a) || Number.isNaN(parseRevision(a)) ? b : a;
}
