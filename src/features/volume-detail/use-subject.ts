import { computed, effectScope, type ComputedRef } from 'vue';
import type { ClusterContext } from '@/stores/contract';
import { diskLabel } from './disk-label';
import { freshnessOf, isSameFreshness, type Freshness } from './freshness';
import { findSubject, type Subject, type SubjectRef } from './subject';
import type { Wording } from './words';

/** The cluster's freshness; changes only when what it says changes. */
export function useFreshness(cluster: ClusterContext): ComputedRef<Freshness> {
  return computed<Freshness>((old) => {
    void cluster.inventory.version.value;
    const next = freshnessOf(cluster.inventory);

    return old && isSameFreshness(old, next) ? old : next;
  });
}

function isSameSubject(a: Subject, b: Subject): boolean {
  return a.kind === b.kind && a.verdict === b.verdict && a.volume === b.volume && a.claim === b.claim && a.volumeName === b.volumeName && a.claimId === b.claimId &&
    a.schedulingError === b.schedulingError && a.driver === b.driver && isSameFreshness(a.freshness, b.freshness) &&
    a.machines.length === b.machines.length && a.machines.every((machine, index) => machine === b.machines[index]);
}

/** The subject behind a reference, followed as the cluster changes. The object changes only when something in it does. */
export function useSubject(cluster: ClusterContext, ref: () => SubjectRef): ComputedRef<Subject> {
  return computed<Subject>((old) => {
    void cluster.inventory.version.value;
    void cluster.health.version.value;
    const next = findSubject(cluster, ref());

    return old && isSameSubject(old, next) ? old : next;
  });
}

const wordings = new WeakMap<ClusterContext, ComputedRef<Wording>>();

/**
 * What turns findings into words; one per cluster, shared by every row. The clock in it moves once a minute: sentences
 * carry clock times, whose wording depends on the day only.
 */
export function useWording(cluster: ClusterContext): ComputedRef<Wording> {
  const known = wordings.get(cluster);

  if (known) {
    return known;
  }
  const scope = effectScope(true);
  const made = scope.run(() => {
    const minute = computed(() => Math.floor(cluster.now.value / 60_000));

    return computed<Wording>(() => ({ t: cluster.t, locale: cluster.locale.value, now: minute.value * 60_000, labelDisk: (node, disk) => diskLabel(cluster.inventory, node, disk) }));
  });

  if (!made) {
    throw new Error('The wording of a cluster could not be set up.');
  }
  wordings.set(cluster, made);
  return made;
}
