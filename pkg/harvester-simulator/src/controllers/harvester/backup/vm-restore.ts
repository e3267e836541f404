import type { Cluster, Fields, KubeObject } from '../../../contract';
import { annotationsOf, setCondition, specOf, statusOf } from '../support/conditions';
import { defineController, objectKey } from '../support/controller';
import { HARVESTER, keyOf, TYPE } from '../support/types';
import { getClaim, isBound, longhornVolumeOf } from '../storage/claims';
import { claimTemplatesOf, runStrategyOf, volumesOf, type ClaimTemplate } from '../machine/machine';

const POLL = 1000;

interface Restored extends Fields {
  volumeName: string;
  persistentVolumeClaimSpec: { metadata: { name: string; namespace: string }; spec: Fields };
  volumeBackupName: string;
  progress: number;
}

function restoresOf(restore: KubeObject): Restored[] {
  return (restore.status?.restores ?? []) as Restored[];
}

function condition(cluster: Cluster, key: string, isDone: boolean): void {
  cluster.store.edit(TYPE.vmRestore, key, (draft) => {
    const now = cluster.clock.iso();
    setCondition(draft, now, 'lastUpdateTime', { type: 'InProgress', status: isDone ? 'False' : 'True', reason: '', message: isDone ? 'Operation complete' : 'Creating new PVCs' });
    setCondition(draft, now, 'lastUpdateTime', { type: 'Ready', status: isDone ? 'True' : 'False', reason: '', message: isDone ? 'Operation complete' : 'Waiting for new PVCs' });
  });
}

function begin(cluster: Cluster, restore: KubeObject, backup: KubeObject): void {
  const namespace = restore.metadata.namespace ?? 'default';
  const entries = (backup.status?.volumeBackups ?? []) as (Fields & { volumeName: string; name: string; persistentVolumeClaim: { spec: Fields } })[];
  cluster.store.edit(TYPE.vmRestore, objectKey(restore), (draft) => {
    const status = statusOf(draft);
    status.complete = false;
    status.progress = 0;
    status.restores = entries.map(({ volumeName, name, persistentVolumeClaim: { spec } }): Restored => ({
      volumeName,
      volumeBackupName: name,
      progress: 0,
      persistentVolumeClaimSpec: { metadata: { name: `restore-${backup.metadata.name}-${restore.metadata.uid ?? ''}-${volumeName}`, namespace }, spec: { accessModes: spec.accessModes, resources: spec.resources, storageClassName: spec.storageClassName, volumeMode: spec.volumeMode } }
    }));
  });
  condition(cluster, objectKey(restore), false);
  for (const { name, persistentVolumeClaim } of entries) {
    const claim = restoresOf(cluster.store.get(TYPE.vmRestore, objectKey(restore)) ?? restore).find((entry) => entry.volumeBackupName === name);
    if (claim === undefined || getClaim(cluster, namespace, claim.persistentVolumeClaimSpec.metadata.name) !== undefined) continue;
    const { accessModes, resources, storageClassName, volumeMode } = persistentVolumeClaim.spec;
    cluster.store.create(TYPE.pvc, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claim.persistentVolumeClaimSpec.metadata.name, namespace, annotations: { 'restore.harvesterhci.io/name': restore.metadata.name } },
      spec: { accessModes, resources, storageClassName, volumeMode, dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name } },
      status: { phase: 'Pending' }
    });
  }
}

/** Bound and, where Longhorn copies, copied: 0..100. */
function progressOf(cluster: Cluster, entry: Restored): number {
  const claim = getClaim(cluster, entry.persistentVolumeClaimSpec.metadata.namespace, entry.persistentVolumeClaimSpec.metadata.name);
  if (!isBound(claim)) return 0;
  const state = String(longhornVolumeOf(cluster, claim)?.status?.cloneStatus?.state ?? '');
  if (state === 'initiated') return 50;
  if (state === 'copy-completed-awaiting-healthy') return 90;
  return 100;
}

function withClaims(spec: Fields, claims: ReadonlyMap<string, string>): Fields {
  const copy = structuredClone(spec);
  for (const volume of volumesOf(copy.template.spec as Fields)) {
    const claimName = claims.get(volume.name);
    if (claimName !== undefined) volume.persistentVolumeClaim = { ...volume.persistentVolumeClaim, claimName };
  }
  return copy;
}

