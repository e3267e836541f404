import { describe, expect, it } from 'vitest';
import { ago, NOW, rawEngine, rawFrontend, rawReplica, rawVolume } from '../testing/raw-objects';
import { parseEngine } from './engine';
import { parseEngineFrontend } from './engine-frontend';
import { parseReplica } from './replica';
import {
  findReplicaByAddress, hasHeldData, isInRebuild, isProvenComplete, isReusable, isUsable, MAX_REBUILD_RETRIES, rebuildFailure, replenishAt, selectCurrentEngine, selectCurrentFrontend
} from './selectors';
import { parseVolume } from './volume';

const GONE = { metadata: { deletionTimestamp: ago(5) } };
const replica = (spec: Record<string, unknown> = {}, status: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) => parseReplica(rawReplica(1, { spec, status, metadata }));
const engine = (suffix: string, spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) => parseEngine(rawEngine({}, { spec, metadata }, 'pvc-1', suffix));

describe('selectCurrentEngine', () => {
  const volume = parseVolume(rawVolume({ status: { currentNodeID: 'node-1', currentEngineNodeID: 'node-2' } }));
  const pick = (...engines: ReturnType<typeof engine>[]) => selectCurrentEngine(engines, volume)?.meta.name;

  it('is the active one, wherever it stands in the list', () => {
    expect(pick(engine('e-1', { active: false, nodeID: 'node-1' }), engine('e-0', { nodeID: 'node-9' }))).toBe('pvc-1-e-0');
    expect(pick(engine('e-0', { nodeID: 'node-9' }), engine('e-1', { active: false, nodeID: 'node-1' }))).toBe('pvc-1-e-0');
  });
  it('is none when no engine is active, or the active one is being deleted', () => {
    expect(selectCurrentEngine([], volume)).toBeNull();
    expect(pick(engine('e-0', { active: false }))).toBeUndefined();
    expect(pick(engine('e-0', {}, GONE.metadata))).toBeUndefined();
  });
  it('of several active ones is that on the engine\'s or the volume\'s node, else the first', () => {
    expect(pick(engine('e-0', { nodeID: 'node-9' }), engine('e-1', { nodeID: 'node-2' }))).toBe('pvc-1-e-1');
    expect(pick(engine('e-0', { nodeID: 'node-9' }), engine('e-1', { nodeID: 'node-1' }))).toBe('pvc-1-e-1');
    expect(pick(engine('e-0', { nodeID: 'node-2' }), engine('e-1', { nodeID: 'node-9' }))).toBe('pvc-1-e-0');
  });
  it('never takes an engine without a node for the one of a volume without a node', () => {
    const detached = parseVolume(rawVolume({ status: { currentNodeID: '', currentEngineNodeID: '' } }));
    expect(selectCurrentEngine([engine('e-0', { nodeID: 'node-9' }), engine('e-1', { nodeID: '' })], detached)?.meta.name).toBe('pvc-1-e-0');
  });
});

describe('selectCurrentFrontend', () => {
  const frontend = (active: boolean, metadata: Record<string, unknown> = {}) => parseEngineFrontend(rawFrontend({ spec: { active }, metadata }));
  it('is the active one that stays', () => {
    const current = frontend(true);
    expect(selectCurrentFrontend([frontend(false), frontend(true, GONE.metadata), current])).toBe(current);
    expect(selectCurrentFrontend([frontend(false)])).toBeNull();
    expect(selectCurrentFrontend([])).toBeNull();
  });
});

describe('findReplicaByAddress', () => {
  const [first, second] = [parseReplica(rawReplica(1)), parseReplica(rawReplica(2))];
  const maps = (current: object, wanted: object = {}) => parseEngine(rawEngine({}, { spec: { replicaAddressMap: wanted }, status: { currentReplicaAddressMap: current } }));

  it('goes by the connected address, then by the wanted one', () => {
    expect(findReplicaByAddress('1.1.1.1:1', maps({ 'pvc-1-r-2': 'tcp://1.1.1.1:1' }), [first, second])).toBe(second);
    expect(findReplicaByAddress('1.1.1.1:1', maps({}, { 'pvc-1-r-2': '1.1.1.1:1' }), [first, second])).toBe(second);
    expect(findReplicaByAddress('1.1.1.1:1', maps({ 'pvc-1-r-2': '2.2.2.2:2' }, { 'pvc-1-r-2': '1.1.1.1:1' }), [first, second])).toBeUndefined();
  });
  it('goes by the replica\'s own address where the maps have lost it', () => {
    expect(findReplicaByAddress('10.52.0.2:20002', maps({}), [first, second])).toBe(second);
    expect(findReplicaByAddress('10.52.0.2:20001', maps({}), [first, second])).toBeUndefined();
  });
  it('finds nothing at a port that nobody has', () => {
    expect(findReplicaByAddress(':0', maps({}), [replica({}, { storageIP: '', port: 0 })])).toBeUndefined();
  });
});

