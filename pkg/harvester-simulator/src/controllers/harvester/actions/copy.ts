import { ActionError, StoreError, type ActionHandler, type Cluster, type Fields, type KubeObject } from '../../../contract';
import { findCondition } from '../support/conditions';
import { objectKey } from '../support/controller';
import { ownerReference } from '../support/pods';
import { CDI, HARVESTER, keyOf, TYPE } from '../support/types';
import { getClaim, longhornVolumeOf, parametersOf, storageClassOf } from '../storage/claims';
import { dataEngineOf } from '../storage/longhorn-volume';
import { claimNameOf, instanceOf, phaseOf, runStrategyOf, templateSpec, volumesOf, type ClaimTemplate, type VolumeEntry } from '../machine/machine';
import { action, always, refuse, required } from './support';

/** Annotations of the source that its clone keeps. */
const CLONED_ANNOTATIONS = ['harvesterhci.io/reservedMemory', 'harvesterhci.io/enableCPUAndMemoryHotplug'];

function claimOrRefuse(cluster: Cluster, vm: KubeObject, name: string): KubeObject {
  return getClaim(cluster, vm.metadata.namespace ?? 'default', name) ?? refuse(`persistentvolumeclaims "${name}" not found`, 404);
}

/** The specification of a VM without what is unique to it. */
function withoutIdentity(vm: KubeObject): Fields {
  const spec = structuredClone(vm.spec ?? {}) as Fields;
  for (const device of (spec.template?.spec?.domain?.devices?.interfaces ?? []) as Fields[]) delete device.macAddress;
  return spec;
}

function create(cluster: Cluster, typeId: string, object: Parameters<Cluster['store']['create']>[1], prefix = ''): KubeObject {
  try {
    return cluster.store.create(typeId, object);
  } catch (error) {
    if (error instanceof StoreError) throw new ActionError(error.status, prefix + error.message);
    throw error;
  }
}

function copySecret(cluster: Cluster, namespace: string, from: string, to: string, owner: KubeObject): void {
  const secret = cluster.store.get(TYPE.secret, keyOf(namespace, from));
  if (secret === undefined) refuse(`cannot get secret ${namespace}/${from}, err: secrets "${from}" not found`);
  create(cluster, TYPE.secret, { metadata: { name: to, namespace, ownerReferences: [ownerReference(owner, {})] }, data: secret.data, type: secret.type });
}

function cloudInitSecrets(volume: VolumeEntry): { name: string }[] {
  return [volume.cloudInitNoCloud?.secretRef, volume.cloudInitNoCloud?.networkDataSecretRef].filter((reference): reference is { name: string } => reference !== undefined);
}

/** A VM with the same disks, each a CSI clone of the source's: PVC `dataSource`, for Longhorn to carry out or refuse. */
function cloneMachine(cluster: Cluster, vm: KubeObject, body: Fields): undefined {
  const target = required(body, 'targetVm', 'Parameter targetVm are required');
  const namespace = vm.metadata.namespace ?? 'default';
  const spec = withoutIdentity(vm);
  const templates: ClaimTemplate[] = [];
  const secrets = new Map<string, string>();
  for (const volume of volumesOf(spec.template.spec as Fields)) {
    const claimName = claimNameOf(volume);
    if (claimName !== undefined && volume.persistentVolumeClaim !== undefined) {
      const claim = claimOrRefuse(cluster, vm, claimName);
      const imageId = claim.metadata.annotations?.[HARVESTER.imageId];
      const { accessModes, resources, storageClassName, volumeMode } = claim.spec ?? {};
      const name = `${target}-${volume.name}-${cluster.random.lower(5)}`;
      templates.push({ metadata: { name, annotations: imageId === undefined ? {} : { [HARVESTER.imageId]: imageId } }, spec: { accessModes, resources, storageClassName, volumeMode, dataSource: { kind: 'PersistentVolumeClaim', name: claimName } } });
      volume.persistentVolumeClaim.claimName = name;
    }
    for (const reference of cloudInitSecrets(volume)) {
      const renamed = secrets.get(reference.name) ?? `${target}-${cluster.random.lower(5)}`;
      secrets.set(reference.name, renamed);
      reference.name = renamed;
    }
  }
  delete spec.running;
  spec.runStrategy = typeof body.runStrategy === 'string' && body.runStrategy !== '' ? body.runStrategy : runStrategyOf(vm);
  spec.template.metadata = { ...spec.template.metadata, labels: { ...spec.template.metadata?.labels, [HARVESTER.vmName]: target } };
  spec.template.spec.hostname = target;
  const kept = Object.entries(vm.metadata.annotations ?? {}).filter(([name]) => CLONED_ANNOTATIONS.includes(name));
  const created = create(
    cluster,
    TYPE.vm,
    { metadata: { name: target, namespace, labels: { ...vm.metadata.labels }, annotations: { ...Object.fromEntries(kept), [HARVESTER.volumeClaimTemplates]: JSON.stringify(templates), 'network.harvesterhci.io/ips': '[]' } }, spec },
    `cannot create new VM ${namespace}/${target}, err: `
  );
  for (const [from, to] of secrets) copySecret(cluster, namespace, from, to, created);
  return undefined;
}

