import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunningCluster } from '../../../cluster';
import { findCondition, specOf, statusOf } from '../support/conditions';
import { podNode } from '../support/pods';
import { TYPE } from '../support/types';
import { createMachine, createWorld, fakeLonghorn, get, printable, readyImage, storageClass, until, V2_PARAMETERS } from '../test-support';

vi.setConfig({ testTimeout: 60_000 });

const GIB = 1024 ** 3;
let world: RunningCluster | undefined;
afterEach(() => world?.stop());

function setStrategy(cluster: RunningCluster, name: string, runStrategy: string): void {
  cluster.store.edit(TYPE.vm, `default/${name}`, (draft) => {
    specOf(draft).runStrategy = runStrategy;
  });
}

function statusesOf(cluster: RunningCluster, name: string): string[] {
  const seen: string[] = [];
  cluster.store.watch(({ typeId, object }) => {
    const status: unknown = object.status?.printableStatus;
    if (typeId === TYPE.vm && object.metadata.name === name && typeof status === 'string' && seen.at(-1) !== status) seen.push(status);
  });
  return seen;
}

describe('a VM from a CDI image', () => {
  it('clones, schedules, attaches and runs', async () => {
    const cluster = (world = createWorld());
    await readyImage(cluster, 'golden', 2 * GIB);
    const seen = statusesOf(cluster, 'vm1');
    createMachine(cluster, 'vm1', { image: 'golden' });
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
    expect(seen[0]).toBe('Provisioning');
    expect(seen).toContain('Starting');
    const dataVolume = get(cluster, 'dataVolume', 'vm1-disk-0-abcde');
    expect(dataVolume?.spec).toEqual({ source: { pvc: { namespace: 'default', name: 'golden' } }, storage: { storageClassName: 'longhorn-v2', resources: { requests: { storage: '10Gi' } } } });
    expect(dataVolume?.metadata.ownerReferences).toBeUndefined();
    const claim = get(cluster, 'pvc', 'vm1-disk-0-abcde');
    expect(claim).toMatchObject({ spec: { accessModes: ['ReadWriteMany'], volumeMode: 'Block' }, status: { phase: 'Bound', capacity: { storage: '10Gi' } } });
    expect(claim?.metadata.annotations?.['harvesterhci.io/goldenImage']).toBeUndefined();
    const vmi = get(cluster, 'vmi', 'vm1');
    expect(vmi?.status).toMatchObject({ phase: 'Running', migrationMethod: 'LiveMigration' });
    expect(['node1', 'node2', 'node3']).toContain(vmi?.status?.nodeName);
    expect(findCondition(vmi, 'LiveMigratable')?.status).toBe('True');
    expect(vmi?.status?.volumeStatus[0]).toMatchObject({ name: 'disk-0', target: 'vda', persistentVolumeClaimInfo: { claimName: 'vm1-disk-0-abcde', accessModes: ['ReadWriteMany'], volumeMode: 'Block' } });
    await until(cluster, () => findCondition(get(cluster, 'vmi', 'vm1'), 'AgentConnected')?.status === 'True');
    expect(get(cluster, 'vmi', 'vm1')?.status?.interfaces[0].ipAddress).toMatch(/^10\.52\./);
    expect(get(cluster, 'vm', 'vm1')?.status).toMatchObject({ ready: true, created: true });
  });

  it('waits for a golden image that is still importing', async () => {
    const cluster = (world = createWorld({ timings: { importBytesPerSecond: GIB / 80 } }));
    const ready = readyImage(cluster, 'golden', 2 * GIB);
    createMachine(cluster, 'vm1', { image: 'golden' });
    await ready;
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
  });

  it('says why a disk smaller than its image is never made', async () => {
    const cluster = (world = createWorld());
    await readyImage(cluster, 'golden', 20 * GIB);
    createMachine(cluster, 'vm1', { image: 'golden', size: '10Gi' });
    await until(cluster, () => cluster.store.list('event').some((event) => event.reason === 'ErrIncompatiblePVC'));
    expect(printable(cluster, 'vm1')).toBe('Provisioning');
  });
});

