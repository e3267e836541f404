import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import {
  ago, ENGINE_STOPPED, failed, GIB, nodeDown, NOW, rawCondition, rawEngine, rawHealthyWorld, rawInfrastructure, rawNode, rawReplica, rawVolume, rebuildOf, withObjects, withoutObjects
} from '../testing/raw-objects';
import { codesOf, verdictOf } from '../testing/verdict-of';
import type { Seen } from '../testing/verdict-of';
import type { Level } from './types';

/**
 * States that people described in public threads, typed anew from the few fields they name. `cause` is what the thread
 * gives as the cause; the verdict has to point there. Threads that quote whole objects are in `reported-dumps`.
 */
interface Case { readonly thread: string; readonly cause: string; readonly world: readonly RawObject[]; readonly seen?: Seen; readonly level: Level; readonly code: string }

const healthy = rawHealthyWorld();
const degraded = (status: Record<string, unknown> = {}, spec: Record<string, unknown> = {}) => rawVolume({ spec, status: { robustness: 'degraded', lastDegradedAt: ago(90_000), ...status } });
const attaching = rawVolume({ status: { state: 'attaching', robustness: 'unknown', currentNodeID: '' } });
const long: Seen = { history: { stateSince: NOW - 3_600_000, firstSeenAt: NOW - 3_700_000 } };
const unscheduled = { conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'replica scheduling failed')] };
const unplaced = (index: number) => rawReplica(index, { spec: { nodeID: '', diskID: '', healthyAt: '', lastHealthyAt: '', desireState: 'stopped' }, status: { currentState: 'stopped', storageIP: '', ip: '', port: 0 } });
const small = (nodes: number) => [...rawInfrastructure(nodes), rawEngine(Object.fromEntries(Array.from({ length: nodes }, (_, index) => [index + 1, 'RW']))), ...Array.from({ length: nodes }, (_, index) => rawReplica(index + 1))];
const faulted = rawVolume({ spec: { nodeID: '' }, status: { state: 'detached', robustness: 'faulted', currentNodeID: '' } });

const CASES: readonly Case[] = [
  { thread: 'longhorn/longhorn#13629', cause: 'ERR entry of a replica without CR; running replacements never adopted, Scheduled True', level: 'degraded', code: 'stale-engine-entry', world: withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 9: 'ERR' }), ...[2, 3].map((index) => rawReplica(index, { spec: { healthyAt: '', lastHealthyAt: '', rebuildRetryCount: 5 } }))) },
  { thread: 'longhorn/longhorn#13571', cause: 'replacement runs, but is in no address map of the engine', level: 'degraded', code: 'replica-not-adopted', world: withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 2: 'RW' }), rawReplica(3, { spec: { healthyAt: '', lastHealthyAt: '', rebuildRetryCount: 5 } })) },
  { thread: 'longhorn/longhorn#13687', cause: 'engine never starts on one node; all replicas run', level: 'transition', code: 'attach-stuck', seen: long, world: withObjects(healthy, attaching, rawEngine({}, ENGINE_STOPPED)) },
  { thread: 'longhorn/longhorn#11994', cause: 'engine image missing on one replica’s node: that replica stays stopped', level: 'transition', code: 'waiting-for-copy-start', seen: long, world: withObjects(healthy, attaching, rawEngine({}, ENGINE_STOPPED), rawReplica(3, { status: { currentState: 'stopped', storageIP: '', ip: '' } })) },
  { thread: 'longhorn/longhorn#4277', cause: 'the replica’s disk is unschedulable (DiskPressure), so salvage is refused', level: 'critical', code: 'salvage-disk-unschedulable', world: withObjects(withoutObjects(healthy, 'Replica'), faulted, rawEngine({}, ENGINE_STOPPED), rawReplica(1, failed(600)), rawNode(1, { disk: { status: { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'DiskPressure')] } } })) },
  { thread: 'longhorn/longhorn#9984', cause: 'faulted with no replica object left', level: 'critical', code: 'faulted', world: withObjects(withoutObjects(healthy, 'Replica'), faulted, rawEngine({}, ENGINE_STOPPED)) },
  { thread: 'harvester/harvester#4716', cause: 'single node, class asks for three replicas', level: 'degraded', code: 'too-few-nodes', world: [...small(1), degraded(unscheduled), unplaced(2), unplaced(3)] },
  { thread: 'harvester/harvester#5513', cause: 'two nodes, class asks for three replicas', level: 'degraded', code: 'too-few-nodes', world: [...small(2), degraded(unscheduled), unplaced(3)] },
  { thread: 'longhorn/longhorn#3401', cause: 'old engine’s node powered down during migration: robustness unknown, nothing moves', level: 'unknown', code: 'node-down-unknown', world: withObjects(healthy, rawVolume({ spec: { migrationNodeID: 'node-2' }, status: { robustness: 'unknown', currentMigrationNodeID: 'node-2' } }), rawEngine(undefined, { status: { currentState: 'unknown' } }), rawNode(1, { conditions: nodeDown(1) })) },
  { thread: 'longhorn/longhorn#5709', cause: 'adding the replica timed out while its node was not ready', level: 'degraded', code: 'rebuild-retrying', world: withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 2: 'RW' }), rawReplica(3, failed(60, { spec: { healthyAt: '', rebuildRetryCount: 1 }, status: { conditions: [rawCondition('RebuildFailed', true, 'KubernetesNodeNotReady', 'failed to add replica: i/o timeout')] } }))) },
  { thread: 'longhorn/longhorn#7718', cause: 'v2 reports a rebuild before the replica’s WO mode', level: 'degraded', code: 'rebuilding', world: withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 2: 'RW' }, { spec: { replicaAddressMap: { 'pvc-1-r-3': '10.52.0.3:20003' } }, status: { rebuildStatus: rebuildOf(3, 5, 1) } }), rawReplica(3, { spec: { healthyAt: '', rebuildRetryCount: 1 } })) },
  { thread: 'harvester/harvester#9230', cause: 'larger than any disk: faulted in Longhorn, shown as degraded by Harvester', level: 'critical', code: 'never-usable', world: withObjects(healthy, rawVolume({ spec: { nodeID: '', size: String(999_999 * GIB) }, status: { state: 'detached', robustness: 'faulted', currentNodeID: '', actualSize: 0, ...unscheduled } }), rawEngine({}, ENGINE_STOPPED), unplaced(1), unplaced(2), unplaced(3)) }
];

describe('cases from public threads', () => {
  it.each(CASES)('$thread: $cause', ({ world, seen, level, code }) => {
    const verdict = verdictOf(world, seen);
    expect(verdict.level).toBe(level);
    expect(codesOf(verdict)).toContain(code);
    expect(verdict.needsAttention || code === 'rebuilding').toBe(true);
  });
});
