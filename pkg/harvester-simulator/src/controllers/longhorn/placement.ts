import { isConditionTrue, findCondition } from './conditions';
import type { LonghornContext } from './context';
import { diskSpace, spaceProblem } from './disks';
import { FAILED_REPLICA_MAX_RETRY } from './kinds';
import { isFastRebuildOn, isSettingOn, settingNumber } from './settings';
import type { DiskSpec, DiskStatus, LonghornNode, Replica, Volume } from './types';

/** Reasons as `k8s/pkg/apis/longhorn/v1beta2/node.go` words them. */
export const REASON = {
  insufficientStorage: 'insufficient storage',
  disksUnavailable: 'disks are unavailable',
  diskNotFound: 'disk not found',
  tags: 'tags not fulfilled',
  nodesUnavailable: 'nodes are unavailable',
  engineImage: 'none of the node candidates contains a ready engine image',
  hardAffinity: 'hard affinity cannot be satisfied',
  schedulingFailed: 'replica scheduling failed',
  linkedClone: 'linked clone replica cannot be satisfied',
  unusedFailed: 'unused failed replica is not supported'
} as const;

export interface PlacedDisk {
  node: string;
  name: string;
  spec: DiskSpec;
  status: DiskStatus;
}

export interface Search {
  disks: PlacedDisk[];
  reasons: Set<string>;
}

const EXT4_LIMIT = 16 * 2 ** 40;

function hasTags(tags: readonly string[], wanted: readonly string[], allowsEmpty: boolean): boolean {
  if (wanted.length === 0) return tags.length === 0 || allowsEmpty;
  return wanted.every((tag) => tags.includes(tag));
}

function overrides(volumeValue: string, setting: boolean): boolean {
  return volumeValue === 'enabled' ? true : volumeValue === 'disabled' ? false : setting;
}

/** A failed replica that may come back (`IsPotentiallyReusableReplica`). */
export function isPotentiallyReusable(replica: Replica): boolean {
  const { failedAt, nodeID, diskID, rebuildRetryCount, evictionRequested } = replica.spec;
  return failedAt !== '' && nodeID !== '' && diskID !== '' && rebuildRetryCount < FAILED_REPLICA_MAX_RETRY && !evictionRequested;
}

/** Milliseconds until a degraded volume gets a new replica although a failed one may return; 0 when that is now. */
export function timeToReplacement(ctx: LonghornContext, volume: Volume): number {
  const since = Date.parse(volume.status.lastDegradedAt);
  if (Number.isNaN(since)) return 0;
  return Math.max(0, since + settingNumber(ctx.cluster, 'replica-replenishment-wait-interval') * 1000 - ctx.now);
}

export function schedulableNodes(ctx: LonghornContext, volume: Volume): LonghornNode[] {
  return ctx.nodes().filter((node) => node.metadata.deletionTimestamp === undefined && node.spec.allowScheduling
    && isConditionTrue(node.status?.conditions, 'Ready') && isConditionTrue(node.status?.conditions, 'Schedulable')
    && !(volume.spec.dataEngine === 'v2' && ctx.isV2DisabledOn(node.metadata.name)));
}

function disksOf(node: LonghornNode): PlacedDisk[] {
  return Object.entries(node.status?.diskStatus ?? {}).flatMap(([name, status]) => {
    const spec = node.spec.disks[name];
    return spec === undefined ? [] : [{ node: node.metadata.name, name, spec, status }];
  });
}

function eligibilityProblem(ctx: LonghornContext, volume: Volume, disk: PlacedDisk): string {
  const wantedType = volume.spec.dataEngine === 'v2' ? 'block' : 'filesystem';
  if (disk.spec.diskType !== wantedType) return REASON.disksUnavailable;
  if (disk.status.filesystemType === 'ext2/ext3' && Number(volume.spec.size) >= EXT4_LIMIT) return 'incompatible volume size';
  if (!hasTags(disk.spec.tags, volume.spec.diskSelector, isSettingOn(ctx.cluster, 'allow-empty-disk-selector-volume'))) return REASON.tags;
  return '';
}

