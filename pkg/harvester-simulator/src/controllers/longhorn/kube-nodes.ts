import type { Fields, KubeObject } from '../../contract';
import type { LonghornContext } from './context';
import { LH } from './kinds';

/** How long a machine needs from power-on until its kubelet reports. */
const BOOT = 10_000;
const UNREACHABLE_TAINTS = ['NoSchedule', 'NoExecute'].map((effect) => ({ effect, key: 'node.kubernetes.io/unreachable' }));

interface KubeCondition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastHeartbeatTime: string;
  lastTransitionTime: string;
}

const HEALTHY: Record<string, [status: string, reason: string, message: string]> = {
  MemoryPressure: ['False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  DiskPressure: ['False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  PIDPressure: ['False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  Ready: ['True', 'KubeletReady', 'kubelet is posting ready status']
};

/** Conditions of a node whose kubelet reports. */
export function readyConditions(now: string): KubeCondition[] {
  return Object.entries(HEALTHY).map(([type, [status, reason, message]]) => ({ type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime: now }));
}

export function isKubeNodeReady(node: KubeObject | undefined): boolean {
  const conditions = (node?.status?.conditions ?? []) as KubeCondition[];
  return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}

/** Why Kubernetes calls the node not ready. */
export function notReadyReason(node: KubeObject | undefined): string {
  const conditions = (node?.status?.conditions ?? []) as KubeCondition[];
  return conditions.find((condition) => condition.type === 'Ready')?.reason ?? 'NodeStatusUnknown';
}

function writeConditions(ctx: LonghornContext, name: string, change: (condition: KubeCondition) => [string, string, string]): void {
  ctx.cluster.store.edit(LH.kubeNode, name, (draft) => {
    const status: Fields = draft.status ?? {};
    const current = (status.conditions ?? readyConditions(ctx.iso)) as KubeCondition[];
    status.conditions = current.map((condition) => {
      const [to, reason, message] = change(condition);
      return { ...condition, status: to, reason, message, lastTransitionTime: to === condition.status ? condition.lastTransitionTime : ctx.iso };
    });
    draft.status = status;
  });
}

function setUnreachableTaints(ctx: LonghornContext, name: string, isUnreachable: boolean): void {
  ctx.cluster.store.edit(LH.kubeNode, name, (draft) => {
    const taints = ((draft.spec?.taints ?? []) as { key: string }[]).filter((taint) => taint.key !== 'node.kubernetes.io/unreachable');
    const wanted = isUnreachable ? [...taints, ...UNREACHABLE_TAINTS.map((taint) => ({ ...taint, timeAdded: ctx.iso }))] : taints;
    draft.spec = { ...draft.spec, taints: wanted };
    if (wanted.length === 0) delete draft.spec.taints;
  });
}

/** The node lifecycle controller's part: `Ready` goes Unknown a grace period after the kubelet falls silent. */
export class KubeNodes {
  private readonly downSince = new Map<string, number>();
  private readonly upSince = new Map<string, number>();

  constructor(private readonly ctx: LonghornContext) {}

  sync(name: string): void {
    const { ctx } = this;
    const node = ctx.cluster.store.get(LH.kubeNode, name);
    if (node === undefined) return;
    const isDown = !ctx.isReachable(name);
    const isReady = isKubeNodeReady(node);
    if (isDown) {
      this.upSince.delete(name);
      const since = this.downSince.get(name) ?? ctx.now;
      this.downSince.set(name, since);
      if (!isReady) return;
      const left = since + ctx.cluster.timings.nodeMonitorGrace - ctx.now;
      if (left > 0) {
        ctx.queue.addAfter(`kube-node/${name}`, left);
        return;
      }
      writeConditions(ctx, name, () => ['Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.']);
      setUnreachableTaints(ctx, name, true);
      return;
    }
    this.downSince.delete(name);
    if (isReady || node.status?.conditions === undefined) return;
    const since = this.upSince.get(name) ?? ctx.now;
    this.upSince.set(name, since);
    const left = since + BOOT - ctx.now;
    if (left > 0) {
      ctx.queue.addAfter(`kube-node/${name}`, left);
      return;
    }
    this.upSince.delete(name);
    writeConditions(ctx, name, (condition) => HEALTHY[condition.type] ?? [condition.status, condition.reason, condition.message]);
    setUnreachableTaints(ctx, name, false);
  }
}
