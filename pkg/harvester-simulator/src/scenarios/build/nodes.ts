import type { Cluster, Fields } from '../../contract';
import { readyConditions } from '../../controllers/longhorn/kube-nodes';
import { truthOf } from '../../controllers/longhorn/truth';

const GIB = 2 ** 30;

/** A disk of a node plan. Sizes are GiB. */
export interface DiskPlan {
  engine: 'v1' | 'v2';
  size: number;
  tags?: string[];
  /** `nvme1n1`; made up in order when absent. */
  device?: string;
  /** Bytes of it that are not Longhorn's, in GiB. */
  used?: number;
}

export interface NodePlan {
  name: string;
  disks?: DiskPlan[];
  zone?: string;
  /** Longhorn node tags. */
  tags?: string[];
  labels?: Record<string, string>;
  isWitness?: boolean;
  /** MiB of 2 MiB huge pages. */
  hugepages?: number;
  cpu?: number;
  /** GiB */
  memory?: number;
}

/** The name Harvester's node disk manager gives a device: a digest. Made from node and device, so that it repeats. */
export function deviceName(node: string, device: string): string {
  let text = '';
  for (let salt = 0; text.length < 32; salt++) {
    let value = 2166136261 ^ salt;
    for (const char of `${node}/${device}`) value = Math.imul(value ^ char.charCodeAt(0), 16777619);
    text += (value >>> 0).toString(16).padStart(8, '0');
  }
  return text;
}

function labelsOf(plan: NodePlan, index: number): Record<string, string> {
  const labels: Record<string, string> = {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': plan.name,
    'kubernetes.io/os': 'linux',
    ...(plan.zone === undefined ? {} : { 'topology.kubernetes.io/zone': plan.zone }),
    ...plan.labels
  };
  if (plan.isWitness === true) Object.assign(labels, { 'node-role.harvesterhci.io/witness': 'true', 'node-role.kubernetes.io/etcd': 'true' });
  else labels['harvesterhci.io/managed'] = 'true';
  if (index < 3 && plan.isWitness !== true) Object.assign(labels, { 'node-role.kubernetes.io/control-plane': 'true', 'node-role.kubernetes.io/etcd': 'true', 'node-role.kubernetes.io/master': 'true' });
  return labels;
}

function createKubeNode(cluster: Cluster, plan: NodePlan, index: number): void {
  const address = `10.10.0.${String(11 + index)}`;
  const capacity = { cpu: String(plan.cpu ?? 32), 'ephemeral-storage': '250Gi', 'hugepages-1Gi': '0', 'hugepages-2Mi': `${String(plan.hugepages ?? (plan.isWitness === true ? 0 : 2048))}Mi`, memory: `${String(plan.memory ?? 128)}Gi`, pods: '200' };
  const now = cluster.clock.iso();
  cluster.store.create('node', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: plan.name, labels: labelsOf(plan, index), annotations: { 'etcd.rke2.cattle.io/node-address': address, 'node.alpha.kubernetes.io/ttl': '0' } },
    spec: { podCIDR: `10.52.${String(index)}.0/24`, podCIDRs: [`10.52.${String(index)}.0/24`], providerID: `rke2://${plan.name}`, ...(plan.isWitness === true ? { taints: [{ effect: 'NoExecute', key: 'node-role.kubernetes.io/etcd', value: 'true' }] } : {}) },
    status: {
      addresses: [{ address, type: 'InternalIP' }, { address: plan.name, type: 'Hostname' }],
      allocatable: { ...capacity },
      capacity,
      conditions: readyConditions(now),
      nodeInfo: { architecture: 'amd64', containerRuntimeVersion: 'containerd://2.1.5-k3s1', kernelVersion: '6.12.0-160000.6-default', kubeletVersion: cluster.profile.kubernetes, operatingSystem: 'linux', osImage: `Harvester ${cluster.profile.serverVersion}`, machineID: cluster.random.hex(32), systemUUID: cluster.random.uuid(), bootID: cluster.random.uuid(), kubeProxyVersion: '' }
    }
  });
}

