import { describe, expect, it } from 'vitest';
import { rawCluster } from '../testing/raw-cluster';
import { GIB, rawInfrastructure, rawNode, rawSetting, withObjects } from '../testing/raw-objects';
import { countFit } from './placement';
import { chooseDisk } from './placement-choice';
import type { Choosable } from './placement-choice';
import { diskLimit, fillOf, missingTags } from './placement-rules';
import type { PlacementPolicy } from './placement-rules';
import type { PlacementRequest } from './placement-types';
import type { DiskRecord } from './types';

type Site = readonly [name: string, node: string, available: number | null, scheduled: number | null, reserved?: number];
const site = ([name, node, available, scheduled, reserved = 0]: Site): Choosable => ({ disk: { name, uuid: name, nodeName: node, storageReserved: reserved } as DiskRecord, available, scheduled });
const choose = (size: number, minor: number | null, ...sites: readonly Site[]) => chooseDisk(sites.map(site), size, minor)?.disk.name ?? null;

describe('which of several disks Longhorn takes, up to 1.10', () => {
  it.each<[string, string | null, readonly Site[]]>([
    ['none of none', null, []],
    ['the one with most free', 'b', [['a', 'n1', 50, 0], ['b', 'n2', 51, 0], ['c', 'n3', 49, 0]]],
    ['the first of equals', 'a', [['a', 'n1', 50, 0], ['b', 'n2', 50, 0]]],
    ['most free beyond what is reserved', 'a', [['a', 'n1', 50, 0, 10], ['b', 'n2', 60, 0, 21]]],
    ['most free, whatever is promised', 'b', [['a', 'n1', 50, 0], ['b', 'n2', 60, 100]]],
    ['one that tells, before one that does not', 'b', [['a', 'n1', null, 0], ['b', 'n2', 1, 0]]]
  ])('%s', (_name, name, sites) => { expect(choose(10, 10, ...sites)).toBe(name); });
});

describe('which of several disks Longhorn takes, since 1.11', () => {
  it.each<[string, string | null, readonly Site[]]>([
    ['none of none', null, []],
    ['the one whose use leaves nodes most even', 'b', [['a', 'n1', 50, 0], ['b', 'n2', 80, 0], ['c', 'n3', 50, 0]]],
    ['the first of equals', 'a', [['a', 'n1', 50, 0], ['b', 'n2', 50, 0]]],
    ['by what is neither promised nor reserved', 'a', [['a', 'n1', 90, 20, 0], ['b', 'n2', 100, 20, 30]]],
    ['by all disks of a node together', 'c', [['a', 'n1', 60, 0], ['b', 'n2', 40, 0], ['c', 'n2', 45, 0]]],
    ['of the node, the disk that leaves disks most even', 'c', [['a', 'n2', 40, 0], ['b', 'n1', 30, 0], ['c', 'n2', 70, 0]]],
    ['never one without room, when another has it', 'b', [['a', 'n1', 9, 0], ['b', 'n2', 10, 0]]],
    ['the one with most free, when none has room', 'b', [['a', 'n1', 50, 50], ['b', 'n2', 60, 60]]],
    ['the one with most free, when a node has room that none of its disks has', 'c', [['a', 'n1', 6, 0], ['b', 'n1', 6, 0], ['c', 'n2', 8, 0]]],
    ['what does not tell counts as full', 'b', [['a', 'n1', null, 0], ['b', 'n2', 20, null]]],
    ['promised beyond what is free counts as full, not as less', 'c', [['a', 'n1', 10, 500], ['b', 'n2', 30, 0], ['c', 'n3', 45, 0]]],
    ['exactly the room there is, where nothing would be left at all', 'a', [['a', 'n1', 10, 0]]]
  ])('%s', (_name, name, sites) => {
    expect(choose(10, 11, ...sites)).toBe(name);
    expect(choose(10, 12, ...sites)).toBe(name);
    expect(choose(10, null, ...sites)).toBe(name);
  });
});

