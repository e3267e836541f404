import type { Ref } from 'vue';
import type { HarvesterApi } from '@/api/contract';
import { diagnoseVolume } from '@/domain/health/diagnose';
import { createClusterClock } from './clock';
import type { ClusterClock } from './clock';
import type { ClusterContext, PageLinks, Translate } from './contract';
import { createHealthIndex } from './health-index';
import type { Diagnose, LiveHealthIndex } from './health-index';
import { createInventory } from './inventory';
import type { InventoryOptions, LiveInventory } from './inventory';

export interface ClusterContextOptions extends InventoryOptions {
  readonly clusterId: string;
  readonly api: HarvesterApi;
  readonly locale: Readonly<Ref<string>>;
  readonly t: Translate;
  readonly links: PageLinks;
  readonly navigate: (path: string) => void;
  /** Default: a clock of its own, started here. */
  readonly clock?: ClusterClock;
  readonly diagnose?: Diagnose;
}

export interface OwnedClusterContext extends ClusterContext {
  readonly clock: ClusterClock;
  readonly inventory: LiveInventory;
  readonly health: LiveHealthIndex;
  /** Ends feeds and timers: the cluster is shown no more. */
  dispose(): void;
}

/** Everything a feature may ask of its surroundings, put together for one cluster. */
export function createClusterContext(options: ClusterContextOptions): OwnedClusterContext {
  const clock = options.clock ?? createClusterClock();
  const inventory = createInventory(options.api, { now: clock.read, ...options });
  const health = createHealthIndex({ inventory, diagnose: options.diagnose ?? diagnoseVolume, now: clock.read });
  const stopTicks = clock.onTick(() => { health.tick(); });

  clock.start();

  return {
    clusterId: options.clusterId,
    api: options.api,
    inventory,
    health,
    now: clock.now,
    locale: options.locale,
    t: options.t,
    links: options.links,
    navigate: options.navigate,
    clock,
    dispose() {
      stopTicks();
      clock.stop();
      health.dispose();
      inventory.dispose();
    }
  };
}
