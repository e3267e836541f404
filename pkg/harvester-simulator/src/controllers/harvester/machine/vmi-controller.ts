import type { Cluster, KubeObject } from '../../../contract';
import { findCondition, isConditionTrue } from '../support/conditions';
import { defineController, objectKey } from '../support/controller';
import { isNodeAlive } from '../support/nodes';
import { finishPod, podNode, podPhase, removePod } from '../support/pods';
import { keyOf, TYPE } from '../support/types';
import { getClaim } from '../storage/claims';
import { hasFaultedDisk, pauseOnIoError, setInstanceCondition, setPhase, syncMigratability, syncReady, writeGuestReady, writeRunning } from './instance-status';
import { createLauncher } from './launcher';
import { claimNameOf, isFinal, launcherPods, phaseOf, VMI_FINALIZER, vmiEvent, volumesOf } from './machine';
import { syncVolumeStatus } from './volume-status';

const POLL = 1000;
const START_DOMAIN = 2000;
const SHUTDOWN = 3000;
/** Harvester's `vm-force-reset-policy`: that long after a node went NotReady its VMs' pods are deleted by force. */
const FORCE_RESET = 300_000;

/** Claims and data volumes an instance waits for, in the words of its conditions; undefined when nothing is missing. */
function blocker(cluster: Cluster, vmi: KubeObject): { reason: string; message: string } | undefined {
  const namespace = vmi.metadata.namespace ?? 'default';
  for (const volume of volumesOf(vmi.spec)) {
    const name = claimNameOf(volume);
    if (name === undefined) continue;
    const dataVolume = cluster.store.get(TYPE.dataVolume, keyOf(namespace, name));
    if (getClaim(cluster, namespace, name) === undefined && dataVolume === undefined) return { reason: 'FailedPvcNotFound', message: `PVC ${namespace}/${name} does not exist, waiting for it to appear` };
    if (dataVolume !== undefined && dataVolume.status?.phase !== 'Succeeded') return { reason: 'NotAllDVsReady', message: 'Not all of the VMI\'s DVs are ready' };
  }
  return undefined;
}

function hasDataVolumes(cluster: Cluster, vmi: KubeObject): boolean {
  return volumesOf(vmi.spec).some((volume) => cluster.store.get(TYPE.dataVolume, keyOf(vmi.metadata.namespace, claimNameOf(volume) ?? '')) !== undefined);
}

/** The pod the guest runs in: on the instance's node once it has one. */
function currentPod(cluster: Cluster, vmi: KubeObject): KubeObject | undefined {
  const active = Object.keys((vmi.status?.activePods ?? {}) as Record<string, string>);
  const pods = launcherPods(cluster, vmi);
  return pods.find((pod) => active.includes(pod.metadata.uid ?? '') && podNode(pod) === vmi.status?.nodeName) ?? (vmi.status?.nodeName === undefined ? pods[0] : undefined);
}

class Instances {
  private readonly startedAt = new Map<string, number>();
  private readonly lostAt = new Map<string, number>();
  private readonly stoppingAt = new Map<string, number>();

  constructor(private readonly cluster: Cluster) {}

  reconcile(key: string): number | undefined {
    const vmi = this.cluster.store.get(TYPE.vmi, key);
    if (vmi === undefined) return undefined;
    if (vmi.metadata.deletionTimestamp !== undefined) return this.shutDown(vmi);
    if (isFinal(vmi)) return undefined;
    if (phaseOf(vmi) === 'Running') return this.watchRunning(vmi);
    return this.bringUp(vmi);
  }

