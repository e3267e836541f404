import type { Cluster, FaultDefinition } from '../contract';
import { DISABLE_V2_LABEL, LH, key } from '../controllers/longhorn/kinds';
import { truthOf } from '../controllers/longhorn/truth';
import { diskOf, kubeNodeOf, longhornNodeOf, numberOf, optionalText, type Arguments } from './arguments';

function editKubeNode(cluster: Cluster, name: string, change: (labels: Record<string, string>, spec: Record<string, unknown>) => void): void {
  cluster.store.edit(LH.kubeNode, name, (draft) => {
    draft.metadata.labels = { ...draft.metadata.labels };
    draft.spec = { ...draft.spec };
    change(draft.metadata.labels, draft.spec);
  });
}

function setNodeFlags(cluster: Cluster, name: string, allowScheduling: boolean, evictionRequested: boolean): void {
  cluster.store.edit(LH.node, key(name), (draft) => { Object.assign(draft.spec ?? {}, { allowScheduling, evictionRequested }); });
}

function setDiskFlags(cluster: Cluster, node: string, disk: string, allowScheduling: boolean, evictionRequested: boolean): void {
  cluster.store.edit(LH.node, key(node), (draft) => { Object.assign(draft.spec?.disks[disk] as object, { allowScheduling, evictionRequested }); });
}

function flip(name: string, description: string, set: (cluster: Cluster) => Set<string>, isOn: boolean, says: (node: string) => string): FaultDefinition {
  return {
    name,
    description,
    args: ['node'],
    apply(cluster, args) {
      const node = kubeNodeOf(cluster, args).metadata.name;
      if (isOn) set(cluster).add(node);
      else set(cluster).delete(node);
      cluster.faults.changed();
      return says(node);
    }
  };
}

function disable(cluster: Cluster, args: Arguments, isOff: boolean): string {
  const node = longhornNodeOf(cluster, args).metadata.name;
  if (optionalText(args, 'disk') === undefined) {
    setNodeFlags(cluster, node, !isOff, false);
    return `scheduling on node ${node} is ${isOff ? 'off' : 'on'}`;
  }
  const disk = diskOf(longhornNodeOf(cluster, args), args);
  setDiskFlags(cluster, node, disk, !isOff, false);
  return `scheduling on disk ${disk} of node ${node} is ${isOff ? 'off' : 'on'}`;
}

/** Faults of machines and of Longhorn's view of them. */
export const NODE_FAULTS: readonly FaultDefinition[] = [
  flip('node-down', 'Cut a node off: its kubelet, replicas and engines fall silent.', (cluster) => cluster.faults.downNodes, true, (node) => `node ${node} is down`),
  flip('node-up', 'Power the node on again; it needs a few seconds to become Ready.', (cluster) => cluster.faults.downNodes, false, (node) => `node ${node} is starting`),
  flip('instance-manager-crash', 'Kill the v2 instance manager of a node and keep it from coming back.', (cluster) => cluster.faults.crashedInstanceManagers, true, (node) => `the v2 instance manager on ${node} has crashed`),
  flip('instance-manager-restore', 'Let the v2 instance manager of a node start again.', (cluster) => cluster.faults.crashedInstanceManagers, false, (node) => `the v2 instance manager on ${node} is starting`),
  flip('manager-down', 'Stop the longhorn-manager pod of a node; data stays served.', (cluster) => truthOf(cluster).managersDown, true, (node) => `longhorn-manager on ${node} is not running`),
  flip('manager-up', 'Start the longhorn-manager pod of a node again.', (cluster) => truthOf(cluster).managersDown, false, (node) => `longhorn-manager on ${node} runs`),
  {
    name: 'cordon',
    description: 'Mark a node unschedulable, as before maintenance.',
    args: ['node'],
    apply(cluster, args) {
      const node = kubeNodeOf(cluster, args).metadata.name;
      editKubeNode(cluster, node, (_labels, spec) => { spec.unschedulable = true; });
      return `node ${node} is cordoned`;
    }
  },
  {
    name: 'uncordon',
    description: 'Make a cordoned node schedulable again.',
    args: ['node'],
    apply(cluster, args) {
      const node = kubeNodeOf(cluster, args).metadata.name;
      editKubeNode(cluster, node, (_labels, spec) => { delete spec.unschedulable; });
      return `node ${node} is schedulable`;
    }
  },
  {
    name: 'label-v2-off',
    description: 'Label a node so that it takes no v2 replicas and, once idle, loses its v2 instance manager.',
    args: ['node'],
    apply(cluster, args) {
      const node = kubeNodeOf(cluster, args).metadata.name;
      editKubeNode(cluster, node, (labels) => { labels[DISABLE_V2_LABEL] = 'true'; });
      return `v2 is switched off on node ${node} by label`;
    }
  },
  {
    name: 'label-v2-on',
    description: 'Remove the label that keeps v2 off a node.',
    args: ['node'],
    apply(cluster, args) {
      const node = kubeNodeOf(cluster, args).metadata.name;
      editKubeNode(cluster, node, (labels) => { delete labels[DISABLE_V2_LABEL]; });
      return `v2 is allowed on node ${node} again`;
    }
  },
  { name: 'scheduling-off', description: 'Stop placing replicas on a node, or on one of its disks.', args: ['node', 'disk?'], apply: (cluster, args) => disable(cluster, args, true) },
  { name: 'scheduling-on', description: 'Allow replicas on a node, or on one of its disks, again.', args: ['node', 'disk?'], apply: (cluster, args) => disable(cluster, args, false) },
  {
    name: 'evict-node',
    description: 'Move all replicas off a node: scheduling off, eviction requested.',
    args: ['node'],
    apply(cluster, args) {
      const node = longhornNodeOf(cluster, args).metadata.name;
      setNodeFlags(cluster, node, false, true);
      return `replicas are being moved off node ${node}`;
    }
  },
  {
    name: 'evict-disk',
    description: 'Move all replicas off a disk (the first v2 disk when none is named).',
    args: ['node', 'disk?'],
    apply(cluster, args) {
      const node = longhornNodeOf(cluster, args);
      const disk = diskOf(node, args);
      setDiskFlags(cluster, node.metadata.name, disk, false, true);
      return `replicas are being moved off disk ${disk} of node ${node.metadata.name}`;
    }
  },
  {
    name: 'cancel-evict',
    description: 'Cancel the eviction of a node and all its disks, and allow scheduling again.',
    args: ['node'],
    apply(cluster, args) {
      const node = longhornNodeOf(cluster, args);
      setNodeFlags(cluster, node.metadata.name, true, false);
      for (const [disk, spec] of Object.entries(node.spec.disks)) if (spec.evictionRequested) setDiskFlags(cluster, node.metadata.name, disk, true, false);
      return `eviction of node ${node.metadata.name} is cancelled`;
    }
  },
  {
    name: 'hugepages',
    description: 'Set the 2 MiB huge pages a node has, in MiB (0: none).',
    args: ['node', 'size'],
    apply(cluster, args) {
      const node = kubeNodeOf(cluster, args).metadata.name;
      const size = `${String(numberOf(args, 'size', 0))}Mi`;
      cluster.store.edit(LH.kubeNode, node, (draft) => {
        const status = draft.status ?? {};
        draft.status = { ...status, capacity: { ...(status.capacity as object), 'hugepages-2Mi': size }, allocatable: { ...(status.allocatable as object), 'hugepages-2Mi': size } };
      });
      return `node ${node} has ${size} of huge pages`;
    }
  }
];
