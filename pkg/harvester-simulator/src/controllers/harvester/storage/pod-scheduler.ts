import type { Cluster, KubeObject } from '../../../contract';
import { annotationsOf, setCondition, specOf } from '../support/conditions';
import { defineController, objectKey } from '../support/controller';
import { isCordoned, isNodeReady, isWitness, matchesAffinity, matchesSelector } from '../support/nodes';
import { claimNames, isFinished, podEvent, podNode } from '../support/pods';
import { parseQuantity } from '../support/quantity';
import { keyOf, TYPE } from '../support/types';
import { getClaim, isBound, isWaitForFirstConsumer, longhornVolumeOf, storageClassOf } from './claims';

const RETRY = 5000;

interface Demand {
  cpu: number;
  memory: number;
}

function demandOf(pod: KubeObject): Demand {
  const containers = (pod.spec?.containers ?? []) as { resources?: { requests?: { cpu?: unknown; memory?: unknown } } }[];
  const sum = (field: 'cpu' | 'memory'): number =>
    containers.reduce((total, { resources }) => total + (parseQuantity(resources?.requests?.[field] ?? 0) || 0), 0);
  return { cpu: sum('cpu'), memory: sum('memory') };
}

/** What keeps a node out, in the scheduler's words; undefined when it fits. */
function misfit(node: KubeObject, pod: KubeObject, used: Demand): string | undefined {
  if (!isNodeReady(node)) return 'node(s) had untolerated taint {node.kubernetes.io/unreachable: }';
  if (isCordoned(node)) return 'node(s) were unschedulable';
  if (isWitness(node)) return `node(s) had untolerated taint {node-role.kubernetes.io/etcd: true}`;
  if (!matchesSelector(node, pod.spec?.nodeSelector as Record<string, string> | undefined) || !matchesAffinity(node, pod.spec?.affinity)) {
    return "node(s) didn't match Pod's node affinity/selector";
  }
  const demand = demandOf(pod);
  const allocatable = { cpu: parseQuantity(node.status?.allocatable?.cpu), memory: parseQuantity(node.status?.allocatable?.memory) };
  if (used.cpu + demand.cpu > allocatable.cpu) return 'Insufficient cpu';
  if (used.memory + demand.memory > allocatable.memory) return 'Insufficient memory';
  return undefined;
}

function unschedulable(cluster: Cluster, pod: KubeObject, message: string): number {
  cluster.store.edit(TYPE.pod, objectKey(pod), (draft) =>
    setCondition(draft, cluster.clock.iso(), 'lastProbeTime', { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message })
  );
  podEvent(cluster, pod, 'Warning', 'FailedScheduling', message, 'default-scheduler');
  return RETRY;
}

/** Places pods: Ready, uncordoned, matching nodes with room; the one whose volumes are already there, else the emptiest. */
export const podScheduler = defineController({
  name: 'kube-scheduler',
  watches: [{ typeId: TYPE.pod }],
  create: (cluster) => {
    /** Demand per node, and where the claims of the scheduled pods are. */
    const survey = (): { byNode: Map<string, Demand>; nodeOfClaim: Map<string, string> } => {
      const byNode = new Map<string, Demand>();
      const nodeOfClaim = new Map<string, string>();
      for (const pod of cluster.store.list(TYPE.pod)) {
        const node = podNode(pod);
        if (node === '' || isFinished(pod)) continue;
        const used = byNode.get(node) ?? { cpu: 0, memory: 0 };
        const demand = demandOf(pod);
        byNode.set(node, { cpu: used.cpu + demand.cpu, memory: used.memory + demand.memory });
        for (const name of claimNames(pod)) nodeOfClaim.set(keyOf(pod.metadata.namespace, name), node);
      }
      return { byNode, nodeOfClaim };
    };
    return (key) => {
      const pod = cluster.store.get(TYPE.pod, key);
      if (pod === undefined || isFinished(pod) || podNode(pod) !== '') return undefined;
      const nodes = cluster.store.list(TYPE.node).sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
      const claims = claimNames(pod).map((name) => ({ name, claim: getClaim(cluster, pod.metadata.namespace ?? '', name) }));
      const missing = claims.find(({ claim }) => claim === undefined);
      if (missing !== undefined) return unschedulable(cluster, pod, `0/${nodes.length} nodes are available: persistentvolumeclaim "${missing.name}" not found. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`);
      const waiting = claims.filter(({ claim }) => !isBound(claim));
      const canChoose = waiting.every(({ claim }) => claim !== undefined && isWaitForFirstConsumer(storageClassOf(cluster, claim)));
      if (!canChoose) return unschedulable(cluster, pod, `0/${nodes.length} nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`);
      const { byNode: used, nodeOfClaim } = survey();
      const reasons = new Map<string, number>();
      const fitting: KubeObject[] = [];
      for (const node of nodes) {
        const reason = misfit(node, pod, used.get(node.metadata.name) ?? { cpu: 0, memory: 0 });
        if (reason === undefined) fitting.push(node);
        else reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
      if (fitting.length === 0) {
        const detail = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort().join(', ');
        return unschedulable(cluster, pod, `0/${nodes.length} nodes are available: ${detail}. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`);
      }
      const attachedTo = new Set(claims.flatMap(({ name, claim }) => [String(longhornVolumeOf(cluster, claim)?.status?.currentNodeID ?? ''), nodeOfClaim.get(keyOf(pod.metadata.namespace, name)) ?? '']));
      const load = (node: KubeObject): number => used.get(node.metadata.name)?.memory ?? 0;
      const chosen = fitting.find((node) => attachedTo.has(node.metadata.name)) ?? fitting.reduce((best, node) => (load(node) < load(best) ? node : best));
      if (waiting.length > 0) {
        for (const { name } of waiting) {
          cluster.store.edit(TYPE.pvc, keyOf(pod.metadata.namespace, name), (draft) => {
            annotationsOf(draft)['volume.kubernetes.io/selected-node'] = chosen.metadata.name;
          });
        }
        return 1000;
      }
      cluster.store.edit(TYPE.pod, key, (draft) => {
        specOf(draft).nodeName = chosen.metadata.name;
        setCondition(draft, cluster.clock.iso(), 'lastProbeTime', { type: 'PodScheduled', status: 'True', reason: '', message: '' });
      });
      podEvent(cluster, pod, 'Normal', 'Scheduled', `Successfully assigned ${key} to ${chosen.metadata.name}`, 'default-scheduler');
      return undefined;
    };
  }
});
