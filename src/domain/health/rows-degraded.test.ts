import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import {
  ago, DISK_OF_DOWN_NODE, failed, GIB, nodeDown, NOW, rawAttachment, rawCondition, rawEngine, rawInstanceManager, rawKubeNode, rawNode, rawPersistentVolume,
  rawReplica, rawSetting, rawVolume, rebuildOf, withObjects, withoutObjects
} from '../testing/raw-objects';
import { absentIn, asLonghorn, LONGHORN_MINORS } from '../testing/longhorn-versions';
import type { LonghornMinor } from '../testing/longhorn-versions';
import { gapsOf, TABLE_ROWS } from '../testing/decision-table';
import { degraded, diskReady, diskThree, healthy, homeless, joining, lost, PRECHECK, rebuildingAt, two, unscheduled } from '../testing/situations';
import { Expected, tellVerdict } from '../testing/told';
import { codesOf, findingOf, verdictOf } from '../testing/verdict-of';
import type { Seen } from '../testing/verdict-of';

const flat = [0, 5, 10, 11].map((minutes) => ({ at: NOW - (11 - minutes) * 60_000, percent: 43 }));

/** `since`: the Longhorn minor that brought what the row reads. */
interface Row { readonly since?: LonghornMinor; readonly row: string; readonly code: string; readonly world: readonly RawObject[]; readonly seen?: Seen; readonly params?: Record<string, unknown>; readonly isHeadline?: boolean; readonly phase?: string }

