import type { DataVolumeRecord, ImageRecord } from '../harvester/types';
import { isImageReady, provenSizes } from '../harvester/image';
import { findCondition } from '../kube/conditions';
import { KIND } from '../kube/kinds';
import type { ClusterView } from '../view';
import { findImporterCause } from './importer-cause';
import { cause, composePipeline, conditionEvidence, step } from './pipeline-steps';
import { findStorageCause, readClaimStep, readVolumeStep } from './pipeline-storage';
import { findStandstill } from './standstill';
import type { Standing } from './standstill';
import { evidenceOf, unreadReason } from './reading';
import type { Pipeline, PipelineCause, PipelineStep } from './types';

/** Nothing is late before this: controllers look once a second, retries wait 10 s. Milliseconds. */
const PATIENCE = 60_000;

/**
 * How far an image is on its way image -> data volume -> golden claim -> Longhorn volume, and why it does not go on.
 * An image that can't be imported carries no condition that says so (harvester `image/cdi/cdi.go`), so the data
 * volume, the claim and the Longhorn volume are asked. `now` in epoch milliseconds; `standing`: since when the data
 * volume has not moved, where that was watched.
 */
export function readImagePipeline(view: ClusterView, imageId: string, now: number, standing?: Standing): Pipeline {
  const image = view.get(KIND.image, imageId);

  if (image === undefined) {
    return { state: unreadReason(view, KIND.image) === null ? 'gone' : 'unknown', steps: [], cause: null };
  }

  const dataVolume = view.get(KIND.dataVolume, imageId);
  const found = isImageReady(image) ? null : findImageCause(view, image, dataVolume, now, standing);

  const storage = image.backend !== 'cdi' ? [] : [
    readDataVolumeStep(view, image, dataVolume, found), readClaimStep(view, imageId, dataVolume), readVolumeStep(view, imageId)
  ];

  return composePipeline([readImageStep(view, image, found), ...storage, readReadyStep(view, image, found)], found);
}

/** The server has looked at the source and knows its size. */
function readImageStep(view: ClusterView, image: ImageRecord, found: PipelineCause | null): PipelineStep {
  const { virtualSize } = provenSizes(image);
  const params = { failed: image.failed, retry: image.retry, virtualBytes: virtualSize ?? 0 };
  const initialized = findCondition(image.conditions, 'Initialized');
  const evidence = initialized ? [evidenceOf(view, KIND.image, image.meta.id, 'status.conditions[Initialized].status', initialized.status)] : [];

  if (initialized?.status === 'True' || isImageReady(image)) {
    return step('image', 'done', virtualSize === null ? 'accepted' : 'measured', params, null, evidence);
  }

  return found === null
    ? step('image', 'running', 'initialising', params, null, evidence)
    : step('image', found.isRecoverable ? 'stalled' : 'failed', found.isRecoverable ? 'retrying' : 'failed', params, null, evidence);
}

/** The controller has said that disks can be made from it. */
function readReadyStep(view: ClusterView, image: ImageRecord, found: PipelineCause | null): PipelineStep {
  const evidence = [evidenceOf(view, KIND.image, image.meta.id, 'status.progress', image.progress)];

  if (isImageReady(image)) {
    return step('ready', 'done', 'ready', {}, null, evidence);
  }

  if (found?.isRecoverable === false) {
    return step('ready', 'failed', 'failed', {}, null, evidence);
  }

  return image.progress !== null && image.progress >= 99
    ? step('ready', 'running', 'finishing', {}, null, evidence)
    : step('ready', 'waiting', image.backend === 'cdi' ? 'none' : 'importing', {}, image.backend === 'cdi' ? null : image.progress, evidence);
}

