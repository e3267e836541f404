import { computed, onScopeDispose, shallowRef, watch } from 'vue';
import type { ComputedRef } from 'vue';
import type { ReadState } from '@/domain/kube/kinds';
import type { InventoryKind, RecordOf } from '@/domain/view';
import { useCluster } from '../use-cluster';

/** Lists are read by people: twice a second is as often as they need to change. */
const PACE = 500;

export interface Rows<K extends InventoryKind> {
  readonly records: ComputedRef<readonly RecordOf[K][]>;
  readonly state: ComputedRef<ReadState>;
}

/** Records of a kind for a list, by name; keeps the kinds live while the component lives. Call in `setup`. */
export function useRows<K extends InventoryKind>(kind: K, also: readonly InventoryKind[] = []): Rows<K> {
  const { inventory } = useCluster();
  const paced = shallowRef(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const release = inventory.need([kind, ...also]);

  watch(inventory.version, () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      paced.value++;
    }, paced.value < 3 ? 0 : PACE);
  });
  onScopeDispose(() => {
    clearTimeout(timer);
    release();
  });

  return {
    records: computed(() => {
      void paced.value;

      return [...inventory.all(kind)].sort((a, b) => a.meta.id.localeCompare(b.meta.id, undefined, { numeric: true }));
    }),
    state: computed(() => {
      void paced.value;

      return inventory.readState(kind);
    })
  };
}
