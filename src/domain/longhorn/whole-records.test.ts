import { describe, expect, it } from 'vitest';
import { parseEngine } from './engine';
import { parseEngineFrontend } from './engine-frontend';
import { parseDataEngine, parseInstanceState, parseReplicaMode } from './enums';
import { parseInstanceManager } from './instance-manager';
import { parseLonghornNode } from './node';
import { parseReplica } from './replica';
import { parseVolume } from './volume';
import { parseVolumeAttachment } from './volume-attachment';

const TEXT = '2026-08-20T10:00:00Z';
const AT = Date.UTC(2026, 7, 20, 10);
const metadata = { name: 'pvc-1', namespace: 'longhorn-system' };
const ready = { type: 'Ready', status: 'True' };
const READY = { type: 'Ready', status: 'True', reason: '', message: '', lastTransitionTime: null };

describe('a volume, every field', () => {
  it('as 1.12 writes it', () => {
    const { meta, ...record } = parseVolume({
      metadata,
      spec: {
        dataEngine: 'v2', size: '10', numberOfReplicas: 3, frontend: 'blockdev', accessMode: 'rwx', migratable: true, encrypted: true, Standby: true, dataLocality: 'best-effort', cloneMode: 'linked-clone', backingImage: 'b',
        nodeSelector: ['n'], diskSelector: ['d'], replicaSoftAntiAffinity: 'enabled', replicaZoneSoftAntiAffinity: 'disabled', replicaDiskSoftAntiAffinity: 'ignored', offlineRebuilding: 'enabled', staleReplicaTimeout: 30,
        replicaRebuildingBandwidthLimit: 100, dataLayout: { type: 'sharded' }, nodeID: 'node-1', migrationNodeID: 'node-2'
      },
      status: {
        state: 'attached', robustness: 'degraded', currentNodeID: 'node-3', currentEngineNodeID: 'node-4', currentMigrationNodeID: 'node-5', conditions: [ready], lastDegradedAt: TEXT, lastAutoSalvagedAt: TEXT, remountRequestedAt: TEXT,
        actualSize: 5, expansionRequired: true, restoreRequired: true, restoreInitiated: true, switchoverState: 'preparing', cloneStatus: { state: 'failed', sourceVolume: 's', attemptCount: 2, nextAllowedAttemptAt: TEXT },
        kubernetesStatus: { pvName: 'pv', namespace: 'ns', pvcName: 'c', workloadsStatus: [{ podName: 'p', podStatus: 'Running', workloadName: 'w', workloadType: 'VirtualMachineInstance' }] }
      }
    });
    expect(meta.id).toBe('longhorn-system/pvc-1');
    expect(record).toEqual({
      dataEngine: 'v2', size: 10, numberOfReplicas: 3, frontend: 'blockdev', accessMode: 'rwx', isMigratable: true, isEncrypted: true, isStandby: true, dataLocality: 'best-effort', cloneMode: 'linked-clone', backingImage: 'b',
      nodeSelector: ['n'], diskSelector: ['d'], replicaSoftAntiAffinity: 'enabled', replicaZoneSoftAntiAffinity: 'disabled', replicaDiskSoftAntiAffinity: 'ignored', offlineRebuilding: 'enabled', staleReplicaTimeout: 30,
      rebuildBandwidthLimit: 100, dataLayout: 'sharded', nodeId: 'node-1', migrationNodeId: 'node-2', state: 'attached', rawState: 'attached', robustness: 'degraded', rawRobustness: 'degraded',
      currentNodeId: 'node-3', currentEngineNodeId: 'node-4', currentMigrationNodeId: 'node-5', conditions: [READY], lastDegradedAt: AT, lastAutoSalvagedAt: AT, remountRequestedAt: AT,
      actualSize: 5, expansionRequired: true, restoreRequired: true, restoreInitiated: true, switchoverState: 'preparing', cloneStatus: { state: 'failed', sourceVolume: 's', attemptCount: 2, nextAllowedAttemptAt: AT },
      pvName: 'pv', pvcNamespace: 'ns', pvcName: 'c', workloads: [{ podName: 'p', podStatus: 'Running', workloadName: 'w', workloadType: 'VirtualMachineInstance' }]
    });
  });

  it('with nothing in it: neutral values, and no promise', () => {
    expect(parseVolume({ metadata })).toMatchObject({
      dataEngine: 'v1', size: null, numberOfReplicas: null, isMigratable: false, isStandby: false, state: 'unknown', robustness: 'unknown', actualSize: null, lastDegradedAt: null, rebuildBandwidthLimit: null, dataLayout: '',
      cloneStatus: { state: '', sourceVolume: '', attemptCount: 0, nextAllowedAttemptAt: null }, workloads: [], nodeSelector: [], conditions: []
    });
  });

  it.each(['creating', 'attached', 'detached', 'attaching', 'detaching', 'deleting'])('state %s', (state) => { expect(parseVolume({ status: { state } })).toMatchObject({ state, rawState: state }); });
  it.each(['healthy', 'degraded', 'faulted', 'unknown'])('robustness %s', (robustness) => { expect(parseVolume({ status: { robustness } })).toMatchObject({ robustness, rawRobustness: robustness }); });

  it('is a standby by its spec or by its status', () => {
    expect([parseVolume({ status: { isStandby: true } }).isStandby, parseVolume({ spec: { standby: true } }).isStandby]).toEqual([true, false]);
  });
  it('reads the bandwidth limit under both names, its own first', () => {
    expect(parseVolume({ spec: { rebuildingMbytesPerSecond: 7 } }).rebuildBandwidthLimit).toBe(7);
    expect(parseVolume({ spec: { replicaRebuildingBandwidthLimit: 0, rebuildingMbytesPerSecond: 7 } }).rebuildBandwidthLimit).toBe(0);
  });
});

