import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import {
  ago, ENGINE_STOPPED, failed, IDLE, nodeDown, NOW, rawAttachment, rawCondition, rawEngine, rawFrontend, rawInstanceManager, rawKubeNode, rawNode, rawReplica, rawSetting, rawVolume,
  withObjects, withoutObjects
} from '../testing/raw-objects';
import { absentIn, asLonghorn, LONGHORN_MINORS } from '../testing/longhorn-versions';
import type { LonghornMinor } from '../testing/longhorn-versions';
import { gapsOf } from '../testing/decision-table';
import { allFailed, attaching, faulted, healthy, held, machine, salvaged, secondEngine, stopped, ticket, unplaced, unsatisfied, volume } from '../testing/situations';
import { Expected, tellVerdict } from '../testing/told';
import { codesOf, findingOf, verdictOf } from '../testing/verdict-of';
import type { Seen } from '../testing/verdict-of';
import type { Level } from './types';

type Fields = Record<string, unknown>;

/** `since`: the Longhorn minor that brought what the row reads; `before`: the minor that ended it. */
interface Row { readonly since?: LonghornMinor; readonly before?: LonghornMinor; readonly row: string; readonly code: string; readonly level: Level; readonly world: readonly RawObject[]; readonly seen?: Seen; readonly params?: Fields; readonly isFact?: true; readonly phase?: string }

