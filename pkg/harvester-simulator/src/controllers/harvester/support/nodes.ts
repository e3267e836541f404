import type { Cluster, Fields, KubeObject } from '../../../contract';
import { isConditionTrue } from './conditions';
import { HARVESTER, TYPE } from './types';

interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

export function isNodeReady(node: KubeObject): boolean {
  return isConditionTrue(node, 'Ready');
}

/** Whether the node answers right now: powered on and reachable. */
export function isNodeAlive(cluster: Cluster, name: string): boolean {
  return name !== '' && !cluster.faults.downNodes.has(name) && cluster.store.get(TYPE.node, name) !== undefined;
}

export function isWitness(node: KubeObject): boolean {
  return node.metadata.labels?.[HARVESTER.witness] !== undefined;
}

export function isCordoned(node: KubeObject): boolean {
  return node.spec?.unschedulable === true;
}

/** Cordoned, in or on its way to maintenance: KubeVirt and Harvester put no VM there (harvester pkg/api/vm `isDrained`). */
export function isDrained(node: KubeObject): boolean {
  const annotations = node.metadata.annotations ?? {};
  if (annotations[HARVESTER.maintainStatus] !== undefined || annotations[HARVESTER.drainRequested] !== undefined || isCordoned(node)) return true;
  const taints = (node.spec?.taints ?? []) as { key: string }[];
  return taints.some(({ key }) => key === 'node.kubernetes.io/unreachable' || key === 'node.kubernetes.io/unschedulable');
}

export function matchesSelector(node: KubeObject, selector: Record<string, string> | undefined): boolean {
  const labels = labelsOf(node);
  return Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value);
}

/** Every node answers to its host name, whether or not the label was written. */
function labelsOf(node: KubeObject): Record<string, string> {
  return { 'kubernetes.io/hostname': node.metadata.name, ...node.metadata.labels };
}

function matchesRequirement(labels: Record<string, string>, { key, operator, values = [] }: Requirement): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

/** The required part of a node affinity: terms are alternatives, the expressions of a term all hold. */
export function matchesAffinity(node: KubeObject, affinity: Fields | undefined): boolean {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms as { matchExpressions?: Requirement[] }[] | undefined;
  if (terms === undefined || terms.length === 0) return true;
  const labels = labelsOf(node);
  return terms.some((term) => (term.matchExpressions ?? []).every((requirement) => matchesRequirement(labels, requirement)));
}
