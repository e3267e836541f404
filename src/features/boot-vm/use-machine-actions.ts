import { ref } from 'vue';
import type { ApiFailure } from '@/api/contract';
import { asArray, asObject, asText } from '@/domain/kube/fields';
import { KIND } from '@/domain/kube/kinds';
import type { ClusterContext } from '@/stores/contract';
import type { MachineAction } from './actions';

/** Runs actions on a VM one at a time; keeps the server's own words when one fails. Call in `setup`. */
export function useMachineActions(cluster: ClusterContext, machineId: () => string) {
  const busy = ref<MachineAction | 'delete' | ''>('');
  const failure = ref<{ readonly action: string; readonly message: string } | null>(null);

  async function attempt(action: MachineAction | 'delete', work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value !== '') {
      return false;
    }
    busy.value = action;
    failure.value = null;
    try {
      await work();

      return true;
    } catch (error) {
      failure.value = { action, message: (error as ApiFailure).message };

      return false;
    } finally {
      busy.value = '';
    }
  }

  return {
    busy,
    failure,
    run: (action: MachineAction, body?: unknown) => attempt(action, () => cluster.api.action(KIND.virtualMachine, machineId(), action, body)),
    /** Deletes the VM with the named disks; the others stay, as volumes. */
    remove: (disks: readonly string[]) => attempt('delete', () => cluster.api.remove(KIND.virtualMachine, machineId(), { removedDisks: disks })),
    /** Node names the server would migrate to. It knows nothing of the v2 engine: compare with `outlookMigration`. */
    async findTargets(): Promise<readonly string[]> {
      const answer = asObject(await cluster.api.action(KIND.virtualMachine, machineId(), 'findMigratableNodes'));

      return asArray(answer.nodes).map(asText).filter(name => name !== '');
    }
  };
}