interface Usage {
  nodes: Set<string>;
  zones: Set<string>;
  evictingNodes: Set<string>;
  evictingZones: Set<string>;
}

function usageOf(ctx: LonghornContext, volume: Volume, replicas: readonly Replica[], nodes: readonly LonghornNode[], ignoresFailed: boolean): Usage {
  const zoneOf = new Map(nodes.map((node) => [node.metadata.name, node.status.zone]));
  const isReplacing = volume.status.robustness === 'degraded' && timeToReplacement(ctx, volume) === 0;
  const usage: Usage = { nodes: new Set(), zones: new Set(), evictingNodes: new Set(), evictingZones: new Set() };
  const keptNodes = new Set<string>();
  const keptZones = new Set<string>();
  for (const replica of replicas) {
    const { nodeID, failedAt, evictionRequested } = replica.spec;
    const zone = zoneOf.get(nodeID);
    if (nodeID === '' || zone === undefined || replica.metadata.deletionTimestamp !== undefined) continue;
    if (failedAt !== '' && (ignoresFailed || !isPotentiallyReusable(replica) || isReplacing)) continue;
    usage.nodes.add(nodeID);
    usage.zones.add(zone);
    if (!evictionRequested) {
      keptNodes.add(nodeID);
      keptZones.add(zone);
    }
  }
  for (const node of usage.nodes) if (!keptNodes.has(node)) usage.evictingNodes.add(node);
  for (const zone of usage.zones) if (!keptZones.has(zone)) usage.evictingZones.add(zone);
  return usage;
}

function spaceWith(replicas: readonly Replica[], disk: PlacedDisk): ReturnType<typeof diskSpace> {
  const space = diskSpace(disk.spec, disk.status);
  for (const replica of replicas) {
    if (replica.spec.diskID === disk.status.diskUUID && disk.status.scheduledReplica[replica.metadata.name] === undefined) space.scheduled += Number(replica.spec.volumeSize);
  }
  return space;
}

/** Bytes placed on a disk that its status does not count yet, by volumes other than this one. */
function inFlight(ctx: LonghornContext, volume: Volume, disk: PlacedDisk): number {
  let bytes = 0;
  for (const [name, size] of ctx.index.replicasOnDisk(disk.status.diskUUID)) {
    if (disk.status.scheduledReplica[name] === undefined && ctx.replica(name)?.spec.volumeName !== volume.metadata.name) bytes += size;
  }
  return bytes;
}

function suitableDisks(ctx: LonghornContext, volume: Volume, replicas: readonly Replica[], nodes: readonly LonghornNode[], allowed: (disk: PlacedDisk) => boolean, checksSpace: boolean, reasons: Set<string>): PlacedDisk[] {
  const found: PlacedDisk[] = [];
  for (const node of nodes) {
    const disks = disksOf(node).filter(allowed);
    if (disks.length === 0) reasons.add(REASON.disksUnavailable);
    for (const disk of disks) {
      const problem = eligibilityProblem(ctx, volume, disk);
      if (problem !== '') {
        reasons.add(problem);
        continue;
      }
      if (checksSpace) {
        const space = spaceWith(replicas, disk);
        space.scheduled += inFlight(ctx, volume, disk);
        if (spaceProblem(ctx, Number(volume.spec.size), volume.status.actualSize, space) !== '') {
          reasons.add(REASON.insufficientStorage);
          continue;
        }
      }
      found.push(disk);
    }
  }
  return found;
}

