import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { ActionError, type ActionResult, type Cluster, type KubeObject, type StreamAction } from '../../../contract';
import { statusOf } from '../support/conditions';
import { objectKey } from '../support/controller';
import { finishPod, getPod } from '../support/pods';
import { requestedBytes } from '../support/quantity';
import { keyOf, LONGHORN_NAMESPACE, TYPE } from '../support/types';
import { getClaim } from '../storage/claims';
import { createImageDataVolume } from './image-source';
import { markImporting, markUploadFailed, recordSizes } from './image-status';
import { findQcow2Magic, qcow2VirtualSize } from './qcow2';
import { openUploadBody, takeHead } from './upload-body';

const HEAD_BYTES = 1024;
const POLL = 1000;
const DEADLINE = 60_000;
const OK: ActionResult = { status: 200 };

function refuse(message: string): never {
  throw new ActionError(500, message);
}

/** `?size=`: whole bytes, with Go's words for anything else. */
function parseSize(cluster: Cluster, image: KubeObject, url: URL): number {
  const text = url.searchParams.get('size') ?? '';
  const size = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(size)) return size;
  const error = `strconv.ParseInt: parsing ${JSON.stringify(text)}: ${/^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax'}`;
  markUploadFailed(cluster, image, error);
  return refuse(`failed to parse file size: ${error}`);
}

/** Looks each second of cluster time whether a data volume has got there; a minute is all it gets. */
function waitForPhase(cluster: Cluster, key: string, phases: readonly string[]): Promise<void> {
  const fail = (text: string): ActionError => new ActionError(500, `failed to wait for VMImage status: ${text}`);
  return new Promise((resolve, reject) => {
    const giveUpAt = cluster.clock.now() + DEADLINE;
    const look = (): void => {
      const dataVolume = cluster.store.get(TYPE.dataVolume, key);
      if (dataVolume === undefined) reject(fail(`datavolumes.cdi.kubevirt.io "${key.split('/')[1] ?? key}" not found`));
      else if (phases.includes(String(dataVolume.status?.phase))) resolve();
      else if (cluster.clock.now() >= giveUpAt) reject(fail('context deadline exceeded'));
      else cluster.clock.after(POLL, look);
    };
    look();
  });
}

/** Counts a body through, never keeping it, and shows progress about once a second of cluster time. */
async function receive(cluster: Cluster, key: string, chunks: AsyncIterable<Buffer>, expected: number, capacity: number | undefined): Promise<number> {
  let received = 0;
  let shownAt = cluster.clock.now();
  for await (const chunk of chunks) {
    received += chunk.length;
    if (capacity !== undefined && received > capacity) throw new Error(`Saving stream failed: Virtual image size ${received} is larger than the reported available storage ${capacity}. A larger PVC is required.`);
    if (cluster.clock.now() - shownAt < POLL && received < expected) continue;
    shownAt = cluster.clock.now();
    const image = cluster.store.get(TYPE.image, key);
    if (image === undefined) throw new Error(`virtualmachineimages.harvesterhci.io "${key.split('/')[1] ?? key}" not found`);
    markImporting(cluster, image, '', expected <= 0 ? 99 : Math.min(99, Math.floor((received / expected) * 100)));
  }
  return received;
}

/** Ends CDI's upload pod, as its server does when all data has arrived. */
function finishUploadPod(cluster: Cluster, key: string): void {
  const claim = cluster.store.get(TYPE.pvc, key);
  const pod = claim === undefined ? undefined : getPod(cluster, claim.metadata.namespace ?? 'default', `cdi-upload-prime-${claim.metadata.uid ?? ''}`);
  if (pod !== undefined) finishPod(cluster, pod, 'Succeeded');
}

