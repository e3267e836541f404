import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { parseEngine } from './engine';
import { parseEngineFrontend } from './engine-frontend';
import { parseInstanceManager } from './instance-manager';
import { parseLonghornNode } from './node';
import { parseReplica } from './replica';
import { parseLonghornSetting, settingFlagFor, settingNumberFor, settingValueFor } from './setting';
import { parseVolume } from './volume';
import { parseVolumeAttachment } from './volume-attachment';

const metadata = { name: 'pvc-1', namespace: 'longhorn-system', uid: 'u', resourceVersion: '7', creationTimestamp: '2026-08-20T10:00:00Z', labels: { longhornvolume: 'pvc-1' } };

describe('parseVolume', () => {
  it('reads sizes that are text, conditions, and the capital S of Standby', () => {
    const volume = parseVolume({
      metadata,
      spec: { dataEngine: 'v2', size: '10737418240', numberOfReplicas: 3, Standby: true, migratable: true, nodeSelector: ['ssd'] },
      status: {
        state: 'attached', robustness: 'degraded', currentNodeID: 'node-1', lastDegradedAt: '2026-08-20T10:00:00Z', actualSize: 123,
        conditions: [{ type: 'Scheduled', status: 'False', reason: 'ReplicaSchedulingFailure', message: 'disks are unavailable' }],
        kubernetesStatus: { namespace: 'default', pvcName: 'disk-0', pvName: 'pvc-1', workloadsStatus: [{ podName: 'virt-launcher-x', podStatus: 'Running' }] }
      }
    });
    expect(volume).toMatchObject({
      dataEngine: 'v2', size: 10737418240, numberOfReplicas: 3, isStandby: true, isMigratable: true, state: 'attached', robustness: 'degraded',
      lastDegradedAt: Date.UTC(2026, 7, 20, 10), pvcNamespace: 'default', pvcName: 'disk-0', nodeSelector: ['ssd'], actualSize: 123
    });
    expect(volume.meta.id).toBe('longhorn-system/pvc-1');
    expect(volume.conditions[0]).toMatchObject({ type: 'Scheduled', status: 'False', message: 'disks are unavailable' });
    expect(Object.isFrozen(volume)).toBe(true);
  });

  it('keeps the raw text of a state it does not know, and tells birth from absence', () => {
    expect(parseVolume({ status: { state: 'levitating', robustness: 'fine' } })).toMatchObject({ state: 'unknown', rawState: 'levitating', robustness: 'unknown', rawRobustness: 'fine' });
    expect(parseVolume({ status: { state: '', robustness: '' } })).toMatchObject({ state: 'new', robustness: 'new' });
    expect(parseVolume({})).toMatchObject({ state: 'unknown', rawState: '', robustness: 'unknown' });
  });

  it('takes conditions as a map, as the REST API gives them', () => {
    expect(parseVolume({ status: { conditions: { Scheduled: { status: 'True' } } } }).conditions).toMatchObject([{ type: 'Scheduled', status: 'True' }]);
  });
});

describe('parseReplica', () => {
  it('reads empty times as never, and eviction from spec or status', () => {
    const replica = parseReplica({
      metadata: { ...metadata, name: 'pvc-1-r-aa' },
      spec: { volumeName: 'pvc-1', nodeID: 'node-1', diskID: 'd', healthyAt: '2026-08-20T10:00:00Z', failedAt: '', rebuildRetryCount: 2 },
      status: { currentState: 'running', storageIP: '10.0.0.1', port: 20006, evictionRequested: true }
    });
    expect(replica).toMatchObject({ failedAt: null, healthyAt: Date.UTC(2026, 7, 20, 10), evictionRequested: true, currentState: 'running', port: 20006, rebuildRetryCount: 2, isActive: true });
  });
});

describe('parseEngine', () => {
  const raw = {
    metadata: { ...metadata, name: 'pvc-1-e-0' },
    spec: { volumeName: 'pvc-1', active: true, replicaAddressMap: { 'pvc-1-r-bb': '10.0.0.2:20016' } },
    status: {
      currentState: 'running', currentSize: '1024', replicaModeMap: { 'pvc-1-r-aa': 'RW', 'pvc-1-r-bb': 'WO', 'pvc-1-r-cc': 'XX' },
      currentReplicaAddressMap: { 'pvc-1-r-aa': '10.0.0.1:20006' },
      rebuildStatus: { 'tcp://10.0.0.2:20016': { isRebuilding: true, progress: 143, state: 'in_progress', fromReplicaAddress: 'tcp://10.0.0.1:20006' } },
      snapshots: { 'volume-head': {}, s1: {} }
    }
  };
  it('joins rebuild entries by address and clamps the percent', () => {
    const engine = parseEngine(raw);
    expect(engine.rebuilds).toEqual([{ address: '10.0.0.2:20016', replicaName: 'pvc-1-r-bb', isRebuilding: true, progress: 100, state: 'in_progress', error: '', from: ['10.0.0.1:20006'], appliedMBps: 0 }]);
    expect(engine.replicaModeMap).toEqual({ 'pvc-1-r-aa': 'RW', 'pvc-1-r-bb': 'WO', 'pvc-1-r-cc': 'unknown' });
    expect(engine.snapshotCount).toBe(1);
  });
  it('prefers the list of sources of 1.11 and newer', () => {
    const engine = parseEngine({ status: { rebuildStatus: { 'tcp://a:1': { fromReplicaAddress: '', fromReplicaAddressList: ['tcp://b:1', 'tcp://c:1'] } } } });
    expect(engine.rebuilds[0]).toMatchObject({ replicaName: '', from: ['b:1', 'c:1'] });
  });
  it('tells a nulled mode map from an empty one', () => {
    expect(parseEngine({ status: {} }).replicaModeMap).toBeNull();
    expect(parseEngine({ status: { replicaModeMap: null } }).replicaModeMap).toBeNull();
    expect(parseEngine({ status: { replicaModeMap: {} } }).replicaModeMap).toEqual({});
  });
});

