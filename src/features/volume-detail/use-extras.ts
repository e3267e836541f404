import { computed, onScopeDispose, shallowRef, watch, type ComputedRef } from 'vue';
import { diagnoseVolume, type VolumeExtras, type VolumeVerdict } from '@/domain/health';
import { leftoverOf, shardGroupOf } from '@/domain/health/extras';
import { KIND, type Kind } from '@/domain/kube/kinds';
import { LONGHORN_NAMESPACE } from '@/domain/kube/names';
import type { RawObject } from '@/domain/kube/types';
import type { ClusterContext } from '@/stores/contract';
import type { Subject } from './subject';
import type { VolumeEvent } from './volume-events';

/** Pages read at most; a cluster with more leftovers than that has other worries. */
const PAGES = 5;
const PAGE = 500;
/** Older events tell of another time: milliseconds. */
const RECENT = 900_000;

async function readAll(api: Pick<ClusterContext['api'], 'list'>, kind: Kind, signal: AbortSignal): Promise<readonly RawObject[]> {
  const items: RawObject[] = [];
  let next: string | undefined;

  for (let page = 0; page < PAGES; page += 1) {
    const answer = await api.list(kind, { namespace: LONGHORN_NAMESPACE, limit: PAGE, signal, ...(next ? { next } : {}) });

    items.push(...answer.items);
    if (answer.next === null) {
      break;
    }
    next = answer.next;
  }
  return items;
}

/** A kind that may not be read, or that this version does not have, adds nothing. */
async function readOptional(api: Pick<ClusterContext['api'], 'list'>, kind: Kind, signal: AbortSignal): Promise<readonly RawObject[]> {
  return readAll(api, kind, signal).catch(() => []);
}

function present<T>(item: T | null | undefined): item is T {
  return item !== null && item !== undefined;
}

export interface Extras {
  /** The subject, its verdict told with all that was read on demand. */
  readonly subject: ComputedRef<Subject>;
  /** The volume's events, where they were read anyway. */
  readonly noteEvents: (events: readonly VolumeEvent[]) => void;
}

/**
 * What the inventory does not keep, for the one volume whose details are open: leftovers of its replicas, its shard
 * group, its events. They add to the verdict and never stand in for objects that could not be read.
 */
export function useExtras(cluster: ClusterContext, subject: ComputedRef<Subject>): Extras {
  const extras = shallowRef<VolumeExtras>({});
  let running: AbortController | undefined;

  async function read(volumeName: string, isSharded: boolean): Promise<void> {
    running?.abort();
    const controller = new AbortController();

    running = controller;
    extras.value = {};
    if (volumeName === '') {
      return;
    }
    const [orphans, groups] = await Promise.all([
      readOptional(cluster.api, KIND.orphan, controller.signal),
      isSharded ? readOptional(cluster.api, KIND.shardGroup, controller.signal) : []
    ]);

    if (!controller.signal.aborted) {
      const group = groups.map((raw) => shardGroupOf(raw, volumeName)).find(present);

      extras.value = { ...extras.value, orphans: orphans.map((raw) => leftoverOf(raw, volumeName)).filter(present), ...(group ? { shardGroup: group } : {}) };
    }
  }

  watch(() => [subject.value.volumeName, subject.value.volume?.dataLayout === 'sharded'] as const, ([name, isSharded], old) => {
    if (old?.[0] !== name || old[1] !== isSharded) {
      void read(name, isSharded);
    }
  }, { immediate: true });
  onScopeDispose(() => { running?.abort(); });

  const told = computed<VolumeVerdict | undefined>(() => {
    const { kind, volumeName, verdict } = subject.value;
    const now = cluster.now.value;
    const events = (extras.value.events ?? []).filter((event) => now - event.at < RECENT);
    const { orphans = [], shardGroup } = extras.value;

    return kind !== 'known' || verdict === undefined || (events.length === 0 && orphans.length === 0 && shardGroup === undefined) ? verdict
      : diagnoseVolume(cluster.inventory, volumeName, now, cluster.health.history(volumeName), { ...extras.value, events });
  });

  return {
    subject: computed(() => (told.value === subject.value.verdict ? subject.value : { ...subject.value, verdict: told.value })),
    noteEvents: (events) => { extras.value = { ...extras.value, events: events.flatMap(({ reason, message, at }) => (at === null ? [] : [{ reason, message, at }])) }; }
  };
}
