/**
 * Test support: a `ClusterView` in memory, built from raw API objects through the real parsers.
 * Production code has its own implementation (the inventory store) and never imports this.
 */
import { parseDataVolume } from '../harvester/data-volume';
import { parseImage } from '../harvester/image';
import { parseKubeNode } from '../harvester/kube-node';
import { parsePersistentVolume } from '../harvester/persistent-volume';
import { parsePersistentVolumeClaim } from '../harvester/persistent-volume-claim';
import { parseHarvesterSetting } from '../harvester/setting';
import { parseStorageClass } from '../harvester/storage-class';
import { parseStorageProfile } from '../harvester/storage-profile';
import { parseVirtualMachine } from '../harvester/virtual-machine';
import { parseVirtualMachineInstance } from '../harvester/virtual-machine-instance';
import type { Kind, ReadState, ReadStatus } from '../kube/kinds';
import type { RawObject } from '../kube/types';
import { parseEngine } from '../longhorn/engine';
import { parseEngineFrontend } from '../longhorn/engine-frontend';
import { parseInstanceManager } from '../longhorn/instance-manager';
import { parseLonghornNode } from '../longhorn/node';
import { parseReplica } from '../longhorn/replica';
import { parseLonghornSetting } from '../longhorn/setting';
import type { LonghornNodeRecord } from '../longhorn/types';
import { parseVolume } from '../longhorn/volume';
import { parseVolumeAttachment } from '../longhorn/volume-attachment';
import type { ClusterView, InventoryKind, RecordOf } from '../view';

const PARSERS: { readonly [K in InventoryKind]: (raw: RawObject) => RecordOf[K] } = {
  'longhorn.io.volume': parseVolume,
  'longhorn.io.replica': parseReplica,
  'longhorn.io.engine': parseEngine,
  'longhorn.io.enginefrontend': parseEngineFrontend,
  'longhorn.io.node': parseLonghornNode,
  'longhorn.io.setting': parseLonghornSetting,
  'longhorn.io.instancemanager': parseInstanceManager,
  'longhorn.io.volumeattachment': parseVolumeAttachment,
  node: parseKubeNode,
  persistentvolume: parsePersistentVolume,
  persistentvolumeclaim: parsePersistentVolumeClaim,
  'storage.k8s.io.storageclass': parseStorageClass,
  'cdi.kubevirt.io.storageprofile': parseStorageProfile,
  'cdi.kubevirt.io.datavolume': parseDataVolume,
  'harvesterhci.io.virtualmachineimage': parseImage,
  'harvesterhci.io.setting': parseHarvesterSetting,
  'kubevirt.io.virtualmachine': parseVirtualMachine,
  'kubevirt.io.virtualmachineinstance': parseVirtualMachineInstance
};

/** Steve id of a raw object's kind, from `apiVersion` and `kind`. */
export function kindOfRaw(raw: RawObject): Kind {
  const apiVersion = String(raw.apiVersion);
  const slash = apiVersion.indexOf('/');
  const kind = String(raw.kind).toLowerCase();
  return (slash < 0 ? kind : `${apiVersion.slice(0, slash)}.${kind}`) as Kind;
}

export interface RawClusterOptions {
  /** Read status per kind; every other kind is `ready`. */
  readonly status?: Partial<Record<Kind, ReadStatus>>;
  /** When the objects arrived; epoch milliseconds. */
  readonly readAt?: number;
}

function group<T>(items: Iterable<T>, keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [item]);
    else members.push(item);
  }
  return groups;
}

