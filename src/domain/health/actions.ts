import { KIND } from '../kube/kinds';
import type { Kind } from '../kube/kinds';
import { findDisk, findLonghornNode, nodeReadiness } from '../longhorn/node-status';
import { findCondition } from '../kube/conditions';
import { hasHeldData } from '../longhorn/selectors';
import type { ReplicaRecord } from '../longhorn/types';
import type { ClusterView } from '../view';
import { doubtOfStatus } from './base-level';
import type { VolumeVerdict } from './types';

/** One write to the API, exactly as it would be sent. */
export type ActionRequest =
  | { readonly method: 'patch'; readonly kind: Kind; readonly id: string; readonly operations: readonly { readonly op: 'test' | 'replace' | 'add' | 'remove'; readonly path: string; readonly value?: unknown }[] }
  | { readonly method: 'delete'; readonly kind: Kind; readonly id: string };

/** Every reason for which an action may not be offered. */
export const REFUSALS = [
  'cannot-verify', 'faulted', 'not-attached', 'not-enough-good-copies', 'would-remove-good-copy', 'rebuilding', 'is-source',
  'migrating', 'replica-gone', 'out-of-range', 'unchanged', 'needs-more-good-copies', 'strict-local', 'not-faulted',
  'not-detached', 'no-candidate', 'candidate-unreachable', 'volume-gone', 'object-gone', 'eviction-requested'
] as const;

/** Why an action is not offered. Words: `lhv2.refusal.<code>`. */
export type Refusal = (typeof REFUSALS)[number];

/**
 * A guided fix: whether it may be done now and why not, and what it would send. `validate` is asked again right before
 * sending, on the newest objects; the guards are stricter than Longhorn's webhook, which has holes.
 */
export interface GuardedAction {
  readonly code: 'delete-replica' | 'set-replica-count' | 'salvage' | 'set-offline-rebuild' | 'set-disk-scheduling' | 'set-node-scheduling';
  readonly params: Readonly<Record<string, string | number>>;
  validate(view: ClusterView, verdict: VolumeVerdict): Refusal | null;
  /** The writes, in order. Only meaningful while `validate` gives null. */
  requests(view: ClusterView): readonly ActionRequest[];
}

function volumeId(name: string): string {
  return `longhorn-system/${name}`;
}

/** Whether everything a destructive decision rests on was read and is live. */
function isVerified(view: ClusterView): boolean {
  return [KIND.volume, KIND.replica, KIND.engine, KIND.longhornNode].every((kind) => doubtOfStatus(view.readState(kind).status) === null);
}

/** What else the replica is good for: a rebuild that copies from it must not lose it. */
function feedsRebuild(verdict: VolumeVerdict, nodeName: string): boolean {
  return verdict.replicas.some((replica) => replica.rebuild !== null && (replica.rebuild.fromNodes.length === 0 || replica.rebuild.fromNodes.includes(nodeName)));
}

/**
 * Deletes one replica. Allowed when the volume is attached, nothing is uncertain, and after it at least one proven good
 * copy stays: a good replica may go only from a healthy volume with two others good; one that is failed or was never
 * placed, when at least one replica is good. Never on a faulted, detached or unknown volume: that replica may be the last
 * to hold the data. Longhorn's own guard (webhook replica/validator.go) allows some of these.
 */
export function deleteReplica(volumeName: string, replicaName: string): GuardedAction {
  return {
    code: 'delete-replica',
    params: { volume: volumeName, replica: replicaName },
    validate(view, verdict) {
      const volume = view.get('longhorn.io.volume', volumeId(volumeName));
      if (volume === undefined) return 'volume-gone';
      if (!isVerified(view)) return 'cannot-verify';
      if (volume.robustness === 'faulted' || verdict.level === 'critical') return 'faulted';
      if (volume.state !== 'attached') return 'not-attached';
      if (verdict.level !== 'healthy' && verdict.level !== 'degraded') return 'cannot-verify';
      if (volume.migrationNodeId !== '' || volume.currentMigrationNodeId !== '') return 'migrating';
      const replica = verdict.replicas.find((candidate) => candidate.name === replicaName);
      if (replica === undefined || view.get('longhorn.io.replica', volumeId(replicaName)) === undefined) return 'replica-gone';
      if (replica.class === 'rebuilding' || replica.class === 'rebuild-queued') return 'rebuilding';
      const others = verdict.replicas.filter((candidate) => candidate.isGood && !candidate.isEvicting && candidate.name !== replicaName).length;
      if (replica.isGood) {
        if (feedsRebuild(verdict, replica.nodeName)) return 'is-source';
        return verdict.level === 'healthy' && others >= 2 ? null : 'would-remove-good-copy';
      }
      if (replica.class !== 'failed' && replica.class !== 'not-placed') return 'cannot-verify';
      return others >= 1 ? null : 'not-enough-good-copies';
    },
    requests: () => [{ method: 'delete', kind: KIND.replica, id: volumeId(replicaName) }]
  };
}

