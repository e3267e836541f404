/**
 * Test support: whole Longhorn API objects with the fields Longhorn 1.12 writes, and a small cluster to change.
 * Every builder takes overrides for `spec` and `status`; times are RFC 3339 text, as on the wire.
 */
import type { RawObject } from '../kube/types';

type Fields = Record<string, unknown>;
interface Overrides {
  readonly spec?: Fields;
  readonly status?: Fields;
  readonly metadata?: Fields;
}

/** The tests' present: everything is relative to it. */
export const NOW = Date.UTC(2026, 7, 20, 10, 0, 0);

/** RFC 3339 text of a moment `seconds` before NOW. */
export function ago(seconds: number): string {
  return new Date(NOW - seconds * 1000).toISOString().replace('.000Z', 'Z');
}

export function rawCondition(type: string, status: boolean | string, reason = '', message = ''): Fields {
  return { type, status: typeof status === 'string' ? status : status ? 'True' : 'False', reason, message, lastProbeTime: '', lastTransitionTime: ago(3600) };
}

function object(kind: string, name: string, own: Overrides, base: Overrides, namespace: string | null = 'longhorn-system', apiVersion = 'longhorn.io/v1beta2'): RawObject {
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === null ? {} : { namespace }), uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: ago(86_400), labels: {}, annotations: {}, ...base.metadata, ...own.metadata },
    spec: { ...base.spec, ...own.spec },
    status: { ...base.status, ...own.status }
  };
}

export const VOLUME = 'pvc-1';
export const GIB = 2 ** 30;

export function rawVolume(own: Overrides = {}, name = VOLUME): RawObject {
  return object('Volume', name, own, {
    metadata: { labels: { longhornvolume: name } },
    spec: {
      size: String(10 * GIB), frontend: 'blockdev', dataEngine: 'v2', numberOfReplicas: 3, dataLocality: 'disabled', accessMode: 'rwx', migratable: true, encrypted: false,
      staleReplicaTimeout: 30, nodeID: 'node-1', migrationNodeID: '', Standby: false, nodeSelector: [], diskSelector: [], image: 'longhorn-instance-manager:v1.12.1', backingImage: '',
      replicaSoftAntiAffinity: 'ignored', replicaZoneSoftAntiAffinity: 'ignored', replicaDiskSoftAntiAffinity: 'ignored', offlineRebuilding: 'ignored', cloneMode: '', dataLayout: { type: '', mode: '' }
    },
    status: {
      ownerID: 'node-1', state: 'attached', robustness: 'healthy', currentNodeID: 'node-1', currentEngineNodeID: 'node-1', currentMigrationNodeID: '', actualSize: 3 * GIB, lastDegradedAt: '',
      lastAutoSalvagedAt: '', remountRequestedAt: '', expansionRequired: false, restoreRequired: false, restoreInitiated: false, isStandby: false, frontendDisabled: false, switchoverState: '',
      cloneStatus: { sourceVolume: '', snapshot: '', state: '', attemptCount: 0, nextAllowedAttemptAt: '' },
      conditions: [rawCondition('Scheduled', true), rawCondition('Restore', false), rawCondition('TooManySnapshots', false), rawCondition('OfflineRebuilding', false)],
      kubernetesStatus: { pvName: name, pvStatus: 'Bound', namespace: 'default', pvcName: 'disk-0', lastPVCRefAt: '', workloadsStatus: [{ podName: 'virt-launcher-vm', podStatus: 'Running', workloadName: 'vm', workloadType: 'VirtualMachineInstance' }] }
    }
  });
}

/** Replica `index` (1…) on `node-<index>`, disk UUID `disk-<index>`, running and healthy. */
export function rawReplica(index: number, own: Overrides = {}, volume = VOLUME): RawObject {
  const name = `${volume}-r-${String(index)}`;
  return object('Replica', name, own, {
    metadata: { labels: { longhornvolume: volume, longhornnode: `node-${String(index)}`, longhorndiskuuid: `disk-${String(index)}` } },
    spec: {
      volumeName: volume, volumeSize: String(10 * GIB), nodeID: `node-${String(index)}`, diskID: `disk-${String(index)}`, diskPath: `/dev/nvme${String(index)}`, dataDirectoryName: name, dataEngine: 'v2',
      engineName: `${volume}-e-0`, migrationEngineName: '', active: true, desireState: 'running', healthyAt: ago(80_000), lastHealthyAt: ago(80_000), failedAt: '', lastFailedAt: '',
      rebuildRetryCount: 0, evictionRequested: false, hardNodeAffinity: '', backingImage: ''
    },
    status: { ownerID: `node-${String(index)}`, currentState: 'running', instanceManagerName: `instance-manager-${String(index)}`, ip: `10.52.0.${String(index)}`, storageIP: `10.52.0.${String(index)}`, port: 20000 + index, started: true, conditions: [] }
  });
}