const MOVING: readonly Row[] = [
  { row: '43', code: 'node-down-unknown', level: 'unknown', world: withObjects(healthy, volume('attached', 'unknown'), rawEngine(undefined, { status: { currentState: 'unknown' } }), rawNode(1, { conditions: nodeDown(1) })), params: { node: 'node-1' } },
  { row: '44', code: 'instance-manager-unknown', level: 'unknown', world: withObjects(healthy, volume('attached', 'unknown'), rawEngine(undefined, { status: { currentState: 'unknown' } }), rawInstanceManager(1, { status: { currentState: 'unknown' } })), params: { node: 'node-1', engine: 'v2' } },
  { row: '45', code: 'stopped-complete', level: 'stopped', world: stopped(), params: { good: 3, wanted: 3 } },
  { row: '46', code: 'migration-stuck', level: 'healthy', world: withObjects(healthy, volume('attached', 'healthy', { currentMigrationNodeID: 'node-2' }, { migrationNodeID: 'node-2' }), secondEngine(700, false)), params: { node: 'node-2', sinceAt: NOW - 700_000 }, isFact: true },
  { row: '46b', code: 'migration-waits-for-node', level: 'healthy', world: withObjects(healthy, rawAttachment({ ...ticket('a', 'csi-attacher', 'node-1'), ...ticket('b', 'csi-attacher', 'node-2') }), rawNode(2, { conditions: nodeDown(2) })), params: { node: 'node-2' }, isFact: true },
  { row: '47', code: 'two-engines', level: 'healthy', world: withObjects(healthy, secondEngine(700, true)), params: { count: 2 }, isFact: true },
  { row: '48', code: 'waiting-for-copy-start', level: 'transition', world: attaching(rawReplica(3, { status: { currentState: 'starting', storageIP: '', ip: '' } })), seen: held, params: { node: 'node-3', isNodeDown: 'no' }, phase: 'stuck' },
  { row: '49', code: 'expansion-failed', level: 'healthy', world: withObjects(healthy, rawEngine(undefined, { status: { lastExpansionError: 'no space' } })), params: { message: 'no space' }, isFact: true },
  { since: 12, row: '50', code: 'initiator-down', level: 'transition', world: withObjects(attaching(), rawEngine(), rawFrontend({ status: { currentState: 'starting', endpoint: '' } })), params: { node: 'node-1' } },
  { row: '51', code: 'node-without-v2', level: 'transition', world: attaching(rawKubeNode(1, { metadata: { labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } } })), params: { node: 'node-1', why: 'label' } },
  { row: '52', code: 'no-copy-placed', level: 'transition', world: attaching(volume('attaching', 'unknown', { currentNodeID: '', conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'disks are unavailable')] }), unplaced(1), unplaced(2), unplaced(3)), params: { message: 'disks are unavailable' }, phase: 'blocked' },
  { row: '53', code: 'instance-creation-failed', level: 'transition', world: attaching(rawReplica(2, { status: { currentState: 'stopped', conditions: [rawCondition('InstanceCreation', false, 'InstanceCreationFailure', 'no free port')] } })), params: { node: 'node-2', message: 'no free port' } },
  { row: '54', code: 'waiting-for-backing-image', level: 'transition', world: attaching(volume('attaching', 'unknown', {}, { backingImage: 'ubuntu' }), rawReplica(2, { status: { currentState: 'stopped', conditions: [rawCondition('WaitForBackingImage', true, 'Waiting', 'waiting for ubuntu')] } })), params: { image: 'ubuntu' } },
  { row: '55', code: 'held-by-other-node', level: 'healthy', world: withObjects(healthy, rawAttachment({ ...ticket('a', 'csi-attacher', 'node-2'), ...ticket('s', 'snapshot-controller', 'node-1') }, { ...unsatisfied('a', 'the volume is currently attached to different node node-1 '), s: { id: 's', satisfied: true } })), params: { node: 'node-2', holder: 'node-1', ticket: 'snapshot-controller' }, isFact: true },
  { row: '56', code: 'attached-without-frontend', level: 'healthy', world: withObjects(healthy, rawAttachment(ticket('a', 'csi-attacher', 'node-1'), unsatisfied('a', 'volume pvc-1 has already attached to node node-1 with incompatible parameters', 'AttachedWithIncompatibleParameters'))), params: { node: 'node-1' }, isFact: true },
  { row: '57', code: 'attached-by-hand', level: 'healthy', world: withObjects(healthy, rawAttachment({ 'longhorn-ui': { id: '', type: 'longhorn-api', nodeID: 'node-1' } })), params: { node: 'node-1' }, isFact: true },
  { since: 12, row: '58', code: 'detach-stuck', level: 'transition', world: withObjects(healthy, volume('detaching', 'unknown')), seen: held, params: { node: 'node-1', what: 'initiator' }, phase: 'stuck' },
  { before: 12, row: '58', code: 'detach-stuck', level: 'transition', world: withObjects(healthy, volume('detaching', 'unknown')), seen: held, params: { node: 'node-1', what: 'engine' }, phase: 'stuck' },
  { since: 12, row: '59', code: 'engine-switchover', level: 'healthy', world: withObjects(healthy, volume('attached', 'healthy', { switchoverState: 'reverting' })), params: { phase: 'reverting', isReverting: 'yes' }, isFact: true },
  { row: '60', code: 'cloning', level: 'transition', world: withObjects(healthy, volume('attached', 'degraded', { cloneStatus: { state: 'initiated', sourceVolume: 'pvc-gold' } }), rawEngine({ 1: 'RW' }, { status: { cloneStatus: { 'tcp://10.52.0.1:20001': { isCloning: true, progress: 40 } } } })), params: { source: 'pvc-gold', percent: 40 } },
  { since: 10, row: '60', code: 'clone-finishing', level: 'transition', world: withObjects(healthy, volume('attached', 'degraded', { cloneStatus: { state: 'copy-completed-awaiting-healthy', sourceVolume: 'pvc-gold' } })) },
  { row: '61', code: 'clone-failed', level: 'transition', world: withObjects(healthy, volume('attached', 'degraded', { cloneStatus: { state: 'failed', sourceVolume: 'pvc-gold', attemptCount: 2, nextAllowedAttemptAt: ago(-60) } })), params: { tries: 2, nextAt: NOW + 60_000, hasNext: 'yes' }, phase: 'stuck' },
  { row: '62', code: 'restoring', level: 'transition', world: withObjects(healthy, volume('attached', 'degraded', { restoreRequired: true }), rawEngine(undefined, { status: { restoreStatus: { 'tcp://10.52.0.1:20001': { isRestoring: true, progress: 7 } } } })), params: { percent: 7 } },
  { since: 9, row: '63', code: 'offline-rebuilding', level: 'healthy', world: withObjects(healthy, volume('attached', 'healthy', { conditions: [] }), rawAttachment({ 'volume-rebuilding-controller-pvc-1': { id: 'volume-rebuilding-controller-pvc-1', type: 'volume-rebuilding-controller', nodeID: 'node-1' } })), isFact: true },
  { since: 11, row: '63', code: 'offline-rebuilding', level: 'healthy', world: withObjects(healthy, volume('attached', 'healthy', { conditions: [rawCondition('OfflineRebuilding', true, 'OfflineRebuildingInProgress')] })), isFact: true }
];

