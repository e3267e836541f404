import { onBeforeUnmount } from 'vue';
import type { Inventory } from '@/stores/contract';
import type { InventoryKind } from '@/domain/view';

/** Long enough for a page change or a table that mounts its cells again; short enough not to feed a closed page. */
const LINGER_MS = 30_000;

/** Keeps feeds running while the component lives, and a little longer. Call in `setup`. */
export function useNeeds(inventory: Pick<Inventory, 'need'>, kinds: readonly InventoryKind[]): void {
  const release = inventory.need(kinds);

  onBeforeUnmount(() => { setTimeout(release, LINGER_MS); });
}
