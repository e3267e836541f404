import { describe, expect, it } from 'vitest';
import type { Kind, ReadStatus } from '../kube/kinds';
import type { RawObject } from '../kube/types';
import { ago, ENGINE_STOPPED, failed, IDLE, NOW, rawCondition, rawEngine, rawHealthyWorld, rawReplica, rawVolume, VOLUME, withObjects, withoutObjects } from '../testing/raw-objects';
import { rawCluster } from '../testing/raw-cluster';
import { doubtOfStatus, judgeLevel } from './base-level';
import type { VolumeExtras } from './extras';
import { Situation } from './situation';
import type { VolumeHistory } from './types';

interface Circumstances { readonly status?: Partial<Record<Kind, ReadStatus>>; readonly stateSince?: number; readonly extras?: VolumeExtras }

/** The level, and the doubt behind an unknown one. */
function judge(world: readonly RawObject[], { status, stateSince, extras }: Circumstances = {}): readonly (string | undefined)[] {
  const view = rawCluster(world, { ...(status === undefined ? {} : { status }) });
  const volume = view.get('longhorn.io.volume', `longhorn-system/${VOLUME}`);
  if (volume === undefined) throw new Error('the world has no volume');
  const history: VolumeHistory | undefined = stateSince === undefined ? undefined : { robustnessChanges: [], rebuildSamples: {}, stateSince, firstSeenAt: null };
  const { level, doubt } = judgeLevel(new Situation(view, NOW, volume, history, extras));
  return doubt === null ? [level] : [level, doubt.code, doubt.kind];
}

const healthy = rawHealthyWorld();
const volume = (status: Record<string, unknown>, spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) => rawVolume({ status, spec, metadata });
const stoppedVolume = (status: Record<string, unknown> = {}, spec: Record<string, unknown> = {}) => volume({ state: 'detached', robustness: 'unknown', currentNodeID: '', ...status }, { nodeID: '', ...spec });
const idle = (index: number, spec: Record<string, unknown> = {}) => rawReplica(index, { spec: { ...IDLE.spec, ...spec }, status: IDLE.status ?? {} });
const detached = withObjects(healthy, stoppedVolume(), rawEngine({}, ENGINE_STOPPED), idle(1), idle(2), idle(3));
const EMPTY = { healthyAt: '', lastHealthyAt: '' };
const unused = withObjects(detached, stoppedVolume({ actualSize: 0 }), idle(1, EMPTY), idle(2, EMPTY), idle(3, EMPTY));

describe('doubtOfStatus', () => {
  it.each([
    ['ready', null], ['loading', 'still-loading'], ['unread', 'still-loading'], ['stale', 'data-stale'], ['forbidden', 'cannot-read'], ['absent', 'kind-absent'], ['failed', 'read-failed']
  ] as const)('%s: %s', (status, code) => { expect(doubtOfStatus(status)).toBe(code); });
});