describe('a VM with a blank disk', () => {
  it('stops and starts again, keeping its disk', async () => {
    const cluster = (world = createWorld());
    createMachine(cluster, 'vm1', { storageClassName: 'longhorn-v2' });
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
    const volume = String(get(cluster, 'pvc', 'vm1-disk-0-abcde')?.spec?.volumeName);
    const seen = statusesOf(cluster, 'vm1');
    setStrategy(cluster, 'vm1', 'Halted');
    await until(cluster, () => printable(cluster, 'vm1') === 'Stopped');
    expect(seen.slice(-2)).toEqual(['Stopping', 'Stopped']);
    expect(get(cluster, 'vmi', 'vm1')).toBeUndefined();
    await until(cluster, () => get(cluster, 'longhornVolume', volume, 'longhorn-system')?.status?.state === 'detached');
    setStrategy(cluster, 'vm1', 'RerunOnFailure');
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
    expect(get(cluster, 'pvc', 'vm1-disk-0-abcde')?.spec?.volumeName).toBe(volume);
  });

  it('is not live migratable on a class that is not', async () => {
    const cluster = (world = createWorld({ classes: [storageClass('v2-rwo', { ...V2_PARAMETERS, migratable: 'false' })] }));
    await readyImage(cluster, 'golden', GIB, { targetStorageClassName: 'v2-rwo' });
    createMachine(cluster, 'vm1', { image: 'golden', storageClassName: 'v2-rwo' });
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
    expect(findCondition(get(cluster, 'vmi', 'vm1'), 'LiveMigratable')).toMatchObject({ status: 'False', reason: 'DisksNotLiveMigratable' });
    expect(get(cluster, 'vmi', 'vm1')?.status?.migrationMethod).toBe('BlockMigration');
  });

  it('waits for its cloud-init secret, which is posted after it', async () => {
    const cluster = (world = createWorld());
    createMachine(cluster, 'vm1', { secret: 'vm1-secret' });
    await until(cluster, () => get(cluster, 'vmi', 'vm1')?.status?.phase === 'Scheduling');
    await until(cluster, () => cluster.store.list('event').some((event) => event.reason === 'FailedMount'));
    expect(printable(cluster, 'vm1')).toBe('Starting');
    cluster.store.create(TYPE.secret, { metadata: { name: 'vm1-secret', namespace: 'default' }, data: {} });
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
  });

  it('reports a claim that does not exist, and goes on when it appears', async () => {
    const cluster = (world = createWorld());
    createMachine(cluster, 'vm1', { image: 'missing' });
    await until(cluster, () => printable(cluster, 'vm1') === 'ErrorPvcNotFound');
    expect(findCondition(get(cluster, 'vmi', 'vm1'), 'Synchronized')?.message).toBe('PVC default/vm1-disk-0-abcde does not exist, waiting for it to appear');
    await readyImage(cluster, 'missing', GIB);
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
  });

  it('keeps starting and complains while its volume cannot attach', async () => {
    const stuck = new Set(['*']);
    const cluster = (world = createWorld({ longhorn: fakeLonghorn({ stuck }) }));
    createMachine(cluster, 'vm1');
    await until(cluster, () => cluster.store.list('event').some((event) => event.reason === 'FailedAttachVolume'));
    expect(printable(cluster, 'vm1')).toBe('Starting');
    expect(String(cluster.store.list('event').find((event) => event.reason === 'FailedAttachVolume')?.message)).toMatch(/^AttachVolume\.Attach failed for volume "pvc-.*" : rpc error: code = DeadlineExceeded desc = volume pvc-.* failed to attach to node node\d with attachmentID csi-[0-9a-f]{64}/);
  });

  it('is unschedulable when every node is cordoned or a witness', async () => {
    const cluster = (world = createWorld());
    for (const name of ['node1', 'node2']) cluster.store.edit(TYPE.node, name, (draft) => { specOf(draft).unschedulable = true; });
    cluster.store.edit(TYPE.node, 'node3', (draft) => { draft.metadata.labels = { 'node-role.harvesterhci.io/witness': 'true' }; });
    createMachine(cluster, 'vm1');
    await until(cluster, () => printable(cluster, 'vm1') === 'ErrorUnschedulable');
    cluster.store.edit(TYPE.node, 'node2', (draft) => { specOf(draft).unschedulable = false; });
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
    expect(get(cluster, 'vmi', 'vm1')?.status?.nodeName).toBe('node2');
  });

  it('pauses with PausedIOError when its volume loses the last replica', async () => {
    const cluster = (world = createWorld());
    createMachine(cluster, 'vm1');
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
    const volume = String(get(cluster, 'pvc', 'vm1-disk-0-abcde')?.spec?.volumeName);
    cluster.store.edit(TYPE.longhornVolume, `longhorn-system/${volume}`, (draft) => { statusOf(draft).robustness = 'faulted'; });
    await until(cluster, () => printable(cluster, 'vm1') === 'Paused');
    expect(findCondition(get(cluster, 'vmi', 'vm1'), 'Paused')).toMatchObject({ status: 'True', reason: 'PausedIOError' });
  });
});

