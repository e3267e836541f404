import type { VirtualMachineRecord } from '../harvester/types';
import { supports } from '../harvester/version';
import { KIND } from '../kube/kinds';
import { objectId } from '../kube/names';
import type { ClusterView } from '../view';
import { engineOfClass } from './classes';
import { readServerVersion } from './server-version';

/**
 * Whether Harvester takes a backup or snapshot of a VM. `refused`: its webhook says no; `hidden`: its own pages do not
 * offer it; `unknown`: version or volumes can't be read. Words: `lhv2.boot.protection.<action>.<verdict>`.
 */
export interface Protection {
  readonly action: 'snapshot' | 'backup';
  readonly verdict: 'allowed' | 'refused' | 'hidden' | 'unknown';
  /** The v2 volumes that decide, with their claims; names as the server's refusal gives them. */
  readonly volumes: readonly { readonly claimId: string; readonly volumeName: string }[];
}

/**
 * What this version does with a VM that has v2 volumes: 1.5 and 1.6 refuse both, 1.7 and 1.8 take snapshots and hide the
 * backup of disks that CDI made, 1.9 refuses both again (harvester `webhook/resources/virtualmachinebackup`). Empty for
 * a VM that has none.
 */
export function judgeProtection(view: ClusterView, machine: VirtualMachineRecord): readonly Protection[] {
  const disks = machine.disks.filter(disk => disk.claimName !== '').map(disk => readDisk(view, objectId(machine.meta.namespace, disk.claimName)));
  const volumes = disks.filter(disk => disk.engine === 'v2').map(({ claimId, volumeName }) => ({ claimId, volumeName }));
  const version = readServerVersion(view);

  if (volumes.length === 0) {
    return disks.some(disk => disk.engine === 'unknown') ? decide('unknown', 'unknown', volumes) : [];
  }

  if (version === null) {
    return decide('unknown', 'unknown', volumes);
  }

  if (!supports(version, 'v2Snapshots') || supports(version, 'v2BackupCheck')) {
    return decide('refused', 'refused', volumes);
  }

  return decide('allowed', disks.some(disk => disk.isFromDataVolume) ? 'hidden' : 'allowed', volumes);
}

function decide(snapshot: Protection['verdict'], backup: Protection['verdict'], volumes: Protection['volumes']): readonly Protection[] {
  return [{ action: 'snapshot', verdict: snapshot, volumes }, { action: 'backup', verdict: backup, volumes }];
}

interface Disk {
  readonly claimId: string;
  readonly volumeName: string;
  readonly engine: 'v1' | 'v2' | 'other' | 'unknown';
  readonly isFromDataVolume: boolean;
}

/** The engine by the Longhorn volume, else by the PV, else by the class: users differ in what they may read. */
function readDisk(view: ClusterView, claimId: string): Disk {
  const claim = view.get(KIND.persistentVolumeClaim, claimId);
  const storageClass = view.get(KIND.storageClass, claim?.storageClassName ?? '');
  const told = view.volumeOfClaim(claimId)?.dataEngine ?? view.get(KIND.persistentVolume, claim?.volumeName ?? '')?.dataEngine;
  const byClass = storageClass === undefined ? 'unknown' : engineOfClass(storageClass) ?? 'other';

  return { claimId, volumeName: claim?.volumeName ?? '', engine: told === 'v1' || told === 'v2' ? told : byClass, isFromDataVolume: (claim?.dataVolumeName ?? '') !== '' };
}