/** Candidate disks by Longhorn's order of preference: unused node in an unused zone first, then what the settings allow. */
export function searchDisks(ctx: LonghornContext, volume: Volume, replicas: readonly Replica[], nodes: readonly LonghornNode[], allowed: (disk: PlacedDisk) => boolean, mode: 'new' | 'reuse'): Search {
  const reasons = new Set<string>();
  const nodeSoft = overrides(volume.spec.replicaSoftAntiAffinity, isSettingOn(ctx.cluster, 'replica-soft-anti-affinity'));
  const zoneSoft = overrides(volume.spec.replicaZoneSoftAntiAffinity, isSettingOn(ctx.cluster, 'replica-zone-soft-anti-affinity'));
  const diskSoft = overrides(volume.spec.replicaDiskSoftAntiAffinity, isSettingOn(ctx.cluster, 'replica-disk-soft-anti-affinity'));
  const usage = usageOf(ctx, volume, replicas, nodes, mode === 'reuse');
  const allowsEmpty = isSettingOn(ctx.cluster, 'allow-empty-node-selector-volume');
  const tagged = nodes.filter((node) => hasTags(node.spec.tags, volume.spec.nodeSelector, allowsEmpty));
  const isUnused = (node: LonghornNode): boolean => !usage.nodes.has(node.metadata.name);
  const isEvicting = (node: LonghornNode): boolean => usage.evictingNodes.has(node.metadata.name);
  const attempts: LonghornNode[][] = [tagged.filter((node) => !usage.zones.has(node.status.zone))];
  if (!zoneSoft) attempts.push(tagged.filter((node) => isEvicting(node) && usage.evictingZones.has(node.status.zone)));
  else attempts.push(tagged.filter(isUnused), nodeSoft ? tagged.filter((node) => !isUnused(node)) : tagged.filter(isEvicting));
  const takenDisks = new Set(replicas.filter((replica) => replica.spec.failedAt === '' || (mode === 'new' && isPotentiallyReusable(replica))).map((replica) => replica.spec.diskID));
  for (const attempt of attempts) {
    const disks = suitableDisks(ctx, volume, replicas, attempt, allowed, mode === 'new', reasons);
    const free = disks.filter((disk) => !takenDisks.has(disk.status.diskUUID));
    const chosen = free.length > 0 || !diskSoft ? free : disks;
    if (chosen.length > 0) return { disks: chosen, reasons: new Set() };
  }
  return { disks: [], reasons };
}

/** Source volume of a linked clone: its clones share its blocks (design of Longhorn 1.12.1). */
export function linkedSource(ctx: LonghornContext, volume: Volume): string | undefined {
  if (ctx.minor < 12 || volume.spec.cloneMode !== 'linked-clone' || volume.spec.dataSource === '') return undefined;
  return /^(?:vol|snap):\/\/([^/]+)/.exec(volume.spec.dataSource)?.[1];
}

/** A healthy replica of the source on each disk that may hold a clone's: disk UUID -> replica. Undefined for ordinary volumes. */
export function sourceDisks(ctx: LonghornContext, volume: Volume): ReadonlyMap<string, string> | undefined {
  const source = linkedSource(ctx, volume);
  if (source === undefined) return undefined;
  const sound = ctx.replicasOf(source).filter(({ metadata, spec }) => metadata.deletionTimestamp === undefined && spec.failedAt === '' && spec.healthyAt !== '' && !spec.evictionRequested);
  return new Map(sound.map((replica) => [replica.spec.diskID, replica.metadata.name]));
}

/** All disks a further replica of the volume may go to, or why there is none. */
export function findDiskCandidates(ctx: LonghornContext, volume: Volume, replicas: readonly Replica[], hardNodeAffinity = ''): Search {
  const fail = (reason: string): Search => ({ disks: [], reasons: new Set([reason]) });
  let nodes = schedulableNodes(ctx, volume);
  if (hardNodeAffinity !== '') {
    nodes = nodes.filter((node) => node.metadata.name === hardNodeAffinity);
    if (nodes.length === 0) return fail(REASON.hardAffinity);
  }
  if (nodes.length === 0) return fail(REASON.nodesUnavailable);
  nodes = nodes.filter((node) => ctx.isManagerRunning(node.metadata.name, volume.spec.dataEngine));
  if (nodes.length === 0) return fail(REASON.engineImage);
  const sources = sourceDisks(ctx, volume);
  if (sources !== undefined) {
    nodes = nodes.filter((node) => disksOf(node).some((disk) => sources.has(disk.status.diskUUID)));
    if (nodes.length === 0) return fail(REASON.linkedClone);
  }
  const isOpen = (disk: PlacedDisk): boolean => (sources === undefined || sources.has(disk.status.diskUUID)) && disk.spec.allowScheduling && !disk.spec.evictionRequested && isConditionTrue(disk.status.conditions, 'Schedulable');
  return searchDisks(ctx, volume, replicas, nodes, isOpen, 'new');
}

