import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import { ago, failed, GIB, NOW, nodeDown, rawCondition, rawInfrastructure, rawInstanceManager, rawKubeNode, rawNode, rawReplica, rawSetting, rawVolume, VOLUME, withObjects, withoutObjects } from '../testing/raw-objects';
import type { DiskParts } from '../testing/raw-objects';
import { rawCluster } from '../testing/raw-cluster';
import { Expected } from '../testing/told';
import { tellPlacement } from '../testing/told-placement';
import { explainPlacement } from './placement';
import { requestOf } from './placement-request';
import type { PlacementRequest } from './placement-types';

type Fields = Record<string, unknown>;
const three = rawInfrastructure();
const plan: PlacementRequest = { size: 10 * GIB, replicas: 3, engine: 'v2', nodeSelector: [], diskSelector: [] };
const TIB = 1024 * GIB;

const withDisk = (disk: DiskParts, index = 3) => rawNode(index, { disk });
const conditions = (...own: readonly Fields[]) => rawNode(3, { conditions: own });
const zoned = (...zones: readonly string[]) => zones.map((zone, index) => rawNode(index + 1, { status: { zone } }));
const diskConditions = (ready: Fields | null, schedulable: Fields | null): DiskParts => ({ status: { conditions: [ready, schedulable].filter((condition) => condition !== null) } });

/** A node with several disks; each is a change of an ordinary one, named `a`, `b`… with the UUIDs `<node>a`… */
function manyDisks(index: number, ...disks: readonly DiskParts[]): RawObject {
  const base = rawNode(index);
  const [spec, status] = [base.spec as { disks: { nvme0: Fields } }, base.status as { diskStatus: { nvme0: Fields } }];
  const names = disks.map((_, position) => 'abcdefghijkl'[position] ?? '');
  return rawNode(index, {
    spec: { disks: Object.fromEntries(disks.map((own, position) => [names[position], { ...spec.disks.nvme0, path: `/dev/${names[position] ?? ''}`, ...own.spec }])) },
    status: { diskStatus: Object.fromEntries(disks.map((own, position) => [names[position], { ...status.diskStatus.nvme0, diskUUID: `${String(index)}${names[position] ?? ''}`, scheduledReplica: {}, ...own.status }])) }
  });
}

const place = (index: number, own: Partial<{ nodeName: string; diskId: string; name: string }> = {}) => ({ nodeName: `node-${String(index)}`, diskId: `disk-${String(index)}`, ...own });
const v1 = (index: number, disk: DiskParts = {}) => [rawNode(index, { disk: { spec: { diskType: 'filesystem', ...disk.spec }, status: { diskType: 'filesystem', ...disk.status } } }), rawInstanceManager(index, { spec: { dataEngine: 'v1' } })];

type PlanCase = readonly [name: string, changes: readonly RawObject[], own?: Partial<PlacementRequest>, unreadKubeNode?: string];

