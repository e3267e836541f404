import type { Cluster, KubeObject } from '../../../contract';
import { objectKey } from '../support/controller';
import { formatBytes, requestedBytes } from '../support/quantity';
import { CDI, keyOf, TYPE } from '../support/types';
import { capacityOf, claimEvent, getClaim, isBound, longhornVolumeOf, rebindVolume, storageClassOf } from '../storage/claims';
import { claimNames, isFinished } from '../support/pods';
import { specOf } from '../support/conditions';
import { chooseStrategy, snapshotClassOf } from './clone-strategy';
import { COMPLETED, dataVolumeEvent, IDLE, PENDING, percent, showPhase, type Shown } from './phase';
import type { CloneStrategy } from './storage-profile';
import { annotateClaim, ensurePrimeClaim, ensureTargetClaim, storageOf } from './target-claim';
import { Transfers, WorkerPods } from './worker-pod';

const POLL = 1000;
const WAIT = 5000;
const REBIND = 1500;
const POPULATOR = 'clone-populator';

/** Everything about one clone that its steps need. */
interface Clone {
  dataVolume: KubeObject;
  namespace: string;
  source: KubeObject;
  target: KubeObject;
  /** `tmp-pvc-<uid of target>` */
  temporary: string;
}

/** Data volumes with source `pvc`: the three clone strategies of CDI's clone populator. */
export class CloneFlow {
  private readonly pods: WorkerPods;
  private readonly transfers: Transfers;
  private readonly rebindSince = new Map<string, number>();

  constructor(private readonly cluster: Cluster) {
    this.pods = new WorkerPods(cluster);
    this.transfers = new Transfers(cluster);
  }

  reconcile(dataVolume: KubeObject): number | undefined {
    const namespace = dataVolume.metadata.namespace ?? 'default';
    const reference = dataVolume.spec?.source?.pvc as { namespace: string; name: string };
    const bound = getClaim(this.cluster, namespace, dataVolume.metadata.name);
    if (bound !== undefined && isBound(bound)) return this.conclude(dataVolume, bound);
    const source = getClaim(this.cluster, reference.namespace, reference.name);
    if (source === undefined || source.metadata.deletionTimestamp !== undefined) {
      const message = `The source pvc ${reference.name} doesn't exist`;
      dataVolumeEvent(this.cluster, dataVolume, 'Warning', 'CloneWithoutSource', message);
      this.show(dataVolume, 'Pending', { status: 'False', reason: 'CloneWithoutSource', message });
      return WAIT;
    }
    const wanted = requestedBytes(storageOf(dataVolume));
    const sourceSize = isBound(source) ? capacityOf(source) : requestedBytes(source.spec);
    if (wanted !== 0 && wanted < sourceSize) {
      const message = `target resources requests storage size is smaller than the source ${wanted} < ${sourceSize}`;
      dataVolumeEvent(this.cluster, dataVolume, 'Warning', 'ErrIncompatiblePVC', message);
      this.show(dataVolume, 'Pending', { status: 'False', reason: 'ErrIncompatiblePVC', message });
      return WAIT;
    }
    const target = ensureTargetClaim(this.cluster, dataVolume, 'VolumeCloneSource', wanted === 0 ? sourceSize : wanted);
    if (typeof target === 'string') {
      dataVolumeEvent(this.cluster, dataVolume, 'Warning', 'ErrClaimNotValid', target);
      showPhase(this.cluster, dataVolume, { phase: 'Pending', progress: 'N/A', running: IDLE, bound: { reason: 'ErrClaimNotValid', message: target } });
      return WAIT;
    }
    if (!isBound(source)) {
      // The golden image is still being imported.
      this.show(dataVolume, 'CloneScheduled', { ...PENDING, message: 'Clone Pending' });
      return POLL;
    }
    const clone = { dataVolume, namespace, source, target, temporary: `tmp-pvc-${target.metadata.uid ?? ''}` };
    switch (this.strategyOf(clone)) {
      case 'copy':
        return this.copy(clone);
      case 'csi-clone':
        return this.csiClone(clone);
      case 'snapshot':
        return this.snapshotClone(clone);
    }
  }

  /** Chosen once, then kept in the claim's annotation, as CDI does. */
  private strategyOf({ source, target }: Clone): CloneStrategy {
    const saved = target.metadata.annotations?.[CDI.cloneType];
    if (saved === 'copy' || saved === 'csi-clone' || saved === 'snapshot') return saved;
    const { strategy, fallback } = chooseStrategy(this.cluster, source, target);
    if (fallback !== undefined) claimEvent(this.cluster, target, 'Warning', fallback.reason, fallback.message, POPULATOR);
    annotateClaim(this.cluster, target, { [CDI.cloneType]: strategy, [CDI.clonePhase]: 'Pending' });
    return strategy;
  }