/** A view of exactly these objects. Members of kinds the inventory does not keep (events…) are ignored. */
export function rawCluster(objects: readonly RawObject[], options: RawClusterOptions = {}): ClusterView {
  const readAt = options.readAt ?? 0;
  const records = new Map<string, Map<string, RecordOf[InventoryKind]>>();
  for (const raw of objects) {
    const kind = kindOfRaw(raw) as InventoryKind;
    const parse = PARSERS[kind] as ((raw: RawObject) => RecordOf[InventoryKind]) | undefined;
    if (parse === undefined) continue;
    const record = parse(raw);
    const ofKind = records.get(kind) ?? new Map<string, RecordOf[InventoryKind]>();
    records.set(kind, ofKind.set(record.meta.id, record));
  }
  const all = <K extends InventoryKind>(kind: K): Iterable<RecordOf[K]> => (records.get(kind)?.values() ?? []) as Iterable<RecordOf[K]>;
  const get = <K extends InventoryKind>(kind: K, id: string): RecordOf[K] | undefined => records.get(kind)?.get(id) as RecordOf[K] | undefined;

  const replicas = group(all('longhorn.io.replica'), (replica) => replica.volumeName);
  const replicasByNode = group(all('longhorn.io.replica'), (replica) => replica.nodeId);
  const engines = group(all('longhorn.io.engine'), (engine) => engine.volumeName);
  const frontends = group(all('longhorn.io.enginefrontend'), (frontend) => frontend.volumeName);
  const managers = group(all('longhorn.io.instancemanager'), (manager) => manager.nodeId);
  const claimByVolume = group(all('persistentvolumeclaim'), (claim) => claim.volumeName);
  const clones = group(all('cdi.kubevirt.io.datavolume'), (volume) => `${volume.source.namespace || volume.meta.namespace}/${volume.source.name}`);
  const machines = new Map<string, RecordOf['kubevirt.io.virtualmachine'][]>();
  for (const machine of all('kubevirt.io.virtualmachine')) {
    for (const disk of machine.disks) {
      if (disk.claimName === '') continue;
      const id = `${machine.meta.namespace}/${disk.claimName}`;
      machines.set(id, [...(machines.get(id) ?? []), machine]);
    }
  }
  const disks = new Map<string, { readonly node: LonghornNodeRecord; readonly name: string }>();
  for (const node of all('longhorn.io.node')) for (const disk of node.disks) if (disk.uuid !== '') disks.set(disk.uuid, { node, name: disk.name });
  const states = new Map<Kind, ReadState>();
  const readState = (kind: Kind): ReadState => {
    let state = states.get(kind);
    if (state === undefined) {
      const status = options.status?.[kind] ?? 'ready';
      state = { status, since: readAt, readAt: status === 'ready' || status === 'stale' ? readAt : null, message: '' };
      states.set(kind, state);
    }
    return state;
  };
  const claimOfVolume = (volumeName: string): RecordOf['persistentvolumeclaim'] | undefined => {
    const volume = get('longhorn.io.volume', `longhorn-system/${volumeName}`);
    return (volume === undefined ? undefined : get('persistentvolumeclaim', `${volume.pvcNamespace}/${volume.pvcName}`)) ?? claimByVolume.get(volumeName)?.[0];
  };
  return {
    readState,
    get,
    all,
    count: (kind) => records.get(kind)?.size ?? 0,
    readAt: (kind, id) => (records.get(kind)?.has(id) === true ? readAt : null),
    replicasOfVolume: (name) => replicas.get(name) ?? [],
    enginesOfVolume: (name) => engines.get(name) ?? [],
    frontendsOfVolume: (name) => frontends.get(name) ?? [],
    replicasOnNode: (name) => replicasByNode.get(name) ?? [],
    instanceManagersOnNode: (name) => managers.get(name) ?? [],
    diskByUuid: (uuid) => disks.get(uuid),
    claimOfVolume,
    volumeOfClaim: (claimId) => {
      const claim = get('persistentvolumeclaim', claimId);
      return claim === undefined ? undefined : get('longhorn.io.volume', `longhorn-system/${claim.volumeName}`);
    },
    machinesOfClaim: (claimId) => machines.get(claimId) ?? [],
    clonesOfClaim: (claimId) => clones.get(claimId) ?? []
  };
}