const ROWS: readonly Row[] = [
  { row: '1', code: 'rebuilding', world: withObjects(healthy, degraded(), rebuildingAt(43), joining), params: { node: 'node-3', from: 'node-1', percent: 43 }, phase: 'rebuilding' },
  { since: 10, row: '2', code: 'rebuilding-capped', world: withObjects(healthy, degraded(), rebuildingAt(43, { appliedRebuildingMBps: 100 }), joining), params: { cap: 100 }, phase: 'rebuilding' },
  { row: '3', code: 'rebuild-not-progressing', world: withObjects(healthy, degraded(), rebuildingAt(43), joining), seen: { history: { rebuildSamples: { 'pvc-1-r-3': flat } } }, params: { sinceAt: NOW - 660_000 }, phase: 'stuck' },
  { row: '4', code: 'purging-before-rebuild', world: withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 2: 'RW' }, { status: { purgeStatus: { 'tcp://10.52.0.1:20001': { isPurging: true, progress: 12, error: '', state: 'in_progress' } } } }), joining), params: { percent: 12 } },
  {
    row: '5', code: 'rebuild-queued', params: { node: 'node-3', running: 1, limit: 1, waiting: 2 }, phase: 'queued',
    world: withObjects(healthy, degraded(), two, rawReplica(3, { spec: { healthyAt: '', lastHealthyAt: '', rebuildRetryCount: 5 }, status: { currentState: 'stopped', storageIP: '', ip: '', port: 0 } }), rawSetting('concurrent-replica-rebuild-per-node-limit', '1'),
      rawReplica(3, { spec: { healthyAt: '', rebuildRetryCount: 1 } }, 'pvc-2'), rawReplica(3, { spec: { healthyAt: '', rebuildRetryCount: 1 }, status: { currentState: 'stopped', storageIP: '', ip: '', port: 0 } }, 'pvc-3'))
  },
  { row: '6', code: 'node-down-waiting', world: withObjects(lost(rawNode(3, { conditions: nodeDown(3), disk: DISK_OF_DOWN_NODE })), degraded({ lastDegradedAt: ago(60) })), params: { node: 'node-3', nextAt: NOW + 540_000 }, phase: 'waiting' },
  { row: '7', code: 'node-down-blocked', world: withObjects(lost(rawNode(3, { conditions: nodeDown(3), disk: DISK_OF_DOWN_NODE })), degraded(unscheduled(PRECHECK))), params: { node: 'node-3' }, phase: 'blocked' },
  { row: '8', code: 'manager-down', world: lost(rawNode(3, { conditions: nodeDown(3, 'ManagerPodDown') })), params: { node: 'node-3' }, isHeadline: false },
  { row: '9', code: 'instance-manager-down', world: lost(rawInstanceManager(3, { status: { currentState: 'error' } })), params: { node: 'node-3', engine: 'v2' }, isHeadline: false },
  { row: '10', code: 'disk-missing', world: lost(diskThree(diskReady('NoDiskInfo'))), params: { node: 'node-3', disk: 'nvme0', reason: 'NoDiskInfo' }, isHeadline: false },
  { row: '11', code: 'disk-replaced', world: lost(diskThree({ status: { diskUUID: 'disk-new', ...diskReady('DiskFilesystemChanged').status } })), params: { disk: 'nvme0' }, isHeadline: false },
  { row: '12', code: 'disk-service-down', world: lost(diskThree(diskReady('DiskServiceUnreachable'))), params: { disk: 'nvme0' }, isHeadline: false },
  { row: '13', code: 'disk-removed', world: lost(rawNode(3, { disk: null })), params: { node: 'node-3', diskId: 'disk-3' }, isHeadline: false },
  { row: '14', code: 'insufficient-storage', world: homeless('precheck new replica failed: insufficient storage', diskThree({ status: { storageScheduled: 1020 * GIB } })), params: { node: 'node-3', disk: 'nvme0', which: 'allocatable', scheduledBytes: 1020 * GIB, limitBytes: 1024 * GIB }, phase: 'blocked' },
  { row: '15', code: 'disk-pressure', world: homeless(PRECHECK, diskThree({ status: { storageAvailable: 100 * GIB, conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'DiskPressure', 'Actual space usage condition failed')] } })), params: { node: 'node-3', disk: 'nvme0', which: 'free' }, phase: 'blocked' },
  { row: '16', code: 'too-few-nodes-with-disks', world: homeless(PRECHECK, rawNode(3, { disk: { spec: { diskType: 'filesystem' } } })), params: { node: 'node-3', nodes: 2, engine: 'v2' }, phase: 'by-design' },
  { row: '17', code: 'v2-disabled-by-label', world: homeless('nodes are unavailable', rawKubeNode(3, { metadata: { labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } } })), params: { node: 'node-3' }, phase: 'blocked' },
  { row: '18', code: 'scheduling-off', world: homeless(PRECHECK, diskThree({ spec: { allowScheduling: false } })), params: { node: 'node-3', disk: 'nvme0', hasDisk: 'yes' } },
  { row: '19', code: 'node-cordoned', world: homeless(PRECHECK, rawNode(3, { conditions: [rawCondition('Ready', true), rawCondition('Schedulable', false, 'KubernetesNodeCordoned')] })), params: { node: 'node-3' } },
  { row: '20', code: 'place-being-evicted', world: homeless(PRECHECK, diskThree({ spec: { allowScheduling: false, evictionRequested: true } })), params: { node: 'node-3', disk: 'nvme0' } },
  { row: '21', code: 'tags-missing', world: withObjects(homeless(''), degraded(unscheduled('replica scheduling failed'), { nodeSelector: ['fast'] })), params: { node: 'node-3', tags: 'fast' } },
  { row: '22', code: 'engine-not-ready', world: withoutObjects(homeless('none of the node candidates contains a ready engine image'), 'InstanceManager', 'instance-manager-3'), params: { node: 'node-3', engine: 'v2' } },
  { row: '23', code: 'no-node-accepts', world: homeless('nodes are unavailable') },
  { row: '24', code: 'local-copy-blocked', world: withObjects(homeless(''), degraded(unscheduled('hard affinity cannot be satisfied', 'LocalReplicaSchedulingFailure'), { dataLocality: 'strict-local' })), params: { node: 'node-1' } },
  { since: 10, row: '25', code: 'linked-clone-blocked', world: homeless('linked clone replica cannot be satisfied') },
  { since: 12, row: '26', code: 'legacy-clone', world: withObjects(lost(), degraded({}, {}, { labels: { 'longhorn.io/legacy-linked-clone': 'true' } })) },
  { row: '27', code: 'rebuild-off', world: lost(rawSetting('concurrent-replica-rebuild-per-node-limit', '0')), phase: 'paused' },
  { row: '28', code: 'rebuild-paused-migration', world: withObjects(lost(), degraded({ currentMigrationNodeID: 'node-2' }, { migrationNodeID: 'node-2' }), rawEngine({ 1: 'RW', 2: 'RW' }, { spec: { active: false, nodeID: 'node-2' }, metadata: { creationTimestamp: ago(60) } }, 'pvc-1', 'e-1')), params: { node: 'node-2' }, phase: 'paused' },
  { row: '28b', code: 'migration-waits-for-rebuild', world: withObjects(healthy, degraded(), rebuildingAt(43), joining, rawAttachment({ a: { id: 'a', type: 'csi-attacher', nodeID: 'node-1' }, b: { id: 'b', type: 'csi-attacher', nodeID: 'node-2' } })), params: { node: 'node-2', target: 'node-3' }, isHeadline: false },
  { row: '28c', code: 'copy-discarded', world: homeless(PRECHECK, diskThree({ spec: { allowScheduling: false } })), params: { minutes: 30 }, isHeadline: false },
  { row: '29', code: 'rebuild-paused-expansion', world: withObjects(lost(), degraded({ expansionRequired: true }, { size: String(20 * GIB) })), params: { sizeBytes: 20 * GIB }, phase: 'paused' },
  { row: '30', code: 'rebuild-retrying', world: lost(rawReplica(3, failed(60, { spec: { rebuildRetryCount: 2 }, status: { conditions: [rawCondition('RebuildFailed', true, 'General', 'timeout')] } }))), params: { node: 'node-3', tries: 2, limit: 5, message: 'timeout' } },
  { row: '31', code: 'retries-exhausted', world: withObjects(healthy, degraded(), two, rawReplica(3, failed(900, { spec: { rebuildRetryCount: 5 } })), rawReplica(4, { spec: { healthyAt: '', lastHealthyAt: '', rebuildRetryCount: 5 }, status: { currentState: 'starting' } })), params: { node: 'node-3', limit: 5 } },
  { row: '32', code: 'persistent-failure', world: lost(...[3, 4].map((index) => rawReplica(index, failed(60, { spec: { nodeID: 'node-3', diskID: 'disk-3', rebuildRetryCount: 5 }, status: { conditions: [rawCondition('RebuildFailed', true, 'General', 'I/O error')] } })))), params: { node: 'node-3', disk: 'nvme0', count: 2 }, phase: 'stuck' },
  { row: '33', code: 'copy-erroring', world: withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 2: 'RW', 3: 'ERR' })), params: { node: 'node-3' } },
  { row: '34', code: 'filesystem-read-only', world: lost(rawReplica(3, failed(60, { status: { conditions: [rawCondition('FilesystemReadOnly', true)] } }))), params: { node: 'node-3' }, isHeadline: false },
  { row: '35', code: 'new-copy-soon', world: withObjects(withoutObjects(healthy, 'Replica', 'pvc-1-r-3'), degraded(), two), phase: 'starting' },
  { row: '36', code: 'full-rebuild', world: lost(rawSetting('fast-replica-rebuild-enabled', '{"v1":"true","v2":"false"}')) },
  { row: '37', code: 'old-scheduling-warning', world: withObjects(healthy, rawPersistentVolume('replica scheduling failed')), params: { message: 'replica scheduling failed' }, isHeadline: false },
  { since: 11, row: '38', code: 'disk-smart-warning', world: withObjects(healthy, diskThree({ status: { healthData: { nvme0n1: { healthStatus: 'FAILED', source: 'SMART' } } } })), params: { node: 'node-3', health: 'FAILED' }, isHeadline: false },
  { row: '39', code: 'evicting-copy', world: withObjects(healthy, rawReplica(3, { spec: { evictionRequested: true } }), rawNode(4), rawReplica(4, { spec: { healthyAt: '' } }), rawEngine({ 1: 'RW', 2: 'RW', 3: 'RW', 4: 'WO' }, { status: { rebuildStatus: rebuildOf(4, 20, 1) } })), params: { node: 'node-3', target: 'node-4', percent: 20 }, isHeadline: false },
  { row: '40', code: 'eviction-stuck', world: withObjects(healthy, rawReplica(3, { spec: { evictionRequested: true } }), diskThree({ spec: { allowScheduling: false, evictionRequested: true } })), params: { node: 'node-3' }, isHeadline: false },
  { row: '41', code: 'two-copies-on-one-node', world: withObjects(healthy, rawReplica(3, { spec: { nodeID: 'node-2' } })), params: { node: 'node-2' }, isHeadline: false },
  { row: '42', code: 'no-local-copy', world: withObjects(healthy, rawVolume({ spec: { dataLocality: 'best-effort', nodeID: 'node-4' }, status: { currentNodeID: 'node-4' } })), params: { node: 'node-4' }, isHeadline: false }
];

