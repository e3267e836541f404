import type { ClusterView } from '../view';
import { readNumberSetting } from './cluster-settings';
import type { PlacementRequest, ReplicaPlace } from './placement-types';
import { hasHeldData, isReusable, isUsable, replenishAt } from './selectors';
import type { ReplicaRecord, VolumeRecord } from './types';

export interface RequestOptions {
  /** Epoch milliseconds. */
  readonly now: number;
  /** As if the wait for a lost replica were over. */
  readonly isAfterWait?: boolean;
  /** As if this replica were gone. */
  readonly without?: string;
}

function placeOf(replica: ReplicaRecord): ReplicaPlace {
  return { nodeName: replica.nodeId, diskId: replica.diskId, name: replica.meta.name };
}

/** The wait for lost replicas is over, as the scheduler sees it: whether fast rebuild is on makes no difference to it. */
function isWaitOver(view: ClusterView, volume: VolumeRecord, now: number): boolean {
  const end = replenishAt(volume, readNumberSetting(view, 'replica-replenishment-wait-interval', volume.dataEngine));
  return end === null || now > end;
}

/** The node a replica of this volume has to be on: its own word, else that of strict locality; '' for any. */
function requiredNode(volume: VolumeRecord, replicas: readonly ReplicaRecord[]): string {
  const bound = replicas.find((replica) => replica.nodeId === '' && replica.hardNodeAffinity !== '' && isUsable(replica));
  return bound?.hardNodeAffinity ?? (volume.dataLocality === 'strict-local' ? volume.nodeId || volume.currentNodeId : '');
}

/** Where a linked clone may be: with the healthy replicas of its source; undefined for other volumes, or while the source is not known. */
function cloneSources(view: ClusterView, volume: VolumeRecord): readonly ReplicaPlace[] | undefined {
  const { sourceVolume } = volume.cloneStatus;
  if (volume.cloneMode !== 'linked-clone' || sourceVolume === '' || view.readState('longhorn.io.replica').status !== 'ready') return undefined;
  return view.replicasOfVolume(sourceVolume).filter((replica) => isUsable(replica) && hasHeldData(replica) && replica.healthyAt !== null && replica.nodeId !== '' && replica.diskId !== '').map(placeOf);
}

/** What Longhorn's scheduler would be asked for the replicas that a volume lacks (longhorn-manager scheduler/replica_scheduler.go). */
export function requestOf(view: ClusterView, volume: VolumeRecord, { now, isAfterWait = false, without = '' }: RequestOptions): PlacementRequest {
  const replicas = view.replicasOfVolume(volume.meta.name).filter((replica) => replica.meta.name !== without && replica.meta.deletedAt === null && replica.isActive);
  const placed = replicas.filter((replica) => replica.nodeId !== '');
  const sources = cloneSources(view, volume);
  return {
    size: volume.size ?? 0,
    replicas: volume.numberOfReplicas ?? 0,
    engine: volume.dataEngine,
    nodeSelector: volume.nodeSelector,
    diskSelector: volume.diskSelector,
    actualSize: volume.actualSize ?? 0,
    existing: placed.filter(isUsable).map(placeOf),
    leaving: placed.filter((replica) => replica.failedAt === null && replica.evictionRequested).map(placeOf),
    held: placed.filter(isReusable).map(placeOf),
    isReplacing: volume.robustness === 'degraded' && (isAfterWait || isWaitOver(view, volume, now)),
    onlyNode: requiredNode(volume, replicas),
    preferredNode: volume.dataLocality === 'best-effort' ? volume.nodeId : '',
    ...(sources === undefined ? {} : { sources }),
    nodeSoftAntiAffinity: volume.replicaSoftAntiAffinity,
    zoneSoftAntiAffinity: volume.replicaZoneSoftAntiAffinity,
    diskSoftAntiAffinity: volume.replicaDiskSoftAntiAffinity
  };
}
