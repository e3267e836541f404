import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCluster, type RunningCluster } from '../../cluster';
import { PROFILES } from '../../profiles';
import { addBase, ordinaryNodes, type BaseOptions } from '../../scenarios/build/index';
import { longhornController } from '../longhorn/index';
import { conformance } from '../../test-conformance';
import { actionHandlers } from './actions/index';
import { controllers } from './index';
import { findCondition } from './support/conditions';
import { TYPE } from './support/types';
import { createMachine, get, printable, readyImage, until } from './test-support';
import type { HarvesterMinor } from '../../contract';

vi.setConfig({ testTimeout: 60_000 });

const GIB = 1024 ** 3;
let world: RunningCluster | undefined;
afterEach(() => world?.stop());

/** This room's controllers over the real Longhorn of the neighbouring room. */
function realWorld(minor: HarvesterMinor = '1.9', options: BaseOptions = {}): RunningCluster {
  const cluster = (world = createCluster({ profile: PROFILES[minor] }));
  cluster.start([conformance, longhornController, ...controllers]);
  addBase(cluster, { hasImage: false, ...options });
  return cluster;
}

async function act(cluster: RunningCluster, name: string, action: string, body: Record<string, unknown> = {}): Promise<unknown> {
  const handler = actionHandlers.find((candidate) => candidate.typeId === TYPE.vm && candidate.action === action);
  const vm = get(cluster, 'vm', name);
  if (handler === undefined || vm === undefined) throw new Error(`no ${action} on ${name}`);
  return handler.run(cluster, vm, body, 'admin');
}

function volumeOf(cluster: RunningCluster, claim: string): ReturnType<typeof get> {
  return get(cluster, 'longhornVolume', String(get(cluster, 'pvc', claim)?.spec?.volumeName), 'longhorn-system');
}

describe.each<HarvesterMinor>(['1.5', '1.7', '1.8', '1.9'])('a boot volume on Harvester %s', (minor) => {
  it('goes from URL to a running machine with three healthy replicas, and survives its day', async () => {
    const cluster = realWorld(minor);
    await readyImage(cluster, 'golden', 2 * GIB);
    createMachine(cluster, 'vm1', { image: 'golden' });
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
    await until(cluster, () => volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.robustness === 'healthy');
    const volume = String(volumeOf(cluster, 'vm1-disk-0-abcde')?.metadata.name);
    const replicas = cluster.store.list(TYPE.longhornReplica, { labels: { longhornvolume: volume } });
    expect(new Set(replicas.map(({ spec }) => spec?.nodeID)).size).toBe(3);
    expect(volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.currentNodeID).toBe(get(cluster, 'vmi', 'vm1')?.status?.nodeName);
    expect(get(cluster, 'pvc', 'vm1-disk-0-abcde')?.status?.capacity).toEqual({ storage: '10Gi' });
    expect(get(cluster, 'pvc', 'vm1-disk-0-abcde')?.metadata.annotations?.['cdi.kubevirt.io/cloneType']).toBe(cluster.profile.cloneStrategy);

    const from = String(get(cluster, 'vmi', 'vm1')?.status?.nodeName);
    await act(cluster, 'vm1', 'migrate');
    await until(cluster, () => get(cluster, 'vmi', 'vm1')?.status?.migrationState?.completed === true);
    const to = String(get(cluster, 'vmi', 'vm1')?.status?.nodeName);
    expect(to).not.toBe(from);
    await until(cluster, () => volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.currentNodeID === to && volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.currentMigrationNodeID === '');
    expect(printable(cluster, 'vm1')).toBe('Running');

    await act(cluster, 'vm1', 'stop');
    await until(cluster, () => printable(cluster, 'vm1') === 'Stopped' && volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.state === 'detached');
    await act(cluster, 'vm1', 'start');
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
    expect(get(cluster, 'vm', 'vm1')?.spec?.runStrategy).toBe('RerunOnFailure');
    // What was temporary is gone: the golden volume is detached, no worker pod or claim is left.
    await until(cluster, () => volumeOf(cluster, 'golden')?.status?.state === 'detached');
    expect(cluster.store.list(TYPE.pvc).map(({ metadata }) => metadata.name).sort()).toEqual(['golden', 'vm1-disk-0-abcde']);
    expect(cluster.store.list(TYPE.longhornVolume)).toHaveLength(2);
  });
});

