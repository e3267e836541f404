import type { Cluster, KubeObject } from '../../../contract';
import { findCondition } from '../support/conditions';
import { isNodeAlive } from '../support/nodes';
import { ensurePod, finishPod, getPod, isFinished, podNode, podPhase, removePod, type PodInput } from '../support/pods';
import { IDLE, type Shown } from './phase';

/** After this long on a dead node Kubernetes evicts the pod and CDI makes a new one. */
const EVICT_AFTER = 300_000;

const CDI_IMAGE = 'registry.suse.com/suse/sles/15.7/cdi-';

export interface WorkerState {
  state: 'waiting' | 'running' | 'stalled' | 'finished';
  running: Shown['running'];
}

export interface WorkerInput {
  name: string;
  namespace: string;
  owner: KubeObject;
  role: 'importer' | 'uploadserver' | 'cloner' | 'prep';
  claim: KubeObject;
  isReadOnly?: boolean;
}

function podInput({ name, namespace, owner, role, claim, isReadOnly }: WorkerInput): PodInput {
  return {
    name,
    namespace,
    labels: { app: 'containerized-data-importer', 'cdi.kubevirt.io': role, 'cdi.kubevirt.io/OwnedByUID': owner.metadata.uid ?? '' },
    ...(owner.metadata.namespace === namespace ? { owner } : {}),
    container: { name: role, image: `${CDI_IMAGE}${role}:1.64.0` },
    requests: { cpu: '100m', memory: '60M' },
    claims: [{ name: 'cdi-data-vol', claimName: claim.metadata.name, readOnly: isReadOnly }]
  };
}

/** Why a pod that is not running is not, as CDI copies it into the data volume's Running condition. */
function waitingReason(pod: KubeObject): Shown['running'] {
  const scheduled = findCondition(pod, 'PodScheduled');
  if (scheduled?.status === 'False') return { status: 'False', reason: 'Unschedulable', message: 'Importer pod cannot be scheduled' };
  return podNode(pod) === '' ? { status: 'False', reason: 'Pending', message: '' } : { status: 'False', reason: 'ContainerCreating', message: '' };
}

/** One CDI pod per key, with what is remembered of a node that went away under it. */
export class WorkerPods {
  private readonly lostSince = new Map<string, number>();

  constructor(private readonly cluster: Cluster) {}

  /** Makes the pod if need be and says how it is. */
  ensure(input: WorkerInput): WorkerState {
    const pod = ensurePod(this.cluster, podInput(input));
    if (isFinished(pod)) return { state: 'finished', running: IDLE };
    const key = `${input.namespace}/${input.name}`;
    const node = podNode(pod);
    if (node !== '' && !isNodeAlive(this.cluster, node)) {
      const since = this.lostSince.get(key) ?? this.cluster.clock.now();
      this.lostSince.set(key, since);
      if (this.cluster.clock.now() - since >= EVICT_AFTER) {
        this.lostSince.delete(key);
        removePod(this.cluster, input.namespace, input.name);
      }
      return { state: 'stalled', running: waitingReason(pod) };
    }
    this.lostSince.delete(key);
    if (podPhase(pod) !== 'Running') return { state: 'waiting', running: waitingReason(pod) };
    return { state: 'running', running: { status: 'True', reason: 'Pod is running', message: '' } };
  }

  /** Ends the pod, so that its volume is let go. */
  finish(namespace: string, name: string): void {
    const pod = getPod(this.cluster, namespace, name);
    if (pod !== undefined && !isFinished(pod)) finishPod(this.cluster, pod, 'Succeeded');
  }

  remove(namespace: string, name: string): void {
    removePod(this.cluster, namespace, name);
  }
}

/** Bytes moved since a start, at a rate of cluster time; time in which a node was away does not count. */
export class Transfers {
  private readonly byKey = new Map<string, { moved: number; at: number }>();

  constructor(private readonly cluster: Cluster) {}

  /** Fraction 0..1 that is done, after the time since the last call was added. */
  advance(key: string, bytes: number, bytesPerSecond: number): number {
    const now = this.cluster.clock.now();
    const transfer = this.byKey.get(key) ?? { moved: 0, at: now };
    transfer.moved += ((now - transfer.at) / 1000) * bytesPerSecond;
    transfer.at = now;
    this.byKey.set(key, transfer);
    return bytes <= 0 ? 1 : Math.min(1, transfer.moved / bytes);
  }

  pause(key: string): void {
    const transfer = this.byKey.get(key);
    if (transfer !== undefined) transfer.at = this.cluster.clock.now();
  }

  forget(key: string): void {
    this.byKey.delete(key);
  }
}
