import type { ImageBackend, ImageSource } from '@/domain/harvester/types';

/**
 * What the boot volume option needs to know of the image form that surrounds it (Harvester's own form, through the
 * host adapter, or our page). Hand in a new object whenever a field changes; the option never edits it.
 */
export interface BootImageForm {
  /** `create`: free choice. `edit`: shown and locked, the server refuses a change. */
  readonly mode: 'create' | 'edit';
  readonly namespace: string;
  /** Harvester's encrypt and decrypt sources are `clone`. */
  readonly sourceType: ImageSource;
  /** `download` only; '' while nothing is typed. */
  readonly url: string;
  readonly displayName: string;
  /** Name of the file picked for `upload`; ''. */
  readonly fileName: string;
  /** Bytes of the file picked, null while none is. */
  readonly fileSize: number | null;
  readonly checksum: string;
  /** Class the form would post now, '' when none: the annotation, or `spec.targetStorageClassName`. */
  readonly storageClassName: string;
  /** Backend the form would post now; `unknown` when the form has not said (the server then makes `backingimage`). */
  readonly backend: ImageBackend;
  /** Bytes, once somebody knows (the image exists, or the file's header was read). */
  readonly virtualSize: number | null;
  /** The page talks to Harvester through Rancher's proxy: uploads above its body limit fail there. */
  readonly isBehindRancher: boolean;
}

/**
 * `choose`: put this class into the form (annotation, `spec.targetStorageClassName`, and `spec.backend: cdi`).
 * null: the person switched the option off; put back what the form had before the option was switched on.
 */
export interface BootImageChoice {
  readonly storageClassName: string | null;
}

export interface BootImageOptionProps {
  readonly form: BootImageForm;
}

export interface BootImageOptionEmits {
  choose: [choice: BootImageChoice];
}

/** `data-testid`s of this feature, for end-to-end tests and the host adapter's tests. */
export const BOOT_IMAGE_TESTID = {
  option: 'lhv2-boot-option',
  /** The switch: `role=switch`, `aria-checked`, `aria-disabled` with the reason in `aria-describedby`. */
  toggle: 'lhv2-boot-toggle',
  /** Why the switch is off and cannot be turned. */
  blocked: 'lhv2-boot-blocked',
  /** One card per class: `role=radio`. */
  class: (name: string) => `lhv2-boot-class-${name}`,
  newClass: 'lhv2-boot-new-class',
  newClassName: 'lhv2-boot-new-class-name',
  newClassReplicas: 'lhv2-boot-new-class-replicas',
  newClassCreate: 'lhv2-boot-new-class-create',
  newClassError: 'lhv2-boot-new-class-error',
  readiness: 'lhv2-boot-readiness',
  /** One row per check, with `data-state` ready|warning|blocked|unverified. */
  check: (id: string) => `lhv2-check-${id}`,
  fit: 'lhv2-boot-fit',
  fitHosts: 'lhv2-boot-fit-hosts',
  /** One per host, or per v2 disk of it, with `data-code`. */
  fitHost: (nodeName: string) => `lhv2-fit-host-${nodeName}`,
  /** One per warning code. */
  note: (code: string) => `lhv2-note-${code}`,

  createPage: 'lhv2-create-image-page',
  namespace: 'lhv2-image-namespace',
  name: 'lhv2-image-name',
  description: 'lhv2-image-description',
  sourceUrl: 'lhv2-image-source-download',
  sourceUpload: 'lhv2-image-source-upload',
  url: 'lhv2-image-url',
  file: 'lhv2-image-file',
  storageClass: 'lhv2-image-class',
  submit: 'lhv2-create-image',
  error: 'lhv2-create-image-error',
  upload: 'lhv2-upload',
  uploadCancel: 'lhv2-upload-cancel',
  uploadRetry: 'lhv2-upload-retry',
  uploadDelete: 'lhv2-upload-delete',
  uploadHash: 'lhv2-upload-hash',
  uploadCompare: 'lhv2-upload-compare',

  imagePage: 'lhv2-image-page',
  pipeline: 'lhv2-image-pipeline',
  /** One per step (image, data-volume, claim, volume, ready), with `data-state`. */
  step: (id: string) => `lhv2-step-${id}`,
  pipelineCause: 'lhv2-pipeline-cause',
  createMachine: 'lhv2-image-create-machine',
  deleteImage: 'lhv2-image-delete'
} as const;