function createBlockDevice(cluster: Cluster, node: string, disk: DiskPlan, device: string): string {
  const name = deviceName(node, device);
  const driver = cluster.profile.longhornMinor >= 12 ? 'aio' : 'auto';
  const longhorn = disk.engine === 'v2' ? { engineVersion: 'LonghornV2', diskDriver: driver } : { engineVersion: 'LonghornV1' };
  cluster.store.create('harvesterhci.io.blockdevice', {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'BlockDevice',
    metadata: { name, namespace: 'longhorn-system', labels: { 'kubernetes.io/hostname': node, 'ndm.harvesterhci.io/device-type': 'disk' } },
    spec: { devPath: `/dev/${device}`, fileSystem: { forceFormatted: disk.engine === 'v1', mountPoint: '' }, nodeName: node, provision: true, provisioner: { longhorn }, tags: disk.tags ?? [] },
    status: {
      state: 'Active',
      provisionPhase: 'Provisioned',
      tags: disk.tags ?? [],
      conditions: [{ type: 'AddedToNode', status: 'True', lastUpdateTime: cluster.clock.iso() }],
      deviceStatus: {
        devPath: `/dev/${device}`,
        capacity: { sizeBytes: disk.size * GIB, physicalBlockSizeBytes: 4096 },
        partitioned: false,
        fileSystem: disk.engine === 'v1' ? { type: 'ext4', mountPoint: `/var/lib/harvester/extra-disks/${name}`, isReadOnly: false } : { type: '', mountPoint: '' },
        details: { deviceType: 'disk', driveType: 'SSD', storageController: device.startsWith('nvme') ? 'NVMe' : 'SCSI', busPath: `pci-0000:0${device.replaceAll(/\D/g, '').slice(0, 1) || '3'}:00.0-nvme-1`, model: 'Simulated SSD', serialNumber: name.slice(0, 12), uuid: name, vendor: 'Simulated', wwn: `eui.${name.slice(0, 16)}` }
      }
    }
  });
  return name;
}

function longhornDisk(cluster: Cluster, name: string, disk: DiskPlan, device: string): Fields {
  const isBlock = disk.engine === 'v2';
  return {
    allowScheduling: true,
    diskDriver: isBlock ? (cluster.profile.longhornMinor >= 12 ? 'aio' : 'auto') : '',
    diskType: isBlock ? 'block' : 'filesystem',
    evictionRequested: false,
    path: isBlock ? `/dev/disk/by-id/nvme-eui.${name.slice(0, 16)}` : device === '' ? '/var/lib/harvester/defaultdisk' : `/var/lib/harvester/extra-disks/${name}`,
    storageReserved: isBlock ? 0 : Math.floor(disk.size * GIB * 0.3),
    tags: disk.tags ?? []
  };
}

/** What node-manager keeps for each node: its hugepages and its memory merging, which is off unless somebody wants it. */
function createNodeSettings(cluster: Cluster, plan: NodePlan): void {
  cluster.store.create('node.harvesterhci.io.nodeconfig', {
    apiVersion: 'node.harvesterhci.io/v1beta1',
    kind: 'NodeConfig',
    metadata: { name: plan.name, namespace: 'harvester-system' },
    spec: { longhornConfig: { enableV2DataEngine: plan.isWitness !== true, hugepagesToAllocate: (plan.hugepages ?? 2048) / 2 } }
  });
  cluster.store.create('node.harvesterhci.io.ksmtuned', {
    metadata: { name: plan.name },
    spec: { run: 'stop', mode: 'standard', thresCoef: 20, mergeAcrossNodes: 1, ksmtunedParameters: { sleepMsec: 20, boost: 0, decay: 0, minPages: 64, maxPages: 1250 } },
    status: { ksmdPhase: 'Stopped', ksmdUtilization: '0', sharing: 0, shared: 0, unshared: 0, volatile: 0, fullScans: 0, stableNodeChains: 0, stableNodeDups: 0 }
  });
}

/** A Kubernetes node, its block devices and its Longhorn node. A witness has no Longhorn node. */
export function addNode(cluster: Cluster, plan: NodePlan): void {
  const index = cluster.store.list('node').length;
  createKubeNode(cluster, plan, index);
  createNodeSettings(cluster, plan);
  if (plan.isWitness === true) return;
  const disks: Record<string, Fields> = {};
  const counters = { v1: 0, v2: 0 };
  for (const disk of plan.disks ?? []) {
    const order = counters[disk.engine]++;
    const isSystem = disk.engine === 'v1' && order === 0 && disk.device === undefined;
    const device = isSystem ? '' : disk.device ?? (disk.engine === 'v2' ? `nvme${String(order + 1)}n1` : `sd${'bcdefgh'[order - 1] ?? 'z'}`);
    const name = isSystem ? `default-disk-${deviceName(plan.name, 'system').slice(0, 16)}` : createBlockDevice(cluster, plan.name, disk, device);
    disks[name] = longhornDisk(cluster, name, disk, device);
    const id = `${plan.name}/${name}`;
    const capacity = disk.size * GIB;
    truthOf(cluster).diskCapacity.set(id, capacity);
    truthOf(cluster).foreignBytes.set(id, (disk.used ?? (disk.engine === 'v1' ? 12 : 0)) * GIB);
  }
  cluster.store.create('longhorn.io.node', {
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'Node',
    metadata: { name: plan.name, namespace: 'longhorn-system', finalizers: ['longhorn.io'] },
    spec: { allowScheduling: true, disks, evictionRequested: false, instanceManagerCPURequest: 0, name: plan.name, tags: plan.tags ?? [] }
  });
}