/** What a failed replica looks like: stopped, without an address. */
export function failed(secondsAgo: number, own: Overrides = {}): Overrides {
  return {
    spec: { failedAt: ago(secondsAgo), lastFailedAt: ago(secondsAgo), desireState: 'stopped', ...own.spec },
    status: { currentState: 'stopped', ip: '', storageIP: '', port: 0, ...own.status }
  };
}

/** What a replica looks like while its volume is detached. */
export const IDLE: Overrides = { spec: { desireState: 'stopped' }, status: { currentState: 'stopped', ip: '', storageIP: '', port: 0, started: false } };

export function addressOf(index: number): string {
  return `10.52.0.${String(index)}:${String(20000 + index)}`;
}

/** The engine, with replicas by index and mode: `{ 1: 'RW', 2: 'RW', 3: 'WO' }`. */
export function rawEngine(modes: Readonly<Record<number, string>> = { 1: 'RW', 2: 'RW', 3: 'RW' }, own: Overrides = {}, volume = VOLUME, suffix = 'e-0'): RawObject {
  const names = Object.keys(modes).map(Number);
  const addresses = Object.fromEntries(names.map((index) => [`${volume}-r-${String(index)}`, addressOf(index)]));
  return object('Engine', `${volume}-${suffix}`, own, {
    metadata: { labels: { longhornvolume: volume, longhornnode: 'node-1' } },
    spec: { volumeName: volume, volumeSize: String(10 * GIB), nodeID: 'node-1', active: true, dataEngine: 'v2', desireState: 'running', frontend: 'blockdev', replicaAddressMap: addresses },
    status: {
      currentState: 'running', currentSize: String(10 * GIB), instanceManagerName: 'instance-manager-1', endpoint: '', currentReplicaAddressMap: addresses, isExpanding: false, lastExpansionError: '',
      replicaModeMap: Object.fromEntries(names.map((index) => [`${volume}-r-${String(index)}`, modes[index]])),
      replicaTransitionTimeMap: Object.fromEntries(names.map((index) => [`${volume}-r-${String(index)}`, ago(80_000)])),
      rebuildStatus: {}, purgeStatus: {}, restoreStatus: {}, cloneStatus: {}, snapshots: { 'volume-head': { name: 'volume-head' } }
    }
  });
}

/** A detached volume's engine: maps nulled by the manager. */
export const ENGINE_STOPPED: Overrides = { spec: { nodeID: '', desireState: 'stopped', replicaAddressMap: {} }, status: { currentState: 'stopped', replicaModeMap: null, replicaTransitionTimeMap: null, rebuildStatus: null, purgeStatus: null, endpoint: '' } };

/** An entry of `rebuildStatus` for replica `index`. */
export function rebuildOf(index: number, progress: number, from: number, own: Fields = {}): Fields {
  return { [`tcp://${addressOf(index)}`]: { error: '', isRebuilding: true, progress, state: 'in_progress', fromReplicaAddress: '', fromReplicaAddressList: [`tcp://${addressOf(from)}`], appliedRebuildingMBps: 0, ...own } };
}

export function rawFrontend(own: Overrides = {}, volume = VOLUME): RawObject {
  return object('EngineFrontend', `${volume}-ef-0`, own, {
    metadata: { labels: { longhornvolume: volume } },
    spec: { volumeName: volume, nodeID: 'node-1', active: true, dataEngine: 'v2', engineName: `${volume}-e-0`, desireState: 'running' },
    status: { currentState: 'running', endpoint: `/dev/longhorn/${volume}`, targetIP: '10.52.0.1', targetPort: 3260 }
  });
}

/** Disk of `rawNode`, in its two halves. */
export interface DiskParts {
  readonly spec?: Fields;
  readonly status?: Fields;
}

/** `node-<index>` with one block disk `nvme0` of UUID `disk-<index>`: 1 TiB, half free. */
export function rawNode(index: number, own: Overrides & { readonly disk?: DiskParts | null; readonly conditions?: readonly Fields[] } = {}): RawObject {
  const name = `node-${String(index)}`;
  const disk = own.disk === null ? null : {
    spec: { diskType: 'block', path: `/dev/nvme${String(index)}`, diskDriver: 'auto', allowScheduling: true, evictionRequested: false, storageReserved: 0, tags: [], ...own.disk?.spec },
    status: {
      diskUUID: `disk-${String(index)}`, diskName: 'nvme0', diskPath: `/dev/nvme${String(index)}`, diskType: 'block', diskDriver: 'nvme', storageAvailable: 600 * GIB, storageMaximum: 1024 * GIB, storageScheduled: 200 * GIB,
      scheduledReplica: { [`${VOLUME}-r-${String(index)}`]: 10 * GIB },
      conditions: [rawCondition('Ready', true), rawCondition('Schedulable', true)], ...own.disk?.status
    }
  };
  return object('Node', name, own, {
    spec: { name, allowScheduling: true, evictionRequested: false, tags: [], disks: disk === null ? {} : { nvme0: disk.spec } },
    status: {
      region: '', zone: '', autoEvicting: false, diskStatus: disk === null ? {} : { nvme0: disk.status },
      conditions: own.conditions ?? [rawCondition('Ready', true, '', `Node ${name} is ready`), rawCondition('Schedulable', true), rawCondition('HugePagesAvailable', true), rawCondition('KernelModulesLoaded', true)]
    }
  });
}

