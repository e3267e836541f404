// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/error';
import { deleteReplica, salvage, setReplicaCount, setScheduling, type GuardedAction } from '@/domain/health/actions';
import type { RawObject } from '@/domain/kube/types';
import { failed, NOW, rawEngine, rawReplica, rawVolume } from '@/domain/testing/raw-objects';
import type { FakeSteve } from '@/api/testing/fake-steve';
import type { OwnedClusterContext } from '@/stores/cluster-context';
import { contextOn, mixedWorld, serve, stillClock } from '../testing/health-world';
import { HEALTH_KINDS } from './kinds';
import { sendAction, type Outcome } from './send-action';

let steve: FakeSteve;
let cluster: OwnedClusterContext;
let sent: string[];

beforeEach(async () => {
  steve = serve(mixedWorld());
  cluster = contextOn(steve, { t: (key) => key, clock: stillClock(NOW) });
  cluster.inventory.need(HEALTH_KINDS);
  await cluster.inventory.settled(HEALTH_KINDS);
  sent = [];
  vi.spyOn(cluster.api, 'patch').mockImplementation((_kind, id) => { sent.push(`patch ${id}`); return Promise.resolve({}); });
  vi.spyOn(cluster.api, 'remove').mockImplementation((_kind, id) => { sent.push(`delete ${id}`); return Promise.resolve(); });
});
afterEach(() => { cluster.dispose(); });

/** Puts an object on the server as it is now, while the feed still shows what was before. */
function meanwhile(...objects: readonly RawObject[]): void {
  const newest = new Map(objects.map((raw) => [(raw.metadata as { name: string }).name, raw]));
  const { get, list } = cluster.api;

  vi.spyOn(cluster.api, 'get').mockImplementation((kind, id, signal) => { const found = newest.get(id.split('/')[1] ?? ''); return found ? Promise.resolve(found) : get(kind, id, signal); });
  vi.spyOn(cluster.api, 'list').mockImplementation(async (kind, options) => {
    const page = await list(kind, options);

    return { ...page, items: page.items.map((raw) => newest.get((raw.metadata as { name: string }).name) ?? raw) };
  });
}

const send = (action: GuardedAction, volume = 'pvc-web-07'): Promise<Outcome> => sendAction(cluster, action, volume, action.requests(cluster.inventory));

describe('sendAction', () => {
  it('sends what was shown when the newest objects still allow it', async () => {
    expect(await send(setReplicaCount('pvc-web-07', 2))).toEqual({ state: 'sent' });
    expect(await send(setScheduling('node-1', 'nvme0', false))).toEqual({ state: 'sent' });
    expect(sent).toEqual(['patch longhorn-system/pvc-web-07', 'patch longhorn-system/node-1']);
  });

  it('sends nothing when a good replica was lost while the question was open', async () => {
    meanwhile(rawReplica(2, failed(1), 'pvc-web-07'), rawEngine({ 1: 'RW', 2: 'ERR' }, {}, 'pvc-web-07'));
    expect(await send(setReplicaCount('pvc-web-07', 2))).toEqual({ state: 'refused', refusal: 'needs-more-good-copies' });
    expect(sent).toEqual([]);
  });

  it('deletes no replica that has become the last good one', async () => {
    const action = deleteReplica('pvc-erp', 'pvc-erp-r-3');

    meanwhile(rawReplica(1, failed(1), 'pvc-erp'), rawEngine({ 1: 'ERR' }, {}, 'pvc-erp'), rawVolume({ spec: { numberOfReplicas: 2 }, status: { robustness: 'faulted', state: 'detaching' } }, 'pvc-erp'));
    expect(await send(action, 'pvc-erp')).toEqual({ state: 'refused', refusal: 'faulted' });
    expect(sent).toEqual([]);
  });

  it('sends nothing when it would now send something else', async () => {
    const action = setReplicaCount('pvc-web-07', 2);
    const shown = action.requests(cluster.inventory);

    meanwhile(rawVolume({ spec: { numberOfReplicas: 4 }, status: { robustness: 'degraded' } }, 'pvc-web-07'));
    expect(await sendAction(cluster, action, 'pvc-web-07', shown)).toEqual({ state: 'changed' });
    expect(sent).toEqual([]);
  });

  it('knows of a volume that is gone from the server but not from the feed', async () => {
    vi.spyOn(cluster.api, 'get').mockRejectedValue(new ApiError({ status: 404, code: 'NotFound', message: 'not found', raw: '', isAbort: false }));
    expect(await send(setReplicaCount('pvc-web-07', 2))).toEqual({ state: 'refused', refusal: 'volume-gone' });
  });

  it('sends nothing when the newest objects can’t be read', async () => {
    vi.spyOn(cluster.api, 'list').mockRejectedValue(new ApiError({ status: 403, code: 'Forbidden', message: 'replicas is forbidden', raw: '', isAbort: false }));
    expect(await send(setReplicaCount('pvc-web-07', 2))).toEqual({ state: 'failed', status: 403, message: 'replicas is forbidden', done: 0 });
    expect(sent).toEqual([]);
  });

  it('says how far it came when the server refuses halfway', async () => {
    const base = { spec: { nodeID: 'node-1', numberOfReplicas: 1 }, status: { state: 'detached', robustness: 'faulted', currentNodeID: '', currentEngineNodeID: '' } };
    const newest = [rawVolume(base, 'pvc-lost'), rawReplica(1, failed(900), 'pvc-lost')];

    cluster.dispose();
    steve = serve([...mixedWorld().filter((raw) => !/^pvc-lost/.test((raw.metadata as { name: string }).name)), ...newest, rawEngine({}, { status: { currentState: 'stopped' } }, 'pvc-lost')]);
    cluster = contextOn(steve, { t: (key) => key, clock: stillClock(NOW) });
    cluster.inventory.need(HEALTH_KINDS);
    await cluster.inventory.settled(HEALTH_KINDS);
    vi.spyOn(cluster.api, 'patch').mockResolvedValueOnce({}).mockRejectedValueOnce(new ApiError({ status: 422, code: 'Invalid', message: 'the value has changed', raw: '', isAbort: false }));
    expect(await send(salvage('pvc-lost', ['pvc-lost-r-1']), 'pvc-lost')).toEqual({ state: 'failed', status: 422, message: 'the value has changed', done: 1 });
  });
});
