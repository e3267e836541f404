import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import { ago, failed, IDLE, nodeDown, NOW, rawCondition, rawEngine, rawNode, rawReplica, rebuildOf, VOLUME, withObjects, withoutObjects } from '../testing/raw-objects';
import { degraded, faulted, healthy, rebuildingAt, joining, stopped, two, unplaced, volume } from '../testing/situations';
import { rawCluster } from '../testing/raw-cluster';
import type { RawClusterOptions } from '../testing/raw-cluster';
import { deleteReplica, liftRebuildCap, pickSalvage, salvage, setOfflineRebuild, setReplicaCount, setScheduling } from './actions';
import type { GuardedAction, Refusal } from './actions';
import { diagnoseVolume } from './diagnose';

/** Whether an action is offered, on a verdict of the same objects. */
function ask(action: GuardedAction, objects: readonly RawObject[], options: RawClusterOptions = {}): Refusal | null {
  const view = rawCluster(objects, options);
  return action.validate(view, diagnoseVolume(view, VOLUME, NOW));
}

type Rows = readonly (readonly [name: string, world: readonly RawObject[], refusal: Refusal | null, options?: RawClusterOptions])[];
const lost = withObjects(healthy, degraded(), two, rawReplica(3, failed(60)));
const with4 = withObjects(healthy, rawEngine({ 1: 'RW', 2: 'RW', 3: 'RW', 4: 'WO' }, { status: { rebuildStatus: rebuildOf(4, 5, 1) } }), rawReplica(4, { spec: { healthyAt: '' } }));
const KINDS = ['longhorn.io.volume', 'longhorn.io.replica', 'longhorn.io.engine', 'longhorn.io.node'] as const;

function table(title: string, action: GuardedAction, rows: Rows): void {
  describe(title, () => {
    for (const [name, world, refusal, options] of rows) it(`${name}: ${refusal ?? 'offered'}`, () => { expect(ask(action, world, options)).toBe(refusal); });
  });
}

table('deleting the third replica', deleteReplica(VOLUME, 'pvc-1-r-3'), [
  ['of three good ones', healthy, null],
  ['failed, of a degraded volume', lost, null],
  ...KINDS.flatMap((kind): Rows => [[`${kind} stale`, healthy, 'stale', { status: { [kind]: 'stale' } }], [`${kind} forbidden`, healthy, 'cannot-verify', { status: { [kind]: 'forbidden' } }]]),
  ['one kind stale, one not readable', healthy, 'cannot-verify', { status: { 'longhorn.io.node': 'stale', 'longhorn.io.engine': 'failed' } }],
  ['the volume gone', withoutObjects(healthy, 'Volume'), 'volume-gone'],
  ['of a faulted volume', faulted(), 'faulted'],
  ['of a stopped one without a good copy', stopped(...[1, 2, 3].map((index) => rawReplica(index, failed(60)))), 'faulted'],
  ['of a stopped one', stopped(), 'not-attached'],
  ['of one that is attaching', withObjects(healthy, volume('attaching', 'unknown')), 'not-attached'],
  ['of one that cannot be judged', withoutObjects(healthy, 'Engine'), 'cannot-verify'],
  ['of one that is being cloned', withObjects(healthy, volume('attached', 'degraded', { cloneStatus: { state: 'initiated' } })), 'cannot-verify'],
  ['while it is to migrate', withObjects(healthy, volume('attached', 'healthy', {}, { migrationNodeID: 'node-2' })), 'migrating'],
  ['while it migrates', withObjects(healthy, volume('attached', 'healthy', { currentMigrationNodeID: 'node-2' })), 'migrating'],
  ['that is not there', withObjects(withoutObjects(healthy, 'Replica', 'pvc-1-r-3'), degraded(), two), 'replica-gone'],
  ['that is being rebuilt', withObjects(healthy, degraded(), rebuildingAt(5), joining), 'rebuilding'],
  ['that waits to be rebuilt', withObjects(healthy, degraded(), two, rawReplica(3, { spec: { healthyAt: '', lastHealthyAt: '', rebuildRetryCount: 5 }, status: { currentState: 'stopped', storageIP: '', ip: '', port: 0 } })), 'rebuilding'],
  ['good, while another is rebuilt from a third', with4, null],
  ['good, while another is rebuilt from it', withObjects(with4, rawEngine({ 1: 'RW', 2: 'RW', 3: 'RW', 4: 'WO' }, { status: { rebuildStatus: rebuildOf(4, 5, 3) } })), 'is-source'],
  ['good, while another is rebuilt from nobody knows which', withObjects(with4, rawEngine({ 1: 'RW', 2: 'RW', 3: 'RW', 4: 'WO' })), 'is-source'],
  ['good, one of two', withObjects(healthy, volume('attached', 'healthy', {}, { numberOfReplicas: 2 }), rawEngine({ 2: 'RW', 3: 'RW' }), rawReplica(1, failed(60))), 'would-remove-good-copy'],
  ['good, one of three, one of which is leaving', withObjects(healthy, rawReplica(2, { spec: { evictionRequested: true } })), 'would-remove-good-copy'],
  ['good, of a degraded volume with three', withObjects(healthy, degraded({}, { numberOfReplicas: 4 })), 'would-remove-good-copy'],
  ['never placed', withObjects(healthy, degraded(), two, unplaced(3)), null],
  ['never placed, beside one that is leaving', withObjects(healthy, degraded(), rawEngine({ 1: 'RW' }), rawReplica(1, { spec: { evictionRequested: true } }), rawReplica(2, failed(50)), unplaced(3)), 'not-enough-good-copies'],
  ['failed, beside one good one', withObjects(healthy, degraded(), rawEngine({ 1: 'RW' }), rawReplica(2, failed(50)), rawReplica(3, failed(60))), null],
  ['failed, beside none', withObjects(healthy, degraded(), rawEngine({}), rawReplica(1, failed(40)), rawReplica(2, failed(50)), rawReplica(3, failed(60))), 'not-enough-good-copies'],
  ['neither good nor failed', withObjects(healthy, degraded(), two, rawReplica(3, { status: { currentState: 'unknown' } })), 'cannot-verify']
]);

