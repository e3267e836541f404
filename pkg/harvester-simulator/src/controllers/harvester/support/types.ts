/** Steve type ids, annotation and label keys used by the Harvester, CDI, KubeVirt and Kubernetes controllers. */
export const TYPE = {
  image: 'harvesterhci.io.virtualmachineimage',
  downloader: 'harvesterhci.io.virtualmachineimagedownloader',
  setting: 'harvesterhci.io.setting',
  vmBackup: 'harvesterhci.io.virtualmachinebackup',
  vmRestore: 'harvesterhci.io.virtualmachinerestore',
  template: 'harvesterhci.io.virtualmachinetemplate',
  templateVersion: 'harvesterhci.io.virtualmachinetemplateversion',
  dataVolume: 'cdi.kubevirt.io.datavolume',
  storageProfile: 'cdi.kubevirt.io.storageprofile',
  storageClass: 'storage.k8s.io.storageclass',
  pvc: 'persistentvolumeclaim',
  pv: 'persistentvolume',
  pod: 'pod',
  node: 'node',
  secret: 'secret',
  vm: 'kubevirt.io.virtualmachine',
  vmi: 'kubevirt.io.virtualmachineinstance',
  vmim: 'kubevirt.io.virtualmachineinstancemigration',
  longhornVolume: 'longhorn.io.volume',
  longhornAttachment: 'longhorn.io.volumeattachment',
  longhornReplica: 'longhorn.io.replica',
  longhornEngine: 'longhorn.io.engine',
  longhornSetting: 'longhorn.io.setting',
  backingImage: 'longhorn.io.backingimage',
  volumeSnapshot: 'snapshot.storage.k8s.io.volumesnapshot',
  volumeSnapshotClass: 'snapshot.storage.k8s.io.volumesnapshotclass'
} as const;

export const LONGHORN_NAMESPACE = 'longhorn-system';
export const LONGHORN_DRIVER = 'driver.longhorn.io';

/** Harvester's own keys. */
export const HARVESTER = {
  storageClassName: 'harvesterhci.io/storageClassName',
  imageDisplayName: 'harvesterhci.io/imageDisplayName',
  imageId: 'harvesterhci.io/imageId',
  goldenImage: 'harvesterhci.io/goldenImage',
  osUpgradeImage: 'harvesterhci.io/os-upgrade-image',
  volumeClaimTemplates: 'harvesterhci.io/volumeClaimTemplates',
  removedClaims: 'harvesterhci.io/removedPersistentVolumeClaims',
  vmName: 'harvesterhci.io/vmName',
  migrationState: 'harvesterhci.io/migrationState',
  migrationUid: 'harvesterhci.io/migrationUID',
  migrationTarget: 'harvesterhci.io/migrationTargetNodeName',
  maintainStatus: 'harvesterhci.io/maintain-status',
  drainRequested: 'harvesterhci.io/drain-requested',
  witness: 'node-role.harvesterhci.io/witness',
  cloneStrategy: 'cdi.harvesterhci.io/storageProfileCloneStrategy',
  snapshotClass: 'cdi.harvesterhci.io/storageProfileVolumeSnapshotClass',
  volumeModeAccessModes: 'cdi.harvesterhci.io/storageProfileVolumeModeAccessModes'
} as const;

/** CDI's keys. */
export const CDI = {
  bindImmediate: 'cdi.kubevirt.io/storage.bind.immediate.requested',
  createdForDataVolume: 'cdi.kubevirt.io/createdForDataVolume',
  cloneType: 'cdi.kubevirt.io/cloneType',
  cloneOf: 'k8s.io/CloneOf',
  clonePhase: 'cdi.kubevirt.io/clonePhase',
  populatorKind: 'cdi.kubevirt.io/storage.populator.kind',
  populatorProgress: 'cdi.kubevirt.io/storage.populator.progress',
  pvcPrime: 'cdi.kubevirt.io/storage.populator.pvcPrime',
  usePopulator: 'cdi.kubevirt.io/storage.usePopulator',
  contentType: 'cdi.kubevirt.io/storage.contentType',
  podPhase: 'cdi.kubevirt.io/storage.pod.phase',
  podRestarts: 'cdi.kubevirt.io/storage.pod.restarts',
  podReady: 'cdi.kubevirt.io/storage.pod.ready',
  runningCondition: 'cdi.kubevirt.io/storage.condition.running',
  runningMessage: 'cdi.kubevirt.io/storage.condition.running.message',
  runningReason: 'cdi.kubevirt.io/storage.condition.running.reason'
} as const;

/** `<namespace>/<name>`, the store's key of a namespaced object. */
export function keyOf(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
