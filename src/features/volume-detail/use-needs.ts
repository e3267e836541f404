import { onBeforeUnmount } from 'vue';
import type { Inventory } from '@/stores/contract';
import type { InventoryKind } from '@/domain/view';

/** Keeps feeds running while the component lives; the inventory lets them linger for the next one. Call in `setup`. */
export function useNeeds(inventory: Pick<Inventory, 'need'>, kinds: readonly InventoryKind[]): void {
  onBeforeUnmount(inventory.need(kinds));
}
