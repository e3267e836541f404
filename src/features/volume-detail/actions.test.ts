import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Level, VolumeVerdict } from '@/domain/health/types';
import { parseVolume } from '@/domain/longhorn/volume';
import { rawVolume } from '@/domain/testing/raw-objects';
import { actionsFor } from './actions';
import type { Subject } from './subject';

function subject(verdict: Partial<VolumeVerdict>, spec: Record<string, unknown> = {}, status: Record<string, unknown> = {}, freshness: Subject['freshness'] = { state: 'live' }): Subject {
  const volume = parseVolume(rawVolume({ spec, status }));

  return {
    kind: 'known', volumeName: 'pvc-1', claimId: '', volume, claim: undefined, machines: [], driver: '', schedulingError: null, freshness,
    verdict: { volumeName: 'pvc-1', level: 'degraded', phase: 'blocked', headline: { code: 'x', level: 'degraded', phase: null, params: {}, evidence: [] }, facts: [], replicas: [], goodReplicas: 2, wantedReplicas: 3, rebuild: null, since: null, needsAttention: true, ...verdict }
  };
}

describe('actionsFor', () => {
  it('accepts fewer replicas only while two good ones remain, and guards the value it changes', () => {
    expect(actionsFor(subject({}))).toMatchObject([{
      id: 'accept-fewer', objectId: 'longhorn-system/pvc-1', blockedBy: '',
      operations: [{ op: 'test', path: '/spec/numberOfReplicas', value: 3 }, { op: 'replace', path: '/spec/numberOfReplicas', value: 2 }]
    }]);
    expect(actionsFor(subject({ goodReplicas: 1 }))[0]?.blockedBy).toBe('no-redundancy');
    expect(actionsFor(subject({}, {}, {}, { state: 'stale', since: 1 }))[0]?.blockedBy).toBe('not-live');
    expect(actionsFor(subject({ phase: 'waiting' }))).toEqual([]);
  });

  it('offers an offline rebuild to stopped volumes that are short, where Longhorn has the field', () => {
    const stopped = { level: 'stopped' as const, phase: null };

    expect(actionsFor(subject(stopped))[0]).toMatchObject({ id: 'offline-rebuild', operations: [{ op: 'test', value: 'ignored' }, { op: 'replace', path: '/spec/offlineRebuilding', value: 'enabled' }] });
    expect(actionsFor(subject(stopped, { offlineRebuilding: 'enabled' }))).toEqual([]);
    expect(actionsFor(subject(stopped, { offlineRebuilding: undefined }))).toEqual([]);
    expect(actionsFor(subject({ ...stopped, goodReplicas: 3 }))).toEqual([]);
  });

  it('never offers anything for a faulted or unknown volume, and never removes a replica', () => {
    fc.assert(fc.property(fc.constantFrom<Level>('critical', 'degraded', 'unknown', 'transition', 'stopped', 'healthy'), fc.constantFrom('healthy', 'degraded', 'faulted', 'unknown'), fc.nat(4), (level, robustness, goodReplicas) => {
      const actions = actionsFor(subject({ level, goodReplicas }, {}, { robustness }));

      if (level === 'critical' || level === 'unknown' || robustness === 'faulted') {
        expect(actions).toEqual([]);
      }
      for (const action of actions) {
        expect(action.operations[0]?.op).toBe('test');
        expect(action.operations.some((operation) => operation.op === 'remove')).toBe(false);
      }
    }));
  });
});
