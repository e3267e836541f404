import { createRelay, type FromRelay, type ToRelay } from '../feed/relay';
import type { WorkerLike } from '../feed/relayed-socket';
import type { SocketLike } from '../feed/socket';

/** The relay without a thread of its own: messages between page and worker still arrive later, and in order. */
export class InProcessWorker implements WorkerLike {
  onmessage: WorkerLike['onmessage'] = null;
  onerror: WorkerLike['onerror'] = null;
  hasEnded = false;
  /** What reached the page, oldest first. */
  readonly heard: FromRelay[] = [];
  private readonly relay: (message: ToRelay) => void;

  constructor(open: (url: string) => SocketLike) {
    this.relay = createRelay({
      open,
      post: (message) => {
        queueMicrotask(() => {
          this.heard.push(message);
          this.onmessage?.call(this as unknown as Worker, { data: message } as MessageEvent<FromRelay>);
        });
      },
      end: () => { this.hasEnded = true; }
    });
  }

  postMessage(message: unknown): void {
    queueMicrotask(() => {
      if (!this.hasEnded) {
        this.relay(message as ToRelay);
      }
    });
  }

  terminate(): void {
    this.hasEnded = true;
  }
}
