import { describe, expect, it } from 'vitest';
import { ago, failed, NOW, rawCondition, rawEngine, rawHealthyWorld, rawNode, rawReplica, rawVolume, withObjects, withoutObjects } from '../testing/raw-objects';
import { codesOf, findingOf, verdictOf } from '../testing/verdict-of';

const MINUTE = 60_000;
const world = withObjects(rawHealthyWorld(), rawVolume({ status: { robustness: 'degraded', lastDegradedAt: ago(60) } }), rawEngine({ 1: 'RW', 2: 'RW' }), rawReplica(3, failed(60)));
const seen = (...changes: readonly (readonly [number, string])[]) => ({ history: { robustnessChanges: changes.map(([minutes, to]) => ({ at: NOW - minutes * MINUTE, to })) } });

describe('flapping: three transitions in half an hour', () => {
  it('counts recoveries as well as falls: degraded, healthy, degraded are three', () => {
    expect(findingOf(verdictOf(world, seen([20, 'degraded'], [12, 'healthy'], [1, 'degraded'])), 'flapping')?.params).toMatchObject({ count: 3, minutes: 30 });
  });

  it.each([
    ['a fall and a recovery before it', [[20, 'healthy'], [1, 'degraded']]],
    ['one of three longer ago', [[30.1, 'degraded'], [12, 'healthy'], [1, 'degraded']]],
    ['a volume that went down altogether and came back', [[20, 'degraded'], [12, 'faulted'], [1, 'degraded']]],
    ['nothing seen', []]
  ] as const)('is not %s', (_what, changes) => {
    expect(codesOf(verdictOf(world, seen(...changes)))).not.toContain('flapping');
  });

  it('counts a transition exactly half an hour ago', () => {
    expect(codesOf(verdictOf(world, seen([30, 'degraded'], [12, 'healthy'], [1, 'degraded'])))).toContain('flapping');
  });

  it('is told before the wait and the rebuild, whose promise it spoils, and asks for help', () => {
    const verdict = verdictOf(withObjects(world, rawEngine({ 1: 'RW', 2: 'RW', 3: 'WO' }), rawReplica(3)), seen([20, 'degraded'], [12, 'healthy'], [1, 'degraded']));
    expect(codesOf(verdict).slice(0, 2)).toEqual(['flapping', 'rebuilding']);
    expect(verdict).toMatchObject({ phase: 'flapping', needsAttention: true });
  });

  it('is nothing to say of a volume that is healthy now', () => {
    expect(codesOf(verdictOf(rawHealthyWorld(), seen([20, 'degraded'], [12, 'healthy'], [8, 'degraded'], [1, 'healthy'])))).not.toContain('flapping');
  });
});

describe('what is said first of several obstacles', () => {
  const unscheduled = { robustness: 'degraded', lastDegradedAt: ago(900), conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'precheck new replica failed: disks are unavailable')] };
  const homeless = withObjects(withoutObjects(withoutObjects(rawHealthyWorld(), 'Replica', 'pvc-1-r-3'), 'Replica', 'pvc-1-r-2'), rawVolume({ status: unscheduled }), rawEngine({ 1: 'RW' }));
  const notReady = [rawCondition('Ready', false, 'KubernetesNodePressure', 'pressure'), rawCondition('Schedulable', true)];

  it('the layout that lacks v2 disks (row 16) before a place that is not ready', () => {
    const codes = codesOf(verdictOf(withObjects(homeless, rawNode(2, { conditions: notReady }), rawNode(3, { disk: { spec: { diskType: 'filesystem' }, status: { diskType: 'filesystem' } } }))));
    expect(codes.indexOf('too-few-nodes-with-disks')).toBe(0);
    expect(codes).toContain('place-not-ready');
  });
});
