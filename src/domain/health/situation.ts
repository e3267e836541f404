import { findCondition } from '../kube/conditions';
import type { ReadStatus } from '../kube/kinds';
import type { Condition } from '../kube/types';
import { readFlagSetting, readNumberSetting } from '../longhorn/cluster-settings';
import { explainPlacement } from '../longhorn/placement';
import { requestOf } from '../longhorn/placement-request';
import type { PlacementResult } from '../longhorn/placement-types';
import { parseSchedulingMessage } from '../longhorn/scheduling-reasons';
import type { SchedulingMessage } from '../longhorn/scheduling-reasons';
import { findReplicaByAddress, isReusable, isUsable, replenishAt, selectCurrentEngine } from '../longhorn/selectors';
import { findDisk } from '../longhorn/node-status';
import type { EngineRecord, InstanceState, ReplicaRecord, VolumeAttachmentRecord, VolumeRecord } from '../longhorn/types';
import type { ClusterView } from '../view';
import type { VolumeExtras } from './extras';
import { placeAfterWait } from './place-after-wait';
import type { PlaceAfterWait } from './place-after-wait';
import { classSince, classifyReplica, findRebuildEntry, isGoodCopy } from './replica-class';
import type { RebuildView, ReplicaVerdict, VolumeHistory } from './types';

const NO_FROM: readonly string[] = Object.freeze([]);

/** What keeps replicas from coming back shows in these. */
const RECOVERY_KINDS = ['longhorn.io.volume', 'longhorn.io.engine', 'longhorn.io.replica', 'longhorn.io.node', 'longhorn.io.setting', 'longhorn.io.instancemanager', 'node'] as const;

const AT_REST: ReadonlySet<InstanceState> = new Set<InstanceState>(['stopped', 'stopping', 'starting', 'error', 'terminated']);

/** Everything the rules ask about one volume. What every volume needs is computed at once, the rest on first use. */
export class Situation {
  readonly volume: VolumeRecord;
  readonly engines: readonly EngineRecord[];
  /** The current engine, whatever its state. */
  readonly engine: EngineRecord | null;
  /** The current engine when it runs, so that its mode map can be trusted. */
  readonly running: EngineRecord | null;
  readonly replicas: readonly ReplicaRecord[];
  readonly verdicts: readonly ReplicaVerdict[];
  /** Where each replica lies, in the order of `replicas`; undefined for a disk that no node has. */
  readonly places: readonly ReturnType<ClusterView['diskByUuid']>[];
  readonly good: number;
  readonly wanted: number | null;

  constructor(readonly view: ClusterView, readonly now: number, volume: VolumeRecord, readonly history: VolumeHistory | undefined, readonly extras: VolumeExtras | undefined) {
    this.volume = volume;
    this.engines = view.enginesOfVolume(volume.meta.name);
    this.engine = selectCurrentEngine(this.engines, volume);
    // A detached volume's engine may not have been written yet: its last word must not outlive the attachment, nor count
    // where nothing says that the volume is attached.
    this.running = this.engine?.currentState === 'running' && volume.state !== 'detached' && volume.state !== 'unknown' ? this.engine : null;
    this.replicas = view.replicasOfVolume(volume.meta.name);
    this.wanted = volume.numberOfReplicas !== null && volume.numberOfReplicas > 0 ? volume.numberOfReplicas : null;
    let good = 0;
    const verdicts: ReplicaVerdict[] = [];
    const places: ReturnType<ClusterView['diskByUuid']>[] = [];
    for (const replica of this.replicas) {
      const place = replica.diskId === '' ? undefined : view.diskByUuid(replica.diskId);
      const verdict = this.judgeReplica(replica, place?.name ?? '');
      if (verdict.isGood) good += 1;
      verdicts.push(verdict);
      places.push(place);
    }
    this.verdicts = verdicts;
    this.places = places;
    this.good = good;
  }

  /** Whether the replicas' own word may be taken: no engine that runs, or might, has a mode to say against it. */
  private get isEngineAtRest(): boolean {
    if (this.volume.state === 'detached') return true;
    return this.engine !== null && AT_REST.has(this.engine.currentState);
  }

  private judgeReplica(replica: ReplicaRecord, diskName: string): ReplicaVerdict {
    const replicaClass = classifyReplica(replica, this.volume, this.running);
    return {
      name: replica.meta.name,
      class: replicaClass,
      nodeName: replica.nodeId,
      diskName,
      diskId: replica.diskId,
      isEvicting: replica.evictionRequested,
      isLocal: replica.nodeId !== '' && replica.nodeId === this.volume.currentNodeId,
      isGood: isGoodCopy(replica, replicaClass) && (replicaClass !== 'idle-complete' || this.isEngineAtRest),
      since: classSince(replica, replicaClass, this.running),
      rebuild: replicaClass === 'rebuilding' ? this.viewRebuild(replica) : null
    };
  }

  private viewRebuild(replica: ReplicaRecord): RebuildView {
    const entry = this.running === null ? undefined : findRebuildEntry(replica, this.running);
    const sources: string[] = [];
    for (const address of entry?.from ?? NO_FROM) {
      const source = this.running === null ? undefined : findReplicaByAddress(address, this.running, this.replicas);
      if (source !== undefined && source.nodeId !== '' && !sources.includes(source.nodeId)) sources.push(source.nodeId);
    }
    return { percent: entry?.progress ?? 0, fromNodes: sources, toNode: replica.nodeId, capMBps: entry?.appliedMBps ?? 0, error: entry?.error ?? '' };
  }