describe('the level of an attached volume', () => {
  it('is healthy when all says so', () => { expect(judge(healthy)).toEqual(['healthy']); });
  it('is degraded, by Longhorn\'s word alone', () => {
    const world = withObjects(healthy, volume({ robustness: 'degraded' }));
    expect(judge(world)).toEqual(['degraded']);
    expect(judge(world, { status: { 'longhorn.io.engine': 'forbidden', 'longhorn.io.replica': 'forbidden', 'longhorn.io.volume': 'stale' } })).toEqual(['degraded']);
  });
  it.each(['longhorn.io.volume', 'longhorn.io.engine', 'longhorn.io.replica'] as const)('is unknown while its %s objects are not live', (kind) => {
    expect(judge(healthy, { status: { [kind]: 'stale' } })).toEqual(['unknown', 'data-stale', kind]);
  });
  it('names the volume before its engine, and the engine before its replicas', () => {
    expect(judge(healthy, { status: { 'longhorn.io.volume': 'stale', 'longhorn.io.engine': 'failed', 'longhorn.io.replica': 'forbidden' } })).toEqual(['unknown', 'data-stale', 'longhorn.io.volume']);
    expect(judge(healthy, { status: { 'longhorn.io.engine': 'failed', 'longhorn.io.replica': 'forbidden' } })).toEqual(['unknown', 'read-failed', 'longhorn.io.engine']);
  });
  it.each([
    ['without an engine', withoutObjects(healthy, 'Engine'), 'engine-missing', 'longhorn.io.engine'],
    ['with a robustness not written', withObjects(healthy, volume({ robustness: 'unknown' })), 'robustness-unknown', 'longhorn.io.volume'],
    ['with an engine that does not run', withObjects(healthy, rawEngine(undefined, { status: { currentState: 'error' } })), 'engine-not-running', 'longhorn.io.engine'],
    ['without a number of replicas', withObjects(healthy, volume({}, { numberOfReplicas: null })), 'replica-count-missing', 'longhorn.io.volume'],
    ['that wants no replica', withObjects(healthy, volume({}, { numberOfReplicas: 0 })), 'replica-count-missing', 'longhorn.io.volume'],
    ['with its modes nulled', withObjects(healthy, rawEngine(undefined, { status: { replicaModeMap: null } })), 'modes-missing', 'longhorn.io.engine'],
    ['with a replica that only the engine knows', withoutObjects(healthy, 'Replica', 'pvc-1-r-3'), 'replicas-missing', 'longhorn.io.replica'],
    ['with a replica that does not say if it failed', withObjects(healthy, rawReplica(3, { spec: { failedAt: undefined } })), 'replicas-missing', 'longhorn.io.replica'],
    ['without replicas and modes', withObjects(withoutObjects(healthy, 'Replica'), rawEngine({})), 'replicas-missing', 'longhorn.io.replica']
  ])('%s is unknown', (_what, world, code, kind) => { expect(judge(world)).toEqual(['unknown', code, kind]); });

  it('is degraded when every replica is seen and one is not good', () => {
    expect(judge(withObjects(healthy, rawEngine({ 1: 'RW', 2: 'RW', 3: 'WO' })))).toEqual(['degraded']);
    expect(judge(withObjects(withoutObjects(healthy, 'Replica', 'pvc-1-r-3'), rawEngine({ 1: 'RW', 2: 'RW' })))).toEqual(['degraded']);
  });
  it('may have more good replicas than it wants', () => { expect(judge(withObjects(healthy, volume({}, { numberOfReplicas: 2 })))).toEqual(['healthy']); });

  it('settles for a minute after it was attached, while its engine runs', () => {
    const world = withObjects(healthy, volume({ robustness: 'unknown' }));
    expect(judge(world, { stateSince: NOW })).toEqual(['transition']);
    expect(judge(world, { stateSince: NOW - 59_999 })).toEqual(['transition']);
    expect(judge(world, { stateSince: NOW - 60_000 })[1]).toBe('robustness-unknown');
    expect(judge(world, { stateSince: NOW + 1 })[1]).toBe('robustness-unknown');
    expect(judge(withObjects(world, rawEngine(undefined, { status: { currentState: 'starting' } })), { stateSince: NOW })[1]).toBe('robustness-unknown');
  });

  it('is on its way while it is filled', () => {
    for (const robustness of ['healthy', 'degraded']) {
      expect(judge(withObjects(healthy, volume({ robustness, cloneStatus: { state: 'initiated' } })))).toEqual(['transition']);
      expect(judge(withObjects(healthy, volume({ robustness, restoreRequired: true })))).toEqual(['transition']);
      expect(judge(withObjects(healthy, volume({ robustness, conditions: [rawCondition('Restore', true)] })))).toEqual(['transition']);
    }
    expect(judge(withObjects(healthy, volume({ cloneStatus: { state: 'initiated' } })), { status: { 'longhorn.io.volume': 'stale' } })[1]).toBe('data-stale');
  });
  it('says nothing of a volume that is filled while nobody has judged it, nor of one without conditions', () => {
    expect(judge(withObjects(healthy, volume({ robustness: 'unknown', cloneStatus: { state: 'initiated' } })))[1]).toBe('robustness-unknown');
    expect(judge(withObjects(healthy, volume({ conditions: [] })))).toEqual(['healthy']);
  });
  it('is not filled any more when the clone is complete, and a standby never is', () => {
    expect(judge(withObjects(healthy, volume({ cloneStatus: { state: 'completed' } })))).toEqual(['healthy']);
    expect(judge(withObjects(healthy, volume({ conditions: [rawCondition('Restore', false)] })))).toEqual(['healthy']);
    expect(judge(withObjects(healthy, volume({ restoreRequired: true }, { Standby: true })))).toEqual(['healthy']);
  });

  it('of shards needs no replicas', () => {
    const sharded = withObjects(withoutObjects(healthy, 'Replica'), volume({}, { dataLayout: { type: 'sharded' }, numberOfReplicas: null }));
    expect(judge(sharded, { status: { 'longhorn.io.replica': 'forbidden' } })).toEqual(['healthy']);
    expect(judge(sharded, { status: { 'longhorn.io.engine': 'forbidden' } })[1]).toBe('cannot-read');
    expect(judge(withObjects(sharded, rawEngine({}, { status: { currentState: 'unknown' } })))[1]).toBe('engine-not-running');
  });
});