const RESTING: readonly Row[] = [
  { row: '64', code: 'stopped-incomplete', level: 'stopped', world: stopped(rawReplica(3, failed(600))), params: { good: 2, wanted: 3, offline: 'no' } },
  { since: 9, row: '65', code: 'offline-rebuild-stuck', level: 'stopped', world: stopped(volume('detached', 'unknown', {}, { offlineRebuilding: 'enabled' }), rawReplica(3, failed(600))), seen: held, phase: 'stuck' },
  { row: '66', code: 'fewer-copies-at-creation', level: 'stopped', world: stopped(unplaced(3)), params: { placed: 2 } },
  { row: '67', code: 'cannot-attach', level: 'stopped', world: stopped(volume('detached', 'unknown', { conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'disks are unavailable')] }), unplaced(3)), params: { message: 'disks are unavailable' }, phase: 'blocked' },
  { row: '68', code: 'tearing-down', level: 'critical', world: faulted(volume('detaching', 'faulted')), params: { node: 'node-1' } },
  { row: '69', code: 'salvage-in-progress', level: 'critical', world: faulted() },
  { row: '70', code: 'salvage-available', level: 'critical', world: faulted(rawSetting('auto-salvage', 'false')), params: { replicas: 3 } },
  { row: '71', code: 'copies-on-down-nodes', level: 'critical', world: faulted(...[1, 2, 3].map((index) => rawNode(index, { conditions: nodeDown(index) }))), params: { nodes: 'node-1, node-2, node-3', count: 3 } },
  { row: '72', code: 'salvage-disk-unschedulable', level: 'critical', world: faulted(...[1, 2, 3].map((index) => rawNode(index, { disk: { status: { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'DiskPressure')] } } }))), params: { node: 'node-1', disk: 'nvme0' } },
  { row: '73', code: 'never-usable', level: 'critical', world: faulted(...[1, 2, 3].map((index) => rawReplica(index, failed(60, { spec: { healthyAt: '', lastHealthyAt: '' } })))) },
  { row: '74', code: 'no-copy-reachable', level: 'critical', world: faulted(...[1, 2, 3].map((index) => rawNode(index, { disk: null }))) },
  { row: '75', code: 'engine-crashed', level: 'critical', world: withObjects(healthy, volume('attached', 'faulted'), rawEngine(undefined, { status: { currentState: 'error' } })), params: { node: 'node-1' } },
  { row: '76', code: 'restart-after-salvage', level: 'healthy', world: withObjects(healthy, volume('attached', 'healthy', { lastAutoSalvagedAt: ago(100), remountRequestedAt: ago(100) }), ...machine), params: { salvagedAt: NOW - 100_000 }, isFact: true },
  { row: '77', code: 'restore-failed', level: 'critical', world: faulted(volume('detached', 'faulted', { conditions: [rawCondition('Restore', false, 'RestoreFailure', 'All replica restore failed and the volume became Faulted')] })) },
  { row: '78', code: 'standby', level: 'healthy', world: withObjects(healthy, volume('attached', 'healthy', { restoreRequired: true }, { Standby: true })) },
  { row: '78', code: 'standby-stopped', level: 'stopped', world: stopped(volume('detached', 'unknown', {}, { Standby: true })) },
  { row: '79', code: 'being-created', level: 'transition', world: withObjects(healthy, volume('creating', '')) },
  { row: '80', code: 'deleting', level: 'transition', world: withObjects(healthy, rawVolume({ metadata: { deletionTimestamp: ago(30) }, status: { state: 'deleting' } })) },
  { row: '80', code: 'deleting-stuck', level: 'transition', world: withObjects(healthy, rawVolume({ metadata: { deletionTimestamp: ago(700) }, status: { state: 'deleting' } })), phase: 'stuck' },
  { row: '81', code: 'leftover-data', level: 'healthy', world: healthy, seen: { extras: { orphans: [{ name: 'orphan-1', nodeName: 'node-2', diskName: 'nvme0' }] } }, params: { count: 1, node: 'node-2' }, isFact: true },
  { row: '82', code: 'too-many-snapshots', level: 'healthy', world: withObjects(healthy, volume('attached', 'healthy', { conditions: [rawCondition('TooManySnapshots', true, 'TooManySnapshots')] }), rawEngine(undefined, { status: { snapshots: { 'volume-head': {}, a: {}, b: {} } } })), params: { count: 2 }, isFact: true },
  { since: 12, row: '83', code: 'shards-degraded', level: 'degraded', world: withObjects(withoutObjects(healthy, 'Replica'), volume('attached', 'degraded', {}, { dataLayout: { type: 'sharded', mode: 'erasureCoding' } })), seen: { extras: { shardGroup: { name: 'pvc-1', state: 'degraded', failedCount: 1, parityChunks: 2 } } }, params: { isKnown: 'yes', failed: 1, parity: 2 } },
  { since: 12, row: '83', code: 'shards-failed', level: 'unknown', world: withObjects(withoutObjects(healthy, 'Replica'), volume('detached', 'unknown', {}, { dataLayout: { type: 'sharded', mode: 'erasureCoding' } })), seen: { extras: { shardGroup: { name: 'pvc-1', state: 'degraded', failedCount: 1, parityChunks: 2 } } }, params: { failed: 1, parity: 2 }, isFact: true },
  { since: 12, row: '83', code: 'shards-offline', level: 'critical', world: withObjects(withoutObjects(healthy, 'Replica'), volume('detached', 'faulted', {}, { dataLayout: { type: 'sharded', mode: 'erasureCoding' } })) },
  { row: '84', code: 'v2-engine-off', level: 'stopped', world: stopped(rawSetting('v2-data-engine', 'false')), isFact: true },
  { since: 12, row: '85', code: 'backing-image-unsupported', level: 'healthy', world: withObjects(healthy, volume('attached', 'healthy', {}, { backingImage: 'ubuntu' })), params: { image: 'ubuntu' }, isFact: true }
];