describe('a VM whose node is lost', () => {
  function lose(cluster: RunningCluster, node: string): void {
    cluster.faults.downNodes.add(node);
    cluster.faults.changed();
    cluster.store.edit(TYPE.node, node, (draft) => {
      statusOf(draft).conditions = [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', lastTransitionTime: cluster.clock.iso() }];
    });
  }

  it('is not ready at first and runs elsewhere after five minutes', async () => {
    const cluster = (world = createWorld());
    createMachine(cluster, 'vm1');
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
    const uid = get(cluster, 'vmi', 'vm1')?.metadata.uid;
    const node = String(get(cluster, 'vmi', 'vm1')?.status?.nodeName);
    lose(cluster, node);
    const lostAt = cluster.clock.now();
    await until(cluster, () => findCondition(get(cluster, 'vmi', 'vm1'), 'Ready')?.reason === 'NodeNotReady');
    expect(get(cluster, 'vm', 'vm1')?.status?.ready).toBe(false);
    await until(cluster, () => get(cluster, 'vmi', 'vm1')?.metadata.uid !== uid && printable(cluster, 'vm1') === 'Running');
    expect(cluster.clock.now() - lostAt).toBeGreaterThanOrEqual(300_000);
    expect(get(cluster, 'vmi', 'vm1')?.status?.nodeName).not.toBe(node);
    expect(cluster.store.list(TYPE.pod).map(podNode)).not.toContain(node);
  });

  it('goes on where it is when the node comes back in time', async () => {
    const cluster = (world = createWorld());
    createMachine(cluster, 'vm1');
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
    const uid = get(cluster, 'vmi', 'vm1')?.metadata.uid;
    const node = String(get(cluster, 'vmi', 'vm1')?.status?.nodeName);
    lose(cluster, node);
    cluster.clock.advance(60_000);
    cluster.faults.downNodes.delete(node);
    cluster.store.edit(TYPE.node, node, (draft) => { statusOf(draft).conditions = [{ type: 'Ready', status: 'True' }]; });
    cluster.clock.advance(600_000);
    expect(get(cluster, 'vmi', 'vm1')?.metadata.uid).toBe(uid);
    expect(get(cluster, 'vm', 'vm1')?.status?.ready).toBe(true);
  });
});

describe('deleting a VM', () => {
  it('keeps its disks unless they are listed', async () => {
    const cluster = (world = createWorld());
    await readyImage(cluster, 'golden', GIB);
    createMachine(cluster, 'vm1', { image: 'golden' });
    createMachine(cluster, 'vm2', { image: 'golden' });
    await until(cluster, () => printable(cluster, 'vm1') === 'Running' && printable(cluster, 'vm2') === 'Running');
    cluster.store.edit(TYPE.vm, 'default/vm1', (draft) => {
      draft.metadata.annotations = { ...draft.metadata.annotations, 'harvesterhci.io/removedPersistentVolumeClaims': 'vm1-disk-0-abcde,golden' };
    });
    for (const name of ['vm1', 'vm2']) cluster.store.remove(TYPE.vm, `default/${name}`);
    await until(cluster, () => cluster.store.list(TYPE.vm).length === 0 && cluster.store.list(TYPE.pvc).length === 2);
    expect(cluster.store.list(TYPE.pvc).map(({ metadata }) => metadata.name).sort()).toEqual(['golden', 'vm2-disk-0-abcde']);
    expect(cluster.store.list(TYPE.dataVolume).map(({ metadata }) => metadata.name).sort()).toEqual(['golden', 'vm2-disk-0-abcde']);
    await until(cluster, () => cluster.store.list(TYPE.longhornVolume).length === 2);
    expect(cluster.store.list(TYPE.vmi)).toEqual([]);
  });
});
