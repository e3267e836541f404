import { describe, expect, it } from 'vitest';
import { parseImage } from '../harvester/image';
import { GIB } from '../kube/sizes';
import type { RawObject } from '../kube/types';
import { rawCluster } from '../testing/raw-cluster';
import type { RawClusterOptions } from '../testing/raw-cluster';
import { Expected } from '../testing/told';
import { listBootClasses } from './classes';
import { checkReadiness, countReadiness, findBlocker } from './readiness';
import type { ReadinessInput } from './readiness';
import { ALL_FACTS, NOW, rawClass, rawImage, rawLonghornSetting, rawNode, rawProfile, rawReadyCluster, rawSetting } from './testing/cluster';
import { tellChecks } from './testing/told';

const NODES = ['node-1', 'node-2', 'node-3'];
const ready = (...changes: RawObject[]) => [...rawReadyCluster(), ...changes];
const without = (objects: readonly RawObject[], kind: string, name?: string) => objects.filter(object => object.kind !== kind || (name !== undefined && (object.metadata as { name: string }).name !== name));
const machine: Partial<ReadinessInput> = { purpose: 'machine', image: parseImage(rawImage()) };
const withImage = (spec: RawObject, status: RawObject = {}): Partial<ReadinessInput> => ({ purpose: 'machine', image: parseImage(rawImage(spec, status)) });

function ask(objects: readonly RawObject[], change: Partial<ReadinessInput> = {}, options: RawClusterOptions = {}) {
  const view = rawCluster(objects, { readAt: NOW - 1000, ...options });

  return checkReadiness(view, {
    purpose: 'image', bootClass: listBootClasses(view).offered[0] ?? null, image: null, imageSize: 4 * GIB, machineSize: 40 * GIB, instances: 1, facts: ALL_FACTS, ...change
  });
}

/** What a case is about: the ids of the checks that are told; all when there are none. */
type Case = readonly [name: string, ids: readonly string[], objects: readonly RawObject[], change?: Partial<ReadinessInput>, options?: RawClusterOptions];

const forbidden = (...kinds: string[]): RawClusterOptions => ({ status: Object.fromEntries(kinds.map(kind => [kind, 'forbidden'])) });
const noProfile = without(ready(), 'StorageProfile');
const withoutBlock = NODES.flatMap(name => rawNode({ name, diskType: 'filesystem' }));
const engineOff = rawLonghornSetting('v2-data-engine', 'false');

