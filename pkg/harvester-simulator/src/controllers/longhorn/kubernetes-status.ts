import type { KubeObject } from '../../contract';
import type { LonghornContext } from './context';
import { LH } from './kinds';
import type { KubernetesStatus, Volume } from './types';

type Workload = KubernetesStatus['workloadsStatus'][number];

function workloadOf(pod: KubeObject): Workload {
  const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller === true) ?? pod.metadata.ownerReferences?.[0];
  return { podName: pod.metadata.name, podStatus: String(pod.status?.phase ?? 'Pending'), workloadName: owner?.name ?? '', workloadType: owner?.kind ?? '' };
}

/** Which PV, PVC and workload a volume belongs to; what is gone leaves its last reference time. */
export function readKubernetesStatus(ctx: LonghornContext, volume: Volume): KubernetesStatus {
  const { store } = ctx.cluster;
  const before = volume.status.kubernetesStatus;
  const pv = store.get(LH.pv, before.pvName === '' ? volume.metadata.name : before.pvName);
  if (pv === undefined) return { ...before, pvName: '', pvStatus: '', lastPVCRefAt: before.pvcName !== '' && before.lastPVCRefAt === '' ? ctx.iso : before.lastPVCRefAt, workloadsStatus: [] };
  const claim = pv.spec?.claimRef as { namespace?: string; name?: string } | undefined;
  const status: KubernetesStatus = { ...before, pvName: pv.metadata.name, pvStatus: String(pv.status?.phase ?? '') };
  if (claim?.name === undefined || claim.namespace === undefined) return status;
  const isBound = status.pvStatus === 'Bound';
  status.namespace = claim.namespace;
  status.pvcName = claim.name;
  status.lastPVCRefAt = isBound ? '' : before.lastPVCRefAt === '' ? ctx.iso : before.lastPVCRefAt;
  const { namespace, name } = { namespace: claim.namespace, name: claim.name };
  const workloads = [...ctx.index.podsOfClaim(`${namespace}/${name}`)].flatMap((pod) => store.get(LH.pod, pod) ?? []).map(workloadOf);
  if (workloads.length > 0) return { ...status, workloadsStatus: workloads, lastPodRefAt: '' };
  const hadPods = before.workloadsStatus.length > 0;
  return { ...status, workloadsStatus: before.workloadsStatus, lastPodRefAt: hadPods && before.lastPodRefAt === '' ? ctx.iso : before.lastPodRefAt };
}
