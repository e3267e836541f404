import type { Cluster } from '../contract';
import { applyFault } from '../faults';
import { LH, key } from '../controllers/longhorn/kinds';
import type { LonghornNode } from '../controllers/longhorn/types';
import { addBase, addImages, addMachines, advanceToRebuild, advanceUntil, ordinaryNodes, replicasFor, volumeFor, volumeNamed, type MachinePlan, type NodePlan } from './build';
import { scenario } from './scenario';

/** Three nodes with v1 and v2 disks, one of them with a second, "gold" one on two nodes, and a fourth without v2. */
function showcaseNodes(): NodePlan[] {
  const nodes = ordinaryNodes(3, 960);
  for (const node of nodes.slice(1)) node.disks?.push({ engine: 'v2', size: 480, tags: ['gold'], device: 'nvme2n1' });
  nodes[0]?.disks?.push({ engine: 'v2', size: 240, tags: ['fast'], device: 'nvme2n1' });
  nodes[1]?.disks?.push({ engine: 'v2', size: 240, tags: ['fast'], device: 'nvme3n1' });
  return [...nodes, { name: 'harvester-4', disks: [{ engine: 'v1', size: 800 }] }];
}

const SHOWCASE_MACHINES: readonly MachinePlan[] = [
  { name: 'web-1', image: 'image-ubuntu', size: 20, node: 'harvester-1', written: 6 },
  { name: 'web-2', image: 'image-ubuntu', size: 20, node: 'harvester-2', written: 5 },
  { name: 'shop-db', image: 'image-sles', size: 40, dataDisks: [80], node: 'harvester-3', cores: 8, memory: '16Gi', written: 11 },
  { name: 'ci-runner', image: 'image-ubuntu', size: 80, node: 'harvester-4', cores: 4, memory: '8Gi', written: 34 },
  { name: 'cache-1', storageClass: 'longhorn-v2-fast', size: 30, node: 'harvester-1', written: 9 },
  { name: 'ledger', storageClass: 'longhorn-v2-gold', size: 60, node: 'harvester-2', written: 21 },
  { name: 'mail', image: 'image-leap-v1', size: 30, node: 'harvester-4', written: 12 },
  { name: 'report', image: 'image-sles', size: 40, isRunning: false, written: 8 },
  { name: 'old-wiki', image: 'image-leap-v1', size: 20, isRunning: false, written: 7 }
];

/** The disk with a tag on a node. */
function taggedDisk(cluster: Cluster, node: string, tag: string): string {
  const found = cluster.store.get(LH.node, key(node)) as LonghornNode | undefined;
  const disk = Object.entries(found?.spec.disks ?? {}).find(([, spec]) => spec.tags.includes(tag));
  if (disk === undefined) throw new Error(`no disk tagged ${tag} on ${node}`);
  return disk[0];
}

function buildShowcase(cluster: Cluster): void {
  addBase(cluster, {
    nodes: showcaseNodes(),
    classes: {
      'longhorn-v2': {},
      'longhorn-v2-fast': { diskSelector: 'fast' },
      'longhorn-v2-gold': { diskSelector: 'gold', numberOfReplicas: '2' },
      'longhorn-v2-pinned': { numberOfReplicas: '1', migratable: 'false' }
    }
  });
  addImages(cluster, [
    { name: 'image-sles', displayName: 'sles-15-sp7-minimal.qcow2', storageClass: 'longhorn-v2', size: 410, virtualSize: 24_576, os: 'sles' },
    { name: 'image-win', displayName: 'windows-server-2025.qcow2', storageClass: 'longhorn-v2', size: 9_830, virtualSize: 40_960, os: 'windows' },
    { name: 'image-leap-v1', displayName: 'opensuse-leap-15.6.qcow2', size: 330, virtualSize: 10_240, os: 'opensuse' }
  ]);
  addMachines(cluster, SHOWCASE_MACHINES);
  // One good copy left: its only other possible disk is gone.
  applyFault(cluster, 'disk-pull', { node: 'harvester-3', disk: taggedDisk(cluster, 'harvester-3', 'gold') });
  const ledger = volumeFor(cluster, 'ledger').metadata.name;
  advanceUntil(cluster, 'ledger on its last good copy', () => volumeNamed(cluster, ledger)?.status.robustness === 'degraded');
  // A full copy is being built; 34 GiB at the ordinary rate are worth watching.
  const runner = volumeFor(cluster, 'ci-runner').metadata.name;
  applyFault(cluster, 'replica-delete', { volume: runner, node: replicasFor(cluster, runner)[0]?.spec.nodeID ?? '' });
  advanceToRebuild(cluster, runner, 3);
}

/** What `npm start` opens on, and what the walk-through tests start from. */
export const SHOWCASE = [
  scenario('default', 'A lived-in cluster', 'Four nodes, mixed v1 and v2 disks, images and machines: one volume rebuilding, one blocked, one on its last good copy, some stopped.', buildShowcase),
  scenario('healthy', 'All is well', 'Three nodes with v2 disks, class longhorn-v2 with three replicas, one image and two machines; nothing is wrong.', (cluster) => {
    addBase(cluster);
    addMachines(cluster, [{ name: 'web-1', image: 'image-ubuntu', size: 10, node: 'harvester-1' }, { name: 'web-2', image: 'image-ubuntu', size: 10, node: 'harvester-2' }]);
  }),
  scenario('empty', 'A fresh cluster', 'Three nodes with v2 disks and class longhorn-v2; no image and no machine yet.', (cluster) => { addBase(cluster, { hasImage: false }); })
];
