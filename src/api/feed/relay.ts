import type { SocketLike } from './socket';

/** Name of the worker, for those who look at a page from outside. */
export const RELAY = 'lhv2-relay';

/** What the page tells the relay: where to connect, what to send, or that it is done. */
export type ToRelay = { readonly open: string } | { readonly send: string } | { readonly close: true };
/** What the relay tells the page: the state of the socket, or the messages of a while, oldest first. */
export type FromRelay = 'open' | 'close' | readonly string[];

export interface RelayOptions {
  readonly open: (url: string) => SocketLike;
  readonly post: (message: FromRelay) => void;
  /** The socket has closed: nothing more will come. */
  readonly end: () => void;
}

/** Messages of a busy cluster reach the page this far apart, milliseconds; the first after a pause at once. */
const INTERVAL = 200;
/** More messages than this travel apart: the page gets its turn between them. */
const MOST = 100;

/** The far end of a socket that lives in a worker: bundles what arrives, so that a busy cluster costs the page a few tasks a second. */
export function createRelay({ open, post, end }: RelayOptions): (message: ToRelay) => void {
  let socket: SocketLike | null = null;
  let waiting: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let postedAt = -Infinity;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length > 0) {
      postedAt = performance.now();
      post(waiting);
      waiting = [];
    }
  }

  function lost(): void {
    if (socket) {
      socket.onopen = socket.onclose = socket.onerror = socket.onmessage = null;
      socket = null;
      // What was still said counts, and comes first.
      flush();
      post('close');
      end();
    }
  }

  return (message) => {
    if ('open' in message) {
      try {
        socket = open(message.open);
      } catch {
        post('close');
        end();

        return;
      }
      socket.onopen = () => { post('open'); };
      socket.onclose = socket.onerror = lost;
      socket.onmessage = ({ data }) => {
        waiting.push(String(data));
        if (waiting.length >= MOST) {
          flush();
        } else {
          timer ??= setTimeout(flush, Math.max(0, postedAt + INTERVAL - performance.now()));
        }
      };
    } else if ('send' in message) {
      socket?.send(message.send);
    } else {
      const closing = socket;

      waiting = [];
      if (closing) {
        closing.onopen = closing.onmessage = null;
        closing.close();
      } else {
        end();
      }
    }
  };
}
