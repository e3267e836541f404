import { isIsoImage } from '../harvester/image';
import type { ImageRecord } from '../harvester/types';
import type { ClusterView } from '../view';
import {
  checkBindingMode, checkCapacity, checkClone, checkDisks, checkDiskSize, checkHugepages, checkImage,
  checkInstanceManagers, checkMigratable, checkSingleNodeClone
} from './readiness-class';
import { checkCluster } from './readiness-cluster';
import type { BootClass, ClusterFacts, ReadinessCheck, ReadinessId, ReadinessState } from './types';

export interface ReadinessInput {
  readonly purpose: 'image' | 'machine';
  /** Class that is chosen, or would be; null while there is none. */
  readonly bootClass: BootClass | null;
  /** The VM form's image; null on the image form. */
  readonly image: ImageRecord | null;
  /** Bytes of the golden image to be made, when known. */
  readonly imageSize: number | null;
  /** Bytes of one VM's root disk. */
  readonly machineSize: number;
  readonly instances: number;
  readonly facts: ClusterFacts;
}

const ORDER: readonly ReadinessId[] = [
  'version', 'engine-setting', 'engine-longhorn', 'csi-driver', 'class', 'permission', 'nodes', 'v2-disks', 'image', 'disk-size',
  'capacity', 'clone', 'single-node-clone', 'migratable', 'migration-nodes', 'binding-mode', 'instance-managers', 'hugepages'
];

/**
 * The readiness list: every check that applies, in a fixed order. Nothing that can't be read ever blocks; what is
 * blocked in the cluster's scope means that no v2 boot volume can be made at all.
 */
export function checkReadiness(view: ClusterView, input: ReadinessInput): readonly ReadinessCheck[] {
  const { bootClass, image } = input;
  const checks: ReadinessCheck[] = [
    ...checkCluster(view, input.facts, input.purpose),
    checkDisks(view, bootClass),
    checkHugepages(view),
    checkInstanceManagers(view)
  ];

  if (bootClass !== null) {
    checks.push(
      checkMigratable(view, bootClass), checkBindingMode(view, bootClass), checkClone(view, bootClass),
      checkSingleNodeClone(view, bootClass), checkCapacity(view, bootClass, input)
    );
  }

  if (image !== null) {
    checks.push(checkImage(view, image), ...(isIsoImage(image) ? [] : [checkDiskSize(view, image, input.machineSize)]));
  }

  return checks.sort((a, b) => ORDER.indexOf(a.id) - ORDER.indexOf(b.id));
}

/** The first thing that makes v2 boot volumes impossible here, or null. */
export function findBlocker(checks: readonly ReadinessCheck[]): ReadinessCheck | null {
  return checks.find(check => check.state === 'blocked' && check.scope === 'cluster') ?? null;
}

/** How many checks are in each state. */
export function countReadiness(checks: readonly ReadinessCheck[]): Readonly<Record<ReadinessState, number>> {
  const counts: Record<ReadinessState, number> = { ready: 0, warning: 0, blocked: 0, unverified: 0 };

  for (const check of checks) {
    counts[check.state] += 1;
  }

  return counts;
}