/** The disk that leaves the cluster most evenly filled: the node with the largest free share, then its disk with it. */
export function pickDisk(disks: readonly PlacedDisk[]): PlacedDisk | undefined {
  const share = (candidates: readonly PlacedDisk[]): number => {
    let usable = 0;
    let total = 0;
    for (const { spec, status } of candidates) {
      usable += Math.max(0, status.storageAvailable - spec.storageReserved - status.storageScheduled);
      total += Math.max(1, status.storageMaximum - spec.storageReserved);
    }
    return usable / total;
  };
  const byNode = new Map<string, PlacedDisk[]>();
  for (const disk of [...disks].sort((a, b) => (a.node + a.name < b.node + b.name ? -1 : 1))) byNode.set(disk.node, [...(byNode.get(disk.node) ?? []), disk]);
  const best = [...byNode.values()].sort((a, b) => share(b) - share(a))[0] ?? [];
  return [...best].sort((a, b) => share([b]) - share([a]))[0];
}

/** The newest failed replica that can be rebuilt in place now (`CheckAndReuseFailedReplica`). */
export function findReusableReplica(ctx: LonghornContext, volume: Volume, replicas: readonly Replica[]): Replica | undefined {
  if (volume.spec.dataEngine === 'v2' && !isFastRebuildOn(ctx.cluster, 'v2')) return undefined;
  const active = replicas.filter((replica) => replica.spec.active);
  const nodes = schedulableNodes(ctx, volume);
  const usable = active.filter((replica) => {
    if (!isPotentiallyReusable(replica) || replica.metadata.deletionTimestamp !== undefined) return false;
    // Its old process must be known to be gone, or the copy would be asked back from a node that only just fell silent.
    if (replica.status?.currentState !== 'stopped') return false;
    const node = nodes.find((candidate) => candidate.metadata.name === replica.spec.nodeID);
    const disk = node === undefined ? undefined : disksOf(node).find((candidate) => candidate.status.diskUUID === replica.spec.diskID);
    if (disk === undefined || !isConditionTrue(disk.status.conditions, 'Ready')) return false;
    const schedulable = findCondition(disk.status.conditions, 'Schedulable');
    const isFull = spaceProblem(ctx, 0, 0, diskSpace(disk.spec, disk.status)).startsWith('Actual');
    if (schedulable?.status !== 'True' && (schedulable?.reason !== 'DiskPressure' || isFull)) return false;
    return disk.spec.allowScheduling && !disk.spec.evictionRequested && ctx.isManagerRunning(replica.spec.nodeID, volume.spec.dataEngine);
  });
  const names = new Set(usable.map((replica) => replica.spec.nodeID));
  const diskIds = new Set(usable.map((replica) => replica.spec.diskID));
  const found = searchDisks(ctx, volume, active, nodes.filter((node) => names.has(node.metadata.name)), (disk) => diskIds.has(disk.status.diskUUID), 'reuse');
  const allowed = new Set(found.disks.map((disk) => disk.status.diskUUID));
  return usable.filter((replica) => allowed.has(replica.spec.diskID)).sort((a, b) => b.spec.failedAt.localeCompare(a.spec.failedAt))[0];
}

/** Milliseconds to wait before a new replica may be created; 0: now (`RequireNewReplica`). */
export function waitBeforeNewReplica(ctx: LonghornContext, volume: Volume, replicas: readonly Replica[]): number {
  if (volume.status.robustness !== 'degraded' || !replicas.some(isPotentiallyReusable)) return 0;
  if (volume.spec.dataEngine === 'v2' && !isFastRebuildOn(ctx.cluster, 'v2')) return 0;
  const left = timeToReplacement(ctx, volume);
  return left > 0 ? left + 1000 : 0;
}
