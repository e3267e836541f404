import { inject } from 'vue';
import { CLUSTER, type ClusterContext } from '@/stores/contract';

/**
 * The cluster that the surrounding app or extension provides under `CLUSTER`.
 * Call it in `setup`. Throws when nothing provides one: a feature without a cluster has nothing true to say.
 */
export function useCluster(): ClusterContext {
  const cluster = inject(CLUSTER, null);

  if (!cluster) {
    throw new Error('No cluster context: provide CLUSTER above this component.');
  }

  return cluster;
}
