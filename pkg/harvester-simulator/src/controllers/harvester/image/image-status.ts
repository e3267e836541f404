import type { Cluster, Fields, KubeObject } from '../../../contract';
import { setCondition, statusOf, type Condition } from '../support/conditions';
import { objectKey } from '../support/controller';
import { HARVESTER, TYPE } from '../support/types';

/** Seconds between attempts after a failure, and the pace of the controller's looks at a running import. */
export const RETRY_DELAY = 10_000;
export const CHECK_INTERVAL = 1000;

/** Edits an image's status; every helper here mirrors one transition of harvester pkg/image/common/operator.go. */
function editStatus(cluster: Cluster, image: KubeObject, change: (status: Fields, set: (condition: Condition) => void) => void): KubeObject | undefined {
  return cluster.store.edit(TYPE.image, objectKey(image), (draft) => {
    const status = statusOf(draft);
    status.failed ??= 0;
    change(status, (condition) => setCondition(draft, cluster.clock.iso(), 'lastUpdateTime', condition));
  });
}

export function recordSizes(cluster: Cluster, image: KubeObject, size: number, virtualSize: number): void {
  editStatus(cluster, image, (status) => {
    status.size = size;
    status.virtualSize = virtualSize;
  });
}

export function markInitialized(cluster: Cluster, image: KubeObject, storageClassName: string): void {
  editStatus(cluster, image, (status, set) => {
    if (image.spec?.url !== undefined) status.appliedUrl = image.spec.url;
    status.storageClassName = storageClassName;
    status.progress = 0;
    set({ type: 'Imported', status: 'Unknown', reason: 'Importing' });
    set({ type: 'Initialized', status: 'True', reason: 'Initialized', message: '' });
  });
}

/** @param progress percent 0..100; 100 is shown as 99 until the data volume has succeeded. */
export function markImporting(cluster: Cluster, image: KubeObject, message: string, progress: number): void {
  editStatus(cluster, image, (status, set) => {
    status.progress = progress >= 100 ? 99 : progress;
    set({ type: 'Imported', status: 'Unknown', reason: 'Importing', message });
  });
}

export function markImported(cluster: Cluster, image: KubeObject, size: number, virtualSize: number): void {
  editStatus(cluster, image, (status, set) => {
    status.progress = 100;
    status.size = size;
    status.virtualSize = virtualSize;
    set({ type: 'Imported', status: 'True', reason: 'Imported', message: '' });
    set({ type: 'RetryLimitExceeded', status: 'False', reason: '', message: '' });
  });
}

/**
 * Counts a failure. Within the retry limit only `RetryLimitExceeded` carries the message (as False); beyond it the
 * image is given up and the failed step says so as well.
 */
export function markFailed(cluster: Cluster, image: KubeObject, step: 'Initialized' | 'Imported', error: string, progress = 0): void {
  editStatus(cluster, image, (status, set) => {
    status.failed = Number(status.failed) + 1;
    status.lastFailedTime = cluster.clock.iso();
    status.progress = progress;
    const retry = Number(image.spec?.retry ?? 0);
    const attempt = `failed due to error: ${error}`;
    const message = status.failed > 1 ? `retry attempted ${status.failed - 1}/${retry} ${attempt}` : attempt;
    if (status.failed > retry) {
      set({ type: 'RetryLimitExceeded', status: 'True', message });
      set({ type: step, status: 'False', message });
    } else {
      set({ type: 'RetryLimitExceeded', status: 'False', message });
    }
  });
}

export function markUploadFailed(cluster: Cluster, image: KubeObject, error: string): void {
  editStatus(cluster, image, (_status, set) => set({ type: 'Imported', status: 'False', reason: 'UploadFailed', message: error }));
}

/** Milliseconds until the next attempt is due after the last failure; 0 when it is now. */
export function retryWait(cluster: Cluster, image: KubeObject): number {
  const failedAt = Date.parse(String(image.status?.lastFailedTime ?? ''));
  return Number.isNaN(failedAt) ? 0 : Math.max(0, failedAt + RETRY_DELAY - cluster.clock.now());
}

/** Keeps the display name label, by which Harvester checks that names are unique, in step with the spec. */
export function syncDisplayNameLabel(cluster: Cluster, image: KubeObject): void {
  cluster.store.edit(TYPE.image, objectKey(image), (draft) => {
    draft.metadata.labels ??= {};
    draft.metadata.labels[HARVESTER.imageDisplayName] = String(draft.spec?.displayName ?? '');
  });
}

/** The class an image is to live on: the spec's, or the annotation's. */
export function targetStorageClass(image: KubeObject): string {
  return String(image.spec?.targetStorageClassName ?? image.metadata.annotations?.[HARVESTER.storageClassName] ?? '');
}

