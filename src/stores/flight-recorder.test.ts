import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Level, VolumeVerdict } from '@/domain/health/types';
import { createFlightRecorder } from './flight-recorder';
import type { FlightRecorder } from './flight-recorder';

function verdict(code: string, own: Partial<VolumeVerdict> = {}): VolumeVerdict {
  const level: Level = own.level ?? 'degraded';

  return { volumeName: 'pvc-1', level, phase: null, headline: { code, level, phase: null, params: { node: 'node-1' }, evidence: [] }, facts: [], replicas: [], goodReplicas: 2, wantedReplicas: 3, rebuild: null, since: null, needsAttention: true, ...own };
}
const rebuilding = (percent: number): VolumeVerdict => verdict('rebuilding', { rebuild: { percent, fromNodes: [], toNode: 'node-2', capMBps: 0, error: '' } });
const healthy = verdict('healthy', { level: 'healthy', goodReplicas: 3, needsAttention: false });
const codes = (recorder: FlightRecorder, name = 'pvc-1'): string[] => recorder.entries(name).map((entry) => entry.verdict().headline.code);

/** Feeds verdicts as the health index does: each with the one before it. */
function play(recorder: FlightRecorder, verdicts: readonly VolumeVerdict[], start = 1000): void {
  verdicts.forEach((after, index) => { recorder.observe(verdicts[index - 1], after, start + index * 1000, start); });
}

describe('the flight recorder', () => {
  it('keeps nothing of a volume that does not change', () => {
    const recorder = createFlightRecorder();

    play(recorder, [healthy, { ...healthy, since: 5 }, { ...healthy, headline: { ...healthy.headline, params: { sinceAt: 9 } } }]);
    expect(recorder.size()).toEqual({ entries: 0, characters: 0 });
    expect(recorder.entries('pvc-1')).toEqual([]);
  });

  it('tells each state with its time, the first from when the volume was first seen', () => {
    const recorder = createFlightRecorder();

    play(recorder, [healthy, healthy, verdict('node-down-waiting'), rebuilding(1), rebuilding(4), rebuilding(12), healthy]);
    expect(recorder.entries('pvc-1').map((entry) => [entry.at, entry.verdict().headline.code, entry.verdict().rebuild?.percent])).toEqual([
      [1000, 'healthy', undefined], [3000, 'node-down-waiting', undefined], [4000, 'rebuilding', 1], [6000, 'rebuilding', 12], [7000, 'healthy', undefined]
    ]);
  });

  it('gives every verdict back as it was', () => {
    const recorder = createFlightRecorder();
    const rich = verdict('node-down-waiting', { replicas: [{ name: 'r', class: 'failed', nodeName: 'node-3', diskName: 'd', diskId: 'u', isEvicting: false, isLocal: false, isGood: false, since: 3, rebuild: null }], headline: { code: 'node-down-waiting', level: 'degraded', phase: 'waiting', params: { nextAt: 7, node: '节点' }, evidence: [{ kind: 'longhorn.io.volume', id: 'longhorn-system/pvc-1', path: 'status.robustness', value: null, readAt: 4 }] } });

    play(recorder, [healthy, rich]);
    expect(recorder.entries('pvc-1')[1]?.verdict()).toEqual(rich);
  });

  it('does not take an outage for a change, and says when nothing could be seen', () => {
    const recorder = createFlightRecorder();

    recorder.see(false, 500);
    expect(recorder.gaps()).toEqual([]);
    recorder.see(true, 900);
    play(recorder, [healthy, verdict('data-stale', { level: 'unknown' }), healthy]);
    expect(recorder.entries('pvc-1')).toEqual([]);
    recorder.see(false, 2000);
    recorder.see(false, 2100);
    expect(recorder.gaps()).toEqual([{ from: 2000, to: null }]);
    play(recorder, [healthy, verdict('data-stale', { level: 'unknown' }), verdict('still-loading', { level: 'unknown' }), verdict('node-down-waiting')], 5000);
    recorder.see(true, 8000);
    expect(codes(recorder)).toEqual(['healthy', 'node-down-waiting']);
    expect(recorder.gaps()).toEqual([{ from: 2000, to: 8000 }]);
  });

  it('goes on where it was when a volume is out of the inventory for a while', () => {
    const recorder = createFlightRecorder();

    play(recorder, [healthy, verdict('node-down-waiting')]);
    recorder.observe(undefined, verdict('node-down-waiting'), 9000, 9000);
    recorder.observe(undefined, healthy, 10_000, 10_000);
    expect(recorder.entries('pvc-1').map((entry) => entry.at)).toEqual([1000, 2000, 10_000]);
  });

  it('stays within its bounds, whatever happens, and drops the oldest first', () => {
    const limits = { perVolume: 5, entries: 20, characters: 6000, gaps: 3 };

    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 400 })), { maxLength: 300 }), (steps) => {
      const recorder = createFlightRecorder(limits);
      const before = new Map<string, VolumeVerdict>();

      steps.forEach(([volume, code, length], index) => {
        const volumeName = `pvc-${String(volume)}`;
        const after = { ...verdict(`code-${String(code)}`), volumeName, headline: { ...verdict(`code-${String(code)}`).headline, params: { message: 'x'.repeat(length) } } };

        recorder.observe(before.get(volumeName), after, index, 0);
        recorder.see(code > 2, index);
        before.set(volumeName, after);
        const { entries, characters } = recorder.size();
        const all = [...recorder.volumes()].flatMap((name) => recorder.entries(name));

        expect(entries).toBeLessThanOrEqual(limits.entries);
        expect(characters).toBeLessThanOrEqual(limits.characters);
        expect(all.length).toBe(entries);
        expect(all.reduce((sum, entry) => sum + JSON.stringify(entry.verdict()).length, 0)).toBe(characters);
        expect(recorder.gaps().length).toBeLessThanOrEqual(limits.gaps);
        for (const name of recorder.volumes()) {
          const own = recorder.entries(name);

          expect(own.length).toBeLessThanOrEqual(limits.perVolume);
          expect(own.map((entry) => entry.at)).toEqual(own.map((entry) => entry.at).sort((a, b) => a - b));
        }
      });
    }), { numRuns: 60 });
  });

  it('keeps a day of a bad cluster in four million characters', () => {
    const recorder = createFlightRecorder();
    const before = new Map<string, VolumeVerdict>();

    for (let index = 0; index < 40_000; index += 1) {
      const volumeName = `pvc-${String(index % 1000)}`;
      const after = { ...verdict(index % 2000 < 1000 ? 'node-down-waiting' : 'healthy'), volumeName };

      recorder.observe(before.get(volumeName), after, index, 0);
      before.set(volumeName, after);
    }
    expect(recorder.size().entries).toBeLessThanOrEqual(5000);
    expect(recorder.size().entries).toBeGreaterThan(4000);
    expect(recorder.size().characters).toBeLessThanOrEqual(4_000_000);
    expect(recorder.entries('pvc-999').at(-1)?.at).toBe(39_999);
  });
});