table('two replicas', setReplicaCount(VOLUME, 2), [
  ['of three', healthy, null],
  ['of three, stopped', stopped(), null],
  ['of three, one lost', lost, null],
  ['of three, only one good', withObjects(healthy, degraded(), rawEngine({ 1: 'RW' }), rawReplica(2, failed(50)), rawReplica(3, failed(60))), 'needs-more-good-copies'],
  ['of three, one being rebuilt', withObjects(healthy, degraded(), rebuildingAt(5), joining), 'rebuilding'],
  ['of two', withObjects(healthy, volume('attached', 'healthy', {}, { numberOfReplicas: 2 })), 'unchanged'],
  ['of one', withObjects(healthy, volume('attached', 'healthy', {}, { numberOfReplicas: 1 })), null],
  ['of one, being rebuilt', withObjects(healthy, volume('attached', 'healthy', {}, { numberOfReplicas: 1 }), rebuildingAt(5), joining), null],
  ['of nobody knows how many', withObjects(healthy, volume('attached', 'healthy', {}, { numberOfReplicas: null })), null],
  ['of three, unknown', withoutObjects(healthy, 'Engine'), 'cannot-verify'],
  ['of three, attaching', withObjects(healthy, volume('attaching', 'unknown')), 'cannot-verify'],
  ['of a faulted volume', faulted(), 'faulted'],
  ['of one without a good copy', stopped(...[1, 2, 3].map((index) => rawReplica(index, failed(60)))), 'faulted'],
  ['of a volume strictly local', withObjects(healthy, volume('attached', 'healthy', {}, { dataLocality: 'strict-local' })), 'strict-local'],
  ['while it migrates', withObjects(healthy, volume('attached', 'healthy', {}, { migrationNodeID: 'node-2' })), 'migrating'],
  ['the volume gone', withoutObjects(healthy, 'Volume'), 'volume-gone'],
  ['nodes stale', healthy, 'stale', { status: { 'longhorn.io.node': 'stale' } }]
]);

describe('how many replicas', () => {
  const count = (value: number, world = healthy) => ask(setReplicaCount(VOLUME, value), world);
  it('are whole and from one to twenty', () => {
    expect([0, 1, 2, 2.5, 20, 21, Number.NaN].map((value) => count(value))).toEqual(['out-of-range', 'no-redundancy', null, 'out-of-range', null, 'out-of-range', 'out-of-range']);
  });
  it('is one for a volume strictly local', () => {
    expect(count(1, withObjects(healthy, volume('attached', 'healthy', {}, { dataLocality: 'strict-local', numberOfReplicas: 1 })))).toBe('unchanged');
    expect(count(1, withObjects(healthy, volume('attached', 'healthy', {}, { dataLocality: 'strict-local' })))).toBe('no-redundancy');
  });
});