describe('where a planned volume goes, and all that is told of it', () => {
  const expected = new Expected(new URL('./testing/expected/placement-plans.txt', import.meta.url));
  const cases: readonly PlanCase[] = [
    ['three nodes', []],
    ['a node that is being deleted', [rawNode(3, { metadata: { deletionTimestamp: ago(5) } })]],
    ['a node without a word on its readiness', [conditions(rawCondition('Schedulable', true))]],
    ['a node that is not ready, without a reason', [conditions(rawCondition('Ready', false), rawCondition('Schedulable', true))]],
    ['a node whose readiness nobody knows', [conditions(rawCondition('Ready', 'Unknown', 'Lost'), rawCondition('Schedulable', true))]],
    ['a node without a word on scheduling', [conditions(rawCondition('Ready', true))]],
    ['a node that does not schedule, without a reason', [conditions(rawCondition('Ready', true), rawCondition('Schedulable', false))]],
    ['a cordoned node', [conditions(rawCondition('Ready', true), rawCondition('Schedulable', false, 'KubernetesNodeCordoned'))]],
    ['a node that is evicted but may schedule', [rawNode(3, { spec: { evictionRequested: true } })]],
    ['a node that is evicted and switched off', [rawNode(3, { spec: { allowScheduling: false, evictionRequested: true } })]],
    ['a label that keeps v2 off, for v2', [rawKubeNode(3, { metadata: { labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } } })]],
    ['a label that keeps v2 off, for v1', [...v1(1), ...v1(2), ...v1(3), rawKubeNode(3, { metadata: { labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } } })], { engine: 'v1' }],
    ['a label that nobody read', [], {}, 'node-3'],
    ['no instance manager', [rawInstanceManager(3, { status: { currentState: 'error' } })]],
    ['the instance manager of another engine', [rawInstanceManager(3, { spec: { dataEngine: 'v1' } })]],
    ['tags that are there, and more', [rawNode(3, { spec: { tags: ['fast', 'ssd', 'old'] } })], { nodeSelector: ['fast', 'ssd'] }],
    ['two node tags that are missing', [rawNode(3, { spec: { tags: ['old'] } })], { nodeSelector: ['fast', 'ssd'] }],
    ['tagged nodes, closed to volumes that ask for none', [rawNode(3, { spec: { tags: ['fast'] } }), rawSetting('allow-empty-node-selector-volume', 'false')]],
    ['tagged disks, closed to volumes that ask for none', [withDisk({ spec: { tags: ['nvme', 'ssd'] } }), rawSetting('allow-empty-disk-selector-volume', 'false')]],
    ['disk tags, one there and one missing', [withDisk({ spec: { tags: ['nvme'] } })], { diskSelector: ['nvme', 'ssd'] }],
    ['another node is required', [], { replicas: 1, onlyNode: 'node-2' }],
    ['a node is preferred', [], { replicas: 2, preferredNode: 'node-3' }],
    ['a node is preferred, and nodes may be shared: for one replica', [], { replicas: 4, preferredNode: 'node-3', nodeSoftAntiAffinity: 'enabled' }],
    ['no node is preferred, and nodes may be shared', [], { replicas: 4, preferredNode: '', nodeSoftAntiAffinity: 'enabled' }],
    ['a node is preferred that has one, and nodes may be shared', [], { replicas: 4, preferredNode: 'node-3', existing: [place(1), place(2), place(3)], nodeSoftAntiAffinity: 'enabled' }],
    ['a node is preferred that has one', [], { replicas: 2, preferredNode: 'node-3', existing: [place(3)] }],
    ['a node is preferred where a failed one is kept', [], { replicas: 2, preferredNode: 'node-3', held: [place(3)], isReplacing: true }],
    ['a linked clone, its source on two nodes', [], { replicas: 2, sources: [place(1), place(3, { diskId: 'elsewhere' })] }],
    ['a linked clone whose source is nowhere', [], { sources: [] }],
    ['disks of another engine, and none', [withDisk({ spec: { diskType: 'filesystem' }, status: { diskType: 'filesystem' } }), rawNode(2, { disk: null })]],
    ['v1 finds block disks, and none', [...v1(1), rawInstanceManager(2, { spec: { dataEngine: 'v1' } }), rawNode(3, { disk: null }), rawInstanceManager(3, { spec: { dataEngine: 'v1' } })], { engine: 'v1' }],
    ['a disk that is not ready', [withDisk(diskConditions(rawCondition('Ready', false, 'NoDiskInfo'), rawCondition('Schedulable', false)))]],
    ['a disk that says nothing of its readiness', [withDisk(diskConditions(null, rawCondition('Schedulable', true)))]],
    ['a disk that says nothing of scheduling', [withDisk(diskConditions(rawCondition('Ready', true), null))]],
    ['a disk that does not schedule, without a reason', [withDisk(diskConditions(rawCondition('Ready', true), rawCondition('Schedulable', false)))]],
    ['a disk under pressure', [withDisk(diskConditions(rawCondition('Ready', true), rawCondition('Schedulable', false, 'DiskPressure')))]],
    ['a disk that is evicted and switched off', [withDisk({ spec: { allowScheduling: false, evictionRequested: true } })]],
    ['a disk switched off', [withDisk({ spec: { allowScheduling: false } })]],
    ['a disk without a size', [withDisk({ status: { storageMaximum: null } })]],
    ['a disk that does not tell what is free', [withDisk({ status: { storageAvailable: null } })]],
    ['a disk that does not tell what is promised', [withDisk({ status: { storageScheduled: null } })]],
    ['a disk of no size', [withDisk({ status: { storageMaximum: 0, storageAvailable: 10 } })]],
    ['free space exactly at the line', [withDisk({ status: { storageAvailable: 257 * GIB } })], { actualSize: GIB }],
    ['free space one byte above the line', [withDisk({ status: { storageAvailable: 257 * GIB + 1 } })], { actualSize: GIB }],
    ['free space below the line', [withDisk({ status: { storageAvailable: GIB } })]],
    ['a smaller line by the setting', [withDisk({ status: { storageAvailable: 103 * GIB } }), rawSetting('storage-minimal-available-percentage', '10')]],
    ['promised exactly to the limit', [withDisk({ status: { storageScheduled: 1014 * GIB } })]],
    ['promised one byte beyond the limit', [withDisk({ status: { storageScheduled: 1014 * GIB + 1 } })]],
    ['promised far beyond the limit', [withDisk({ status: { storageScheduled: 2 * TIB } })]],
    ['twice the limit by the setting, less what is reserved', [withDisk({ spec: { storageReserved: 24 * GIB } }), rawSetting('storage-over-provisioning-percentage', '200')]],
    ['space for what each will fill', [], { actualSize: 3 * GIB, writes: 50 * GIB }],
    ['space for what each has filled', [], { actualSize: 50 * GIB, writes: 3 * GIB }],
    ['nothing to place', [], { size: 0, replicas: 0 }],
    ['more are there than are wanted', [], { replicas: 1, existing: [place(1), place(2)] }],
    ['more are wanted than there are nodes', [], { replicas: 4 }],
    ['more are wanted than there are nodes, and nodes may be shared', [], { replicas: 4, nodeSoftAntiAffinity: 'enabled' }],
    ['nodes may be shared by the setting, not by the volume', [rawSetting('replica-soft-anti-affinity', 'true')], { replicas: 4, nodeSoftAntiAffinity: 'disabled' }],
    ['two zones, and zones may be shared', zoned('a', 'a', 'b'), { replicas: 3 }],
    ['two zones, and zones may not be shared', zoned('a', 'a', 'b'), { replicas: 3, zoneSoftAntiAffinity: 'disabled' }],
    ['zones may not be shared by the setting', [...zoned('a', 'a', 'b'), rawSetting('replica-zone-soft-anti-affinity', 'false')], { replicas: 3 }],
    ['no zones, and zones may not be shared', [], { replicas: 2, zoneSoftAntiAffinity: 'disabled' }],
    ['two disks on one node, and disks may be shared', [manyDisks(1, {}, {})], { replicas: 4, nodeSoftAntiAffinity: 'enabled' }],
    ['two disks on one node, and disks may not be shared', [manyDisks(1, {}, {})], { replicas: 5, nodeSoftAntiAffinity: 'enabled', diskSoftAntiAffinity: 'disabled' }],
    ['the rest of a node whose disk is taken, and disks may not be shared', [manyDisks(1, {}, {})], { replicas: 4, existing: [place(1, { diskId: '1a' }), place(2), place(3)], nodeSoftAntiAffinity: 'enabled', diskSoftAntiAffinity: 'disabled' }],
    ['replicas that are leaving', [], { replicas: 3, existing: [place(1), place(2)], leaving: [place(3)] }],
    ['replicas that are leaving, and zones may not be shared', zoned('a', 'b', 'c'), { replicas: 3, existing: [place(1), place(2)], leaving: [place(3)], zoneSoftAntiAffinity: 'disabled' }],
    ['a replica leaves a zone where another stays, and zones may not be shared', zoned('a', 'a', 'b'), { replicas: 3, existing: [place(1), place(3)], leaving: [place(2)], zoneSoftAntiAffinity: 'disabled' }],
    ['a replica leaves a node where another stays', [], { replicas: 4, existing: [place(1), place(2), place(3)], leaving: [place(3)] }],
    ['a failed replica keeps its node', [], { replicas: 3, existing: [place(1), place(2)], held: [place(3)] }],
    ['a failed replica keeps its node no longer', [], { replicas: 3, existing: [place(1), place(2)], held: [place(3)], isReplacing: true }],
    ['a failed replica keeps its disk even then, where disks may not be shared', [manyDisks(3, {}, {})], { replicas: 3, existing: [place(1), place(2)], held: [place(3, { diskId: '3a' })], isReplacing: true, diskSoftAntiAffinity: 'disabled' }],
    ['a failed replica on a node where a good one is', [], { replicas: 3, existing: [place(1), place(2)], held: [place(2)] }],
    ['a replica on a node that is not ready does not take its zone', [...zoned('a', 'a', 'b'), rawNode(1, { status: { zone: 'a' }, conditions: nodeDown(1) })], { replicas: 2, existing: [place(1)], zoneSoftAntiAffinity: 'disabled' }],
    ['a replica on a node without the tags takes its zone', [...zoned('a', 'a', 'b'), ...[2, 3].map((index) => rawNode(index, { spec: { tags: ['fast'] }, status: { zone: index === 3 ? 'b' : 'a' } }))], { replicas: 2, existing: [place(1)], nodeSelector: ['fast'], zoneSoftAntiAffinity: 'disabled' }],
    ['a replica that the disk does not count yet', [], { existing: [place(3, { name: 'new' })], replicas: 3 }],
    ['a replica that the disk counts', [], { existing: [place(3, { name: 'pvc-1-r-3' })], replicas: 3 }],
    ['a leaving and a failed replica that the disk does not count yet', [], { leaving: [place(3, { name: 'one' })], held: [place(3, { name: 'two' })], replicas: 1 }],
    ['replicas of others that the disk does not count yet', [rawReplica(3, { metadata: { name: 'other' } }, 'pvc-9'), rawVolume({ spec: { size: String(7 * GIB) } }, 'pvc-9'), rawReplica(3, {}, 'pvc-1'), rawVolume({ spec: { size: String(11 * GIB) } }, 'pvc-1'), rawReplica(3, { metadata: { name: 'gone', deletionTimestamp: ago(5) } }, 'pvc-6'), rawVolume({ spec: { size: String(13 * GIB) } }, 'pvc-6'), rawReplica(3, { metadata: { name: 'unknown' } }, 'pvc-8'), rawReplica(3, { metadata: { name: 'elsewhere' }, spec: { diskID: 'other' } }, 'pvc-5'), rawVolume({ spec: { size: String(17 * GIB) } }, 'pvc-5')], { countsInFlight: true }],
    ['replicas of others, not asked for', [rawReplica(3, { metadata: { name: 'other' } }, 'pvc-9'), rawVolume({ spec: { size: String(7 * GIB) } }, 'pvc-9')]],
    ['a disk without a UUID', [withDisk({ status: { diskUUID: '' } })], { existing: [{ nodeName: 'node-9', diskId: '', name: 'new' }], replicas: 4 }]
  ];
  for (const [name, changes, own, unread] of cases) {
    it(name, () => {
      const world = withObjects(three, ...changes).filter((raw) => raw.apiVersion !== 'v1' || (raw.metadata as Fields).name !== unread);
      const told = tellPlacement(explainPlacement(rawCluster(world), { ...plan, ...own }));
      expect(told).toBe(expected.of(name, told));
    });
  }
  it('is all that the file expects', () => { expect(expected.unused()).toEqual([]); });

  it('is not known while nodes could not be read', () => {
    const result = explainPlacement(rawCluster(three, { status: { 'longhorn.io.node': 'stale' } }), plan);
    expect([result.isPlaceable, result.chosen.length]).toEqual([null, 3]);
  });
});

