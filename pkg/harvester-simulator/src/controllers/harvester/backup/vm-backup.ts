import type { Cluster, Fields, KubeObject } from '../../../contract';
import { setCondition, statusOf } from '../support/conditions';
import { defineController, objectKey } from '../support/controller';
import { ownerReference } from '../support/pods';
import { keyOf, LONGHORN_DRIVER, TYPE } from '../support/types';
import { capacityOf, getClaim, isBound } from '../storage/claims';
import { claimNameOf, templateSpec, volumesOf } from '../machine/machine';

const POLL = 1000;
/** What a backup sends to its target per second; a snapshot is taken at once. */
const BACKUP_BYTES_PER_SECOND = 80 * 1024 * 1024;

/** One disk of a backup (`volumeBackups[]`). */
interface VolumeBackup extends Fields {
  name: string;
  volumeName: string;
  readyToUse: boolean;
  volumeSize: number;
  progress: number;
}

/** Snapshot class that the setting `csi-driver-config` names for a kind of backup. */
export function snapshotClassFor(cluster: Cluster, type: string): string {
  const setting = cluster.store.get(TYPE.setting, 'csi-driver-config');
  const fallback = type === 'snapshot' ? 'longhorn-snapshot' : 'longhorn';
  try {
    const drivers = JSON.parse(String(setting?.value || setting?.default || '{}')) as Record<string, { volumeSnapshotClassName?: string; backupVolumeSnapshotClassName?: string }>;
    const driver = drivers[LONGHORN_DRIVER];
    return (type === 'snapshot' ? driver?.volumeSnapshotClassName : driver?.backupVolumeSnapshotClassName) ?? fallback;
  } catch {
    return fallback;
  }
}

function backupTarget(cluster: Cluster): Fields | undefined {
  try {
    const { endpoint, bucketName, bucketRegion } = JSON.parse(String(cluster.store.get(TYPE.setting, 'backup-target')?.value ?? '')) as Record<string, string | undefined>;
    return { ...(endpoint === undefined ? {} : { endpoint }), ...(bucketName === undefined ? {} : { bucketName }), ...(bucketRegion === undefined ? {} : { bucketRegion }) };
  } catch {
    return undefined;
  }
}

function volumeBackupsOf(cluster: Cluster, backup: KubeObject, vm: KubeObject): VolumeBackup[] {
  const namespace = vm.metadata.namespace ?? 'default';
  return volumesOf(templateSpec(vm)).flatMap((volume) => {
    const claim = getClaim(cluster, namespace, claimNameOf(volume) ?? '');
    if (claim === undefined) return [];
    const { name, labels, annotations } = claim.metadata;
    return [{
      name: `${backup.metadata.name}-volume-${name}`,
      volumeName: volume.name,
      csiDriverName: LONGHORN_DRIVER,
      persistentVolumeClaim: { metadata: { name, namespace, ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) }, spec: structuredClone(claim.spec ?? {}) },
      volumeSize: capacityOf(claim),
      progress: 0,
      readyToUse: false
    }];
  });
}

function fail(cluster: Cluster, key: string, message: string): void {
  cluster.store.edit(TYPE.vmBackup, key, (draft) => {
    const status = statusOf(draft);
    status.readyToUse = false;
    status.error ??= { time: cluster.clock.iso(), message };
    setCondition(draft, cluster.clock.iso(), 'lastUpdateTime', { type: 'InProgress', status: 'False', reason: 'Error', message });
    setCondition(draft, cluster.clock.iso(), 'lastUpdateTime', { type: 'Ready', status: 'False', reason: 'Error', message });
  });
}

/** Writes what the backup holds: the machine as it is, one entry per disk, its secrets. */
function begin(cluster: Cluster, backup: KubeObject, vm: KubeObject): void {
  const type = String(backup.spec?.type ?? 'backup');
  const secrets = volumesOf(templateSpec(vm)).flatMap((volume) => {
    const name = (volume.cloudInitNoCloud ?? volume.cloudInitConfigDrive)?.secretRef?.name;
    const secret = name === undefined ? undefined : cluster.store.get(TYPE.secret, keyOf(vm.metadata.namespace, name));
    return name === undefined || secret === undefined ? [] : [{ name, data: { ...(secret.data as Record<string, string> | undefined) } }];
  });
  cluster.store.edit(TYPE.vmBackup, objectKey(backup), (draft) => {
    draft.metadata.ownerReferences = [ownerReference(vm, {})];
    const status = statusOf(draft);
    const { name, namespace, labels, annotations } = vm.metadata;
    Object.assign(status, {
      sourceUID: vm.metadata.uid,
      source: { metadata: { name, namespace, ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) }, spec: structuredClone(vm.spec ?? {}) },
      volumeBackups: volumeBackupsOf(cluster, backup, vm),
      secretBackups: secrets,
      csiDriverVolumeSnapshotClassNames: { [LONGHORN_DRIVER]: snapshotClassFor(cluster, type) },
      progress: 0,
      readyToUse: false,
      ...(type === 'backup' ? { backupTarget: backupTarget(cluster) ?? {} } : {})
    });
    setCondition(draft, cluster.clock.iso(), 'lastUpdateTime', { type: 'InProgress', status: 'True', reason: 'Operation in progress', message: '' });
    setCondition(draft, cluster.clock.iso(), 'lastUpdateTime', { type: 'Ready', status: 'False', reason: 'Not Ready', message: '' });
  });
}

