import { applyFault } from '../faults';
import { addBase, addMachines, ordinaryNodes, type NodePlan } from './build';
import { buildScale } from './scale';
import { scenario } from './scenario';

const WITNESS: NodePlan = { name: 'harvester-w', isWitness: true, cpu: 4, memory: 8 };

/** Clusters that differ in what they are made of. */
export const LAYOUTS = [
  scenario('single-node', 'One node', 'One node, class longhorn-v2 with three replicas: every volume is short of two copies for ever.', (cluster) => {
    addBase(cluster, { nodes: ordinaryNodes(1), classes: { 'longhorn-v2': {}, 'longhorn-v2-single': { numberOfReplicas: '1' } } });
    addMachines(cluster, [{ name: 'edge-1', storageClass: 'longhorn-v2', size: 20 }, { name: 'edge-2', storageClass: 'longhorn-v2-single', size: 10 }]);
  }),
  scenario('two-nodes-witness', 'Two nodes and a witness', 'Two nodes with v2 disks and a witness without storage; the class has two replicas.', (cluster) => {
    addBase(cluster, { nodes: [...ordinaryNodes(2), WITNESS], classes: { 'longhorn-v2': { numberOfReplicas: '2' } } });
    addMachines(cluster, [{ name: 'branch-1', image: 'image-ubuntu', size: 20 }]);
  }),
  scenario('v2-off', 'v2 switched off', 'The v2 data engine is off in Harvester and Longhorn; only v1 volumes exist.', (cluster) => {
    addBase(cluster, { v2: false, nodes: ordinaryNodes(3, 0), classes: {}, hasImage: false });
    addMachines(cluster, [{ name: 'classic', storageClass: 'harvester-longhorn', size: 20 }]);
  }),
  scenario('no-v2-class', 'No v2 class', 'The v2 data engine is on and has disks, but no storage class uses it.', (cluster) => {
    addBase(cluster, { classes: {}, hasImage: false });
    addMachines(cluster, [{ name: 'classic', storageClass: 'harvester-longhorn', size: 20 }]);
  }),
  scenario('no-v2-disks', 'No v2 disks', 'The v2 data engine is on and has a class, but every disk is a v1 disk.', (cluster) => {
    addBase(cluster, { nodes: ordinaryNodes(3, 0), hasImage: false });
    addMachines(cluster, [{ name: 'classic', storageClass: 'harvester-longhorn', size: 20 }]);
  }),
  scenario('too-few-v2-nodes', 'v2 on two of three nodes', 'Three replicas are asked for, but only two nodes have v2 disks: degraded by design.', (cluster) => {
    const nodes = ordinaryNodes(3);
    nodes[2]?.disks?.pop();
    addBase(cluster, { nodes });
    addMachines(cluster, [{ name: 'app', storageClass: 'longhorn-v2', size: 20, node: 'harvester-1' }]);
  }),
  scenario('tags', 'Tags that too few disks carry', 'A class selects disks tagged fast, which two of three nodes have: the third copy has no place.', (cluster) => {
    const nodes = ordinaryNodes(3);
    for (const node of nodes.slice(0, 2)) node.disks?.push({ engine: 'v2', size: 300, tags: ['fast'], device: 'nvme2n1' });
    addBase(cluster, { nodes, classes: { 'longhorn-v2': {}, 'longhorn-v2-fast': { diskSelector: 'fast' } } });
    addMachines(cluster, [{ name: 'cache', storageClass: 'longhorn-v2-fast', size: 20, node: 'harvester-1' }, { name: 'app', image: 'image-ubuntu', size: 20 }]);
  }),
  scenario('two-copies-one-node', 'Two copies on one node', 'Replica soft anti-affinity is on: with two nodes, two of three copies share one.', (cluster) => {
    addBase(cluster, { nodes: ordinaryNodes(2), longhornSettings: { 'replica-soft-anti-affinity': 'true' } });
    addMachines(cluster, [{ name: 'app', image: 'image-ubuntu', size: 20, node: 'harvester-1' }]);
  }),
  scenario('smart-warning', 'A disk that is wearing out', 'A v2 disk with good copies reports a health warning (Longhorn 1.11 and later).', (cluster) => {
    addBase(cluster);
    addMachines(cluster, [{ name: 'app', image: 'image-ubuntu', size: 20, node: 'harvester-1' }]);
    applyFault(cluster, 'disk-health', { node: 'harvester-2', status: 'WARNING' });
    cluster.clock.advance(5_000);
  }),
  scenario('no-hugepages', 'No huge pages', 'The v2 data engine is on, but one node has no huge pages.', (cluster) => {
    const nodes = ordinaryNodes(3);
    Object.assign(nodes[2] ?? {}, { hugepages: 0 });
    addBase(cluster, { nodes });
  }),
  scenario('fifty-nodes', 'Fifty nodes', 'Fifty nodes in five zones with a thousand volumes, one node down.', (cluster) => {
    buildScale(cluster, { nodes: 50, volumes: 1000 });
    applyFault(cluster, 'node-down', { node: 'node-07' });
    cluster.clock.advance(75_000);
  })
];
