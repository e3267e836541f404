import { describe, expect, it } from 'vitest';
import {
  ago, DISK_OF_DOWN_NODE, ENGINE_STOPPED, failed, IDLE, nodeDown, NOW, rawCondition, rawEngine, rawHealthyWorld, rawNode, rawReplica, rawVolume, rebuildOf, VOLUME, withObjects, withoutObjects
} from '../testing/raw-objects';
import { rawCluster } from '../testing/raw-cluster';
import type { RawClusterOptions } from '../testing/raw-cluster';
import type { RawObject } from '../kube/types';
import { diagnoseVolume } from './diagnose';

const healthy = rawHealthyWorld();
const judge = (world: readonly RawObject[], options: RawClusterOptions = {}) => diagnoseVolume(rawCluster(world, { readAt: NOW - 1000, ...options }), VOLUME, NOW);

const degradedVolume = rawVolume({ status: { robustness: 'degraded', lastDegradedAt: ago(120) } });
const nodeThreeDown = [rawNode(3, { conditions: nodeDown(3), disk: DISK_OF_DOWN_NODE }), rawReplica(3, failed(120)), rawEngine({ 1: 'RW', 2: 'RW' }), degradedVolume];

describe('the first verdicts', () => {
  it('healthy only from volume, engine and replicas that agree, with evidence', () => {
    const verdict = judge(healthy);
    expect(verdict).toMatchObject({ level: 'healthy', goodReplicas: 3, wantedReplicas: 3, needsAttention: false, facts: [] });
    expect(verdict.headline.evidence).toContainEqual({ kind: 'longhorn.io.volume', id: 'longhorn-system/pvc-1', path: 'status.robustness', value: 'healthy', readAt: NOW - 1000 });
    expect(verdict.headline.evidence.find((item) => item.path === 'status.replicaModeMap')?.value).toBe('pvc-1-r-1 RW, pvc-1-r-2 RW, pvc-1-r-3 RW');
  });

  it('rebuilding with its percent, source and target', () => {
    const verdict = judge(withObjects(healthy, degradedVolume, rawEngine({ 1: 'RW', 2: 'RW', 3: 'WO' }, { status: { rebuildStatus: rebuildOf(3, 43, 1) } }), rawReplica(3, { spec: { healthyAt: '', rebuildRetryCount: 1 } })));
    expect(verdict).toMatchObject({ level: 'degraded', phase: 'rebuilding', goodReplicas: 2, needsAttention: false, since: NOW - 120_000 });
    expect(verdict.headline).toMatchObject({ code: 'rebuilding', params: { node: 'node-3', from: 'node-1', percent: 43 } });
    expect(verdict.rebuild).toEqual({ percent: 43, fromNodes: ['node-1'], toNode: 'node-3', capMBps: 0, error: '' });
  });

  it('waiting for a lost node, with the time of the next step', () => {
    const verdict = judge(withObjects(healthy, ...nodeThreeDown));
    expect(verdict).toMatchObject({ level: 'degraded', phase: 'waiting', goodReplicas: 2, needsAttention: true });
    expect(verdict.headline).toMatchObject({ code: 'node-down-waiting', params: { node: 'node-3', nextAt: NOW - 120_000 + 600_000 } });
  });

  it('blocked once the wait is over and nothing can take the copy', () => {
    const late = rawVolume({ status: { robustness: 'degraded', lastDegradedAt: ago(900), conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'precheck new replica failed: disks are unavailable')] } });
    const verdict = judge(withObjects(withObjects(healthy, ...nodeThreeDown), late));
    expect(verdict).toMatchObject({ level: 'degraded', phase: 'blocked', needsAttention: true });
    expect(verdict.headline).toMatchObject({ code: 'node-down-blocked', params: { node: 'node-3' } });
  });

  it('faulted is critical, never degraded', () => {
    const verdict = judge(withObjects(healthy, rawVolume({ status: { state: 'detached', robustness: 'faulted' } }), rawEngine({}, ENGINE_STOPPED), rawReplica(1, failed(60)), rawReplica(2, failed(50)), rawReplica(3, failed(40))));
    expect(verdict).toMatchObject({ level: 'critical', needsAttention: true, goodReplicas: 0, since: NOW - 40_000 });
  });

  const detached = withObjects(healthy, rawVolume({ spec: { nodeID: '' }, status: { state: 'detached', robustness: 'unknown', currentNodeID: '' } }), rawEngine({}, ENGINE_STOPPED), rawReplica(1, IDLE), rawReplica(2, IDLE), rawReplica(3, IDLE));
  it('stopped and complete', () => {
    expect(judge(detached)).toMatchObject({ level: 'stopped', goodReplicas: 3, needsAttention: false, headline: { code: 'stopped-complete' } });
  });
  it('stopped and incomplete', () => {
    expect(judge(withObjects(detached, rawReplica(3, failed(60))))).toMatchObject({ level: 'stopped', goodReplicas: 2, headline: { code: 'stopped-incomplete', params: { good: 2, wanted: 3, offline: 'no' } } });
  });

  it.each([
    ['engines gone', withoutObjects(healthy, 'Engine'), {}, 'engine-missing'],
    ['replicas gone', withoutObjects(healthy, 'Replica'), {}, 'replicas-missing'],
    ['replicas forbidden', withoutObjects(healthy, 'Replica'), { status: { 'longhorn.io.replica': 'forbidden' } }, 'cannot-read'],
    ['feed down', healthy, { status: { 'longhorn.io.volume': 'stale' } }, 'data-stale'],
    ['volume gone', withoutObjects(healthy, 'Volume'), {}, 'volume-gone'],
    ['no right to read volumes', [], { status: { 'longhorn.io.volume': 'forbidden' } }, 'cannot-read'],
    ['Longhorn not installed', [], { status: { 'longhorn.io.volume': 'absent' } }, 'kind-absent'],
    ['first pages still loading', [], { status: { 'longhorn.io.volume': 'loading' } }, 'still-loading']
  ] as const)('unknown, not healthy: %s', (_name, world, options, code) => {
    expect(judge(world, options)).toMatchObject({ level: 'unknown', headline: { code } });
  });

  it('keeps bad news when the data is stale, and says so', () => {
    const verdict = judge(withObjects(healthy, ...nodeThreeDown), { status: { 'longhorn.io.volume': 'stale' } });
    expect(verdict.level).toBe('degraded');
    expect(verdict.facts.map((fact) => fact.code)).toContain('news-is-stale');
  });
});
