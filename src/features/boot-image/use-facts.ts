import { onBeforeUnmount, shallowRef, watch } from 'vue';
import type { ShallowRef } from 'vue';
import type { ApiFailure } from '@/api/contract';
import type { ClusterFacts } from '@/domain/boot-volume/types';
import { KIND } from '@/domain/kube/kinds';
import type { Kind } from '@/domain/kube/kinds';
import type { ClusterContext } from '@/stores/contract';

const CSI_DRIVER = 'driver.longhorn.io';

/** What the readiness list asks of the API itself: the CSI driver, and what this user may create. null until told. */
export function useFacts(cluster: ClusterContext): Readonly<ShallowRef<ClusterFacts & { readonly canCreateClasses: boolean | null }>> {
  const facts = shallowRef<ClusterFacts & { readonly canCreateClasses: boolean | null }>({ hasCsiDriver: null, canCreateImages: null, canCreateMachines: null, canCreateClasses: null });
  let isGone = false;

  async function ask(): Promise<void> {
    const [hasCsiDriver, canCreateImages, canCreateMachines, canCreateClasses] = await Promise.all([
      findDriver(cluster), mayCreate(cluster, KIND.image), mayCreate(cluster, KIND.virtualMachine), mayCreate(cluster, KIND.storageClass)
    ]);

    if (!isGone) {
      facts.value = { hasCsiDriver, canCreateImages, canCreateMachines, canCreateClasses };
    }
  }

  watch(() => cluster.clusterId, () => { void ask(); }, { immediate: true });
  // What could not be asked while the cluster was away is asked again when it is back.
  watch(() => cluster.inventory.feed.value.state, (state, before) => {
    if (state === 'live' && before !== 'live' && Object.values(facts.value).includes(null)) {
      void ask();
    }
  });
  onBeforeUnmount(() => { isGone = true; });

  return facts;
}

async function findDriver(cluster: ClusterContext): Promise<boolean | null> {
  try {
    if (!(await cluster.api.access(KIND.csiDriver)).exists) {
      return null;
    }

    await cluster.api.get(KIND.csiDriver, CSI_DRIVER);

    return true;
  } catch (error) {
    return (error as Partial<ApiFailure>).status === 404 ? false : null;
  }
}

async function mayCreate(cluster: ClusterContext, kind: Kind): Promise<boolean | null> {
  try {
    const access = await cluster.api.access(kind);

    return access.exists && access.canCreate;
  } catch {
    return null;
  }
}
