import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import { rawCluster } from '../testing/raw-cluster';
import { rawReplica, rawVolume, VOLUME } from '../testing/raw-objects';
import { createRollupIndex, isOnLastCopy, judgeMachine, rollUp, scopesOf, SEVERITY_ORDER, WHOLE_CLUSTER, worseLevel } from './rollup';
import type { Rollup } from './rollup';
import type { DegradedPhase, Level, RebuildView, ReplicaVerdict, VolumeVerdict } from './types';

const REBUILD: RebuildView = { percent: 5, fromNodes: ['node-1'], toNode: 'node-2', capMBps: 0, error: '' };

function verdict(volumeName: string, level: Level, own: Partial<VolumeVerdict> = {}): VolumeVerdict {
  const headline = { code: 'x', level, phase: null, params: {}, evidence: [] };
  return { volumeName, level, phase: null, headline, facts: [], replicas: [], goodReplicas: 3, wantedReplicas: 3, rebuild: null, since: null, needsAttention: false, ...own };
}

const counts = (own: Partial<Record<Level, number>>) => ({ critical: 0, degraded: 0, unknown: 0, transition: 0, stopped: 0, healthy: 0, ...own });
const EMPTY: Rollup = { level: 'unknown', counts: counts({}), total: 0, attention: 0, onLastCopy: 0, rebuilding: 0, byPhase: {}, stoppedShort: 0, stoppedCalm: 0 };
/** A phase that nobody is in any more may be left with a zero. */
const plain = (rollup: Rollup): Rollup => ({ ...rollup, byPhase: Object.fromEntries(Object.entries(rollup.byPhase).filter(([, count]) => count !== 0)) });

describe('the worse of two levels', () => {
  it('is the one that comes first: critical, degraded, unknown, transition, stopped, healthy', () => {
    expect(SEVERITY_ORDER).toEqual(['critical', 'degraded', 'unknown', 'transition', 'stopped', 'healthy']);
    for (const [index, worse] of SEVERITY_ORDER.entries()) for (const other of SEVERITY_ORDER.slice(index)) expect([worseLevel(worse, other), worseLevel(other, worse)]).toEqual([worse, worse]);
  });
});

describe('the last good copy', () => {
  it.each([[3, 1, true], [2, 1, true], [1, 1, false], [3, 2, false], [3, 0, false], [null, 1, false]])('of %s wanted, %i good: %s', (wantedReplicas, goodReplicas, isLast) => {
    expect(isOnLastCopy(verdict('a', 'healthy', { wantedReplicas, goodReplicas }))).toBe(isLast);
  });
});

describe('a group of volumes', () => {
  it('of none is not known', () => { expect(rollUp([])).toEqual(EMPTY); });
  it('is as its worst, and counts each', () => {
    expect(rollUp([
      verdict('a', 'healthy'), verdict('b', 'degraded', { phase: 'rebuilding', rebuild: REBUILD, goodReplicas: 1 }), verdict('c', 'degraded', { phase: 'blocked', needsAttention: true, goodReplicas: 2 }), verdict('d', 'degraded', { phase: 'blocked' }), verdict('e', 'degraded'),
      verdict('f', 'stopped'), verdict('g', 'stopped', { needsAttention: true }), verdict('h', 'stopped', { goodReplicas: 2 }), verdict('i', 'stopped', { goodReplicas: 2, needsAttention: true }), verdict('j', 'stopped', { wantedReplicas: null, goodReplicas: 0 }),
      verdict('k', 'transition', { phase: 'waiting' }), verdict('l', 'unknown', { goodReplicas: 0 })
    ])).toEqual({ level: 'degraded', counts: counts({ healthy: 1, degraded: 4, stopped: 5, transition: 1, unknown: 1 }), total: 12, attention: 3, onLastCopy: 1, rebuilding: 1, byPhase: { rebuilding: 1, blocked: 2 }, stoppedShort: 2, stoppedCalm: 2 });
    expect(rollUp([verdict('a', 'healthy'), verdict('b', 'stopped')]).level).toBe('stopped');
  });
  it('cannot be changed from outside', () => {
    const index = createRollupIndex();
    index.put(verdict('a', 'degraded', { phase: 'blocked' }), WHOLE_CLUSTER);
    const before = index.get('cluster');
    index.put(verdict('b', 'degraded', { phase: 'blocked' }), WHOLE_CLUSTER);
    expect([before.total, before.counts.degraded, before.byPhase.blocked]).toEqual([1, 1, 1]);
  });
});

