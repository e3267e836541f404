import { describe, expect, it, vi } from 'vitest';
import { PROFILES } from '../../../profiles';
import { call, offered, running } from '../actions/test-calls';
import { findCondition } from '../support/conditions';
import { TYPE } from '../support/types';
import { get, printable, until } from '../test-support';

vi.setConfig({ testTimeout: 30_000 });

const CLAIM = 'vm1-disk-0-abcde';
const v1 = { storageClassName: 'harvester-longhorn' };
const source = { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: 'vm1' };

describe('backups of a machine', () => {
  it('take a snapshot of every disk at once, keep the machine as it was, and say so on it meanwhile', async () => {
    const cluster = await running(v1);
    cluster.store.create(TYPE.vmBackup, { metadata: { name: 'snap', namespace: 'default' }, spec: { type: 'snapshot', source } });
    await until(cluster, () => get(cluster, 'vm', 'vm1')?.status?.snapshotInProgress === 'snap');
    expect(findCondition(get(cluster, 'vmBackup', 'snap'), 'InProgress')?.status).toBe('True');
    expect(offered(cluster, 'default/vm1')).not.toContain('snapshot');
    await until(cluster, () => get(cluster, 'vmBackup', 'snap')?.status?.readyToUse === true);
    const { status } = get(cluster, 'vmBackup', 'snap')!;
    expect(status).toMatchObject({ progress: 100, csiDriverVolumeSnapshotClassNames: { 'driver.longhorn.io': 'longhorn-snapshot' }, volumeBackups: [{ name: `snap-volume-${CLAIM}`, volumeName: 'disk-0', readyToUse: true, progress: 100 }], source: { metadata: { name: 'vm1' } } });
    expect(findCondition(get(cluster, 'vmBackup', 'snap'), 'Ready')).toMatchObject({ status: 'True', reason: 'Operation complete' });
    expect(get(cluster, 'volumeSnapshot', `snap-volume-${CLAIM}`)?.spec?.volumeSnapshotClassName).toBe('longhorn-snapshot');
    expect(get(cluster, 'vm', 'vm1')?.status?.snapshotInProgress).toBeUndefined();
  });

  it('go to the target with progress, which snapshots have none of', async () => {
    const cluster = await running(v1);
    cluster.store.create(TYPE.setting, { metadata: { name: 'backup-target' }, value: JSON.stringify({ type: 'nfs', endpoint: 'nfs://127.0.0.1:/backup' }), default: '' });
    await call(cluster, 'default/vm1', 'backup', { name: 'b1' });
    const seen = new Set<number>();
    cluster.store.watch(({ typeId, object }) => { if (typeId === TYPE.vmBackup) seen.add(Number(object.status?.progress)); });
    await until(cluster, () => get(cluster, 'vmBackup', 'b1')?.status?.readyToUse === true);
    expect([...seen].filter((progress) => progress > 0 && progress < 100).length).toBeGreaterThan(10);
    expect(get(cluster, 'vmBackup', 'b1')?.status).toMatchObject({ backupTarget: { endpoint: 'nfs://127.0.0.1:/backup' }, volumeBackups: [{ longhornBackupName: expect.stringMatching(/^backup-/) as string }] });
  });

  it('of a machine that is not there end with an error', async () => {
    const cluster = await running(v1);
    cluster.store.create(TYPE.vmBackup, { metadata: { name: 'b', namespace: 'default' }, spec: { type: 'snapshot', source: { ...source, name: 'none' } } });
    await until(cluster, () => get(cluster, 'vmBackup', 'b')?.status?.error !== undefined);
    expect(get(cluster, 'vmBackup', 'b')?.status?.error).toMatchObject({ message: 'virtualmachines.kubevirt.io "none" not found' });
  });

  it('come back as the same machine on new disks, or as a new one', async () => {
    const cluster = await running(v1, { profile: PROFILES['1.8'] });
    cluster.store.create(TYPE.setting, { metadata: { name: 'backup-target' }, value: JSON.stringify({ type: 'nfs', endpoint: 'nfs://127.0.0.1:/backup' }), default: '' });
    await call(cluster, 'default/vm1', 'backup', { name: 'b1' });
    await until(cluster, () => get(cluster, 'vmBackup', 'b1')?.status?.readyToUse === true);
    await call(cluster, 'default/vm1', 'stop');
    await until(cluster, () => printable(cluster, 'vm1') === 'Stopped');
    expect(offered(cluster, 'default/vm1')).toContain('restore');
    await call(cluster, 'default/vm1', 'restore', { name: 'r1', backupName: 'b1' });
    await until(cluster, () => get(cluster, 'vmRestore', 'r1')?.status?.complete === true);
    const claim = String((get(cluster, 'vm', 'vm1')?.spec?.template.spec.volumes as { persistentVolumeClaim: { claimName: string } }[])[0]?.persistentVolumeClaim.claimName);
    expect(claim).toMatch(/^restore-b1-.*-disk-0$/);
    expect(get(cluster, 'pvc', claim)?.spec?.dataSource).toMatchObject({ kind: 'VolumeSnapshot' });
    await until(cluster, () => printable(cluster, 'vm1') === 'Running');
    expect(get(cluster, 'pvc', CLAIM)?.status?.phase).toBe('Bound');
    cluster.store.create(TYPE.vmRestore, { metadata: { name: 'r2', namespace: 'default' }, spec: { target: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: 'vm2' }, virtualMachineBackupName: 'b1', virtualMachineBackupNamespace: 'default', newVM: true } });
    await until(cluster, () => printable(cluster, 'vm2') === 'Running');
    expect(findCondition(get(cluster, 'vmRestore', 'r2'), 'Ready')).toMatchObject({ status: 'True', message: 'Operation complete' });
  });
});
