import type { Cluster, Fields, KubeObject } from '../../../contract';
import { isSettingOn } from '../../longhorn/settings';
import { setCondition, specOf, statusOf } from '../support/conditions';
import { defineController } from '../support/controller';
import { keyOf, LONGHORN_NAMESPACE } from '../support/types';

export const BLOCK_DEVICE = 'harvesterhci.io.blockdevice';
const LONGHORN_NODE = 'longhorn.io.node';
const POLL = 5_000;
/** Making a file system on a disk and mounting it. */
const FORMAT = 8_000;

/** The name under which Longhorn keeps a device: the same for a disk that was moved to another slot. */
export function diskPath(name: string, isBlock: boolean): string {
  return isBlock ? `/dev/disk/by-id/nvme-eui.${name.slice(0, 16)}` : `/var/lib/harvester/extra-disks/${name}`;
}

function engineVersionOf(device: KubeObject): 'LonghornV1' | 'LonghornV2' {
  return device.spec?.provisioner?.longhorn?.engineVersion === 'LonghornV2' ? 'LonghornV2' : 'LonghornV1';
}

/** Why a device cannot become a Longhorn disk; undefined when it can. */
function obstacle(cluster: Cluster, device: KubeObject): string | undefined {
  if (engineVersionOf(device) !== 'LonghornV2') return undefined;
  const { name } = device.metadata;
  const { details, capacity } = (device.status?.deviceStatus ?? {}) as { details?: { deviceType?: string }; capacity?: { sizeBytes?: number } };
  if (!isSettingOn(cluster, 'v2-data-engine')) return `disk ${name} type block is not supported since v2 data engine is disabled`;
  if (details?.deviceType === 'part') return `disk ${name} is a partition, the v2 data engine needs a whole disk`;
  if (Number(capacity?.sizeBytes ?? 0) % 4096 !== 0) return `the size of disk ${name} must be a multiple of 4096 bytes`;
  return undefined;
}

function setAdded(cluster: Cluster, device: KubeObject, phase: string, isAdded: boolean, message = ''): void {
  cluster.store.edit(BLOCK_DEVICE, keyOf(LONGHORN_NAMESPACE, device.metadata.name), (draft) => {
    statusOf(draft).provisionPhase = phase;
    setCondition(draft, cluster.clock.iso(), 'lastUpdateTime', { type: 'AddedToNode', status: isAdded ? 'True' : 'False', ...(message === '' ? {} : { reason: 'Error', message }) });
  });
}

function diskSpec(cluster: Cluster, device: KubeObject): Fields {
  const isBlock = engineVersionOf(device) === 'LonghornV2';
  const bytes = Number(device.status?.deviceStatus?.capacity?.sizeBytes ?? 0);
  const driver: unknown = device.spec?.provisioner?.longhorn?.diskDriver;
  return {
    allowScheduling: true,
    diskDriver: isBlock ? (typeof driver === 'string' && driver !== '' ? driver : cluster.profile.longhornMinor >= 12 ? 'aio' : 'auto') : '',
    diskType: isBlock ? 'block' : 'filesystem',
    evictionRequested: false,
    path: diskPath(device.metadata.name, isBlock),
    storageReserved: isBlock ? 0 : Math.floor(bytes * 0.3),
    tags: [...((device.spec?.tags ?? []) as string[])]
  };
}

function editDisks(cluster: Cluster, node: string, change: (disks: Record<string, Fields>) => void): void {
  cluster.store.edit(LONGHORN_NODE, keyOf(LONGHORN_NAMESPACE, node), (draft) => {
    const spec = specOf(draft);
    const disks = { ...(spec.disks as Record<string, Fields> | undefined) };
    change(disks);
    spec.disks = disks;
  });
}

/** node-disk-manager: devices that are to be provisioned become disks of their Longhorn node, and leave it empty. */
export const blockDeviceController = defineController({
  name: 'node-disk-manager',
  watches: [{ typeId: BLOCK_DEVICE }],
  create: (cluster) => {
    const formattingSince = new Map<string, number>();
    const provision = (device: KubeObject, node: string): number | undefined => {
      const { name } = device.metadata;
      const reason = obstacle(cluster, device);
      if (reason !== undefined) {
        setAdded(cluster, device, 'Unprovisioned', false, reason);
        return POLL;
      }
      if (engineVersionOf(device) === 'LonghornV1') {
        const since = formattingSince.get(name) ?? cluster.clock.now();
        formattingSince.set(name, since);
        const left = since + FORMAT - cluster.clock.now();
        if (left > 0) return left;
        formattingSince.delete(name);
        cluster.store.edit(BLOCK_DEVICE, keyOf(LONGHORN_NAMESPACE, name), (draft) => {
          const { deviceStatus } = statusOf(draft) as { deviceStatus: Fields };
          deviceStatus.fileSystem = { type: 'ext4', mountPoint: diskPath(name, false), isReadOnly: false, LastFormattedAt: cluster.clock.iso() };
        });
      }
      editDisks(cluster, node, (disks) => { disks[name] = diskSpec(cluster, device); });
      setAdded(cluster, cluster.store.get(BLOCK_DEVICE, keyOf(LONGHORN_NAMESPACE, name)) ?? device, 'Provisioned', true);
      return undefined;
    };
    const empty = (device: KubeObject, longhornNode: KubeObject, node: string): number | undefined => {
      const { name } = device.metadata;
      if (device.status?.provisionPhase !== 'Unprovisioning') setAdded(cluster, device, 'Unprovisioning', true);
      editDisks(cluster, node, (disks) => { if (disks[name] !== undefined) disks[name] = { ...disks[name], allowScheduling: false, evictionRequested: true }; });
      const scheduled = (longhornNode.status?.diskStatus as Record<string, { scheduledReplica?: object }> | undefined)?.[name]?.scheduledReplica ?? {};
      if (Object.keys(scheduled).length > 0) return POLL;
      editDisks(cluster, node, (disks) => { delete disks[name]; });
      setAdded(cluster, device, 'Unprovisioned', false);
      return undefined;
    };
    return (key) => {
      const device = cluster.store.get(BLOCK_DEVICE, key);
      const node = String(device?.spec?.nodeName ?? '');
      const longhornNode = cluster.store.get(LONGHORN_NODE, keyOf(LONGHORN_NAMESPACE, node));
      if (device === undefined || longhornNode === undefined) return undefined;
      const disks = (longhornNode.spec?.disks ?? {}) as Record<string, { tags?: string[] }>;
      const disk = disks[device.metadata.name];
      if (device.spec?.provision !== true) return disk === undefined || device.status?.provisionPhase === 'Unprovisioned' ? undefined : empty(device, longhornNode, node);
      if (device.status?.provisionPhase !== 'Provisioned') return provision(device, node);
      const tags = (device.spec.tags ?? []) as string[];
      if (disk !== undefined && JSON.stringify(disk.tags ?? []) !== JSON.stringify(tags)) editDisks(cluster, node, (all) => { all[device.metadata.name] = { ...all[device.metadata.name], tags: [...tags] }; });
      return undefined;
    };
  }
});
