import { describe } from 'vitest';
import { ago, failed, IDLE, nodeDown, NOW, rawAttachment, rawCondition, rawEngine, rawFrontend, rawNode, rawReplica, rawSetting, withObjects, withoutObjects } from '../testing/raw-objects';
import { allFailed, faulted, healthy, held, stopped, unplaced, volume } from '../testing/situations';
import { expectCodes, expectTold } from '../testing/told-cases';
import type { Seen } from '../testing/verdict-of';

const detached = (status: Record<string, unknown> = {}, spec: Record<string, unknown> = {}) => volume('detached', 'unknown', status, spec);
const scheduled = (status: boolean, message = '') => ({ conditions: [rawCondition('Scheduled', status, status ? '' : 'ReplicaSchedulingFailure', message)] });
const lostThird = rawReplica(3, failed(600));
const sinceMs = (milliseconds: number): Seen => ({ history: { stateSince: NOW - milliseconds, firstSeenAt: NOW - 800_000 } });
const down = (index: number) => rawNode(index, { conditions: nodeDown(index) });
const neverUsed = [1, 2, 3].map((index) => rawReplica(index, { spec: { ...IDLE.spec, healthyAt: '', lastHealthyAt: '' }, status: IDLE.status ?? {} }));
const offline = (offlineRebuilding: string) => detached({}, { offlineRebuilding });
const globallyOn = rawSetting('offline-replica-rebuilding', '{"v1":"false","v2":"true"}');

describe('the stopped, and all that is told of them', () => {
  expectTold(new URL('./testing/expected/stopped.txt', import.meta.url), [
    ['one copy left', stopped(rawReplica(2, failed(700)), lostThird)],
    ['none placed', stopped(detached({ actualSize: 0, ...scheduled(false, 'nodes are unavailable') }), unplaced(1), unplaced(2), unplaced(3))],
    ['one without a place, and no word on scheduling', stopped(detached({ conditions: [] }), unplaced(3))],
    ['a standby that is short', stopped(detached({}, { Standby: true }), lostThird)],
    ['offline rebuilding on for all, and not beginning', stopped(offline('ignored'), lostThird, globallyOn), held],
    ['offline rebuilding on, and no place for what is missing', withoutObjects(stopped(offline('enabled'), rawNode(3, { spec: { allowScheduling: false } })), 'Replica', 'pvc-1-r-3')],
    ['offline rebuilding on, and what failed can be taken up again', stopped(offline('enabled'), lostThird, rawNode(3, { spec: { allowScheduling: false } }))],
    ['one node down', stopped(down(3))],
    ['two nodes down', stopped(down(2), down(3))],
    ['two copies on one node that is down', stopped(rawReplica(2, { spec: { ...IDLE.spec, nodeID: 'node-3' }, status: IDLE.status ?? {} }), down(3))],
    ['a node that left the cluster', withoutObjects(stopped(), 'Node', 'node-3')],
    ['a disk that was taken out', stopped(rawNode(3, { disk: null }))],
    ['a disk that was taken out, another is there', stopped(rawReplica(3, { spec: { ...IDLE.spec, diskID: 'disk-gone' }, status: IDLE.status ?? {} }))],
    ['never used', stopped(detached({ actualSize: 0 }), ...neverUsed)],
    ['never used, one without a place', stopped(detached({ actualSize: 0, conditions: [] }), ...neverUsed, unplaced(3))],
    ['no good copy', stopped(...allFailed)]
  ]);
});

