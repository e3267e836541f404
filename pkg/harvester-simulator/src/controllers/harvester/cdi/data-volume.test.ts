import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunningCluster } from '../../../cluster';
import type { HarvesterMinor, KubeObject } from '../../../contract';
import { PROFILES } from '../../../profiles';
import { findCondition } from '../support/conditions';
import { TYPE } from '../support/types';
import { createImage, createWorld, fakeLonghorn, fakeQcow2, get, readyImage, serve, storageClass, until, V2_PARAMETERS, type FileServer } from '../test-support';

vi.setConfig({ testTimeout: 30_000 });

const GIB = 1024 ** 3;
let world: RunningCluster | undefined;
let server: FileServer | undefined;
afterEach(async () => {
  world?.stop();
  await server?.close();
  server = undefined;
});

function strategyClass(name: string, strategy: string, parameters: Record<string, string> = V2_PARAMETERS, extra: Partial<KubeObject> = {}): ReturnType<typeof storageClass> {
  return storageClass(name, parameters, { ...extra, metadata: { name, annotations: { 'cdi.harvesterhci.io/storageProfileCloneStrategy': strategy, 'cdi.harvesterhci.io/storageProfileVolumeSnapshotClass': 'longhorn-snapshot' } } });
}

function cloneTo(cluster: RunningCluster, name: string, spec: { storageClassName?: string; size?: string; source?: string; namespace?: string } = {}): void {
  cluster.store.create(TYPE.dataVolume, {
    metadata: { name, namespace: spec.namespace ?? 'default', annotations: {} },
    spec: { source: { pvc: { namespace: 'default', name: spec.source ?? 'golden' } }, storage: { storageClassName: spec.storageClassName ?? 'longhorn-v2', resources: { requests: { storage: spec.size ?? '5Gi' } } } }
  });
}

function phasesOf(cluster: RunningCluster, name: string): string[] {
  const phases: string[] = [];
  cluster.store.watch(({ typeId, object }) => {
    const phase: unknown = object.status?.phase;
    if (typeId === TYPE.dataVolume && object.metadata.name === name && typeof phase === 'string' && phases.at(-1) !== phase) phases.push(phase);
  });
  return phases;
}

function eventReasons(cluster: RunningCluster): unknown[] {
  return cluster.store.list('event').map(({ reason }) => reason);
}

function isDone(cluster: RunningCluster, name: string, namespace = 'default'): boolean {
  return get(cluster, 'dataVolume', name, namespace)?.status?.phase === 'Succeeded';
}

describe('storage profiles', () => {
  it.each<[HarvesterMinor, string]>([['1.5', 'copy'], ['1.6', 'copy'], ['1.8', 'copy'], ['1.9', 'csi-clone']])('of a v2 class on %s say %s', async (minor, strategy) => {
    const cluster = (world = createWorld({ profile: PROFILES[minor] }));
    await until(cluster, () => cluster.store.get(TYPE.storageProfile, 'longhorn-v2')?.spec?.cloneStrategy === strategy);
    expect(cluster.store.get(TYPE.storageProfile, 'longhorn-v2')?.status).toMatchObject({
      storageClass: 'longhorn-v2',
      provisioner: 'driver.longhorn.io',
      cloneStrategy: strategy,
      snapshotClass: 'longhorn-snapshot',
      claimPropertySets: [{ accessModes: ['ReadWriteMany'], volumeMode: 'Block' }, { accessModes: ['ReadWriteOnce'], volumeMode: 'Block' }]
    });
  });

  it('follow the class’s parameters and annotations, and go with the class', async () => {
    const cluster = (world = createWorld({
      classes: [
        storageClass('rwo', { ...V2_PARAMETERS, migratable: 'false' }),
        storageClass('modes', V2_PARAMETERS, { metadata: { name: 'modes', annotations: { 'cdi.harvesterhci.io/storageProfileVolumeModeAccessModes': '{"Filesystem":["ReadWriteOnce"]}' } } })
      ]
    }));
    await until(cluster, () => cluster.store.get(TYPE.storageProfile, 'modes')?.spec?.claimPropertySets !== undefined);
    expect(cluster.store.get(TYPE.storageProfile, 'rwo')?.status?.claimPropertySets).toEqual([{ accessModes: ['ReadWriteOnce'], volumeMode: 'Block' }]);
    expect(cluster.store.get(TYPE.storageProfile, 'modes')?.status?.claimPropertySets).toEqual([{ accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }]);
    cluster.store.remove(TYPE.storageClass, 'rwo');
    await until(cluster, () => cluster.store.get(TYPE.storageProfile, 'rwo') === undefined);
  });
});

