import { explainPlacement } from '@/domain/longhorn/placement';
import type { PlacementResult } from '@/domain/longhorn/placement-types';
import { isUsable } from '@/domain/longhorn/selectors';
import type { VolumeRecord } from '@/domain/longhorn/types';
import type { ClusterView } from '@/domain/view';

/** Where the missing replicas of a volume would go, and why not elsewhere. `without`: as if this replica were gone. */
export function placementOf(view: ClusterView, volume: VolumeRecord, without = ''): PlacementResult {
  return explainPlacement(view, {
    size: volume.size ?? 0, replicas: volume.numberOfReplicas ?? 0, engine: volume.dataEngine, nodeSelector: volume.nodeSelector, diskSelector: volume.diskSelector,
    actualSize: volume.actualSize ?? 0,
    existing: view.replicasOfVolume(volume.meta.name).filter((replica) => isUsable(replica) && replica.nodeId !== '' && replica.meta.name !== without).map((replica) => ({ nodeName: replica.nodeId, diskId: replica.diskId })),
    nodeSoftAntiAffinity: volume.replicaSoftAntiAffinity, zoneSoftAntiAffinity: volume.replicaZoneSoftAntiAffinity, diskSoftAntiAffinity: volume.replicaDiskSoftAntiAffinity
  });
}
