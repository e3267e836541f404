import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import { ago, ENGINE_STOPPED, failed, NOW, rawEngine, rawHealthyWorld, rawNode, rawReplica, rawVolume, VOLUME, withObjects } from '../testing/raw-objects';
import { rawCluster } from '../testing/raw-cluster';
import type { RawClusterOptions } from '../testing/raw-cluster';
import { deleteReplica, liftRebuildCap, pickSalvage, salvage, setOfflineRebuild, setReplicaCount, setScheduling } from './actions';
import type { GuardedAction, Refusal } from './actions';
import { diagnoseVolume } from './diagnose';

const world = rawHealthyWorld();
const ask = (action: GuardedAction, objects: readonly RawObject[] = world, options: RawClusterOptions = {}): Refusal | null => {
  const view = rawCluster(objects, options);
  return action.validate(view, diagnoseVolume(view, VOLUME, NOW));
};
const send = (action: GuardedAction, objects: readonly RawObject[] = world) => action.requests(rawCluster(objects));
const withVolume = (spec: Record<string, unknown>, status: Record<string, unknown> = {}) => withObjects(world, rawVolume({ spec, status }));
const faulted = withObjects(world, rawVolume({ spec: { nodeID: '' }, status: { state: 'detached', robustness: 'faulted' } }), rawEngine({}, ENGINE_STOPPED), ...[1, 2, 3].map((index) => rawReplica(index, failed(60))));

describe('every guarded action', () => {
  const all: readonly GuardedAction[] = [
    deleteReplica(VOLUME, 'pvc-1-r-1'), setReplicaCount(VOLUME, 2), salvage(VOLUME, ['pvc-1-r-1']), setOfflineRebuild(VOLUME, 'enabled'), liftRebuildCap(VOLUME), setScheduling('node-1', null, false), setScheduling('node-1', 'nvme0', false)
  ];
  it.each(all.map((action) => [`${action.code} ${String(action.params.disk ?? '')}`, action] as const))('%s waits for live data', (_name, action) => {
    const status = (word: 'stale' | 'forbidden' | 'loading') => ({ status: { 'longhorn.io.volume': word, 'longhorn.io.replica': word, 'longhorn.io.engine': word, 'longhorn.io.node': word } });
    expect(ask(action, world, status('stale'))).toBe('stale');
    expect(ask(action, world, status('forbidden'))).toBe('cannot-verify');
    expect(ask(action, world, status('loading'))).toBe('cannot-verify');
  });
  it.each(all.filter((action) => action.code !== 'delete-replica').map((action) => [action.code, action] as const))('%s lets the server refuse when the value has changed', (_code, action) => {
    for (const request of send(action, withVolume({ replicaRebuildingBandwidthLimit: 25 }))) {
      expect(request).toMatchObject({ method: 'patch', operations: [{ op: 'test' }, { op: 'replace' }] });
    }
  });
  it('never takes the last proven good replica, whatever the state', () => {
    const replica = fc.record({ mode: fc.constantFrom('RW', 'WO', 'ERR', ''), isFailed: fc.boolean(), isEvicting: fc.boolean() });
    fc.assert(fc.property(fc.tuple(replica, replica, replica), fc.constantFrom('healthy', 'degraded', 'faulted', 'unknown'), fc.constantFrom('attached', 'detached', 'attaching'), (replicas, robustness, state) => {
      const objects = withObjects(
        world, rawVolume({ status: { robustness, state, ...(robustness === 'degraded' ? { lastDegradedAt: ago(60) } : {}) } }),
        rawEngine(Object.fromEntries(replicas.flatMap(({ mode }, index) => (mode === '' ? [] : [[index + 1, mode]])))),
        ...replicas.map(({ isFailed, isEvicting }, index) => rawReplica(index + 1, { ...(isFailed ? failed(60) : {}), ...(isEvicting ? { spec: { ...(isFailed ? failed(60).spec : {}), evictionRequested: true } } : {}) }))
      );
      for (const index of [1, 2, 3]) {
        if (ask(deleteReplica(VOLUME, `pvc-1-r-${String(index)}`), objects) !== null) continue;
        const left = replicas.filter(({ mode, isFailed }, other) => other + 1 !== index && mode === 'RW' && !isFailed);
        expect(left.length).toBeGreaterThanOrEqual(1);
        expect([robustness, state]).not.toContain('faulted');
        expect(state).toBe('attached');
      }
    }), { numRuns: Number(process.env.PROPERTY_RUNS ?? 300) });
  });
});

