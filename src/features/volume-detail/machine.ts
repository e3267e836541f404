import { findBootDisk } from '@/domain/harvester/virtual-machine';
import type { VirtualMachineDisk, VirtualMachineInstanceRecord, VirtualMachineRecord } from '@/domain/harvester/types';
import { findCondition } from '@/domain/kube/conditions';
import { KIND } from '@/domain/kube/kinds';
import { objectId } from '@/domain/kube/names';
import type { ClusterView } from '@/domain/view';

/** What a machine does, as far as storage cares. `io-error` = KubeVirt paused it because its disk failed. */
export type MachineState = 'running' | 'paused' | 'io-error' | 'migrating' | 'starting' | 'stopping' | 'stopped' | 'unknown';

const BY_STATUS: Readonly<Record<string, MachineState>> = {
  Running: 'running', Paused: 'paused', Migrating: 'migrating', Starting: 'starting', Provisioning: 'starting',
  WaitingForVolumeBinding: 'starting', DataVolumeError: 'starting', Stopping: 'stopping', Terminating: 'stopping', Stopped: 'stopped'
};

/**
 * State of a machine. The instance knows of a pause before `printableStatus` does; without a readable instance the printed
 * status stands. Anything unfamiliar reads `unknown`.
 */
export function machineState(machine: VirtualMachineRecord, instance: VirtualMachineInstanceRecord | undefined): MachineState {
  const pause = instance && findCondition(instance.conditions, 'Paused');

  if (pause?.status === 'True') {
    return pause.reason === 'PausedIOError' ? 'io-error' : 'paused';
  }
  return BY_STATUS[machine.printableStatus] ?? 'unknown';
}

export function machineStateOf(view: Pick<ClusterView, 'get'>, machine: VirtualMachineRecord): MachineState {
  return machineState(machine, view.get(KIND.virtualMachineInstance, machine.meta.id));
}

/** Claim ids of a machine's disks, the one it boots from first. Disks without a claim are left out. */
export function claimsInBootOrder(machine: VirtualMachineRecord): readonly { readonly claimId: string; readonly disk: VirtualMachineDisk; readonly isBoot: boolean }[] {
  const boot = findBootDisk(machine);
  const disks = machine.disks.filter((disk) => disk.claimName !== '');
  const ordered = boot ? [boot, ...disks.filter((disk) => disk !== boot)] : disks;

  return ordered.map((disk) => ({ claimId: objectId(machine.meta.namespace, disk.claimName), disk, isBoot: disk === boot }));
}

/** Whether the machine boots from this claim. */
export function bootsFrom(machine: VirtualMachineRecord, claimId: string): boolean {
  const boot = findBootDisk(machine);

  return boot !== undefined && objectId(machine.meta.namespace, boot.claimName) === claimId;
}
