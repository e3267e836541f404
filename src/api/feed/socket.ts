import { backoff } from '../retry';
import { parseFrame } from './messages';
import type { Frame } from './messages';

/** The part of `WebSocket` we use; tests bring their own. */
export interface SocketLike {
  onopen: ((event: Event) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  send(data: string): void;
  close(): void;
}

export interface SocketOptions {
  readonly open: () => SocketLike;
  readonly onFrame: (frame: Frame) => void;
  /** A socket is open; `isReturn` when there was one before it. */
  readonly onOpen: (isReturn: boolean) => void;
  readonly onLost: () => void;
  /** An attempt ended without a connection; a WebSocket does not tell why. */
  readonly onRefused?: () => void;
  /** The server pings every 30 s: silence for longer than this means a dead line. Milliseconds. */
  readonly silence?: number;
  readonly random?: () => number;
}

export interface FeedSocket {
  readonly isOpen: () => boolean;
  start(): void;
  stop(): void;
  /** Sends when open; otherwise the message is dropped, since every return subscribes anew. */
  send(message: Readonly<Record<string, unknown>>): void;
}

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** A connection must hold this long before the pauses start small again. */
const PROVEN = 10_000;
const SILENCE = 35_000;
const CONNECT_TIMEOUT = 15_000;

/** One socket that comes back for ever: doubling pauses with jitter, and an end to lines that have gone silent. */
export function createFeedSocket(options: SocketOptions): FeedSocket {
  let socket: SocketLike | null = null;
  let isOpen = false;
  let isStopped = true;
  let wasOpen = false;
  let attempt = 0;
  let openedAt = 0;
  let heardAt = -Infinity;
  let silenceTimer: ReturnType<typeof setTimeout> | undefined;
  let reconnectTimer: ReturnType<typeof setTimeout> | undefined;
  const silence = options.silence ?? SILENCE;

  /** Gives the line up after so long without a word. A timer set anew with every message would cost more than reading it. */
  const listen = (ms: number): void => {
    clearTimeout(silenceTimer);
    silenceTimer = setTimeout(() => {
      const left = heardAt + silence - performance.now();

      if (left > 0) {
        listen(left);
      } else {
        lose();
      }
    }, ms);
  };

  const detach = (): void => {
    clearTimeout(silenceTimer);
    if (socket) {
      socket.onopen = socket.onclose = socket.onmessage = socket.onerror = null;
      try {
        socket.close();
      } catch { /* a socket that can't be closed is gone already */ }
      socket = null;
    }
  };

  const lose = (): void => {
    const hadOpened = isOpen;

    detach();
    isOpen = false;
    if (isStopped) {
      return;
    }
    if (hadOpened) {
      attempt = Date.now() - openedAt >= PROVEN ? 0 : attempt;
      options.onLost();
    } else {
      options.onRefused?.();
    }
    clearTimeout(reconnectTimer);
    reconnectTimer = setTimeout(connect, backoff(attempt++, FIRST_PAUSE, LONGEST_PAUSE, options.random));
  };

  const connect = (): void => {
    if (isStopped) {
      return;
    }
    try {
      socket = options.open();
    } catch {
      lose();

      return;
    }
    heardAt = -Infinity;
    listen(CONNECT_TIMEOUT);
    socket.onopen = () => {
      const isReturn = wasOpen;

      isOpen = true;
      wasOpen = true;
      openedAt = Date.now();
      heardAt = performance.now();
      listen(silence);
      options.onOpen(isReturn);
    };
    socket.onclose = () => { lose(); };
    socket.onerror = () => { lose(); };
    socket.onmessage = ({ data }) => {
      heardAt = performance.now();
      const frame = parseFrame(data);

      if (frame) {
        options.onFrame(frame);
      }
    };
  };

  return {
    isOpen: () => isOpen,
    start() {
      if (isStopped) {
        isStopped = false;
        attempt = 0;
        connect();
      }
    },
    stop() {
      isStopped = true;
      isOpen = false;
      wasOpen = false;
      clearTimeout(reconnectTimer);
      detach();
    },
    send(message) {
      if (isOpen) {
        try {
          socket?.send(JSON.stringify(message));
        } catch {
          lose();
        }
      }
    }
  };
}