describe('setReplicaCount', () => {
  it('never goes down to one', () => {
    expect(ask(setReplicaCount(VOLUME, 1))).toBe('no-redundancy');
    expect(ask(setReplicaCount(VOLUME, 2))).toBeNull();
  });
});

describe('setOfflineRebuild', () => {
  it('is there only where Longhorn has the field', () => {
    expect(ask(setOfflineRebuild(VOLUME, 'enabled'))).toBeNull();
    expect(ask(setOfflineRebuild(VOLUME, 'ignored'))).toBe('unchanged');
    expect(ask(setOfflineRebuild(VOLUME, 'enabled'), withVolume({ offlineRebuilding: undefined }))).toBe('not-supported');
    expect(ask(setOfflineRebuild(VOLUME, 'enabled'), faulted)).toBe('faulted');
    expect(send(setOfflineRebuild(VOLUME, 'enabled'))).toEqual([{ method: 'patch', kind: 'longhorn.io.volume', id: 'longhorn-system/pvc-1', operations: [{ op: 'test', path: '/spec/offlineRebuilding', value: 'ignored' }, { op: 'replace', path: '/spec/offlineRebuilding', value: 'enabled' }] }]);
  });
});

describe('liftRebuildCap', () => {
  it('takes off a limit that is there', () => {
    const limited = withVolume({ replicaRebuildingBandwidthLimit: 25 });
    expect(ask(liftRebuildCap(VOLUME), limited)).toBeNull();
    expect(send(liftRebuildCap(VOLUME), limited)).toMatchObject([{ operations: [{ op: 'test', path: '/spec/replicaRebuildingBandwidthLimit', value: 25 }, { op: 'replace', value: 0 }] }]);
    expect(ask(liftRebuildCap(VOLUME), withVolume({ replicaRebuildingBandwidthLimit: 0 }))).toBe('unchanged');
    expect(ask(liftRebuildCap(VOLUME))).toBe('not-supported');
  });
});

describe('salvage', () => {
  it('takes the replica that was healthy last, and proves that it is as it was', () => {
    const objects = withObjects(faulted, rawReplica(2, { ...failed(60), spec: { ...failed(60).spec, lastHealthyAt: ago(50) }, metadata: { resourceVersion: '77' } }));
    expect(pickSalvage(rawCluster(objects), VOLUME)).toBe('pvc-1-r-2');
    expect(send(salvage(VOLUME, ['pvc-1-r-2']), objects)).toEqual([{ method: 'patch', kind: 'longhorn.io.replica', id: 'longhorn-system/pvc-1-r-2', operations: [{ op: 'test', path: '/metadata/resourceVersion', value: '77' }, { op: 'replace', path: '/spec/failedAt', value: '' }] }]);
    expect(pickSalvage(rawCluster(world), VOLUME)).toBeNull();
  });
});

describe('setScheduling', () => {
  it('refuses to schedule onto what is being evicted, and to change what is so already', () => {
    const evicting = withObjects(world, rawNode(1, { spec: { evictionRequested: true, allowScheduling: false } }));
    expect(ask(setScheduling('node-1', null, true), evicting)).toBe('eviction-requested');
    expect(ask(setScheduling('node-1', null, true))).toBe('unchanged');
    expect(ask(setScheduling('node-9', null, true))).toBe('object-gone');
  });
});
