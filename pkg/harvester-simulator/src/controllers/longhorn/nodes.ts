import { isConditionTrue, setCondition } from './conditions';
import type { LonghornContext } from './context';
import { syncDisk } from './disks';
import { Draft } from './draft';
import { isKubeNodeReady, notReadyReason } from './kube-nodes';
import { LH, key } from './kinds';
import { reportOrphans } from './orphans';
import { prune } from './shapes';
import { isSettingOn, settingNumber, readSetting } from './settings';
import type { LonghornNode } from './types';

/** The disk monitor's period. */
export const DISK_MONITOR_PERIOD = 30_000;
/** How soon a placed or removed replica shows in the numbers of its disk. */
const DISK_UPDATE_DELAY = 2_000;

const KERNEL_MODULES_OK = 'Kernel modules [dm_crypt nvme_tcp uio_pci_generic vfio_pci] are loaded';

export function mebibytes(quantity: unknown): number {
  const match = /^(\d+)(Ki|Mi|Gi)?$/.exec(String(quantity ?? '0'));
  if (match === null) return 0;
  const unit = { Ki: 1 / 1024, Mi: 1, Gi: 1024 }[match[2] ?? ''] ?? 1 / 2 ** 20;
  return Number(match[1]) * unit;
}

/** MiB of huge pages that a v2 instance manager asks for. */
export function requiredHugepages(ctx: LonghornContext): number {
  if (ctx.minor < 10) return settingNumber(ctx.cluster, 'v2-data-engine-hugepage-limit', 'v2');
  return readSetting(ctx.cluster, 'data-engine-hugepage-enabled', 'v2') === 'true' ? settingNumber(ctx.cluster, 'data-engine-memory-size', 'v2') : 0;
}

function setReady(ctx: LonghornContext, node: LonghornNode): void {
  const name = node.metadata.name;
  const kubeNode = ctx.cluster.store.get(LH.kubeNode, name);
  const { conditions } = node.status;
  if (kubeNode === undefined) {
    setCondition(conditions, ctx.iso, 'Ready', 'False', 'KubernetesNodeGone', `Kubernetes node missing: node ${name} has been removed from the cluster`);
  } else if (!isKubeNodeReady(kubeNode)) {
    setCondition(conditions, ctx.iso, 'Ready', 'False', 'KubernetesNodeNotReady', `Kubernetes node ${name} not ready: ${notReadyReason(kubeNode)}`);
  } else if (ctx.truth.managersDown.has(name)) {
    setCondition(conditions, ctx.iso, 'Ready', 'False', 'ManagerPodDown', `Node ${name} is down: manager pod longhorn-manager-${name} is not running`);
  } else if (ctx.isReachable(name)) {
    setCondition(conditions, ctx.iso, 'Ready', 'True', '', `Node ${name} is ready`);
  }
  const isCordoned = kubeNode?.spec?.unschedulable === true && isSettingOn(ctx.cluster, 'disable-scheduling-on-cordoned-node');
  if (isCordoned) setCondition(conditions, ctx.iso, 'Schedulable', 'False', 'KubernetesNodeCordoned', `Node ${name} is cordoned`);
  else setCondition(conditions, ctx.iso, 'Schedulable', 'True', '', '');
}

function setEnvironment(ctx: LonghornContext, node: LonghornNode): void {
  const { conditions } = node.status;
  const now = ctx.iso;
  setCondition(conditions, now, 'MountPropagation', 'True', '', '');
  setCondition(conditions, now, 'Multipathd', 'True', '', '');
  setCondition(conditions, now, 'RequiredPackages', 'True', '', 'All required packages [nfs-client open-iscsi cryptsetup dmsetup] are installed');
  setCondition(conditions, now, 'NFSClientInstalled', 'True', '', '');
  setCondition(conditions, now, 'KernelModulesLoaded', 'True', '', isSettingOn(ctx.cluster, 'v2-data-engine') ? KERNEL_MODULES_OK : 'Kernel modules [dm_crypt] are loaded');
  if (!isSettingOn(ctx.cluster, 'v2-data-engine')) return;
  const required = requiredHugepages(ctx);
  const capacity = ctx.cluster.store.get(LH.kubeNode, node.metadata.name)?.status?.capacity as Record<string, string> | undefined;
  const pages = mebibytes(capacity?.['hugepages-2Mi']);
  if (required > 0 && pages === 0) setCondition(conditions, now, 'HugePagesAvailable', 'False', 'HugePagesNotConfigured', 'HugePages (2Mi) are not configured');
  else if (pages < required) setCondition(conditions, now, 'HugePagesAvailable', 'False', 'InsufficientHugePages', `Insufficient HugePages (2Mi): Required ${String(required)}Mi, Capacity ${String(pages)}Mi`);
  else setCondition(conditions, now, 'HugePagesAvailable', 'True', '', 'HugePages (2Mi) are properly configured');
}

/** Conditions and disks of one Longhorn node. */
export function syncNode(ctx: LonghornContext, name: string): void {
  const stored = ctx.node(name);
  if (stored === undefined) return;
  const kubeNode = ctx.cluster.store.get(LH.kubeNode, name);
  const labels = kubeNode?.metadata.labels ?? {};
  const draft = new Draft<LonghornNode>(ctx.cluster.store, LH.node, key(name), stored, (copy) => {
    copy.status = {
      ...{ autoEvicting: false, conditions: [], cpuPolicy: 'none', diskStatus: {}, snapshotCheckStatus: {} },
      ...(copy.status as Partial<LonghornNode['status']> | undefined),
      region: labels['topology.kubernetes.io/region'] ?? '',
      zone: labels['topology.kubernetes.io/zone'] ?? ''
    };
    prune('node', ctx.minor, copy);
  });
  const node = draft.object;
  setReady(ctx, node);
  const isReady = isConditionTrue(node.status.conditions, 'Ready');
  if (ctx.isReachable(name)) {
    if (isReady) setEnvironment(ctx, node);
    for (const disk of Object.keys(node.spec.disks)) syncDisk(ctx, node, disk, isReady);
    for (const disk of Object.keys(node.status.diskStatus)) if (node.spec.disks[disk] === undefined) delete node.status.diskStatus[disk];
  } else if (!isReady) {
    for (const disk of Object.keys(node.spec.disks)) syncDisk(ctx, node, disk, false);
  }
  draft.flushStatus();
  if (ctx.isReachable(name)) reportOrphans(ctx, node);
}

/** Asks for a node's disk numbers to be counted again soon. */
export function touchDisks(ctx: LonghornContext, node: string): void {
  if (node !== '') ctx.queue.addAfter(`node/${node}`, DISK_UPDATE_DELAY);
}