  /** Pods that write to the source: the copy waits for them. */
  private userOfSource({ source }: Clone): KubeObject | undefined {
    return this.cluster.store
      .list(TYPE.pod, { namespace: source.metadata.namespace })
      .find((pod) => !isFinished(pod) && claimNames(pod).includes(source.metadata.name) && pod.metadata.labels?.['cdi.kubevirt.io'] !== 'cloner');
  }

  private copy(clone: Clone): number | undefined {
    const { dataVolume, namespace, source, target, temporary } = clone;
    const user = this.userOfSource(clone);
    const sourceNamespace = source.metadata.namespace ?? namespace;
    const prime = ensurePrimeClaim(this.cluster, target, temporary, 'VolumeCloneSource');
    const sourcePod = `${prime.metadata.uid ?? ''}-source-pod`;
    const isStarted = this.cluster.store.get(TYPE.pod, keyOf(sourceNamespace, sourcePod)) !== undefined;
    if (user !== undefined && !isStarted) {
      const message = `pod ${objectKey(user)} using PersistentVolumeClaim ${source.metadata.name}`;
      claimEvent(this.cluster, target, 'Warning', 'CloneSourceInUse', message, POPULATOR);
      this.show(dataVolume, 'CloneScheduled', { status: 'False', reason: 'CloneSourceInUse', message });
      return WAIT;
    }
    const uploadPod = `cdi-upload-${temporary}`;
    const upload = this.pods.ensure({ name: uploadPod, namespace, owner: prime, role: 'uploadserver', claim: prime });
    if (upload.state === 'finished') return this.rebind(clone, prime);
    const cloner = this.pods.ensure({ name: sourcePod, namespace: sourceNamespace, owner: prime, role: 'cloner', claim: source, isReadOnly: true });
    const key = objectKey(dataVolume);
    if (upload.state !== 'running' || cloner.state !== 'running') {
      this.transfers.pause(key);
      const late = upload.state === 'running' ? cloner : upload;
      this.show(dataVolume, 'CloneScheduled', late.running);
      return POLL;
    }
    const done = this.transfers.advance(key, capacityOf(source), this.cluster.timings.cloneBytesPerSecond);
    annotateClaim(this.cluster, target, { [CDI.populatorProgress]: percent(done), [CDI.clonePhase]: 'HostClone' });
    this.show(dataVolume, 'CloneInProgress', upload.running, percent(done));
    if (done < 1) return POLL;
    this.pods.finish(sourceNamespace, sourcePod);
    this.pods.finish(namespace, uploadPod);
    return POLL;
  }

  private csiClone(clone: Clone): number | undefined {
    const { dataVolume, source, target, temporary } = clone;
    const dataSource = { kind: 'PersistentVolumeClaim', name: source.metadata.name, ...(source.metadata.namespace === target.metadata.namespace ? {} : { namespace: source.metadata.namespace }) };
    const prime = ensurePrimeClaim(this.cluster, target, temporary, 'VolumeCloneSource', { size: capacityOf(source), dataSource });
    annotateClaim(this.cluster, target, { [CDI.clonePhase]: 'CSIClone' });
    if (!this.isCloned(prime)) {
      this.show(dataVolume, 'CSICloneInProgress', { status: 'True', reason: 'Populator is running', message: '' });
      return POLL;
    }
    return this.prepare(clone, prime);
  }