/** Sets how many replicas the volume wants. Fewer only while that many are good; never while rebuilding or faulted. */
export function setReplicaCount(volumeName: string, count: number): GuardedAction {
  return {
    code: 'set-replica-count',
    params: { volume: volumeName, count },
    validate(view, verdict) {
      const volume = view.get('longhorn.io.volume', volumeId(volumeName));
      if (volume === undefined) return 'volume-gone';
      if (!isVerified(view)) return 'cannot-verify';
      if (volume.robustness === 'faulted' || verdict.level === 'critical') return 'faulted';
      if (!Number.isInteger(count) || count < 1 || count > 20) return 'out-of-range';
      if (volume.numberOfReplicas === count) return 'unchanged';
      if (volume.dataLocality === 'strict-local' && count !== 1) return 'strict-local';
      if (volume.migrationNodeId !== '') return 'migrating';
      if (volume.numberOfReplicas !== null && count < volume.numberOfReplicas) {
        if (verdict.level !== 'healthy' && verdict.level !== 'degraded' && verdict.level !== 'stopped') return 'cannot-verify';
        if (verdict.rebuild !== null) return 'rebuilding';
        if (verdict.goodReplicas < count) return 'needs-more-good-copies';
      }
      return null;
    },
    requests(view) {
      const current = view.get('longhorn.io.volume', volumeId(volumeName))?.numberOfReplicas;
      return [{
        method: 'patch', kind: KIND.volume, id: volumeId(volumeName),
        // The test fails the whole patch when somebody else has changed the count meanwhile.
        operations: [{ op: 'test', path: '/spec/numberOfReplicas', value: current }, { op: 'replace', path: '/spec/numberOfReplicas', value: count }]
      }];
    }
  };
}

function isSalvageable(view: ClusterView, replica: ReplicaRecord): boolean {
  const node = findLonghornNode(view, replica.nodeId);
  const disk = findDisk(view, replica.diskId);
  return replica.failedAt !== null && hasHeldData(replica) && node !== undefined && nodeReadiness(node) === 'ready' &&
    disk !== undefined && findCondition(disk.conditions, 'Schedulable')?.status === 'True';
}

/**
 * Brings failed replicas of a faulted, detached volume back, as Longhorn's REST salvage does (manager/volume.go): clears
 * `failedAt` on them and the desired node of the volume. That call's guards (detached, faulted, node up, disk
 * schedulable) don't exist for a patch, so they are here.
 */
export function salvage(volumeName: string, replicaNames: readonly string[]): GuardedAction {
  return {
    code: 'salvage',
    params: { volume: volumeName, count: replicaNames.length },
    validate(view) {
      const volume = view.get('longhorn.io.volume', volumeId(volumeName));
      if (volume === undefined) return 'volume-gone';
      if (!isVerified(view)) return 'cannot-verify';
      if (volume.robustness !== 'faulted') return 'not-faulted';
      if (volume.state !== 'detached') return 'not-detached';
      const chosen = view.replicasOfVolume(volumeName).filter((replica) => replicaNames.includes(replica.meta.name));
      if (chosen.length === 0 || chosen.length !== replicaNames.length) return 'no-candidate';
      return chosen.every((replica) => isSalvageable(view, replica)) ? null : 'candidate-unreachable';
    },
    requests: () => [
      ...replicaNames.map((name): ActionRequest => ({ method: 'patch', kind: KIND.replica, id: volumeId(name), operations: [{ op: 'replace', path: '/spec/failedAt', value: '' }] })),
      { method: 'patch', kind: KIND.volume, id: volumeId(volumeName), operations: [{ op: 'replace', path: '/spec/nodeID', value: '' }] }
    ]
  };
}

/** Switches offline rebuild for one volume. Not for a faulted volume, where nothing is there to rebuild from. */
export function setOfflineRebuild(volumeName: string, value: 'enabled' | 'disabled' | 'ignored'): GuardedAction {
  return {
    code: 'set-offline-rebuild',
    params: { volume: volumeName, value },
    validate(view) {
      const volume = view.get('longhorn.io.volume', volumeId(volumeName));
      if (volume === undefined) return 'volume-gone';
      if (volume.robustness === 'faulted') return 'faulted';
      return volume.offlineRebuilding === value ? 'unchanged' : null;
    },
    requests: () => [{ method: 'patch', kind: KIND.volume, id: volumeId(volumeName), operations: [{ op: 'add', path: '/spec/offlineRebuilding', value }] }]
  };
}

/** Switches scheduling of a disk (or of a whole node, without a disk) on or off; running replicas stay where they are. */
export function setScheduling(nodeName: string, diskName: string | null, isOn: boolean): GuardedAction {
  const path = diskName === null ? '/spec/allowScheduling' : `/spec/disks/${diskName.replaceAll('~', '~0').replaceAll('/', '~1')}/allowScheduling`;
  return {
    code: diskName === null ? 'set-node-scheduling' : 'set-disk-scheduling',
    params: { node: nodeName, disk: diskName ?? '', value: isOn ? 'on' : 'off' },
    validate(view) {
      const node = findLonghornNode(view, nodeName);
      const target = diskName === null ? node : node?.disks.find((disk) => disk.name === diskName);
      if (target === undefined) return doubtOfStatus(view.readState(KIND.longhornNode).status) === null ? 'object-gone' : 'cannot-verify';
      // The webhook refuses to schedule onto what is being evicted.
      if (isOn && target.evictionRequested) return 'eviction-requested';
      return target.allowScheduling === isOn ? 'unchanged' : null;
    },
    requests: () => [{ method: 'patch', kind: KIND.longhornNode, id: volumeId(nodeName), operations: [{ op: 'replace', path, value: isOn }] }]
  };
}
