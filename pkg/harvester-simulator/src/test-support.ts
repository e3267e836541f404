import { WebSocket } from 'ws';
import { conformance } from './test-conformance';
import { createSimulator, type Simulator, type SimulatorOptions } from './server';
import type { Wiring } from './wiring';

/** Nothing but the store and its surface: no controller moves, no scenario furnishes. */
export const BARE_WIRING: Wiring = { controllers: [], handlers: { actions: [], streams: [], links: [] }, scenarios: [], faults: [] };

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, never> & { data?: Record<string, never>[]; [key: string]: unknown };
}

export interface Harness {
  simulator: Simulator;
  url: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  subscribe(path?: string): Promise<Feed>;
  close(): Promise<void>;
}

export interface Feed {
  frames: Record<string, unknown>[];
  send(message: unknown): void;
  /** Resolves to the first frame, seen or still to come, that passes. */
  until(test: (frame: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  closed: Promise<void>;
  close(): void;
}

export interface HarnessOptions extends SimulatorOptions {
  /** For tests that write what no schema allows. */
  isExemptFromSchemas?: boolean;
}

/** A simulator on a free port of this machine, time standing still, every object held to its schema. */
export async function openSimulator({ isExemptFromSchemas = false, wiring = BARE_WIRING, ...options }: HarnessOptions = {}): Promise<Harness> {
  const controllers = isExemptFromSchemas ? wiring.controllers : [conformance, ...wiring.controllers];
  const simulator = createSimulator({ clock: 'manual', ...options, wiring: { ...wiring, controllers } });
  const { url } = await simulator.listen();
  const feeds: Feed[] = [];
  return {
    simulator,
    url,
    async call(method, path, body, headers = {}) {
      const response = await fetch(url + path, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) })
      });
      const text = await response.text();
      let parsed: unknown = {};
      try {
        parsed = JSON.parse(text);
      } catch {
        // plain text
      }
      return { status: response.status, headers: response.headers, text, body: parsed as Answer['body'] };
    },
    async subscribe(path = '/v1/harvester/subscribe') {
      const feed = await openFeed(`${url.replace('http', 'ws')}${path}`);
      feeds.push(feed);
      return feed;
    },
    async close() {
      for (const feed of feeds) feed.close();
      await simulator.close();
    }
  };
}

async function openFeed(url: string): Promise<Feed> {
  const socket = new WebSocket(url);
  const frames: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data: Buffer) => {
    frames.push(JSON.parse(data.toString('utf8')) as Record<string, unknown>);
    for (const look of [...waiting]) look();
  });
  const closed = new Promise<void>((resolve) => socket.on('close', () => { resolve(); }));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => { resolve(); });
    socket.once('error', reject);
  });
  return {
    frames,
    closed,
    send: (message) => { socket.send(typeof message === 'string' ? message : JSON.stringify(message)); },
    until: (test) => new Promise((resolve, reject) => {
      const timer = setTimeout(() => { reject(new Error(`no such frame among ${JSON.stringify(frames).slice(0, 2000)}`)); }, 3000);
      const look = (): void => {
        const found = frames.find(test);
        if (found === undefined) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    }),
    close: () => { socket.terminate(); }
  };
}
