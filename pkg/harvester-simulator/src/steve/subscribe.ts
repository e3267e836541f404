import type { WebSocket } from 'ws';
import { StoreError } from '../contract';
import { isRecord } from '../http/body';
import type { Counts } from './counts';
import { visibleType, type View } from './surface';
import { type Envelope, type SubscribeMessage, echo, watchCounts, watchKey, watchType } from './subscription';

export interface SubscribeTimings {
  /** Milliseconds between pings, by the wall clock. */
  ping: number;
  /** A watch ends by itself after this long, by the wall clock. */
  watch: number;
  /** Bytes a socket may lag behind before its watches are cut. */
  backlog: number;
}

export const SUBSCRIBE_TIMINGS: SubscribeTimings = Object.freeze({ ping: 30_000, watch: 30 * 60_000, backlog: 64 * 1024 * 1024 });

/** Faults between the watch and the socket: what may happen to a frame on its way. */
export type Tamper = (frame: string, deliver: (frame: string) => void) => void;

interface Watch {
  message: SubscribeMessage;
  stop: () => void;
  timer: NodeJS.Timeout;
}

function textOrUndefined(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function parseMessage(data: string): SubscribeMessage | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isRecord(parsed) || typeof parsed['resourceType'] !== 'string') return undefined;
  const { resourceType, resourceVersion, debounceMs } = parsed;
  return {
    resourceType,
    resourceVersion: typeof resourceVersion === 'number' ? String(resourceVersion) : textOrUndefined(resourceVersion),
    namespace: textOrUndefined(parsed['namespace']),
    id: textOrUndefined(parsed['id']),
    selector: textOrUndefined(parsed['selector']),
    mode: textOrUndefined(parsed['mode']),
    ...(typeof debounceMs === 'number' ? { debounceMs } : {}),
    stop: parsed['stop'] === true
  };
}

/** One client's socket on `<base>/subscribe`. `view` is asked anew for each watch: role and cluster may have changed. */
export class SubscribeSession {
  private readonly watches = new Map<string, Watch>();
  private readonly ping: NodeJS.Timeout;

  constructor(private readonly socket: WebSocket, private readonly view: () => View, private readonly counts: () => Counts, private readonly timings: SubscribeTimings, private readonly tamper: Tamper) {
    this.ping = setInterval(() => {
      this.sendNow(JSON.stringify({ name: 'ping', data: { version: this.view().cluster.profile.serverVersion } }));
    }, timings.ping);
    this.ping.unref();
    socket.on('message', (data, isBinary) => {
      if (isBinary) return;
      this.receive((Buffer.isBuffer(data) ? data : Buffer.from(data as ArrayBuffer)).toString('utf8'));
    });
    socket.on('close', () => { this.dispose(); });
    socket.on('error', () => { this.dispose(); });
  }

  /** Ends every watch as the server does on its own account. */
  stopAll(): void {
    for (const [key] of [...this.watches]) this.end(key);
  }

  dispose(): void {
    clearInterval(this.ping);
    for (const watch of this.watches.values()) {
      clearTimeout(watch.timer);
      watch.stop();
    }
    this.watches.clear();
  }

  private receive(data: string): void {
    const message = parseMessage(data);
    if (message === undefined) {
      this.send({ name: 'resource.error', data: { error: 'invalid subscribe message' } });
      return;
    }
    const key = watchKey(message);
    if (message.stop) {
      if (this.watches.has(key)) this.end(key);
      return;
    }
    if (!this.watches.has(key)) this.begin(key, message);
  }

  private begin(key: string, message: SubscribeMessage): void {
    const view = this.view();
    const fail = (error: string): void => { this.send({ name: 'resource.error', ...echo(message), data: { error } }); };
    const isCount = message.resourceType === 'count' || message.resourceType === 'counts';
    const type = visibleType(view, message.resourceType);
    if (!isCount && message.resourceType !== 'schema' && type === undefined) {
      fail(`failed to find schema ${message.resourceType}`);
      return;
    }
    if (type !== undefined && !view.access.verbs(type).includes('watch')) {
      fail(`watch not allowed for ${message.resourceType}`);
      return;
    }
    let hasEnded = false;
    const outlet = {
      send: (frame: string) => { this.deliver(frame); },
      fail,
      ended: () => { hasEnded = true; }
    };
    let stop: () => void = () => undefined;
    try {
      if (isCount) stop = watchCounts(view, this.counts(), message, outlet);
      else if (type !== undefined) stop = watchType(view, type, message, outlet);
      else this.send({ name: 'resource.start', ...echo(message) });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      fail(error.message);
      return;
    }
    if (hasEnded) {
      this.send({ name: 'resource.stop', ...echo(message) });
      return;
    }
    const timer = setTimeout(() => { this.end(key); }, this.timings.watch);
    timer.unref();
    this.watches.set(key, { message, stop, timer });
  }

  private end(key: string): void {
    const watch = this.watches.get(key);
    if (watch === undefined) return;
    this.watches.delete(key);
    clearTimeout(watch.timer);
    watch.stop();
    this.send({ name: 'resource.stop', ...echo(watch.message) });
  }

  private send(envelope: Envelope): void {
    this.sendNow(JSON.stringify(envelope));
  }

  private deliver(frame: string): void {
    this.tamper(frame, (kept) => { this.sendNow(kept); });
    // A consumer that lags this far is cut: its watches stop, and it has to list and watch again.
    if (this.socket.bufferedAmount > this.timings.backlog) this.stopAll();
  }

  private sendNow(frame: string): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(frame);
  }
}
