import type { Cluster, KubeObject } from '../../../contract';
import { setCondition, statusOf } from '../support/conditions';
import { defineController, objectKey } from '../support/controller';
import { isNodeAlive } from '../support/nodes';
import { claimNames, isFinished, podEvent, podNode, podPhase } from '../support/pods';
import { keyOf, TYPE } from '../support/types';
import { attachmentMessage, csiTicketId, isAttachedTo } from './attachments';
import { getClaim } from './claims';
import { getLonghornVolume } from './longhorn-volume';

const POLL = 500;
const START_CONTAINER = 1000;
/** The CSI attacher's own deadline; after it the first FailedAttachVolume appears. */
const ATTACH_DEADLINE = 15_000;
const REPEAT_COMPLAINT = 120_000;

function volumesOf(cluster: Cluster, pod: KubeObject): string[] {
  return claimNames(pod).flatMap((name) => {
    const volume: unknown = getClaim(cluster, pod.metadata.namespace ?? '', name)?.spec?.volumeName;
    return typeof volume === 'string' ? [volume] : [];
  });
}

function missingSecret(cluster: Cluster, pod: KubeObject): string | undefined {
  const volumes = (pod.spec?.volumes ?? []) as { secret?: { secretName: string } }[];
  return volumes.flatMap(({ secret }) => secret?.secretName ?? []).find((name) => cluster.store.get(TYPE.secret, keyOf(pod.metadata.namespace, name)) === undefined);
}

/** Why an attach is not done after its deadline, as the attacher reports it. */
function attachError(cluster: Cluster, volume: string, node: string): string {
  const state = getLonghornVolume(cluster, volume)?.status;
  const detail = attachmentMessage(cluster, volume, node);
  const text = state?.robustness === 'faulted'
    ? `volume ${volume} is not ready for workloads`
    : `volume ${volume} failed to attach to node ${node} with attachmentID ${csiTicketId(volume, node)}${detail === '' ? '' : `: ${detail}`}`;
  return `AttachVolume.Attach failed for volume "${volume}" : rpc error: code = ${state?.robustness === 'faulted' ? 'Aborted' : 'DeadlineExceeded'} desc = ${text}`;
}

/** Runs a scheduled pod once its secrets exist and its volumes are attached to its node. */
export const kubelet = defineController({
  name: 'kubelet',
  watches: [{ typeId: TYPE.pod }],
  create: (cluster) => {
    const waitingSince = new Map<string, { since: number; complained: number; attached: boolean }>();
    let address = 10;
    return (key) => {
      const pod = cluster.store.get(TYPE.pod, key);
      if (pod === undefined || isFinished(pod) || podPhase(pod) === 'Running') {
        waitingSince.delete(key);
        return undefined;
      }
      const node = podNode(pod);
      if (node === '') return undefined;
      if (!isNodeAlive(cluster, node)) return POLL * 4;
      const now = cluster.clock.now();
      const wait = waitingSince.get(key) ?? { since: now, complained: 0, attached: false };
      waitingSince.set(key, wait);
      const volumes = volumesOf(cluster, pod);
      const late = volumes.filter((volume) => !isAttachedTo(cluster, volume, node));
      const isPatient = now - wait.since < ATTACH_DEADLINE || now - wait.complained < REPEAT_COMPLAINT;
      if (late.length > 0) {
        wait.attached = false;
        if (!isPatient) {
          wait.complained = now;
          for (const volume of late) podEvent(cluster, pod, 'Warning', 'FailedAttachVolume', attachError(cluster, volume, node), 'attachdetach-controller');
        }
        return POLL;
      }
      const secret = missingSecret(cluster, pod);
      if (secret !== undefined) {
        if (now - wait.complained >= REPEAT_COMPLAINT) {
          wait.complained = now;
          podEvent(cluster, pod, 'Warning', 'FailedMount', `MountVolume.SetUp failed for volume "secret-${secret}" : secret "${secret}" not found`, 'kubelet');
        }
        return POLL;
      }
      if (!wait.attached) {
        wait.attached = true;
        for (const volume of volumes) podEvent(cluster, pod, 'Normal', 'SuccessfulAttachVolume', `AttachVolume.Attach succeeded for volume "${volume}" `, 'attachdetach-controller');
        return START_CONTAINER;
      }
      waitingSince.delete(key);
      address = address >= 250 ? 10 : address + 1;
      runPod(cluster, pod, `10.52.${nodeNumber(cluster, node)}.${address}`);
      return undefined;
    };
  }
});

function nodeNumber(cluster: Cluster, node: string): number {
  return Math.max(0, cluster.store.list(TYPE.node).map(({ metadata }) => metadata.name).sort().indexOf(node)) % 250;
}

function runPod(cluster: Cluster, pod: KubeObject, podIP: string): void {
  const node = cluster.store.get(TYPE.node, podNode(pod));
  const addresses = (node?.status?.addresses ?? []) as { type: string; address: string }[];
  cluster.store.edit(TYPE.pod, objectKey(pod), (draft) => {
    const status = statusOf(draft);
    status.phase = 'Running';
    status.startTime = cluster.clock.iso();
    status.podIP = podIP;
    status.podIPs = [{ ip: podIP }];
    status.hostIP = addresses.find(({ type }) => type === 'InternalIP')?.address ?? '';
    status.qosClass = 'Burstable';
    const container = (draft.spec?.containers?.[0] ?? {}) as { name?: string; image?: string };
    status.containerStatuses = [{ name: container.name, image: container.image, imageID: '', ready: true, restartCount: 0, started: true, state: { running: { startedAt: cluster.clock.iso() } } }];
    for (const type of ['Initialized', 'Ready', 'ContainersReady']) setCondition(draft, cluster.clock.iso(), 'lastProbeTime', { type, status: 'True' });
  });
  podEvent(cluster, pod, 'Normal', 'Started', `Started container ${String(pod.spec?.containers?.[0]?.name ?? '')}`, 'kubelet');
}
