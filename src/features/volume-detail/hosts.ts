import type { Level } from '@/domain/health/types';
import { findCondition } from '@/domain/kube/conditions';
import { KIND } from '@/domain/kube/kinds';
import { longhornId } from '@/domain/kube/names';
import { settingNumberFor } from '@/domain/longhorn/setting';
import type { DiskRecord, LonghornNodeRecord } from '@/domain/longhorn/types';
import type { ClusterView } from '@/domain/view';
import type { HealthIndex } from '@/stores/contract';
import { shortenDisk } from './disk-label';

/** A disk as the map draws it. Percents are 0..100 of its capacity; null where the disk has not been read. */
export interface DiskFacts {
  readonly name: string;
  /** What to call it: short, and the device's name rather than a made-up one. */
  readonly label: string;
  readonly engine: 'v1' | 'v2' | 'unknown';
  readonly usedPercent: number | null;
  /** Above this much used, Longhorn places nothing more here; null while the setting is not known. */
  readonly limitPercent: number | null;
  readonly usedBytes: number | null;
  readonly totalBytes: number | null;
  readonly scheduledBytes: number | null;
  readonly replicaCount: number;
  /** `ok`, `off` (scheduling switched off), `full` (not schedulable) or `fault` (not ready); `unread` without conditions. */
  readonly state: 'ok' | 'off' | 'full' | 'fault' | 'unread';
  /** Longhorn's reason word for `full` and `fault`. */
  readonly reason: string;
  /** SMART verdict when it is not passed; '' otherwise. */
  readonly smart: string;
}

/** How ready a host is for v2 replicas. Words: `lhv2.health.host.<code>`. */
export type HostCode =
  | 'unread' | 'node-down' | 'longhorn-down' | 'v2-disabled' | 'no-v2-disk' | 'disk-fault' | 'cordoned' | 'scheduling-off'
  | 'evicting' | 'engine-down' | 'disk-full' | 'disk-off' | 'ready';

export interface HostFacts {
  readonly name: string;
  readonly zone: string;
  readonly code: HostCode;
  readonly level: Level;
  /** Epoch milliseconds since when the node or Longhorn on it is down; null otherwise. */
  readonly since: number | null;
  readonly disks: readonly DiskFacts[];
  readonly replicaCount: number;
}

const LEVEL: Readonly<Record<HostCode, Level>> = {
  unread: 'unknown', 'node-down': 'critical', 'longhorn-down': 'critical', 'disk-fault': 'critical', 'engine-down': 'degraded', 'disk-full': 'degraded',
  cordoned: 'degraded', 'scheduling-off': 'degraded', evicting: 'degraded', 'disk-off': 'degraded', 'v2-disabled': 'stopped', 'no-v2-disk': 'stopped', ready: 'healthy'
};

function diskFacts(view: ClusterView, disk: DiskRecord): DiskFacts {
  const ready = findCondition(disk.conditions, 'Ready');
  const schedulable = findCondition(disk.conditions, 'Schedulable');
  const used = disk.storageMaximum !== null && disk.storageAvailable !== null ? disk.storageMaximum - disk.storageAvailable : null;
  const engine = disk.type === 'block' ? 'v2' : disk.type === 'filesystem' ? 'v1' : 'unknown';
  const setting = view.get(KIND.longhornSetting, longhornId('storage-minimal-available-percentage'));
  const minimal = setting ? settingNumberFor(setting, engine, Number.NaN) : Number.NaN;
  const state = !ready ? 'unread' : ready.status !== 'True' ? 'fault' : schedulable?.status === 'False' ? 'full' : !disk.allowScheduling || disk.evictionRequested ? 'off' : 'ok';

  return {
    name: disk.name,
    label: shortenDisk(disk.name, disk.path),
    engine,
    usedPercent: used !== null && disk.storageMaximum ? (100 * used) / disk.storageMaximum : null,
    limitPercent: Number.isFinite(minimal) ? 100 - minimal : null,
    usedBytes: used,
    totalBytes: disk.storageMaximum,
    scheduledBytes: disk.storageScheduled,
    replicaCount: Object.keys(disk.scheduledReplicas).length,
    state,
    reason: state === 'fault' ? (ready?.reason ?? '') : state === 'full' ? (schedulable?.reason ?? '') : '',
    smart: disk.health === 'FAILED' || disk.health === 'WARNING' ? disk.health : ''
  };
}

