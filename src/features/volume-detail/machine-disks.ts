import type { VirtualMachineRecord } from '@/domain/harvester/types';
import { worseLevel } from '@/domain/health/rollup';
import type { Level } from '@/domain/health/types';
import type { ClusterContext } from '@/stores/contract';
import { claimsInBootOrder } from './machine';
import { findSubject, type Subject } from './subject';

/** How bad a subject is; a Longhorn volume nothing is known of is `unknown`. */
const levelOf = (subject: Subject): Level => subject.verdict?.level ?? 'unknown';

/** Whether `a` is worse off than `b`. */
function isWorse(a: Subject, b: Subject): boolean {
  return levelOf(a) !== levelOf(b) && worseLevel(levelOf(a), levelOf(b)) === levelOf(a);
}

/**
 * The disk of a machine that is worst off; of equals the boot disk, then the earlier one. `subject` is null when none of
 * its disks is on Longhorn.
 */
export function worstDisk(cluster: Pick<ClusterContext, 'inventory' | 'health'>, machine: VirtualMachineRecord): { readonly subject: Subject | null; readonly isBoot: boolean; readonly diskName: string } {
  const disks = claimsInBootOrder(machine)
    .map(({ claimId, disk, isBoot }) => ({ subject: findSubject(cluster, { claimId }), isBoot, diskName: disk.name }))
    .filter(({ subject }) => subject.kind !== 'foreign');

  return disks.reduce<{ readonly subject: Subject | null; readonly isBoot: boolean; readonly diskName: string }>(
    (worst, disk) => (worst.subject === null || isWorse(disk.subject, worst.subject) ? disk : worst),
    { subject: null, isBoot: false, diskName: '' }
  );
}