  private bringUp(vmi: KubeObject): number | undefined {
    syncReady(this.cluster, vmi);
    const pod = launcherPods(this.cluster, vmi)[0];
    if (pod === undefined) {
      const missing = blocker(this.cluster, vmi);
      if (missing?.reason === 'FailedPvcNotFound') setInstanceCondition(this.cluster, vmi, { type: 'Synchronized', status: 'False', ...missing });
      else if (missing !== undefined) setInstanceCondition(this.cluster, vmi, { type: 'DataVolumesReady', status: 'False', ...missing });
      if (missing !== undefined) {
        setPhase(this.cluster, vmi, 'Pending');
        return POLL;
      }
      if (hasDataVolumes(this.cluster, vmi)) setInstanceCondition(this.cluster, vmi, { type: 'DataVolumesReady', status: 'True', reason: 'AllDVsReady', message: 'All of the VMI\'s DVs are bound and ready' });
      if (findCondition(vmi, 'Synchronized') !== undefined) setInstanceCondition(this.cluster, vmi, { type: 'Synchronized', status: 'True', reason: '', message: '' });
      const created = createLauncher(this.cluster, vmi);
      vmiEvent(this.cluster, vmi, 'Normal', 'SuccessfulCreate', `Created virtual machine pod ${created.metadata.name}`);
      setPhase(this.cluster, vmi, 'Scheduling');
      syncVolumeStatus(this.cluster, vmi, undefined);
      return POLL;
    }
    if (podPhase(pod) !== 'Running') {
      // A node that died before the guest ran: Kubernetes evicts the pod, KubeVirt starts another.
      return podNode(pod) !== '' && !isNodeAlive(this.cluster, podNode(pod)) ? this.loseNode(vmi, podNode(pod)) : POLL;
    }
    const key = objectKey(vmi);
    if (phaseOf(vmi) !== 'Scheduled') {
      this.startedAt.set(key, this.cluster.clock.now());
      setPhase(this.cluster, vmi, 'Scheduled', (status) => {
        status.nodeName = podNode(pod);
        status.activePods = { [pod.metadata.uid ?? '']: podNode(pod) };
      });
      return START_DOMAIN;
    }
    const since = this.startedAt.get(key) ?? 0;
    if (this.cluster.clock.now() - since < START_DOMAIN) return START_DOMAIN;
    this.startedAt.set(key, this.cluster.clock.now());
    writeRunning(this.cluster, vmi, pod);
    vmiEvent(this.cluster, vmi, 'Normal', 'Started', 'VirtualMachineInstance started.');
    return 0;
  }

  private watchRunning(vmi: KubeObject): number | undefined {
    const key = objectKey(vmi);
    const node = String(vmi.status?.nodeName ?? '');
    const pod = currentPod(this.cluster, vmi);
    if (pod === undefined) {
      setPhase(this.cluster, vmi, 'Failed', (status) => {
        status.reason = 'PodTerminated';
      });
      return undefined;
    }
    syncReady(this.cluster, vmi);
    if (!isConditionTrue(this.cluster.store.get(TYPE.node, node), 'Ready')) return this.loseNode(vmi, node);
    this.lostAt.delete(key);
    const isBusy = syncVolumeStatus(this.cluster, vmi, pod);
    const before = findCondition(vmi, 'LiveMigratable');
    if (before !== undefined) syncMigratability(this.cluster, vmi);
    if (hasFaultedDisk(this.cluster, vmi)) pauseOnIoError(this.cluster, vmi);
    if (!isConditionTrue(vmi, 'AgentConnected')) {
      const started = this.startedAt.get(key) ?? this.cluster.clock.now();
      this.startedAt.set(key, started);
      const left = started + this.cluster.timings.vmBoot - this.cluster.clock.now();
      if (left > 0) return Math.min(left, isBusy ? POLL : left);
      if (!isConditionTrue(vmi, 'Paused')) writeGuestReady(this.cluster, vmi, String(pod.status?.podIP ?? ''));
    }
    return isBusy ? POLL : undefined;
  }

  /** A node that stays NotReady loses its VMs: their pods go by force, the instance fails, the VM starts it elsewhere. */
  private loseNode(vmi: KubeObject, node: string): number {
    const key = objectKey(vmi);
    const ready = findCondition(this.cluster.store.get(TYPE.node, node), 'Ready');
    const noticed = ready?.status !== 'True' ? (Date.parse(String(ready?.lastTransitionTime ?? '')) || this.cluster.clock.now()) : undefined;
    if (noticed === undefined) return POLL;
    const since = this.lostAt.get(key) ?? noticed;
    this.lostAt.set(key, since);
    const left = since + FORCE_RESET - this.cluster.clock.now();
    if (left > 0) return Math.min(left, POLL * 5);
    this.lostAt.delete(key);
    for (const pod of launcherPods(this.cluster, vmi)) removePod(this.cluster, pod.metadata.namespace ?? '', pod.metadata.name);
    setPhase(this.cluster, vmi, 'Failed', (status) => {
      status.reason = 'NodeUnresponsive';
    });
    vmiEvent(this.cluster, vmi, 'Warning', 'NodeUnresponsive', `virt-handler on node ${node} is not responsive, marking VMI as failed`);
    return POLL;
  }