/** Moves one disk on: its snapshot, then (for a backup) its way to the target. */
function advance(cluster: Cluster, backup: KubeObject, entry: VolumeBackup): VolumeBackup {
  if (entry.readyToUse) return entry;
  const namespace = backup.metadata.namespace ?? 'default';
  const key = keyOf(namespace, entry.name);
  const snapshot = cluster.store.get(TYPE.volumeSnapshot, key) ?? cluster.store.create(TYPE.volumeSnapshot, {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: { name: entry.name, namespace, annotations: { 'backups.harvesterhci.io/volumebackup': entry.name }, ownerReferences: [ownerReference(backup)] },
    spec: { source: { persistentVolumeClaimName: entry.persistentVolumeClaim.metadata.name }, volumeSnapshotClassName: snapshotClassFor(cluster, String(backup.spec?.type ?? 'backup')) }
  });
  const error = snapshot.status?.error as { time: string; message: string } | undefined;
  if (error !== undefined) return { ...entry, error: { ...error } };
  if (snapshot.status?.readyToUse !== true) return entry;
  const { error: _gone, ...fine } = entry;
  const since = Date.parse(String(snapshot.status.creationTime ?? ''));
  const sent = backup.spec?.type === 'snapshot' ? 1 : Math.min(1, (((cluster.clock.now() - since) / 1000) * BACKUP_BYTES_PER_SECOND) / Math.max(1, entry.volumeSize));
  return { ...(fine as VolumeBackup), creationTime: snapshot.status.creationTime, progress: Math.floor(sent * 100), readyToUse: sent >= 1, ...(backup.spec?.type === 'snapshot' ? {} : { longhornBackupName: `backup-${(snapshot.metadata.uid ?? '').slice(0, 16)}` }) };
}

function finish(cluster: Cluster, backup: KubeObject): void {
  cluster.store.edit(TYPE.vmBackup, objectKey(backup), (draft) => {
    const now = cluster.clock.iso();
    Object.assign(statusOf(draft), { creationTime: now, progress: 100, readyToUse: true });
    delete statusOf(draft).error;
    setCondition(draft, now, 'lastUpdateTime', { type: 'InProgress', status: 'False', reason: 'Operation complete', message: '' });
    setCondition(draft, now, 'lastUpdateTime', { type: 'Ready', status: 'True', reason: 'Operation complete', message: '' });
  });
}

/** While a backup runs, its machine says so, and offers no second one. */
function markMachine(cluster: Cluster, vm: KubeObject, name: string | undefined): void {
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
    if (name === undefined) delete statusOf(draft).snapshotInProgress;
    else statusOf(draft).snapshotInProgress = name;
  });
}

/** Harvester's backup controller: backups to the target and snapshots in the cluster, of a machine with all its disks. */
export const vmBackupController = defineController({
  name: 'vm-backup-controller',
  watches: [{ typeId: TYPE.vmBackup }],
  create: (cluster) => (key) => {
    const backup = cluster.store.get(TYPE.vmBackup, key);
    if (backup === undefined || backup.metadata.deletionTimestamp !== undefined || backup.status?.readyToUse === true) return undefined;
    const vm = cluster.store.get(TYPE.vm, keyOf(backup.metadata.namespace, String(backup.spec?.source?.name ?? '')));
    if (vm === undefined) {
      fail(cluster, key, `virtualmachines.kubevirt.io "${String(backup.spec?.source?.name ?? '')}" not found`);
      return undefined;
    }
    if (backup.status?.volumeBackups === undefined) {
      const unbound = volumesOf(templateSpec(vm)).flatMap((volume) => getClaim(cluster, vm.metadata.namespace ?? 'default', claimNameOf(volume) ?? '') ?? []).find((claim) => !isBound(claim));
      if (unbound !== undefined) {
        fail(cluster, key, `PVC ${objectKey(unbound)} is not bound`);
        return POLL * 5;
      }
      begin(cluster, backup, vm);
      markMachine(cluster, vm, backup.metadata.name);
      return POLL;
    }
    const entries = (backup.status.volumeBackups as VolumeBackup[]).map((entry) => advance(cluster, backup, entry));
    const bytes = entries.reduce((sum, { volumeSize }) => sum + volumeSize, 0);
    cluster.store.edit(TYPE.vmBackup, key, (draft) => {
      statusOf(draft).volumeBackups = entries;
      statusOf(draft).progress = bytes === 0 ? 100 : Math.floor(entries.reduce((sum, { volumeSize, progress }) => sum + (volumeSize / bytes) * progress, 0));
    });
    if (!entries.every(({ readyToUse }) => readyToUse)) return POLL;
    finish(cluster, backup);
    markMachine(cluster, vm, undefined);
    return undefined;
  }
});
