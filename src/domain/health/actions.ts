import { KIND } from '../kube/kinds';
import type { Kind } from '../kube/kinds';
import { findDisk, findLonghornNode, nodeReadiness } from '../longhorn/node-status';
import { findCondition } from '../kube/conditions';
import { hasHeldData } from '../longhorn/selectors';
import type { ReplicaRecord } from '../longhorn/types';
import type { ClusterView } from '../view';
import { doubtOfStatus } from './base-level';
import type { VolumeVerdict } from './types';

/** One operation of a JSON patch (RFC 6902). */
export interface JsonPatch {
  readonly op: 'test' | 'replace' | 'add' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** One write to the API, exactly as it would be sent. */
export type ActionRequest =
  | { readonly method: 'patch'; readonly kind: Kind; readonly id: string; readonly operations: readonly JsonPatch[] }
  | { readonly method: 'delete'; readonly kind: Kind; readonly id: string };

/** Every reason for which an action may not be offered. */
export const REFUSALS = [
  'cannot-verify', 'faulted', 'not-attached', 'not-enough-good-copies', 'would-remove-good-copy', 'rebuilding', 'is-source',
  'migrating', 'replica-gone', 'out-of-range', 'unchanged', 'needs-more-good-copies', 'strict-local', 'not-faulted',
  'not-detached', 'no-candidate', 'candidate-unreachable', 'volume-gone', 'object-gone', 'eviction-requested',
  'stale', 'no-redundancy', 'not-supported'
] as const;

/** Why an action is not offered. Words: `lhv2.refusal.<code>`. */
export type Refusal = (typeof REFUSALS)[number];

/**
 * A guided fix: whether it may be done now and why not, and what it would send. `validate` is asked again right before
 * sending, on the newest objects; the guards are stricter than Longhorn's webhook, which has holes.
 */
export interface GuardedAction {
  readonly code: 'delete-replica' | 'set-replica-count' | 'salvage' | 'set-offline-rebuild' | 'lift-rebuild-cap' | 'set-disk-scheduling' | 'set-node-scheduling';
  readonly params: Readonly<Record<string, string | number>>;
  validate(view: ClusterView, verdict: VolumeVerdict): Refusal | null;
  /** The writes, in order. Only meaningful while `validate` gives null. */
  requests(view: ClusterView): readonly ActionRequest[];
}

function volumeId(name: string): string {
  return `longhorn-system/${name}`;
}

/** Why what a decision rests on can't be trusted: not read, or read before the connection broke. null when it can. */
function doubtOf(view: ClusterView, kinds: readonly Kind[] = [KIND.volume, KIND.replica, KIND.engine, KIND.longhornNode]): Refusal | null {
  const doubts = kinds.map((kind) => doubtOfStatus(view.readState(kind).status)).filter((doubt) => doubt !== null);
  if (doubts.length === 0) return null;
  return doubts.every((doubt) => doubt === 'data-stale') ? 'stale' : 'cannot-verify';
}

/** A change that the server refuses when somebody else has changed the value meanwhile. */
function change(path: string, from: unknown, to: unknown): readonly JsonPatch[] {
  return [{ op: 'test', path, value: from }, { op: 'replace', path, value: to }];
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
      const doubt = doubtOf(view);
      if (doubt !== null) return doubt;
      if (volume === undefined) return 'volume-gone';
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

/**
 * Sets how many replicas the volume wants. Fewer only while that many are good, never down to one, never while
 * rebuilding or faulted.
 */
export function setReplicaCount(volumeName: string, count: number): GuardedAction {
  return {
    code: 'set-replica-count',
    params: { volume: volumeName, count },
    validate(view, verdict) {
      const volume = view.get('longhorn.io.volume', volumeId(volumeName));
      const doubt = doubtOf(view);
      if (doubt !== null) return doubt;
      if (volume === undefined) return 'volume-gone';
      if (volume.robustness === 'faulted' || verdict.level === 'critical') return 'faulted';
      if (!Number.isInteger(count) || count < 1 || count > 20) return 'out-of-range';
      if (volume.numberOfReplicas === count) return 'unchanged';
      if (volume.dataLocality === 'strict-local' && count !== 1) return 'strict-local';
      if (volume.migrationNodeId !== '') return 'migrating';
      if (volume.numberOfReplicas !== null && count < volume.numberOfReplicas) {
        if (verdict.level !== 'healthy' && verdict.level !== 'degraded' && verdict.level !== 'stopped') return 'cannot-verify';
        if (verdict.rebuild !== null) return 'rebuilding';
        if (verdict.goodReplicas < count) return 'needs-more-good-copies';
        if (count < 2) return 'no-redundancy';
      }
      return null;
    },
    requests(view) {
      const current = view.get('longhorn.io.volume', volumeId(volumeName))?.numberOfReplicas;
      return [{
        method: 'patch', kind: KIND.volume, id: volumeId(volumeName), operations: change('/spec/numberOfReplicas', current, count)
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
      const doubt = doubtOf(view);
      if (doubt !== null) return doubt;
      if (volume === undefined) return 'volume-gone';
      if (volume.robustness !== 'faulted') return 'not-faulted';
      if (volume.state !== 'detached') return 'not-detached';
      const chosen = view.replicasOfVolume(volumeName).filter((replica) => replicaNames.includes(replica.meta.name));
      if (chosen.length === 0 || chosen.length !== replicaNames.length) return 'no-candidate';
      return chosen.every((replica) => isSalvageable(view, replica)) ? null : 'candidate-unreachable';
    },
    requests(view) {
      const nodeId = view.get(KIND.volume, volumeId(volumeName))?.nodeId ?? '';
      return [
        ...replicaNames.map((name): ActionRequest => ({
          method: 'patch', kind: KIND.replica, id: volumeId(name),
          // The failure's time has been through a parser; the version proves more: that nothing at all has changed.
          operations: [{ op: 'test', path: '/metadata/resourceVersion', value: view.get(KIND.replica, volumeId(name))?.meta.resourceVersion ?? '' }, { op: 'replace', path: '/spec/failedAt', value: '' }]
        })),
        ...(nodeId === '' ? [] : [{ method: 'patch' as const, kind: KIND.volume, id: volumeId(volumeName), operations: change('/spec/nodeID', nodeId, '') }])
      ];
    }
  };
}

/** The failed replica to salvage: of those Longhorn would take, the one that was healthy last. null without one. */
export function pickSalvage(view: ClusterView, volumeName: string): string | null {
  const health = (replica: ReplicaRecord): number => replica.lastHealthyAt ?? replica.healthyAt ?? 0;
  const [best] = view.replicasOfVolume(volumeName).filter((replica) => isSalvageable(view, replica)).sort((a, b) => health(b) - health(a));
  return best?.meta.name ?? null;
}

/** Switches offline rebuild for one volume. Not for a faulted volume, where nothing is there to rebuild from. */
export function setOfflineRebuild(volumeName: string, value: 'enabled' | 'disabled' | 'ignored'): GuardedAction {
  return {
    code: 'set-offline-rebuild',
    params: { volume: volumeName, value },
    validate(view) {
      const volume = view.get('longhorn.io.volume', volumeId(volumeName));
      const doubt = doubtOf(view, [KIND.volume]);
      if (doubt !== null) return doubt;
      if (volume === undefined) return 'volume-gone';
      if (volume.robustness === 'faulted') return 'faulted';
      // Before Longhorn 1.9 the field is not there, and setting it would change nothing.
      if (volume.offlineRebuilding === '') return 'not-supported';
      return volume.offlineRebuilding === value ? 'unchanged' : null;
    },
    requests: (view) => [{ method: 'patch', kind: KIND.volume, id: volumeId(volumeName), operations: change('/spec/offlineRebuilding', view.get(KIND.volume, volumeId(volumeName))?.offlineRebuilding, value) }]
  };
}

/** Takes the volume's own limit off its rebuild (`replicaRebuildingBandwidthLimit`, v2 since Longhorn 1.10). */
export function liftRebuildCap(volumeName: string): GuardedAction {
  const capOf = (view: ClusterView): number | null => view.get('longhorn.io.volume', volumeId(volumeName))?.rebuildBandwidthLimit ?? null;
  return {
    code: 'lift-rebuild-cap',
    params: { volume: volumeName },
    validate(view) {
      const volume = view.get('longhorn.io.volume', volumeId(volumeName));
      const doubt = doubtOf(view, [KIND.volume]);
      if (doubt !== null) return doubt;
      if (volume === undefined) return 'volume-gone';
      if (volume.robustness === 'faulted') return 'faulted';
      if (volume.rebuildBandwidthLimit === null) return 'not-supported';
      return volume.rebuildBandwidthLimit === 0 ? 'unchanged' : null;
    },
    requests: (view) => [{ method: 'patch', kind: KIND.volume, id: volumeId(volumeName), operations: change('/spec/replicaRebuildingBandwidthLimit', capOf(view), 0) }]
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
      const doubt = doubtOf(view, [KIND.longhornNode]);
      if (doubt !== null) return doubt;
      if (target === undefined) return 'object-gone';
      // The webhook refuses to schedule onto what is being evicted.
      if (isOn && target.evictionRequested) return 'eviction-requested';
      return target.allowScheduling === isOn ? 'unchanged' : null;
    },
    requests: () => [{ method: 'patch', kind: KIND.longhornNode, id: volumeId(nodeName), operations: change(path, !isOn, isOn) }]
  };
}