describe('the level of a detached volume', () => {
  it('is stopped with one proven copy', () => {
    expect(judge(detached)).toEqual(['stopped']);
    expect(judge(withObjects(detached, rawReplica(2, failed(60)), rawReplica(3, failed(60))))).toEqual(['stopped']);
  });
  it.each(['longhorn.io.volume', 'longhorn.io.replica'] as const)('is unknown while its %s objects are not live; the engine\'s do not matter', (kind) => {
    expect(judge(detached, { status: { [kind]: 'forbidden', 'longhorn.io.engine': 'forbidden' } })).toEqual(['unknown', 'cannot-read', kind]);
    expect(judge(detached, { status: { 'longhorn.io.engine': 'forbidden' } })).toEqual(['stopped']);
  });
  it.each([
    ['without a number of replicas', withObjects(detached, stoppedVolume({}, { numberOfReplicas: null })), 'replica-count-missing', 'longhorn.io.volume'],
    ['without replicas', withoutObjects(detached, 'Replica'), 'replicas-missing', 'longhorn.io.replica'],
    ['with copies that prove nothing', withObjects(detached, ...[1, 2, 3].map((index) => idle(index, { lastFailedAt: ago(50), lastHealthyAt: ago(100) }))), 'no-proven-copy', 'longhorn.io.replica'],
    ['with failed copies and one that proves nothing', withObjects(detached, rawReplica(1, failed(60)), rawReplica(2, failed(60)), idle(3, { lastFailedAt: ago(50), lastHealthyAt: ago(100) })), 'no-proven-copy', 'longhorn.io.replica'],
    ['with failed copies and one of which nothing is known', withObjects(detached, rawReplica(1, failed(60)), rawReplica(2, failed(60)), idle(3, { healthyAt: '' })), 'no-proven-copy', 'longhorn.io.replica'],
    ['of shards that nobody vouches for', withObjects(detached, stoppedVolume({}, { dataLayout: { type: 'sharded' } })), 'sharded-unverified', 'longhorn.io.volume']
  ])('%s is unknown', (_what, world, code, kind) => { expect(judge(world)).toEqual(['unknown', code, kind]); });

  it('is critical when all copies failed', () => { expect(judge(withObjects(detached, ...[1, 2, 3].map((index) => rawReplica(index, failed(60)))))).toEqual(['critical']); });
  it('is on its way while it is filled', () => { expect(judge(withObjects(detached, stoppedVolume({ restoreRequired: true })))).toEqual(['transition']); });
  it('of shards goes by its group', () => {
    const sharded = withObjects(detached, stoppedVolume({}, { dataLayout: { type: 'sharded' } }));
    const group = (state: string) => judge(sharded, { extras: { shardGroup: { name: 'g', state, failedCount: 0, parityChunks: 1 } } });
    expect(judge(sharded, { extras: {} })[1]).toBe('sharded-unverified');
    expect([group('healthy')[0], group('degraded')[1]]).toEqual(['stopped', 'sharded-unverified']);
  });

  it('is stopped when it was never used: as many empty replicas as it wants, none failed, no data', () => {
    expect(judge(unused)).toEqual(['stopped']);
    expect(judge(withObjects(unused, rawReplica(3, { spec: { ...IDLE.spec, ...EMPTY, nodeID: '', diskID: '' }, status: IDLE.status ?? {} })))).toEqual(['stopped']);
  });
  it.each([
    ['it holds data', withObjects(unused, stoppedVolume({ actualSize: 1 }))], ['it does not say how much it holds', withObjects(unused, stoppedVolume({ actualSize: null }))],
    ['a replica is missing', withoutObjects(unused, 'Replica', 'pvc-1-r-3')], ['a replica does not say if it failed', withObjects(unused, idle(3, { ...EMPTY, failedAt: undefined }))],
    ['a replica once was healthy', withObjects(unused, idle(3, { healthyAt: '' }))]
  ])('is not called never used when %s', (_what, world) => { expect(judge(world)).toEqual(['unknown', 'no-proven-copy', 'longhorn.io.replica']); });
  it('is not proven, but not lost, when one replica failed before anything was written', () => {
    expect(judge(withObjects(unused, rawReplica(3, failed(60, { spec: EMPTY }))))).toEqual(['unknown', 'no-proven-copy', 'longhorn.io.replica']);
  });
  it('is lost when the only replica that ever held data failed, or when all failed', () => {
    expect(judge(withObjects(unused, rawReplica(3, failed(60))))).toEqual(['critical']);
    expect(judge(withObjects(unused, rawReplica(3, failed(60, { spec: { ...EMPTY, lastHealthyAt: ago(80) } }))))).toEqual(['critical']);
    expect(judge(withObjects(unused, ...[1, 2, 3].map((index) => rawReplica(index, failed(60, { spec: EMPTY })))))).toEqual(['critical']);
  });
});