it('has a case of each row for each Longhorn that has it, 1 to 42', () => {
  expect(gapsOf(ROWS, '1', '42')).toEqual([]);
  expect(gapsOf(ROWS.filter((row) => row.row !== '7'), '1', '42')).toEqual(LONGHORN_MINORS.map((minor) => `7 in 1.${String(minor)}`));
  expect(TABLE_ROWS).toHaveLength(88);
});

describe.each(LONGHORN_MINORS)('attached and degraded, by row of the decision table, Longhorn 1.%i', (minor) => {
  it.each(ROWS.filter((row) => (row.since ?? 0) <= minor))('row $row: $code', ({ code, world, seen, params, isHeadline = true, phase }) => {
    const verdict = verdictOf(asLonghorn(minor, world), { ...seen, status: { ...absentIn(minor), ...seen?.status } });
    expect(codesOf(verdict)).toContain(code);
    if (isHeadline) expect(verdict.headline.code).toBe(code);
    const finding = findingOf(verdict, code);
    expect(finding?.params).toMatchObject(params ?? {});
    expect(finding?.evidence.length).toBeGreaterThan(0);
    if (phase !== undefined) expect(verdict.phase).toBe(phase);
  });
});

describe('attached and degraded: all that is told', () => {
  const expected = new Expected(new URL('./testing/expected/rows-degraded.txt', import.meta.url));

  it.each(ROWS)('row $row: $code', ({ row, code, world, seen }) => {
    const told = tellVerdict(verdictOf(world, seen));
    expect(told).toBe(expected.of(`row ${row}: ${code}`, told));
  });
  it('is no more than that', () => expect(expected.unused()).toEqual([]));
});