describe('a replica, every field', () => {
  const raw = (spec: object, status: object = {}, labels: object = {}) => parseReplica({ metadata: { name: 'pvc-1-r-1', namespace: 'longhorn-system', labels }, spec, status });
  const whole = {
    volumeName: 'pvc-1', nodeID: 'node-1', diskID: 'disk-1', diskPath: '/dev/nvme1', dataEngine: 'v2', engineName: 'pvc-1-e-0', migrationEngineName: 'pvc-1-e-1', active: true, desireState: 'running', healthyAt: TEXT, lastHealthyAt: TEXT,
    failedAt: '', lastFailedAt: '', rebuildRetryCount: 2, evictionRequested: true, hardNodeAffinity: 'node-1'
  };

  it('as 1.12 writes it', () => {
    const { meta, ...record } = raw(whole, { currentState: 'running', instanceManagerName: 'im', storageIP: '10.0.0.1', port: 20006, conditions: [ready] });
    expect(meta.name).toBe('pvc-1-r-1');
    expect(record).toEqual({
      volumeName: 'pvc-1', nodeId: 'node-1', diskId: 'disk-1', diskPath: '/dev/nvme1', dataEngine: 'v2', engineName: 'pvc-1-e-0', migrationEngineName: 'pvc-1-e-1', isActive: true, isFailureKnown: true, isHistoryKnown: true,
      desireState: 'running', healthyAt: AT, lastHealthyAt: AT, failedAt: null, lastFailedAt: null, rebuildRetryCount: 2, evictionRequested: true, hardNodeAffinity: 'node-1', currentState: 'running', instanceManagerName: 'im',
      storageIP: '10.0.0.1', port: 20006, conditions: [READY]
    });
  });

  it('belongs to the volume of its label where the spec is silent', () => {
    expect([raw({}, {}, { longhornvolume: 'pvc-9' }).volumeName, raw({ volumeName: 'pvc-1' }, {}, { longhornvolume: 'pvc-9' }).volumeName, raw({}).volumeName]).toEqual(['pvc-9', 'pvc-1', '']);
  });
  it('is passive only when it says so', () => {
    expect([raw({}).isActive, raw({ active: true }).isActive, raw({ active: false }).isActive]).toEqual([true, true, false]);
  });
  it.each([
    ['says everything', whole, { currentState: 'running' }, true, true], ['failed', { ...whole, failedAt: TEXT, lastFailedAt: TEXT }, { currentState: 'stopped' }, true, true],
    ['does not say if it is active', { ...whole, active: undefined }, { currentState: 'running' }, false, true], ['does not say if it failed', { ...whole, failedAt: undefined }, { currentState: 'running' }, false, true],
    ['says something unreadable about failing', { ...whole, failedAt: 'yesterday' }, { currentState: 'running' }, false, true], ['does not say how it runs', whole, {}, false, true],
    ['does not say if it failed before', { ...whole, lastFailedAt: undefined }, { currentState: 'running' }, true, false], ['says something unreadable about failing before', { ...whole, lastFailedAt: 7 }, { currentState: 'running' }, true, false],
    ['writes Go\'s zero time', { ...whole, failedAt: '0001-01-01T00:00:00Z', lastFailedAt: '0001-01-01T00:00:00Z' }, { currentState: 'running' }, true, true]
  ])('one that %s', (_what, spec, status, isFailureKnown, isHistoryKnown) => {
    expect(raw(spec, status)).toMatchObject({ isFailureKnown, isHistoryKnown });
  });
  it('leaves by its spec, or before 1.10 by its status', () => {
    expect([raw({ evictionRequested: true }).evictionRequested, raw({}, { evictionRequested: true }).evictionRequested, raw({}).evictionRequested]).toEqual([true, true, false]);
  });
});

