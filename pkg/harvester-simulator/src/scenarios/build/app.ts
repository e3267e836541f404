import type { Cluster } from '../../contract';
import { addBase, addMachines, volumeFor, volumeNamed, type BaseOptions } from './base';

/** What may differ about the machine `app`; sizes in GiB. */
export interface AppPlan {
  readonly size?: number;
  readonly written?: number;
  /** A blank disk of this class instead of one cloned from the image. */
  readonly storageClass?: string;
  readonly memory?: string;
}

/** The base cluster with one running machine, `app` on harvester-1. Answers the name of its Longhorn volume. */
export function withApp(cluster: Cluster, options: BaseOptions = {}, plan: AppPlan = {}): string {
  addBase(cluster, options);
  const { storageClass, ...rest } = plan;
  addMachines(cluster, [{ name: 'app', size: 20, node: 'harvester-1', ...(storageClass === undefined ? { image: 'image-ubuntu' } : { storageClass }), ...rest }]);
  return volumeFor(cluster, 'app').metadata.name;
}

/** Whether Longhorn calls the volume degraded. */
export function isDegraded(cluster: Cluster, volume: string): boolean {
  return volumeNamed(cluster, volume)?.status.robustness === 'degraded';
}