describe('attached and degraded', () => {
  it.each([
    ['flapping after three changes in half an hour', withObjects(healthy, degraded(), rebuildingAt(43), joining), { history: { robustnessChanges: [20, 15, 5].map((minutes) => ({ at: NOW - minutes * 60_000, to: 'degraded' })) } }, 'flapping'],
    ['a rebuild whose entry says complete is over', withObjects(healthy, rawEngine(undefined, { status: { rebuildStatus: rebuildOf(3, 99, 1, { state: 'complete', isRebuilding: false }) } })), {}, 'healthy'],
    ['a node that left the cluster', withObjects(withoutObjects(lost(), 'Node', 'node-3'), degraded({ lastDegradedAt: ago(60) })), {}, 'node-down-waiting'],
    ['a lost copy that is waited for, its node well', withObjects(lost(), degraded({ lastDegradedAt: ago(60) })), {}, 'waiting-for-copy']
  ] as const)('%s', (_name, world, seen, code) => expect(verdictOf(world, seen).headline.code).toBe(code));

  it.each([
    ['plain, v2 named apart (before 1.10)', 'true', 'false', false], ['plain, v2 named apart and on', 'true', 'true', true],
    ['per engine (1.10 and newer)', '{"v1":"true","v2":"true"}', null, true], ['per engine, an old name left over', '{"v1":"true","v2":"true"}', 'false', true], ['per engine, off', '{"v1":"true","v2":"false"}', null, false]
  ] as const)('waits for a lost v2 replica only with fast rebuild on: %s', (_name, value, old, waits) => {
    const world = withObjects(lost(rawNode(3, { conditions: nodeDown(3), disk: DISK_OF_DOWN_NODE })), degraded({ lastDegradedAt: ago(60) }), rawSetting('fast-replica-rebuild-enabled', value), ...(old === null ? [] : [rawSetting('v2-data-engine-fast-replica-rebuilding', old)]));
    expect(verdictOf(world).headline.code).toBe(waits ? 'node-down-waiting' : 'node-down-blocked');
  });

  it('names the instance manager before the disk service that it takes down', () => {
    expect(codesOf(verdictOf(lost(rawInstanceManager(3, { status: { currentState: 'error' } }), diskThree(diskReady('DiskServiceUnreachable'))))).filter((code) => code !== 'engine-not-ready')).toEqual(['instance-manager-down', 'disk-service-down']);
  });

  it('says of an eviction either that it moves or that it cannot', () => {
    const stuck = codesOf(verdictOf(withObjects(healthy, rawReplica(3, { spec: { evictionRequested: true } }), diskThree({ spec: { allowScheduling: false, evictionRequested: true } }), rawPersistentVolume('replica scheduling failed'))));
    expect(stuck).toEqual(['healthy', 'eviction-stuck']);
  });

  it.each(['disks are unavailable;precheck new replica failed', 'precheck new replica failed;disks are unavailable', PRECHECK])('reads both separators and prefixes: %s', (message) => {
    expect(verdictOf(homeless(message, diskThree({ spec: { allowScheduling: false } }))).headline.code).toBe('scheduling-off');
  });
});
