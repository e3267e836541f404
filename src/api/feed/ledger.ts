import type { RawObject } from '@/domain/kube/types';
import { idOf, parseRevision, revisionOf } from './messages';
import type { Frame } from './messages';

/** Removals that are remembered, so that a late frame does not bring an object back. */
const TOMBSTONES = 2000;

/** A list under way: what it saw so far. */
export interface ListRun {
  see(items: readonly RawObject[]): void;
  /** Ends the list. Returns the ids that were held and are no longer there. */
  end(): string[];
}

/** Which objects of a kind are held, at which revision: decides what a frame still changes. */
export interface Ledger {
  beginList(): ListRun;
  /** Whether this content is news; notes it if so. Duplicates and late frames are not. */
  accept(object: RawObject): boolean;
  /** Id of a held object that this frame removes; null when it removes nothing. */
  acceptRemoval(frame: Frame): string | null;
  /** Forgets everything. Returns the ids that were held. */
  clear(): string[];
}

export function createLedger(): Ledger {
  let held = new Map<string, number>();
  const buried = new Map<string, number>();

  return {
    beginList() {
      const seen = new Map<string, number>();

      return {
        see(items) {
          for (const item of items) {
            const id = idOf(item);
            const at = revisionOf(item);

            seen.set(id, at);
            held.set(id, at);
          }
        },
        end() {
          const gone = [...held.keys()].filter((id) => !seen.has(id));

          held = seen;
          buried.clear();

          return gone;
        }
      };
    },
    accept(object) {
      const id = idOf(object);
      const at = revisionOf(object);

      if (!id || at <= (held.get(id) ?? -1) || at <= (buried.get(id) ?? -1)) {
        return false;
      }
      held.set(id, at);
      buried.delete(id);

      return true;
    },
    acceptRemoval(frame) {
      const id = idOf(frame.data);
      const revisions = [revisionOf(frame.data), parseRevision(frame.revision)].filter((at) => !Number.isNaN(at));
      const at = Math.max(-1, ...revisions);

      if (!id || (at >= 0 && at < (held.get(id) ?? -1))) {
        return null;
      }
      buried.set(id, at);
      if (buried.size > TOMBSTONES) {
        buried.delete(buried.keys().next().value ?? '');
      }

      return held.delete(id) ? id : null;
    },
    clear() {
      const ids = [...held.keys()];

      held = new Map();
      buried.clear();

      return ids;
    }
  };
}