describe('node loss over the real Longhorn', () => {
  it('leaves a VM running that only lost a copy, and moves one that lost its node', async () => {
    const cluster = realWorld();
    createMachine(cluster, 'vm1');
    await until(cluster, () => volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.robustness === 'healthy' && printable(cluster, 'vm1') === 'Running');
    const home = String(get(cluster, 'vmi', 'vm1')?.status?.nodeName);
    const other = cluster.store.list(TYPE.node).map(({ metadata }) => metadata.name).find((name) => name !== home) ?? '';
    cluster.faults.downNodes.add(other);
    cluster.faults.changed();
    await until(cluster, () => volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.robustness === 'degraded');
    expect(printable(cluster, 'vm1')).toBe('Running');
    cluster.faults.downNodes.delete(other);
    cluster.faults.changed();
    await until(cluster, () => volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.robustness === 'healthy', 3_600_000);
    const uid = get(cluster, 'vmi', 'vm1')?.metadata.uid;
    cluster.faults.downNodes.add(home);
    cluster.faults.changed();
    await until(cluster, () => get(cluster, 'vmi', 'vm1')?.metadata.uid !== uid && printable(cluster, 'vm1') === 'Running', 1_800_000);
    expect(get(cluster, 'vmi', 'vm1')?.status?.nodeName).not.toBe(home);
    expect(volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.robustness).toMatch(/degraded|unknown/);
  });
});

describe('what stalls a boot volume', () => {
  it('an image waits without a word when no disk can take a copy', async () => {
    const cluster = realWorld('1.9', { nodes: ordinaryNodes(3, 0) });
    const image = readyImage(cluster, 'golden', GIB).catch((error: unknown) => error);
    expect(await image).toBeInstanceOf(Error);
    expect(findCondition(get(cluster, 'image', 'golden'), 'Imported')).toMatchObject({ status: 'Unknown', reason: 'Importing' });
    expect(get(cluster, 'dataVolume', 'golden')?.status?.phase).toBe('ImportScheduled');
    expect(cluster.store.list('event').some((event) => event.reason === 'FailedAttachVolume')).toBe(true);
  });

  it('a claim is refused with Longhorn’s words while the engine is off', async () => {
    const cluster = realWorld();
    cluster.store.edit(TYPE.longhornSetting, 'longhorn-system/v2-data-engine', (draft) => { draft.value = 'false'; });
    createMachine(cluster, 'vm1');
    await until(cluster, () => cluster.store.list('event').some((event) => event.reason === 'ProvisioningFailed'));
    expect(cluster.store.list('event').find((event) => event.reason === 'ProvisioningFailed')?.message).toContain('v2 data engine is not enabled');
    expect(printable(cluster, 'vm1')).toBe('WaitingForVolumeBinding');
  });

  it('a single node with three copies never gets through the resize of a CSI clone', async () => {
    const cluster = realWorld('1.9', { nodes: ordinaryNodes(1) });
    await readyImage(cluster, 'golden', GIB);
    createMachine(cluster, 'vm1', { image: 'golden' });
    await until(cluster, () => ['PrepClaimInProgress', 'CSICloneInProgress'].includes(String(get(cluster, 'dataVolume', 'vm1-disk-0-abcde')?.status?.phase)));
    cluster.clock.advance(1_200_000);
    expect(get(cluster, 'dataVolume', 'vm1-disk-0-abcde')?.status?.phase).toMatch(/PrepClaimInProgress|CSICloneInProgress/);
    expect(printable(cluster, 'vm1')).toBe('Provisioning');
  });
});