describe('numbers of a disk', () => {
  const policy = (overProvisioning: number) => ({ overProvisioning }) as PlacementPolicy;
  it('the most that may be promised', () => {
    expect(diskLimit({ storageMaximum: 1000, storageReserved: 100 } as DiskRecord, policy(150))).toBe(1350);
    expect(diskLimit({ storageMaximum: null, storageReserved: 100 } as DiskRecord, policy(150))).toBeNull();
  });
  it('what one copy fills', () => {
    expect([fillOf({ writes: 5, actualSize: 3 } as PlacementRequest), fillOf({ writes: 3, actualSize: 5 } as PlacementRequest), fillOf({} as PlacementRequest)]).toEqual([5, 5, 0]);
  });
  it('the tags it lacks', () => {
    expect(missingTags(['a', 'b'], ['b', 'c'], true)).toEqual(['a']);
    expect(missingTags([], ['b', 'c'], true)).toEqual([]);
    expect(missingTags([], ['b', 'c'], false)).toEqual(['b', 'c']);
    expect(missingTags([], [], false)).toEqual([]);
    expect(missingTags(['a'], [], false)).toEqual(['a']);
  });
});

describe('how many whole volumes fit', () => {
  const three = rawInfrastructure();
  const plan: PlacementRequest = { size: 100 * GIB, replicas: 3, engine: 'v2', nodeSelector: [], diskSelector: [] };
  const count = (own: Partial<PlacementRequest>, changes: Parameters<typeof withObjects>[1][] = [], limit?: number) => countFit(rawCluster(withObjects(three, ...changes)), { ...plan, ...own }, limit);

  it.each<[string, Partial<PlacementRequest>, number]>([
    // 824 GiB may still be promised on each disk, 344 GiB filled.
    ['by what may be promised', {}, 8],
    ['by what they fill, the last one up to the line', { writes: 100 * GIB }, 4],
    ['by what they fill beyond their source', { actualSize: 100 * GIB }, 3],
    ['exactly', { size: 412 * GIB }, 2],
    ['one byte too large for a second', { size: 412 * GIB + 1 }, 1],
    // Of 24 places: once free space is less than what is promised, Longhorn looks at free space alone, and the first two disks fill up together.
    ['two copies each, over three disks', { replicas: 2 }, 10],
    ['whatever is there of another volume', { existing: [{ nodeName: 'node-1', diskId: 'disk-1' }], leaving: [{ nodeName: 'node-2', diskId: 'disk-2' }], held: [{ nodeName: 'node-3', diskId: 'disk-3' }] }, 8],
    ['none of no size', { size: 0 }, 0],
    ['none without a size that is a number', { size: Number.NaN }, 0],
    ['none of no copies', { replicas: 0 }, 0],
    ['none of more copies than nodes', { replicas: 4 }, 0]
  ])('%s', (_name, own, expected) => { expect(count(own)).toBe(expected); });

  it('up to the limit, a thousand unless told', () => {
    expect([count({ size: 1 }, [], 7), count({ size: 1 }), count({ size: GIB }, [], 0)]).toEqual([7, 1000, 0]);
  });
  it('is not known while nodes could not be read', () => {
    expect(countFit(rawCluster(three, { status: { 'longhorn.io.node': 'loading' } }), plan)).toBeNull();
  });
  it('by the choice of the version', () => {
    // Two volumes of one copy: 1.10 looks at what is free, whatever is promised, and comes back to the same disk.
    const uneven = [rawNode(1, { disk: { status: { storageAvailable: 601 * GIB, storageScheduled: 924 * GIB } } })];
    expect(count({ replicas: 1 }, [...uneven, rawSetting('current-longhorn-version', 'v1.10.2')])).toBe(17);
    expect(count({ replicas: 1 }, uneven)).toBe(17);
  });
});

describe('a v1 replica is one file', () => {
  const TIB = 1024 * GIB;
  const world = (filesystemType: string) => rawCluster(withObjects(rawInfrastructure(), ...[1, 2, 3].map((index) => rawNode(index, { disk: { spec: { diskType: 'filesystem' }, status: { diskType: 'filesystem', filesystemType, storageMaximum: 100 * TIB, storageAvailable: 90 * TIB } } }))).filter((raw) => raw.kind !== 'InstanceManager'), { status: { 'longhorn.io.instancemanager': 'forbidden' } });
  const plan: PlacementRequest = { size: 16 * TIB, replicas: 3, engine: 'v1', nodeSelector: [], diskSelector: [] };
  it.each([['ext4', 16 * TIB, 0], ['ext4', 16 * TIB - 1, 6], ['ext3', 16 * TIB, 0], ['xfs', 16 * TIB, 6], ['', 16 * TIB, 6]])('%s takes one of %i bytes: %i', (filesystemType, size, fits) => {
    expect(countFit(world(filesystemType), { ...plan, size })).toBe(fits);
  });
});
