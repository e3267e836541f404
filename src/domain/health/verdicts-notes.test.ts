import { describe } from 'vitest';
import {
  ago, failed, IDLE, nodeDown, NOW, rawAttachment, rawCondition, rawEngine, rawInstanceManager, rawKubeNode, rawNode, rawPersistentVolume, rawReplica, rawSetting, rebuildOf, withObjects, withoutObjects
} from '../testing/raw-objects';
import { degraded, diskThree, healthy, joining, machine, rebuildingAt, secondEngine, stopped, ticket, two, unplaced, unsatisfied, volume } from '../testing/situations';
import { expectCodes, expectTold } from '../testing/told-cases';
import type { Seen } from '../testing/verdict-of';

type Fields = Record<string, unknown>;
type Changes = Parameters<typeof withObjects>[1][];
const well = (status: Fields = {}, spec: Fields = {}, ...changes: Changes) => withObjects(healthy, volume('attached', 'healthy', status, spec), ...changes);
const refused = (message: string) => ({ conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', message)] });
const health = (healthStatus: string) => diskThree({ status: { healthData: { nvme0n1: { healthStatus, source: 'SMART' } } } });
const leaving = rawReplica(3, { spec: { evictionRequested: true } });
const fourth = [rawNode(4), rawKubeNode(4), rawInstanceManager(4)];
const closed = diskThree({ spec: { allowScheduling: false, evictionRequested: true } });
const event = (reason: string): Seen => ({ extras: { events: [{ reason, message: '', at: NOW }] } });
const migrating = (age: number, status: Fields = {}, spec: Fields = { migrationNodeID: 'node-2' }) => well(status, spec, secondEngine(age, false));
const tickets = (...nodes: readonly string[]) => rawAttachment(Object.assign({}, ...nodes.map((node, index) => ticket(`t${String(index)}`, 'csi-attacher', node))) as Fields);
const HELD = 'the volume is currently attached to different node node-1 ';
const sharded = (state: string): Seen => ({ extras: { shardGroup: { name: 'pvc-1', state, failedCount: 1, parityChunks: 2 } } });
const best = (currentNodeID: string) => ({ status: { currentNodeID }, spec: { dataLocality: 'best-effort', nodeID: currentNodeID } });
const salvagedAt = (remountRequestedAt: string, lastAutoSalvagedAt: string) => well({ remountRequestedAt, lastAutoSalvagedAt }, {}, ...machine);

describe('what is noted, and all that is told of it', () => {
  expectTold(new URL('./testing/expected/notes.txt', import.meta.url), [
    ['an old warning of the volume itself', well(refused('insufficient storage'))],
    ['an old warning of the volume, none of its own words', well(refused(''), {}, rawPersistentVolume('tags not fulfilled'))],
    ['an old warning of a volume whose PV has another name', well({ kubernetesStatus: { pvName: 'other' } }, {}, rawPersistentVolume('tags not fulfilled', 'other'))],
    ['an old warning of a volume that does not name its PV', well({ kubernetesStatus: {} }, {}, rawPersistentVolume('tags not fulfilled'))],
    ['a disk that warns', well({}, {}, health('WARNING'))],
    ['a copy that cannot leave, by an event', well({}, {}, leaving, ...fourth), event('EvictionFailed')],
    ['a copy that is about to leave', well({}, {}, leaving, ...fourth)],
    ['two copies on the first node', well({}, {}, rawReplica(2, { spec: { nodeID: 'node-1' } }))],
    ['no local copy but a failed one', withObjects(healthy, degraded(best('node-3').status, best('node-3').spec), two, rawReplica(3, failed(900)), ...fourth)],
    ['leftovers of two replicas', healthy, { extras: { orphans: [{ name: 'orphan-1', nodeName: 'node-2', diskName: 'nvme0' }, { name: 'orphan-2', nodeName: 'node-3', diskName: 'nvme1' }] } }],
    ['the last good copy, on a node that has left', withoutObjects(stopped(rawReplica(2, failed(60)), rawReplica(3, failed(60))), 'Node', 'node-1'), { status: { 'longhorn.io.node': 'stale' } }],
    ['a migration that hangs, by what is left of it', migrating(700, { currentMigrationNodeID: 'node-2' }, {})],
    ['a migration that hangs, after one that was not cleared away', well({}, { migrationNodeID: 'node-2' }, secondEngine(700, false), rawEngine(undefined, { spec: { active: false }, metadata: { creationTimestamp: ago(9000) } }, 'pvc-1', 'e-2'))],
    ['attached by hand, one of two waits', well({}, {}, rawAttachment({ 'longhorn-ui': { id: 'longhorn-ui', type: 'longhorn-api', nodeID: 'node-1' }, ...ticket('a', 'csi-attacher', 'node-1') }, { 'longhorn-ui': { id: 'longhorn-ui', satisfied: true } }))],
    ['two engines of which one is being deleted', well({}, {}, secondEngine(60, true), rawEngine(undefined, { metadata: { deletionTimestamp: ago(5) } }, 'pvc-1', 'e-2'))],
    ['a migration that waits for a copy not yet taken in', well({}, { migrationNodeID: 'node-2' }, rawEngine(undefined, { spec: { replicaAddressMap: { 'pvc-1-r-1': 'a', 'pvc-1-r-2': 'b', 'pvc-1-r-3': 'c', 'pvc-1-r-4': 'd' } } }))],
    ['a migration that waits for a node it comes from', well({}, {}, tickets('node-3', 'node-1'), rawNode(3, { conditions: nodeDown(3, 'ManagerPodDown') }))],
    ['held, nobody says by whom', well({ currentNodeID: '' }, { nodeID: '' }, rawAttachment(ticket('a', 'csi-attacher', 'node-2'), unsatisfied('a', HELD)))],
    ['held where it is wanted', well({ currentNodeID: '' }, { nodeID: 'node-3' }, rawAttachment(ticket('a', 'csi-attacher', 'node-2'), unsatisfied('a', HELD)))],
    ['attached without frontend, by the reason alone', well({}, {}, rawAttachment(ticket('a', 'csi-attacher', 'node-1'), unsatisfied('a', 'odd', 'AttachedWithIncompatibleParameters')))],
    ['attached by hand, and nobody waits', well({}, {}, rawAttachment({ 'longhorn-ui': { id: 'longhorn-ui', type: 'longhorn-api', nodeID: 'node-1' } }, { 'longhorn-ui': { id: 'longhorn-ui', satisfied: true } }))],
    ['an engine on its way', well({ switchoverState: 'preparing' })],
    ['salvaged, and remounted later', salvagedAt(ago(50), ago(100))],
    ['salvaged after it was remounted', salvagedAt('', ago(100))],
    ['too many snapshots, nobody knows how many', withoutObjects(withObjects(stopped(), volume('detached', 'unknown', { conditions: [rawCondition('TooManySnapshots', true, 'TooManySnapshots', 'over 100')] })), 'Engine')],
    ['shards offline in a volume that reads healthy', withoutObjects(well({}, { dataLayout: { type: 'sharded' } }), 'Replica'), sharded('offline')],
    ['shards that rebuild', withoutObjects(withObjects(healthy, degraded({}, { dataLayout: { type: 'sharded' } })), 'Replica'), sharded('rebuilding')],
    ['shards of which nothing was read', withoutObjects(withObjects(healthy, degraded({}, { dataLayout: { type: 'sharded' } })), 'Replica')],
    ['old news', withObjects(healthy, degraded(), two, rawReplica(3, failed(900)), ...fourth), { status: { 'longhorn.io.volume': 'stale' } }],
    ['old doubts', healthy, { status: { 'longhorn.io.volume': 'stale', 'longhorn.io.engine': 'forbidden' } }]
  ]);
});

describe('noted is', () => {
  expectCodes([
    ['no old warning of a volume that is not healthy', withObjects(stopped(), volume('detached', 'unknown', refused('x'))), ['stopped-complete']],
    ['no old warning of a degraded one', withObjects(healthy, degraded(), rebuildingAt(5), joining, rawPersistentVolume('x')), ['rebuilding']],
    ['no old warning while a copy leaves', well(refused('x'), {}, leaving, ...fourth), ['healthy', 'evicting-copy']],
    ['no old warning without one', well({}, {}, rawPersistentVolume('')), ['healthy']],
    ['no disk that is well', well({}, {}, health('PASSED')), ['healthy']],
    ['no disk of a copy that is not good', withObjects(healthy, degraded(), rebuildingAt(5), joining, health('FAILED')), ['rebuilding']],
    ['no disk that nobody has', well({}, {}, rawNode(3, { disk: null })), ['healthy']],
    ['no eviction stuck while another copy rebuilds', well({}, {}, leaving, closed, rawReplica(4, { spec: { healthyAt: '' } }), rawEngine({ 1: 'RW', 2: 'RW', 3: 'RW', 4: 'WO' }, { status: { rebuildStatus: rebuildOf(4, 20, 1) } })), ['healthy', 'evicting-copy']],
    ['no eviction stuck while another copy starts', well({}, {}, leaving, closed, rawReplica(4, { spec: { healthyAt: '' }, status: { currentState: 'starting' } })), ['healthy', 'evicting-copy']],
    ['no eviction stuck while another copy waits its turn', well({}, {}, leaving, closed, rawReplica(4, { spec: { healthyAt: '', lastHealthyAt: '', rebuildRetryCount: 5 }, status: { currentState: 'stopped', storageIP: '', ip: '', port: 0 } })), ['healthy', 'evicting-copy']],
    ['no eviction stuck by an old event, while another copy rebuilds', well({}, {}, leaving, rawReplica(4, { spec: { healthyAt: '' } }), rawEngine({ 1: 'RW', 2: 'RW', 3: 'RW', 4: 'WO' }, { status: { rebuildStatus: rebuildOf(4, 20, 1) } })), ['healthy', 'evicting-copy'], event('EvictionFailed')],
    ['no eviction stuck by an old event, while another copy starts', well({}, {}, leaving, rawReplica(4, { spec: { healthyAt: '' }, status: { currentState: 'starting' } })), ['healthy', 'evicting-copy'], event('EvictionFailed')],
    ['no eviction stuck by an old event, while another copy waits its turn', well({}, {}, leaving, rawReplica(4, { spec: { healthyAt: '', lastHealthyAt: '', rebuildRetryCount: 5 }, status: { currentState: 'stopped', storageIP: '', ip: '', port: 0 } })), ['healthy', 'evicting-copy'], event('EvictionFailed')],
    ['no eviction of what is being removed', withObjects(healthy, rawReplica(4, { metadata: { deletionTimestamp: ago(5) }, spec: { evictionRequested: true } })), ['healthy']],
    ['no eviction stuck of what is stopped', withObjects(stopped(rawReplica(3, { spec: { ...IDLE.spec, evictionRequested: true }, status: IDLE.status ?? {} })), closed), ['stopped-complete'], event('EvictionFailed')],
    ['no eviction stuck by another event', well({}, {}, leaving, ...fourth), ['healthy', 'evicting-copy'], event('EvictionDone')],
    ['no eviction of a copy that is being removed', well({}, {}, rawReplica(3, { metadata: { deletionTimestamp: ago(5) }, spec: { evictionRequested: true } }), ...fourth), ['new-copy-soon']],
    ['no eviction of a volume that is short', withObjects(healthy, degraded(), two, leaving, ...fourth), ['new-copy-soon']],
    ['no two copies on one node that are not both good', well({}, { numberOfReplicas: 2 }, rawEngine({ 1: 'RW', 2: 'RW', 3: 'WO' }), rawReplica(3, { spec: { nodeID: 'node-2' } })), ['healthy']],
    ['no two copies that have no node', stopped(unplaced(2), unplaced(3)), ['fewer-copies-at-creation', 'stopped-incomplete', 'last-good-copy']],
    ['no lack of a local copy where one is', well(best('node-3').status, best('node-3').spec), ['healthy']],
    ['no lack of a local copy where none is asked for', well({ currentNodeID: 'node-4' }, { nodeID: 'node-4' }), ['healthy']],
    ['no lack of a local copy of what is stopped', withObjects(stopped(), volume('detached', 'unknown', {}, { dataLocality: 'best-effort' })), ['stopped-complete']],
    ['no lack of a local copy where nobody says where it is', well({ currentNodeID: '' }, { dataLocality: 'best-effort' }), ['healthy']],
    ['no last copy of what wants one', well({}, { numberOfReplicas: 1 }, rawEngine({ 1: 'RW' })), ['healthy']],
    ['no last copy of what wants two and has them', well({}, { numberOfReplicas: 2 }, two), ['healthy']],
    ['a last copy of what wants two', withObjects(healthy, degraded({}, { numberOfReplicas: 2 }), rawEngine({ 1: 'RW', 3: 'WO' }, { status: { rebuildStatus: rebuildOf(3, 5, 1) } }), joining), ['rebuilding', 'last-good-copy']],
    ['a migration, up to ten minutes', migrating(599), ['healthy', 'migrating']],
    ['a migration that hangs, from ten minutes', migrating(600), ['healthy', 'migration-stuck', 'migrating']],
    ['no migration that hangs while its engine is not made', well({}, { migrationNodeID: 'node-2' }), ['healthy', 'migrating']],
    ['no migration that hangs for an engine that serves', well({}, { migrationNodeID: 'node-2' }, secondEngine(700, true)), ['healthy', 'migrating', 'two-engines']],
    ['no migration that hangs without migration', well({}, {}, secondEngine(700, false)), ['healthy', 'two-engines']],
    ['no two engines while one is only left to delete', well({}, {}, rawEngine(undefined, { spec: { active: false }, metadata: { deletionTimestamp: ago(5) } }, 'pvc-1', 'e-1')), ['healthy']],
    ['no two engines in a migration', migrating(60), ['healthy', 'migrating']],
    ['no migration that waits for a copy, without a second ticket', withObjects(healthy, degraded(), rebuildingAt(43), joining, tickets('node-1')), ['rebuilding']],
    ['no migration that waits for a copy when all are in', well({}, {}, tickets('node-1', 'node-2')), ['healthy']],
    ['no migration that waits for a copy of another ticket', withObjects(healthy, degraded(), rebuildingAt(43), joining, rawAttachment({ ...ticket('a', 'csi-attacher', 'node-1'), ...ticket('b', 'snapshot-controller', 'node-2') })), ['rebuilding']],
    ['no migration that waits for a node that is ready', well({}, {}, tickets('node-1', 'node-2')), ['healthy']],
    ['no migration that waits for a node once it has begun', well({}, { migrationNodeID: 'node-2' }, tickets('node-1', 'node-2'), rawNode(2, { conditions: nodeDown(2) })), ['healthy', 'migrating']],
    ['no migration that waits for a node with one ticket', well({}, {}, tickets('node-2'), rawNode(2, { conditions: nodeDown(2) })), ['healthy']],
    ['no migration that waits for the node it is on', well({}, {}, tickets('node-1', 'node-1'), rawNode(1, { conditions: nodeDown(1) })), ['healthy']],
    ['no migration that waits for a node nobody knows', well({}, {}, tickets('node-1', 'node-9')), ['healthy']],
    ['no holder where two machines’ tickets are a migration', well({}, { migratable: true }, rawAttachment({ ...ticket('a', 'csi-attacher', 'node-1'), ...ticket('b', 'csi-attacher', 'node-2') }, { ...unsatisfied('b', HELD), a: { id: 'a', satisfied: true } })), ['healthy']],
    ['a holder where the volume cannot migrate', well({}, { migratable: false }, rawAttachment({ ...ticket('a', 'csi-attacher', 'node-1'), ...ticket('b', 'csi-attacher', 'node-2') }, { ...unsatisfied('b', HELD), a: { id: 'a', satisfied: true } })), ['healthy', 'held-by-other-node']],
    ['no holder for a ticket that is satisfied', well({}, {}, rawAttachment(ticket('a', 'csi-attacher', 'node-2'), { a: { id: 'a', satisfied: true, conditions: [rawCondition('Satisfied', true, '', HELD)] } })), ['healthy']],
    ['no lack of a frontend for a ticket that is satisfied', well({}, {}, rawAttachment(ticket('a', 'csi-attacher', 'node-2'), { a: { id: 'a', satisfied: true, conditions: [rawCondition('Satisfied', true, 'AttachedWithIncompatibleParameters')] } })), ['healthy']],
    ['nothing of a ticket that only waits', well({}, {}, rawAttachment(ticket('a', 'csi-attacher', 'node-1'), unsatisfied('a', 'waiting'))), ['healthy']],
    ['no offline rebuild while another holds a ticket', well({ conditions: [] }, {}, rawAttachment({ ...ticket('v', 'volume-rebuilding-controller', 'node-1'), ...ticket('a', 'csi-attacher', 'node-1') })), ['healthy']],
    ['no offline rebuild by a ticket where the condition says no', well({ conditions: [rawCondition('OfflineRebuilding', false)] }, {}, rawAttachment(ticket('v', 'volume-rebuilding-controller', 'node-1'))), ['healthy']],
    ['no offline rebuild by a ticket of what is stopped', withObjects(stopped(), volume('detached', 'unknown', { conditions: [] }), rawAttachment(ticket('v', 'volume-rebuilding-controller', 'node-1'))), ['stopped-complete']],
    ['no restart for what was never salvaged', salvagedAt('', ''), ['healthy']],
    ['no restart of what started since', salvagedAt(ago(4000), ago(5000)), ['healthy']],
    ['a restart of what started just before', salvagedAt(ago(3999), ''), ['healthy', 'restart-after-salvage']],
    ['no restart of what does not run', withoutObjects(salvagedAt(ago(50), ago(50)), 'VirtualMachineInstance'), ['healthy']],
    ['no restart of what no VM uses', withoutObjects(salvagedAt(ago(50), ago(50)), 'VirtualMachine'), ['healthy']],
    ['no restart of what no claim names', well({ remountRequestedAt: ago(50) }), ['healthy']],
    ['no shards that are well', withoutObjects(well({}, { dataLayout: { type: 'sharded' } }), 'Replica'), ['healthy'], sharded('healthy')],
    ['no shards of what has replicas', healthy, ['healthy'], sharded('degraded')],
    ['no v2 switched off that is on', well({}, {}, rawSetting('v2-data-engine', 'true')), ['healthy']],
    ['no v2 switched off of v1', withObjects(stopped(), volume('detached', 'unknown', {}, { dataEngine: 'v1' }), rawSetting('v2-data-engine', 'false')), ['stopped-complete']],
    ['no v2 switched off that could not be read', withoutObjects(healthy, 'Setting', 'v2-data-engine'), ['healthy']],
    ['no image of v1', withObjects(stopped(), volume('detached', 'unknown', {}, { dataEngine: 'v1', backingImage: 'ubuntu' })), ['stopped-complete']],
    ['no image before 1.12', well({}, { backingImage: 'ubuntu' }, rawSetting('current-longhorn-version', 'v1.11.2')), ['healthy']],
    ['an image from 1.13', well({}, { backingImage: 'ubuntu' }, rawSetting('current-longhorn-version', 'v1.13.0')), ['healthy', 'backing-image-unsupported']],
    ['no image in a version nobody knows', withoutObjects(well({}, { backingImage: 'ubuntu' }), 'Setting', 'current-longhorn-version'), ['healthy']],
    ['no expansion that failed without an engine', withoutObjects(stopped(rawEngine({}, { status: { currentState: 'stopped', lastExpansionError: 'no space' } })), 'Engine'), ['stopped-complete']]
  ]);
});