describe('an engine, every field', () => {
  const at1 = 'tcp://10.0.0.1:20006';

  it('as 1.12 writes it', () => {
    const { meta, ...record } = parseEngine({
      metadata: { name: 'pvc-1-e-0' },
      spec: { volumeName: 'pvc-1', nodeID: 'node-1', active: true, dataEngine: 'v2', desireState: 'running', replicaAddressMap: { r1: '10.0.0.1:20006', r2: '10.0.0.2:20016' } },
      status: {
        currentState: 'running', instanceManagerName: 'im', endpoint: '/dev/longhorn/pvc-1', currentSize: '10', isExpanding: true, lastExpansionError: 'no space', currentReplicaAddressMap: { r1: '10.0.0.1:20006' },
        replicaModeMap: { r1: 'RW', r2: 'WO', r3: 'ERR' }, replicaTransitionTimeMap: { r1: TEXT, r2: 'never' },
        rebuildStatus: { 'tcp://10.0.0.2:20016': { isRebuilding: true, progress: 43, state: 'in_progress', error: 'slow', fromReplicaAddressList: [at1, ''], appliedRebuildingMBps: 50 } },
        purgeStatus: { [at1]: { isPurging: true, progress: 12, error: 'e' } }, restoreStatus: { [at1]: { isRestoring: true, progress: 30, error: 're' } }, cloneStatus: { [at1]: { isCloning: true, progress: 60, error: 'ce' } },
        snapshots: { 'volume-head': {}, a: {}, b: {} }
      }
    });
    expect(meta.id).toBe('pvc-1-e-0');
    expect(record).toEqual({
      volumeName: 'pvc-1', nodeId: 'node-1', isActive: true, dataEngine: 'v2', desireState: 'running', currentState: 'running', instanceManagerName: 'im', endpoint: '/dev/longhorn/pvc-1', currentSize: 10, isExpanding: true, lastExpansionError: 'no space',
      replicaAddressMap: { r1: '10.0.0.1:20006', r2: '10.0.0.2:20016' }, currentReplicaAddressMap: { r1: '10.0.0.1:20006' }, replicaModeMap: { r1: 'RW', r2: 'WO', r3: 'ERR' }, replicaTransitionTimes: { r1: AT },
      rebuilds: [{ address: '10.0.0.2:20016', replicaName: 'r2', isRebuilding: true, progress: 43, state: 'in_progress', error: 'slow', from: ['10.0.0.1:20006'], appliedMBps: 50 }],
      purges: [{ address: '10.0.0.1:20006', isPurging: true, progress: 12, error: 'e' }], restoreProgress: 30, restoreError: 're', cloneProgress: 60, cloneError: 'ce', snapshotCount: 2
    });
  });

  it('with nothing in it', () => {
    expect(parseEngine({ metadata: { name: 'e', labels: { longhornvolume: 'pvc-9' } } })).toMatchObject({
      volumeName: 'pvc-9', isActive: false, dataEngine: 'v1', currentState: 'none', currentSize: null, replicaModeMap: null, replicaTransitionTimes: {}, rebuilds: [], purges: [], restoreProgress: null, restoreError: '', cloneProgress: null, cloneError: '', snapshotCount: 0
    });
    expect(parseEngine({})).toMatchObject({ volumeName: '' });
  });

  it('reads a map of modes only from an object', () => {
    expect([[], 'x', 3, null, undefined].map((replicaModeMap) => parseEngine({ status: { replicaModeMap } }).replicaModeMap)).toEqual([null, null, null, null, null]);
  });

  it('joins a rebuild by the connected address before the wanted one', () => {
    const engine = parseEngine({ spec: { replicaAddressMap: { old: '10.0.0.2:1' } }, status: { currentReplicaAddressMap: { new: 'tcp://10.0.0.2:1' }, rebuildStatus: { 'tcp://10.0.0.2:1': {} } } });
    expect(engine.rebuilds[0]).toEqual({ address: '10.0.0.2:1', replicaName: 'new', isRebuilding: false, progress: 0, state: '', error: '', from: [], appliedMBps: 0 });
  });

  it.each([[-5, 0], [0, 0], [99, 99], [101, 100], ['43', 43], ['x', 0]])('progress %s is %s %%', (progress, expected) => {
    expect(parseEngine({ status: { purgeStatus: { a: { progress } } } }).purges[0]).toEqual({ address: 'a', isPurging: false, progress: expected, error: '' });
  });

  it('reads the cap under both names, its own first', () => {
    const cap = (entry: object) => parseEngine({ status: { rebuildStatus: { a: entry } } }).rebuilds[0]?.appliedMBps;
    expect([cap({ appliedRebuildingMbps: 7 }), cap({ appliedRebuildingMBps: 0, appliedRebuildingMbps: 7 }), cap({})]).toEqual([7, 0, 0]);
  });

  it('takes the slowest of the replicas that restore, and the first error, for the whole', () => {
    const restore = (restoreStatus: object) => { const { restoreProgress, restoreError } = parseEngine({ status: { restoreStatus } }); return [restoreProgress, restoreError]; };
    expect(restore({ a: { isRestoring: true, progress: 60 }, b: { isRestoring: true, progress: 30, error: 'x' }, c: { isRestoring: true, progress: 40, error: 'y' } })).toEqual([30, 'x']);
    expect(restore({ a: { isRestoring: false, progress: 10 }, b: { isRestoring: true, progress: 30 } })).toEqual([30, '']);
    expect(restore({ a: { isRestoring: false, progress: 100 } })).toEqual([null, '']);
  });

  it('counts snapshots without the volume\'s head', () => {
    const count = (snapshots: object) => parseEngine({ status: { snapshots } }).snapshotCount;
    expect([count({ 'volume-head': {} }), count({ a: {} }), count({ a: {}, b: {}, 'volume-head': {} })]).toEqual([0, 1, 2]);
  });

  it('keeps a replica apart whose name means something to JavaScript', () => {
    const { replicaModeMap, replicaTransitionTimes } = parseEngine({ status: { replicaModeMap: { r1: 'RW' }, replicaTransitionTimeMap: { r1: TEXT } } });
    expect([replicaModeMap?.constructor, replicaTransitionTimes.toString]).toEqual([undefined, undefined]);
  });
});

