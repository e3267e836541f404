import type { Cluster, Fields, KubeObject } from '../../../contract';
import { keyOf, TYPE } from './types';

/** What a pod must have to run: what the simulated scheduler and kubelet look at. */
export interface PodInput {
  name: string;
  namespace: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  owner?: KubeObject;
  container: { name: string; image: string };
  requests?: { cpu?: string; memory?: string };
  claims: { name: string; claimName: string; readOnly?: boolean }[];
  /** Other volume sources of the pod: secrets that must exist before it starts. */
  secrets?: string[];
  nodeSelector?: Record<string, string>;
  affinity?: Fields;
  tolerations?: Fields[];
}

export function ownerReference(owner: KubeObject, extra: { controller?: boolean; blockOwnerDeletion?: boolean } = { controller: true, blockOwnerDeletion: true }): { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean; blockOwnerDeletion?: boolean } {
  return { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid ?? '', ...extra };
}

export function getPod(cluster: Cluster, namespace: string, name: string): KubeObject | undefined {
  return cluster.store.get(TYPE.pod, keyOf(namespace, name));
}

/** Creates the pod unless it exists. */
export function ensurePod(cluster: Cluster, input: PodInput): KubeObject {
  const existing = getPod(cluster, input.namespace, input.name);
  if (existing !== undefined) return existing;
  return cluster.store.create(TYPE.pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: input.name,
      namespace: input.namespace,
      labels: input.labels ?? {},
      annotations: input.annotations ?? {},
      ...(input.owner === undefined ? {} : { ownerReferences: [ownerReference(input.owner)] })
    },
    spec: {
      restartPolicy: 'Never',
      containers: [{ name: input.container.name, image: input.container.image, resources: { requests: { ...input.requests } } }],
      volumes: [
        ...input.claims.map(({ name, claimName, readOnly }) => ({ name, persistentVolumeClaim: { claimName, ...(readOnly === true ? { readOnly } : {}) } })),
        ...(input.secrets ?? []).map((secretName) => ({ name: `secret-${secretName}`, secret: { secretName } }))
      ],
      ...(input.nodeSelector === undefined ? {} : { nodeSelector: { ...input.nodeSelector } }),
      ...(input.affinity === undefined ? {} : { affinity: input.affinity }),
      ...(input.tolerations === undefined ? {} : { tolerations: input.tolerations })
    },
    status: { phase: 'Pending' }
  });
}

export function podPhase(pod: KubeObject | undefined): string {
  return String(pod?.status?.phase ?? '');
}

export function isFinished(pod: KubeObject): boolean {
  const phase = podPhase(pod);
  return phase === 'Succeeded' || phase === 'Failed';
}

export function podNode(pod: KubeObject | undefined): string {
  return String(pod?.spec?.nodeName ?? '');
}

/** Names of the claims a pod mounts. */
export function claimNames(pod: KubeObject): string[] {
  const volumes = (pod.spec?.volumes ?? []) as { persistentVolumeClaim?: { claimName: string } }[];
  return volumes.flatMap((volume) => (volume.persistentVolumeClaim === undefined ? [] : [volume.persistentVolumeClaim.claimName]));
}

/** Ends a pod: its containers are gone, its volumes may be detached. */
export function finishPod(cluster: Cluster, pod: KubeObject, phase: 'Succeeded' | 'Failed', message?: string): void {
  cluster.store.edit(TYPE.pod, keyOf(pod.metadata.namespace, pod.metadata.name), (draft) => {
    draft.status ??= {};
    draft.status.phase = phase;
    if (message !== undefined) draft.status.message = message;
  });
}

export function removePod(cluster: Cluster, namespace: string, name: string): void {
  cluster.store.remove(TYPE.pod, keyOf(namespace, name));
}

export function podEvent(cluster: Cluster, pod: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, component: string): void {
  cluster.event({
    namespace: pod.metadata.namespace ?? 'default',
    involved: { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
    type,
    reason,
    message,
    component
  });
}
