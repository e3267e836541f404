/** Everything that can happen to a cluster and to the line to it, by the simulator's control commands. */
export interface Step {
  readonly command: string;
  readonly args: Readonly<Record<string, string | number | boolean>>;
}

/** A fault, and what ends it some seconds later; null when it passes by itself. */
export interface Fault {
  readonly begin: Step;
  readonly end: Step | null;
}

/** Mulberry32: the same seed, the same storm. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;

  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);

    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;

    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const step = (command: string, args: Step['args'] = {}): Step => ({ command, args });

/** One fault by chance, of the cluster about as often as of the line. */
export function pickFault(random: () => number, nodes: readonly string[], volumes: readonly string[]): Fault {
  const of = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const node = of(nodes);
  const volume = of(volumes);
  const faults: readonly (() => Fault)[] = [
    () => ({ begin: step('node-down', { node }), end: step('node-up', { node }) }),
    () => ({ begin: step('cordon', { node }), end: step('uncordon', { node }) }),
    () => ({ begin: step('scheduling-off', { node }), end: step('scheduling-on', { node }) }),
    () => ({ begin: step('evict-node', { node }), end: step('cancel-evict', { node }) }),
    () => ({ begin: step('disk-pull', { node }), end: step('disk-restore', { node }) }),
    () => ({ begin: step('disk-fill', { node }), end: step('disk-free', { node }) }),
    () => ({ begin: step('replica-fail', { volume }), end: null }),
    () => ({ begin: step('replica-delete', { volume }), end: null }),
    () => ({ begin: step('engine-crash', { volume }), end: null }),
    () => ({ begin: step('rebuild-error', { volume }), end: null }),
    () => ({ begin: step('slow-rebuild', { factor: 0.2 }), end: step('slow-rebuild', { factor: 1 }) }),
    () => ({ begin: step('api-drop-sockets'), end: null }),
    () => ({ begin: step('api-drop-sockets'), end: null }),
    () => ({ begin: step('api-stop-watches'), end: null }),
    () => ({ begin: step('api-stop-watches'), end: null }),
    () => ({ begin: step('api-offline', { seconds: 1 + Math.floor(random() * 12) }), end: null }),
    () => ({ begin: step('api-fault', { status: of([429, 500, 502, 503, 504]), method: 'GET', count: 1 + Math.floor(random() * 8) }), end: null }),
    () => ({ begin: step('api-events', { duplicate: true }), end: step('api-events', { duplicate: false }) }),
    () => ({ begin: step('api-events', { reorder: true }), end: step('api-events', { reorder: false }) }),
    () => ({ begin: step('api-latency', { ms: Math.floor(random() * 400) }), end: step('api-latency', { ms: 0 }) })
  ];

  return of(faults)();
}