describe('a node, every field', () => {
  it('as 1.12 writes it', () => {
    const { meta, ...record } = parseLonghornNode({
      metadata: { name: 'node-1', namespace: 'longhorn-system' },
      spec: { allowScheduling: true, evictionRequested: true, tags: ['t'], disks: { nvme: { diskType: 'block', path: '/dev/x', diskDriver: 'auto', allowScheduling: true, evictionRequested: true, storageReserved: 5, tags: ['fast'] } } },
      status: {
        autoEvicting: true, region: 'r', zone: 'z', conditions: [ready],
        diskStatus: { nvme: { diskUUID: 'u', diskPath: '/other', diskDriver: 'nvme', filesystemType: 'xfs', storageAvailable: 10, storageMaximum: 20, storageScheduled: 7, scheduledReplica: { r1: '7', r2: null }, conditions: [ready], healthData: {} } }
      }
    });
    expect(meta.name).toBe('node-1');
    expect(record).toEqual({
      allowScheduling: true, evictionRequested: true, autoEvicting: true, tags: ['t'], region: 'r', zone: 'z', conditions: [READY],
      disks: [{
        name: 'nvme', uuid: 'u', nodeName: 'node-1', type: 'block', path: '/dev/x', driver: 'nvme', filesystemType: 'xfs', allowScheduling: true, evictionRequested: true, tags: ['fast'], storageReserved: 5, storageAvailable: 10,
        storageMaximum: 20, storageScheduled: 7, scheduledReplicas: { r1: 7, r2: 0 }, conditions: [READY], health: ''
      }]
    });
  });

  const disk = (spec: object, status: object = {}) => parseLonghornNode({ metadata: { name: 'n' }, spec: { disks: { d: spec } }, status: { diskStatus: { d: status } } }).disks[0];

  it.each([[{ diskType: 'block' }, {}, 'block'], [{ diskType: 'filesystem' }, {}, 'filesystem'], [{}, {}, 'filesystem'], [{ diskType: '' }, {}, 'filesystem'], [{}, { diskType: 'block' }, 'block'], [{ diskType: 'tape' }, {}, 'unknown']])('disk %j with status %j is a %s disk', (spec, status, type) => {
    expect(disk(spec, status)?.type).toBe(type);
  });
  it('takes path and driver from the other half where one is silent', () => {
    expect(disk({ diskDriver: 'aio' }, { diskPath: '/p' })).toMatchObject({ path: '/p', driver: 'aio', scheduledReplicas: {}, storageReserved: 0 });
  });
  it('lists what is in the spec: a status without a disk is a disk that was removed', () => {
    expect(parseLonghornNode({ spec: {}, status: { diskStatus: { d: {} } } }).disks).toEqual([]);
  });
  it.each([[['PASSED', 'WARNING'], 'WARNING'], [['WARNING', 'FAILED', 'PASSED'], 'FAILED'], [['PASSED', 'UNKNOWN'], 'UNKNOWN'], [['PASSED', ''], 'PASSED'], [['', ''], ''], [['UNKNOWN', 'WARNING'], 'WARNING'], [['FAILED', 'WARNING'], 'FAILED']])('devices %j: %s', (devices, health) => {
    expect(disk({}, { healthData: Object.fromEntries(devices.map((healthStatus, index) => [String(index), { healthStatus }])) })?.health).toBe(health);
  });
});