describe('parseLonghornNode', () => {
  it('joins disk spec and status, reserved from spec, and the worst health of its devices', () => {
    const node = parseLonghornNode({
      metadata: { name: 'node-1', namespace: 'longhorn-system' },
      spec: { allowScheduling: true, tags: ['a'], disks: { nvme: { diskType: 'block', path: '/dev/x', allowScheduling: true, storageReserved: 5, tags: [] } } },
      status: { zone: 'z', diskStatus: { nvme: { diskUUID: 'uuid-1', storageAvailable: 10, storageMaximum: 20, storageScheduled: '7', scheduledReplica: { r: 7 }, healthData: { a: { healthStatus: 'PASSED' }, b: { healthStatus: 'WARNING' } } } } }
    });
    expect(node.disks[0]).toMatchObject({ name: 'nvme', nodeName: 'node-1', uuid: 'uuid-1', type: 'block', storageReserved: 5, storageScheduled: 7, storageMaximum: 20, scheduledReplicas: { r: 7 }, health: 'WARNING' });
  });
  it('says null, not zero, for a disk whose status is not written yet', () => {
    const node = parseLonghornNode({ metadata: { name: 'n' }, spec: { disks: { d: {} } } });
    expect(node.disks[0]).toMatchObject({ storageAvailable: null, storageMaximum: null, storageScheduled: null, uuid: '' });
  });
});

describe('settings', () => {
  it('reads plain values for both engines and JSON values per engine', () => {
    const plain = parseLonghornSetting({ metadata, value: '3', status: { applied: true } });
    const perEngine = parseLonghornSetting({ metadata, value: '{"v1":"2","v2":"4"}' });
    expect([settingValueFor(plain, 'v1'), settingValueFor(plain, 'v2')]).toEqual(['3', '3']);
    expect([settingNumberFor(perEngine, 'v1', 9), settingNumberFor(perEngine, 'v2', 9)]).toEqual([2, 4]);
    expect(plain.isApplied).toBe(true);
    expect(perEngine.isApplied).toBeNull();
    expect(settingNumberFor(parseLonghornSetting({ value: '{broken' }), 'v2', 9)).toBe(9);
    expect(settingFlagFor(undefined, 'v2', true)).toBe(true);
  });
});

describe('tickets', () => {
  it('joins a ticket to its status', () => {
    const attachment = parseVolumeAttachment({
      metadata, spec: { volume: 'pvc-1', attachmentTickets: { t: { id: 't', type: 'csi-attacher', nodeID: 'node-2' } } },
      status: { attachmentTicketStatuses: { t: { satisfied: false, conditions: [{ type: 'Satisfied', status: 'False', message: 'the volume is currently attached to different node node-1 ' }] } } }
    });
    expect(attachment.tickets[0]).toMatchObject({ type: 'csi-attacher', nodeId: 'node-2', isSatisfied: false, message: 'the volume is currently attached to different node node-1 ' });
  });
});

describe('every parser', () => {
  it('takes anything without throwing', () => {
    const parsers = [parseVolume, parseReplica, parseEngine, parseEngineFrontend, parseLonghornNode, parseInstanceManager, parseVolumeAttachment, parseLonghornSetting];
    const junk = fc.anything({ maxDepth: 3 });
    const shaped = fc.record({ metadata: junk, spec: junk, status: fc.record({ conditions: junk, rebuildStatus: junk, replicaModeMap: junk, diskStatus: junk }, { requiredKeys: [] }), value: junk }, { requiredKeys: [] });
    fc.assert(fc.property(fc.oneof(junk, shaped), (raw) => {
      for (const parse of parsers) expect(Object.isFrozen(parse(raw))).toBe(true);
    }), { numRuns: Number(process.env.PROPERTY_RUNS ?? 500) });
  });
});