const reach = (...changes: readonly RawObject[]) => faulted(...changes);
table('salvaging the second replica', salvage(VOLUME, ['pvc-1-r-2']), [
  ['of a faulted, detached volume', faulted(), null],
  ['of one that is not faulted', stopped(), 'not-faulted'],
  ['of one that is still attached', faulted(volume('attached', 'faulted')), 'not-detached'],
  ['the volume gone', withoutObjects(faulted(), 'Volume'), 'volume-gone'],
  ['replicas stale', faulted(), 'stale', { status: { 'longhorn.io.replica': 'stale' } }],
  ['that is gone', withoutObjects(faulted(), 'Replica', 'pvc-1-r-2'), 'no-candidate'],
  ['that has not failed', reach(rawReplica(2, IDLE)), 'candidate-unreachable'],
  ['that never held data', reach(rawReplica(2, failed(60, { spec: { healthyAt: '', lastHealthyAt: '' } }))), 'candidate-unreachable'],
  ['that once held data', reach(rawReplica(2, failed(60, { spec: { healthyAt: '' } }))), null],
  ['whose node is down', reach(rawNode(2, { conditions: nodeDown(2) })), 'candidate-unreachable'],
  ['whose node’s manager is down', reach(rawNode(2, { conditions: nodeDown(2, 'ManagerPodDown') })), 'candidate-unreachable'],
  ['whose node has left', withoutObjects(faulted(), 'Node', 'node-2'), 'candidate-unreachable'],
  ['whose disk is gone', reach(rawNode(2, { disk: null })), 'candidate-unreachable'],
  ['whose disk does not schedule', reach(rawNode(2, { disk: { status: { conditions: [rawCondition('Schedulable', false)] } } })), 'candidate-unreachable'],
  ['whose disk says nothing', reach(rawNode(2, { disk: { status: { conditions: [] } } })), 'candidate-unreachable'],
  ['another one out of reach', reach(rawNode(1, { disk: null })), null]
]);

describe('salvage', () => {
  it('of two, one out of reach, is refused as a whole', () => {
    expect(ask(salvage(VOLUME, ['pvc-1-r-1', 'pvc-1-r-2']), faulted())).toBeNull();
    expect(ask(salvage(VOLUME, ['pvc-1-r-1', 'pvc-1-r-2']), reach(rawNode(1, { disk: null })))).toBe('candidate-unreachable');
    expect(ask(salvage(VOLUME, ['pvc-1-r-1', 'of another volume']), faulted())).toBe('no-candidate');
  });
  it('clears the failures and the node that the volume is wanted on', () => {
    const world = faulted(volume('detached', 'faulted', {}, { nodeID: 'node-2' }), rawReplica(2, { ...failed(60), metadata: { resourceVersion: '77' } }));
    expect(salvage(VOLUME, ['pvc-1-r-2', 'pvc-1-r-9']).requests(rawCluster(world))).toEqual([
      { method: 'patch', kind: 'longhorn.io.replica', id: 'longhorn-system/pvc-1-r-2', operations: [{ op: 'test', path: '/metadata/resourceVersion', value: '77' }, { op: 'replace', path: '/spec/failedAt', value: '' }] },
      { method: 'patch', kind: 'longhorn.io.replica', id: 'longhorn-system/pvc-1-r-9', operations: [{ op: 'test', path: '/metadata/resourceVersion', value: '' }, { op: 'replace', path: '/spec/failedAt', value: '' }] },
      { method: 'patch', kind: 'longhorn.io.volume', id: 'longhorn-system/pvc-1', operations: [{ op: 'test', path: '/spec/nodeID', value: 'node-2' }, { op: 'replace', path: '/spec/nodeID', value: '' }] }
    ]);
    expect(salvage(VOLUME, []).requests(rawCluster(withoutObjects(healthy, 'Volume')))).toEqual([]);
  });
  it.each<[string, readonly RawObject[], string | null]>([
    ['the one that was healthy last', faulted(rawReplica(2, failed(60, { spec: { lastHealthyAt: ago(90) } })), rawReplica(3, failed(60, { spec: { lastHealthyAt: ago(80) } }))), 'pvc-1-r-3'],
    ['by the first time it was healthy, where no later one is told', faulted(rawReplica(1, failed(60, { spec: { lastHealthyAt: '', healthyAt: ago(70) } })), rawReplica(3, failed(60, { spec: { lastHealthyAt: ago(80) } }))), 'pvc-1-r-1'],
    ['the one in reach', faulted(rawReplica(3, failed(60, { spec: { lastHealthyAt: ago(80) } })), rawNode(3, { disk: null })), 'pvc-1-r-1'],
    ['none out of reach', faulted(...[1, 2, 3].map((index) => rawNode(index, { disk: null }))), null]
  ])('picks %s', (_name, world, name) => { expect(pickSalvage(rawCluster(world), VOLUME)).toBe(name); });
});