describe('the other records, every field', () => {
  it('tickets with their conditions', () => {
    expect(parseVolumeAttachment({
      metadata, spec: { volume: 'pvc-2', attachmentTickets: { a: { id: 'a', type: 'csi-attacher', nodeID: 'node-1' }, b: { type: 'longhorn-api', nodeID: 'node-2' } } },
      status: { attachmentTicketStatuses: { a: { satisfied: true, conditions: [{ type: 'Other', message: 'no' }, { type: 'Satisfied', status: 'True', reason: 'why', message: 'how' }] } } }
    })).toMatchObject({
      volumeName: 'pvc-2',
      tickets: [{ id: 'a', type: 'csi-attacher', nodeId: 'node-1', isSatisfied: true, message: 'how', reason: 'why' }, { id: 'b', type: 'longhorn-api', nodeId: 'node-2', isSatisfied: false, message: '', reason: '' }]
    });
    expect(parseVolumeAttachment({ metadata })).toMatchObject({ volumeName: 'pvc-1', tickets: [] });
  });

  it('instance managers by spec, or by label', () => {
    expect(parseInstanceManager({ spec: { nodeID: 'node-1', dataEngine: 'v2' }, status: { currentState: 'running', conditions: [ready] } })).toMatchObject({ nodeId: 'node-1', dataEngine: 'v2', currentState: 'running', conditions: [READY] });
    expect(parseInstanceManager({ metadata: { labels: { 'longhorn.io/node': 'node-2', 'longhorn.io/data-engine': 'v2' } } })).toMatchObject({ nodeId: 'node-2', dataEngine: 'v2', currentState: 'none' });
    expect(parseInstanceManager({})).toMatchObject({ nodeId: '', dataEngine: 'v1' });
  });

  it('engine frontends', () => {
    expect(parseEngineFrontend({ spec: { volumeName: 'pvc-1', engineName: 'e', nodeID: 'node-1', active: false }, status: { currentState: 'error', endpoint: '/dev/x' } })).toMatchObject({ volumeName: 'pvc-1', engineName: 'e', nodeId: 'node-1', isActive: false, currentState: 'error', endpoint: '/dev/x' });
    expect(parseEngineFrontend({ metadata: { labels: { longhornvolume: 'pvc-9' } }, spec: { active: true } })).toMatchObject({ volumeName: 'pvc-9', isActive: true });
    expect(parseEngineFrontend({})).toMatchObject({ volumeName: '', isActive: true });
  });
});

describe('words of Longhorn', () => {
  it.each(['running', 'stopped', 'error', 'starting', 'stopping', 'unknown', 'suspended', 'terminated'])('instance state %s', (state) => { expect(parseInstanceState(state)).toBe(state); });
  it('says none where nobody has spoken, and unknown for a strange word', () => { expect([undefined, null, '', 'hovering', 3].map(parseInstanceState)).toEqual(['none', 'none', 'none', 'unknown', 'unknown']); });
  it('reads the engine, or the older field, or v1', () => {
    expect([parseDataEngine('v2'), parseDataEngine('v1'), parseDataEngine('', 'v2'), parseDataEngine(null, 'v2'), parseDataEngine(undefined, 'v2'), parseDataEngine('v1', 'v2'), parseDataEngine(undefined), parseDataEngine('', ''), parseDataEngine('v3'), parseDataEngine('', 'v3')])
      .toEqual(['v2', 'v1', 'v2', 'v2', 'v2', 'v1', 'v1', 'v1', 'unknown', 'unknown']);
  });
  it('knows three modes', () => { expect(['RW', 'WO', 'ERR', 'rw', '', null].map(parseReplicaMode)).toEqual(['RW', 'WO', 'ERR', 'unknown', 'unknown', 'unknown']); });
});
