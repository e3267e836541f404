import type { PersistentVolumeClaimRecord, VirtualMachineRecord } from '@/domain/harvester/types';
import type { VolumeVerdict } from '@/domain/health/types';
import { KIND } from '@/domain/kube/kinds';
import { longhornId } from '@/domain/kube/names';
import type { VolumeRecord } from '@/domain/longhorn/types';
import type { ClusterContext } from '@/stores/contract';
import { freshnessOf, type Freshness } from './freshness';

/**
 * Everything that is known of one volume, found by Longhorn volume name or by claim id.
 * - `known`: there is a verdict; `unbound`: the claim has no volume yet; `foreign`: another driver's volume
 * - `missing`: the object is not there although everything was read; `unread`: not everything was (see `freshness`)
 */
export interface Subject {
  readonly kind: 'known' | 'unbound' | 'foreign' | 'missing' | 'unread';
  readonly volumeName: string;
  /** `<ns>/<name>`; '' when no claim is known. */
  readonly claimId: string;
  readonly verdict: VolumeVerdict | undefined;
  readonly volume: VolumeRecord | undefined;
  readonly claim: PersistentVolumeClaimRecord | undefined;
  readonly machines: readonly VirtualMachineRecord[];
  /** CSI driver of a foreign volume. */
  readonly driver: string;
  /**
   * `longhorn.io/volume-scheduling-error` on the PV: readable by some who may not read Longhorn's own
   * objects. '' = none is recorded; null = the PV was not read, so nobody knows.
   */
  readonly schedulingError: string | null;
  readonly freshness: Freshness;
}

const LONGHORN_DRIVER = 'driver.longhorn.io';

export interface SubjectRef {
  readonly volumeName?: string;
  /** `<ns>/<name>` of the claim. */
  readonly claimId?: string;
}

/** Looks the volume up. Reads indexes only; call it inside a computed that has read `version`. */
export function findSubject(cluster: Pick<ClusterContext, 'inventory' | 'health'>, ref: SubjectRef): Subject {
  const { inventory, health } = cluster;
  const claim = ref.claimId ? inventory.get(KIND.persistentVolumeClaim, ref.claimId) : ref.volumeName ? inventory.claimOfVolume(ref.volumeName) : undefined;
  const volume = ref.volumeName ? inventory.get(KIND.volume, longhornId(ref.volumeName)) : ref.claimId ? inventory.volumeOfClaim(ref.claimId) : undefined;
  const persistentVolume = claim?.volumeName ? inventory.get(KIND.persistentVolume, claim.volumeName) : undefined;
  const volumeName = ref.volumeName ?? volume?.meta.name ?? persistentVolume?.volumeHandle ?? claim?.volumeName ?? '';
  const freshness = freshnessOf(inventory);
  const verdict = volumeName ? health.verdict(volumeName) : undefined;
  const claimId = ref.claimId ?? claim?.meta.id;
  const driver = persistentVolume?.driver ?? '';
  const isForeign = driver !== '' && driver !== LONGHORN_DRIVER;
  const base = {
    volumeName, claimId: claimId ?? '', verdict: isForeign ? undefined : verdict, volume, claim, driver,
    machines: claimId ? inventory.machinesOfClaim(claimId) : [],
    schedulingError: persistentVolume?.schedulingError ?? null,
    freshness
  };

  if (isForeign) {
    return { ...base, kind: 'foreign' };
  }
  if (verdict) {
    return { ...base, kind: 'known' };
  }
  if (claim && !claim.volumeName && !volume) {
    return { ...base, kind: 'unbound' };
  }
  return { ...base, kind: freshness.state === 'live' ? 'missing' : 'unread' };
}