describe('groups kept by difference', () => {
  it('forget who left, and never know who was not there', () => {
    const index = createRollupIndex();
    index.put(verdict('a', 'critical'), ['cluster:', 'node:n1']);
    index.put(verdict('b', 'healthy'), ['cluster:', 'node:n2']);
    index.put(verdict('a', 'healthy'), ['cluster:', 'node:n2']);
    expect([index.get('cluster').counts, index.get('node', 'n1'), index.get('node', 'n2').total]).toEqual([counts({ healthy: 2 }), EMPTY, 2]);
    index.remove('c');
    index.remove('a');
    index.remove('a');
    expect([index.get('cluster').total, index.get('node', 'n2').total, index.get('disk', 'd')]).toEqual([1, 1, EMPTY]);
  });

  const any = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'), isGone: fc.boolean(), level: fc.constantFrom(...SEVERITY_ORDER), phase: fc.constantFrom<(DegradedPhase | null)[]>(null, 'blocked', 'rebuilding'), good: fc.integer({ min: 0, max: 3 }), wanted: fc.constantFrom(null, 1, 2, 3), needsAttention: fc.boolean(), isRebuilding: fc.boolean(), scopes: fc.subarray(['cluster:', 'node:n1', 'node:n2', 'image:x'])
  });
  it('are what counting them anew gives, after any changes', () => {
    fc.assert(fc.property(fc.array(any, { maxLength: 20 }), (changes) => {
      const index = createRollupIndex();
      const present = new Map<string, { verdict: VolumeVerdict; scopes: readonly string[] }>();
      for (const { name, isGone, level, phase, good, wanted, needsAttention, isRebuilding, scopes } of changes) {
        if (isGone) {
          index.remove(name);
          present.delete(name);
          continue;
        }
        const own = verdict(name, level, { phase, goodReplicas: good, wantedReplicas: wanted, needsAttention, rebuild: isRebuilding ? REBUILD : null });
        index.put(own, scopes);
        present.set(name, { verdict: own, scopes });
      }
      for (const [scope, id] of [['cluster', ''], ['node', 'n1'], ['node', 'n2'], ['image', 'x']] as const) {
        expect(plain(index.get(scope, id))).toEqual(rollUp([...present.values()].filter((member) => member.scopes.includes(`${scope}:${id}`)).map((member) => member.verdict)));
      }
    }), { numRuns: Number(process.env.PROPERTY_RUNS ?? 300) });
  });
});

const claim = (name: string, own: { metadata?: RawObject; spec?: RawObject } = {}) => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'erp', ...own.metadata }, spec: { volumeName: VOLUME, storageClassName: 'longhorn-v2', ...own.spec }, status: { phase: 'Bound' } });
const disk = (name: string, own: RawObject = {}) => ({ name, disk: { bus: 'virtio' }, ...own });
const machine = (name: string, ...disks: readonly { readonly name: string }[]) => ({
  apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name, namespace: 'erp' },
  spec: { template: { spec: { domain: { devices: { disks } }, volumes: disks.map((own) => (own.name === 'cloudinit' ? { name: own.name, cloudInitNoCloud: {} } : { name: own.name, persistentVolumeClaim: { claimName: own.name } })) } } }
});
const volumeOf = (claimName: string, name: string) => rawVolume({ status: { kubernetesStatus: { namespace: 'erp', pvcName: claimName } } }, name);

