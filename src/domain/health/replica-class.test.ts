import { describe, expect, it } from 'vitest';
import { parseEngine } from '../longhorn/engine';
import { parseReplica } from '../longhorn/replica';
import { parseVolume } from '../longhorn/volume';
import { addressOf, ago, NOW, rawEngine, rawReplica, rawVolume, rebuildOf } from '../testing/raw-objects';
import { classifyReplica, classSince, findRebuildEntry, isGoodCopy } from './replica-class';

type Fields = Record<string, unknown>;
const NAME = 'pvc-1-r-1';
const replica = (spec: Fields = {}, status: Fields = {}, metadata: Fields = {}) => parseReplica(rawReplica(1, { spec, status, metadata }));
const engine = (modes: Readonly<Record<number, string>>, status: Fields = {}) => parseEngine(rawEngine(modes, { status }));
const attached = parseVolume(rawVolume());
const detached = parseVolume(rawVolume({ status: { state: 'detached', robustness: 'unknown' } }));
const strange = parseVolume(rawVolume({ status: { state: 'odd' } }));
const serving = engine({ 1: 'RW', 2: 'RW' });
const joining = { healthyAt: '', lastHealthyAt: '', rebuildRetryCount: 1, desireState: 'running' };
const gone = { deletionTimestamp: ago(5) };

/** Section 2.9 of the reference: the first line that fits decides. */
describe('classifyReplica', () => {
  it.each([
    ['removing', replica({ active: false }, {}, gone), serving], ['migration-copy', replica({ active: false, nodeID: '' }), serving], ['not-placed', replica({ nodeID: '', failedAt: ago(5) }), serving],
    ['failed', replica({ failedAt: ago(5) }, { currentState: 'error' }), serving], ['erroring', replica(), engine({ 1: 'ERR' })], ['erroring', replica({}, { currentState: 'error' }), serving], ['rebuilding', replica(), engine({ 1: 'WO' })],
    ['healthy', replica(), serving], ['healthy', replica({ healthyAt: '' }), serving], ['unknown', replica({ lastHealthyAt: ago(5), failedAt: undefined }), serving], ['starting', replica({}, { currentState: 'starting' }), serving],
    ['stopping', replica({}, { currentState: 'stopping' }), serving], ['unreachable', replica({}, { currentState: 'unknown' }), serving]
  ] as const)('%s', (expected, record, current) => { expect(classifyReplica(record, attached, current)).toBe(expected); });

  it('rebuilds without a mode only while its entry says so', () => {
    const entry = (own: Fields) => engine({ 2: 'RW' }, { currentReplicaAddressMap: { [NAME]: addressOf(1) }, rebuildStatus: rebuildOf(1, 5, 2, own) });
    expect(classifyReplica(replica(joining), attached, entry({}))).toBe('rebuilding');
    expect(classifyReplica(replica(joining), attached, entry({ isRebuilding: false, state: 'complete' }))).toBe('unknown');
    expect(classifyReplica(replica(), attached, engine({ 1: 'RW', 2: 'RW' }, { rebuildStatus: rebuildOf(1, 5, 2) }))).toBe('healthy');
  });

  it('copes with an engine that has no modes yet, and with the rebuild of another', () => {
    expect(classifyReplica(replica(), attached, engine({}, { replicaModeMap: null }))).toBe('unknown');
    expect(classifyReplica(replica({}, { storageIP: '', port: 0 }), attached, engine({ 2: 'RW' }, { rebuildStatus: rebuildOf(3, 5, 2) }))).toBe('unknown');
  });

  it('errs when its purge failed, and no other replica does', () => {
    const purge = (index: number, error: string) => engine({ 1: 'RW', 2: 'RW' }, { purgeStatus: { [`tcp://${addressOf(index)}`]: { error, isPurging: false, progress: 0 } } });
    expect([purge(1, 'no space'), purge(2, 'no space'), purge(1, '')].map((current) => classifyReplica(replica(), attached, current))).toEqual(['erroring', 'healthy', 'healthy']);
    const [own, other] = [1, 2].map((index) => `tcp://${addressOf(index)}`);
    expect(classifyReplica(replica(), attached, engine({ 1: 'RW', 2: 'RW' }, { purgeStatus: { [other ?? '']: { error: '' }, [own ?? '']: { error: 'no space' } } }))).toBe('erroring');
  });

  it('is queued when it is to run, was tried, is stopped and has no mode yet', () => {
    const stopped = { currentState: 'stopped' };
    const none = engine({ 2: 'RW' });
    expect(classifyReplica(replica(joining, stopped), attached, none)).toBe('rebuild-queued');
    expect(classifyReplica(replica(joining, { currentState: '' }), attached, none)).toBe('rebuild-queued');
    expect(classifyReplica(replica(joining, stopped), attached, null)).toBe('unknown');
    expect([{ ...joining, healthyAt: ago(5) }, { ...joining, rebuildRetryCount: 0 }, { ...joining, desireState: 'stopped' }].map((spec) => classifyReplica(replica(spec, stopped), attached, none))).toEqual(['unknown', 'unknown', 'unknown']);
    expect(classifyReplica(replica(joining, { currentState: 'running' }), attached, none)).toBe('unknown');
    expect(classifyReplica(replica(joining, stopped), attached, engine({ 1: 'RW' }))).toBe('healthy');
  });

  it('believes no mode when the engine does not run', () => {
    expect(classifyReplica(replica(), attached, null)).toBe('unknown');
  });

  it('is complete, empty or neither while nothing serves it', () => {
    const idle = { currentState: 'stopped' };
    expect(classifyReplica(replica({}, idle), detached, null)).toBe('idle-complete');
    expect(classifyReplica(replica({ healthyAt: '', lastHealthyAt: '' }, idle), detached, null)).toBe('idle-empty');
    expect(classifyReplica(replica({ healthyAt: '' }, idle), detached, null)).toBe('unknown');
    expect(classifyReplica(replica({}, idle), strange, null)).toBe('unknown');
  });
});

