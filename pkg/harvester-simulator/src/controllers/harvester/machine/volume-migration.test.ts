import { describe, expect, it, vi } from 'vitest';
import type { RunningCluster } from '../../../cluster';
import { call, offered, refusal, running } from '../actions/test-calls';
import { TYPE } from '../support/types';
import { get, until } from '../test-support';

vi.setConfig({ testTimeout: 30_000 });

const CLAIM = 'vm1-disk-0-abcde';

async function withTarget(): Promise<RunningCluster> {
  const cluster = await running();
  cluster.store.create(TYPE.pvc, { metadata: { name: 'target', namespace: 'default' }, spec: { accessModes: ['ReadWriteMany'], volumeMode: 'Block', storageClassName: 'harvester-longhorn', resources: { requests: { storage: '10Gi' } } } });
  await until(cluster, () => get(cluster, 'pvc', 'target')?.status?.phase === 'Bound');
  return cluster;
}

const mounted = (cluster: RunningCluster): unknown => (get(cluster, 'vmi', 'vm1')?.spec?.volumes as { persistentVolumeClaim?: { claimName: string } }[])[0]?.persistentVolumeClaim?.claimName;

describe('moving a disk of a running machine', () => {
  it('copies it to the other claim during a migration, and leaves the old claim behind', async () => {
    const cluster = await withTarget();
    const home = get(cluster, 'vmi', 'vm1')?.status?.nodeName as string;
    await call(cluster, 'default/vm1', 'storageMigration', { sourceVolume: CLAIM, targetVolume: 'target' });
    await until(cluster, () => get(cluster, 'vmi', 'vm1')?.status?.migratedVolumes !== undefined);
    expect(get(cluster, 'vm', 'vm1')?.status?.volumeUpdateState).toMatchObject({ volumeMigrationState: { migratedVolumes: [{ volumeName: 'disk-0', sourcePVCInfo: { claimName: CLAIM }, destinationPVCInfo: { claimName: 'target' } }] } });
    expect(mounted(cluster)).toBe(CLAIM);
    expect(offered(cluster, 'default/vm1')).toContain('cancelStorageMigration');
    expect(offered(cluster, 'default/vm1')).not.toContain('storageMigration');
    expect(await refusal(cluster, 'default/vm1', 'storageMigration', { sourceVolume: 'target', targetVolume: CLAIM })).toEqual([500, 'only one volume migration is allowed at a time']);
    const begun = cluster.clock.now();
    await until(cluster, () => mounted(cluster) === 'target');
    // Ten GiB at the rate of a copy.
    expect((cluster.clock.now() - begun) / 1000).toBeGreaterThan(50);
    await until(cluster, () => get(cluster, 'vm', 'vm1')?.status?.volumeUpdateState === undefined);
    expect(get(cluster, 'vmi', 'vm1')?.status).not.toHaveProperty('migratedVolumes');
    expect(get(cluster, 'vmi', 'vm1')?.status?.nodeName).not.toBe(home);
    expect(get(cluster, 'vm', 'vm1')?.metadata.annotations?.['harvesterhci.io/volumeClaimTemplates']).toContain('"storageClassName":"harvester-longhorn"');
    await until(cluster, () => get(cluster, 'longhornVolume', String(get(cluster, 'pvc', CLAIM)?.spec?.volumeName), 'longhorn-system')?.status?.state === 'detached');
    expect(get(cluster, 'pvc', CLAIM)?.status?.phase).toBe('Bound');
  });

  it('can be called off: the guest stays on its old disk', async () => {
    const cluster = await withTarget();
    await call(cluster, 'default/vm1', 'storageMigration', { sourceVolume: CLAIM, targetVolume: 'target' });
    await until(cluster, () => cluster.store.list(TYPE.vmim)[0]?.status?.phase === 'Running');
    await call(cluster, 'default/vm1', 'cancelStorageMigration');
    await until(cluster, () => cluster.store.list(TYPE.vmim).length === 0 && get(cluster, 'vm', 'vm1')?.status?.volumeUpdateState === undefined);
    cluster.clock.advance(120_000);
    expect(mounted(cluster)).toBe(CLAIM);
    expect(cluster.store.list(TYPE.vmim)).toEqual([]);
    expect(await refusal(cluster, 'default/vm1', 'cancelStorageMigration')).toEqual([500, 'VM default/vm1 has no storage migration in progress']);
  });

  it('is refused in words', async () => {
    const cluster = await withTarget();
    const move = (sourceVolume: string, targetVolume: string): Promise<[number, string]> => refusal(cluster, 'default/vm1', 'storageMigration', { sourceVolume, targetVolume });
    expect(await move('', '')).toEqual([422, 'Parameter `sourceVolume` and `targetVolume` are required']);
    expect(await move('none', 'target')).toEqual([500, 'source volume none not found in VM default/vm1']);
    expect(await move(CLAIM, 'none')).toEqual([500, 'targetVolume PVC default/none not found']);
    cluster.store.create(TYPE.dataVolume, { metadata: { name: CLAIM, namespace: 'default' }, spec: {}, status: { phase: 'Succeeded' } });
    expect(await move(CLAIM, 'target')).toEqual([500, `source volume ${CLAIM} is a DataVolume, only PVC sources are supported for storage migration`]);
    cluster.store.remove(TYPE.dataVolume, `default/${CLAIM}`);
    await call(cluster, 'default/vm1', 'stop');
    await until(cluster, () => get(cluster, 'vmi', 'vm1') === undefined);
    expect(await move(CLAIM, 'target')).toEqual([500, 'VM must be running to migrate a volume']);
  });
});
