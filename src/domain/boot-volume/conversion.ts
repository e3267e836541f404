import { isImageReady } from '../harvester/image';
import type { ImageRecord, PersistentVolumeClaimRecord } from '../harvester/types';
import { IMAGE_ID_ANNOTATION } from '../harvester/virtual-machine';
import { KIND } from '../kube/kinds';
import { objectId } from '../kube/names';
import { toGiQuantity } from '../kube/sizes';
import type { RawObject } from '../kube/types';
import type { ClusterView } from '../view';
import { readImagePipeline } from './pipeline-image';
import { planBootImage } from './plan-image';
import type { BootClass, ObjectPlan } from './types';

/** On the temporary volume and the new image: id of the image that is being converted. */
export const CONVERTED_FROM_ANNOTATION = 'longhorn-v2.harvesterhci.io/converted-from';

/** `reimport`: from the URL it came from. `export`: through a temporary v1 volume, when there is no URL. */
export type ConversionWay = 'reimport' | 'export';

/**
 * How far a conversion is, told from the cluster's objects alone, so that it goes on after a closed page.
 * - `idle`: nothing made yet; `volume`: the temporary volume is being made; `export`: it is ready to be exported
 * - `importing`: the v2 image is being filled; `cleaning`: it is ready, the temporary volume is still there
 * - `failed`: the v2 image can't be imported
 */
export type ConversionStage = 'idle' | 'volume' | 'export' | 'importing' | 'cleaning' | 'done' | 'failed';

export interface Conversion {
  readonly way: ConversionWay;
  readonly stage: ConversionStage;
  /** The temporary volume, '' when there is none. */
  readonly claimId: string;
  /** The v2 image, '' when there is none. */
  readonly targetId: string;
  /** What an earlier try made is still being deleted; its names are not free yet. */
  readonly isClearing: boolean;
}

/** The way to take when nobody says otherwise: the URL is quicker and needs no temporary volume. */
export function wayOfConversion(image: ImageRecord): ConversionWay {
  return image.sourceType === 'download' && image.url !== '' ? 'reimport' : 'export';
}

/**
 * Where the conversion of this v1 image stands. What exists decides which way it goes; before that, `preferred` does.
 * `now` in epoch milliseconds.
 */
export function readConversion(view: ClusterView, image: ImageRecord, now: number, preferred: ConversionWay = wayOfConversion(image)): Conversion {
  const claim = findTemporaryClaim(view, image);
  const target = findTarget(view, image, claim);
  const hasBegun = claim !== undefined || target !== undefined;
  const way = !hasBegun ? preferred : claim !== undefined || target?.sourceType === 'export-from-volume' ? 'export' : 'reimport';
  const found = { way, claimId: claim?.meta.id ?? '', targetId: target?.meta.id ?? '', isClearing: isBeingCleared(view, image) };

  if (target !== undefined) {
    if (isImageReady(target)) {
      return { ...found, stage: claim === undefined ? 'done' : 'cleaning' };
    }

    return { ...found, stage: readImagePipeline(view, target.meta.id, now).state === 'failed' ? 'failed' : 'importing' };
  }

  if (claim === undefined) {
    return { ...found, stage: 'idle' };
  }

  return { ...found, stage: claim.phase === 'Bound' ? 'export' : 'volume' };
}

function isBeingCleared(view: ClusterView, image: ImageRecord): boolean {
  return view.get(KIND.persistentVolumeClaim, objectId(image.meta.namespace, temporaryName(image)))?.meta.deletedAt != null;
}

function findTemporaryClaim(view: ClusterView, image: ImageRecord): PersistentVolumeClaimRecord | undefined {
  for (const claim of view.all(KIND.persistentVolumeClaim)) {
    if (claim.meta.annotations[CONVERTED_FROM_ANNOTATION] === image.meta.id && claim.meta.deletedAt === null) {
      return claim;
    }
  }

  return undefined;
}

/** An exported image carries no annotation of ours: it names the temporary volume it came from. */
function findTarget(view: ClusterView, image: ImageRecord, claim: PersistentVolumeClaimRecord | undefined): ImageRecord | undefined {
  const name = claim?.meta.name ?? temporaryName(image);

  for (const candidate of view.all(KIND.image)) {
    const isExported = candidate.sourceType === 'export-from-volume' && candidate.pvcNamespace === image.meta.namespace && candidate.pvcName === name;
    const isMarked = candidate.meta.annotations[CONVERTED_FROM_ANNOTATION] === image.meta.id;

    if ((isExported || isMarked) && candidate.backend === 'cdi' && candidate.meta.deletedAt === null && candidate.meta.id !== image.meta.id) {
      return candidate;
    }
  }

  return undefined;
}

/** One temporary volume per image, so that a second try finds the first one's. */
function temporaryName(image: ImageRecord): string {
  return `convert-${image.meta.name}`.slice(0, 63);
}

/** A free display name for the v2 image: `<name>-v2`, `<name>-v2-2`… */
export function suggestConvertedName(image: ImageRecord, takenNames: readonly string[]): string {
  const stem = image.displayName.slice(0, 55).replace(/[^A-Za-z0-9]+$/, '');
  const names = [`${stem}-v2`, ...Array.from({ length: 99 }, (_, index) => `${stem}-v2-${index + 2}`)];

  return names.find(name => !takenNames.includes(name)) ?? '';
}

/** The image to post when the v1 image's URL is imported again. */
export function planReimport(image: ImageRecord, bootClass: BootClass, displayName: string, takenNames: readonly string[]): ObjectPlan {
  const plan = planBootImage({
    namespace: image.meta.namespace, displayName, description: image.description, takenNames,
    source: { type: 'download', url: image.url, checksum: '' },
    target: { type: 'boot-volume', bootClass },
    osType: image.meta.labels['harvesterhci.io/os-type'] ?? ''
  });

  if (plan.body === null) {
    return plan;
  }

  const metadata = plan.body.metadata as { readonly annotations: Readonly<Record<string, string>> };

  return { ...plan, body: { ...plan.body, metadata: { ...metadata, annotations: { ...metadata.annotations, [CONVERTED_FROM_ANNOTATION]: image.meta.id } } } };
}

/** The temporary v1 volume to post: a thin copy of the image, made by Longhorn at once. */
export function planTemporaryClaim(image: ImageRecord): RawObject {
  return {
    type: 'persistentvolumeclaim',
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      namespace: image.meta.namespace,
      name: temporaryName(image),
      annotations: { [IMAGE_ID_ANNOTATION]: image.meta.id, [CONVERTED_FROM_ANNOTATION]: image.meta.id }
    },
    spec: {
      accessModes: ['ReadWriteMany'],
      volumeMode: 'Block',
      storageClassName: image.storageClassName,
      resources: { requests: { storage: toGiQuantity(image.virtualSize ?? image.size ?? 2 ** 30) } }
    }
  };
}

/** Body of the claim's `export` action; the server makes a CDI image of it because the class is v2. */
export function planExport(image: ImageRecord, bootClass: BootClass, displayName: string): RawObject {
  return { displayName, namespace: image.meta.namespace, storageClassName: bootClass.name };
}