describe('of the stopped is told', () => {
  expectCodes([
    ['completeness, though one too many has no place', stopped(detached(scheduled(false), { numberOfReplicas: 2 }), unplaced(3)), ['stopped-complete']],
    ['completeness, though one too many was not placed at creation', stopped(detached(scheduled(true), { numberOfReplicas: 2 }), unplaced(3)), ['stopped-complete']],
    ['completeness, whatever an old warning says', stopped(detached(scheduled(false, 'disks are unavailable'))), ['stopped-complete']],
    ['that it is short, whatever an old warning says', stopped(detached(scheduled(false, 'disks are unavailable')), lostThird), ['stopped-incomplete']],
    ['nothing of offline rebuilding once it has its ticket, among others', stopped(offline('enabled'), lostThird, rawAttachment({ s: { id: 's', type: 'snapshot-controller', nodeID: 'node-1' }, r: { id: 'r', type: 'volume-rebuilding-controller', nodeID: 'node-1' } })), ['stopped-incomplete'], held],
    ['that it is short, where a replica failed after all were placed', stopped(lostThird), ['stopped-incomplete']],
    ['nothing of offline rebuilding before ten minutes', stopped(offline('enabled'), lostThird), ['stopped-incomplete'], sinceMs(599_999)],
    ['that offline rebuilding does not begin, from ten minutes', stopped(offline('enabled'), lostThird), ['offline-rebuild-stuck', 'stopped-incomplete'], sinceMs(600_000)],
    ['nothing of offline rebuilding without knowing since when', stopped(offline('enabled'), lostThird), ['stopped-incomplete']],
    ['nothing of offline rebuilding where the volume says no', stopped(offline('disabled'), lostThird, globallyOn), ['stopped-incomplete'], held],
    ['nothing of offline rebuilding where it is off for all', stopped(offline('ignored'), lostThird), ['stopped-incomplete'], held],
    ['nothing of offline rebuilding once it has its ticket', stopped(offline('enabled'), lostThird, rawAttachment({ r: { id: 'r', type: 'volume-rebuilding-controller', nodeID: 'node-1' } })), ['stopped-incomplete'], held],
    ['that offline rebuilding does not begin, whoever else holds a ticket', stopped(offline('enabled'), lostThird, rawAttachment({ r: { id: 'r', type: 'snapshot-controller', nodeID: 'node-1' } })), ['offline-rebuild-stuck', 'stopped-incomplete'], held],
    ['nothing of offline rebuilding where nothing is missing', stopped(offline('enabled')), ['stopped-complete'], held],
    ['nothing of offline rebuilding where nothing was ever written', stopped(detached({ actualSize: 0 }, { offlineRebuilding: 'enabled' }), ...neverUsed), ['never-used'], held],
    ['nothing of nodes that could not be read', withoutObjects(stopped(), 'Node', 'node-3'), ['stopped-complete'], { status: { 'longhorn.io.node': 'stale' } }],
    ['nothing of a node whose manager alone is down', stopped(rawNode(3, { conditions: nodeDown(3, 'ManagerPodDown') })), ['stopped-complete']]
  ]);
});

const restoreFailed = { conditions: [rawCondition('Restore', false, 'RestoreFailure', 'All replica restore failed')] };
const dead = (status: Record<string, unknown> = {}, spec: Record<string, unknown> = {}) => volume('detached', 'faulted', status, spec);
const manual = rawSetting('auto-salvage', 'false');
const diskOf = (index: number, ready: boolean, readyReason: string, schedulable: boolean) => rawNode(index, { disk: { status: { conditions: [rawCondition('Ready', ready, readyReason), rawCondition('Schedulable', schedulable, schedulable ? '' : 'DiskPressure')] } } });
const noDisk = (index: number) => rawNode(index, { disk: null });
const engineDied = (...changes: Parameters<typeof withObjects>[1][]) => withObjects(healthy, volume('attached', 'faulted'), ...changes);
const failing = rawEngine(undefined, { status: { currentState: 'error' } });
const shards = { dataLayout: { type: 'sharded', mode: 'erasureCoding' } };

