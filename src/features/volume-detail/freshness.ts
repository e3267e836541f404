import type { Kind, ReadStatus } from '@/domain/kube/kinds';
import type { InventoryKind } from '@/domain/view';
import type { Inventory } from '@/stores/contract';
import { CORE_KINDS } from './kinds';

/** How far what is shown may be trusted. Only `live` allows a calm answer. */
export type Freshness =
  | { readonly state: 'live' }
  | { readonly state: 'loading' }
  | { readonly state: 'stale'; readonly since: number }
  | { readonly state: 'unreadable'; readonly kinds: readonly { readonly kind: Kind; readonly status: ReadStatus; readonly message: string }[] };

const UNREADABLE: ReadonlySet<ReadStatus> = new Set(['forbidden', 'absent', 'failed']);
const LIVE: Freshness = { state: 'live' };
const LOADING: Freshness = { state: 'loading' };

/** The worst of the kinds' read states. A kind that nobody may read outweighs one that is late. */
export function freshnessOf(inventory: Pick<Inventory, 'readState'>, kinds: readonly InventoryKind[] = CORE_KINDS): Freshness {
  const states = kinds.map((kind) => ({ kind, read: inventory.readState(kind) }));
  const unreadable = states.filter(({ read }) => UNREADABLE.has(read.status));

  if (unreadable.length > 0) {
    return { state: 'unreadable', kinds: unreadable.map(({ kind, read }) => ({ kind, status: read.status, message: read.message })) };
  }
  if (states.some(({ read }) => read.status === 'unread' || read.status === 'loading')) {
    return LOADING;
  }
  const stale = states.filter(({ read }) => read.status === 'stale').map(({ read }) => read.since ?? read.readAt ?? 0);

  return stale.length > 0 ? { state: 'stale', since: Math.min(...stale) } : LIVE;
}

/** Two freshnesses that read alike: lets a computed keep its old object. */
export function isSameFreshness(a: Freshness, b: Freshness): boolean {
  if (a.state !== b.state) {
    return false;
  }
  if (a.state === 'stale' && b.state === 'stale') {
    return a.since === b.since;
  }
  return a.state === 'unreadable' && b.state === 'unreadable'
    ? a.kinds.map(({ kind, status }) => kind + status).join() === b.kinds.map(({ kind, status }) => kind + status).join()
    : true;
}
