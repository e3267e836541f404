import type { Kind, ReadState } from '@/domain/kube/kinds';
import type { HarvesterApi } from '../contract';
import { toApiError } from '../error';
import { createKindFeed } from './kind-feed';
import type { KindFeed, KindSink } from './kind-feed';
import { createQueue } from './queue';
import { createFeedSocket } from './socket';
import type { SocketLike } from './socket';

export interface FeedOptions {
  /** Opens a WebSocket to a URL. Default: the browser's. */
  readonly openSocket?: (url: string) => SocketLike;
  /** Where relative URLs start; default the page's own. */
  readonly origin?: string;
  /** Objects per page of a list. */
  readonly pageSize?: number;
  /** A call was answered 401: the session is over. */
  readonly onUnauthorized?: () => void;
  /** The socket opened or was lost. */
  readonly onConnection?: (isOpen: boolean) => void;
  /** Epoch milliseconds for the stamps of read states; default the machine's clock. */
  readonly now?: () => number;
  readonly random?: () => number;
}

/** One live stream of objects per kind, over one shared subscribe socket. */
export interface Feed {
  /** Starts a kind. Returns its stop. One feed per kind: starting a running kind throws. */
  follow(kind: Kind, sink: KindSink): () => void;
  readonly isOpen: () => boolean;
  stop(): void;
}

const PAGE_SIZE = 500;
const LISTS_AT_ONCE = 4;
const FORGET_AT_MOST_EVERY = 60_000;

/** `ws(s)://…<base>/subscribe` for a base that is a path or a whole URL. */
export function subscribeUrl(base: string, origin: string): string {
  const url = new URL(`${ base }/subscribe`, origin);

  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';

  return url.href;
}

/** Starts nothing until a kind is followed; the socket closes when the last kind is let go. */
export function createFeed(api: HarvesterApi, options: FeedOptions = {}): Feed {
  const feeds = new Map<Kind, KindFeed>();
  const queue = createQueue(LISTS_AT_ONCE);
  const openSocket = options.openSocket ?? ((url: string): SocketLike => new WebSocket(url));
  const url = (): string => subscribeUrl(api.base, options.origin ?? window.location.href);

  let forgottenAt = 0;

  /** Many kinds look again at the same moment; the schemas are large. */
  const forgetAccess = (): void => {
    if (Date.now() - forgottenAt > FORGET_AT_MOST_EVERY) {
      forgottenAt = Date.now();
      api.forgetAccess();
    }
  };

  /** A socket that is refused may mean that the session is over: an ordinary call tells. */
  const askWhy = (): void => {
    const [kind] = feeds.keys();

    if (kind !== undefined) {
      api.list(kind, { limit: 1 }).catch((error: unknown) => {
        if (toApiError(error).status === 401) {
          options.onUnauthorized?.();
        }
      });
    }
  };

  const socket = createFeedSocket({
    open: () => openSocket(url()),
    onFrame: (frame) => feeds.get(frame.resourceType as Kind)?.frame(frame),
    onOpen: (isReturn) => {
      if (isReturn) {
        forgetAccess();
      }
      options.onConnection?.(true);
      for (const feed of feeds.values()) {
        feed.socketOpened(isReturn);
      }
    },
    onRefused: askWhy,
    onLost: () => {
      for (const feed of feeds.values()) {
        feed.socketLost();
      }
      options.onConnection?.(false);
    },
    ...(options.random ? { random: options.random } : {})
  });

  const stopKind = (kind: Kind): void => {
    feeds.get(kind)?.stop();
    feeds.delete(kind);
    if (feeds.size === 0) {
      socket.stop();
    }
  };

  return {
    isOpen: socket.isOpen,
    follow(kind, sink) {
      if (feeds.has(kind)) {
        throw new Error(`${ kind } is followed already`);
      }
      const feed = createKindFeed({
        api,
        kind,
        sink,
        send: socket.send,
        isSocketOpen: socket.isOpen,
        onUnauthorized: () => options.onUnauthorized?.(),
        forgetAccess,
        queue,
        now: options.now ?? Date.now,
        pageSize: options.pageSize ?? PAGE_SIZE,
        ...(options.random ? { random: options.random } : {})
      });

      feeds.set(kind, feed);
      feed.start();
      socket.start();

      return () => {
        if (feeds.get(kind) === feed) {
          stopKind(kind);
        }
      };
    },
    stop() {
      for (const kind of [...feeds.keys()]) {
        stopKind(kind);
      }
    }
  };
}

export type { KindSink, ReadState };
