import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnoseVolume } from '@/domain/health/diagnose';
import type { RawObject } from '@/domain/kube/types';
import { rawCluster, type RawClusterOptions } from '@/domain/testing/raw-cluster';
import { ago, ENGINE_STOPPED, failed, IDLE, NOW, rawCondition, rawEngine, rawHealthyWorld, rawNode, rawReplica, rawSetting, rawVolume, rebuildOf, VOLUME, withObjects, withoutObjects } from '@/domain/testing/raw-objects';
import { longhornId } from '@/domain/kube/names';
import { offersFor } from './actions';

const world = rawHealthyWorld();

function offers(objects: readonly RawObject[], options: RawClusterOptions = {}): readonly { readonly code: string; readonly refusal: string | null; readonly params: Readonly<Record<string, string | number>> }[] {
  const view = rawCluster(objects, options);

  return offersFor(view, { verdict: diagnoseVolume(view, VOLUME, NOW), volume: view.get('longhorn.io.volume', longhornId(VOLUME)) }).map(({ action, refusal, params }) => ({ code: action.code, refusal, params }));
}

const blocked = { robustness: 'degraded', lastDegradedAt: ago(7200), conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'precheck new replica failed: disks are unavailable')] };
const DETACHED = { state: 'detached', robustness: 'unknown', currentNodeID: '', currentEngineNodeID: '' };
/** Two of three replicas are good, and node-3 takes no third. */
const twoOfThree = (node3: Parameters<typeof rawNode>[1]): readonly RawObject[] =>
  withObjects(withoutObjects(world, 'Replica', 'pvc-1-r-3'), rawVolume({ status: blocked }), rawEngine({ 1: 'RW', 2: 'RW' }), rawNode(3, node3));

