import type { Cluster, KubeObject } from '../../contract';
import { LH } from './kinds';
import { settingNumber } from './settings';
import type { Engine, EngineFrontend, InstanceObject, LonghornNode, Replica, Volume } from './types';

/** Test support: what must hold of Longhorn's objects, whatever happens. */

/** A failure written by the engine monitor reaches the engine's spec one reconcile later; times in objects are whole seconds. */
const TOLERANCE = 1_000;
const SECOND = 1_000;

function instanceProblems(object: InstanceObject): string[] {
  const { status } = object;
  if (status === undefined) return [];
  const isRunning = status.currentState === 'running' || status.currentState === 'suspended';
  const hasAddress = status.ip !== '' && status.storageIP !== '';
  const hasNone = status.ip === '' && status.storageIP === '';
  return (isRunning ? hasAddress : hasNone) ? [] : [`${object.metadata.name} is ${status.currentState} with ip "${status.ip}"`];
}

function volumeProblems(cluster: Cluster, volume: Volume): string[] {
  const { status } = volume;
  if (status === undefined) return [];
  const name = volume.metadata.name;
  const problems: string[] = [];
  if ((status.robustness === 'degraded') !== (status.lastDegradedAt !== '')) problems.push(`${name} is ${status.robustness} with lastDegradedAt "${status.lastDegradedAt}"`);
  if (status.state === 'detached' && !['unknown', 'faulted', ''].includes(status.robustness)) problems.push(`${name} is detached and ${status.robustness}`);
  if (status.state === 'attached' && status.currentNodeID === '') problems.push(`${name} is attached to no node`);
  if (status.state === 'attached' && volume.spec.dataEngine === 'v2' && cluster.profile.longhornMinor >= 12 && status.currentEngineNodeID === '') problems.push(`${name} is attached without an engine node`);
  return problems;
}

function engineProblems(engine: Engine): string[] {
  const { status } = engine;
  if (status === undefined) return [];
  const known = new Set(Object.values(status.currentReplicaAddressMap ?? {}).map((address) => `tcp://${address}`));
  const problems = Object.keys(status.rebuildStatus ?? {}).filter((url) => !known.has(url)).map((url) => `${engine.metadata.name} rebuilds ${url}, which it does not know`);
  const writing = Object.values(status.replicaModeMap ?? {}).filter((mode) => mode === 'WO').length;
  if (writing > 1) problems.push(`${engine.metadata.name} has ${String(writing)} replicas in mode WO`);
  return problems;
}

function nodeProblems(node: LonghornNode): string[] {
  return Object.entries(node.status?.diskStatus ?? {}).flatMap(([name, disk]) => {
    const isReady = disk.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
    const sum = Object.values(disk.scheduledReplica).reduce((total, size) => total + size, 0);
    return isReady && sum !== disk.storageScheduled ? [`disk ${name}: ${String(disk.storageScheduled)} scheduled, replicas add up to ${String(sum)}`] : [];
  });
}

/** Problems of a single object, right after a write. */
export function objectProblems(cluster: Cluster, typeId: string, object: KubeObject): string[] {
  switch (typeId) {
    case LH.volume:
      return volumeProblems(cluster, object as Volume);
    case LH.replica:
    case LH.frontend:
      return instanceProblems(object as InstanceObject);
    case LH.engine:
      return [...instanceProblems(object as Engine), ...engineProblems(object as Engine)];
    case LH.node:
      return nodeProblems(object as LonghornNode);
    default:
      return [];
  }
}

function isPresent(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp === undefined;
}

function membersProblems(cluster: Cluster, volume: Volume): string[] {
  const name = volume.metadata.name;
  const labels = { longhornvolume: name };
  const engines = (cluster.store.list(LH.engine, { labels }) as Engine[]).filter(isPresent);
  const problems: string[] = [];
  const active = engines.filter((engine) => engine.spec.active).length;
  if (engines.length > 0 && active !== 1) problems.push(`${name} has ${String(active)} active engines`);
  if (volume.status?.state === 'attached' && volume.spec.dataEngine === 'v2' && cluster.profile.hasEngineFrontend) {
    const frontends = (cluster.store.list(LH.frontend, { labels }) as EngineFrontend[]).filter((frontend) => isPresent(frontend) && frontend.spec.active).length;
    if (frontends !== 1) problems.push(`${name} is attached with ${String(frontends)} active frontends`);
  }
  for (const replica of cluster.store.list(LH.replica, { labels }) as Replica[]) {
    const { failedAt, lastFailedAt } = replica.spec;
    if (failedAt === '') continue;
    if (failedAt !== lastFailedAt) problems.push(`${replica.metadata.name} failed at ${failedAt}, last at ${lastFailedAt}`);
    const isRecent = Math.floor(cluster.clock.now() / SECOND) * SECOND - Date.parse(failedAt) <= TOLERANCE;
    if (!isRecent && engines.some((engine) => engine.spec.replicaAddressMap[replica.metadata.name] !== undefined)) problems.push(`${replica.metadata.name} has failed, but its engine still wants it`);
  }
  return problems;
}

function placementProblems(cluster: Cluster): string[] {
  const disks = new Map<string, { type: string; node: string }>();
  for (const node of cluster.store.list(LH.node) as LonghornNode[]) for (const disk of Object.values(node.status?.diskStatus ?? {})) disks.set(disk.diskUUID, { type: disk.diskType, node: node.metadata.name });
  const problems: string[] = [];
  const rebuilding = new Map<string, number>();
  for (const replica of cluster.store.list(LH.replica) as Replica[]) {
    const { nodeID, diskID, dataEngine, rebuildRetryCount, healthyAt, failedAt } = replica.spec;
    const disk = disks.get(diskID);
    if (nodeID !== '' && disk !== undefined && (disk.type !== (dataEngine === 'v2' ? 'block' : 'filesystem') || disk.node !== nodeID)) problems.push(`${replica.metadata.name} (${dataEngine}) is on a ${disk.type} disk of ${disk.node}`);
    const isStarted = replica.status?.currentState === 'running' || replica.status?.currentState === 'starting';
    if (rebuildRetryCount !== 0 && healthyAt === '' && failedAt === '' && isStarted) rebuilding.set(nodeID, (rebuilding.get(nodeID) ?? 0) + 1);
  }
  const limit = settingNumber(cluster, 'concurrent-replica-rebuild-per-node-limit');
  for (const [node, count] of rebuilding) if (count > limit) problems.push(`${node} rebuilds ${String(count)} replicas at once, allowed are ${String(limit)}`);
  return problems;
}

/** Problems between objects, at a moment when no reconcile is half done. */
export function clusterProblems(cluster: Cluster): string[] {
  return [...(cluster.store.list(LH.volume) as Volume[]).flatMap((volume) => membersProblems(cluster, volume)), ...placementProblems(cluster)];
}