describe('of several disks the closest to being usable speaks for its node', () => {
  const source = { diskId: '3h', nodeName: 'node-3' };
  const BY_CLOSENESS: readonly (readonly [string, DiskParts])[] = [
    ['insufficient-allocatable', { spec: { tags: ['nvme'] }, status: { storageScheduled: 2 * TIB } }],
    ['insufficient-free', { spec: { tags: ['nvme'] }, status: { storageAvailable: GIB } }],
    ['disk-pressure', { spec: { tags: ['nvme'] }, ...diskConditions(rawCondition('Ready', true), rawCondition('Schedulable', false, 'DiskPressure')) }],
    ['disk-tags-missing', {}],
    ['disk-scheduling-off', { spec: { allowScheduling: false } }],
    ['disk-evicting', { spec: { evictionRequested: true } }],
    ['disk-unschedulable', diskConditions(rawCondition('Ready', true), rawCondition('Schedulable', false, 'Odd'))],
    ['disk-not-ready', diskConditions(rawCondition('Ready', false, 'NoDiskInfo'), null)],
    ['disk-unread', { status: { storageMaximum: null } }]
  ];
  it.each(BY_CLOSENESS.slice(1).map(([code], index) => [BY_CLOSENESS[index]?.[0] ?? '', code, index] as const))('%s before %s', (code, _other, index) => {
    const world = withObjects(three, manyDisks(3, BY_CLOSENESS[index + 1]?.[1] ?? {}, BY_CLOSENESS[index]?.[1] ?? {}));
    const result = explainPlacement(rawCluster(world), { ...plan, replicas: 1, diskSelector: ['nvme'] });
    expect(result.nodes[2]).toMatchObject({ code, params: { disk: 'b' } });
    expect(result.limitedBy).toEqual({ nodeName: index < 3 ? 'node-3' : 'node-1', diskName: index < 3 ? 'b' : 'nvme0', code: index < 3 ? code : 'disk-tags-missing' });
  });
  it('a disk that is taken before one without the tags, and one without the source after it', () => {
    const hard = { ...plan, replicas: 2, diskSelector: ['nvme'], nodeSoftAntiAffinity: 'enabled', diskSoftAntiAffinity: 'disabled', existing: [{ nodeName: 'node-3', diskId: '3b' }] };
    const world = rawCluster(withObjects(three, manyDisks(3, {}, { spec: { tags: ['nvme'] } })));
    expect(explainPlacement(world, hard).nodes[2]?.code).toBe('disk-holds-replica');
    const clone = rawCluster(withObjects(three, manyDisks(3, { spec: { allowScheduling: false } }, {})));
    expect(explainPlacement(clone, { ...plan, sources: [source] }).nodes[2]).toMatchObject({ code: 'disk-no-clone-source', params: { disk: 'b' } });
  });
});

