import type { Condition, ObjectMeta, Permitted } from '../kube/types';

export type ImageBackend = 'backingimage' | 'cdi' | 'unknown';
export type ImageSource = 'download' | 'upload' | 'export-from-volume' | 'restore' | 'clone' | 'unknown';

/** Harvester `VirtualMachineImage` (harvesterhci.io/v1beta1). Sizes are bytes. */
export interface ImageRecord extends Permitted {
  readonly meta: ObjectMeta;
  readonly displayName: string;
  readonly description: string;
  readonly backend: ImageBackend;
  readonly sourceType: ImageSource;
  readonly url: string;
  readonly checksum: string;
  readonly pvcName: string;
  readonly pvcNamespace: string;
  readonly retry: number;
  readonly targetStorageClassName: string;
  /** `status.storageClassName`: the class its disks get. */
  readonly storageClassName: string;
  /** 0..100; null before the controller has spoken. */
  readonly progress: number | null;
  readonly size: number | null;
  readonly virtualSize: number | null;
  readonly failed: number;
  readonly lastFailedAt: number | null;
  readonly conditions: readonly Condition[];
}

export interface StorageClassRecord extends Permitted {
  readonly meta: ObjectMeta;
  readonly provisioner: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly reclaimPolicy: string;
  readonly volumeBindingMode: string;
  readonly allowVolumeExpansion: boolean;
  readonly isDefault: boolean;
}

export type CloneStrategy = 'copy' | 'snapshot' | 'csi-clone' | 'unknown';

export interface StorageProfileRecord {
  readonly meta: ObjectMeta;
  /** `status.cloneStrategy`, the effective one. */
  readonly cloneStrategy: CloneStrategy;
  readonly snapshotClass: string;
  readonly claimPropertySets: readonly { readonly accessModes: readonly string[]; readonly volumeMode: string }[];
}

export interface DataVolumeRecord {
  readonly meta: ObjectMeta;
  readonly phase: string;
  /** Percent 0..100; null for `N/A` or absent. */
  readonly progress: number | null;
  readonly restartCount: number;
  readonly storageClassName: string;
  /** Bytes asked for. */
  readonly size: number | null;
  readonly source: { readonly type: 'http' | 'upload' | 'pvc' | 'blank' | 'snapshot' | 'registry' | 'other'; readonly namespace: string; readonly name: string; readonly url: string };
  readonly conditions: readonly Condition[];
}

export interface PersistentVolumeClaimRecord extends Permitted {
  readonly meta: ObjectMeta;
  readonly phase: string;
  readonly volumeName: string;
  readonly storageClassName: string;
  readonly accessModes: readonly string[];
  readonly volumeMode: string;
  /** Bytes. */
  readonly requested: number | null;
  readonly capacity: number | null;
  readonly conditions: readonly Condition[];
  /** `harvesterhci.io/goldenImage: "true"`. */
  readonly isGoldenImage: boolean;
  /** CDI temporaries (`prime-*`, scratch, `tmp-pvc-*`): never shown as user volumes. */
  readonly isTemporary: boolean;
  /** `harvesterhci.io/imageId`, `<ns>/<name>` or ''. */
  readonly imageId: string;
  /** `cdi.kubevirt.io/createdForDataVolume`, or ''. */
  readonly dataVolumeName: string;
}

export interface PersistentVolumeRecord {
  readonly meta: ObjectMeta;
  readonly phase: string;
  readonly driver: string;
  readonly volumeHandle: string;
  readonly dataEngine: string;
  readonly storageClassName: string;
  readonly claimNamespace: string;
  readonly claimName: string;
  /** `longhorn.io/volume-scheduling-error`; '' when healthy or absent. */
  readonly schedulingError: string;
}

/** A disk of a VM: one entry of `spec.template.spec.domain.devices.disks` joined to its volume. */
export interface VirtualMachineDisk {
  readonly name: string;
  readonly type: 'disk' | 'cdrom' | 'lun' | 'unknown';
  readonly bus: string;
  /** null when unset: KubeVirt then boots in order of appearance. */
  readonly bootOrder: number | null;
  readonly claimName: string;
  readonly isHotplugged: boolean;
}

export interface VirtualMachineRecord extends Permitted {
  readonly meta: ObjectMeta;
  readonly runStrategy: string;
  readonly printableStatus: string;
  readonly isReady: boolean;
  readonly disks: readonly VirtualMachineDisk[];
  /** Entries of the `harvesterhci.io/volumeClaimTemplates` annotation; unparsable text gives []. */
  readonly claimTemplates: readonly { readonly name: string; readonly imageId: string; readonly storageClassName: string; readonly storage: number | null }[];
  readonly conditions: readonly Condition[];
}

export interface VirtualMachineInstanceRecord {
  readonly meta: ObjectMeta;
  readonly phase: string;
  readonly nodeName: string;
  readonly conditions: readonly Condition[];
  readonly migration: { readonly sourceNode: string; readonly targetNode: string; readonly isCompleted: boolean; readonly isFailed: boolean; readonly startedAt: number | null; readonly endedAt: number | null; readonly failureReason: string } | null;
  readonly volumeStatus: readonly { readonly name: string; readonly phase: string; readonly reason: string; readonly message: string; readonly claimName: string; readonly isHotplugged: boolean }[];
  readonly ties: MachineTies;
}

/** One requirement of a node selector term: on a label, or on the field `metadata.name`. */
export interface NodeRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
  readonly isField: boolean;
}

/** What ties a running VM to its node, as its instance says. */
export interface MachineTies {
  readonly hasNodeSelector: boolean;
  /** PCI, USB and vGPU devices of the host. */
  readonly hasHostDevices: boolean;
  /** A CD-ROM, or a disk out of a container. */
  readonly hasMedia: boolean;
  /** Terms of the required node affinity, one of which has to fit whole; null when there is none. */
  readonly nodeTerms: readonly (readonly NodeRequirement[])[] | null;
}

/** Kubernetes `Node`, the part that decides whether v2 can run there. */
export interface KubeNodeRecord {
  readonly meta: ObjectMeta;
  readonly isReady: boolean | null;
  readonly isCordoned: boolean;
  readonly isWitness: boolean;
  /** label `node.longhorn.io/disable-v2-data-engine` is "true". */
  readonly isV2Disabled: boolean;
  /** `status.capacity["hugepages-2Mi"]`, bytes; null when absent. */
  readonly hugepages: number | null;
  readonly zone: string;
  readonly conditions: readonly Condition[];
}

/** Harvester `Setting`: top-level `value` and `default`; effective = value || default. */
export interface HarvesterSettingRecord {
  readonly meta: ObjectMeta;
  readonly value: string;
  readonly default: string;
}

/** Harvester minor version that decides features, e.g. {major:1, minor:8}. Unparsable (`master-…`) reads as latest. */
export interface HarvesterVersion {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly isParsed: boolean;
}
