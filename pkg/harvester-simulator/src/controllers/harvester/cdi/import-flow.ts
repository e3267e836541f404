import type { Cluster, KubeObject } from '../../../contract';
import { objectKey } from '../support/controller';
import { requestedBytes } from '../support/quantity';
import { CDI, keyOf, TYPE } from '../support/types';
import { getClaim, isBound, isWaitForFirstConsumer, rebindVolume, storageClassOf, claimEvent } from '../storage/claims';
import { openImportSource, type ImportSource } from '../image/remote-image';
import { COMPLETED, dataVolumeEvent, IDLE, PENDING, percent, showPhase } from './phase';
import { annotateClaim, ensurePrimeClaim, ensureTargetClaim, storageOf, type PopulatorKind } from './target-claim';
import { Transfers, WorkerPods } from './worker-pod';

const POLL = 1000;
const WAIT = 5000;
const FIRST_BACKOFF = 10_000;
const LONGEST_BACKOFF = 300_000;

interface Attempt {
  /** Failed runs of the importer so far. */
  restarts: number;
  error?: string;
  notBefore: number;
  isOpening: boolean;
  source?: ImportSource;
}

/** How much of a compressed image fits before the claim, made for the compressed size, is full. */
const FULL_AT = 0.97;

/** The conversion walks the whole disk; ranges without data cost a quarter of those with. */
const EMPTY_COST = 0.25;

/** Bytes an import takes the time of: the download, or the conversion of a sparse disk when that is more. */
function workOf({ size, virtualSize }: ImportSource, available: number): number {
  return size === 0 ? available : Math.max(size, virtualSize * EMPTY_COST);
}

/** Data volumes with sources `http`, `upload` and `blank`: a prime claim is filled by a pod, then handed over. */
export class ImportFlow {
  private readonly pods: WorkerPods;
  private readonly transfers: Transfers;
  private readonly attempts = new Map<string, Attempt>();

  constructor(private readonly cluster: Cluster, private readonly wake: (key: string) => void) {
    this.pods = new WorkerPods(cluster);
    this.transfers = new Transfers(cluster);
  }

  reconcile(dataVolume: KubeObject): number | undefined {
    const source = dataVolume.spec?.source ?? {};
    const isUpload = source.upload !== undefined;
    const kind: PopulatorKind = isUpload ? 'VolumeUploadSource' : 'VolumeImportSource';
    const target = ensureTargetClaim(this.cluster, dataVolume, kind, requestedBytes(storageOf(dataVolume)));
    if (typeof target === 'string') {
      dataVolumeEvent(this.cluster, dataVolume, 'Warning', 'ErrClaimNotValid', target);
      showPhase(this.cluster, dataVolume, { phase: 'Pending', progress: 'N/A', running: IDLE, bound: { reason: 'ErrClaimNotValid', message: target } });
      return WAIT;
    }
    if (isBound(target)) return this.conclude(dataVolume, target);
    if (this.mustWaitForConsumer(dataVolume, target)) {
      showPhase(this.cluster, dataVolume, { phase: 'PendingPopulation', progress: 'N/A', running: IDLE });
      return WAIT;
    }
    const prime = ensurePrimeClaim(this.cluster, target, `prime-${target.metadata.uid ?? ''}`, kind);
    const podName = `${isUpload ? 'cdi-upload' : 'importer'}-${prime.metadata.name}`;
    const namespace = dataVolume.metadata.namespace ?? 'default';
    const worker = this.pods.ensure({ name: podName, namespace, owner: prime, role: isUpload ? 'uploadserver' : 'importer', claim: prime });
    if (worker.state === 'finished') return this.handOver(dataVolume, prime, target);
    if (worker.state !== 'running') {
      this.transfers.pause(objectKey(dataVolume));
      showPhase(this.cluster, dataVolume, { phase: isUpload ? 'UploadScheduled' : 'ImportScheduled', progress: 'N/A', running: worker.running.reason === 'Pending' ? PENDING : worker.running });
      return POLL;
    }
    if (isUpload) {
      // The data comes through the upload action, which ends the pod.
      showPhase(this.cluster, dataVolume, { phase: 'UploadReady', progress: 'N/A', running: worker.running });
      return POLL;
    }
    return this.transfer(dataVolume, target, podName, worker.running);
  }

  private mustWaitForConsumer(dataVolume: KubeObject, target: KubeObject): boolean {
    if (!isWaitForFirstConsumer(storageClassOf(this.cluster, target))) return false;
    const isImmediate = dataVolume.metadata.annotations?.[CDI.bindImmediate] !== undefined;
    return !isImmediate && target.metadata.annotations?.['volume.kubernetes.io/selected-node'] === undefined;
  }