describe('isGoodCopy', () => {
  it('is a replica that serves, or one that is idle and proven complete', () => {
    expect([isGoodCopy(replica(), 'healthy'), isGoodCopy(replica(), 'idle-complete'), isGoodCopy(replica({ lastFailedAt: ago(5) }), 'idle-complete'), isGoodCopy(replica(), 'rebuilding'), isGoodCopy(replica(), 'unknown')]).toEqual([true, true, false, false, false]);
  });
});

describe('classSince', () => {
  const at = (seconds: number) => NOW - seconds * 1000;
  it('says since when, where an object tells', () => {
    const record = replica({ failedAt: ago(7), healthyAt: ago(9) }, {}, { deletionTimestamp: ago(3), creationTimestamp: ago(99) });
    const current = engine({ 1: 'RW' }, { replicaTransitionTimeMap: { [NAME]: ago(8) } });
    expect((['healthy', 'rebuilding', 'erroring', 'failed', 'removing', 'not-placed', 'idle-empty', 'starting', 'unknown'] as const).map((name) => classSince(record, name, current)))
      .toEqual([at(8), at(8), at(8), at(7), at(3), at(99), at(99), null, null]);
  });
  it('falls back to the time it became healthy, and to nothing for a rebuild', () => {
    expect([classSince(replica({ healthyAt: ago(9) }), 'healthy', null), classSince(replica(), 'rebuilding', null), classSince(replica(), 'erroring', engine({}))]).toEqual([at(9), null, null]);
  });
});

describe('findRebuildEntry', () => {
  const find = (record: ReturnType<typeof replica>, names: Fields) => findRebuildEntry(record, parseEngine(rawEngine({}, { spec: { replicaAddressMap: {} }, status: { currentReplicaAddressMap: names, rebuildStatus: { ...rebuildOf(2, 1, 3), ...rebuildOf(1, 43, 2) } } })))?.progress;
  it('goes by name, or by the replica\'s own address where no name was joined', () => {
    expect(find(replica({}, { storageIP: '', port: 0 }), { [NAME]: addressOf(1) })).toBe(43);
    expect(find(replica(), {})).toBe(43);
    expect(find(replica(), { other: addressOf(1) })).toBeUndefined();
    expect(find(replica({}, { storageIP: '10.52.0.9' }), {})).toBeUndefined();
  });
  it('does not join what has no port', () => {
    expect(findRebuildEntry(replica({}, { storageIP: 'x', port: 0 }), parseEngine({ status: { rebuildStatus: { 'tcp://x:0': { progress: 1 } } } }))).toBeUndefined();
  });
});
