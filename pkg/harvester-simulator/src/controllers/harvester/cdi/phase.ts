import type { Cluster, KubeObject } from '../../../contract';
import { setCondition, statusOf } from '../support/conditions';
import { objectKey } from '../support/controller';
import { keyOf, TYPE } from '../support/types';
import { isBound } from '../storage/claims';

/** What to show of a data volume: its phase and how far it is. */
export interface Shown {
  phase: string;
  /** `"12.34%"` or `"N/A"`; left as it is when absent. */
  progress?: string;
  running: { status: 'True' | 'False'; reason: string; message: string };
  restartCount?: number;
  /** Replaces the Bound condition's own words: claim errors. */
  bound?: { reason: string; message: string };
}

export const IDLE: Shown['running'] = { status: 'False', reason: '', message: '' };
export const COMPLETED: Shown['running'] = { status: 'False', reason: 'Completed', message: '' };
export const PENDING: Shown['running'] = { status: 'False', reason: 'Pending', message: '' };

export function percent(fraction: number): string {
  return `${(Math.min(1, Math.max(0, fraction)) * 100).toFixed(2)}%`;
}

/** Writes status and the conditions Bound, Running, Ready as CDI derives them (datavolume/conditions.go). */
export function showPhase(cluster: Cluster, dataVolume: KubeObject, shown: Shown): void {
  const now = cluster.clock.iso();
  const claim = cluster.store.get(TYPE.pvc, keyOf(dataVolume.metadata.namespace, dataVolume.metadata.name));
  const isDone = shown.phase === 'Succeeded';
  const before = dataVolume.status?.phase;
  cluster.store.edit(TYPE.dataVolume, objectKey(dataVolume), (draft) => {
    const status = statusOf(draft);
    status.claimName = claim === undefined ? '' : draft.metadata.name;
    status.phase = shown.phase;
    if (shown.progress !== undefined) status.progress = shown.progress;
    status.progress ??= 'N/A';
    if (shown.restartCount !== undefined && shown.restartCount > 0) status.restartCount = shown.restartCount;
    const prime: unknown = claim?.metadata.annotations?.['cdi.kubevirt.io/storage.populator.pvcPrime'];
    const primeText = typeof prime === 'string' ? ` [Prime PVC ${prime}]` : '';
    const set = (type: string, state: 'True' | 'False', reason: string, message: string): void =>
      setCondition(draft, now, 'lastHeartbeatTime', { type, status: state, reason, message });
    if (shown.bound !== undefined) set('Bound', 'False', shown.bound.reason, shown.bound.message);
    else if (claim === undefined) set('Bound', 'False', 'NotFound', 'No PVC found');
    else if (isBound(claim)) set('Bound', 'True', 'Bound', `PVC ${claim.metadata.name} Bound`);
    else set('Bound', 'False', 'Pending', `PVC ${claim.metadata.name}${primeText} Pending`);
    set('Running', shown.running.status, shown.running.reason, shown.running.message);
    if (isDone) set('Ready', 'True', '', '');
    else set('Ready', 'False', shown.running.status === 'True' ? 'TransferRunning' : '', '');
  });
  if (before !== shown.phase) announce(cluster, dataVolume, shown.phase);
}

const ANNOUNCED: Record<string, (name: string) => string> = {
  Pending: (name) => `PVC ${name} Pending`,
  ImportScheduled: (name) => `Import into ${name} scheduled`,
  ImportInProgress: (name) => `Import into ${name} in progress`,
  Succeeded: (name) => `Successfully populated ${name}`,
  CloneScheduled: (name) => `Cloning into ${name} scheduled`,
  CloneInProgress: (name) => `Cloning into ${name} in progress`,
  UploadScheduled: (name) => `Upload into ${name} scheduled`,
  UploadReady: (name) => `Upload into ${name} ready`
};

function announce(cluster: Cluster, dataVolume: KubeObject, phase: string): void {
  const text = ANNOUNCED[phase];
  if (text !== undefined) dataVolumeEvent(cluster, dataVolume, 'Normal', phase, text(dataVolume.metadata.name));
}

export function dataVolumeEvent(cluster: Cluster, dataVolume: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
  cluster.event({
    namespace: dataVolume.metadata.namespace ?? 'default',
    involved: { apiVersion: dataVolume.apiVersion, kind: 'DataVolume', name: dataVolume.metadata.name, namespace: dataVolume.metadata.namespace, uid: dataVolume.metadata.uid },
    type,
    reason,
    message,
    component: 'datavolume-controller'
  });
}
