import { at, isFields, numberAt, textAt, type Fields } from './fields';

const IMAGE_SOURCES: readonly string[] = ['Virtual Machine Image', 'VM Image'];
const NEW_SOURCE = 'New';
/** What an empty CD-ROM drive has for an image (Harvester UI 1.8 and later). */
const NO_MEDIUM = 'EMPTY_IMAGE';
const GIBIBYTE = 1024 ** 3;
const UNITS: Readonly<Record<string, number>> = { '': 1, Ki: 1024, Mi: 1024 ** 2, Gi: GIBIBYTE, Ti: 1024 ** 4 };
/** Smallest root disk that Harvester's form proposes for a disk image, GiB. */
const MINIMUM_ROOT = 10;

/** Rows of Harvester's Volumes tab, in boot order. */
export function diskRows(form: Fields): readonly Fields[] {
  return Array.isArray(form.diskRows) ? form.diskRows.filter(isFields) : [];
}

const isCdrom = (row: Fields): boolean => textAt(row, 'type') === 'cd-rom';
const isImageDisk = (row: Fields): boolean => IMAGE_SOURCES.includes(textAt(row, 'source')) && !isCdrom(row);
const isMedium = (row: Fields): boolean => IMAGE_SOURCES.includes(textAt(row, 'source')) && isCdrom(row) && textAt(row, 'image') !== NO_MEDIUM;
const isBlankDisk = (row: Fields): boolean => textAt(row, 'source') === NEW_SOURCE && !isCdrom(row);

/** Whether the VM installs from a CD-ROM onto a blank disk, rather than boots from a disk made from an image. */
function isInstall(rows: readonly Fields[]): boolean {
  const medium = rows.findIndex(isMedium);
  const disk = rows.findIndex(isImageDisk);

  return disk < 0 || (medium >= 0 && medium < disk && rows.some(isBlankDisk));
}

/** The row with the image that boots, or that installs. */
export function imageRow(rows: readonly Fields[]): Fields | undefined {
  return rows.find(isInstall(rows) ? isMedium : isImageDisk);
}

/** The row that becomes the root disk: the image's own, or the first blank disk of an installation. */
export function rootRow(rows: readonly Fields[]): Fields | undefined {
  return rows.find(isInstall(rows) ? isBlankDisk : isImageDisk);
}

/** Where the image sits; without any, a VM's blank disk is installed over the network, as from a CD-ROM. */
export function imageDevice(rows: readonly Fields[]): 'disk' | 'cdrom' {
  return isInstall(rows) && rows.some((row) => isMedium(row) || isBlankDisk(row)) ? 'cdrom' : 'disk';
}

/** Bytes of a row's size field (`10Gi`, `10`: GiB when bare, as the form reads it); null when it is no size. */
export function rowSize(row: Fields | undefined): number | null {
  const match = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti)?$/.exec(String(row?.size ?? '').trim());

  return match?.[1] === undefined ? null : Number(match[1]) * (UNITS[match[2] ?? 'Gi'] ?? GIBIBYTE);
}

/** Whole GiB as the form writes them. Never rounds down. */
export const toGibibytes = (bytes: number): string => `${String(Math.ceil(bytes / GIBIBYTE))}Gi`;

/** The same row with another size. Harvester's mark for a disk that is too small locks Create until its own field is edited. */
export function withSize(row: Fields, bytes: number): Fields {
  return { ...row, size: toGibibytes(bytes), ...('hasDiskError' in row ? { hasDiskError: false } : {}) };
}

/**
 * The row after its image is changed, as Harvester's own image select does it (`type/vmImage.vue onImageChange`): an ISO
 * becomes a SATA CD-ROM, anything else a VirtIO disk that cannot be pulled, and the size follows the image.
 */
export function withImage(row: Fields, image: unknown, imageId: string): Fields {
  const isIso = /iso$/i.test(textAt(image, 'imageSuffix') || textAt(image, 'metadata', 'labels', 'harvesterhci.io/image-type'));
  const bytes = Math.max(numberAt(image, 'status', 'size') ?? 0, numberAt(image, 'status', 'virtualSize') ?? 0);
  const moved: Fields = { ...row, image: imageId, type: isIso ? 'cd-rom' : 'disk', bus: isIso ? 'sata' : 'virtio', ...(row.hotpluggable === true && !isIso ? { hotpluggable: false } : {}) };

  return bytes > 0 ? withSize(moved, isIso ? bytes : Math.max(bytes, MINIMUM_ROOT * GIBIBYTE)) : moved;
}

/** A blank disk as Harvester's "Add Volume" makes it, large enough to install a system on. */
export function blankRow(rows: readonly Fields[], newId: () => string): Fields {
  const taken = new Set(rows.map((row) => textAt(row, 'name')));
  let index = 1;

  while (taken.has(`disk-${String(index)}`)) {
    index++;
  }

  return { id: newId(), newCreateId: newId(), name: `disk-${String(index)}`, source: NEW_SOURCE, size: '40Gi', type: 'disk', bus: 'virtio', volumeName: '' };
}

/** Class that an image's disks get, as the form knows it; '' when the image is not among the form's. */
export function imageClass(form: Fields, imageId: string): string {
  const images: readonly unknown[] = Array.isArray(form.images) ? form.images : [];
  const image = images.find((candidate) => at(candidate, 'id') === imageId);

  return textAt(image, 'storageClassName') || textAt(image, 'status', 'storageClassName');
}
