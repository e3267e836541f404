import { quantity, record, text } from './admission/read';
import type { Cluster, Controller, KubeObject } from './contract';
import { truthOf } from './controllers/longhorn/truth';

const NODE_METRICS = 'metrics.k8s.io.nodemetrics';
const VMI = 'kubevirt.io.virtualmachineinstance';
/** What a node uses without machines, and the part of its processors an ordinary machine keeps busy. */
const IDLE_MILLICORES = 900;
const IDLE_MEBIBYTES = 7 * 1024;
const BUSY_PART = 0.35;
const MEBIBYTE = 2 ** 20;

function processors(instance: KubeObject): number {
  const cpu = record(instance.spec, 'domain', 'cpu');
  return Number(cpu?.['cores'] ?? 1) * Number(cpu?.['sockets'] ?? 1) * Number(cpu?.['threads'] ?? 1);
}

function memory(instance: KubeObject): number {
  const domain = record(instance.spec, 'domain');
  const bytes = quantity(record(domain, 'memory')?.['guest'] ?? record(domain, 'resources', 'limits')?.['memory']);
  return Number.isFinite(bytes) ? bytes / MEBIBYTE : 0;
}

function isDown(node: KubeObject): boolean {
  const conditions: unknown = node.status?.['conditions'];
  return Array.isArray(conditions) && conditions.some((condition) => record(condition)?.['type'] === 'Ready' && record(condition)?.['status'] !== 'True');
}

interface Share {
  node: string;
  cores: number;
  mebibytes: number;
}

function shareOf(instance: KubeObject): Share | undefined {
  if (text(instance.status?.['phase']) !== 'Running') return undefined;
  return { node: text(instance.status?.['nodeName']), cores: processors(instance), mebibytes: memory(instance) };
}

class Meter {
  /** What each running machine takes, by its key; and the sums by node. */
  private readonly shares = new Map<string, Share>();
  private readonly dirty = new Set<string>();
  private pending: (() => void) | undefined;
  private readonly sums = new Map<string, { cores: number; mebibytes: number }>();

  constructor(private readonly cluster: Cluster) {}

  /** Books a machine anew; measures the nodes it leaves and comes to. */
  book(key: string, share: Share | undefined): void {
    const before = this.shares.get(key);
    if (before?.node === share?.node && before?.cores === share?.cores && before?.mebibytes === share?.mebibytes) return;
    if (before !== undefined) this.add(before, -1);
    if (share === undefined) this.shares.delete(key);
    else {
      this.shares.set(key, share);
      this.add(share, 1);
    }
    for (const name of new Set([before?.node, share?.node])) if (name !== undefined) this.dirty.add(name);
    // Bulk loads book thousands of machines: their nodes are measured once.
    if (truthOf(this.cluster).isLoading) this.pending ??= this.cluster.clock.after(1_000, () => { this.settle(); });
    else this.settle();
  }

  private settle(): void {
    this.pending = undefined;
    for (const name of this.dirty) {
      const node = this.cluster.store.get('node', name);
      if (node !== undefined) this.measure(node);
    }
    this.dirty.clear();
  }

  measure(node: KubeObject): void {
    const { store, clock } = this.cluster;
    const { name } = node.metadata;
    // metrics-server forgets a node whose kubelet it cannot reach.
    if (isDown(node)) {
      store.remove(NODE_METRICS, name);
      return;
    }
    const { cores, mebibytes } = this.sums.get(name) ?? { cores: 0, mebibytes: 0 };
    const usage = { cpu: `${String(Math.round(IDLE_MILLICORES + cores * 1000 * BUSY_PART))}m`, memory: `${String(Math.round(IDLE_MEBIBYTES + mebibytes))}Mi` };
    const known = record(store.get(NODE_METRICS, name), 'usage');
    if (known === undefined) store.create(NODE_METRICS, { metadata: { name }, timestamp: clock.iso(), window: '20s', usage });
    else if (known['cpu'] !== usage.cpu || known['memory'] !== usage.memory) {
      store.edit(NODE_METRICS, name, (draft) => {
        draft['usage'] = usage;
        draft['timestamp'] = clock.iso();
      });
    }
  }

  private add(share: Share, sign: 1 | -1): void {
    const sum = this.sums.get(share.node) ?? { cores: 0, mebibytes: 0 };
    this.sums.set(share.node, { cores: sum.cores + sign * share.cores, mebibytes: sum.mebibytes + sign * share.mebibytes });
  }
}

/** metrics-server, as far as nodes go: what the Hosts page shows as used. */
export const metricsController: Controller = {
  name: 'metrics-server',
  start(cluster) {
    const { store } = cluster;
    const meter = new Meter(cluster);
    const keyOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    for (const instance of store.list(VMI)) meter.book(keyOf(instance), shareOf(instance));
    for (const node of store.list('node')) meter.measure(node);
    return store.watch((event) => {
      if (event.typeId === VMI) meter.book(keyOf(event.object), event.type === 'remove' ? undefined : shareOf(event.object));
      else if (event.typeId === 'node') {
        if (event.type === 'remove') store.remove(NODE_METRICS, event.object.metadata.name);
        // The event may be late: what is stored now counts.
        else meter.measure(store.get('node', event.object.metadata.name) ?? event.object);
      }
    });
  }
};