/** Conditions of a node that Kubernetes has lost. */
export function nodeDown(index: number, reason = 'KubernetesNodeNotReady'): readonly Fields[] {
  return [rawCondition('Ready', false, reason, `Kubernetes node node-${String(index)} not ready: NodeStatusUnknown`), rawCondition('Schedulable', true)];
}

/** Disk status while its node is down: numbers frozen, Ready and Schedulable False. */
export const DISK_OF_DOWN_NODE: DiskParts = { status: { conditions: [rawCondition('Ready', false, 'NodeNotReady', 'Waiting for disk to be ready'), rawCondition('Schedulable', false, 'NodeNotReady', 'Waiting for disk to be schedulable')] } };

export function rawKubeNode(index: number, own: Overrides = {}): RawObject {
  const name = `node-${String(index)}`;
  return object('Node', name, own, { status: { capacity: { 'hugepages-2Mi': '2Gi' }, conditions: [{ type: 'Ready', status: 'True' }] } }, null, 'v1');
}

export function rawInstanceManager(index: number, own: Overrides = {}): RawObject {
  return object('InstanceManager', `instance-manager-${String(index)}`, own, {
    metadata: { labels: { 'longhorn.io/node': `node-${String(index)}`, 'longhorn.io/data-engine': 'v2' } },
    spec: { nodeID: `node-${String(index)}`, dataEngine: 'v2', type: 'aio', image: 'longhorn-instance-manager:v1.12.1' },
    status: { currentState: 'running', ip: `10.52.1.${String(index)}`, conditions: [] }
  });
}

export function rawSetting(name: string, value: string): RawObject {
  return { apiVersion: 'longhorn.io/v1beta2', kind: 'Setting', metadata: { name, namespace: 'longhorn-system', uid: `uid-${name}`, resourceVersion: '1' }, value, status: { applied: true } };
}

export function rawAttachment(tickets: Fields, statuses: Fields = {}, volume = VOLUME): RawObject {
  return object('VolumeAttachment', volume, { spec: { volume, attachmentTickets: tickets }, status: { attachmentTicketStatuses: statuses } }, {});
}

export function rawPersistentVolume(schedulingError: string, volume = VOLUME): RawObject {
  return object('PersistentVolume', volume, { metadata: { annotations: { 'longhorn.io/volume-scheduling-error': schedulingError } } }, {
    spec: { csi: { driver: 'driver.longhorn.io', volumeHandle: volume, volumeAttributes: { dataEngine: 'v2' } }, claimRef: { namespace: 'default', name: 'disk-0' }, storageClassName: 'v2' }, status: { phase: 'Bound' }
  }, null, 'v1');
}

/** Three nodes with one v2 disk each, their instance managers, and v2 switched on. */
export function rawInfrastructure(count = 3): readonly RawObject[] {
  const indexes = Array.from({ length: count }, (_, index) => index + 1);
  return [
    ...indexes.map((index) => rawNode(index)),
    ...indexes.map((index) => rawKubeNode(index)),
    ...indexes.map((index) => rawInstanceManager(index)),
    rawSetting('v2-data-engine', 'true'),
    rawSetting('current-longhorn-version', 'v1.12.1'),
    rawSetting('replica-replenishment-wait-interval', '600')
  ];
}

/** The infrastructure with a healthy volume of three replicas, attached on node-1. */
export function rawHealthyWorld(): readonly RawObject[] {
  return [...rawInfrastructure(), rawVolume(), rawEngine(), rawFrontend(), rawReplica(1), rawReplica(2), rawReplica(3)];
}

function keyOf(raw: RawObject): string {
  const metadata = raw.metadata as Fields;
  return `${String(raw.apiVersion)} ${String(raw.kind)} ${String(metadata.namespace)}/${String(metadata.name)}`;
}

/** The objects with those of the same kind and name replaced, others added. */
export function withObjects(world: readonly RawObject[], ...changes: readonly RawObject[]): readonly RawObject[] {
  const changed = new Map(changes.map((raw) => [keyOf(raw), raw]));
  const kept = world.map((raw) => {
    const key = keyOf(raw);
    const replacement = changed.get(key);
    changed.delete(key);
    return replacement ?? raw;
  });
  return [...kept, ...changed.values()];
}

/** The objects without those of this kind (`Replica`), or without the named one. */
export function withoutObjects(world: readonly RawObject[], kind: string, name?: string): readonly RawObject[] {
  return world.filter((raw) => raw.kind !== kind || (name !== undefined && (raw.metadata as Fields).name !== name));
}