describe('what a replica counts as', () => {
  it('usable: not failed, not leaving, active', () => {
    expect(isUsable(replica())).toBe(true);
    expect([{ failedAt: ago(5) }, { evictionRequested: true }, { active: false }].map((spec) => isUsable(replica(spec)))).toEqual([false, false, false]);
    expect(isUsable(replica({}, {}, GONE.metadata))).toBe(false);
  });

  it('reusable: failed, placed, with tries left, staying', () => {
    const failed = { failedAt: ago(5) };
    expect(isReusable(replica(failed))).toBe(true);
    expect(isReusable(replica({ ...failed, rebuildRetryCount: MAX_REBUILD_RETRIES - 1 }))).toBe(true);
    expect([{}, { ...failed, nodeID: '' }, { ...failed, diskID: '' }, { ...failed, rebuildRetryCount: MAX_REBUILD_RETRIES }, { ...failed, evictionRequested: true }].map((spec) => isReusable(replica(spec)))).toEqual([false, false, false, false, false]);
    expect(isReusable(replica(failed, {}, GONE.metadata))).toBe(false);
  });

  it('in rebuild: tried, not healthy yet, not failed', () => {
    expect(isInRebuild(replica({ rebuildRetryCount: 1, healthyAt: '' }))).toBe(true);
    expect([{ rebuildRetryCount: 0, healthyAt: '' }, { rebuildRetryCount: 1 }, { rebuildRetryCount: 1, healthyAt: '', failedAt: ago(5) }].map((spec) => isInRebuild(replica(spec)))).toEqual([false, false, false]);
  });

  it('proven complete: healthy, and healthy again since it last failed', () => {
    expect(isProvenComplete(replica())).toBe(true);
    expect(isProvenComplete(replica({ lastHealthyAt: '' }))).toBe(true);
    expect(isProvenComplete(replica({ lastFailedAt: ago(100), lastHealthyAt: ago(50) }))).toBe(true);
    expect([
      { lastFailedAt: ago(50), lastHealthyAt: ago(100) }, { lastFailedAt: ago(50), lastHealthyAt: ago(50) }, { lastFailedAt: ago(50), lastHealthyAt: '' },
      { failedAt: ago(5) }, { healthyAt: '' }, { active: false }, { active: undefined }, { lastFailedAt: undefined }
    ].map((spec) => isProvenComplete(replica(spec)))).toEqual(Array(8).fill(false));
    expect(isProvenComplete(replica({}, {}, GONE.metadata))).toBe(false);
  });

  it('one that ever held data', () => {
    expect([{}, { healthyAt: '' }, { lastHealthyAt: '' }, { healthyAt: '', lastHealthyAt: '' }].map((spec) => hasHeldData(replica(spec)))).toEqual([true, true, true, false]);
  });

  it('one whose last rebuild failed, with the words', () => {
    const withCondition = (status: string, type = 'RebuildFailed') => rebuildFailure(replica({}, { conditions: [{ type, status, reason: 'General', message: 'timeout' }] }));
    expect(withCondition('True')).toEqual({ reason: 'General', message: 'timeout' });
    expect([withCondition('False'), withCondition('True', 'Other'), rebuildFailure(replica())]).toEqual([null, null, null]);
  });
});

describe('replenishAt', () => {
  it('is the moment of the loss plus the wait in seconds, or unknown', () => {
    expect(replenishAt(parseVolume(rawVolume({ status: { lastDegradedAt: ago(60) } })), 600)).toBe(NOW + 540_000);
    expect(replenishAt(parseVolume(rawVolume()), 600)).toBeNull();
  });
});
