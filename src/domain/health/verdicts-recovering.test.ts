import { describe } from 'vitest';
import {
  ago, failed, GIB, IDLE, NOW, rawCondition, rawEngine, rawInstanceManager, rawKubeNode, rawNode, rawReplica, rawSetting, rebuildOf, withObjects, withoutObjects
} from '../testing/raw-objects';
import { awaited, degraded, healthy, joining, lost, rebuildingAt, secondEngine, two, unscheduled } from '../testing/situations';
import { expectCodes, expectTold } from '../testing/told-cases';
import type { Seen } from '../testing/verdict-of';

const MINUTE = 60_000;
const rebuilding = (percent: number, own: Record<string, unknown> = {}) => withObjects(healthy, degraded(), rebuildingAt(percent, own), joining);
const standing = (milliseconds: number, percent = 43): Seen => ({ history: { rebuildSamples: { 'pvc-1-r-3': [{ at: NOW - milliseconds, percent }] } } });
const flapped: Seen = { history: { robustnessChanges: [20, 12, 1].map((minutes, index) => ({ at: NOW - minutes * MINUTE, to: index === 1 ? 'healthy' : 'degraded' })) } };
const purge = (isPurging: boolean) => ({ purgeStatus: { 'tcp://10.52.0.1:20001': { isPurging, progress: 12, error: '', state: 'in_progress' } } });
const queued = rawReplica(3, { spec: { healthyAt: '', lastHealthyAt: '', rebuildRetryCount: 5 }, status: { currentState: 'stopped', storageIP: '', ip: '', port: 0 } });
/** Another volume's replica on node-3, in rebuild. */
const other = (index: number, spec: Record<string, unknown> = {}, status: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) => rawReplica(3, { metadata, spec: { healthyAt: '', rebuildRetryCount: 1, ...spec }, status }, `pvc-${String(index)}`);
const limit = (value: number) => rawSetting('concurrent-replica-rebuild-per-node-limit', String(value));
const queue = (...changes: Parameters<typeof withObjects>[1][]) => withObjects(healthy, degraded(), two, queued, limit(1), ...changes);
const migrating = (...changes: Parameters<typeof withObjects>[1][]) => lost(degraded({}, { migrationNodeID: 'node-2' }), ...changes);
const growing = (status: Record<string, unknown>, spec: Record<string, unknown>, engine: Record<string, unknown> = {}) => lost(degraded(status, spec), rawEngine({ 1: 'RW', 2: 'RW' }, { status: engine }));
const rebuildFailed = (message: string, reason = 'General') => ({ conditions: [rawCondition('RebuildFailed', true, reason, message)] });
const failing = (index: number, spec: Record<string, unknown>, message = 'I/O error') => rawReplica(index, failed(60, { spec: { nodeID: 'node-3', diskID: 'disk-3', ...spec }, status: rebuildFailed(message) }));
const retried = (count: number, message = 'timeout') => lost(rawReplica(3, failed(60, { spec: { rebuildRetryCount: count }, status: rebuildFailed(message) })));
/** A replica that runs for eleven minutes, of which the engine knows nothing. */
const idle = (spec: Record<string, unknown> = {}, status: Record<string, unknown> = {}, age = 660) => rawReplica(3, { spec: { healthyAt: '', lastHealthyAt: '', ...spec }, status, metadata: { creationTimestamp: ago(age) } });
const ignored = (...changes: Parameters<typeof withObjects>[1][]) => withObjects(healthy, degraded(), two, idle(), ...changes);
const fresh = (spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) => rawReplica(4, { metadata, spec: { healthyAt: '', lastHealthyAt: '', ...spec }, status: { currentState: 'starting' } });
const givenUp = (count = 5) => rawReplica(3, failed(900, { spec: { rebuildRetryCount: count } }));
const fourth = [rawNode(4), rawKubeNode(4), rawInstanceManager(4)];
const fourthOfV1 = [rawNode(4, { disk: { spec: { diskType: 'filesystem' }, status: { diskType: 'filesystem' } } }), rawKubeNode(4), rawInstanceManager(4, { spec: { dataEngine: 'v1' } })];
const slow = rawSetting('fast-replica-rebuild-enabled', '{"v1":"true","v2":"false"}');
const short = withoutObjects(withObjects(healthy, degraded(), two), 'Replica', 'pvc-1-r-3');

