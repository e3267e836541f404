import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import { ago, ENGINE_STOPPED, failed, IDLE, nodeDown, NOW, rawEngine, rawHealthyWorld, rawNode, rawReplica, rawSetting, rawVolume, rebuildOf, VOLUME, withObjects } from '../testing/raw-objects';
import { rawCluster } from '../testing/raw-cluster';
import { deleteReplica, salvage, setReplicaCount, setScheduling } from './actions';
import { diagnoseVolume } from './diagnose';
import { estimateRebuild, flatSince } from './rebuild-estimate';
import { orderDrains, rehearseDrain, rehearseLoss } from './rehearse';
import { createRollupIndex, judgeMachine, scopesOf } from './rollup';

const healthy = rawHealthyWorld();
const single = rawVolume({ spec: { numberOfReplicas: 1, nodeID: 'node-3' }, status: { currentNodeID: 'node-3', kubernetesStatus: { namespace: 'erp', pvcName: 'data' } } }, 'pvc-2');
const world = [...healthy, single, rawEngine({ 3: 'RW' }, { spec: { nodeID: 'node-3' } }, 'pvc-2'), rawReplica(3, {}, 'pvc-2')];
const see = (objects: readonly RawObject[]) => {
  const view = rawCluster(objects);
  return { view, verdicts: [...view.all('longhorn.io.volume')].map((volume) => diagnoseVolume(view, volume.meta.name, NOW)) };
};

describe('estimateRebuild', () => {
  const samples = (...percents: readonly number[]) => percents.map((percent, index) => ({ at: NOW - (percents.length - 1 - index) * 5000, percent }));
  it('says nothing before it is earned', () => {
    expect(estimateRebuild([], NOW)).toMatchObject({ state: 'estimating', shortestMs: null });
    expect(estimateRebuild(samples(40, 41), NOW)).toMatchObject({ state: 'estimating', shortestMs: null });
  });
  it('gives a range that holds the truth of a steady rebuild', () => {
    const estimate = estimateRebuild(samples(40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50), NOW);
    expect(estimate.state).toBe('estimated');
    expect(estimate.shortestMs).toBeLessThanOrEqual(250_000);
    expect(estimate.longestMs).toBeGreaterThanOrEqual(250_000);
    expect(estimate.confidence).toBe('high');
  });
  it('widens the range and trusts it less when the pace changes', () => {
    const estimate = estimateRebuild(samples(10, 20, 30, 31, 32, 33), NOW);
    expect((estimate.longestMs ?? 0) / (estimate.shortestMs ?? 1)).toBeGreaterThan(3);
    expect(estimate.confidence).toBe('low');
  });
  it('calls a standstill by its name, and forgets a former attempt', () => {
    expect(estimateRebuild([{ at: NOW - 90_000, percent: 43 }, { at: NOW - 10_000, percent: 43 }], NOW)).toMatchObject({ state: 'flat', notProgressingSince: NOW - 90_000 });
    expect(estimateRebuild(samples(80, 85, 90, 95, 2, 3), NOW).state).toBe('estimating');
    expect(flatSince(samples(1, 2, 2, 2), 2)).toBe(NOW - 10_000);
    expect(flatSince(samples(1, 2), 3)).toBeNull();
  });
});

