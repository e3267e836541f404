import type { HarvesterApi } from '@/api/contract';
import { KIND } from '@/domain/kube/kinds';
import type { InventoryKind } from '@/domain/view';
import { INVENTORY_KINDS, PARSERS } from '@/stores/parsers';
import type { LiveInventory } from '@/stores/inventory';

const PAGE = 500;

/** Every object of a kind as a fresh reader sees it, parsed. */
async function freshRecords(api: HarvesterApi, kind: InventoryKind): Promise<Map<string, string>> {
  const records = new Map<string, string>();
  let next: string | null = null;

  do {
    const page = await api.list(kind, { limit: PAGE, ...(next ? { next } : {}) });

    for (const item of page.items) {
      const record = PARSERS[kind](item);

      records.set(record.meta.id, JSON.stringify(record));
    }
    next = page.next;
  } while (next);

  return records;
}

/**
 * What differs between the inventory and fresh lists, field by field, in words; empty when nothing does. Change nothing
 * in the cluster meanwhile.
 */
export async function differences(api: HarvesterApi, inventory: LiveInventory, kinds: readonly InventoryKind[] = INVENTORY_KINDS): Promise<string[]> {
  const found: string[] = [];

  for (const kind of kinds) {
    if (!(await api.access(kind)).exists) {
      continue;
    }
    const fresh = await freshRecords(api, kind);
    const held = new Map([...inventory.all(kind)].map((record) => [record.meta.id, JSON.stringify(record)]));

    for (const [id, text] of fresh) {
      if (held.get(id) !== text) {
        found.push(`${ kind } ${ id } is ${ held.has(id) ? 'not what the server has' : 'missing' }`);
      }
    }
    for (const id of held.keys()) {
      if (!fresh.has(id)) {
        found.push(`${ kind } ${ id } is no longer on the server`);
      }
    }
  }
  // The verdicts stand and fall with these: none of them may have been left out above.
  for (const kind of [KIND.volume, KIND.replica, KIND.engine]) {
    if (inventory.readState(kind).status !== 'ready') {
      found.push(`${ kind } is ${ inventory.readState(kind).status }`);
    }
  }

  return found;
}