describe('what is on its way back, and all that is told of it', () => {
  expectTold(new URL('./testing/expected/recovering.txt', import.meta.url), [
    ['two rebuilds: the one that is behind', withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 2: 'WO', 3: 'WO' }, { status: { rebuildStatus: { ...rebuildOf(3, 43, 1), ...rebuildOf(2, 12, 1) } } }), joining)],
    ['a rebuild from two sources', withObjects(healthy, degraded(), rebuildingAt(43, { fromReplicaAddressList: ['tcp://10.52.0.1:20001', 'tcp://10.52.0.2:20002'] }), joining)],
    ['a rebuild from nobody known', rebuilding(43, { fromReplicaAddressList: [] })],
    ['a rebuild of which the engine says nothing yet', withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 2: 'RW', 3: 'WO' }), joining)],
    ['a rebuild held to 1 MB/s by the volume', withObjects(healthy, degraded({}, { replicaRebuildingBandwidthLimit: 1 }), rebuildingAt(43, { appliedRebuildingMBps: 1 }), joining)],
    ['flapping', withObjects(healthy, degraded(), two, rawReplica(3, failed(60))), flapped],
    ['a queue of three', queue(other(2), other(3, { desireState: 'running' }, { currentState: 'stopped' }), other(4, {}, { currentState: 'stopped' }))],
    ['a queue of one, others leave or are to stop', queue(other(2), other(3, { desireState: 'stopped' }, { currentState: 'stopped' }), other(4, {}, { currentState: 'stopped' }, { deletionTimestamp: ago(5) }))],
    ['a pause for a migration that is ending', lost(degraded({ currentMigrationNodeID: 'node-2' }))],
    ['a pause for two engines and no migration', lost(secondEngine(60, false))],
    ['a pause while the engine grows', growing({}, {}, { isExpanding: true })],
    ['a legacy clone', lost(degraded({}, {}, { labels: { 'longhorn.io/legacy-linked-clone': 'true' } }))],
    ['an entry of a replica that is gone', withObjects(short, rawEngine({ 1: 'RW', 2: 'RW', 3: 'ERR' }))],
    ['a replica that the engine does not take in', ignored()],
    ['a failure without a message', retried(4, '')],
    ['a full copy to come, from the first try', lost(slow, ...fourth)],
    ['a fresh copy in place of one given up', lost(givenUp(), fresh(), ...fourth)],
    ['a copy that is waited for, with a place elsewhere', awaited(...fourth)],
    ['a copy that is waited for, without any place', withObjects(awaited(), rawNode(3, { spec: { allowScheduling: false } }))],
    ['a copy about to be made', short]
  ]);
});

