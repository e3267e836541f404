import type { Cluster, KubeObject } from '../../../contract';
import { isConditionTrue } from '../support/conditions';
import { defineController, objectKey } from '../support/controller';
import { HARVESTER, TYPE } from '../support/types';
import { BackingImageBackend } from './backing-image';
import { createImageDataVolume, measureSource } from './image-source';
import { CHECK_INTERVAL, markFailed, markImported, markImporting, markInitialized, recordSizes, retryWait, syncDisplayNameLabel, targetStorageClass } from './image-status';

/** The CDI side of an image: one data volume of its name. */
class CdiBackend {
  constructor(private readonly cluster: Cluster) {}

  /** Measures the source and makes the data volume; throws with the failure's text. */
  async initialize(image: KubeObject): Promise<void> {
    if (this.dataVolumeOf(image) !== undefined || image.spec?.sourceType === 'upload') return undefined;
    const sizes = await measureSource(this.cluster, image);
    const current = this.cluster.store.get(TYPE.image, objectKey(image));
    if (current === undefined || current.metadata.deletionTimestamp !== undefined) return undefined;
    if (Number(current.status?.size ?? 0) === 0 && Number(current.status?.virtualSize ?? 0) === 0) recordSizes(this.cluster, current, sizes.size, sizes.virtualSize);
    createImageDataVolume(this.cluster, current, Number(this.cluster.store.get(TYPE.image, objectKey(image))?.status?.virtualSize ?? sizes.virtualSize));
  }

  storageClassName(image: KubeObject): string {
    return targetStorageClass(image);
  }

  dataVolumeOf(image: KubeObject): KubeObject | undefined {
    return this.cluster.store.get(TYPE.dataVolume, objectKey(image));
  }

  /** Copies the data volume's progress; whatever stalls the data volume stalls the image without a word. */
  check(image: KubeObject): number | undefined {
    const dataVolume = this.dataVolumeOf(image);
    if (dataVolume === undefined) {
      // Upstream initialises again while there is none, which also takes back the mark of an upload that failed early.
      if (image.spec?.sourceType === 'upload') markInitialized(this.cluster, image, this.storageClassName(image));
      else markFailed(this.cluster, image, 'Imported', `datavolumes.cdi.kubevirt.io "${image.metadata.name}" not found`);
      return CHECK_INTERVAL;
    }
    const progress = String(dataVolume.status?.progress ?? '');
    const isSucceeded = dataVolume.status?.phase === 'Succeeded';
    if (image.spec?.sourceType !== 'upload' && /^\d/.test(progress) && !isSucceeded) markImporting(this.cluster, image, 'Image Importing', Math.floor(Number.parseFloat(progress)));
    if (!isSucceeded) return CHECK_INTERVAL;
    markImported(this.cluster, image, Number(image.status?.size ?? 0), Number(image.status?.virtualSize ?? 0));
    return undefined;
  }

  delete(image: KubeObject): void {
    this.cluster.store.remove(TYPE.dataVolume, objectKey(image));
  }
}

/**
 * Harvester's image controller: initialise (again after ten seconds, as often as `spec.retry` says), then follow the
 * import to its end. It leaves an image alone once imported or given up.
 */
export const imageController = defineController({
  name: 'vm-image-controller',
  watches: [{ typeId: TYPE.image }],
  create: (cluster, { enqueue, observe }) => {
    const backends = { cdi: new CdiBackend(cluster), backingimage: new BackingImageBackend(cluster) };
    const backendOf = (image: KubeObject): CdiBackend | BackingImageBackend => (image.spec?.backend === 'cdi' ? backends.cdi : backends.backingimage);
    const busy = new Set<string>();
    observe(({ type, typeId, object }) => {
      if (type === 'remove' && typeId === TYPE.image) backendOf(object).delete(object);
    });
    const initialize = async (image: KubeObject): Promise<void> => {
      const uid = image.metadata.uid ?? '';
      const key = objectKey(image);
      busy.add(uid);
      let failure: string | undefined;
      try {
        await backendOf(image).initialize(image);
      } catch (error) {
        failure = (error as Error).message;
      }
      busy.delete(uid);
      const current = cluster.store.get(TYPE.image, key);
      if (current?.metadata.uid !== uid || current.metadata.deletionTimestamp !== undefined) return undefined;
      if (failure === undefined) markInitialized(cluster, current, backendOf(current).storageClassName(current));
      else markFailed(cluster, current, 'Initialized', failure);
      enqueue(key);
    };
    return (key) => {
      const image = cluster.store.get(TYPE.image, key);
      if (image === undefined || image.metadata.deletionTimestamp !== undefined || busy.has(image.metadata.uid ?? '')) return undefined;
      if (image.metadata.labels?.[HARVESTER.imageDisplayName] !== image.spec?.displayName) {
        syncDisplayNameLabel(cluster, image);
        return undefined;
      }
      if (isConditionTrue(image, 'RetryLimitExceeded') || isConditionTrue(image, 'Imported')) return undefined;
      if (isConditionTrue(image, 'Initialized')) return backendOf(image).check(image);
      const wait = retryWait(cluster, image);
      if (wait > 0) return wait;
      void initialize(image);
      return undefined;
    };
  }
});
