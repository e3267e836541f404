import type { World } from './world';

/** How often the load generator writes a batch. Wall-clock milliseconds. */
const BATCH_PERIOD = 50;

/**
 * Keeps Longhorn volumes changing, so many writes per second by the wall clock: the chatter of a busy cluster, where
 * `status.actualSize` moves all the time. Returns the stop.
 */
export function generateLoad(world: World, eventsPerSecond: number): () => void {
  let owed = 0;
  let next = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    owed = Math.min(owed + ((now - last) / 1000) * eventsPerSecond, eventsPerSecond);
    last = now;
    const { store } = world.harvester.cluster;
    const volumes = store.list('longhorn.io.volume');
    if (volumes.length === 0) return;
    for (; owed >= 1; owed--) {
      const volume = volumes[next++ % volumes.length];
      if (volume === undefined) continue;
      store.edit('longhorn.io.volume', `${volume.metadata.namespace ?? ''}/${volume.metadata.name}`, (draft) => {
        const status = (draft.status ??= {});
        status['actualSize'] = Number(status['actualSize'] ?? 0) + 4096;
      });
    }
  }, BATCH_PERIOD);
  timer.unref();
  return () => { clearInterval(timer); };
}
