import { describe, expect, it } from 'vitest';
import { createCluster, type RunningCluster } from '../../../cluster';
import { Access } from '../../../steve/access';
import { patchObject } from '../../../admission/write';
import { addBase, addMachines, ordinaryNodes, volumeFor } from '../../../scenarios/build';
import { PROFILES } from '../../../profiles';
import { guard } from '../../longhorn/test-support';
import { longhornController } from '../../longhorn';
import { LH, key } from '../../longhorn/kinds';
import type { HarvesterMinor } from '../../../contract';
import type { LonghornNode } from '../../longhorn/types';
import { findCondition } from '../support/conditions';
import { TYPE } from '../support/types';
import { controllers } from '..';
import { BLOCK_DEVICE } from './block-devices';

const GIB = 2 ** 30;

function open(minor: HarvesterMinor, options: Parameters<typeof addBase>[1]): { cluster: RunningCluster; problems: string[] } {
  const cluster = createCluster({ profile: PROFILES[minor] });
  const problems = guard(cluster);
  cluster.start([longhornController, ...controllers]);
  addBase(cluster, options);
  return { cluster, problems };
}

function set(cluster: RunningCluster, name: string, value: string): void {
  const type = cluster.store.type(TYPE.setting)!;
  patchObject({ cluster, access: new Access('admin', 'user-admin', cluster.store), dryRun: false }, type, undefined, name, { value }, 'merge');
}

const managers = (cluster: RunningCluster): unknown[] => cluster.store.list(LH.instanceManager).filter(({ spec, status }) => spec?.dataEngine === 'v2' && status?.currentState === 'running');
const longhornSetting = (cluster: RunningCluster, name: string): unknown => cluster.store.get(LH.setting, key(name))?.value;
const nodeOf = (cluster: RunningCluster, name: string): LonghornNode => cluster.store.get(LH.node, key(name)) as LonghornNode;

describe('the v2 data engine, switched in Harvester', () => {
  it('comes with huge pages and an instance manager on every node, and goes again', () => {
    const { cluster, problems } = open('1.9', { v2: false, nodes: ordinaryNodes(3, 0).map((node) => ({ ...node, hugepages: 0 })), classes: {}, hasImage: false });
    expect(managers(cluster)).toHaveLength(0);
    set(cluster, 'longhorn-v2-data-engine-enabled', 'true');
    cluster.clock.advance(5_000);
    expect(cluster.store.get('node.harvesterhci.io.nodeconfig', 'harvester-system/harvester-1')?.spec?.longhornConfig).toEqual({ enableV2DataEngine: true, hugepagesToAllocate: 1024 });
    expect(longhornSetting(cluster, 'v2-data-engine')).toBe('false');
    cluster.clock.advance(40_000);
    expect(longhornSetting(cluster, 'v2-data-engine')).toBe('true');
    expect(cluster.store.get('node', 'harvester-1')?.status?.capacity['hugepages-2Mi']).toBe('2048Mi');
    expect(managers(cluster)).toHaveLength(3);
    expect(findCondition(cluster.store.get(TYPE.setting, 'longhorn-v2-data-engine-enabled'), 'configured')?.status).toBe('True');
    set(cluster, 'longhorn-v2-data-engine-enabled', 'false');
    cluster.clock.advance(10_000);
    expect(longhornSetting(cluster, 'v2-data-engine')).toBe('false');
    expect(managers(cluster)).toHaveLength(0);
    expect(problems).toEqual([]);
  });

  it('passes memory and huge pages on, which wait for the last attached volume', () => {
    const { cluster } = open('1.9', {});
    addMachines(cluster, [{ name: 'app', storageClass: 'longhorn-v2', size: 10 }]);
    set(cluster, 'longhorn-v2-data-engine-memory-size', '4096');
    cluster.clock.advance(5_000);
    expect(longhornSetting(cluster, 'data-engine-memory-size')).toBe('{"v2":"4096"}');
    expect(cluster.store.get(LH.setting, key('data-engine-memory-size'))?.status?.applied).toBe(false);
    expect(findCondition(nodeOf(cluster, 'harvester-1'), 'HugePagesAvailable')).toMatchObject({ status: 'False', reason: 'InsufficientHugePages', message: 'Insufficient HugePages (2Mi): Required 4096Mi, Capacity 2048Mi' });
    cluster.store.edit(TYPE.vm, 'default/app', (draft) => { Object.assign(draft.spec!, { runStrategy: 'Halted' }); });
    cluster.clock.advance(60_000);
    expect(cluster.store.get(LH.setting, key('data-engine-memory-size'))?.status?.applied).toBe(true);
    set(cluster, 'longhorn-v2-data-engine-hugepage-enabled', 'false');
    cluster.clock.advance(5_000);
    expect(longhornSetting(cluster, 'data-engine-hugepage-enabled')).toBe('{"v2":"false"}');
  });
});

