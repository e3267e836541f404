import type { Evidence } from '../health/types';
import type { Kind, ReadStatus } from '../kube/kinds';
import type { ClusterView } from '../view';

/** Why a kind can't be judged; null when it can. `stale` counts as read: the feed marks it elsewhere. */
export type Unread = 'loading' | 'forbidden' | 'absent' | 'failed';

const UNREAD: Readonly<Record<ReadStatus, Unread | null>> = {
  unread: 'loading', loading: 'loading', ready: null, stale: null, forbidden: 'forbidden', absent: 'absent', failed: 'failed'
};

/** Why not all objects of the kind are known, or null when they are. */
export function unreadReason(view: ClusterView, kind: Kind): Unread | null {
  return UNREAD[view.readState(kind).status];
}

/** Of several kinds, the first reason not to judge; null when all are known. */
export function firstUnread(view: ClusterView, kinds: readonly Kind[]): { readonly kind: Kind; readonly reason: Unread } | null {
  for (const kind of kinds) {
    const reason = unreadReason(view, kind);

    if (reason !== null) {
      return { kind, reason };
    }
  }

  return null;
}

/** One field that was read. `value` null: the object or the field is not there. */
export function evidenceOf(view: ClusterView, kind: Kind, id: string, path: string, value: string | number | boolean | null): Evidence {
  return { kind, id, path, value: value === null ? null : String(value), readAt: view.readAt(kind, id) };
}