describe('the faulted, and all that is told of them', () => {
  expectTold(new URL('./testing/expected/faulted.txt', import.meta.url), [
    ['a restore failed, without a word', faulted(dead({ conditions: [rawCondition('Restore', false, 'RestoreFailure')] }))],
    ['shards offline, and their group read', withObjects(withoutObjects(healthy, 'Replica'), dead({}, shards)), { extras: { shardGroup: { name: 'pvc-1', state: 'offline', failedCount: 3, parityChunks: 2 } } }],
    ['an engine that died, where it is not said', engineDied(volume('attached', 'faulted', { currentNodeID: '' }), rawEngine(undefined, { spec: { nodeID: '' }, status: { currentState: 'error' } }))],
    ['an engine that died, on the VM’s node by the volume', engineDied(rawEngine(undefined, { spec: { nodeID: '' }, status: { currentState: 'error' } }))],
    ['all failed while it is attached, nowhere', faulted(volume('attached', 'faulted', { currentNodeID: '' }))],
    ['the newest failure on a disk that is gone: the next one is salvaged', faulted(noDisk(1))],
    ['salvage by hand: the one that was healthy last comes first', faulted(manual, rawReplica(2, failed(120, { spec: { lastHealthyAt: ago(100) } })), rawReplica(3, failed(180, { spec: { lastHealthyAt: '', healthyAt: ago(90) } })))],
    ['one disk may not be scheduled, two are gone', faulted(noDisk(1), noDisk(2), diskOf(3, true, '', false))],
    ['a node that left, and one that is down', withoutObjects(faulted(down(3), noDisk(1)), 'Node', 'node-2').filter((raw) => raw.kind !== 'Setting' || (raw.metadata as { name: string }).name !== 'auto-salvage')],
    ['two failed copies on one node that is down', faulted(rawReplica(1, failed(60, { spec: { nodeID: 'node-3', diskID: 'disk-3' } })), rawReplica(2, failed(70, { spec: { nodeID: 'node-2' } })), down(3), down(2))],
    ['nothing is known of its replicas', withoutObjects(faulted(), 'Replica'), { status: { 'longhorn.io.replica': 'forbidden' } }],
    ['nothing is known of its nodes', faulted(), { status: { 'longhorn.io.node': 'loading' } }]
  ]);
});