describe('block devices', () => {
  function addDevice(cluster: RunningCluster, engineVersion: string, extra: { size?: number; deviceType?: string } = {}): void {
    cluster.store.create(BLOCK_DEVICE, {
      metadata: { name: 'spare', namespace: 'longhorn-system' },
      spec: { devPath: '/dev/nvme9n1', nodeName: 'harvester-1', provision: false, fileSystem: { forceFormatted: false, mountPoint: '' }, tags: ['fast'], provisioner: { longhorn: { engineVersion } } },
      status: { state: 'Active', provisionPhase: 'Unprovisioned', conditions: [], deviceStatus: { devPath: '/dev/nvme9n1', capacity: { sizeBytes: extra.size ?? 100 * GIB, physicalBlockSizeBytes: 4096 }, partitioned: false, fileSystem: { type: '', mountPoint: '' }, details: { deviceType: extra.deviceType ?? 'disk', driveType: 'SSD', storageController: 'NVMe' } } }
    });
  }
  const device = (cluster: RunningCluster): { spec: Record<string, unknown>; status: Record<string, unknown> } => cluster.store.get(BLOCK_DEVICE, 'longhorn-system/spare') as never;
  const change = (cluster: RunningCluster, spec: Record<string, unknown>): unknown => {
    const type = cluster.store.type(BLOCK_DEVICE)!;
    return patchObject({ cluster, access: new Access('admin', 'user-admin', cluster.store), dryRun: false }, type, 'longhorn-system', 'spare', { spec }, 'merge');
  };

  it.each([['LonghornV2', 'block', '1.9', 'aio'], ['LonghornV2', 'block', '1.8', 'auto'], ['LonghornV1', 'filesystem', '1.8', '']] as const)('%s becomes a %s disk on %s, is emptied and leaves', (engine, diskType, minor, diskDriver) => {
    const { cluster, problems } = open(minor, { hasImage: false });
    addDevice(cluster, engine);
    cluster.clock.advance(5_000);
    expect(nodeOf(cluster, 'harvester-1').spec.disks).not.toHaveProperty('spare');
    change(cluster, { provision: true });
    cluster.clock.advance(20_000);
    expect(nodeOf(cluster, 'harvester-1').spec.disks['spare']).toMatchObject({ diskType, diskDriver, allowScheduling: true, tags: ['fast'] });
    expect(nodeOf(cluster, 'harvester-1').status.diskStatus['spare']).toMatchObject({ diskType, storageMaximum: 100 * GIB });
    expect(device(cluster).status).toMatchObject({ provisionPhase: 'Provisioned', conditions: [{ type: 'AddedToNode', status: 'True' }] });
    change(cluster, { tags: ['slow'] });
    cluster.clock.advance(5_000);
    expect(nodeOf(cluster, 'harvester-1').spec.disks['spare']?.tags).toEqual(['slow']);
    change(cluster, { provision: false });
    cluster.clock.advance(20_000);
    expect(nodeOf(cluster, 'harvester-1').spec.disks).not.toHaveProperty('spare');
    expect(nodeOf(cluster, 'harvester-1').status.diskStatus).not.toHaveProperty('spare');
    expect(device(cluster).status).toMatchObject({ provisionPhase: 'Unprovisioned', conditions: [{ type: 'AddedToNode', status: 'False' }] });
    expect(problems).toEqual([]);
  });

  it('cannot serve v2 while it is off, as a partition, or of an odd size', () => {
    const off = open('1.8', { v2: false, nodes: ordinaryNodes(1, 0), classes: {}, hasImage: false }).cluster;
    const message = (cluster: RunningCluster): unknown => (device(cluster).status['conditions'] as { message?: string }[])[0]?.message;
    addDevice(off, 'LonghornV2');
    change(off, { provision: true });
    off.clock.advance(5_000);
    expect(message(off)).toBe('disk spare type block is not supported since v2 data engine is disabled');
    for (const [extra, words] of [[{ deviceType: 'part' }, 'disk spare is a partition, the v2 data engine needs a whole disk'], [{ size: 4095 }, 'the size of disk spare must be a multiple of 4096 bytes']] as const) {
      const { cluster } = open('1.8', { nodes: ordinaryNodes(1), hasImage: false });
      addDevice(cluster, 'LonghornV2', extra);
      change(cluster, { provision: true });
      cluster.clock.advance(5_000);
      expect(message(cluster)).toBe(words);
    }
  });

  it('does not go while it holds the last healthy copy of a volume', () => {
    const { cluster } = open('1.8', { nodes: ordinaryNodes(1, 0), classes: { 'longhorn-v2': { numberOfReplicas: '1' } }, hasImage: false });
    addDevice(cluster, 'LonghornV2');
    change(cluster, { provision: true });
    cluster.clock.advance(30_000);
    addMachines(cluster, [{ name: 'app', storageClass: 'longhorn-v2', size: 10 }]);
    expect(() => change(cluster, { provision: false })).toThrow(`admission webhook "validator.harvesterhci.io" denied the request: Cannot remove disk spare because it hosts the only healthy replica for the following volumes: ${volumeFor(cluster, 'app').metadata.name}`);
  });
});
