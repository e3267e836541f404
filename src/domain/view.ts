import type { ReadState, Kind } from './kube/kinds';
import type {
  EngineFrontendRecord, EngineRecord, InstanceManagerRecord, LonghornNodeRecord, LonghornSettingRecord,
  ReplicaRecord, VolumeAttachmentRecord, VolumeRecord
} from './longhorn/types';
import type {
  DataVolumeRecord, HarvesterSettingRecord, ImageRecord, KubeNodeRecord, PersistentVolumeClaimRecord,
  PersistentVolumeRecord, StorageClassRecord, StorageProfileRecord, VirtualMachineInstanceRecord, VirtualMachineRecord
} from './harvester/types';

/** The record type of each kind the inventory keeps. */
export interface RecordOf {
  'longhorn.io.volume': VolumeRecord;
  'longhorn.io.replica': ReplicaRecord;
  'longhorn.io.engine': EngineRecord;
  'longhorn.io.enginefrontend': EngineFrontendRecord;
  'longhorn.io.node': LonghornNodeRecord;
  'longhorn.io.setting': LonghornSettingRecord;
  'longhorn.io.instancemanager': InstanceManagerRecord;
  'longhorn.io.volumeattachment': VolumeAttachmentRecord;
  node: KubeNodeRecord;
  persistentvolume: PersistentVolumeRecord;
  persistentvolumeclaim: PersistentVolumeClaimRecord;
  'storage.k8s.io.storageclass': StorageClassRecord;
  'cdi.kubevirt.io.storageprofile': StorageProfileRecord;
  'cdi.kubevirt.io.datavolume': DataVolumeRecord;
  'harvesterhci.io.virtualmachineimage': ImageRecord;
  'harvesterhci.io.setting': HarvesterSettingRecord;
  'kubevirt.io.virtualmachine': VirtualMachineRecord;
  'kubevirt.io.virtualmachineinstance': VirtualMachineInstanceRecord;
}

export type InventoryKind = keyof RecordOf & Kind;

/**
 * What the domain may ask of the cluster: records by id and through indexes, and how far each kind has been read.
 * The inventory store implements it; tests build one from fixtures. Every method is a look-up, never a scan.
 */
export interface ClusterView {
  readState(kind: Kind): ReadState;
  get<K extends InventoryKind>(kind: K, id: string): RecordOf[K] | undefined;
  all<K extends InventoryKind>(kind: K): Iterable<RecordOf[K]>;
  count(kind: InventoryKind): number;
  /** Epoch milliseconds at which this object's present content arrived; null when the object is unknown. */
  readAt(kind: Kind, id: string): number | null;

  replicasOfVolume(volumeName: string): readonly ReplicaRecord[];
  enginesOfVolume(volumeName: string): readonly EngineRecord[];
  frontendsOfVolume(volumeName: string): readonly EngineFrontendRecord[];
  replicasOnNode(nodeName: string): readonly ReplicaRecord[];
  instanceManagersOnNode(nodeName: string): readonly InstanceManagerRecord[];
  /** Longhorn disk by its UUID (`replica.spec.diskID`). */
  diskByUuid(uuid: string): { readonly node: LonghornNodeRecord; readonly name: string } | undefined;
  /** Claim that a Longhorn volume backs; falls back to the claim whose `spec.volumeName` is the volume. */
  claimOfVolume(volumeName: string): PersistentVolumeClaimRecord | undefined;
  /** Longhorn volume behind a claim id `<ns>/<name>`. */
  volumeOfClaim(claimId: string): VolumeRecord | undefined;
  /** VMs that name the claim in their spec. */
  machinesOfClaim(claimId: string): readonly VirtualMachineRecord[];
  /** Claims that a data volume clones from: ids of data volumes whose source is this claim. */
  clonesOfClaim(claimId: string): readonly DataVolumeRecord[];
}