/** Streams the data in and waits for CDI; a failure here ends up in the image's conditions. */
async function store(cluster: Cluster, image: KubeObject, chunks: AsyncIterable<Buffer>, size: number, isRaw: boolean): Promise<void> {
  const key = objectKey(image);
  const claim = getClaim(cluster, image.metadata.namespace ?? 'default', image.metadata.name);
  try {
    await receive(cluster, key, chunks, size, isRaw && claim !== undefined ? requestedBytes(claim.spec) : undefined);
  } catch (error) {
    const message = `upload failed: ${(error as Error).message}`;
    const current = cluster.store.get(TYPE.image, key);
    if (current !== undefined) markUploadFailed(cluster, current, message);
    throw new ActionError(500, message);
  }
  finishUploadPod(cluster, key);
  await waitForPhase(cluster, key, ['Succeeded']);
}

async function uploadToCdi(cluster: Cluster, image: KubeObject, body: Readable, size: number): Promise<ActionResult> {
  const key = objectKey(image);
  let taken: Awaited<ReturnType<typeof takeHead>>;
  try {
    taken = await takeHead(body, HEAD_BYTES);
  } catch (error) {
    return refuse(`failed to read the first 1k request body (for checking format): ${(error as Error).message}`);
  }
  const diskSize = qcow2VirtualSize(taken.head, findQcow2Magic(taken.head));
  recordSizes(cluster, image, size, diskSize === 0 ? size : diskSize);
  const current = cluster.store.get(TYPE.image, key) ?? refuse(`failed to get VMImage: virtualmachineimages.harvesterhci.io "${image.metadata.name}" not found`);
  try {
    createImageDataVolume(cluster, current, diskSize === 0 ? size : diskSize);
  } catch (error) {
    refuse((error as Error).message);
  }
  // Until the upload server is ready nothing is read: the client is held back by its own socket.
  await waitForPhase(cluster, key, ['UploadReady']);
  await store(cluster, current, taken.rest, size, diskSize === 0);
  return OK;
}

/** The v1 side: Longhorn's backing image data source takes the stream. */
async function uploadToBackingImage(cluster: Cluster, image: KubeObject, body: Readable, size: number): Promise<ActionResult> {
  const key = keyOf(LONGHORN_NAMESPACE, `vmi-${image.metadata.uid ?? ''}`);
  const giveUpAt = cluster.clock.now() + DEADLINE;
  while (cluster.store.get(TYPE.backingImage, key) === undefined) {
    if (cluster.clock.now() >= giveUpAt) refuse('failed to upload file: backing image is not ready: context deadline exceeded');
    await new Promise<void>((resolve) => cluster.clock.after(POLL, resolve));
  }
  const { head, rest } = await takeHead(body, HEAD_BYTES);
  const diskSize = qcow2VirtualSize(head, findQcow2Magic(head));
  try {
    const received = await receive(cluster, objectKey(image), rest, size, undefined);
    if (received !== size) throw new Error(`the size of the uploaded file ${received} does not match the size ${size} in the request`);
  } catch (error) {
    const current = cluster.store.get(TYPE.image, objectKey(image));
    if (current !== undefined) markUploadFailed(cluster, current, (error as Error).message);
    return refuse(`upload failed: ${(error as Error).message}`);
  }
  cluster.store.edit(TYPE.backingImage, key, (draft) => {
    const status = statusOf(draft);
    status.diskFileStatusMap = { upload: { dataEngine: 'v1', state: 'ready', progress: 100, message: '', lastStateTransitionTime: cluster.clock.iso() } };
    status.size = size;
    status.virtualSize = diskSize === 0 ? size : diskSize;
  });
  return OK;
}

/** `?action=upload&size=<bytes>`: a multipart form or a raw body into an image, in constant memory. */
export const uploadAction: StreamAction = {
  typeId: TYPE.image,
  action: 'upload',
  isOffered: (_cluster, image) => image.spec?.sourceType === 'upload',
  async run(cluster: Cluster, image: KubeObject, req: IncomingMessage, url: URL): Promise<ActionResult> {
    const size = parseSize(cluster, image, url);
    let body: Readable;
    try {
      body = await openUploadBody(req);
    } catch (error) {
      return refuse(`failed to read the first 1k request body (for checking format): ${(error as Error).message}`);
    }
    return image.spec?.backend === 'cdi' ? uploadToCdi(cluster, image, body, size) : uploadToBackingImage(cluster, image, body, size);
  }
};
