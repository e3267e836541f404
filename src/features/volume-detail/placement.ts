import { explainPlacement } from '@/domain/longhorn/placement';
import { requestOf, type RequestOptions } from '@/domain/longhorn/placement-request';
import type { PlacementResult } from '@/domain/longhorn/placement-types';
import type { VolumeRecord } from '@/domain/longhorn/types';
import type { ClusterView } from '@/domain/view';

/** Where the missing replicas of a volume would go, and why not elsewhere. */
export function placementOf(view: ClusterView, volume: VolumeRecord, options: RequestOptions): PlacementResult {
  return explainPlacement(view, requestOf(view, volume, options));
}