const CASES: readonly Case[] = [
  ['a ready cluster, for an image', [], ready()],
  ['a ready cluster, for a VM', [], ready(), machine],
  ['no class yet', [], without(ready(), 'StorageClass')],
  ['nothing may be read', [], [], { facts: { hasCsiDriver: null, canCreateImages: null, canCreateMachines: null } }, forbidden('harvesterhci.io.setting', 'longhorn.io.setting', 'longhorn.io.node', 'longhorn.io.instancemanager', 'node', 'storage.k8s.io.storageclass', 'cdi.kubevirt.io.storageprofile')],
  ['nothing is there', [], []],
  ['an old server', ['version', 'clone'], rawReadyCluster('v1.4.3')],
  ['a server that does not tell its version', ['version', 'clone'], without(ready(), 'Setting', 'server-version')],
  ['settings still loading', ['version', 'engine-setting'], [], {}, { status: { 'harvesterhci.io.setting': 'loading' } }],
  ['settings not there as a kind', ['version', 'engine-longhorn'], [], {}, { status: { 'harvesterhci.io.setting': 'absent', 'longhorn.io.setting': 'failed' } }],
  ['the engine off', ['engine-setting', 'engine-longhorn'], ready(rawSetting('longhorn-v2-data-engine-enabled', 'false'), engineOff)],
  ['the engine off by default', ['engine-setting'], ready({ ...rawSetting('longhorn-v2-data-engine-enabled', ''), default: 'false' })],
  ['the engine on, and Longhorn not told, short of huge pages', ['engine-longhorn'], ready(engineOff, ...rawNode({ name: 'node-2', hugepages: '1Gi' }), ...rawNode({ name: 'node-3', hugepages: '0' }))],
  ['the engine on, and Longhorn not told', ['engine-longhorn'], ready(engineOff)],
  ['the engine on, and Longhorn not told, nodes not readable', ['engine-longhorn'], ready(engineOff), {}, forbidden('node')],
  ['Longhorn has it on, and nobody knows what Harvester wants', ['engine-setting', 'engine-longhorn'], without(ready(), 'Setting', 'longhorn-v2-data-engine-enabled')],
  ['Longhorn has it off, and nobody knows what Harvester wants', ['engine-longhorn'], without(ready(engineOff), 'Setting', 'longhorn-v2-data-engine-enabled')],
  ['Longhorn has not taken it over yet', ['engine-longhorn'], ready(rawLonghornSetting('v2-data-engine', 'true', false))],
  ['Longhorn does not say', ['engine-longhorn'], without(ready(), 'Setting', 'v2-data-engine')],
  ['no CSI driver', ['csi-driver'], ready(), { facts: { ...ALL_FACTS, hasCsiDriver: false } }],
  ['no right to make images', ['permission'], ready(), { facts: { ...ALL_FACTS, canCreateImages: false } }],
  ['no right to make VMs', ['permission'], ready(), { ...machine, facts: { ...ALL_FACTS, canCreateMachines: false } }],
  ['nobody knows the rights to make images', ['permission'], ready(), { facts: { ...ALL_FACTS, canCreateImages: null } }],
  ['nobody knows the rights to make VMs', ['permission'], ready(), { ...machine, facts: { ...ALL_FACTS, canCreateMachines: null } }],
  ['two classes', ['class'], ready(rawClass('longhorn-v2-more'))],
  ['only classes that are refused', ['class'], [...without(ready(), 'StorageClass'), rawClass('old', { dataEngine: 'v1' })]],
  ['one node label, one cordon', ['nodes', 'migration-nodes', 'v2-disks', 'hugepages', 'instance-managers'], ready(...rawNode({ name: 'node-2', labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } }), ...rawNode({ name: 'node-3', isCordoned: true }))],
  ['one node left', ['nodes', 'migration-nodes'], ready(...['node-2', 'node-3'].flatMap(name => rawNode({ name, isReady: false })))],
  ['two nodes left', ['migration-nodes'], ready(...rawNode({ name: 'node-3', isReady: false }))],
  ['no node left', ['nodes', 'migration-nodes', 'v2-disks', 'hugepages', 'instance-managers'], ready(...NODES.flatMap(name => rawNode({ name, isCordoned: true })))],
  ['no v2 disk at all', ['v2-disks', 'capacity', 'single-node-clone'], ready(...withoutBlock)],
  ['too few nodes with v2 disks', ['v2-disks'], ready(...rawNode({ name: 'node-3', diskType: 'filesystem' }))],
  ['no v2 disk with the tags', ['v2-disks'], ready(rawClass('longhorn-v2', { diskSelector: 'nvme', nodeSelector: 'fast' }))],
  ['no class chosen, and a v2 disk', ['v2-disks'], ready(), { bootClass: null }],
  ['Longhorn nodes not readable', ['v2-disks', 'capacity', 'single-node-clone'], ready(), {}, forbidden('longhorn.io.node')],
  ['room for the image, not for the VMs', ['capacity'], ready(), { instances: 30 }],
  ['room for VMs without an image', ['capacity'], ready(), { imageSize: null }],
  ['no room for the image', ['capacity'], ready(...rawNode({ name: 'node-2', scheduled: 999 }))],
  ['no room on the hosts', ['capacity'], ready(...rawNode({ name: 'node-3', diskType: 'filesystem' }))],
  ['short of huge pages', ['hugepages'], ready(...rawNode({ name: 'node-2', hugepages: '1Gi' }), ...rawNode({ name: 'node-3', hugepages: '512Mi' }))],
  ['more huge pages asked for', ['hugepages'], ready(rawSetting('longhorn-v2-data-engine-memory-size', '4096'))],
  ['huge pages off, AIO disks alone', ['hugepages'], ready(rawSetting('longhorn-v2-data-engine-hugepage-enabled', 'false'), ...NODES.flatMap(name => rawNode({ name, driver: 'aio' })))],
  ['huge pages off, another disk', ['hugepages'], ready(rawSetting('longhorn-v2-data-engine-hugepage-enabled', 'false'), ...['node-1', 'node-2'].flatMap(name => rawNode({ name, driver: 'aio' })), ...rawNode({ name: 'node-3', driver: 'nvme' }))],
  ['huge pages off, disks not readable', ['hugepages'], ready(rawSetting('longhorn-v2-data-engine-hugepage-enabled', 'false')), {}, forbidden('longhorn.io.node')],
  ['instance managers missing on two nodes', ['instance-managers'], without(without(ready(), 'InstanceManager', 'instance-manager-node-2'), 'InstanceManager', 'instance-manager-node-3')],
  ['instance managers not readable', ['instance-managers'], ready(), {}, forbidden('longhorn.io.instancemanager')],
  ['a class that forbids migration', ['migratable', 'clone'], ready(rawClass('longhorn-v2', { migratable: 'false' }), rawProfile('longhorn-v2', 'copy', ['ReadWriteOnce']))],
  ['a class that binds late', ['binding-mode'], ready(rawClass('longhorn-v2', {}, { volumeBindingMode: 'WaitForFirstConsumer' }))],
  ['a class without a profile', ['clone'], noProfile],
  ['a class whose profile may not be read', ['clone'], noProfile, {}, forbidden('cdi.kubevirt.io.storageprofile')],
  ['CSI clones on 1.6', ['clone', 'single-node-clone'], [...rawReadyCluster('v1.6.1'), rawProfile('longhorn-v2', 'csi-clone')]],
  ['snapshots on 1.6', ['clone'], [...rawReadyCluster('v1.6.1'), rawProfile('longhorn-v2', 'snapshot')]],
  ['copies on 1.6', ['clone'], rawReadyCluster('v1.6.1')],
  ['CSI clones on a version nobody knows', ['clone'], [...without(ready(), 'Setting', 'server-version'), rawProfile('longhorn-v2', 'csi-clone')]],
  ['CSI clones on 1.9', ['clone', 'single-node-clone'], [...rawReadyCluster('v1.9.0'), rawProfile('longhorn-v2', 'csi-clone')]],
  ['CSI clones on too few nodes', ['single-node-clone'], [...rawReadyCluster('v1.9.0'), rawProfile('longhorn-v2', 'csi-clone'), ...rawNode({ name: 'node-3', diskType: 'filesystem' })]],
  ['copies on too few nodes', ['single-node-clone'], ready(...rawNode({ name: 'node-3', diskType: 'filesystem' }))],
  ['a profile that is not for block volumes', ['clone'], ready({ ...rawProfile('longhorn-v2'), status: { cloneStrategy: 'copy', claimPropertySets: [{ accessModes: ['ReadWriteMany'], volumeMode: 'Filesystem' }] } })],
  ['a profile that says nothing', ['clone'], ready({ ...rawProfile('longhorn-v2'), status: {} })],
  ['a profile that is not shared', ['clone'], ready(rawProfile('longhorn-v2', 'copy', ['ReadWriteOnce']))],
  ['an image on v1', ['image', 'disk-size'], ready(), withImage({ backend: 'backingimage' })],
  ['an image on its way', ['image'], ready(), withImage({}, { progress: 40 })],
  ['an image on its way, nobody knows how far', ['image'], ready(), withImage({}, { progress: undefined })],
  ['an image whose class is gone', ['image'], ready(), withImage({}, { storageClassName: 'gone' })],
  ['an image whose class may not be read', ['image'], without(ready(), 'StorageClass'), withImage({}), forbidden('storage.k8s.io.storageclass')],
  ['an image on a v1 class', ['image'], ready(rawClass('old', { dataEngine: 'v1' })), withImage({}, { storageClassName: 'old' })],
  ['a disk smaller than its image', ['disk-size'], ready(), { ...machine, machineSize: GIB }],
  ['a disk exactly as large as its image', ['disk-size'], ready(), { ...machine, machineSize: 2361393152 }],
  ['a disk one byte smaller', ['disk-size'], ready(), { ...machine, machineSize: 2361393151 }],
  ['an image of no known size', ['disk-size'], ready(), withImage({}, { virtualSize: undefined, size: undefined })],
  ['an ISO needs no disk of its size', ['image', 'disk-size'], ready(), withImage({ displayName: 'win.iso', url: 'https://example.com/win.iso' })]
];