describe('clone strategies', () => {
  it('copy: deleted in the middle, leaves no pod and no temporary claim behind', async () => {
    const cluster = (world = createWorld({ classes: [strategyClass('copying', 'copy')], timings: { cloneBytesPerSecond: GIB / 60 } }));
    await readyImage(cluster, 'golden', GIB, { targetStorageClassName: 'copying' });
    cloneTo(cluster, 'disk', { storageClassName: 'copying' });
    await until(cluster, () => get(cluster, 'dataVolume', 'disk')?.status?.phase === 'CloneInProgress');
    cluster.store.remove(TYPE.dataVolume, 'default/disk');
    await until(cluster, () => cluster.store.list(TYPE.pvc).map(({ metadata }) => metadata.name).join() === 'golden' && cluster.store.list(TYPE.pod).length === 0);
  });

  it('copy: both pods, both volumes, percent, rebind', async () => {
    const cluster = (world = createWorld({ classes: [strategyClass('copying', 'copy')], timings: { cloneBytesPerSecond: GIB / 20 } }));
    await readyImage(cluster, 'golden', GIB, { targetStorageClassName: 'copying' });
    const phases = phasesOf(cluster, 'disk');
    cloneTo(cluster, 'disk', { storageClassName: 'copying' });
    await until(cluster, () => get(cluster, 'dataVolume', 'disk')?.status?.phase === 'CloneInProgress');
    await until(cluster, () => Number.parseFloat(String(get(cluster, 'dataVolume', 'disk')?.status?.progress)) > 20);
    expect(get(cluster, 'dataVolume', 'disk')?.status?.progress).toMatch(/^\d+\.\d\d%$/);
    expect(findCondition(get(cluster, 'dataVolume', 'disk'), 'Running')?.status).toBe('True');
    const pods = cluster.store.list(TYPE.pod).map(({ metadata }) => metadata.name);
    expect(pods.some((name) => name.startsWith('cdi-upload-tmp-pvc-'))).toBe(true);
    expect(pods.some((name) => name.endsWith('-source-pod'))).toBe(true);
    const golden = String(get(cluster, 'pvc', 'golden')?.spec?.volumeName);
    expect(get(cluster, 'longhornVolume', golden, 'longhorn-system')?.status?.state).toBe('attached');
    await until(cluster, () => isDone(cluster, 'disk'));
    expect(phases).toEqual(expect.arrayContaining(['CloneScheduled', 'CloneInProgress', 'RebindInProgress', 'Succeeded']));
    expect(get(cluster, 'pvc', 'disk')?.metadata.annotations).toMatchObject({ 'cdi.kubevirt.io/cloneType': 'copy', 'k8s.io/CloneOf': 'true' });
    await until(cluster, () => cluster.store.list(TYPE.pod).length === 0 && cluster.store.list(TYPE.pvc).length === 2);
  });

  it('csi-clone: by Longhorn, then grown, then handed over', async () => {
    const cluster = (world = createWorld());
    await readyImage(cluster, 'golden', GIB);
    const phases = phasesOf(cluster, 'disk');
    cloneTo(cluster, 'disk');
    await until(cluster, () => isDone(cluster, 'disk'));
    expect(phases.filter((phase) => phase !== 'Pending')).toEqual(['CSICloneInProgress', 'PrepClaimInProgress', 'RebindInProgress', 'Succeeded']);
    expect(get(cluster, 'pvc', 'disk')?.status?.capacity).toEqual({ storage: '5Gi' });
    const volume = get(cluster, 'longhornVolume', String(get(cluster, 'pvc', 'disk')?.spec?.volumeName), 'longhorn-system');
    expect(volume?.spec).toMatchObject({ cloneMode: 'full-copy', dataSource: `vol://${String(get(cluster, 'pvc', 'golden')?.spec?.volumeName)}` });
  });

  it('snapshot: a temporary snapshot that goes again', async () => {
    const cluster = (world = createWorld({ classes: [strategyClass('snapping', 'snapshot')] }));
    await readyImage(cluster, 'golden', GIB, { targetStorageClassName: 'snapping' });
    const phases = phasesOf(cluster, 'disk');
    cloneTo(cluster, 'disk', { storageClassName: 'snapping' });
    await until(cluster, () => isDone(cluster, 'disk'));
    expect(phases.filter((phase) => phase !== 'Pending')).toEqual(['SnapshotForSmartCloneInProgress', 'CloneFromSnapshotSourceInProgress', 'PrepClaimInProgress', 'RebindInProgress', 'Succeeded']);
    await until(cluster, () => cluster.store.list(TYPE.volumeSnapshot).length === 0);
  });

  it.each([
    ['another class', 'harvester-longhorn', 'IncompatibleProvisioners'],
    ['a class without snapshot class', 'bare', 'NoVolumeSnapshotClass'],
    ['a class that cannot grow', 'fixed', 'NoVolumeExpansion']
  ])('falls back to a copy for %s, and says why', async (_name, target, reason) => {
    const cluster = (world = createWorld({
      classes: [strategyClass('fixed', 'csi-clone', V2_PARAMETERS, { allowVolumeExpansion: false }), storageClass('bare', V2_PARAMETERS, { metadata: { name: 'bare', annotations: { 'cdi.harvesterhci.io/storageProfileCloneStrategy': 'snapshot', 'cdi.harvesterhci.io/storageProfileVolumeSnapshotClass': 'none' } } })]
    }));
    await readyImage(cluster, 'golden', GIB, { targetStorageClassName: target === 'harvester-longhorn' ? 'longhorn-v2' : target });
    cluster.store.edit(TYPE.storageClass, 'harvester-longhorn', (draft) => { draft.metadata.annotations = { ...draft.metadata.annotations, 'cdi.harvesterhci.io/storageProfileCloneStrategy': 'csi-clone' }; });
    cluster.clock.advance(1000);
    cloneTo(cluster, 'disk', { storageClassName: target });
    await until(cluster, () => isDone(cluster, 'disk'));
    expect(eventReasons(cluster)).toContain(reason);
    expect(get(cluster, 'pvc', 'disk')?.metadata.annotations?.['cdi.kubevirt.io/cloneType']).toBe('copy');
  });

  it('csi-clone of v2 before Longhorn 1.10 is refused for ever', async () => {
    const cluster = (world = createWorld({ profile: PROFILES['1.6'], classes: [strategyClass('cloning', 'csi-clone')] }));
    await readyImage(cluster, 'golden', GIB, { targetStorageClassName: 'cloning' });
    cloneTo(cluster, 'disk', { storageClassName: 'cloning' });
    await until(cluster, () => eventReasons(cluster).includes('ProvisioningFailed'));
    cluster.clock.advance(600_000);
    expect(get(cluster, 'dataVolume', 'disk')?.status?.phase).toBe('CSICloneInProgress');
  });

  it('copy waits for a source in use', async () => {
    const cluster = (world = createWorld({ classes: [strategyClass('copying', 'copy')] }));
    await readyImage(cluster, 'golden', GIB, { targetStorageClassName: 'copying' });
    cluster.store.create(TYPE.pod, { metadata: { name: 'user', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'golden' } }] }, status: { phase: 'Pending' } });
    cloneTo(cluster, 'disk', { storageClassName: 'copying' });
    await until(cluster, () => eventReasons(cluster).includes('CloneSourceInUse'));
    expect(findCondition(get(cluster, 'dataVolume', 'disk'), 'Running')?.message).toBe('pod default/user using PersistentVolumeClaim golden');
    cluster.store.remove(TYPE.pod, 'default/user');
    await until(cluster, () => isDone(cluster, 'disk'));
  });

  it('several clones of one image run at once', async () => {
    const cluster = (world = createWorld({ classes: [strategyClass('copying', 'copy')] }));
    await readyImage(cluster, 'golden', GIB, { targetStorageClassName: 'copying' });
    for (const name of ['a', 'b', 'c']) cloneTo(cluster, name, { storageClassName: 'copying' });
    await until(cluster, () => ['a', 'b', 'c'].every((name) => isDone(cluster, name)));
    expect(eventReasons(cluster)).not.toContain('FailedAttachVolume');
  });

  it('clones into another namespace', async () => {
    const cluster = (world = createWorld());
    cluster.store.create('namespace', { metadata: { name: 'team' } });
    await readyImage(cluster, 'golden', GIB);
    cloneTo(cluster, 'disk', { namespace: 'team' });
    await until(cluster, () => isDone(cluster, 'disk', 'team'));
    expect(get(cluster, 'pvc', 'disk', 'team')?.status?.phase).toBe('Bound');
  });

  it('stops with CloneWithoutSource when the image goes away under it', async () => {
    const cluster = (world = createWorld({ longhorn: fakeLonghorn({ cloneDelay: 600_000 }) }));
    await readyImage(cluster, 'golden', GIB);
    cloneTo(cluster, 'disk');
    await until(cluster, () => get(cluster, 'dataVolume', 'disk')?.status?.phase === 'CSICloneInProgress');
    cluster.store.remove(TYPE.image, 'default/golden');
    await until(cluster, () => findCondition(get(cluster, 'dataVolume', 'disk'), 'Running')?.reason === 'CloneWithoutSource');
    expect(findCondition(get(cluster, 'dataVolume', 'disk'), 'Running')?.message).toBe("The source pvc golden doesn't exist");
  });

  it('refuses a target smaller than its source', async () => {
    const cluster = (world = createWorld());
    await readyImage(cluster, 'golden', 8 * GIB);
    cloneTo(cluster, 'disk', { size: '5Gi' });
    await until(cluster, () => eventReasons(cluster).includes('ErrIncompatiblePVC'));
    expect(findCondition(get(cluster, 'dataVolume', 'disk'), 'Running')?.message).toBe(`target resources requests storage size is smaller than the source ${5 * GIB} < ${8 * GIB}`);
  });
});

