import type { VirtualMachineRecord } from '@/domain/harvester/types';
import type { Level } from '@/domain/health/types';
import type { ClusterContext } from '@/stores/contract';
import { claimsInBootOrder } from './machine';
import { findSubject, type Subject } from './subject';

const RANK: Readonly<Record<Level, number>> = { critical: 0, degraded: 1, unknown: 2, transition: 3, stopped: 4, healthy: 5 };

/** How bad a subject is; a Longhorn volume nothing is known of ranks with `unknown`. */
export function rankOf(subject: Subject): number {
  return subject.verdict ? RANK[subject.verdict.level] : RANK.unknown;
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
    (worst, disk) => (worst.subject === null || rankOf(disk.subject) < rankOf(worst.subject) ? disk : worst),
    { subject: null, isBoot: false, diskName: '' }
  );
}