function readDataVolumeStep(view: ClusterView, image: ImageRecord, dataVolume: DataVolumeRecord | undefined, found: PipelineCause | null): PipelineStep {
  if (dataVolume === undefined) {
    const isUnread = unreadReason(view, KIND.dataVolume) !== null;

    return isImageReady(image)
      // CDI may collect data volumes once they have succeeded.
      ? step('data-volume', 'done', 'collected')
      : step('data-volume', isUnread ? 'unknown' : 'waiting', isUnread ? 'unread' : 'none');
  }

  const id = dataVolume.meta.id;
  const evidence = [evidenceOf(view, KIND.dataVolume, id, 'status.phase', dataVolume.phase)];
  const params = { phase: dataVolume.phase, restarts: dataVolume.restartCount };

  if (dataVolume.phase === 'Succeeded') {
    return step('data-volume', 'done', 'succeeded', params, null, evidence);
  }

  if (dataVolume.phase === 'Failed') {
    return step('data-volume', 'failed', 'failed', params, null, evidence);
  }

  return found !== null
    ? step('data-volume', 'stalled', 'stalled', params, dataVolume.progress, evidence)
    : step('data-volume', 'running', /Progress$/.test(dataVolume.phase) ? 'transferring' : 'preparing', params, dataVolume.progress, evidence);
}

function findImageCause(view: ClusterView, image: ImageRecord, dataVolume: DataVolumeRecord | undefined, now: number, standing: Standing | undefined): PipelineCause | null {
  const id = image.meta.id;
  const imported = findCondition(image.conditions, 'Imported');
  const exceeded = findCondition(image.conditions, 'RetryLimitExceeded');

  if (imported?.status === 'False' && imported.reason === 'UploadFailed') {
    return cause('upload-failed', { message: imported.message }, conditionEvidence(view, KIND.image, id, 'Imported', imported.message), false);
  }

  const failure = [exceeded?.message, findCondition(image.conditions, 'Initialized')?.message]
    .find(message => message !== undefined && message !== '');

  if (exceeded?.status === 'True') {
    return explainFailure(view, image, exceeded.message || failure || '', false);
  }

  // A message alone is not an error: `Image Importing` stands on Imported during every import.
  if (failure !== undefined && image.failed > 0) {
    return explainFailure(view, image, failure, true);
  }

  if (imported?.status === 'False') {
    return explainFailure(view, image, imported.message, false);
  }

  return (dataVolume ? findImporterCause(view, dataVolume) : null) ??
    findStorageCause(view, id, image.targetStorageClassName, image.virtualSize) ??
    findSilence(view, image, dataVolume, now) ??
    (dataVolume ? findStandstill(view, dataVolume, standing, now) : null);
}

const KNOWN_FAILURES: readonly (readonly [RegExp, string])[] = [
  [/Content-Length is not found/i, 'no-content-length'],
  [/content length is less than 128 bytes/i, 'too-short'],
  [/\b404\b|not found in the url/i, 'url-not-found'],
  [/\b(401|403)\b/, 'url-refused'],
  [/no such host|connection refused|i\/o timeout|context deadline|certificate|x509/i, 'url-unreachable'],
  [/failed to get StorageClass/i, 'class-missing'],
  [/unsupported source type/i, 'source-unsupported']
];

function explainFailure(view: ClusterView, image: ImageRecord, message: string, isRetrying: boolean): PipelineCause {
  const code = KNOWN_FAILURES.find(([pattern]) => pattern.test(message))?.[1] ?? 'import-failed';
  const params = {
    message, attempt: Math.min(image.failed, image.retry), retry: image.retry, retrying: isRetrying ? 'yes' : 'no',
    url: image.url, class: image.targetStorageClassName
  };
  const type = findCondition(image.conditions, 'RetryLimitExceeded')?.message ? 'RetryLimitExceeded' : 'Initialized';

  return cause(code, params, conditionEvidence(view, KIND.image, image.meta.id, type, message), isRetrying);
}

/** Nothing has failed, and yet nothing happens. */
function findSilence(view: ClusterView, image: ImageRecord, dataVolume: DataVolumeRecord | undefined, now: number): PipelineCause | null {
  const age = image.meta.createdAt === null ? 0 : now - image.meta.createdAt;

  if (dataVolume !== undefined || age < PATIENCE || image.backend !== 'cdi' || unreadReason(view, KIND.dataVolume) !== null) {
    return null;
  }

  return image.sourceType === 'upload'
    // The server keeps such an image "Uploading" for ever; only the browser that uploads knows better.
    ? cause('upload-not-arriving', { sinceAt: image.meta.createdAt ?? now }, [evidenceOf(view, KIND.image, image.meta.id, 'status.progress', image.progress)], true)
    : cause('data-volume-missing', { sinceAt: image.meta.createdAt ?? now });
}