function usesCdi(cluster: Cluster, storageClassName: string): boolean {
  const storageClass = cluster.store.get(TYPE.storageClass, storageClassName);
  if (storageClass === undefined) refuse(`failed to get storage class ${storageClassName}, error: storageclass.storage.k8s.io "${storageClassName}" not found`);
  return storageClass.provisioner !== 'driver.longhorn.io' || dataEngineOf(parametersOf(storageClass)) === 'v2';
}

function exportDisk(cluster: Cluster, version: KubeObject, imageName: string, claim: KubeObject): KubeObject {
  const storageClassName = String(claim.spec?.storageClassName ?? '');
  return create(cluster, TYPE.image, {
    metadata: { name: imageName, namespace: version.metadata.namespace, annotations: { [HARVESTER.storageClassName]: storageClassName }, labels: { [HARVESTER.imageDisplayName]: imageName }, ownerReferences: [ownerReference(version, {})] },
    spec: {
      backend: usesCdi(cluster, storageClassName) ? 'cdi' : 'backingimage',
      displayName: imageName,
      sourceType: 'export-from-volume',
      pvcName: claim.metadata.name,
      pvcNamespace: claim.metadata.namespace,
      targetStorageClassName: storageClassName,
      retry: 3
    },
    status: { failed: 0 }
  });
}

/** A template and its first version from a VM; with data every disk is exported to an image as well. */
function createTemplate(cluster: Cluster, vm: KubeObject, body: Fields): undefined {
  const name = required(body, 'name', 'Template name is required');
  const namespace = vm.metadata.namespace ?? 'default';
  const versionName = `${name}-${cluster.random.lower(5)}`;
  const spec = withoutIdentity(vm);
  const annotations = { ...vm.metadata.annotations };
  const exports: { imageName: string; claim: KubeObject; claimName: string }[] = [];
  if (body.withData === true) {
    volumesOf(spec.template.spec as Fields).forEach((volume, index) => {
      if (volume.persistentVolumeClaim === undefined) return;
      const claim = claimOrRefuse(cluster, vm, volume.persistentVolumeClaim.claimName);
      const imageName = `templateversion-${versionName}-image-${index}`;
      const claimName = `templateversion-${versionName}-disk-${index}`;
      volume.persistentVolumeClaim.claimName = claimName;
      exports.push({ imageName, claim, claimName });
    });
  }
  const sshNames: unknown = JSON.parse(String(vm.spec?.template?.metadata?.annotations?.['harvesterhci.io/sshNames'] ?? '[]'));
  const template = create(cluster, TYPE.template, { metadata: { name, namespace }, spec: { description: String(body.description ?? ''), defaultVersionId: `${namespace}/${versionName}` }, status: { defaultVersion: 1, latestVersion: 1 } });
  const version = create(cluster, TYPE.templateVersion, {
    metadata: { name: versionName, namespace, labels: { 'template.harvesterhci.io/templateID': name }, ownerReferences: [ownerReference(template)] },
    spec: {
      templateId: `${namespace}/${name}`,
      description: `Template drived from virtual machine [${namespace}/${name}]`,
      keyPairIds: Array.isArray(sshNames) ? (sshNames as string[]) : [],
      vm: { metadata: { annotations, labels: { ...vm.metadata.labels } }, spec }
    },
    status: { version: 1 }
  });
  if (exports.length === 0) return undefined;
  const templates = exports.map(({ imageName, claim, claimName }): ClaimTemplate => {
    const image = exportDisk(cluster, version, imageName, claim);
    const { accessModes, resources, volumeMode } = claim.spec ?? {};
    // A backing image has a class of its own, named after it; CDI's stay on the class they came from.
    const storageClassName = claim.metadata.annotations?.[CDI.createdForDataVolume] === undefined ? `lh-${image.metadata.uid ?? ''}` : claim.spec?.storageClassName;
    return { metadata: { name: claimName, annotations: { [HARVESTER.imageId]: `${namespace}/${imageName}` } }, spec: { accessModes, resources, volumeMode, storageClassName } };
  });
  cluster.store.edit(TYPE.templateVersion, objectKey(version), (draft) => {
    const { metadata } = draft.spec?.vm as { metadata: { annotations: Record<string, string> } };
    metadata.annotations[HARVESTER.volumeClaimTemplates] = JSON.stringify(templates);
  });
  return undefined;
}

function canCreateTemplate(cluster: Cluster, vm: KubeObject): boolean {
  const vmi = instanceOf(cluster, vm);
  return vmi === undefined || (vmi.metadata.deletionTimestamp === undefined && ['Running', 'Succeeded'].includes(phaseOf(vmi)));
}