describe('the level of any other volume', () => {
  it.each(['new', 'creating', 'attaching', 'detaching'])('%s is on its way', (state) => {
    const world = withObjects(healthy, volume({ state: state === 'new' ? '' : state, robustness: 'unknown' }));
    expect(judge(world)).toEqual(['transition']);
    expect(judge(world, { status: { 'longhorn.io.volume': 'stale' } })).toEqual(['unknown', 'data-stale', 'longhorn.io.volume']);
  });
  it('is critical when faulted, attached or not, read well or not', () => {
    for (const state of ['attached', 'detached', 'detaching', 'odd']) expect(judge(withObjects(healthy, volume({ state, robustness: 'faulted' })), { status: { 'longhorn.io.volume': 'stale', 'longhorn.io.replica': 'forbidden' } })).toEqual(['critical']);
  });
  it('is on its way out when it is being deleted, whatever it was', () => {
    expect(judge(withObjects(healthy, volume({ robustness: 'faulted' }, {}, { deletionTimestamp: ago(5) })))).toEqual(['transition']);
    expect(judge(withObjects(healthy, volume({ state: 'deleting', robustness: 'faulted' })))).toEqual(['transition']);
    expect(judge(withObjects(healthy, volume({ state: 'deleting' })), { status: { 'longhorn.io.volume': 'stale' } })[1]).toBe('data-stale');
  });
  it('is unknown with a strange word for its robustness or its state', () => {
    expect(judge(withObjects(healthy, volume({ robustness: 'odd' })))).toEqual(['unknown', 'robustness-unknown', 'longhorn.io.volume']);
    expect(judge(withObjects(healthy, volume({ robustness: undefined })))).toEqual(['unknown', 'robustness-unknown', 'longhorn.io.volume']);
    expect(judge(withObjects(healthy, volume({ robustness: 'odd' })), { status: { 'longhorn.io.volume': 'stale' } })[1]).toBe('data-stale');
    expect(judge(withObjects(healthy, volume({ state: 'odd' })))).toEqual(['unknown', 'state-unknown', 'longhorn.io.volume']);
    expect(judge(withObjects(healthy, volume({ state: 'odd' })), { status: { 'longhorn.io.volume': 'stale' } })[1]).toBe('data-stale');
  });
  it('is newly born for two minutes without a status', () => {
    const born = (creationTimestamp: string | undefined, status: Record<string, unknown> = { state: undefined, robustness: undefined }) => judge(withObjects(healthy, volume(status, {}, { creationTimestamp })));
    expect(born(ago(119))).toEqual(['transition']);
    expect(born(ago(120))[1]).toBe('robustness-unknown');
    expect(born(undefined)[1]).toBe('robustness-unknown');
    expect(born(ago(10), { state: 'odd', robustness: undefined })[1]).toBe('robustness-unknown');
    expect(born(ago(10), { state: undefined, robustness: 'odd' })[1]).toBe('robustness-unknown');
  });
});
