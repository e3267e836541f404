import { findCondition, parseConditions } from '../kube/conditions';
import { asNumber, asObject, asOneOf, asText, asTime } from '../kube/fields';
import { parseMeta, parsePermitted } from '../kube/metadata';
import type { RawObject } from '../kube/types';
import type { ImageBackend, ImageRecord, ImageSource } from './types';

const BACKENDS: ReadonlySet<ImageBackend> = new Set(['backingimage', 'cdi']);
const SOURCES: ReadonlySet<ImageSource> = new Set(['download', 'upload', 'export-from-volume', 'restore', 'clone']);

/** Annotation with the class the person chose; mirrors `spec.targetStorageClassName` on CDI images. */
export const IMAGE_CLASS_ANNOTATION = 'harvesterhci.io/storageClassName';
export const IMAGE_FILE_ANNOTATION = 'harvesterhci.io/image-name';
export const IMAGE_TYPE_LABEL = 'harvesterhci.io/image-type';
export const IMAGE_OS_LABEL = 'harvesterhci.io/os-type';

/**
 * Harvester `VirtualMachineImage`. Images from before 1.5 carry no backend: they are backing images
 * (harvester `webhook/resources/virtualmachineimage/mutator.go` sets the same default).
 */
export function parseImage(raw: RawObject): ImageRecord {
  const spec = asObject(raw.spec);
  const status = asObject(raw.status);
  const meta = parseMeta(raw);

  return Object.freeze({
    ...parsePermitted(raw),
    meta,
    displayName: asText(spec.displayName),
    description: asText(spec.description),
    backend: asOneOf(asText(spec.backend) || 'backingimage', BACKENDS, 'unknown'),
    sourceType: asOneOf(spec.sourceType, SOURCES, 'unknown'),
    url: asText(spec.url),
    checksum: asText(spec.checksum),
    pvcName: asText(spec.pvcName),
    pvcNamespace: asText(spec.pvcNamespace),
    retry: asNumber(spec.retry) ?? 3,
    targetStorageClassName: asText(spec.targetStorageClassName) || (meta.annotations[IMAGE_CLASS_ANNOTATION] ?? ''),
    storageClassName: asText(status.storageClassName),
    progress: asNumber(status.progress),
    size: parseSize(status.size),
    virtualSize: parseSize(status.virtualSize),
    failed: asNumber(status.failed) ?? 0,
    lastFailedAt: asTime(status.lastFailedTime),
    conditions: parseConditions(status.conditions)
  });
}

/** Go writes 0 for "not known yet". */
function parseSize(value: unknown): number | null {
  const size = asNumber(value);

  return size !== null && size > 0 ? size : null;
}

/**
 * Usable as the source of a disk: wholly imported and not failed. Mirrors `isReady` of harvester-ui-extension
 * `models/harvesterhci.io.virtualmachineimage.js`.
 */
export function isImageReady(image: ImageRecord): boolean {
  return image.progress === 100 &&
    findCondition(image.conditions, 'Initialized')?.status !== 'False' &&
    findCondition(image.conditions, 'Imported')?.status !== 'False';
}

/** Sizes of an image that its object proves, bytes; null where it does not. */
export interface ProvenSizes { readonly size: number | null; readonly virtualSize: number | null }

/**
 * The sizes that may be shown. Until the import is over they are what a web server answered, and a server that answers
 * with an error page has the page measured (harvester `image/cdi`). A virtual size that is not the file's own was read
 * from a qcow2 header: that was an image.
 */
export function provenSizes(image: ImageRecord): ProvenSizes {
  const hasHeader = image.virtualSize !== null && image.size !== null && image.virtualSize !== image.size;

  return isImageReady(image) || hasHeader ? { size: image.size, virtualSize: image.virtualSize } : { size: null, virtualSize: null };
}

/** Given up by the server: it will not become ready by itself. */
export function isImageFailed(image: ImageRecord): boolean {
  return findCondition(image.conditions, 'RetryLimitExceeded')?.status === 'True' || findCondition(image.conditions, 'Imported')?.status === 'False';
}

/** An ISO: it goes on a CD-ROM, and the machine boots from a blank disk beside it. */
export function isIsoImage(image: ImageRecord): boolean {
  return image.meta.labels[IMAGE_TYPE_LABEL] === 'iso' ||
    [image.displayName, image.url, image.meta.annotations[IMAGE_FILE_ANNOTATION] ?? ''].some(name => /\.iso(\?|#|$)/i.test(name));
}
