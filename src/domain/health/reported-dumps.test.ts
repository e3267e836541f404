import { describe, expect, it } from 'vitest';
import { REPORTED_DUMPS } from '../testing/reported-dumps';
import { codesOf, findingOf, verdictOf } from '../testing/verdict-of';
import type { Level } from './types';

/** What the verdict has to say of each, so that it points where the cause was found. */
interface Expected {
  readonly level: Level;
  readonly headline: string;
  /** The finding that names the cause; the headline where absent. */
  readonly code?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** A value that the evidence of that finding shows. */
  readonly shows: string;
}

const EXPECTED: Readonly<Record<string, Expected>> = {
  'longhorn/longhorn#10116': { level: 'degraded', headline: 'insufficient-storage', code: 'foreign-data', params: { node: 'ip-10-0-2-155', disk: 'block-disk', foreignBytes: 158_963_073_024 }, shows: '54945382400' },
  'longhorn/longhorn#9938': { level: 'transition', headline: 'attach-waits-for-manager', params: { node: 'mgmt-1585382134-rke2-capm3-virt-management-cp-2', isCordoned: 'yes' }, shows: 'error' },
  'longhorn/longhorn#10385': { level: 'transition', headline: 'attach-waits-for-manager', params: { node: 'management-cluster-r640-9', isCordoned: 'yes' }, shows: 'stopped' },
  'longhorn/longhorn#11149': { level: 'degraded', headline: 'rebuild-paused-migration', code: 'migration-stuck', params: { node: 't2' }, shows: 'running' },
  'longhorn/longhorn#12311': { level: 'healthy', headline: 'healthy', code: 'migration-stuck', params: { node: 'harvester-node-2' }, shows: 'stopped' },
  'longhorn/longhorn#8587': { level: 'unknown', headline: 'replicas-missing', shows: 'UNKNOWN-tcp://10.42.2.206:10024 ERR' },
  'longhorn/longhorn#6642': { level: 'healthy', headline: 'healthy', code: 'two-engines', params: { count: 2 }, shows: 'true' },
  'longhorn/longhorn#13673': { level: 'critical', headline: 'engine-crashed', params: { node: 'w1', good: 2 }, shows: 'error' },
  'longhorn/longhorn#13315': { level: 'degraded', headline: 'rebuild-retrying', params: { node: 'cp2', tries: 3, limit: 5 }, shows: '3' },
  'longhorn/longhorn#12653': { level: 'degraded', headline: 'space-counted-twice', params: { node: '8526rqmtqbzozeiu', disk: '27317b4b701156313134268f04849c83' }, shows: '1649267441664' },
  'longhorn/longhorn#4197': { level: 'transition', headline: 'waiting-for-copy-start', params: { node: 'worker-1', isNodeDown: 'no' }, shows: 'error' },
  'harvester/harvester#3349': { level: 'degraded', headline: 'disk-pressure', params: { node: 'harvester-05', which: 'free', availableBytes: 113_875_353_600 }, shows: 'False DiskPressure' },
  'longhorn/longhorn#10210': { level: 'degraded', headline: 'disk-kept-for-failed', params: { node: 'zone2-k8s-worker1', disk: 'zone2-k8s-worker1-nifi-1' }, shows: 'false' },
  'harvester/harvester#10285': { level: 'healthy', headline: 'healthy', code: 'migration-waits-for-node', params: { node: 'node2' }, shows: 'KubernetesNodeNotReady' }
};

describe('objects from public threads', () => {
  it('has at least ten whose cause a maintainer found, and an expectation of each', () => {
    expect(REPORTED_DUMPS.filter((dump) => dump.foundBy === 'maintainer').length).toBeGreaterThanOrEqual(10);
    expect(REPORTED_DUMPS.map((dump) => dump.thread).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(REPORTED_DUMPS.map((dump) => [dump.thread, dump.longhorn, dump.cause, dump] as const))('%s (Longhorn %s): %s', (thread, _longhorn, _cause, { world, seen, volume }) => {
    const verdict = verdictOf(world, seen, volume);
    const expected = EXPECTED[thread]!;
    expect(verdict, codesOf(verdict).join(', ')).toMatchObject({ level: expected.level, needsAttention: true, headline: { code: expected.headline } });
    const finding = findingOf(verdict, expected.code ?? expected.headline);
    expect(finding?.params).toMatchObject(expected.params ?? {});
    expect(finding?.evidence.map((item) => item.value ?? '').join(' | ')).toContain(expected.shows);
  });

  it('never says healthy of an engine that knows only an address of somebody else, whatever the volume says', () => {
    const dump = REPORTED_DUMPS.find((candidate) => candidate.thread === 'longhorn/longhorn#8587')!;
    for (const robustness of ['healthy', 'degraded', 'unknown', 'faulted']) {
      const world = dump.world.map((raw) => (raw.kind === 'Volume' ? { ...raw, status: { ...(raw.status as object), robustness } } : raw));
      expect(['degraded', 'unknown', 'critical']).toContain(verdictOf(world, {}, dump.volume).level);
    }
  });
});