it('has a case of each row for each Longhorn that has it, 43 to 85', () => {
  expect(gapsOf([...MOVING, ...RESTING], '43', '85')).toEqual([]);
});

const VERSIONS = LONGHORN_MINORS.flatMap((minor) => [['unknown, attaching, detaching, migrating', minor, MOVING], ['detached or faulted', minor, RESTING]] as const);

describe.each(VERSIONS)('%s, by row of the decision table, Longhorn 1.%i', (_group, minor, rows) => {
  it.each(rows.filter((row) => (row.since ?? 0) <= minor && minor < (row.before ?? 99)))('row $row: $code', ({ code, level, world, seen, params, isFact, phase }) => {
    const verdict = verdictOf(asLonghorn(minor, world), { ...seen, status: { ...absentIn(minor), ...seen?.status } });
    expect(codesOf(verdict)).toContain(code);
    if (isFact !== true) expect(verdict.headline.code).toBe(code);
    expect(verdict.level).toBe(level);
    const finding = findingOf(verdict, code);
    expect(finding?.params).toMatchObject(params ?? {});
    expect(finding?.evidence.length).toBeGreaterThan(0);
    if (phase !== undefined) expect(verdict.phase).toBe(phase);
  });
});

describe('all that is told', () => {
  const expected = new Expected(new URL('./testing/expected/rows-detached.txt', import.meta.url));

  it.each([...MOVING, ...RESTING])('row $row: $code, since 1.$since, before 1.$before', ({ row, code, world, seen, since, before }) => {
    const told = tellVerdict(verdictOf(before === undefined ? world : asLonghorn(11, world), seen));
    const heading = `row ${row}: ${code}${since === undefined ? '' : `, since 1.${String(since)}`}${before === undefined ? '' : `, before 1.${String(before)}`}`;
    expect(told).toBe(expected.of(heading, told));
  });
  it('is no more than that', () => expect(expected.unused()).toEqual([]));
});