describe('roll-ups', () => {
  it('follow a change by difference', () => {
    const { view, verdicts } = see(world);
    const index = createRollupIndex();
    for (const verdict of verdicts) index.put(verdict, scopesOf(view, verdict));
    expect(index.get('cluster')).toMatchObject({ level: 'healthy', total: 2, attention: 0 });
    expect(index.get('node', 'node-3')).toMatchObject({ total: 2 });
    expect(index.get('node', 'node-1')).toMatchObject({ total: 1 });
    const worse = see(withObjects(world, rawVolume({ status: { robustness: 'faulted' } })));
    index.put(worse.verdicts[0]!, scopesOf(worse.view, worse.verdicts[0]!));
    expect(index.get('cluster')).toMatchObject({ level: 'critical', total: 2, counts: { critical: 1, healthy: 1 } });
    expect(index.get('disk', 'disk-1').level).toBe('critical');
    index.remove(VOLUME);
    expect(index.get('cluster')).toMatchObject({ level: 'healthy', total: 1 });
    expect(index.get('disk', 'disk-1')).toMatchObject({ level: 'unknown', total: 0 });
  });

  it('a VM is told by its boot disk first, and is not healthy with a disk unseen', () => {
    const claim = (name: string, volumeName: string) => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default' }, spec: { volumeName }, status: { phase: 'Bound' } });
    const machine = (...claims: readonly string[]) => ({
      apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'vm', namespace: 'default' },
      spec: { template: { spec: { domain: { devices: { disks: claims.map((name, index) => ({ name, bootOrder: claims.length - index, disk: { bus: 'virtio' } })) } }, volumes: claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } })) } } }
    });
    const { view, verdicts } = see([...world, claim('data', 'pvc-2'), claim('root', VOLUME), machine('data', 'root')]);
    const of = (name: string) => verdicts.find((verdict) => verdict.volumeName === name);
    expect(judgeMachine(view, 'default/vm', of)).toMatchObject({ level: 'healthy', boot: { volumeName: VOLUME }, unseenClaims: [] });
    const partly = see([...world, claim('root', VOLUME), machine('data', 'root')]);
    expect(judgeMachine(partly.view, 'default/vm', of)).toMatchObject({ level: 'unknown', unseenClaims: ['default/data'] });
    expect(judgeMachine(view, 'default/none', of)).toBeNull();
  });
});

describe('rehearsals', () => {
  it('tell who is lost, who is degraded, and who has to move', () => {
    const { view, verdicts } = see(world);
    const loss = rehearseLoss(view, verdicts, { nodes: ['node-3'] });
    expect(loss.volumes).toMatchObject([{ volumeName: 'pvc-2', effect: 'lost', goodAfter: 0 }, { volumeName: VOLUME, effect: 'degraded', goodBefore: 3, goodAfter: 2 }]);
    expect(rehearseLoss(view, verdicts, { nodes: ['node-1', 'node-2'] }).volumes).toMatchObject([{ volumeName: VOLUME, effect: 'last-copy', goodAfter: 1 }]);
    expect(rehearseLoss(view, verdicts, { disks: ['disk-3'] }).counts).toMatchObject({ lost: 1, degraded: 1 });
    expect(rehearseLoss(view, verdicts, { nodes: ['node-9'] }).counts).toMatchObject({ untouched: 2 });
  });
  it('count no replica that is out of reach already', () => {
    const stopped = withObjects(healthy, rawVolume({ spec: { nodeID: '' }, status: { state: 'detached', robustness: 'unknown', currentNodeID: '' } }), rawEngine({}, ENGINE_STOPPED), ...[1, 2, 3].map((index) => rawReplica(index, IDLE)), rawNode(1, { conditions: nodeDown(1) }), rawNode(2, { disk: null }));
    const { view, verdicts } = see(stopped);
    expect(verdicts[0]).toMatchObject({ level: 'stopped', goodReplicas: 3 });
    expect(rehearseLoss(view, verdicts, { nodes: ['node-3'] }).volumes).toMatchObject([{ effect: 'lost', goodBefore: 1, goodAfter: 0 }]);
    expect(rehearseDrain(view, verdicts, ['node-3'])).toMatchObject({ isAllowed: false, blockers: [VOLUME] });
  });
  it('say what a zone would take along', () => {
    const zoned = see([...world.filter((raw) => raw.kind !== 'Node' || raw.apiVersion === 'v1'), ...[1, 2, 3].map((index) => rawNode(index, { status: { zone: index === 1 ? 'a' : 'b' } }))]);
    expect(rehearseLoss(zoned.view, zoned.verdicts, { zone: 'b' }).volumes).toMatchObject([{ volumeName: 'pvc-2', effect: 'lost' }, { volumeName: VOLUME, effect: 'last-copy', goodAfter: 1 }]);
    expect(rehearseLoss(zoned.view, zoned.verdicts, { zone: '' }).volumes).toEqual([]);
  });
  it('keep a drain back where the last good copy is, by the policy in force', () => {
    const { view, verdicts } = see(world);
    expect(rehearseDrain(view, verdicts, ['node-3'])).toMatchObject({ isAllowed: false, blockers: ['pvc-2'], policy: 'block-if-contains-last-replica' });
    expect(rehearseDrain(view, verdicts, ['node-1'])).toMatchObject({ isAllowed: true, blockers: [] });
    const lax = see([...world, rawSetting('node-drain-policy', 'always-allow')]);
    expect(rehearseDrain(lax.view, lax.verdicts, ['node-3']).isAllowed).toBe(true);
    const strict = see([...world, rawSetting('node-drain-policy', 'block-for-eviction')]);
    expect(rehearseDrain(strict.view, strict.verdicts, ['node-1']).isAllowed).toBe(false);
    expect(orderDrains(view, verdicts).map((item) => item.nodeName)).toEqual(['node-1', 'node-2', 'node-3']);
  });
});

