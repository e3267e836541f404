import { classifyStorageClass } from '@/domain/boot-volume/classes';
import { isImageReady, isIsoImage } from '@/domain/harvester/image';
import type { ImageRecord } from '@/domain/harvester/types';
import { KIND } from '@/domain/kube/kinds';
import type { ClusterView } from '@/domain/view';

/** What an image means for a VM's root disk. Words: `lhv2.boot.image.kind.<kind>`. */
export type ImageKind = 'v2' | 'other-class' | 'v1' | 'unknown';

export interface ImageOffer {
  readonly image: ImageRecord;
  readonly kind: ImageKind;
  readonly isReady: boolean;
  readonly isIso: boolean;
}

/** Where the root disk made from this image lands, by itself. */
export function kindOfImage(view: ClusterView, image: ImageRecord): ImageKind {
  if (image.backend === 'backingimage') {
    return 'v1';
  }

  const name = image.storageClassName || image.targetStorageClassName;
  const record = view.get(KIND.storageClass, name);

  if (image.backend !== 'cdi' || record === undefined) {
    return 'unknown';
  }

  return classifyStorageClass(view, record).refusal === null ? 'v2' : 'other-class';
}

const RANK: Readonly<Record<ImageKind, number>> = { v2: 0, unknown: 1, 'other-class': 2, v1: 3 };

/** Every readable image, v2 and ready ones first. Machines are made from images of any namespace. */
export function listImages(view: ClusterView): readonly ImageOffer[] {
  return [...view.all(KIND.image)]
    .filter(image => image.meta.deletedAt === null)
    .map(image => ({ image, kind: kindOfImage(view, image), isReady: isImageReady(image), isIso: isIsoImage(image) }))
    .sort((a, b) => RANK[a.kind] - RANK[b.kind] || Number(b.isReady) - Number(a.isReady) || a.image.displayName.localeCompare(b.image.displayName));
}
