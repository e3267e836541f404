import { onMounted, shallowRef } from 'vue';
import type { ShallowRef } from 'vue';
import { asObject, asText } from '@/domain/kube/fields';
import { KIND } from '@/domain/kube/kinds';
import { parseMeta } from '@/domain/kube/metadata';
import type { ClusterContext } from '@/stores/contract';

const SYSTEM = /^(?:cattle-|fleet-|kube-|harvester-|longhorn-|local$|p-|user-|c-|rancher-|forklift$|system-)/;

/** Namespaces a person may put things into, as far as they can be listed; what images and VMs already use otherwise. */
export function useNamespaces(cluster: ClusterContext): Readonly<ShallowRef<readonly string[]>> {
  const names = shallowRef<readonly string[]>(['default']);

  onMounted(async () => {
    try {
      const page = await cluster.api.list(KIND.namespace, { limit: 1000 });
      const found = page.items.filter(raw => asText(asObject(raw.status).phase) !== 'Terminating').map(raw => parseMeta(raw).name);

      names.value = unique(found);
    } catch {
      names.value = unique([
        'default',
        ...[...cluster.inventory.all(KIND.image)].map(image => image.meta.namespace),
        ...[...cluster.inventory.all(KIND.virtualMachine)].map(machine => machine.meta.namespace)
      ]);
    }
  });

  return names;
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter(name => name !== '' && !SYSTEM.test(name)).sort();
}
