import { at, isFields, numberAt, textAt, type Fields } from './fields';

const IMAGE_SOURCES: readonly string[] = ['Virtual Machine Image', 'VM Image'];
const NEW_SOURCE = 'New';
const GIBIBYTE = 1024 ** 3;
const UNITS: Readonly<Record<string, number>> = { '': 1, Ki: 1024, Mi: 1024 ** 2, Gi: GIBIBYTE, Ti: 1024 ** 4 };
/** Smallest root disk that Harvester's form proposes for a disk image, GiB. */
const MINIMUM_ROOT = 10;

/** Rows of Harvester's Volumes tab, in boot order. */
export function diskRows(form: Fields): readonly Fields[] {
  return Array.isArray(form.diskRows) ? form.diskRows.filter(isFields) : [];
}

const isImageRow = (row: Fields): boolean => IMAGE_SOURCES.includes(textAt(row, 'source'));
const isCdrom = (row: Fields): boolean => textAt(row, 'type') === 'cd-rom';

/** The row with the image that boots, or installs: the first one made from an image. */
export function imageRow(rows: readonly Fields[]): Fields | undefined {
  return rows.find(isImageRow);
}

/** The row that becomes the root disk: the image's own, or the first blank disk beside an installation CD-ROM. */
export function rootRow(rows: readonly Fields[]): Fields | undefined {
  const image = imageRow(rows);

  return image !== undefined && !isCdrom(image)
    ? image
    : rows.find((row) => textAt(row, 'source') === NEW_SOURCE && !isCdrom(row));
}

export function imageDevice(rows: readonly Fields[]): 'disk' | 'cdrom' {
  const image = imageRow(rows);

  return image !== undefined && isCdrom(image) ? 'cdrom' : 'disk';
}

/** Bytes of a row's size field (`10Gi`, `10`: GiB when bare, as the form reads it); null when it is no size. */
export function rowSize(row: Fields | undefined): number | null {
  const match = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti)?$/.exec(String(row?.size ?? '').trim());

  return match?.[1] === undefined ? null : Number(match[1]) * (UNITS[match[2] ?? 'Gi'] ?? GIBIBYTE);
}

/** Whole GiB as the form writes them. Never rounds down. */
export const toGibibytes = (bytes: number): string => `${String(Math.ceil(bytes / GIBIBYTE))}Gi`;

/**
 * The row after its image is changed, as Harvester's own image select does it (`type/vmImage.vue onImageChange`): an ISO
 * becomes a SATA CD-ROM, anything else a VirtIO disk, and the size follows the image.
 */
export function withImage(row: Fields, image: unknown, imageId: string): Fields {
  const isIso = /iso$/i.test(textAt(image, 'imageSuffix') || textAt(image, 'metadata', 'labels', 'harvesterhci.io/image-type'));
  const bytes = Math.max(numberAt(image, 'status', 'size') ?? 0, numberAt(image, 'status', 'virtualSize') ?? 0);
  const gibibytes = isIso ? Math.ceil(bytes / GIBIBYTE) : Math.max(Math.ceil(bytes / GIBIBYTE), MINIMUM_ROOT);

  return {
    ...row,
    image: imageId,
    type: isIso ? 'cd-rom' : 'disk',
    bus: isIso ? 'sata' : 'virtio',
    ...(bytes > 0 ? { size: `${String(gibibytes)}Gi` } : {})
  };
}

/** Class that an image's disks get, as the form knows it; '' when the image is not among the form's. */
export function imageClass(form: Fields, imageId: string): string {
  const images: readonly unknown[] = Array.isArray(form.images) ? form.images : [];
  const image = images.find((candidate) => at(candidate, 'id') === imageId);

  return textAt(image, 'storageClassName') || textAt(image, 'status', 'storageClassName');
}