describe('offersFor', () => {
  it('offers nothing for a healthy volume', () => {
    expect(offers(world)).toEqual([]);
  });

  it('offers to switch scheduling on again where that is what blocks the replica, and to live with two', () => {
    expect(offers(twoOfThree({ disk: { spec: { allowScheduling: false } } }))).toMatchObject([
      { code: 'set-disk-scheduling', refusal: null, params: { node: 'node-3', disk: 'nvme0', value: 'on' } }, { code: 'set-replica-count', refusal: null, params: { from: 3, to: 2, survives: 1 } }
    ]);
    expect(offers(twoOfThree({ spec: { allowScheduling: false } }))[0]).toMatchObject({ code: 'set-node-scheduling', params: { node: 'node-3', value: 'on' } });
  });

  it('says why an action has to wait, and never accepts a single replica', () => {
    expect(offers(twoOfThree({ disk: null })).map(({ code, refusal }) => [code, refusal])).toEqual([['set-replica-count', null]]);
    const one = withObjects(withoutObjects(twoOfThree({ disk: null }), 'Replica', 'pvc-1-r-2'), rawEngine({ 1: 'RW' }), rawNode(2, { disk: null }));

    expect(offers(one)).toMatchObject([{ code: 'set-replica-count', refusal: 'no-redundancy', params: { to: 1 } }]);
    expect(offers(twoOfThree({ disk: null }), { status: { 'longhorn.io.volume': 'stale', 'longhorn.io.replica': 'stale', 'longhorn.io.engine': 'stale' } })).toMatchObject([{ refusal: 'stale' }]);
  });

  it('offers an offline rebuild to stopped volumes that are short, where Longhorn has the field', () => {
    const stopped = (spec: Record<string, unknown>): readonly RawObject[] => withObjects(
      world, rawVolume({ spec: { nodeID: '', ...spec }, status: DETACHED }), rawEngine({}, ENGINE_STOPPED), rawReplica(1, IDLE), rawReplica(2, IDLE), rawReplica(3, failed(7200))
    );

    expect(offers(stopped({}))).toMatchObject([{ code: 'set-offline-rebuild', refusal: null, params: { from: 'ignored' } }]);
    expect(offers(stopped({ offlineRebuilding: 'enabled' }))).toEqual([]);
    expect(offers(stopped({ offlineRebuilding: undefined }))).toEqual([]);
  });

  it('offers to lift the limit of a rebuild, when the volume has one of its own', () => {
    const rebuilding = (spec: Record<string, unknown>): readonly RawObject[] => withObjects(
      world, rawVolume({ spec, status: { robustness: 'degraded', lastDegradedAt: ago(60) } }), rawEngine({ 1: 'RW', 2: 'RW', 3: 'WO' }, { status: { rebuildStatus: rebuildOf(3, 43, 1, { appliedRebuildingMBps: 25 }) } }), rawReplica(3, { spec: { healthyAt: '' } })
    );

    expect(offers(rebuilding({ replicaRebuildingBandwidthLimit: 25 }))).toMatchObject([{ code: 'lift-rebuild-cap', refusal: null, params: { cap: 25 } }]);
    expect(offers(rebuilding({ replicaRebuildingBandwidthLimit: 0 }))).toEqual([]);
  });

  it('offers a salvage of the replica that was healthy last, when Longhorn does not salvage by itself', () => {
    const lost = withObjects(
      world, rawVolume({ status: { state: 'detached', robustness: 'faulted' } }), rawEngine({}, ENGINE_STOPPED), rawSetting('auto-salvage', 'false'),
      rawReplica(1, failed(60)), rawReplica(2, failed(50, { spec: { lastHealthyAt: ago(55) } })), rawReplica(3, failed(60))
    );

    expect(offers(lost)).toMatchObject([{ code: 'salvage', refusal: null, params: { replica: 'pvc-1-r-2', node: 'node-2', count: 1 } }]);
    expect(offers(withObjects(lost, rawSetting('auto-salvage', 'true')))).toEqual([]);
  });

  it('keeps new replicas off a disk that fails rebuilds again and again, and clears the failed one away only then', () => {
    const failing = (allowScheduling: boolean): readonly RawObject[] => withObjects(
      world, rawVolume({ status: { robustness: 'degraded', lastDegradedAt: ago(3600) } }), rawEngine({ 1: 'RW', 2: 'RW' }), rawNode(3, { disk: { spec: { allowScheduling } } }),
      ...[3, 4].map((index) => rawReplica(index, failed(60, { spec: { nodeID: 'node-3', diskID: 'disk-3', rebuildRetryCount: 5 }, status: { conditions: [rawCondition('RebuildFailed', true, '', 'i/o error')] } })))
    );

    expect(offers(failing(true))[0]).toMatchObject({ code: 'set-disk-scheduling', refusal: null, params: { node: 'node-3', disk: 'nvme0', value: 'off' } });
    expect(offers(failing(false)).filter(({ code }) => code === 'delete-replica')).toMatchObject([{ refusal: null, params: { replica: 'pvc-1-r-3', why: 'failed' } }, { refusal: null, params: { replica: 'pvc-1-r-4', why: 'failed' } }]);
  });

  it('offers to delete the second replica of a node only while another node would take it', () => {
    const doubled = withObjects(world, rawReplica(3, { spec: { nodeID: 'node-2', diskID: 'disk-2' } }));

    expect(offers(doubled)).toMatchObject([{ code: 'delete-replica', refusal: null, params: { replica: 'pvc-1-r-3', why: 'spare', node: 'node-2', target: 'node-3' } }]);
    expect(offers(withObjects(doubled, rawNode(3, { disk: null })))).toEqual([]);
  });

  it('offers nothing destructive for a faulted or unknown volume, whatever its replicas', () => {
    fc.assert(fc.property(fc.constantFrom('faulted', 'unknown', ''), fc.constantFrom('attached', 'detached', 'attaching', 'detaching'), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), fc.boolean(), (robustness, state, lost, isDoubled) => {
      const objects = withObjects(
        world, rawVolume({ status: { robustness, state } }), rawSetting('auto-salvage', 'false'),
        ...lost.map((isLost, index) => rawReplica(index + 1, { ...(isLost ? failed(60) : {}), ...(isDoubled && index === 2 ? { spec: { ...(isLost ? failed(60).spec : {}), nodeID: 'node-2', diskID: 'disk-2' } } : {}) }))
      );

      for (const { code } of offers(objects)) {
        expect(['salvage', 'set-disk-scheduling', 'set-node-scheduling', 'set-offline-rebuild']).toContain(code);
      }
    }));
  });
});