const own = (spec: Record<string, unknown>) => withObjects(healthy, volume('attached', 'healthy', {}, spec));
table('switching offline rebuilding on', setOfflineRebuild(VOLUME, 'enabled'), [
  ['where it is as for all', healthy, null], ['where it is on', own({ offlineRebuilding: 'enabled' }), 'unchanged'], ['of a faulted volume', faulted(), 'faulted'], ['before 1.9', own({ offlineRebuilding: '' }), 'not-supported'],
  ['the volume gone', withoutObjects(healthy, 'Volume'), 'volume-gone'], ['volumes stale', healthy, 'stale', { status: { 'longhorn.io.volume': 'stale' } }], ['replicas not readable: they do not matter', healthy, null, { status: { 'longhorn.io.replica': 'forbidden' } }]
]);
table('lifting the limit of the rebuild', liftRebuildCap(VOLUME), [
  ['of 25 MB/s', own({ replicaRebuildingBandwidthLimit: 25 }), null], ['of none', own({ replicaRebuildingBandwidthLimit: 0 }), 'unchanged'], ['before 1.10', healthy, 'not-supported'], ['of a faulted volume', faulted(volume('detached', 'faulted', {}, { replicaRebuildingBandwidthLimit: 25 })), 'faulted'],
  ['the volume gone', withoutObjects(healthy, 'Volume'), 'volume-gone'], ['volumes not readable', healthy, 'cannot-verify', { status: { 'longhorn.io.volume': 'forbidden' } }], ['nodes stale: they do not matter', own({ replicaRebuildingBandwidthLimit: 25 }), null, { status: { 'longhorn.io.node': 'stale' } }]
]);
table('switching a disk on', setScheduling('node-1', 'nvme0', true), [
  ['that is off', withObjects(healthy, rawNode(1, { disk: { spec: { allowScheduling: false } } })), null], ['that is on', healthy, 'unchanged'], ['that is being evicted', withObjects(healthy, rawNode(1, { disk: { spec: { allowScheduling: false, evictionRequested: true } } })), 'eviction-requested'],
  ['that is gone', withObjects(healthy, rawNode(1, { disk: null })), 'object-gone'], ['whose node is gone', withoutObjects(healthy, 'Node', 'node-1'), 'object-gone'], ['nodes stale', healthy, 'stale', { status: { 'longhorn.io.node': 'stale' } }], ['volumes stale: they do not matter', withObjects(healthy, rawNode(1, { disk: { spec: { allowScheduling: false } } })), null, { status: { 'longhorn.io.volume': 'stale' } }]
]);
table('switching a node off', setScheduling('node-1', null, false), [
  ['that is on', healthy, null], ['that is off', withObjects(healthy, rawNode(1, { spec: { allowScheduling: false } })), 'unchanged'], ['that is on and being evicted', withObjects(healthy, rawNode(1, { spec: { evictionRequested: true } })), null], ['that is gone', withoutObjects(healthy, 'Node', 'node-1'), 'object-gone']
]);

describe('what is sent', () => {
  const view = rawCluster(own({ replicaRebuildingBandwidthLimit: 25 }));
  const patch = (id: string, path: string, from: unknown, to: unknown, kind = 'longhorn.io.volume') => [{ method: 'patch', kind, id: `longhorn-system/${id}`, operations: [{ op: 'test', path, value: from }, { op: 'replace', path, value: to }] }];
  it.each<[GuardedAction, string, Record<string, string | number>, unknown]>([
    [deleteReplica(VOLUME, 'pvc-1-r-3'), 'delete-replica', { volume: VOLUME, replica: 'pvc-1-r-3' }, [{ method: 'delete', kind: 'longhorn.io.replica', id: 'longhorn-system/pvc-1-r-3' }]],
    [setReplicaCount(VOLUME, 2), 'set-replica-count', { volume: VOLUME, count: 2 }, patch(VOLUME, '/spec/numberOfReplicas', 3, 2)],
    [salvage(VOLUME, ['a', 'b']), 'salvage', { volume: VOLUME, count: 2 }, null],
    [setOfflineRebuild(VOLUME, 'disabled'), 'set-offline-rebuild', { volume: VOLUME, value: 'disabled' }, patch(VOLUME, '/spec/offlineRebuilding', 'ignored', 'disabled')],
    [liftRebuildCap(VOLUME), 'lift-rebuild-cap', { volume: VOLUME }, patch(VOLUME, '/spec/replicaRebuildingBandwidthLimit', 25, 0)],
    [setScheduling('node-1', null, true), 'set-node-scheduling', { node: 'node-1', disk: '', value: 'on' }, patch('node-1', '/spec/allowScheduling', false, true, 'longhorn.io.node')],
    [setScheduling('node-1', 'a~b/c', false), 'set-disk-scheduling', { node: 'node-1', disk: 'a~b/c', value: 'off' }, patch('node-1', '/spec/disks/a~0b~1c/allowScheduling', true, false, 'longhorn.io.node')]
  ])('%#', (action, code, params, requests) => {
    expect([action.code, action.params]).toEqual([code, params]);
    if (requests !== null) expect(action.requests(view)).toEqual(requests);
  });
});