describe('of what is on its way back is told', () => {
  expectCodes([
    ['that it moves, up to ten minutes', rebuilding(43), ['rebuilding'], standing(599_999)],
    ['that it stands, from ten minutes', rebuilding(43), ['rebuild-not-progressing', 'rebuilding'], standing(600_000)],
    ['that it moves, when the last look was at another percent', rebuilding(43), ['rebuilding'], standing(900_000, 42)],
    ['that it moves, when only another replica was looked at', rebuilding(43), ['rebuilding'], { history: { rebuildSamples: { 'pvc-1-r-2': [{ at: NOW - 900_000, percent: 43 }] } } }],
    ['nothing of standing when the engine gives an error', rebuilding(43, { error: 'lost' }), ['rebuilding'], standing(900_000)],
    ['that it stands at the volume’s own limit', rebuilding(43, { appliedRebuildingMBps: 5 }), ['rebuild-not-progressing', 'rebuilding-capped'], standing(600_000)],
    ['no purge that is over', withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 2: 'RW' }, { status: purge(false) }), joining), ['replica-not-adopted']],
    ['no purge while a rebuild runs', withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 2: 'RW', 3: 'WO' }, { status: { ...purge(true), rebuildStatus: rebuildOf(3, 43, 1) } }), joining), ['rebuilding']],
    ['no purge of an engine that does not run', withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 2: 'RW' }, { status: { currentState: 'error', ...purge(true) } }), joining), ['degraded-unexplained']],
    ['no queue below the limit', queue(), ['new-copy-soon']],
    ['a queue behind one that starts', queue(other(2, {}, { currentState: 'starting' })), ['rebuild-queued']],
    ['no queue behind what was healthy before', queue(other(2, { healthyAt: ago(50) })), ['new-copy-soon']],
    ['no queue behind what has failed', queue(other(2, { failedAt: ago(50) })), ['new-copy-soon']],
    ['no queue behind what waits too', queue(other(2, {}, { currentState: 'stopped' })), ['new-copy-soon']],
    ['that rebuilding is off, before all the rest', lost(limit(0)), ['rebuild-off']],
    ['no pause for a migration while a rebuild runs', withObjects(rebuilding(43), degraded({}, { migrationNodeID: 'node-2' })), ['rebuilding', 'migration-waits-for-rebuild', 'migrating']],
    ['no pause for growth while a rebuild runs', withObjects(rebuilding(43), degraded({ expansionRequired: true })), ['rebuilding']],
    ['no pause for growth that is over', growing({}, { size: String(10 * GIB) }), ['degraded-unexplained']],
    ['no pause for growth before the engine knows its size', growing({}, { size: String(20 * GIB) }, { currentSize: '0' }), ['degraded-unexplained']],
    ['no pause for growth of which the engine says nothing', growing({}, { size: String(20 * GIB) }, { currentSize: null }), ['degraded-unexplained']],
    ['no copy to come while one has failed', withObjects(short, rawReplica(4, failed(900, { spec: { nodeID: '', diskID: '' } })), ...fourth), ['degraded-unexplained']],
    ['no copy to come where Longhorn finds no place', withObjects(healthy, degraded(unscheduled('something new')), two, rawReplica(3, { spec: { healthyAt: '', lastHealthyAt: '' }, status: { currentState: 'starting' } })), ['degraded-unexplained']],
    ['no lasting failure of a rebuild that went well', lost(failing(3, { rebuildRetryCount: 5 }), rawReplica(4, failed(60, { spec: { nodeID: 'node-3', diskID: 'disk-3', rebuildRetryCount: 5 }, status: { conditions: [rawCondition('RebuildFailed', false, 'General', 'x')] } }))), ['degraded-unexplained']],
    ['no pause for growth of a size that is not known', growing({}, { size: null }), ['degraded-unexplained']],
    ['no pause for growth without an engine', withoutObjects(growing({ expansionRequired: true }, {}), 'Engine'), ['degraded-unexplained']],
    ['a pause for growth that is asked for', growing({ expansionRequired: true }, {}), ['rebuild-paused-expansion']],
    ['no legacy clone where the label says no', lost(degraded({}, {}, { labels: { 'longhorn.io/legacy-linked-clone': 'false' } })), ['degraded-unexplained']],
    ['no lasting failure of two disks', lost(failing(3, { rebuildRetryCount: 5 }), failing(4, { diskID: 'disk-9', rebuildRetryCount: 5 })), ['disk-removed']],
    ['no lasting failure of two nodes', lost(failing(3, { rebuildRetryCount: 5 }), failing(4, { nodeID: 'node-2', rebuildRetryCount: 5 })), ['degraded-unexplained']],
    ['no lasting failure of what had no place', lost(failing(3, { nodeID: '', rebuildRetryCount: 5 }), failing(4, { nodeID: '', rebuildRetryCount: 5 })), ['degraded-unexplained']],
    ['no lasting failure of one', lost(failing(3, { rebuildRetryCount: 5 }), rawReplica(4, failed(60, { spec: { nodeID: 'node-3', diskID: 'disk-3', rebuildRetryCount: 5 } }))), ['degraded-unexplained']],
    ['no left entry while its replica is there', withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 2: 'RW', 3: 'ERR' })), ['copy-erroring']],
    ['no left entry that is well', withObjects(short, rawEngine()), ['new-copy-soon']],
    ['no left entry while replicas could not be read', withObjects(short, rawEngine({ 1: 'RW', 2: 'RW', 3: 'ERR' })), ['degraded-unexplained'], { status: { 'longhorn.io.replica': 'stale' } }],
    ['no left entry while a rebuild runs', withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 3: 'WO', 4: 'ERR' }, { status: { rebuildStatus: rebuildOf(3, 43, 1) } }), joining), ['rebuilding', 'last-good-copy']],
    ['that the engine takes its time, up to ten minutes of the replica’s age', ignored(idle({}, {}, 600)), ['degraded-unexplained']],
    ['that the engine takes its time, up to ten minutes of trouble', ignored(degraded({ lastDegradedAt: ago(599) })), ['degraded-unexplained']],
    ['that the engine does not take it in, from ten minutes of trouble', ignored(degraded({ lastDegradedAt: ago(600) })), ['replica-not-adopted']],
    ['nothing of a replica that has failed', ignored(idle({ failedAt: ago(60) })), ['degraded-unexplained']],
    ['nothing of a replica that was healthy', ignored(idle({ healthyAt: ago(60) })), ['degraded-unexplained']],
    ['nothing of a replica out of use', ignored(idle({ active: false })), ['new-copy-soon']],
    ['nothing of a replica that does not run', ignored(idle({}, { currentState: 'starting' })), ['new-copy-soon']],
    ['nothing of a replica that the engine is about to take in', ignored(rawEngine({ 1: 'RW', 2: 'RW' }, { spec: { replicaAddressMap: { 'pvc-1-r-3': '10.52.0.3:20003' } } })), ['degraded-unexplained']],
    ['nothing of a replica that the engine is taking in', ignored(rawEngine({ 1: 'RW', 2: 'RW' }, { status: { currentReplicaAddressMap: { 'pvc-1-r-3': '10.52.0.3:20003' } } })), ['degraded-unexplained']],
    ['nothing of a replica while snapshots are purged', ignored(rawEngine({ 1: 'RW', 2: 'RW' }, { status: purge(true) })), ['purging-before-rebuild']],
    ['nothing of a replica while the volume migrates', ignored(degraded({}, { migrationNodeID: 'node-2' })), ['rebuild-paused-migration', 'migrating']],
    ['no tries before the first', retried(0), ['degraded-unexplained']],
    ['the first try that failed', retried(1), ['rebuild-retrying']],
    ['no more tries after the fifth', retried(5), ['degraded-unexplained']],
    ['no fresh copy in place of one that may come back', lost(givenUp(4), fresh(), ...fourth), ['degraded-unexplained']],
    ['no fresh copy that is not there', lost(givenUp(), ...fourth), ['degraded-unexplained']],
    ['no fresh copy that has failed', lost(givenUp(), fresh({ failedAt: ago(5) }), ...fourth), ['degraded-unexplained']],
    ['no fresh copy out of use', lost(givenUp(), fresh({ active: false }), ...fourth), ['degraded-unexplained']],
    ['no fresh copy that is being removed', lost(givenUp(), fresh({}, { deletionTimestamp: ago(5) }), ...fourth), ['degraded-unexplained']],
    ['no full copy where nothing has failed', withObjects(short, slow), ['new-copy-soon']],
    ['no full copy of v1', lost(slow, degraded({}, { dataEngine: 'v1' }), ...fourthOfV1), ['instance-manager-down']],
    ['no full copy while none can be placed', lost(slow, degraded(unscheduled('nodes are unavailable'))), ['no-node-accepts']],
    ['no copy to come while replicas are not all readable', short, ['degraded-unexplained'], { status: { 'longhorn.io.instancemanager': 'forbidden' } }],
    ['a copy to come while it starts', withObjects(healthy, degraded(), two, rawReplica(3, { spec: { healthyAt: '', lastHealthyAt: '' }, status: { currentState: 'starting' } })), ['new-copy-soon']],
    ['no copy to come that nothing asks for', withObjects(healthy, degraded(), two, rawReplica(3, { status: { currentState: 'stopping' } })), ['degraded-unexplained']],
    ['no copy to come for a number that is not known', withObjects(short, degraded({}, { numberOfReplicas: null })), ['degraded-unexplained']],
    ['no wait that is over', lost(), ['degraded-unexplained']],
    ['no wait for what cannot come back', awaited(rawReplica(3, failed(60, { spec: { rebuildRetryCount: 5 } })), ...fourth), ['degraded-unexplained']],
    ['no wait for v2 without fast rebuild', awaited(slow, ...fourth), ['full-rebuild']],
    ['a pause for a migration, before growth', migrating(rawEngine({ 1: 'RW', 2: 'RW' }, { status: { isExpanding: true } })), ['rebuild-paused-migration', 'rebuild-paused-expansion', 'migrating']],
    ['nothing of a copy at rest', withObjects(healthy, degraded(), two, rawReplica(3, IDLE)), ['degraded-unexplained']]
  ]);
});