describe('guarded actions', () => {
  const ask = (objects: readonly RawObject[], name: string) => { const { view, verdicts } = see(objects); return deleteReplica(VOLUME, name).validate(view, verdicts[0]!); };
  const degraded = rawVolume({ status: { robustness: 'degraded', lastDegradedAt: ago(60) } });
  it('close the holes of Longhorn’s replica guard', () => {
    expect(ask(healthy, 'pvc-1-r-3')).toBeNull();
    expect(ask(withObjects(healthy, degraded, rawEngine({ 1: 'RW', 2: 'RW' }), rawReplica(3, failed(60))), 'pvc-1-r-3')).toBeNull();
    expect(ask(withObjects(healthy, degraded, rawEngine({ 1: 'RW', 2: 'RW' }), rawReplica(3, failed(60))), 'pvc-1-r-1')).toBe('would-remove-good-copy');
    const faulted = withObjects(healthy, rawVolume({ status: { state: 'detached', robustness: 'faulted' } }), rawEngine({}, ENGINE_STOPPED), ...[1, 2, 3].map((index) => rawReplica(index, failed(60))));
    expect(ask(faulted, 'pvc-1-r-1')).toBe('faulted');
    // The only good copy is being evicted, and the failed one is not: deleting either would be allowed upstream.
    const evicting = withObjects(healthy, degraded, rawEngine({ 1: 'RW' }), rawReplica(1, { spec: { evictionRequested: true } }), rawReplica(2, failed(60)), rawReplica(3, failed(60)));
    expect(ask(evicting, 'pvc-1-r-1')).toBe('would-remove-good-copy');
    expect(ask(evicting, 'pvc-1-r-2')).toBe('not-enough-good-copies');
    const rebuilding = withObjects(healthy, degraded, rawEngine({ 1: 'RW', 2: 'RW', 3: 'WO' }, { status: { rebuildStatus: rebuildOf(3, 5, 1) } }));
    expect([ask(rebuilding, 'pvc-1-r-1'), ask(rebuilding, 'pvc-1-r-3')]).toEqual(['is-source', 'rebuilding']);
  });
  it('send exactly what they say', () => {
    const { view, verdicts } = see(healthy);
    expect(setReplicaCount(VOLUME, 2).requests(view)).toEqual([{ method: 'patch', kind: 'longhorn.io.volume', id: 'longhorn-system/pvc-1', operations: [{ op: 'test', path: '/spec/numberOfReplicas', value: 3 }, { op: 'replace', path: '/spec/numberOfReplicas', value: 2 }] }]);
    expect([setReplicaCount(VOLUME, 2), setReplicaCount(VOLUME, 3), setReplicaCount(VOLUME, 21)].map((action) => action.validate(view, verdicts[0]!))).toEqual([null, 'unchanged', 'out-of-range']);
    expect(setScheduling('node-1', 'a/b', false).requests(view)).toMatchObject([{ operations: [{ op: 'test', value: true }, { op: 'replace', path: '/spec/disks/a~1b/allowScheduling', value: false }] }]);
    expect(setScheduling('node-1', 'nvme0', false).validate(view, verdicts[0]!)).toBeNull();
  });
  it('salvage only what Longhorn’s own salvage would take', () => {
    const base = withObjects(healthy, rawVolume({ status: { state: 'detached', robustness: 'faulted' } }), rawEngine({}, ENGINE_STOPPED), ...[1, 2, 3].map((index) => rawReplica(index, failed(60))));
    const { view, verdicts } = see(base);
    expect(salvage(VOLUME, ['pvc-1-r-2']).validate(view, verdicts[0]!)).toBeNull();
    expect(salvage(VOLUME, []).validate(view, verdicts[0]!)).toBe('no-candidate');
    expect(salvage(VOLUME, ['pvc-1-r-2']).requests(view)).toHaveLength(2);
    const fine = see(healthy);
    expect(salvage(VOLUME, ['pvc-1-r-2']).validate(fine.view, fine.verdicts[0]!)).toBe('not-faulted');
  });
});