  private transfer(dataVolume: KubeObject, target: KubeObject, podName: string, running: { status: 'True' | 'False'; reason: string; message: string }): number | undefined {
    const key = objectKey(dataVolume);
    const attempt = this.attempts.get(dataVolume.metadata.uid ?? key) ?? { restarts: 0, notBefore: 0, isOpening: false };
    this.attempts.set(dataVolume.metadata.uid ?? key, attempt);
    const show = (progress: string | undefined, isRunning: boolean): void =>
      showPhase(this.cluster, dataVolume, {
        phase: 'ImportInProgress',
        progress,
        running: isRunning ? running : { status: 'False', reason: 'Error', message: attempt.error ?? '' },
        restartCount: attempt.restarts
      });
    if (attempt.isOpening) return undefined;
    if (attempt.error !== undefined && this.cluster.clock.now() < attempt.notBefore) {
      show(undefined, false);
      return attempt.notBefore - this.cluster.clock.now();
    }
    const url: unknown = dataVolume.spec?.source?.http?.url;
    if (attempt.source === undefined) {
      if (typeof url !== 'string') attempt.source = { size: 0, virtualSize: 0 };
      else {
        attempt.isOpening = true;
        show('N/A', attempt.error === undefined);
        void this.open(key, attempt, url);
        return undefined;
      }
    }
    const available = requestedBytes(target.spec);
    if (attempt.source.virtualSize > available) {
      return this.fail(attempt, `Unable to process data: virtual image size ${attempt.source.virtualSize} is larger than the reported available storage ${available}. A larger PVC is required.`, show);
    }
    const done = this.transfers.advance(key, typeof url === 'string' ? workOf(attempt.source, available) : 0, this.cluster.timings.importBytesPerSecond);
    if (attempt.source.compression !== undefined && done >= FULL_AT) {
      this.transfers.forget(key);
      return this.fail(attempt, 'Unable to process data: unable to write to file: write /dev/cdi-block-volume: no space left on device', show);
    }
    annotateClaim(this.cluster, target, { [CDI.populatorProgress]: percent(done) });
    show(percent(done), true);
    if (done < 1) return POLL;
    this.pods.finish(dataVolume.metadata.namespace ?? 'default', podName);
    return POLL;
  }

  private async open(key: string, attempt: Attempt, url: string): Promise<void> {
    try {
      attempt.source = await openImportSource(url, { allowRemote: this.cluster.allowRemote === true });
      attempt.error = undefined;
    } catch (error) {
      this.countFailure(attempt, (error as Error).message);
    }
    attempt.isOpening = false;
    this.wake(key);
  }

  private countFailure(attempt: Attempt, message: string): void {
    attempt.error = message;
    attempt.source = undefined;
    attempt.notBefore = this.cluster.clock.now() + Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** attempt.restarts);
    attempt.restarts += 1;
  }

  private fail(attempt: Attempt, message: string, show: (progress: string | undefined, isRunning: boolean) => void): number {
    this.countFailure(attempt, message);
    show(undefined, false);
    return attempt.notBefore - this.cluster.clock.now();
  }

  /** The filled volume becomes the target's; the temporary claim goes. */
  private handOver(dataVolume: KubeObject, prime: KubeObject, target: KubeObject): number {
    annotateClaim(this.cluster, target, { [CDI.podPhase]: 'Succeeded', [CDI.populatorProgress]: '100.0%' });
    rebindVolume(this.cluster, prime, target);
    claimEvent(this.cluster, target, 'Normal', 'ImportSucceeded', `Import Successful into PVC ${target.metadata.name}`, 'import-populator');
    return this.conclude(dataVolume, getClaim(this.cluster, target.metadata.namespace ?? 'default', target.metadata.name) ?? target) ?? POLL;
  }

  private conclude(dataVolume: KubeObject, target: KubeObject): number | undefined {
    showPhase(this.cluster, dataVolume, { phase: 'Succeeded', progress: '100.0%', running: COMPLETED });
    this.forget(dataVolume);
    const namespace = dataVolume.metadata.namespace ?? 'default';
    const prime = `prime-${target.metadata.uid ?? ''}`;
    this.pods.remove(namespace, `importer-${prime}`);
    this.pods.remove(namespace, `cdi-upload-${prime}`);
    this.cluster.store.remove(TYPE.pvc, keyOf(namespace, prime));
    return undefined;
  }

  forget(dataVolume: KubeObject): void {
    this.transfers.forget(objectKey(dataVolume));
    this.attempts.delete(dataVolume.metadata.uid ?? objectKey(dataVolume));
  }
}