  private snapshotClone(clone: Clone): number | undefined {
    const { dataVolume, source, target, temporary } = clone;
    const namespace = source.metadata.namespace ?? clone.namespace;
    const name = `tmp-snapshot-${target.metadata.uid ?? ''}`;
    const snapshot = this.cluster.store.get(TYPE.volumeSnapshot, keyOf(namespace, name));
    const running: Shown['running'] = { status: 'True', reason: 'Populator is running', message: '' };
    if (snapshot === undefined) {
      this.cluster.store.create(TYPE.volumeSnapshot, {
        metadata: { name, namespace, labels: { 'cdi.kubevirt.io/OwnedByUID': target.metadata.uid ?? '' } },
        spec: { source: { persistentVolumeClaimName: source.metadata.name }, volumeSnapshotClassName: snapshotClassOf(this.cluster, storageClassOf(this.cluster, target)) }
      });
    }
    if (snapshot?.status?.readyToUse !== true) {
      annotateClaim(this.cluster, target, { [CDI.clonePhase]: 'Snapshot' });
      this.show(dataVolume, 'SnapshotForSmartCloneInProgress', running);
      return POLL;
    }
    const prime = ensurePrimeClaim(this.cluster, target, temporary, 'VolumeCloneSource', { size: capacityOf(source), dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name } });
    if (!this.isCloned(prime)) {
      annotateClaim(this.cluster, target, { [CDI.clonePhase]: 'SnapshotClone' });
      this.show(dataVolume, 'CloneFromSnapshotSourceInProgress', running);
      return POLL;
    }
    return this.prepare(clone, prime);
  }

  private isCloned(prime: KubeObject): boolean {
    if (!isBound(prime)) return false;
    const volume = longhornVolumeOf(this.cluster, prime);
    return volume?.spec?.dataSource === '' || volume?.status?.cloneStatus?.state === 'completed';
  }

  /** A clone has its source's size: it is grown to the target's before it is handed over, which needs a healthy volume. */
  private prepare(clone: Clone, prime: KubeObject): number | undefined {
    const { dataVolume, namespace, target } = clone;
    const wanted = requestedBytes(target.spec);
    const podName = `prep-${target.metadata.uid ?? ''}`;
    if (capacityOf(prime) >= wanted) {
      this.pods.finish(namespace, podName);
      return this.rebind(clone, prime);
    }
    annotateClaim(this.cluster, target, { [CDI.clonePhase]: 'PrepClaim' });
    this.show(dataVolume, 'PrepClaimInProgress', { status: 'True', reason: 'Populator is running', message: '' });
    this.cluster.store.edit(TYPE.pvc, objectKey(prime), (draft) => {
      specOf(draft).resources = { requests: { storage: formatBytes(wanted) } };
    });
    this.pods.ensure({ name: podName, namespace, owner: prime, role: 'prep', claim: prime });
    return POLL;
  }

  private rebind({ dataVolume, target, source }: Clone, prime: KubeObject): number | undefined {
    const key = objectKey(dataVolume);
    const since = this.rebindSince.get(key) ?? this.cluster.clock.now();
    this.rebindSince.set(key, since);
    this.show(dataVolume, 'RebindInProgress', { status: 'True', reason: 'Populator is running', message: '' }, '100.0%');
    if (this.cluster.clock.now() - since < REBIND) return POLL;
    annotateClaim(this.cluster, target, { [CDI.clonePhase]: 'Succeeded', [CDI.populatorProgress]: '100.0%', [CDI.cloneOf]: 'true' });
    rebindVolume(this.cluster, prime, target);
    dataVolumeEvent(this.cluster, dataVolume, 'Normal', 'CloneSucceeded', `Successfully cloned from ${objectKey(source)} into ${key}`);
    return this.conclude(dataVolume, getClaim(this.cluster, target.metadata.namespace ?? 'default', target.metadata.name) ?? target) ?? POLL;
  }

  private show(dataVolume: KubeObject, phase: string, running: Shown['running'], progress = phase === 'CloneInProgress' ? '0.00%' : 'N/A'): void {
    showPhase(this.cluster, dataVolume, { phase, progress, running });
  }

  private conclude(dataVolume: KubeObject, target: KubeObject): number | undefined {
    showPhase(this.cluster, dataVolume, { phase: 'Succeeded', progress: '100.0%', running: { ...COMPLETED, message: 'Clone Complete' } });
    this.clean(target, dataVolume.spec?.source?.pvc?.namespace as string | undefined);
    this.forget(dataVolume);
    return undefined;
  }

  private clean(target: KubeObject, sourceNamespace: string | undefined): void {
    const namespace = target.metadata.namespace ?? 'default';
    const uid = target.metadata.uid ?? '';
    const temporary = getClaim(this.cluster, namespace, `tmp-pvc-${uid}`);
    this.pods.remove(namespace, `cdi-upload-tmp-pvc-${uid}`);
    this.pods.remove(namespace, `prep-${uid}`);
    if (temporary !== undefined) {
      this.pods.remove(sourceNamespace ?? namespace, `${temporary.metadata.uid ?? ''}-source-pod`);
      this.cluster.store.remove(TYPE.pvc, objectKey(temporary));
    }
    this.cluster.store.remove(TYPE.volumeSnapshot, keyOf(sourceNamespace ?? namespace, `tmp-snapshot-${uid}`));
  }

  forget(dataVolume: KubeObject): void {
    this.transfers.forget(objectKey(dataVolume));
    this.rebindSince.delete(objectKey(dataVolume));
  }
}
