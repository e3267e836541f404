import { describe, expect, it } from 'vitest';
import { parseImage } from '../harvester/image';
import type { Kind } from '../kube/kinds';
import { GIB } from '../kube/sizes';
import type { RawObject } from '../kube/types';
import { rawCluster } from '../testing/raw-cluster';
import type { RawClusterOptions } from '../testing/raw-cluster';
import { listBootClasses } from './classes';
import { checkReadiness, findBlocker } from './readiness';
import type { ReadinessInput } from './readiness';
import { ALL_FACTS, rawClass, rawImage, rawLonghornSetting, rawNode, rawProfile, rawReadyCluster, rawSetting } from './testing/cluster';

function read(objects: readonly RawObject[], change: Partial<ReadinessInput> = {}, options: RawClusterOptions = {}) {
  const view = rawCluster(objects, options);
  const checks = checkReadiness(view, {
    purpose: 'image', bootClass: listBootClasses(view).offered[0] ?? null, image: null, imageSize: 4 * GIB, machineSize: 40 * GIB, instances: 1, facts: ALL_FACTS, ...change
  });
  const byId = new Map(checks.map(check => [check.id, check]));

  return { checks, byId, code: (id: string) => byId.get(id as never)?.code, state: (id: string) => byId.get(id as never)?.state };
}

const without = (objects: RawObject[], name: string) => objects.filter(object => (object.metadata as { name: string }).name !== name);

