import type { FromRelay, ToRelay } from './relay';
import type { SocketLike } from './socket';

/** The part of `Worker` we use; tests bring their own. */
export type WorkerLike = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

/**
 * Opens sockets in a worker, which bundles what arrives: a message costs the page's main thread as much as reading it,
 * and at 200 a second that shows. Where a page may not start workers (its content policy), the sockets are ordinary ones.
 *
 * @param startWorker starts a worker that runs a relay; throws where there may be none
 */
export function createSocketOpener(startWorker: () => WorkerLike, openDirectly: (url: string) => SocketLike = (url) => new WebSocket(url)): (url: string) => SocketLike {
  /** Known once a worker was refused: it would be again. */
  let mustBeDirect = false;

  return (url) => {
    if (mustBeDirect) {
      return openDirectly(url);
    }
    let worker: WorkerLike;

    try {
      worker = startWorker();
    } catch {
      mustBeDirect = true;

      return openDirectly(url);
    }
    const tell = (message: ToRelay): void => { worker.postMessage(message); };
    let hasSpoken = false;
    let direct: SocketLike | null = null;
    const socket: SocketLike = {
      onopen: null, onclose: null, onmessage: null, onerror: null,
      send: (data) => {
        if (direct) {
          direct.send(data);
        } else {
          tell({ send: data });
        }
      },
      close: () => {
        if (direct) {
          direct.close();
        } else {
          worker.onmessage = worker.onerror = null;
          tell({ close: true });
        }
      }
    };
    const lost = (): void => { socket.onclose?.(new Event('close') as CloseEvent); };

    worker.onmessage = ({ data }: MessageEvent<FromRelay>) => {
      hasSpoken = true;
      if (data === 'open') {
        socket.onopen?.(new Event('open'));
      } else if (data === 'close') {
        lost();
      } else {
        for (const message of data) {
          try {
            socket.onmessage?.({ data: message } as MessageEvent<string>);
          } catch (error) {
            // One message's trouble must not take the others with it.
            reportError(error);
          }
        }
      }
    };
    worker.onerror = () => {
      worker.terminate();
      if (hasSpoken) {
        lost();

        return;
      }
      // The worker's script was refused: it never said a word.
      mustBeDirect = true;
      try {
        direct = openDirectly(url);
      } catch {
        lost();

        return;
      }
      direct.onopen = (event) => socket.onopen?.(event);
      direct.onclose = (event) => socket.onclose?.(event);
      direct.onmessage = (event) => socket.onmessage?.(event);
      direct.onerror = (event) => socket.onerror?.(event);
    };
    tell({ open: url });

    return socket;
  };
}
