import { effectScope, watch } from 'vue';
import { noteStanding } from '@/domain/boot-volume/standstill';
import type { Standing } from '@/domain/boot-volume/standstill';
import { KIND } from '@/domain/kube/kinds';
import type { ClusterContext, Inventory } from '@/stores/contract';

type Standings = ReadonlyMap<string, Standing>;
const watched = new WeakMap<Inventory, Standings>();

/**
 * Since when each data volume has not moved. Watched from the first call on for as long as the cluster is shown, so that
 * leaving an image's page and coming back does not make a standstill look young.
 */
export function useStandings(cluster: ClusterContext): (dataVolumeId: string) => Standing | undefined {
  const standings = watched.get(cluster.inventory) ?? keepWatch(cluster);

  return id => standings.get(id);
}

function keepWatch({ inventory, now }: ClusterContext): Standings {
  const standings = new Map<string, Standing>();

  watched.set(inventory, standings);
  // Not the component's: what was seen stays known when it goes.
  effectScope(true).run(() => {
    watch(inventory.version, () => {
      if (inventory.readState(KIND.dataVolume).status !== 'ready') {
        return;
      }
      const present = new Set<string>();

      for (const dataVolume of inventory.all(KIND.dataVolume)) {
        present.add(dataVolume.meta.id);
        standings.set(dataVolume.meta.id, noteStanding(standings.get(dataVolume.meta.id), dataVolume, now.value));
      }
      for (const id of standings.keys()) {
        if (!present.has(id)) {
          standings.delete(id);
        }
      }
    }, { immediate: true, flush: 'sync' });
  });

  return standings;
}