describe('checkReadiness', () => {
  it('is all ready on a ready cluster, for image and machine', () => {
    const machine = { purpose: 'machine', image: parseImage(rawImage()) } as const;

    expect(new Set(read(rawReadyCluster()).checks.map(check => check.state))).toEqual(new Set(['ready']));
    expect(new Set(read(rawReadyCluster(), machine).checks.map(check => check.state))).toEqual(new Set(['ready']));
    expect(read(rawReadyCluster(), machine).checks).toHaveLength(18);
  });

  it.each([
    ['version', 'version-old', [...rawReadyCluster('v1.4.3')]],
    ['engine-setting', 'engine-off', [...rawReadyCluster(), rawSetting('longhorn-v2-data-engine-enabled', 'false')]],
    ['engine-longhorn', 'longhorn-engine-off', [...without(rawReadyCluster(), 'longhorn-v2-data-engine-enabled'), rawLonghornSetting('v2-data-engine', 'false')]],
    ['engine-longhorn', 'longhorn-engine-waiting', [...rawReadyCluster(), rawLonghornSetting('v2-data-engine', 'false')]],
    ['engine-longhorn', 'longhorn-engine-pending', [...rawReadyCluster(), rawLonghornSetting('v2-data-engine', 'true', false)]],
    ['class', 'class-none', without(rawReadyCluster(), 'longhorn-v2')],
    ['nodes', 'nodes-none', [...rawReadyCluster(), ...['node-1', 'node-2', 'node-3'].flatMap(name => rawNode({ name, isCordoned: true }))]],
    ['v2-disks', 'disks-none', [...rawReadyCluster(), ...['node-1', 'node-2', 'node-3'].flatMap(name => rawNode({ name, diskType: 'filesystem' }))]]
  ])('blocks the whole option: %s %s', (id, code, objects) => {
    const { code: codeOf, state, checks } = read(objects);

    expect(codeOf(id)).toBe(code);
    expect(state(id)).toBe('blocked');
    expect(findBlocker(checks)?.id).toBe(id === 'v2-disks' ? 'v2-disks' : id);
    expect(checks.find(check => check.id === id)?.whatToDo).not.toBeNull();
  });

  it.each([
    ['csi-driver', 'csi-driver-missing', { facts: { ...ALL_FACTS, hasCsiDriver: false } }],
    ['permission', 'may-not-create-images', { facts: { ...ALL_FACTS, canCreateImages: false } }]
  ])('blocks by what was asked of the API: %s', (id, code, change) => {
    expect(read(rawReadyCluster(), change).byId.get(id as never)).toMatchObject({ state: 'blocked', code });
  });

  it.each([
    ['migratable', 'migratable-no', [...rawReadyCluster(), rawClass('longhorn-v2', { migratable: 'false' })]],
    ['binding-mode', 'binds-late', [...rawReadyCluster(), rawClass('longhorn-v2', {}, { volumeBindingMode: 'WaitForFirstConsumer' })]],
    ['v2-disks', 'disks-too-few', [...rawReadyCluster(), ...rawNode({ name: 'node-3', diskType: 'filesystem' })]],
    ['capacity', 'machines-do-not-fit', [...rawReadyCluster(), ...rawNode({ name: 'node-2', scheduled: 980 })]],
    ['capacity', 'image-does-not-fit', [...rawReadyCluster(), ...rawNode({ name: 'node-2', scheduled: 999 })]],
    ['hugepages', 'hugepages-short', [...rawReadyCluster(), ...rawNode({ name: 'node-2', hugepages: '1Gi' })]],
    ['instance-managers', 'managers-missing', [...without(rawReadyCluster(), 'instance-manager-node-2')]],
    ['migration-nodes', 'migration-one-node', [...rawReadyCluster(), ...['node-1', 'node-2'].flatMap(name => rawNode({ name, isReady: false }))]],
    ['clone', 'profile-not-shared', [...rawReadyCluster(), rawProfile('longhorn-v2', 'copy', ['ReadWriteOnce'])]],
    ['single-node-clone', 'clone-hangs', [...rawReadyCluster(), rawProfile('longhorn-v2', 'csi-clone'), ...['node-1', 'node-2'].flatMap(name => rawNode({ name, diskType: 'filesystem' }))]]
  ])('warns: %s %s', (id, code, objects) => {
    const { byId, checks } = read(objects);

    expect(byId.get(id as never)).toMatchObject({ state: 'warning', code });
    expect(findBlocker(checks)).toBeNull();
  });

  it.each([
    ['disk', [...rawReadyCluster(), ...rawNode({ name: 'node-2', scheduled: 980 })]],
    ['host', [...rawReadyCluster(), ...rawNode({ name: 'node-3', diskType: 'filesystem' })]]
  ])('says what limits: a %s', (limit, objects) => {
    expect(read(objects).byId.get('capacity')).toMatchObject({ state: 'warning', params: { limit, node: limit === 'disk' ? 'node-2' : '' } });
  });

  it('blocks a class whose clones this version\'s Longhorn refuses, but not the option', () => {
    const { byId, checks } = read([...rawReadyCluster('v1.6.1'), rawProfile('longhorn-v2', 'csi-clone')]);

    expect(byId.get('clone')).toMatchObject({ state: 'blocked', scope: 'class', code: 'clone-unsupported' });
    expect(findBlocker(checks)).toBeNull();
  });

  it('asks for no huge pages where they are switched off', () => {
    const off = [...rawReadyCluster('v1.9.0'), rawSetting('longhorn-v2-data-engine-hugepage-enabled', 'false')];
    const withDriver = (driver: string): RawObject[] => [...off, ...['node-1', 'node-2', 'node-3'].flatMap(name => rawNode({ name, hugepages: '0', driver }))];

    expect(read(withDriver('aio')).code('hugepages')).toBe('hugepages-off');
    expect(read(withDriver('auto')).code('hugepages')).toBe('hugepages-off-unsafe');
  });

  it.each([
    ['image-is-v1', rawImage({ backend: 'backingimage' })],
    ['image-not-ready', rawImage({}, { progress: 40 })],
    ['image-class-gone', rawImage({}, { storageClassName: 'gone' })]
  ])('blocks by the image: %s', (code, image) => {
    expect(read(rawReadyCluster(), { purpose: 'machine', image: parseImage(image) }).byId.get('image')).toMatchObject({ state: 'blocked', code });
  });

  it('blocks a disk smaller than the image', () => {
    expect(read(rawReadyCluster(), { image: parseImage(rawImage()), machineSize: GIB }).byId.get('disk-size')).toMatchObject({ state: 'blocked', params: { minimumGiB: 3 } });
  });

  it('blocks nothing and calls nothing ready that a project member can\'t read', () => {
    const kinds: Kind[] = ['harvesterhci.io.setting', 'longhorn.io.setting', 'longhorn.io.node', 'longhorn.io.instancemanager', 'node', 'storage.k8s.io.storageclass', 'cdi.kubevirt.io.storageprofile'];
    const status = Object.fromEntries(kinds.map(kind => [kind, 'forbidden' as const]));
    const { checks } = read([], { facts: { ...ALL_FACTS, hasCsiDriver: null } }, { status });

    expect(checks.filter(check => check.state === 'blocked')).toEqual([]);
    expect(checks.filter(check => check.state === 'ready').map(check => check.id)).toEqual(['permission']);
    expect(new Set(checks.filter(check => check.state === 'unverified').map(check => check.code))).toEqual(new Set(['forbidden']));
  });
});