/** Whether the setting names a target other than "none". */
function hasBackupTarget(cluster: Cluster): boolean {
  const setting = cluster.store.get(TYPE.setting, 'backup-target');
  if (setting === undefined || findCondition(setting, 'configured')?.status === 'False') return false;
  try {
    const { type, endpoint, bucketName } = JSON.parse(String(setting.value ?? '')) as { type?: string; endpoint?: string; bucketName?: string };
    return (type === 'nfs' && (endpoint ?? '') !== '') || (type === 's3' && (bucketName ?? '') !== '');
  } catch {
    return false;
  }
}

function claimsOf(cluster: Cluster, vm: KubeObject): KubeObject[] {
  return volumesOf(templateSpec(vm)).flatMap((volume) => getClaim(cluster, vm.metadata.namespace ?? 'default', claimNameOf(volume) ?? '') ?? []);
}

function canSnapshot(cluster: Cluster, vm: KubeObject): boolean {
  if (vm.status?.snapshotInProgress !== undefined || vm.metadata.deletionTimestamp !== undefined) return false;
  const vmi = instanceOf(cluster, vm);
  return vmi === undefined || (vmi.metadata.deletionTimestamp === undefined && ['Running', 'Succeeded'].includes(phaseOf(vmi)));
}

function canBackUp(cluster: Cluster, vm: KubeObject): boolean {
  return canSnapshot(cluster, vm) && hasBackupTarget(cluster) && claimsOf(cluster, vm).every((claim) => claim.metadata.annotations?.[CDI.createdForDataVolume] === undefined);
}

/** What the webhook says to a backup of v2 disks: an ability matrix up to 1.6, nothing in 1.7 and 1.8, a check in 1.9. */
function backupRefusal(cluster: Cluster, vm: KubeObject): string | undefined {
  const v2 = claimsOf(cluster, vm).find((claim) => dataEngineOf(parametersOf(storageClassOf(cluster, claim))) === 'v2');
  const prefix = 'admission webhook "validator.harvesterhci.io" denied the request:';
  if (v2 === undefined) return undefined;
  if (cluster.profile.harvester === '1.9') return `${prefix} vm ${objectKey(vm)} contains Longhorn v2 volume ${longhornVolumeOf(cluster, v2)?.metadata.name ?? ''} from PVC ${objectKey(v2)}, which does not support VM backup`;
  if (cluster.profile.harvester === '1.5' || cluster.profile.harvester === '1.6') return `${prefix} provisioner v2.driver.longhorn.io is not supported for type backup`;
  return undefined;
}

function backUp(cluster: Cluster, vm: KubeObject, body: Fields): undefined {
  const name = required(body, 'name', 'Parameter backup name is required');
  if (!hasBackupTarget(cluster)) refuse('backup target is invalid');
  const refusal = backupRefusal(cluster, vm);
  if (refusal !== undefined) refuse(`failed to create VM backup, error: ${refusal}`);
  create(cluster, TYPE.vmBackup, { metadata: { name, namespace: vm.metadata.namespace }, spec: { source: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: vm.metadata.name }, type: 'backup' } }, 'failed to create VM backup, error: ');
  return undefined;
}

function canRestore(cluster: Cluster, vm: KubeObject): boolean {
  return vm.status?.ready !== true && instanceOf(cluster, vm) === undefined && cluster.store.list(TYPE.vmBackup, { namespace: vm.metadata.namespace }).some((backup) => backup.spec?.source?.name === vm.metadata.name);
}

function restore(cluster: Cluster, vm: KubeObject, body: Fields): undefined {
  const { name, backupName } = body as { name?: string; backupName?: string };
  if (!name || !backupName) throw new ActionError(422, 'Parameter name and backupName are required');
  if (!hasBackupTarget(cluster)) refuse('backup target is invalid');
  const namespace = vm.metadata.namespace ?? 'default';
  if (cluster.store.get(TYPE.vmBackup, keyOf(namespace, backupName)) === undefined) refuse(`virtualmachinebackups.harvesterhci.io "${backupName}" not found`, 404);
  create(
    cluster,
    TYPE.vmRestore,
    { metadata: { name, namespace }, spec: { target: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: vm.metadata.name }, virtualMachineBackupName: backupName, virtualMachineBackupNamespace: namespace, newVM: false, ...(body.keepMacAddress === true ? { keepMacAddress: true } : {}), ...(body.haltAfterRestore === true ? { haltAfterRestore: true } : {}) } },
    'failed to create restore, error: '
  );
  return undefined;
}

export const copyActions: ActionHandler[] = [
  action(TYPE.vm, 'clone', always, cloneMachine),
  action(TYPE.vm, 'createTemplate', canCreateTemplate, createTemplate),
  action(TYPE.vm, 'backup', canBackUp, backUp),
  // The snapshot object is the UI's to create; the handler does nothing upstream either.
  action(TYPE.vm, 'snapshot', canSnapshot, () => undefined),
  action(TYPE.vm, 'restore', canRestore, restore)
];
