import type { PersistentVolumeClaimRecord, VirtualMachineRecord } from '../harvester/types';
import { KIND } from '../kube/kinds';
import type { ClusterView } from '../view';

/** Why a volume can't be added to a running VM. Words: `lhv2.boot.hotplug.refusal.<code>`. */
export type HotplugRefusal = 'not-bound' | 'attached' | 'image-disk' | 'scheduling-error';

export interface HotplugCandidate {
  readonly claim: PersistentVolumeClaimRecord;
  /** null: the server takes it. */
  readonly refusal: HotplugRefusal | null;
  /** The scheduling error, the VM that has it…; '' when the code says all. */
  readonly detail: string;
}

/** The one scheduling error with which Harvester still adds a volume (`pkg/api/vm/handler.go`, addVolume). */
const TOLERATED = 'replica scheduling failed';

/**
 * The volumes of the VM's namespace that a person might add to it, those that can be first. A v2 volume that is
 * degraded may be refused: Longhorn 1.10 and newer write more than the tolerated text on its PV.
 */
export function listHotplugCandidates(view: ClusterView, machine: VirtualMachineRecord): readonly HotplugCandidate[] {
  return [...view.all(KIND.persistentVolumeClaim)]
    .filter(claim => claim.meta.namespace === machine.meta.namespace && !claim.isGoldenImage && !claim.isTemporary && claim.meta.deletedAt === null)
    .filter(claim => !machine.disks.some(disk => disk.claimName === claim.meta.name))
    .map(claim => judge(view, claim))
    .sort((a, b) => Number(a.refusal !== null) - Number(b.refusal !== null) || a.claim.meta.name.localeCompare(b.claim.meta.name));
}

function judge(view: ClusterView, claim: PersistentVolumeClaimRecord): HotplugCandidate {
  const user = view.machinesOfClaim(claim.meta.id)[0];
  const error = view.get(KIND.persistentVolume, claim.volumeName)?.schedulingError ?? '';

  if (user !== undefined) {
    return { claim, refusal: 'attached', detail: user.meta.name };
  }

  if (claim.imageId !== '') {
    return { claim, refusal: 'image-disk', detail: claim.imageId };
  }

  if (claim.phase !== 'Bound') {
    return { claim, refusal: 'not-bound', detail: claim.phase };
  }

  return error === '' || error === TOLERATED ? { claim, refusal: null, detail: '' } : { claim, refusal: 'scheduling-error', detail: error };
}