describe('what Longhorn’s scheduler is asked for a volume', () => {
  const volume = (spec: Fields = {}, status: Fields = {}) => rawVolume({ spec, status: { robustness: 'degraded', lastDegradedAt: ago(60), ...status } });
  const ask = (objects: readonly RawObject[], options: { isAfterWait?: boolean; without?: string } = {}, status = {}) => {
    const view = rawCluster(withObjects(three, ...objects), { status });
    return requestOf(view, view.get('longhorn.io.volume', `longhorn-system/${VOLUME}`)!, { now: NOW, ...options });
  };
  const copy = (index: number, own = {}) => rawReplica(index, own);
  const named = (index: number) => ({ nodeName: `node-${String(index)}`, diskId: `disk-${String(index)}`, name: `pvc-1-r-${String(index)}` });
  const base = {
    size: 10 * GIB, replicas: 3, engine: 'v2', nodeSelector: [], diskSelector: [], actualSize: 3 * GIB, existing: [named(1), named(2)], leaving: [], held: [], isReplacing: false, onlyNode: '', preferredNode: '',
    nodeSoftAntiAffinity: 'ignored', zoneSoftAntiAffinity: 'ignored', diskSoftAntiAffinity: 'ignored'
  };
  const gold = (own: Fields = {}, status: Fields = {}) => rawReplica(1, { metadata: { name: 'gold-r-1' }, spec: own, status }, 'pvc-gold');
  const linked = volume({ cloneMode: 'linked-clone' }, { cloneStatus: { sourceVolume: 'pvc-gold', state: 'completed' } });

  it.each<[string, readonly RawObject[], Fields, Parameters<typeof ask>[1]?, Fields?]>([
    ['two that stay', [volume(), copy(1), copy(2)], {}],
    ['one that leaves', [volume(), copy(1), copy(2), copy(3, { spec: { evictionRequested: true } })], { leaving: [named(3)] }],
    ['one that failed and may come back', [volume(), copy(1), copy(2), copy(3, failed(60))], { held: [named(3)] }],
    ['one that failed while it was leaving', [volume(), copy(1), copy(2), copy(3, failed(60, { spec: { evictionRequested: true } }))], {}],
    ['one that failed for good', [volume(), copy(1), copy(2), copy(3, failed(60, { spec: { rebuildRetryCount: 5 } }))], {}],
    ['one being removed', [volume(), copy(1), copy(2), copy(3, { metadata: { deletionTimestamp: ago(5) } })], {}],
    ['one out of use', [volume(), copy(1), copy(2), copy(3, { spec: { active: false } })], {}],
    ['one without a place', [volume(), copy(1), copy(2), copy(3, { spec: { nodeID: '', diskID: '' } })], {}],
    ['as if one were gone', [volume(), copy(1), copy(2), copy(3)], {}, { without: 'pvc-1-r-3' }],
    ['as if the wait were over', [volume(), copy(1), copy(2)], { isReplacing: true }, { isAfterWait: true }],
    ['not replacing a volume that is not degraded', [volume({}, { robustness: 'healthy' }), copy(1), copy(2)], {}, { isAfterWait: true }],
    ['the wait exactly over', [volume({}, { lastDegradedAt: ago(600) }), copy(1), copy(2)], {}],
    ['the wait just over', [volume({}, { lastDegradedAt: ago(601) }), copy(1), copy(2)], { isReplacing: true }],
    ['no wait known', [volume({}, { lastDegradedAt: '' }), copy(1), copy(2)], { isReplacing: true }],
    ['strictly local, wanted there', [volume({ dataLocality: 'strict-local', nodeID: 'node-2' }), copy(1), copy(2)], { onlyNode: 'node-2' }],
    ['strictly local, still there', [volume({ dataLocality: 'strict-local', nodeID: '' }), copy(1), copy(2)], { onlyNode: 'node-1' }],
    ['local if possible', [volume({ dataLocality: 'best-effort', nodeID: 'node-2' }), copy(1), copy(2)], { preferredNode: 'node-2' }],
    ['a replica bound to a node', [volume(), copy(1), copy(2), copy(3, { spec: { nodeID: '', diskID: '', hardNodeAffinity: 'node-3' } })], { onlyNode: 'node-3' }],
    ['a replica that was bound and is placed', [volume(), copy(1), copy(2, { spec: { hardNodeAffinity: 'node-2' } })], {}],
    ['a replica that was bound and has failed', [volume(), copy(1), copy(2), copy(3, failed(60, { spec: { nodeID: '', diskID: '', hardNodeAffinity: 'node-3' } }))], {}],
    ['a linked clone', [linked, copy(1), copy(2), gold()], { sources: [{ nodeName: 'node-1', diskId: 'disk-1', name: 'gold-r-1' }] }],
    ['a linked clone of a source never healthy', [linked, copy(1), copy(2), gold({ healthyAt: '', lastHealthyAt: '' })], { sources: [] }],
    ['a linked clone of a source that rebuilds', [linked, copy(1), copy(2), gold({ healthyAt: '' })], { sources: [] }],
    ['a linked clone of a source that has failed', [linked, copy(1), copy(2), gold({ failedAt: ago(5) })], { sources: [] }],
    ['a linked clone of a source without a node', [linked, copy(1), copy(2), gold({ nodeID: '' })], { sources: [] }],
    ['a linked clone of a source without a disk', [linked, copy(1), copy(2), gold({ diskID: '' })], { sources: [] }],
    ['a linked clone whose source nobody named', [volume({ cloneMode: 'linked-clone' }), copy(1), copy(2)], {}],
    ['a full clone', [volume({ cloneMode: 'full-copy' }, { cloneStatus: { sourceVolume: 'pvc-gold', state: 'completed' } }), copy(1), copy(2), gold()], {}],
    ['a linked clone while replicas could not be read', [linked, copy(1), copy(2), gold()], {}, {}, { 'longhorn.io.replica': 'stale' }],
    ['a volume of no size, count or use', [volume({ size: null, numberOfReplicas: null }, { actualSize: null }), copy(1), copy(2)], { size: 0, replicas: 0, actualSize: 0 }],
    ['selectors and overrides', [volume({ dataEngine: 'v1', nodeSelector: ['a'], diskSelector: ['b'], replicaSoftAntiAffinity: 'enabled', replicaZoneSoftAntiAffinity: 'disabled', replicaDiskSoftAntiAffinity: 'enabled' }), copy(1), copy(2)], { engine: 'v1', nodeSelector: ['a'], diskSelector: ['b'], nodeSoftAntiAffinity: 'enabled', zoneSoftAntiAffinity: 'disabled', diskSoftAntiAffinity: 'enabled' }]
  ])('%s', (_name, objects, own, options, status) => { expect(ask(objects, options, status)).toEqual({ ...base, ...own }); });
});

it('tells nodes by name, in whatever order they are read', () => {
  const { nodes, chosen } = explainPlacement(rawCluster([...three].reverse()), plan);
  expect(nodes.map((node) => node.nodeName)).toEqual(['node-1', 'node-2', 'node-3']);
  expect(chosen[0]?.nodeName).toBe('node-1');
});

it('finds no place where there are no nodes', () => {
  expect(explainPlacement(rawCluster(withoutObjects(three, 'Node')), plan)).toEqual({ isPlaceable: false, missing: 3, chosen: [], nodes: [], limitedBy: null });
});
