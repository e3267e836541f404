import { describe, expect, it } from 'vitest';
import { leftoverOf, shardGroupOf } from './extras';

const orphan = (dataName: string, orphanType = 'replica') => ({ apiVersion: 'longhorn.io/v1beta2', kind: 'Orphan', metadata: { name: 'orphan-1', namespace: 'longhorn-system' }, spec: { orphanType, nodeID: 'node-2', dataEngine: 'v2', parameters: { DataName: dataName, DiskName: 'nvme0', DiskUUID: 'disk-2', DiskPath: '/dev/nvme0n1', DiskType: 'block' } } });

describe('what is left of a volume’s replicas', () => {
  it('is data named after it', () => {
    expect(leftoverOf(orphan('pvc-1-5f277b8d'), 'pvc-1')).toEqual({ name: 'orphan-1', nodeName: 'node-2', diskName: 'nvme0' });
    expect([leftoverOf(orphan('pvc-11-5f277b8d'), 'pvc-1'), leftoverOf(orphan('pvc-1'), 'pvc-1'), leftoverOf(orphan('pvc-1-5f277b8d', 'replica-instance'), 'pvc-1'), leftoverOf({}, 'pvc-1')]).toEqual([null, null, null, null]);
  });
});

describe('a shard group', () => {
  it('belongs to the volume it names, or is labelled with', () => {
    const status = { state: 'degraded', failedCount: 1 };
    expect(shardGroupOf({ metadata: { name: 'sg', labels: { longhornvolume: 'pvc-1' } }, spec: { parityChunks: 2 }, status }, 'pvc-1')).toEqual({ name: 'sg', state: 'degraded', failedCount: 1, parityChunks: 2 });
    expect(shardGroupOf({ metadata: { name: 'sg' }, spec: { volumeName: 'pvc-1' }, status: {} }, 'pvc-1')).toEqual({ name: 'sg', state: '', failedCount: 0, parityChunks: 0 });
    expect(shardGroupOf({ metadata: { name: 'sg' }, spec: { volumeName: 'pvc-2' }, status }, 'pvc-1')).toBeNull();
  });
});
