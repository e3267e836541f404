import type { VirtualMachineRecord } from '@/domain/harvester/types';

/** Day-two actions on a VM, in the order of the buttons. Words: `lhv2.boot.action.<name>`. */
export const MACHINE_ACTIONS = ['start', 'stop', 'restart', 'softreboot', 'pause', 'unpause', 'migrate'] as const;
export type MachineAction = (typeof MACHINE_ACTIONS)[number];

/** Actions that interrupt a guest: asked for first. */
export const INTERRUPTING: readonly MachineAction[] = ['stop', 'restart'];

/**
 * The actions the server offers on the VM now (Harvester `pkg/api/vm/formatter.go` decides); the list is empty for a
 * user who may not update it.
 */
export function offeredActions(machine: VirtualMachineRecord): ReadonlySet<MachineAction> {
  return new Set(MACHINE_ACTIONS.filter(action => machine.actions.includes(action)));
}
