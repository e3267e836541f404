import { StoreError, type Cluster, type FaultDefinition } from '../contract';
import { truthOf } from '../controllers/longhorn/truth';
import { diskOf, longhornNodeOf, numberOf, optionalText, type Arguments } from './arguments';

const GIB = 2 ** 30;

function locate(cluster: Cluster, args: Arguments): { node: string; disk: string; id: string; maximum: number } {
  const node = longhornNodeOf(cluster, args);
  const disk = diskOf(node, args);
  return { node: node.metadata.name, disk, id: `${node.metadata.name}/${disk}`, maximum: node.status?.diskStatus?.[disk]?.storageMaximum ?? 0 };
}

/** Faults of disks. Without `disk` they hit the node's first v2 disk. */
export const DISK_FAULTS: readonly FaultDefinition[] = [
  {
    name: 'disk-pull',
    description: 'Pull a disk out of its slot.',
    args: ['node', 'disk?'],
    apply(cluster, args) {
      const { node, disk, id } = locate(cluster, args);
      cluster.faults.pulledDisks.add(id);
      cluster.faults.changed();
      return `disk ${disk} of node ${node} is gone`;
    }
  },
  {
    name: 'disk-restore',
    description: 'Put the disk that was pulled or replaced back, with its data.',
    args: ['node', 'disk?'],
    apply(cluster, args) {
      const { node, disk, id } = locate(cluster, args);
      cluster.faults.pulledDisks.delete(id);
      cluster.faults.replacedDisks.delete(id);
      cluster.faults.changed();
      return `disk ${disk} of node ${node} is back`;
    }
  },
  {
    name: 'disk-replace',
    description: 'Put another, empty disk where this one was: its UUID no longer fits.',
    args: ['node', 'disk?'],
    apply(cluster, args) {
      const { node, disk, id } = locate(cluster, args);
      cluster.faults.pulledDisks.delete(id);
      cluster.faults.replacedDisks.add(id);
      cluster.faults.changed();
      return `disk ${disk} of node ${node} was replaced by an empty one`;
    }
  },
  {
    name: 'disk-fill',
    description: 'Fill a disk with foreign data until only `free` GiB are left (default 5).',
    args: ['node', 'disk?', 'free?'],
    apply(cluster, args) {
      const { node, disk, id, maximum } = locate(cluster, args);
      const free = numberOf(args, 'free', 5);
      const used = maximum - (longhornNodeOf(cluster, args).status.diskStatus[disk]?.storageAvailable ?? maximum);
      const foreign = truthOf(cluster).foreignBytes.get(id) ?? 0;
      truthOf(cluster).foreignBytes.set(id, Math.max(0, maximum - (used - foreign) - free * GIB));
      cluster.faults.changed();
      return `disk ${disk} of node ${node} has ${String(free)} GiB left`;
    }
  },
  {
    name: 'disk-free',
    description: 'Remove the foreign data from a disk.',
    args: ['node', 'disk?'],
    apply(cluster, args) {
      const { node, disk, id } = locate(cluster, args);
      truthOf(cluster).foreignBytes.set(id, 0);
      cluster.faults.changed();
      return `disk ${disk} of node ${node} is free of foreign data`;
    }
  },
  {
    name: 'disk-health',
    description: 'Set what SMART or SPDK says of a disk: PASSED, WARNING or FAILED.',
    args: ['node', 'disk?', 'status'],
    apply(cluster, args) {
      const { node, disk, id } = locate(cluster, args);
      const status = optionalText(args, 'status') ?? 'WARNING';
      if (status !== 'PASSED' && status !== 'WARNING' && status !== 'FAILED') throw new StoreError(422, 'Invalid', 'argument "status" must be PASSED, WARNING or FAILED');
      if (status === 'PASSED') truthOf(cluster).diskHealth.delete(id);
      else truthOf(cluster).diskHealth.set(id, status);
      cluster.faults.changed();
      return `disk ${disk} of node ${node} reports ${status}`;
    }
  }
];