function templatesFor(restore: KubeObject): ClaimTemplate[] {
  return restoresOf(restore).map(({ persistentVolumeClaimSpec: { metadata, spec } }) => ({ metadata: { name: metadata.name }, spec }));
}

/** Gives the machine its restored disks: the machine it was taken from, or a new one. */
function finish(cluster: Cluster, restore: KubeObject, backup: KubeObject): void {
  const namespace = restore.metadata.namespace ?? 'default';
  const name = String(restore.spec?.target?.name ?? '');
  const source = backup.status?.source as { metadata: { name: string; labels?: Record<string, string> }; spec: Fields };
  const claims = new Map(restoresOf(restore).map((entry) => [entry.volumeName, entry.persistentVolumeClaimSpec.metadata.name]));
  const templates = JSON.stringify(templatesFor(restore));
  let machine = cluster.store.get(TYPE.vm, keyOf(namespace, name));
  const replaced = machine === undefined ? [] : claimTemplatesOf(machine).map(({ metadata }) => metadata.name);
  if (machine === undefined) {
    const spec = withClaims(source.spec, claims);
    for (const device of (spec.template.spec.domain.devices.interfaces ?? []) as Fields[]) if (restore.spec?.keepMacAddress !== true) delete device.macAddress;
    spec.template.metadata = { ...spec.template.metadata, labels: { ...spec.template.metadata?.labels, [HARVESTER.vmName]: name } };
    spec.template.spec.hostname = name;
    spec.runStrategy = restore.spec?.haltAfterRestore === true ? 'Halted' : 'RerunOnFailure';
    delete spec.running;
    machine = cluster.store.create(TYPE.vm, { metadata: { name, namespace, labels: { ...source.metadata.labels }, annotations: { [HARVESTER.volumeClaimTemplates]: templates, 'network.harvesterhci.io/ips': '[]', 'restore.harvesterhci.io/name': restore.metadata.name } }, spec });
  } else {
    cluster.store.edit(TYPE.vm, objectKey(machine), (draft) => {
      const strategy = restore.spec?.haltAfterRestore === true ? 'Halted' : draft.metadata.annotations?.['harvesterhci.io/vmRunStrategy'] ?? runStrategyOf(draft);
      draft.spec = { ...withClaims(specOf(draft), claims), runStrategy: strategy === 'Halted' && restore.spec?.haltAfterRestore !== true ? 'RerunOnFailure' : strategy };
      annotationsOf(draft)[HARVESTER.volumeClaimTemplates] = templates;
      annotationsOf(draft)['restore.harvesterhci.io/name'] = restore.metadata.name;
    });
  }
  if (restore.spec?.deletionPolicy === 'delete') for (const claim of replaced) cluster.store.remove(TYPE.pvc, keyOf(namespace, claim));
  cluster.store.edit(TYPE.vmRestore, objectKey(restore), (draft) => {
    Object.assign(statusOf(draft), { complete: true, progress: 100, restoreTime: cluster.clock.iso(), targetUID: machine?.metadata.uid });
  });
  condition(cluster, objectKey(restore), true);
}

/** Harvester's restore controller: new claims from a backup's snapshots, then the machine on them. */
export const vmRestoreController = defineController({
  name: 'vm-restore-controller',
  watches: [{ typeId: TYPE.vmRestore }],
  create: (cluster) => (key) => {
    const restore = cluster.store.get(TYPE.vmRestore, key);
    if (restore === undefined || restore.metadata.deletionTimestamp !== undefined || restore.status?.complete === true) return undefined;
    const backup = cluster.store.get(TYPE.vmBackup, keyOf(String(restore.spec?.virtualMachineBackupNamespace ?? restore.metadata.namespace), String(restore.spec?.virtualMachineBackupName ?? '')));
    if (backup?.status?.readyToUse !== true) return POLL * 5;
    if (restore.status?.restores === undefined) {
      begin(cluster, restore, backup);
      return POLL;
    }
    const entries = restoresOf(restore).map((entry) => ({ ...entry, progress: progressOf(cluster, entry) }));
    cluster.store.edit(TYPE.vmRestore, key, (draft) => {
      statusOf(draft).restores = entries;
      statusOf(draft).progress = Math.floor(entries.reduce((sum, { progress }) => sum + progress, 0) / Math.max(1, entries.length));
    });
    if (!entries.every(({ progress }) => progress === 100)) return POLL;
    finish(cluster, cluster.store.get(TYPE.vmRestore, key) ?? restore, backup);
    return undefined;
  }
});