describe('a node with the v2 engine switched off by label', () => {
  it('takes the pod but never gets the volume, and says so', async () => {
    const cluster = realWorld();
    const [first] = cluster.store.list(TYPE.node).map(({ metadata }) => metadata.name);
    cluster.store.edit(TYPE.node, first ?? '', (draft) => { draft.metadata.labels = { ...draft.metadata.labels, 'node.longhorn.io/disable-v2-data-engine': 'true' }; });
    cluster.clock.advance(60_000);
    createMachine(cluster, 'vm1', { spec: { nodeSelector: { 'kubernetes.io/hostname': first ?? '' } } });
    await until(cluster, () => cluster.store.list('event').some((event) => event.reason === 'FailedAttachVolume'));
    expect(cluster.store.list(TYPE.pod)[0]?.spec?.nodeName).toBe(first);
    cluster.clock.advance(600_000);
    expect(printable(cluster, 'vm1')).toBe('Starting');
  });
});

describe('growing a volume', () => {
  it('of a running machine follows the claim, the volume and the engine', async () => {
    const cluster = realWorld();
    createMachine(cluster, 'vm1');
    await until(cluster, () => volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.robustness === 'healthy' && printable(cluster, 'vm1') === 'Running');
    cluster.store.edit(TYPE.pvc, 'default/vm1-disk-0-abcde', (draft) => { Object.assign(draft.spec ?? {}, { resources: { requests: { storage: '20Gi' } } }); });
    await until(cluster, () => get(cluster, 'pvc', 'vm1-disk-0-abcde')?.status?.capacity?.storage === '20Gi');
    expect(volumeOf(cluster, 'vm1-disk-0-abcde')?.spec?.size).toBe(String(20 * GIB));
    expect(findCondition(get(cluster, 'pvc', 'vm1-disk-0-abcde'), 'Resizing')).toBeUndefined();
    const name = String(volumeOf(cluster, 'vm1-disk-0-abcde')?.metadata.name);
    expect(cluster.store.list(TYPE.longhornEngine, { labels: { longhornvolume: name } })[0]?.status?.currentSize).toBe(String(20 * GIB));
    expect(volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.expansionRequired).toBe(false);
  });

  it('of a stopped machine attaches it for the time being', async () => {
    const cluster = realWorld();
    createMachine(cluster, 'vm1', { runStrategy: 'Halted' });
    await until(cluster, () => volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.state === 'detached');
    cluster.store.edit(TYPE.pvc, 'default/vm1-disk-0-abcde', (draft) => { Object.assign(draft.spec ?? {}, { resources: { requests: { storage: '20Gi' } } }); });
    await until(cluster, () => volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.state === 'attached');
    await until(cluster, () => get(cluster, 'pvc', 'vm1-disk-0-abcde')?.status?.capacity?.storage === '20Gi');
    await until(cluster, () => volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.state === 'detached');
    await act(cluster, 'vm1', 'start');
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
  });

  it('is refused by Longhorn 1.8 for v2', async () => {
    const cluster = realWorld('1.5');
    createMachine(cluster, 'vm1', { runStrategy: 'Halted' });
    await until(cluster, () => volumeOf(cluster, 'vm1-disk-0-abcde')?.status?.state === 'detached');
    cluster.store.edit(TYPE.pvc, 'default/vm1-disk-0-abcde', (draft) => { Object.assign(draft.spec ?? {}, { resources: { requests: { storage: '20Gi' } } }); });
    await until(cluster, () => cluster.store.list('event').some((event) => event.reason === 'VolumeResizeFailed'));
    expect(get(cluster, 'pvc', 'vm1-disk-0-abcde')?.status?.capacity).toEqual({ storage: '10Gi' });
    const handler = actionHandlers.find(({ typeId, action }) => typeId === TYPE.pvc && action === 'cancelExpand');
    const claim = get(cluster, 'pvc', 'vm1-disk-0-abcde');
    if (handler === undefined || claim === undefined) throw new Error('nothing to cancel');
    expect(handler.isOffered(cluster, claim)).toBe(true);
    await expect((async () => handler.run(cluster, claim, {}, 'admin'))()).rejects.toThrow('can not operate the volume vm1-disk-0-abcde which is currently attached to VM: default/vm1');
  });
});
