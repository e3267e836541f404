/** Test support: raw objects of a small Harvester cluster with v2 disks, each edited by what a test is about. */
import { GIB } from '../../kube/sizes';
import type { RawObject } from '../../kube/types';
import type { ClusterFacts } from '../types';

export const NOW = Date.parse('2026-08-20T10:00:00Z');

export const ALL_FACTS: ClusterFacts = { hasCsiDriver: true, canCreateImages: true, canCreateMachines: true };

export interface NodeOptions {
  readonly name: string;
  readonly labels?: Record<string, string>;
  readonly isCordoned?: boolean;
  readonly isReady?: boolean;
  readonly hugepages?: string;
  readonly diskType?: string;
  readonly driver?: string;
  readonly tags?: readonly string[];
  /** GiB. */
  readonly maximum?: number;
  /** GiB. */
  readonly scheduled?: number;
  /** GiB free; all of them, if not told. */
  readonly available?: number;
  readonly hasManager?: boolean;
}

/** Kubernetes node, Longhorn node with one disk, and its v2 instance manager. */
export function rawNode(options: NodeOptions): RawObject[] {
  const { name, maximum = 1000, scheduled = 0 } = options;
  const manager = options.hasManager === false ? [] : [{
    apiVersion: 'longhorn.io/v1beta2', kind: 'InstanceManager',
    metadata: { name: `instance-manager-${name}`, namespace: 'longhorn-system' },
    spec: { nodeID: name, dataEngine: 'v2' }, status: { currentState: 'running' }
  }];

  return [
    {
      apiVersion: 'v1', kind: 'Node',
      metadata: { name, labels: options.labels ?? {} },
      spec: { unschedulable: options.isCordoned ?? false },
      status: { capacity: { 'hugepages-2Mi': options.hugepages ?? '2Gi' }, conditions: [{ type: 'Ready', status: options.isReady === false ? 'False' : 'True' }] }
    },
    {
      apiVersion: 'longhorn.io/v1beta2', kind: 'Node',
      metadata: { name, namespace: 'longhorn-system' },
      spec: {
        name, allowScheduling: true, tags: [],
        disks: { nvme0: { diskType: options.diskType ?? 'block', path: '/dev/nvme0n1', diskDriver: options.driver ?? 'auto', allowScheduling: true, evictionRequested: false, storageReserved: 0, tags: options.tags ?? [] } }
      },
      status: {
        conditions: [{ type: 'Ready', status: options.isReady === false ? 'False' : 'True' }, { type: 'Schedulable', status: 'True' }],
        diskStatus: {
          nvme0: {
            diskType: options.diskType ?? 'block', diskDriver: options.driver ?? 'auto', diskUUID: `uuid-${name}`,
            storageAvailable: (options.available ?? maximum) * GIB, storageMaximum: maximum * GIB, storageScheduled: scheduled * GIB, scheduledReplica: {},
            conditions: [{ type: 'Ready', status: 'True' }, { type: 'Schedulable', status: 'True' }]
          }
        }
      }
    },
    ...manager
  ];
}

export function rawClass(name: string, parameters: Record<string, string> = {}, more: RawObject = {}): RawObject {
  return {
    apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner: 'driver.longhorn.io',
    allowVolumeExpansion: true, volumeBindingMode: 'Immediate', reclaimPolicy: 'Delete',
    parameters: { dataEngine: 'v2', numberOfReplicas: '3', migratable: 'true', ...parameters }, ...more
  };
}

export function rawProfile(name: string, cloneStrategy = 'copy', modes = ['ReadWriteMany']): RawObject {
  return {
    apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'StorageProfile', metadata: { name },
    status: { cloneStrategy, claimPropertySets: [{ accessModes: modes, volumeMode: 'Block' }] }
  };
}

export function rawSetting(name: string, value: string): RawObject {
  return { apiVersion: 'harvesterhci.io/v1beta1', kind: 'Setting', metadata: { name }, value, default: '' };
}

export function rawLonghornSetting(name: string, value: string, applied = true): RawObject {
  return { apiVersion: 'longhorn.io/v1beta2', kind: 'Setting', metadata: { name, namespace: 'longhorn-system' }, value, status: { applied } };
}

export function rawImage(spec: RawObject = {}, status: RawObject = {}, metadata: RawObject = {}): RawObject {
  return {
    apiVersion: 'harvesterhci.io/v1beta1', kind: 'VirtualMachineImage',
    metadata: { name: 'image-x7k2p', namespace: 'default', uid: 'image-uid', creationTimestamp: '2026-08-20T09:59:30Z', ...metadata },
    spec: { backend: 'cdi', displayName: 'jammy.img', sourceType: 'download', url: 'https://example.com/jammy.img', targetStorageClassName: 'longhorn-v2', retry: 3, ...spec },
    status: {
      progress: 100, failed: 0, size: 652476928, virtualSize: 2361393152, storageClassName: 'longhorn-v2',
      conditions: [{ type: 'Initialized', status: 'True' }, { type: 'Imported', status: 'True' }], ...status
    }
  };
}

/** Three ready nodes, the engine on, one v2 class with its profile. */
export function rawReadyCluster(version = 'v1.8.2'): RawObject[] {
  return [
    rawSetting('server-version', version),
    rawSetting('longhorn-v2-data-engine-enabled', 'true'),
    rawLonghornSetting('v2-data-engine', 'true'),
    ...['node-1', 'node-2', 'node-3'].flatMap(name => rawNode({ name })),
    rawClass('longhorn-v2'),
    rawProfile('longhorn-v2')
  ];
}
