import { ref } from 'vue';
import type { Ref } from 'vue';

/** The cluster's time on this machine's clock: they differ by a skew, and a simulated cluster may run faster. */
export interface ClusterClock {
  /** Epoch milliseconds of the cluster. */
  read(): number;
  /** Moved once a second; for templates. */
  readonly now: Readonly<Ref<number>>;
  /** The server said its time is this, just now. */
  sync(serverNow: number, speed?: number): void;
  /** Runs with every second that passes. */
  onTick(listener: () => void): () => void;
  start(): void;
  stop(): void;
}

const TICK = 1000;
/** A `Date` header has whole seconds and a journey behind it: nearer than this is the same time. */
const NEGLIGIBLE_SKEW = 2000;

export function createClusterClock(): ClusterClock {
  let anchor = { machine: 0, cluster: 0, speed: 1 };
  let timer: ReturnType<typeof setInterval> | undefined;
  const listeners = new Set<() => void>();
  const read = (): number => Math.round(anchor.cluster + (Date.now() - anchor.machine) * anchor.speed);
  const now = ref(read());

  return {
    read,
    now,
    sync(serverNow, speed = 1) {
      if (speed !== anchor.speed || Math.abs(serverNow - read()) > NEGLIGIBLE_SKEW * speed) {
        anchor = { machine: Date.now(), cluster: serverNow, speed };
        now.value = read();
      }
    },
    onTick(listener) {
      listeners.add(listener);

      return () => { listeners.delete(listener); };
    },
    start() {
      timer ??= setInterval(() => {
        now.value = read();
        listeners.forEach((listener) => { listener(); });
      }, TICK);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    }
  };
}