describe('imports that stall', () => {
  it('a server that answers 404 to all: the image says Importing, the importer says why', async () => {
    const page = Buffer.from(`<html>${'no such image '.repeat(40)}</html>`);
    server = await serve(page, (req, res) => {
      res.writeHead(404, { 'content-length': page.length });
      res.end(req.method === 'HEAD' ? undefined : page);
      return true;
    });
    const cluster = (world = createWorld());
    createImage(cluster, 'boot', { url: server.url });
    await until(cluster, () => Number(get(cluster, 'dataVolume', 'boot')?.status?.restartCount) >= 2);
    expect(get(cluster, 'image', 'boot')?.status).toMatchObject({ failed: 0, size: page.length });
    expect(findCondition(get(cluster, 'image', 'boot'), 'Imported')).toMatchObject({ status: 'Unknown', reason: 'Importing' });
    expect(get(cluster, 'dataVolume', 'boot')?.status?.phase).toBe('ImportInProgress');
    expect(findCondition(get(cluster, 'dataVolume', 'boot'), 'Running')).toMatchObject({ status: 'False', reason: 'Error', message: 'Unable to connect to http data source: expected status code 200, got 404. Status: 404 Not Found' });
  });

  it('a compressed image does not fit into what its compressed size asked for', async () => {
    const body = Buffer.alloc(4 * 1024 * 1024, 1);
    body.set([0x1f, 0x8b, 8, 0]);
    server = await serve(body);
    const cluster = (world = createWorld());
    createImage(cluster, 'boot', { url: server.url });
    await until(cluster, () => Number(get(cluster, 'dataVolume', 'boot')?.status?.restartCount) >= 1);
    expect(findCondition(get(cluster, 'dataVolume', 'boot'), 'Running')?.message).toContain('no space left on device');
    expect(get(cluster, 'image', 'boot')?.status?.progress).not.toBe(100);
  });

  it('a class that waits for its first consumer is bound at once for images', async () => {
    const cluster = (world = createWorld({ classes: [storageClass('wffc', V2_PARAMETERS, { volumeBindingMode: 'WaitForFirstConsumer' })] }));
    server = await serve(fakeQcow2(GIB));
    createImage(cluster, 'boot', { url: server.url, targetStorageClassName: 'wffc' });
    await until(cluster, () => get(cluster, 'image', 'boot')?.status?.progress === 100);
    expect(get(cluster, 'dataVolume', 'boot')?.metadata.annotations).toEqual({ 'cdi.kubevirt.io/storage.bind.immediate.requested': 'true' });
    cluster.store.create(TYPE.dataVolume, { metadata: { name: 'blank', namespace: 'default' }, spec: { source: { blank: {} }, storage: { storageClassName: 'wffc', resources: { requests: { storage: '1Gi' } } } } });
    await until(cluster, () => get(cluster, 'dataVolume', 'blank')?.status?.phase === 'PendingPopulation');
  });

  it('goes on elsewhere when the importer’s node is lost for good', async () => {
    const cluster = (world = createWorld({ timings: { importBytesPerSecond: GIB / 400 } }));
    server = await serve(fakeQcow2(GIB));
    createImage(cluster, 'boot', { url: server.url });
    await until(cluster, () => get(cluster, 'dataVolume', 'boot')?.status?.phase === 'ImportInProgress');
    const node = String(cluster.store.list(TYPE.pod)[0]?.spec?.nodeName);
    cluster.faults.downNodes.add(node);
    cluster.store.edit(TYPE.node, node, (draft) => { Object.assign(draft.status ?? {}, { conditions: [{ type: 'Ready', status: 'Unknown' }] }); });
    cluster.clock.advance(100_000);
    expect(get(cluster, 'image', 'boot')?.status?.progress).not.toBe(100);
    await until(cluster, () => get(cluster, 'image', 'boot')?.status?.progress === 100, 1_200_000);
  });
});