describe('the faulted', () => {
  const crashed = (...changes: readonly RawObject[]) => withObjects(healthy, volume('detaching', 'faulted'), rawEngine({}, ENGINE_STOPPED), ...changes);
  const stopping = [1, 2, 3].map((index) => rawReplica(index, { spec: { desireState: 'stopped' }, status: { currentState: 'stopping' } }));
  it('with complete replicas left lost its engine, not its replicas, whatever the engine’s state by now', () => {
    const verdict = verdictOf(crashed(...stopping));
    expect(verdict).toMatchObject({ level: 'critical', headline: { code: 'engine-crashed', params: { node: 'node-1' } } });
    expect(codesOf(verdict)).not.toContain('tearing-down');
    expect(verdictOf(crashed(...stopping, rawReplica(3, failed(900)))).headline.code).toBe('engine-crashed');
  });
  it('says all replicas failed only when all have', () => {
    expect(verdictOf(crashed(...allFailed)).headline.code).toBe('tearing-down');
    expect(codesOf(verdictOf(crashed(...[1, 2, 3].map(salvaged))))).toEqual(['faulted']);
    expect(codesOf(verdictOf(withoutObjects(crashed(), 'Replica'), { status: { 'longhorn.io.replica': 'forbidden' } }))[0]).toBe('faulted');
  });
});

describe('the detached', () => {
  it('never used yet', () => {
    const world = stopped(volume('detached', 'unknown', { actualSize: 0 }), ...[1, 2, 3].map((index) => rawReplica(index, { spec: { ...IDLE.spec, healthyAt: '', lastHealthyAt: '' }, status: IDLE.status ?? {} })));
    expect(verdictOf(world)).toMatchObject({ level: 'stopped', needsAttention: false, headline: { code: 'never-used' } });
  });
  it('complete, but a copy’s node is down', () => {
    expect(verdictOf(stopped(rawNode(3, { conditions: nodeDown(3) })))).toMatchObject({ level: 'stopped', needsAttention: false, headline: { code: 'stopped-unreachable', params: { nodes: 'node-3', count: 1 } } });
    expect(verdictOf(stopped(rawNode(2, { conditions: nodeDown(2) }), rawNode(3, { conditions: nodeDown(3) })))).toMatchObject({ level: 'stopped', needsAttention: true, headline: { code: 'stopped-unreachable', params: { count: 2 } } });
  });
  it('complete, with one more replica than it wants out of reach', () => {
    const spare = rawReplica(4, IDLE);
    expect(verdictOf(stopped(spare)).headline.code).toBe('stopped-complete');
    expect(verdictOf(stopped(spare, rawNode(3, { conditions: nodeDown(3) }))).headline).toMatchObject({ code: 'stopped-unreachable', params: { count: 2 } });
  });
  it('without one complete copy', () => {
    expect(verdictOf(stopped(...allFailed))).toMatchObject({ level: 'critical', headline: { code: 'stopped-no-good-copy' } });
  });
  it('salvaged, not proven since', () => {
    expect(verdictOf(stopped(...[1, 2, 3].map(salvaged)))).toMatchObject({ level: 'unknown', headline: { code: 'no-proven-copy' } });
  });
});
