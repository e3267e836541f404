import type { KubeNodeRecord, VirtualMachineRecord } from '../harvester/types';
import { KIND } from '../kube/kinds';
import { objectId } from '../kube/names';
import { hasRunningInstanceManager } from '../longhorn/node-status';
import type { ClusterView } from '../view';
import { listDiskNodes } from './nodes';
import { findVolume } from './pipeline-storage';
import { unreadReason } from './reading';

/** Whether a VM with a v2 boot volume can run on the node. Words: `lhv2.boot.migration.node.<code>`. */
export interface NodeOutlook {
  readonly name: string;
  readonly canRun: 'yes' | 'no' | 'unknown';
  readonly code: 'has-disk' | 'no-disk' | 'not-ready' | 'cordoned' | 'witness' | 'v2-off' | 'no-manager' | 'unread';
}

export interface MigrationOutlook {
  /** false when nodes can't be read: `nodes` is empty then. */
  readonly isKnown: boolean;
  readonly nodes: readonly NodeOutlook[];
  /** Live migration: `faulted` while a disk has no good replica, `class` when the class forbids it, `nodes` when fewer than two nodes can run the VM. */
  readonly verdict: 'possible' | 'faulted' | 'class' | 'nodes' | 'unknown';
}

/**
 * Where a VM that boots from a v2 volume can run and be migrated to. The front end attaches over NVMe-TCP, so a node
 * needs the v2 engine (not switched off by label, an instance manager that runs) but no v2 disk. KubeVirt's own list
 * of targets knows nothing of the engine.
 */
export function outlookMigration(view: ClusterView, isMigratable: boolean): MigrationOutlook {
  if (unreadReason(view, KIND.node) !== null) {
    return { isKnown: false, nodes: [], verdict: isMigratable ? 'unknown' : 'class' };
  }

  const withDisk = listDiskNodes(view);
  const nodes = [...view.all(KIND.node)]
    .sort((a, b) => a.meta.name.localeCompare(b.meta.name))
    .map(node => judge(view, node, withDisk));
  const runnable = nodes.filter(node => node.canRun === 'yes').length;
  const possible = nodes.filter(node => node.canRun !== 'no').length;

  return {
    isKnown: true,
    nodes,
    verdict: !isMigratable ? 'class' : runnable >= 2 ? 'possible' : possible >= 2 ? 'unknown' : 'nodes'
  };
}

/**
 * The outlook of a VM that exists. With a faulted disk there is nothing to move: the target can't attach it either, and
 * the server offers migration all the same.
 */
export function outlookMachineMigration(view: ClusterView, machine: VirtualMachineRecord, isMigratable: boolean): MigrationOutlook {
  const outlook = outlookMigration(view, isMigratable);
  const isFaulted = machine.disks.some(disk => disk.claimName !== '' && findVolume(view, objectId(machine.meta.namespace, disk.claimName))?.robustness === 'faulted');

  return isFaulted ? { ...outlook, verdict: 'faulted' } : outlook;
}

function judge(view: ClusterView, node: KubeNodeRecord, withDisk: readonly string[] | null): NodeOutlook {
  const outlook = (canRun: NodeOutlook['canRun'], code: NodeOutlook['code']): NodeOutlook => ({ name: node.meta.name, canRun, code });

  if (node.isWitness) {
    return outlook('no', 'witness');
  }

  if (node.isReady !== true) {
    return outlook('no', 'not-ready');
  }

  if (node.isV2Disabled) {
    return outlook('no', 'v2-off');
  }

  if (node.isCordoned) {
    return outlook('no', 'cordoned');
  }

  const hasManager = hasRunningInstanceManager(view, node.meta.name, 'v2');

  if (hasManager !== true) {
    return hasManager === null ? outlook('unknown', 'unread') : outlook('no', 'no-manager');
  }

  return outlook('yes', withDisk?.includes(node.meta.name) ? 'has-disk' : 'no-disk');
}