function hostCode(view: ClusterView, name: string, node: LonghornNodeRecord | undefined, disks: readonly DiskFacts[]): HostCode {
  const kube = view.get(KIND.node, name);
  const blocks = disks.filter((disk) => disk.engine === 'v2');
  const ready = node && findCondition(node.conditions, 'Ready');
  const managers = view.readState(KIND.instanceManager).status === 'ready'
    ? view.instanceManagersOnNode(name).filter((manager) => manager.dataEngine === 'v2')
    : null;

  // Unknown is what Kubernetes writes when the kubelet has gone silent.
  const heartbeat = findCondition(kube?.conditions ?? [], 'Ready');

  if (heartbeat && heartbeat.status !== 'True') { return 'node-down'; }
  if (!node || !ready) { return 'unread'; }
  if (ready.status !== 'True') { return 'longhorn-down'; }
  if (kube?.isV2Disabled) { return 'v2-disabled'; }
  if (blocks.length === 0) { return 'no-v2-disk'; }
  if (blocks.some((disk) => disk.state === 'fault')) { return 'disk-fault'; }
  if (managers !== null && !managers.some((manager) => manager.currentState === 'running')) { return 'engine-down'; }
  if (node.evictionRequested || node.autoEvicting) { return 'evicting'; }
  if (kube?.isCordoned) { return 'cordoned'; }
  if (!node.allowScheduling) { return 'scheduling-off'; }
  if (blocks.every((disk) => disk.state === 'full')) { return 'disk-full'; }
  return blocks.some((disk) => disk.state === 'ok') ? 'ready' : 'disk-off';
}

/** What there is to know of a host as a home of replicas. */
export function hostFacts(view: ClusterView, name: string): HostFacts {
  const node = view.get(KIND.longhornNode, longhornId(name));
  const disks = (node?.disks ?? []).map((disk) => diskFacts(view, disk));
  const code = hostCode(view, name, node, disks);
  const ready = code === 'node-down'
    ? findCondition(view.get(KIND.node, name)?.conditions ?? [], 'Ready')
    : code === 'longhorn-down' ? findCondition(node?.conditions ?? [], 'Ready') : undefined;

  return { name, zone: node?.zone ?? '', code, level: LEVEL[code], since: ready?.lastTransitionTime ?? null, disks, replicaCount: view.replicasOnNode(name).length };
}

/** All hosts, by name in natural order: Kubernetes' nodes, and those only Longhorn still knows. */
export function allHosts(view: ClusterView): readonly HostFacts[] {
  const names = new Set<string>();

  for (const node of view.all(KIND.node)) {
    names.add(node.meta.name);
  }
  for (const node of view.all(KIND.longhornNode)) {
    names.add(node.meta.name);
  }
  return [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).map((name) => hostFacts(view, name));
}

/** Volumes whose only good replica is on this host: what a failure of the host would stop. */
export function lastGoodHere(view: Pick<ClusterView, 'replicasOnNode'>, health: Pick<HealthIndex, 'verdict'>, nodeName: string): readonly string[] {
  const names = new Set<string>();

  for (const replica of view.replicasOnNode(nodeName)) {
    const verdict = health.verdict(replica.volumeName);

    if (verdict?.goodReplicas === 1 && verdict.replicas.some((entry) => entry.isGood && entry.nodeName === nodeName)) {
      names.add(replica.volumeName);
    }
  }
  return [...names];
}
