/**
 * What the boot volume option needs to know of the VM form around it. Hand in a new object whenever a field changes;
 * the option never edits it.
 */
export interface BootMachineForm {
  readonly mode: 'create' | 'edit';
  readonly namespace: string;
  readonly name: string;
  /** `<ns>/<name>` of the image on the boot disk (or on the CD-ROM of an ISO install); '' when none is chosen. */
  readonly imageId: string;
  /** Where that image sits: on the root disk itself, or on a CD-ROM beside a blank root disk. */
  readonly imageDevice: 'disk' | 'cdrom';
  /** Class the claim of the root disk would get now; '' when the form has not chosen. For an ISO, the blank disk's. */
  readonly storageClassName: string;
  /** Bytes of the root disk; null while the field is empty or unreadable. */
  readonly rootSize: number | null;
  /** Number of VMs that Create makes. */
  readonly instances: number;
  /** The form cannot override the class of an image's disk (the adapter's technique B is not possible here). */
  readonly canOverrideClass: boolean;
}

/** `choose-image`: put this image on the root disk. */
export interface BootMachineImageChoice {
  readonly imageId: string;
}

/**
 * `choose-class`: the claim of the root disk goes to this class. null: back to the image's own class.
 * Modes are what to write into the claim template (the server uses the StorageProfile's for disks made from an image).
 */
export interface BootMachineClassChoice {
  readonly storageClassName: string | null;
  readonly accessModes: readonly string[];
  readonly volumeMode: 'Block';
}

/** `resize`: root disk size in bytes, a whole number of GiB. */
export interface BootMachineResize {
  readonly size: number;
}

export interface BootMachineOptionProps {
  readonly form: BootMachineForm;
}

export interface BootMachineOptionEmits {
  'choose-image': [choice: BootMachineImageChoice];
  'choose-class': [choice: BootMachineClassChoice];
  resize: [choice: BootMachineResize];
}

/** `data-testid`s of this feature. The option shares `lhv2-boot-class-<name>`, `lhv2-check-<id>`… with the image form. */
export const BOOT_MACHINE_TESTID = {
  option: 'lhv2-boot-machine-option',
  toggle: 'lhv2-boot-toggle',
  blocked: 'lhv2-boot-blocked',
  /** One per image on offer: `role=radio`; id with `/` kept, e.g. `lhv2-boot-image-default/image-x7k2p`. */
  image: (id: string) => `lhv2-boot-image-${id}`,
  class: (name: string) => `lhv2-boot-class-${name}`,
  size: 'lhv2-boot-size',
  sizeError: 'lhv2-boot-size-error',
  sizeFix: 'lhv2-boot-size-fix',
  fit: 'lhv2-boot-fit',
  convert: 'lhv2-boot-convert',
  created: 'lhv2-machines-created',
  createMore: 'lhv2-machines-create-more',
  migration: 'lhv2-boot-migration',
  /** One row per node, with `data-state` yes|no|unknown. */
  migrationNode: (name: string) => `lhv2-boot-migration-${name}`,
  note: (code: string) => `lhv2-note-${code}`,

  createPage: 'lhv2-create-machine-page',
  namespace: 'lhv2-machine-namespace',
  name: 'lhv2-machine-name',
  cpu: 'lhv2-machine-cpu',
  memory: 'lhv2-machine-memory',
  instances: 'lhv2-machine-instances',
  imageSelect: 'lhv2-machine-image',
  diskSize: 'lhv2-machine-disk-size',
  sshKey: 'lhv2-machine-ssh-key',
  userData: 'lhv2-machine-user-data',
  submit: 'lhv2-create-machine',
  error: 'lhv2-create-machine-error',

  machinePage: 'lhv2-machine-page',
  state: 'lhv2-machine-state',
  pipeline: 'lhv2-machine-pipeline',
  /** One per step (image, clone, claim, volume, attach, boot), with `data-state`. */
  step: (id: string) => `lhv2-step-${id}`,
  action: (name: string) => `lhv2-machine-action-${name}`,
  actionError: 'lhv2-machine-action-error',
  /** Radio buttons: `lhv2-machine-migrate-target-<node>`. Dialogs are `ConfirmDialog`s: `lhv2-confirm-ok`, `lhv2-confirm-cancel`. */
  migrateTarget: 'lhv2-machine-migrate-target',
  addVolumeSelect: 'lhv2-machine-volume-select',
  addVolume: 'lhv2-machine-volume-add',
  removeVolume: (disk: string) => `lhv2-machine-volume-remove-${disk}`,
  /** One row per disk that is a volume. */
  disk: (name: string) => `lhv2-machine-disk-${name}`,
  expand: (disk: string) => `lhv2-machine-expand-${disk}`,
  expandSize: 'lhv2-machine-expand-size',
  export: (disk: string) => `lhv2-machine-export-${disk}`,
  exportName: 'lhv2-machine-export-name',
  exportClass: 'lhv2-machine-export-class',
  /** One row per action (snapshot, backup), with `data-state` allowed|refused|hidden|unknown. */
  protection: (action: string) => `lhv2-machine-protection-${action}`,
  extraDisk: (index: number) => `lhv2-machine-extra-disk-${index}`,
  extraDiskAdd: 'lhv2-machine-extra-disk-add',
  deleteDisk: (name: string) => `lhv2-machine-delete-disk-${name}`
} as const;