  /** Graceful stop: the guest shuts down, the pod ends, the instance goes. A dead node holds it until it is back or forced. */
  private shutDown(vmi: KubeObject): number | undefined {
    const key = objectKey(vmi);
    const pods = launcherPods(this.cluster, vmi);
    const isForced = vmi.spec?.terminationGracePeriodSeconds === 0;
    const isGone = isFinal(vmi) || pods.length === 0 || isForced;
    if (!isGone) {
      const node = podNode(pods[0]);
      if (node !== '' && !isNodeAlive(this.cluster, node)) return POLL * 2;
      const since = this.stoppingAt.get(key) ?? this.cluster.clock.now();
      this.stoppingAt.set(key, since);
      setInstanceCondition(this.cluster, vmi, { type: 'Ready', status: 'False', reason: 'PodTerminating', message: 'virt-launcher pod is terminating' });
      const left = since + (phaseOf(vmi) === 'Running' ? SHUTDOWN : 0) - this.cluster.clock.now();
      if (left > 0) return left;
      for (const pod of pods) finishPod(this.cluster, pod, 'Succeeded');
      setPhase(this.cluster, vmi, 'Succeeded');
      return POLL;
    }
    this.stoppingAt.delete(key);
    this.startedAt.delete(key);
    for (const pod of this.cluster.store.list(TYPE.pod, { namespace: vmi.metadata.namespace, labels: { 'kubevirt.io/created-by': vmi.metadata.uid ?? '' } })) removePod(this.cluster, pod.metadata.namespace ?? '', pod.metadata.name);
    this.cluster.store.edit(TYPE.vmi, key, (draft) => {
      draft.metadata.finalizers = (draft.metadata.finalizers ?? []).filter((finalizer) => finalizer !== VMI_FINALIZER);
    });
    return undefined;
  }
}

/** KubeVirt's instance controller, virt-handler and the guest. */
export const vmiController = defineController({
  name: 'vmi-controller',
  watches: [
    { typeId: TYPE.vmi },
    { typeId: TYPE.pod, keys: ({ object }) => (object.metadata.labels?.['vm.kubevirt.io/name'] === undefined ? [] : [keyOf(object.metadata.namespace, object.metadata.labels['vm.kubevirt.io/name'])]) },
    { typeId: TYPE.node, keys: ({ object }) => [`node ${object.metadata.name}`] },
    { typeId: TYPE.longhornVolume, keys: ({ object }) => (object.status?.robustness === 'faulted' ? [`volume ${object.metadata.name}`] : []) }
  ],
  create: (cluster, { enqueue }) => {
    const instances = new Instances(cluster);
    const enqueueWhere = (matches: (vmi: KubeObject) => boolean): void => {
      for (const vmi of cluster.store.list(TYPE.vmi)) if (matches(vmi)) enqueue(objectKey(vmi));
    };
    return (key) => {
      if (key.startsWith('node ')) {
        enqueueWhere((vmi) => vmi.status?.nodeName === key.slice('node '.length));
        return undefined;
      }
      if (key.startsWith('volume ')) {
        const reference = cluster.store.get(TYPE.pv, key.slice('volume '.length))?.spec?.claimRef as { namespace: string; name: string } | undefined;
        if (reference !== undefined) enqueueWhere((vmi) => vmi.metadata.namespace === reference.namespace && volumesOf(vmi.spec).some((volume) => claimNameOf(volume) === reference.name));
        return undefined;
      }
      return instances.reconcile(key);
    };
  }
});
