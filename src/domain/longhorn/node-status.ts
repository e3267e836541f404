import { findCondition } from '../kube/conditions';
import { longhornId } from '../kube/names';
import type { ClusterView } from '../view';
import type { DataEngine, DiskRecord, LonghornNodeRecord } from './types';

/** Longhorn's record of a node by its name. */
export function findLonghornNode(view: ClusterView, name: string): LonghornNodeRecord | undefined {
  return name === '' ? undefined : view.get('longhorn.io.node', longhornId(name));
}

/** The record of a disk that `ClusterView.diskByUuid` found. */
export function diskAt(place: ReturnType<ClusterView['diskByUuid']>): DiskRecord | undefined {
  if (place === undefined) return undefined;
  for (const disk of place.node.disks) if (disk.name === place.name) return disk;
  return undefined;
}

/** A disk of a node by its UUID (`replica.spec.diskID`). */
export function findDisk(view: ClusterView, uuid: string): DiskRecord | undefined {
  return uuid === '' ? undefined : diskAt(view.diskByUuid(uuid));
}

const DOWN_REASONS: ReadonlySet<string> = new Set(['KubernetesNodeGone', 'KubernetesNodeNotReady']);
const MANAGER_REASONS: ReadonlySet<string> = new Set(['ManagerPodDown', 'ManagerPodMissing']);

/**
 * What the node's Ready condition says. Only `down` means that Kubernetes has lost the node; with `manager-down` the
 * data path may be alive. Mirrors `IsNodeDownOrDeleted` (longhorn-manager datastore/longhorn.go).
 */
export function nodeReadiness(node: LonghornNodeRecord): 'ready' | 'down' | 'manager-down' | 'not-ready' | 'unknown' {
  const ready = findCondition(node.conditions, 'Ready');
  if (ready === undefined || ready.status === 'Unknown') return 'unknown';
  if (ready.status === 'True') return 'ready';
  if (DOWN_REASONS.has(ready.reason)) return 'down';
  return MANAGER_REASONS.has(ready.reason) ? 'manager-down' : 'not-ready';
}

/**
 * Whether an instance manager of this engine runs on the node; null when instance managers could not be read.
 */
export function hasRunningInstanceManager(view: ClusterView, nodeName: string, engine: DataEngine): boolean | null {
  for (const manager of view.instanceManagersOnNode(nodeName)) {
    if (manager.dataEngine === engine && manager.currentState === 'running') return true;
  }
  return view.readState('longhorn.io.instancemanager').status === 'ready' ? false : null;
}

/** Whether the Kubernetes node carries `node.longhorn.io/disable-v2-data-engine: "true"`; null when the node was not read. */
export function isV2DisabledOn(view: ClusterView, nodeName: string): boolean | null {
  return view.get('node', nodeName)?.isV2Disabled ?? null;
}