describe('the readiness list, and all that is told of it', () => {
  const expected = new Expected(new URL('./testing/expected/readiness.txt', import.meta.url));

  for (const [name, ids, objects, change, options] of CASES) {
    it(name, () => {
      const told = tellChecks(ask(objects, change, options).filter(check => ids.length === 0 || ids.includes(check.id)));

      expect(told).toBe(expected.of(name, told));
    });
  }

  it('is no more than the file expects', () => { expect(expected.unused()).toEqual([]); });
});

describe('the readiness list as a whole', () => {
  it('is blocked by what concerns the cluster alone', () => {
    expect(findBlocker(ask(ready()))).toBeNull();
    expect(findBlocker(ask(ready(rawClass('longhorn-v2', { diskSelector: 'nvme' }))))).toBeNull();
    expect(findBlocker(ask(ready(...withoutBlock)))?.id).toBe('v2-disks');
    expect(findBlocker(ask(ready(rawSetting('longhorn-v2-data-engine-enabled', 'false'), ...withoutBlock)))?.id).toBe('engine-setting');
  });

  it('counts its states', () => {
    expect(countReadiness(ask(ready()))).toEqual({ ready: 16, warning: 0, blocked: 0, unverified: 0 });
    expect(countReadiness(ask(ready(...withoutBlock), { facts: { ...ALL_FACTS, hasCsiDriver: null } }))).toEqual({ ready: 13, warning: 1, blocked: 1, unverified: 1 });
    expect(countReadiness([])).toEqual({ ready: 0, warning: 0, blocked: 0, unverified: 0 });
  });
});
