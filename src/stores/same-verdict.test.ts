import { describe, expect, it } from 'vitest';
import type { Evidence, VolumeVerdict } from '@/domain/health/types';
import { isSameVerdict } from './same-verdict';

const EVIDENCE: Evidence = { kind: 'longhorn.io.volume', id: 'ls/a', path: 'status.robustness', value: 'degraded', readAt: 1 };
const VERDICT: VolumeVerdict = {
  volumeName: 'a', level: 'degraded', phase: 'waiting', goodReplicas: 2, wantedReplicas: 3, rebuild: null, since: 5, needsAttention: false, facts: [], replicas: [],
  headline: { code: 'x', level: 'degraded', phase: 'waiting', params: { untilAt: 9 }, evidence: [EVIDENCE] }
};
const withEvidence = (evidence: Partial<Evidence>): VolumeVerdict => ({ ...VERDICT, headline: { ...VERDICT.headline, evidence: [{ ...EVIDENCE, ...evidence }] } });

describe('isSameVerdict', () => {
  it('takes no notice of when evidence was read', () => {
    expect(isSameVerdict(VERDICT, structuredClone(VERDICT))).toBe(true);
    expect(isSameVerdict(VERDICT, withEvidence({ readAt: 2 }))).toBe(true);
  });

  it.each<[string, VolumeVerdict]>([
    ['level', { ...VERDICT, level: 'critical' }], ['a parameter', { ...VERDICT, headline: { ...VERDICT.headline, params: { untilAt: 10 } } }],
    ['a parameter more', { ...VERDICT, headline: { ...VERDICT.headline, params: { untilAt: 9, node: '' } } }], ['what the evidence says', withEvidence({ value: null })],
    ['a fact', { ...VERDICT, facts: [VERDICT.headline] }], ['since', { ...VERDICT, since: null }], ['a running rebuild', { ...VERDICT, rebuild: { percent: 0, fromNodes: [], toNode: '', capMBps: 0, error: '' } }]
  ])('notices %s', (_what, other) => {
    expect(isSameVerdict(VERDICT, other)).toBe(false);
    expect(isSameVerdict(other, VERDICT)).toBe(false);
  });
});
