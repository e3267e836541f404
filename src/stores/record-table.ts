import type { DataVolumeRecord, PersistentVolumeClaimRecord, PersistentVolumeRecord, VirtualMachineRecord } from '@/domain/harvester/types';
import { KIND } from '@/domain/kube/kinds';
import { longhornId, objectId } from '@/domain/kube/names';
import type { EngineFrontendRecord, EngineRecord, InstanceManagerRecord, LonghornNodeRecord, ReplicaRecord, VolumeRecord } from '@/domain/longhorn/types';
import type { ClusterView, InventoryKind, RecordOf } from '@/domain/view';
import { INVENTORY_KINDS } from './parsers';
import { createRecordIndex } from './record-index';

/** One record that came, changed or went. */
export interface RecordChange<K extends InventoryKind = InventoryKind> {
  readonly kind: K;
  readonly id: string;
  readonly before: RecordOf[K] | undefined;
  readonly after: RecordOf[K] | undefined;
}

/** All records of a cluster with their indexes: everything of a `ClusterView` but how far each kind has been read. */
export interface RecordTable extends Omit<ClusterView, 'readState'> {
  /** Puts (or with `undefined` removes) a record. Returns the change, or null when there was nothing to remove. */
  set<K extends InventoryKind>(kind: K, id: string, record: RecordOf[K] | undefined, at: number): RecordChange<K> | null;
  ids(kind: InventoryKind): Iterable<string>;
}

const claimKey = (namespace: string, name: string): string => (name ? objectId(namespace, name) : '');

/** Keeps every look-up current by difference: one change costs the keys of one record. */
export function createRecordTable(): RecordTable {
  const tables = new Map<InventoryKind, Map<string, RecordOf[InventoryKind]>>(INVENTORY_KINDS.map((kind) => [kind, new Map()]));
  const times = new Map<InventoryKind, Map<string, number>>(INVENTORY_KINDS.map((kind) => [kind, new Map()]));

  const replicas = createRecordIndex<ReplicaRecord>((replica) => [replica.volumeName]);
  const nodeReplicas = createRecordIndex<ReplicaRecord>((replica) => [replica.nodeId]);
  const engines = createRecordIndex<EngineRecord>((engine) => [engine.volumeName]);
  const frontends = createRecordIndex<EngineFrontendRecord>((frontend) => [frontend.volumeName]);
  const managers = createRecordIndex<InstanceManagerRecord>((manager) => [manager.nodeId]);
  const disks = createRecordIndex<LonghornNodeRecord>((node) => node.disks.map((disk) => disk.uuid));
  const claims = createRecordIndex<PersistentVolumeClaimRecord>((claim) => [claim.volumeName]);
  const volumesOfClaims = createRecordIndex<VolumeRecord>((volume) => [claimKey(volume.pvcNamespace, volume.pvcName)]);
  const machines = createRecordIndex<VirtualMachineRecord>((machine) => [...new Set(machine.disks.map((disk) => claimKey(machine.meta.namespace, disk.claimName)))]);
  const clones = createRecordIndex<DataVolumeRecord>((volume) => (volume.source.type === 'pvc' ? [claimKey(volume.source.namespace, volume.source.name)] : []));
  const handles = createRecordIndex<PersistentVolumeRecord>((volume) => [volume.volumeHandle]);

  /** The indexes of each kind; which record type goes with which is settled here, once. */
  const indexesOf: { readonly [K in InventoryKind]?: readonly { update(id: string, before: RecordOf[K] | undefined, after: RecordOf[K] | undefined): void }[] } = {
    [KIND.replica]: [replicas, nodeReplicas],
    [KIND.engine]: [engines],
    [KIND.engineFrontend]: [frontends],
    [KIND.instanceManager]: [managers],
    [KIND.longhornNode]: [disks],
    [KIND.persistentVolumeClaim]: [claims],
    [KIND.volume]: [volumesOfClaims],
    [KIND.virtualMachine]: [machines],
    [KIND.dataVolume]: [clones],
    [KIND.persistentVolume]: [handles]
  };

  const table = <K extends InventoryKind>(kind: K): Map<string, RecordOf[K]> => (tables.get(kind) ?? new Map()) as Map<string, RecordOf[K]>;
  const get = <K extends InventoryKind>(kind: K, id: string): RecordOf[K] | undefined => table(kind).get(id);

  return {
    set(kind, id, record, at) {
      const records = table(kind);
      const before = records.get(id);

      if (record === undefined) {
        records.delete(id);
        times.get(kind)?.delete(id);
      } else {
        records.set(id, record);
        times.get(kind)?.set(id, at);
      }
      if (before === undefined && record === undefined) {
        return null;
      }
      for (const index of indexesOf[kind] ?? []) {
        index.update(id, before, record);
      }

      return { kind, id, before, after: record };
    },
    ids: (kind) => table(kind).keys(),
    get,
    all: (kind) => table(kind).values(),
    count: (kind) => table(kind).size,
    readAt: (kind, id) => times.get(kind as InventoryKind)?.get(id) ?? null,

    replicasOfVolume: replicas.at,
    enginesOfVolume: engines.at,
    frontendsOfVolume: frontends.at,
    replicasOnNode: nodeReplicas.at,
    instanceManagersOnNode: managers.at,
    diskByUuid(uuid) {
      const node = uuid ? disks.at(uuid)[0] : undefined;
      const disk = node?.disks.find((each) => each.uuid === uuid);

      return node && disk ? { node, name: disk.name } : undefined;
    },
    claimOfVolume(volumeName) {
      const volume = get(KIND.volume, longhornId(volumeName));
      const named = volume?.pvcName ? get(KIND.persistentVolumeClaim, objectId(volume.pvcNamespace, volume.pvcName)) : undefined;

      // A volume keeps the name of a claim that is gone; a new claim of that name may be bound elsewhere.
      if (named && (named.volumeName === '' || named.volumeName === volumeName || named.volumeName === volume?.pvName)) {
        return named;
      }
      const volumes = [volumeName, ...handles.at(volumeName).map((each) => each.meta.name)];

      return volumes.flatMap((name) => claims.at(name))[0];
    },
    volumeOfClaim(claimId) {
      const bound = get(KIND.persistentVolumeClaim, claimId)?.volumeName;

      if (bound) {
        const handle = get(KIND.persistentVolume, bound)?.volumeHandle || bound;

        return get(KIND.volume, longhornId(handle));
      }

      return get(KIND.persistentVolumeClaim, claimId) ? undefined : volumesOfClaims.at(claimId)[0];
    },
    machinesOfClaim: machines.at,
    clonesOfClaim: clones.at
  };
}