describe('of the faulted is told', () => {
  expectCodes([
    ['no salvage while a restore is asked for', faulted(dead({ restoreRequired: true })), ['faulted']],
    ['no salvage by hand while a restore is asked for', faulted(dead({ restoreRequired: true }), manual), ['faulted']],
    ['no salvage of a standby', faulted(dead({}, { Standby: true })), ['faulted']],
    ['no salvage of a disk, where a restore has failed', faulted(dead(restoreFailed), ...[1, 2, 3].map((index) => diskOf(index, true, '', false))), ['restore-failed']],
    ['no failed restore by another reason', faulted(dead({ conditions: [rawCondition('Restore', false, 'Paused')] })), ['salvage-in-progress']],
    ['no failed restore while it runs', faulted(dead({ conditions: [rawCondition('Restore', true, 'RestoreFailure')] })), ['salvage-in-progress']],
    ['a crash by the event of it', engineDied(), ['engine-crashed'], { extras: { events: [{ reason: 'DetachedUnexpectedly', message: '', at: NOW }] } }],
    ['a crash by the event of it, though replicas could not be read', engineDied(), ['engine-crashed'], { status: { 'longhorn.io.replica': 'stale' }, extras: { events: [{ reason: 'Degraded', message: '', at: NOW }, { reason: 'DetachedUnexpectedly', message: '', at: NOW }] } }],
    ['a crash by one of two initiators', engineDied(rawFrontend({ status: { currentState: 'error' } }), rawFrontend({ metadata: { name: 'pvc-1-ef-1' }, spec: { active: false } })), ['engine-crashed'], { status: { 'longhorn.io.replica': 'stale' } }],
    ['a crash, not a teardown, while one complete replica is left', withObjects(healthy, volume('detaching', 'faulted'), rawReplica(2, failed(60)), rawReplica(3, failed(50))), ['engine-crashed', 'last-good-copy']],
    ['a crash by the complete replicas it left', engineDied(), ['engine-crashed']],
    ['a crash that the engine tells, though replicas could not be read', engineDied(failing), ['engine-crashed'], { status: { 'longhorn.io.replica': 'stale' } }],
    ['no crash that nothing tells while replicas could not be read', engineDied(), ['faulted'], { status: { 'longhorn.io.replica': 'stale' } }],
    ['no crash by another event', engineDied(), ['faulted'], { status: { 'longhorn.io.replica': 'stale' }, extras: { events: [{ reason: 'Degraded', message: '', at: NOW }] } }],
    ['a crash by the initiator’s', engineDied(rawFrontend({ status: { currentState: 'error' } })), ['engine-crashed'], { status: { 'longhorn.io.replica': 'stale' } }],
    ['no crash by the error of an initiator that is out of use', engineDied(rawFrontend({ spec: { active: false }, status: { currentState: 'error' } })), ['faulted'], { status: { 'longhorn.io.replica': 'stale' } }],
    ['no crash by the engine’s error once replicas have failed', faulted(volume('detaching', 'faulted'), failing), ['tearing-down']],
    ['no crash without an engine', withoutObjects(engineDied(), 'Engine'), ['faulted']],
    ['no crash of a sharded volume', engineDied(volume('attached', 'faulted', {}, shards), failing), ['shards-offline']],
    ['that it never became usable, when no replica was ever healthy', faulted(...[1, 2, 3].map((index) => rawReplica(index, failed(60, { spec: { healthyAt: '', lastHealthyAt: '' } })))), ['never-usable']],
    ['not that it never became usable, when one was once', faulted(...[1, 2].map((index) => rawReplica(index, failed(60, { spec: { healthyAt: '', lastHealthyAt: '' } }))), rawReplica(3, failed(60, { spec: { healthyAt: '' } }))), ['salvage-in-progress']],
    ['not that it never became usable, when replicas could not be read', faulted(...[1, 2, 3].map((index) => rawReplica(index, failed(60, { spec: { healthyAt: '', lastHealthyAt: '' } })))), ['faulted'], { status: { 'longhorn.io.replica': 'stale' } }],
    ['nor when there are none', withoutObjects(faulted(), 'Replica'), ['faulted']],
    ['a salvage in spite of a manager that is down', faulted(rawNode(1, { conditions: nodeDown(1, 'ManagerPodDown') }), noDisk(2), noDisk(3)), ['salvage-in-progress']],
    ['a salvage of a disk that is schedulable, if not ready', faulted(diskOf(1, false, 'DiskNotReady', true), noDisk(2), noDisk(3)), ['salvage-in-progress']],
    ['no salvage from a disk that was replaced', faulted(...[1, 2, 3].map((index) => diskOf(index, false, 'DiskFilesystemChanged', true))), ['no-copy-reachable']],
    ['no salvage from a disk that has gone', faulted(...[1, 2, 3].map((index) => diskOf(index, false, 'NoDiskInfo', true))), ['no-copy-reachable']],
    ['not that no copy is in reach, while one node is only down', faulted(noDisk(1), noDisk(2), down(3)), ['copies-on-down-nodes']],
    ['no salvage of a disk that says nothing', faulted(...[1, 2, 3].map((index) => rawNode(index, { disk: { status: { conditions: [] } } }))), ['salvage-disk-unschedulable']],
    ['a salvage by hand only where one is in reach', faulted(manual, ...[1, 2, 3].map(down)), ['copies-on-down-nodes']],
    ['nothing of a salvage while it is attached', faulted(volume('attached', 'faulted')), ['tearing-down']],
    ['nothing of down nodes while it is attached', faulted(volume('attached', 'faulted'), ...[1, 2, 3].map(down)), ['tearing-down']],
    ['nothing of what is out of reach while it is attached', faulted(volume('attached', 'faulted'), ...[1, 2, 3].map(noDisk)), ['tearing-down']],
    ['nothing of disks while it is attached', faulted(volume('attached', 'faulted'), ...[1, 2, 3].map((index) => diskOf(index, true, '', false))), ['tearing-down']]
  ]);
});