describe('the groups a volume is in', () => {
  const replica = (nodeName: string, diskId: string): ReplicaVerdict => ({ name: 'r', class: 'healthy', nodeName, diskName: '', diskId, isEvicting: false, isLocal: false, isGood: true, since: null, rebuild: null });
  const replicas = [replica('node-1', 'disk-1'), replica('node-1', 'disk-2'), replica('', '')];
  const scopes = (...objects: readonly RawObject[]) => scopesOf(rawCluster(objects), verdict(VOLUME, 'healthy', { replicas }));

  it('are its nodes and disks, class, image and VMs', () => {
    const places = ['cluster:', 'node:node-1', 'disk:disk-1', 'disk:disk-2'];
    expect(scopes()).toEqual(places);
    expect(scopes(volumeOf('disk-0', VOLUME), claim('disk-0', { spec: { storageClassName: '' } }))).toEqual(places);
    expect(scopes(volumeOf('disk-0', VOLUME), claim('disk-0', { metadata: { annotations: { 'harvesterhci.io/imageId': 'default/image' } } }), machine('vm-1', disk('disk-0')), machine('vm-2', disk('disk-0')))).toEqual([...places, 'storageClass:longhorn-v2', 'image:default/image', 'machine:erp/vm-1', 'machine:erp/vm-2']);
    const golden = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'disk-0', namespace: 'erp', annotations: { 'harvesterhci.io/goldenImage': 'true' } }, spec: { volumeName: VOLUME }, status: { phase: 'Bound' } };
    const view = rawCluster([volumeOf('disk-0', VOLUME), golden]);
    expect(scopesOf(view, verdict(VOLUME, 'healthy')).includes('image:erp/disk-0')).toBe(view.get('persistentvolumeclaim', 'erp/disk-0')?.isGoldenImage);
    expect(WHOLE_CLUSTER).toEqual(['cluster:']);
  });
});

describe('a VM’s storage', () => {
  const own = { root: verdict('pvc-root', 'healthy'), data: verdict('pvc-data', 'degraded'), cd: verdict('pvc-cd', 'stopped') };
  const objects = (['root', 'data', 'cd'] as const).flatMap((name) => [volumeOf(name, `pvc-${name}`), claim(name, { spec: { volumeName: `pvc-${name}` } })]);
  const verdictOf = (name: string) => Object.values(own).find((candidate) => candidate.volumeName === name);
  const judge = (...disks: readonly { readonly name: string }[]) => { const health = judgeMachine(rawCluster([...objects, machine('vm', ...disks), rawReplica(1)]), 'erp/vm', verdictOf); return health === null ? null : [health.level, health.boot?.volumeName ?? null, health.others.map((other) => other.volumeName), health.unseenClaims]; };

  it.each<[string, readonly { readonly name: string }[], unknown]>([
    ['one disk', [disk('root')], ['healthy', 'pvc-root', [], []]], ['two, the first boots', [disk('root'), disk('data')], ['degraded', 'pvc-root', ['pvc-data'], []]], ['two, the lower order boots', [disk('root', { bootOrder: 2 }), disk('data', { bootOrder: 1 })], ['degraded', 'pvc-data', ['pvc-root'], []]],
    ['any order before none', [disk('root'), disk('data', { bootOrder: 9 })], ['degraded', 'pvc-data', ['pvc-root'], []]], ['a CD first: the disk that is installed on', [{ name: 'cd', cdrom: { bus: 'sata' }, bootOrder: 1 } as never, disk('root', { bootOrder: 2 })], ['stopped', 'pvc-root', ['pvc-cd'], []]], ['a CD alone', [{ name: 'cd', cdrom: { bus: 'sata' } } as never], ['stopped', 'pvc-cd', [], []]],
    ['user data beside it', [disk('root'), disk('cloudinit')], ['healthy', 'pvc-root', [], []]], ['a disk that nobody knows', [disk('root'), disk('gone')], ['unknown', 'pvc-root', [], ['erp/gone']]], ['a worse disk beside one that nobody knows', [disk('data'), disk('gone')], ['degraded', 'pvc-data', [], ['erp/gone']]], ['a boot disk that nobody knows', [disk('gone'), disk('root')], ['unknown', null, ['pvc-root'], ['erp/gone']]], ['no disk', [], ['unknown', null, [], []]]
  ])('%s', (_name, disks, told) => { expect(judge(...disks)).toEqual(told); });
  it('of a VM that is not there is none', () => { expect(judgeMachine(rawCluster([]), 'erp/vm', verdictOf)).toBeNull(); });
  it('is not known where a verdict is missing', () => {
    expect(judgeMachine(rawCluster([...objects, machine('vm', disk('root'))]), 'erp/vm', () => undefined)).toEqual({ level: 'unknown', boot: null, others: [], unseenClaims: ['erp/root'] });
  });
});