  status(kind: 'longhorn.io.volume' | 'longhorn.io.engine' | 'longhorn.io.replica' | 'longhorn.io.node'): ReadStatus {
    return this.view.readState(kind).status;
  }

  condition(type: string): Condition | undefined {
    return findCondition(this.volume.conditions, type);
  }

  /** Whether all was read, and is fresh, that could show why a replica is not coming back. */
  get isRecoveryVerifiable(): boolean {
    return RECOVERY_KINDS.every((kind) => this.view.readState(kind).status === 'ready');
  }

  /** The running rebuild that is furthest from its end, or null. */
  get rebuilding(): ReplicaVerdict | null {
    let slowest: ReplicaVerdict | null = null;
    for (const verdict of this.verdicts) {
      if (verdict.rebuild === null) continue;
      if (slowest?.rebuild == null || verdict.rebuild.percent < slowest.rebuild.percent) slowest = verdict;
    }
    return slowest;
  }

  private volumeReadAtCache: number | null | undefined;
  /** When the volume's present content arrived: nearly every piece of evidence says it. */
  get volumeReadAt(): number | null {
    if (this.volumeReadAtCache === undefined) this.volumeReadAtCache = this.view.readAt('longhorn.io.volume', this.volume.meta.id);
    return this.volumeReadAtCache;
  }

  private failedCache: readonly ReplicaRecord[] | undefined;
  /** Failed replicas, newest failure first. */
  get failed(): readonly ReplicaRecord[] {
    this.failedCache ??= this.replicas.filter((replica) => replica.failedAt !== null && replica.meta.deletedAt === null)
      .sort((a, b) => (b.failedAt ?? 0) - (a.failedAt ?? 0));
    return this.failedCache;
  }

  private usableCache: readonly ReplicaRecord[] | undefined;
  /** Replicas that Longhorn counts as there: not failed, not leaving, active. */
  get usable(): readonly ReplicaRecord[] {
    this.usableCache ??= this.replicas.filter(isUsable);
    return this.usableCache;
  }

  /** Replicas that have no place yet or don't exist yet: what a scheduler still has to find room for. */
  get unplaced(): number {
    // Shards are not replicas: they are placed by rules of their own.
    if (this.volume.dataLayout === 'sharded') return 0;
    return Math.max(0, (this.wanted ?? 0) - this.usable.filter((replica) => replica.nodeId !== '').length);
  }

  private waitCache: number | null | undefined;
  /** End of the wait for a lost replica to come back, when Longhorn waits at all; null otherwise. */
  get waitsUntil(): number | null {
    if (this.waitCache === undefined) this.waitCache = this.findEndOfWait();
    return this.waitCache;
  }

  private findEndOfWait(): number | null {
    const { volume } = this;
    if (volume.dataEngine === 'v2' && !readFlagSetting(this.view, 'fast-replica-rebuild-enabled', 'v2')) return null;
    if (!this.failed.some(isReusable)) return null;
    const end = replenishAt(volume, readNumberSetting(this.view, 'replica-replenishment-wait-interval', volume.dataEngine));
    return end !== null && end > this.now ? end : null;
  }

  private placeCache: PlaceAfterWait | undefined;
  /** Whether a new replica finds a place when the wait ends without the lost one back. */
  get placeAfterWait(): PlaceAfterWait {
    this.placeCache ??= placeAfterWait(this);
    return this.placeCache;
  }

  get rebuildLimit(): number {
    return readNumberSetting(this.view, 'concurrent-replica-rebuild-per-node-limit', this.volume.dataEngine);
  }

  get isMigrating(): boolean {
    return this.volume.migrationNodeId !== '' || this.volume.currentMigrationNodeId !== '';
  }

  private attachmentCache: VolumeAttachmentRecord | null | undefined;
  get attachment(): VolumeAttachmentRecord | null {
    if (this.attachmentCache === undefined) this.attachmentCache = this.view.get('longhorn.io.volumeattachment', this.volume.meta.id) ?? null;
    return this.attachmentCache;
  }

  private schedulingCache: SchedulingMessage | undefined;
  /** Reasons of `Scheduled=False`; empty while the condition is True or absent. */
  get scheduling(): SchedulingMessage {
    if (this.schedulingCache === undefined) {
      const scheduled = this.condition('Scheduled');
      this.schedulingCache = parseSchedulingMessage(scheduled?.status === 'False' ? scheduled.message || 'replica scheduling failed' : '');
    }
    return this.schedulingCache;
  }

  private placementCache: PlacementResult | undefined;
  /** Where the missing replicas would go by Longhorn's rules, and why not: now, or once the wait for a lost replica is over. */
  get placement(): PlacementResult {
    this.placementCache ??= explainPlacement(this.view, requestOf(this.view, this.volume, { now: this.now, isAfterWait: this.waitsUntil !== null }));
    return this.placementCache;
  }

  /** A replica is missing, nothing is waited for, and Longhorn or its rules find no place for it. */
  get isBlocked(): boolean {
    if (this.unplaced === 0 || this.waitsUntil !== null || this.isMigrating) return false;
    return this.scheduling.reasons.length > 0 || this.scheduling.isPrecheck || this.placement.isPlaceable === false;
  }

  /** Milliseconds since the volume's present state was first seen; null without history. */
  get stateAge(): number | null {
    return this.history?.stateSince == null ? null : this.now - this.history.stateSince;
  }

  diskNameOf(replica: ReplicaRecord): string {
    return findDisk(this.view, replica.diskId)?.name ?? replica.diskPath;
  }
}
