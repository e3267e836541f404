import { describe, expect, it } from 'vitest';
import { createCluster } from '../cluster';
import type { HarvesterMinor, NewObject } from '../contract';
import { PROFILES } from '../profiles';
import { Access, type Role } from '../steve/access';
import { conformance } from '../test-conformance';
import { createObject, deleteObject, patchObject, type Writer } from './write';

/**
 * Every text with which Harvester's and Longhorn's webhooks refuse, by the section that tells of it, and one write that
 * meets it. A text without a write, and a write without a text, fails.
 */

const IMAGE = 'harvesterhci.io.virtualmachineimage';
const CLASS = 'storage.k8s.io.storageclass';
const VM = 'kubevirt.io.virtualmachine';
const VMI = 'kubevirt.io.virtualmachineinstance';
const CLAIM = 'persistentvolumeclaim';
const DATA_VOLUME = 'cdi.kubevirt.io.datavolume';
const BACKUP = 'harvesterhci.io.virtualmachinebackup';
const SETTING = 'harvesterhci.io.setting';
const LH_SETTING = 'longhorn.io.setting';
const LH_VOLUME = 'longhorn.io.volume';
const LH_REPLICA = 'longhorn.io.replica';
const LH_NODE = 'longhorn.io.node';
const LH = 'longhorn-system';
const IMAGE_CLASS = 'harvesterhci.io/storageClassName';
const TEMPLATES = 'harvesterhci.io/volumeClaimTemplates';

class World {
  readonly writer: Writer;

  constructor(minor: HarvesterMinor, role: Role) {
    const cluster = createCluster({ profile: PROFILES[minor] });
    cluster.start([conformance]);
    this.writer = { cluster, access: new Access(role, 'u-member', cluster.store), dryRun: false };
    this.put('namespace', { metadata: { name: 'default', annotations: { 'field.cattle.io/projectId': 'c-m-sim:p-default' } } });
    for (const name of ['kube-system', LH]) this.put('namespace', { metadata: { name } });
    this.put('snapshot.storage.k8s.io.volumesnapshotclass', { metadata: { name: 'longhorn-snapshot' } });
    this.put(CLASS, { metadata: { name: 'v2' }, provisioner: 'driver.longhorn.io', parameters: { dataEngine: 'v2' } });
    this.put(CLASS, { metadata: { name: 'v1' }, provisioner: 'driver.longhorn.io', parameters: {} });
  }

  /** Past admission: what is there already. */
  put(typeId: string, object: NewObject): void {
    this.writer.cluster.store.create(typeId, object);
  }

  create(typeId: string, body: Record<string, unknown>): string {
    const type = this.type(typeId);
    return createObject(this.writer, type, type.namespaced ? (typeId.startsWith('longhorn.io') ? LH : 'default') : undefined, body).metadata.name;
  }

  patch(typeId: string, name: string, change: Record<string, unknown>): void {
    const type = this.type(typeId);
    patchObject(this.writer, type, type.namespaced ? (typeId.startsWith('longhorn.io') ? LH : 'default') : undefined, name, change, 'merge');
  }

  remove(typeId: string, name: string): void {
    const type = this.type(typeId);
    deleteObject(this.writer, type, type.namespaced ? (typeId.startsWith('longhorn.io') ? LH : 'default') : undefined, name);
  }

  private type(typeId: string): NonNullable<ReturnType<Writer['cluster']['store']['type']>> {
    const type = this.writer.cluster.store.type(typeId);
    if (type === undefined) throw new Error(typeId);
    return type;
  }
}

const image = (spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): Record<string, unknown> =>
  ({ metadata: { name: 'i', namespace: 'default', ...metadata }, spec: { backend: 'cdi', displayName: 'jammy', sourceType: 'download', url: 'http://x/jammy', targetStorageClassName: 'v2', ...spec } });
const v1Image = (spec: Record<string, unknown> = {}): Record<string, unknown> => image({ backend: 'backingimage', targetStorageClassName: undefined, storageClassParameters: {}, ...spec });
const storageClass = (parameters: Record<string, unknown> = {}, annotations: Record<string, string> = {}): Record<string, unknown> =>
  ({ metadata: { name: 'new', annotations }, provisioner: 'driver.longhorn.io', parameters: { dataEngine: 'v2', ...parameters } });
const CDI = 'cdi.harvesterhci.io/';
const claim = (spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): Record<string, unknown> & { metadata: Record<string, unknown> } =>
  ({ metadata: { name: 'c', namespace: 'default', ...metadata }, spec: { accessModes: ['ReadWriteMany'], volumeMode: 'Block', storageClassName: 'v2', resources: { requests: { storage: '10Gi' } }, ...spec } });
const template = (spec: Record<string, unknown> = {}, name = 'c'): Record<string, unknown> => ({ metadata: { name }, spec: { storageClassName: 'v2', resources: { requests: { storage: '10Gi' } }, ...spec } });
const machine = (name = 'm', more: { templates?: unknown; claim?: string; labels?: Record<string, string>; mac?: string; hotpluggable?: boolean; spec?: object; domain?: object } = {}): Record<string, unknown> & { metadata: Record<string, unknown> } => ({
  metadata: { name, namespace: 'default', labels: more.labels ?? {}, annotations: { [TEMPLATES]: JSON.stringify(more.templates ?? []) } },
  spec: {
    runStrategy: 'RerunOnFailure',
    ...more.spec,
    template: { spec: { volumes: [{ name: 'disk-0', persistentVolumeClaim: { claimName: more.claim ?? 'c', ...(more.hotpluggable === true ? { hotpluggable: true } : {}) } }], domain: more.domain ?? { resources: { limits: { cpu: '2', memory: '4Gi' } }, devices: { interfaces: more.mac === undefined ? [] : [{ name: 'default', macAddress: more.mac }] } } } }
  }
});
const running = (world: World, name = 'm'): void => world.put(VMI, { metadata: { name, namespace: 'default' }, spec: { domain: { devices: {} } }, status: { phase: 'Running' } });
const backup = (type: string): Record<string, unknown> => ({ metadata: { name: 'b' }, spec: { type, source: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: 'm' } } });
const withV2Disk = (world: World): void => {
  world.put(VM, machine());
  world.put(CLAIM, claim({ volumeName: 'pvc-1' }));
  world.put('persistentvolume', { metadata: { name: 'pvc-1' }, spec: { csi: { volumeAttributes: { dataEngine: 'v2' } } } });
};
const volume = (spec: Record<string, unknown> = {}, name = 'v'): Record<string, unknown> & { metadata: Record<string, unknown> } => ({ metadata: { name, namespace: LH }, spec: { dataEngine: 'v2', numberOfReplicas: 3, size: '100', accessMode: 'rwo', ...spec } });
const engineOn = (world: World): void => world.put(LH_SETTING, { metadata: { name: 'v2-data-engine', namespace: LH }, value: 'true' });
const longhornNode = (disk: Record<string, unknown> = {}, status: Record<string, unknown> = {}): NewObject => ({ metadata: { name: 'n1', namespace: LH }, spec: { name: 'n1', allowScheduling: true, evictionRequested: false, disks: { d: { diskType: 'block', path: '/dev/vdb', allowScheduling: true, evictionRequested: false, storageReserved: 0, tags: [], ...disk } } }, status: { diskStatus: { d: { diskUUID: 'u-1', storageMaximum: 100, scheduledReplica: {}, ...status } } } });

type Case = readonly [section: string, status: number, message: string, run: (world: World) => void, options?: { minor?: HarvesterMinor; role?: Role }];

const CASES: readonly Case[] = [
  ['2.1', 422, 'displayName is required', (w) => { w.create(IMAGE, image({ displayName: '' })); }],
  ['2.1', 422, 'displayName is not a valid Kubernetes label value: ', (w) => { w.create(IMAGE, image({ displayName: 'a b' })); }],
  ['2.1', 409, 'A resource with the same name exists', (w) => { w.put(IMAGE, image({}, { name: 'other' }) as unknown as NewObject); w.create(IMAGE, image()); }],
  ['2.1', 422, 'displayName cannot be modified', (w) => { w.create(IMAGE, image()); w.patch(IMAGE, 'i', { spec: { displayName: 'other' } }); }],
  ['2.1', 422, 'url is required', (w) => { w.create(IMAGE, image({ url: '' })); }],
  ['2.1', 422, 'url is invalid: ', (w) => { w.create(IMAGE, image({ url: 'nonsense' })); }],
  ['2.1', 422, 'url should be empty when image source type is "upload"', (w) => { w.create(IMAGE, image({ sourceType: 'upload' })); }],
  ['2.1', 422, 'storageClassName should keep the consistency', (w) => { w.create(IMAGE, image({}, { annotations: { [IMAGE_CLASS]: 'v1' } })); }],
  ['2.1', 422, 'storageClassName cannot be modified', (w) => { w.create(IMAGE, image()); w.patch(IMAGE, 'i', { spec: { targetStorageClassName: 'v1' } }); }],
  ['2.1', 422, 'sourceType cannot be modified', (w) => { w.create(IMAGE, image()); w.patch(IMAGE, 'i', { spec: { sourceType: 'upload' } }); }],
  ['2.1', 422, 'url cannot be modified', (w) => { w.create(IMAGE, image()); w.patch(IMAGE, 'i', { spec: { url: 'http://y' } }); }],
  ['2.1', 422, 'pvcName cannot be modified', (w) => { w.create(IMAGE, image()); w.patch(IMAGE, 'i', { spec: { pvcName: 'p' } }); }],
  ['2.1', 422, 'pvcNamespace cannot be modified', (w) => { w.create(IMAGE, image()); w.patch(IMAGE, 'i', { spec: { pvcNamespace: 'p' } }); }],
  ['2.1', 422, 'securityParameters cannot be modified', (w) => { w.put(IMAGE, v1Image() as unknown as NewObject); w.patch(IMAGE, 'i', { spec: { securityParameters: { cryptoOperation: 'encrypt', sourceImageName: 'a', sourceImageNamespace: 'b' } } }); }],
  ['2.1', 422, 'storageClassParameters of the VM Image cannot be modified', (w) => { w.put(IMAGE, v1Image() as unknown as NewObject); w.patch(IMAGE, 'i', { spec: { storageClassParameters: { numberOfReplicas: '1' } } }); }],
  ['2.1', 422, 'pvcNamespace is required when image source type is "export-from-volume"', (w) => { w.create(IMAGE, image({ sourceType: 'export-from-volume', url: '' })); }],
  ['2.1', 422, 'pvcName is required when image source type is "export-from-volume"', (w) => { w.create(IMAGE, image({ sourceType: 'export-from-volume', url: '', pvcNamespace: 'default' })); }],
  ['2.1', 422, 'failed to get pvc c/default, error: ', (w) => { w.create(IMAGE, image({ sourceType: 'export-from-volume', url: '', pvcNamespace: 'default', pvcName: 'c' })); }],
  ['2.1', 422, 'user has no permission to get the pvc resource kube-system/c', (w) => { w.create(IMAGE, image({ sourceType: 'export-from-volume', url: '', pvcNamespace: 'kube-system', pvcName: 'c' })); }, { role: 'project-member' }],
  ['2.1', 500, "PVC c is used by Pods [p], cannot export volume when it's running", (w) => {
    w.put(CLAIM, claim());
    w.put('pod', { metadata: { name: 'p', namespace: 'default' }, spec: { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'c' } }] }, status: { phase: 'Running' } });
    w.create(IMAGE, image({ sourceType: 'export-from-volume', url: '', pvcNamespace: 'default', pvcName: 'c' }));
  }],
  ['2.1', 422, 'Cannot delete image default/jammy: being used by volume default/c', (w) => { w.put(IMAGE, v1Image() as unknown as NewObject); w.put(CLAIM, claim({}, { annotations: { 'harvesterhci.io/imageId': 'default/i' } })); w.remove(IMAGE, 'i'); }],
  ['2.1', 422, 'Cannot delete image default/jammy: being used by VMTemplateVersion t-1', (w) => { w.put(IMAGE, v1Image() as unknown as NewObject); w.put('harvesterhci.io.virtualmachinetemplateversion', { metadata: { name: 't-1', namespace: 'default' }, spec: { templateId: 'default/t', imageId: 'default/i' } }); w.remove(IMAGE, 'i'); }],
  ['2.1', 422, 'Cannot delete image default/jammy: being used by VMBackups default/b', (w) => {
    w.put(IMAGE, v1Image() as unknown as NewObject);
    w.put(BACKUP, { ...backup('backup'), metadata: { name: 'b', namespace: 'default' }, status: { volumeBackups: [{ csiDriverName: 'driver.longhorn.io', volumeName: 'disk-0', persistentVolumeClaim: { metadata: { annotations: { 'harvesterhci.io/imageId': 'default/i' } }, spec: {} } }] } } as unknown as NewObject);
    w.remove(IMAGE, 'i');
  }],
  ['2.1', 422, 'missing default storage class', (w) => { w.create(IMAGE, image({ targetStorageClassName: undefined })); }],
  ['2.1', 422, 'can not use a backing image storageClass as the base storageClass template', (w) => { w.put(CLASS, { metadata: { name: 'lh-1' }, provisioner: 'driver.longhorn.io', parameters: { backingImage: 'vmi-1' } }); w.create(IMAGE, image({ backend: 'backingimage', targetStorageClassName: undefined }, { annotations: { [IMAGE_CLASS]: 'lh-1' } })); }],

  ['2.2', 422, 'storage class with strict-local data locality is not allowed', (w) => { w.create(CLASS, storageClass({ dataLocality: 'strict-local' })); }],
  ['2.2', 422, 'default storage class first already exists, please reset it first before set new as default', (w) => { w.put(CLASS, { metadata: { name: 'first', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }, provisioner: 'x' }); w.create(CLASS, storageClass({}, { 'storageclass.kubernetes.io/is-default-class': 'true' })); }],
  ['2.2', 422, 'storage class v2 is used by virtual machine images: [default/i]', (w) => { w.create(IMAGE, image()); w.remove(CLASS, 'v2'); }],
  ['2.2', 422, "storage class kept is reserved by Harvester and can't be deleted", (w) => { w.put(CLASS, { metadata: { name: 'kept', annotations: { 'harvesterhci.io/is-reserved-storageclass': 'true' } }, provisioner: 'x' }); w.remove(CLASS, 'kept'); }],
  ['2.2', 422, 'invalid value for `encrypted`', (w) => { w.create(CLASS, storageClass({ encrypted: 'maybe' })); }],
  ['2.2', 422, 'storage class must contain ', (w) => { w.create(CLASS, storageClass({ encrypted: 'true' })); }],
  ['2.2', 422, 'secret default/s not found', (w) => { w.create(CLASS, storageClass({ encrypted: 'true', ...secretKeys() })); }],
  ['2.2', 422, 'secret default/s is not a valid encryption secret, missing/invalid field: ', (w) => { w.put('secret', { metadata: { name: 's', namespace: 'default' }, data: {} }); w.create(CLASS, storageClass({ encrypted: 'true', ...secretKeys() })); }],
  ['2.2', 422, 'longhorn v1 does not support CDI annotations', (w) => { w.create(CLASS, storageClass({ dataEngine: 'v1' }, { [`${CDI}storageProfileCloneStrategy`]: 'copy' })); }],
  ['2.2', 422, 'invalid filesystem overhead 2', (w) => { w.create(CLASS, storageClass({}, { [`${CDI}filesystemOverhead`]: '2' })); }],
  ['2.2', 422, `invalid clone strategy magic in annotation ${CDI}storageProfileCloneStrategy, valid values: copy, snapshot, csi-clone`, (w) => { w.create(CLASS, storageClass({}, { [`${CDI}storageProfileCloneStrategy`]: 'magic' })); }],
  ['2.2', 422, 'snapshot class cannot be empty', (w) => { w.create(CLASS, storageClass({}, { [`${CDI}storageProfileVolumeSnapshotClass`]: '' })); }],
  ['2.2', 422, `snapshot class none in annotation ${CDI}storageProfileVolumeSnapshotClass not found`, (w) => { w.create(CLASS, storageClass({}, { [`${CDI}storageProfileVolumeSnapshotClass`]: 'none' })); }],
  ['2.2', 422, `snapshot class must be set in annotation ${CDI}storageProfileVolumeSnapshotClass when clone strategy is snapshot`, (w) => { w.create(CLASS, { ...storageClass({}, { [`${CDI}storageProfileCloneStrategy`]: 'snapshot', [`${CDI}storageProfileVolumeModeAccessModes`]: '{"Block":["ReadWriteOnce"]}' }), provisioner: 'lvm.driver.harvesterhci.io', parameters: {} }); }],
  ['2.2', 422, 'invalid volume mode access modes {}', (w) => { w.create(CLASS, storageClass({}, { [`${CDI}storageProfileVolumeModeAccessModes`]: '{}' })); }],
  ['2.2', 422, `missing annotation ${CDI}storageProfileVolumeModeAccessModes. volume access modes are required for CDI integration to work with storage class provisioner example.com/x.`, (w) => { w.create(CLASS, { metadata: { name: 'new' }, provisioner: 'example.com/x' }); }],
  ['2.2', 422, 'migratable volumes are only supported in ReadWriteMany (rwx) access mode', (w) => { engineOn(w); w.create(LH_VOLUME, volume({ migratable: true })); }],
  ['2.2', 422, 'clone is not supported for data engine v2', (w) => { engineOn(w); w.create(LH_VOLUME, volume({ dataSource: 'vol://a' })); }, { minor: '1.6' }],

  ['2.3', 422, 'can not delete golden image PVC', (w) => { w.put(IMAGE, image() as unknown as NewObject); w.put(CLAIM, claim({}, { name: 'i', annotations: { 'harvesterhci.io/goldenImage': 'true' } })); w.remove(CLAIM, 'i'); }],
  ['2.3', 422, 'can not delete volume c which is exporting for image default/i', (w) => { w.put(CLAIM, claim()); w.put(IMAGE, image({ sourceType: 'export-from-volume', url: '', pvcNamespace: 'default', pvcName: 'c' }) as unknown as NewObject); w.remove(CLAIM, 'c'); }],
  ['2.3', 409, 'can not delete the volume c which is currently attached to VM: default/m', (w) => { w.put(CLAIM, claim()); w.put(VM, machine()); w.remove(CLAIM, 'c'); }],
  ['2.3', 422, 'can not delete the volume c which is currently owned by these VMs: default/m', (w) => { w.put(CLAIM, claim({}, { annotations: { 'harvesterhci.io/owned-by': '[{"schema":"kubevirt.io.virtualmachine","refs":["default/m"]}]' } })); w.put(VM, machine('m', { claim: 'other' })); w.remove(CLAIM, 'c'); }],
  ['2.3', 422, 'can not create volume with the reserved storage class longhorn-static', (w) => { w.create(CLAIM, claim({ storageClassName: 'longhorn-static' })); }],
  ['2.3', 500, 'failed to get storage class none: ', (w) => { w.create(CLAIM, claim({ storageClassName: 'none' })); }],
  ['2.3', 422, 'user "u-member" is not allowed to access image kube-system/i', (w) => { w.put(CLASS, { metadata: { name: 'lh-1' }, provisioner: 'driver.longhorn.io', parameters: { backingImage: 'vmi-1' } }); w.create(CLAIM, claim({ storageClassName: 'lh-1' }, { annotations: { 'harvesterhci.io/imageId': 'kube-system/i' } })); }, { role: 'project-member' }],
  ['2.3', 422, 'annotation harvesterhci.io/goldenImage is immutable', (w) => { w.put(CLAIM, claim({}, { annotations: { 'harvesterhci.io/goldenImage': 'true' } })); w.patch(CLAIM, 'c', { metadata: { annotations: { 'harvesterhci.io/goldenImage': null } } }); }],
  ['2.3', 422, 'PVC_EXPAND: kubevirt ExpandDisks not included in featureGate', (w) => { expand(w); w.put('kubevirt.io.kubevirt', { metadata: { name: 'kubevirt', namespace: 'kube-system' }, spec: { configuration: { developerConfiguration: { featureGates: [] } } } }); w.patch(CLAIM, 'c', GROW); }],
  ['2.3', 422, "PVC_EXPAND: Expansion of hotplugged PVC 'default/c' in filesystem mode is not supported", (w) => { expand(w, { volumeMode: 'Filesystem' }, true); w.patch(CLAIM, 'c', GROW); }],
  ['2.3', 422, 'PVC_EXPAND: pvc default/c is not online expandable with its provider', (w) => { expand(w); w.put(SETTING, { metadata: { name: 'csi-online-expand-validation' }, value: '{"driver.longhorn.io":false}', default: '' }); w.patch(CLAIM, 'c', GROW); }],
  ['2.3', 422, 'can not delete DataVolume default/i which is owned by VMImage default/i', (w) => { w.put(IMAGE, image({}, { uid: 'u' }) as unknown as NewObject); w.put(DATA_VOLUME, { metadata: { name: 'i', namespace: 'default', ownerReferences: [{ apiVersion: 'harvesterhci.io/v1beta1', kind: 'VirtualMachineImage', name: 'i', uid: 'u' }] }, spec: {} }); w.remove(DATA_VOLUME, 'i'); }],
  ['2.3', 422, 'can not delete DataVolume default/c which is attached to VM default/m', (w) => { w.put(DATA_VOLUME, { metadata: { name: 'c', namespace: 'default' }, spec: {} }); w.put(VM, machine()); w.remove(DATA_VOLUME, 'c'); }],

  ['2.4', 422, 'the volumeClaimTemplates annotaion is invalid: PVC name is required', (w) => { w.create(VM, machine('m', { templates: [{ spec: {} }] })); }],
  ['2.4', 422, "PVC default/c is a golden image, it can't be used as a volume in VM", (w) => { w.put(CLAIM, claim({}, { annotations: { 'harvesterhci.io/goldenImage': 'true' } })); w.create(VM, machine()); }],
  ['2.4', 422, 'PVC default/c is already used by other VM, please use a shareable RWX volume.', (w) => { w.put(CLAIM, claim()); w.put(VM, machine('other')); w.create(VM, machine()); }],
  ['2.4', 422, 'either memory.guest or resources.limits.memory must be set', (w) => { w.create(VM, machine('m', { domain: { resources: {}, devices: {} } })); }],
  ['2.4', 500, 'failed to get storage class none: ', (w) => { w.create(VM, machine('m', { templates: [template({ storageClassName: 'none' })] })); }],
  ['2.4', 422, `storage class names for the volumes in the ${TEMPLATES} annotation cannot be changed;`, (w) => { w.create(VM, machine('m', { templates: [template()] })); w.patch(VM, 'm', { metadata: { annotations: { [TEMPLATES]: JSON.stringify([template({ storageClassName: 'v1' })]) } } }); }],
  ['2.4', 422, "c PVC requests storage can't be less than previous value", (w) => { w.create(VM, machine('m', { templates: [template()] })); w.patch(VM, 'm', { metadata: { annotations: { [TEMPLATES]: JSON.stringify([template({ resources: { requests: { storage: '5Gi' } } })]) } } }); }],
  ['2.4', 422, 'storage class gone does not exist', (w) => { w.create(VM, machine('m', { templates: [template()] })); w.patch(VM, 'm', { metadata: { annotations: { [TEMPLATES]: JSON.stringify([template(), template({ storageClassName: 'gone' }, 'd')]) } } }); }],
  ['2.4', 422, 'only one volume migration is allowed at a time', (w) => { movable(w, { volumeUpdateState: { volumeMigrationState: { migratedVolumes: [{ volumeName: 'disk-0', sourcePVCInfo: { claimName: 'a' } }] } } }); w.patch(VM, 'm', MOVE); }],
  ['2.4', 422, 'VM must be running', (w) => { movable(w); w.writer.cluster.store.remove(VMI, 'default/m'); w.patch(VM, 'm', MOVE); }],
  ['2.4', 422, 'targetVolume PVC default/target not found', (w) => { movable(w); w.patch(VM, 'm', MOVE); }],
  ['2.4', 422, 'source volume c is a DataVolume, only PVC sources are supported for storage migration', (w) => { movable(w); w.put(DATA_VOLUME, { metadata: { name: 'c', namespace: 'default' }, spec: {} }); w.patch(VM, 'm', MOVE); }],
  ['2.4', 400, 'vm default/m has a backup in progress; wait', (w) => { w.put(VM, machine()); w.put(BACKUP, { ...backup('backup'), metadata: { name: 'b', namespace: 'default' } } as unknown as NewObject); w.patch(VM, 'm', { spec: { runStrategy: 'Halted' } }); }],
  ['2.4', 422, 'duplicate mac address present for vm default/other', (w) => { w.put(VM, machine('other', { mac: '02:00:00:00:00:01', claim: 'x' })); w.create(VM, machine('m', { mac: '02:00:00:00:00:01' })); }],
  ['2.4', 422, 'invalid maintenance mode strategy: Pray', (w) => { w.create(VM, machine('m', { labels: { 'harvesterhci.io/maintain-mode-strategy': 'Pray' } })); }],

  ['2.5', 422, 'vm default/m contains Longhorn v2 volume pvc-1 from PVC default/c, which does not support VM backup', (w) => { withV2Disk(w); w.create(BACKUP, backup('backup')); }, { minor: '1.9' }],
  ['2.5', 422, 'vm default/m contains Longhorn v2 volume pvc-1 from PVC default/c, which does not support VM backup', (w) => { withV2Disk(w); w.create(BACKUP, backup('snapshot')); }, { minor: '1.9' }],
  ['2.5', 422, 'provisioner v2.driver.longhorn.io is not supported for type backup', (w) => { withV2Disk(w); w.create(BACKUP, backup('backup')); }, { minor: '1.5' }],
  ['2.5', 422, 'provisioner v2.driver.longhorn.io is not supported for type snapshot', (w) => { withV2Disk(w); w.create(BACKUP, backup('snapshot')); }, { minor: '1.6' }],

  ['2.6', 422, "Can't disable Longhorn V2 Data Engine, disk u-1 is still here.", (w) => { w.put(SETTING, { metadata: { name: 'longhorn-v2-data-engine-enabled' }, value: 'true', default: 'false' }); w.put(LH_NODE, longhornNode()); w.patch(SETTING, 'longhorn-v2-data-engine-enabled', { value: 'false' }); }],
  ['2.6', 422, 'longhorn-v2-data-engine-memory-size must be greater than zero', (w) => { w.put(SETTING, { metadata: { name: 'longhorn-v2-data-engine-memory-size' }, value: '2048', default: '2048' }); w.patch(SETTING, 'longhorn-v2-data-engine-memory-size', { value: '-2' }); }],
  ['2.6', 422, 'longhorn-v2-data-engine-memory-size must be evenly divisible by two', (w) => { w.put(SETTING, { metadata: { name: 'longhorn-v2-data-engine-memory-size' }, value: '2048', default: '2048' }); w.patch(SETTING, 'longhorn-v2-data-engine-memory-size', { value: '3' }); }],
  ['2.6', 403, 'cannot apply v2-data-engine setting to Longhorn workloads when there are attached v2 volumes', (w) => { engineOn(w); w.put(LH_VOLUME, { ...volume(), status: { state: 'attached' } }); w.patch(LH_SETTING, 'v2-data-engine', { value: 'false' }); }],
  ['2.6', 403, 'not enough hugepages-2Mi capacity for node n1, requested 2048Mi, capacity 512Mi', (w) => { w.put(LH_SETTING, { metadata: { name: 'v2-data-engine', namespace: LH }, value: 'false' }); w.put('node', { metadata: { name: 'n1' }, status: { capacity: { 'hugepages-2Mi': '512Mi' } } }); w.patch(LH_SETTING, 'v2-data-engine', { value: 'true' }); }],
  ['2.6', 403, 'failed to get hugepages-2Mi capacity for node n1', (w) => { w.put(LH_SETTING, { metadata: { name: 'v2-data-engine', namespace: LH }, value: 'false' }); w.put('node', { metadata: { name: 'n1' }, status: {} }); w.patch(LH_SETTING, 'v2-data-engine', { value: 'true' }); }],
  ['2.6', 422, 'disk e type block is not supported since v2 data engine is disabled', (w) => { w.put(LH_NODE, longhornNode()); w.patch(LH_NODE, 'n1', { spec: { disks: { e: { diskType: 'block', path: '/dev/vdc', allowScheduling: true } } } }); }],
  ['2.6', 422, 'Cannot remove disk d because it hosts the only healthy replica for the following volumes: v', (w) => {
    w.put(LH_NODE, longhornNode());
    w.put(LH_REPLICA, { metadata: { name: 'r', namespace: LH }, spec: { volumeName: 'v', diskID: 'u-1', healthyAt: 'x', failedAt: '' } });
    w.put('harvesterhci.io.blockdevice', { metadata: { name: 'd', namespace: LH }, spec: { devPath: '/dev/vdb', fileSystem: { mountPoint: '' }, nodeName: 'n1', provision: true }, status: { provisionPhase: 'Provisioned', state: 'Active' } });
    const type = w.writer.cluster.store.type('harvesterhci.io.blockdevice');
    if (type !== undefined) patchObject(w.writer, type, LH, 'd', { spec: { provision: false } }, 'merge');
  }],

  ['5.4', 422, 'no other healthy replica available for volume v, cannot delete replica r since it may still contain data for recovery', (w) => { w.put(LH_VOLUME, volume()); w.put(LH_REPLICA, replica()); w.remove(LH_REPLICA, 'r'); }],
  ['5.4', 422, 'cannot delete replica r: it is the source of linked-clone replica(s) q', (w) => { w.put(LH_VOLUME, volume()); w.put(LH_REPLICA, replica()); w.put(LH_REPLICA, replica('q', { volumeName: 'w', linkedCloneSrcReplicaName: 'r' })); w.remove(LH_REPLICA, 'r'); }, { minor: '1.9' }],
  ['5.4', 422, 'replica count value 21 must between 1 to 20', (w) => { w.put(LH_VOLUME, volume()); w.patch(LH_VOLUME, 'v', { spec: { numberOfReplicas: 21 } }); }],
  ['5.4', 422, 'number of replica count should be 1 when data locality is strict-local', (w) => { w.put(LH_VOLUME, volume()); w.patch(LH_VOLUME, 'v', { spec: { dataLocality: 'strict-local' } }); }],
  ['5.4', 422, 'invalid OfflineRebuilding setting: maybe', (w) => { w.put(LH_VOLUME, volume()); w.patch(LH_VOLUME, 'v', { spec: { offlineRebuilding: 'maybe' } }); }],
  ['5.4', 422, 'replicaRebuildingBandwidthLimit is not supported for data engine v1', (w) => { w.put(LH_VOLUME, volume({ dataEngine: 'v1' })); w.patch(LH_VOLUME, 'v', { spec: { replicaRebuildingBandwidthLimit: 5 } }); }],
  ['5.4', 422, 'data locality cannot be converted between strict-local and other modes when volume is not detached', (w) => { w.put(LH_VOLUME, { ...volume({ numberOfReplicas: 1 }), status: { state: 'attached' } }); w.patch(LH_VOLUME, 'v', { spec: { dataLocality: 'strict-local' } }); }],
  ['5.4', 422, 'shrinking volume v size from 100 to 50 is not supported', (w) => { w.put(LH_VOLUME, volume()); w.patch(LH_VOLUME, 'v', { spec: { size: '50' } }); }],
  ['5.4', 422, 'changing volume size for ublk volume v is not supported for data engine v2', (w) => { w.put(LH_VOLUME, volume({ frontend: 'ublk' })); w.patch(LH_VOLUME, 'v', { spec: { size: '200' } }); }, { minor: '1.9' }],
  ['5.4', 422, 'changing data engine for volume v is not supported', (w) => { w.put(LH_VOLUME, volume()); w.patch(LH_VOLUME, 'v', { spec: { dataEngine: 'v1' } }); }],
  ['5.4', 422, 'cannot change replica count for legacy linked-clone volumes', (w) => { w.put(LH_VOLUME, legacy()); w.patch(LH_VOLUME, 'v', { spec: { numberOfReplicas: 2 } }); }, { minor: '1.9' }],
  ['5.4', 422, 'cannot expand legacy', (w) => { w.put(LH_VOLUME, legacy()); w.patch(LH_VOLUME, 'v', { spec: { size: '200' } }); }, { minor: '1.9' }],
  ['5.4', 422, 'cannot migrate legacy', (w) => { w.put(LH_VOLUME, legacy()); w.patch(LH_VOLUME, 'v', { spec: { migrationNodeID: 'n2' } }); }, { minor: '1.9' }],
  ['5.4', 422, 'cannot change v.Spec.MigrationNodeID to node n3 when the volume is doing live migration to node n2 ', (w) => { w.put(LH_VOLUME, volume({ migrationNodeID: 'n2' })); w.patch(LH_VOLUME, 'v', { spec: { migrationNodeID: 'n3' } }); }],
  ['5.4', 422, 'cannot delete volume v: it is the source of linked-clone volume(s) w', (w) => { w.put(LH_VOLUME, volume()); w.put(LH_VOLUME, volume({ cloneMode: 'linked-clone', dataSource: 'snap://v/s' }, 'w')); w.remove(LH_VOLUME, 'v'); }, { minor: '1.9' }],
  ['5.4', 403, 'v2 data engine is not enabled', (w) => { w.create(LH_VOLUME, volume()); }],
  ['5.4', 422, 'need to disable scheduling on node n1 for node eviction, or cancel eviction to enable scheduling on this node', (w) => { w.put(LH_NODE, longhornNode()); w.patch(LH_NODE, 'n1', { spec: { evictionRequested: true } }); }],
  ['5.4', 422, 'need to disable scheduling on disk d for disk eviction, or cancel eviction to enable scheduling on this disk', (w) => { w.put(LH_NODE, longhornNode()); w.patch(LH_NODE, 'n1', { spec: { disks: { d: { evictionRequested: true } } } }); }],
  ['5.4', 403, 'spec and status of disks on node n1 are being syncing and please retry later.', (w) => { w.put(LH_NODE, { ...longhornNode(), status: { diskStatus: {} } }); w.patch(LH_NODE, 'n1', { spec: { disks: { d: { tags: ['a'] } } } }); }],
  ['5.4', 422, 'The storageReserved setting of disk d(/dev/vdb) is not valid', (w) => { w.put(LH_NODE, longhornNode()); w.patch(LH_NODE, 'n1', { spec: { disks: { d: { storageReserved: 101 } } } }); }],
  ['5.4', 422, 'Delete Disk on node n1 error: Please disable the disk d and remove all replicas and backing images first ', (w) => { w.put(LH_NODE, longhornNode()); w.patch(LH_NODE, 'n1', { spec: { disks: { d: null } } }); }],
  ['5.4', 422, 'update disk on node n1 error: The disk d(/dev/vdb) type is not allow to change', (w) => { w.put(LH_NODE, longhornNode()); w.patch(LH_NODE, 'n1', { spec: { disks: { d: { diskType: 'filesystem' } } } }); }],
  ['5.4', 422, 'duplicate disk paths on node n1: /dev/vdb', (w) => { w.put(LH_NODE, longhornNode()); w.patch(LH_NODE, 'n1', { spec: { disks: { e: { diskType: 'filesystem', path: '/dev/vdb' } } } }); }],
  ['5.4', 422, 'could not delete node n1 with node ready condition is True, reason is , node schedulable true, and 1 replica, 0 engine running on it', (w) => { w.put('node', { metadata: { name: 'n1' } }); w.put(LH_NODE, { ...longhornNode(), status: { conditions: [{ type: 'Ready', status: 'True', reason: '', message: '', lastProbeTime: '', lastTransitionTime: '' }], diskStatus: {} } }); w.put(LH_REPLICA, replica('r', { nodeID: 'n1' })); w.remove(LH_NODE, 'n1'); }],
  ['5.4', 422, 'cannot disable v2 data engine on node n1: there are v2 data engine instances running on this node', (w) => { w.put('node', { metadata: { name: 'n1' } }); w.put(LH_REPLICA, { ...replica('r', { nodeID: 'n1', dataEngine: 'v2' }), status: { currentState: 'running' } }); w.patch('node', 'n1', { metadata: { labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } } }); }],
  ['5.4', 422, 'v2 backing image is not supported', (w) => { w.create('longhorn.io.backingimage', { metadata: { name: 'b' }, spec: { dataEngine: 'v2' } }); }, { minor: '1.9' }],
  ['5.4', 422, 'setting default-engine-image is read-only', (w) => { w.put(LH_SETTING, { metadata: { name: 'default-engine-image', namespace: LH }, value: 'a' }); w.patch(LH_SETTING, 'default-engine-image', { value: 'b' }); }],
  ['5.4', 422, 'setting nonsense does not exist', (w) => { w.create(LH_SETTING, { metadata: { name: 'nonsense' }, value: '1' }); }],
  ['5.4', 422, 'setting auto-salvage can be modified but not deleted', (w) => { w.put(LH_SETTING, { metadata: { name: 'auto-salvage', namespace: LH }, value: 'true' }); w.remove(LH_SETTING, 'auto-salvage'); }],
  ['5.4', 422, 'cannot have second CSI ticket for migratable volume v while it is in state faulted', (w) => { w.put(LH_VOLUME, { ...volume({ migratable: true }), status: { robustness: 'faulted' } }); w.put('longhorn.io.volumeattachment', attachment(1)); w.patch('longhorn.io.volumeattachment', 'v', { spec: attachment(2).spec as Record<string, unknown> }); }],
  ['5.4', 422, 'cannot have more than 2 CSI tickets for migratable volume v', (w) => { w.put(LH_VOLUME, { ...volume({ migratable: true }), status: { robustness: 'healthy' } }); w.put('longhorn.io.volumeattachment', attachment(1)); w.patch('longhorn.io.volumeattachment', 'v', { spec: attachment(3).spec as Record<string, unknown> }); }],

  ['6.6', 400, 'there are degraded volumes, please check all volumes are healthy', (w) => { upgradeWorld(w, { robustness: 'degraded' }); w.create('harvesterhci.io.upgrade', { metadata: { name: 'u' }, spec: {} }); }],
  ['6.6', 422, 'Following PVCs with active single-replica volume, please consider shutdown the corresponding workload before upgrade: default/c', (w) => { upgradeWorld(w, { state: 'attached' }, 1); w.create('harvesterhci.io.upgrade', { metadata: { name: 'u' }, spec: {} }); }],
  ['6.6', 422, 'Following PVCs with single-replica volume, even the volume is detached, upgrade may have potential data integrity concerns: default/c', (w) => { upgradeWorld(w, { state: 'detached' }, 1); w.create('harvesterhci.io.upgrade', { metadata: { name: 'u' }, spec: {} }); }],
  ['6.6', 422, 'There are non-live migratable VMs that need to be shut off before initiating the upgrade: default/m', (w) => { upgradeWorld(w, {}); w.put(VMI, { metadata: { name: 'm', namespace: 'default' }, spec: { domain: { devices: {} } }, status: { phase: 'Running', conditions: [{ type: 'LiveMigratable', status: 'False' }] } }); w.create('harvesterhci.io.upgrade', { metadata: { name: 'u' }, spec: {} }); }]
];

/** The texts as upstream's code has them; `…` stands for what differs. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  '2.1': [
    'missing default storage class',
    'can not use a backing image storageClass as the base storageClass template',
    'displayName is required',
    'displayName is not a valid Kubernetes label value: …',
    'A resource with the same name exists',
    'displayName cannot be modified',
    'url is required',
    'url is invalid: …',
    'url should be empty when image source type is "upload"',
    'storageClassName should keep the consistency',
    'storageClassName cannot be modified',
    'sourceType cannot be modified',
    'url cannot be modified',
    'pvcName cannot be modified',
    'pvcNamespace cannot be modified',
    'securityParameters cannot be modified',
    'storageClassParameters of the VM Image cannot be modified',
    'pvcNamespace is required when image source type is "export-from-volume"',
    'pvcName is required when image source type is "export-from-volume"',
    'failed to get pvc …/…, error: …',
    'user has no permission to get the pvc resource …/…',
    "PVC … is used by Pods […], cannot export volume when it's running",
    'Cannot delete image …/…: being used by volume …/…',
    'Cannot delete image …/…: being used by VMTemplateVersion …',
    'Cannot delete image …/…: being used by VMBackups …'
  ],
  '2.2': [
    'storage class with strict-local data locality is not allowed',
    'default storage class … already exists, please reset it first before set … as default',
    'storage class … is used by virtual machine images: […]',
    "storage class … is reserved by Harvester and can't be deleted",
    'invalid value for `encrypted`',
    'storage class must contain …',
    'secret …/… not found',
    'secret … is not a valid encryption secret, missing/invalid field: …',
    'longhorn v1 does not support CDI annotations',
    'invalid filesystem overhead …',
    'invalid clone strategy … in annotation …, valid values: copy, snapshot, csi-clone',
    'snapshot class cannot be empty …',
    'snapshot class … in annotation … not found',
    'snapshot class must be set in annotation … when clone strategy is snapshot',
    'invalid volume mode access modes …',
    'missing annotation cdi.harvesterhci.io/storageProfileVolumeModeAccessModes. volume access modes are required for CDI integration to work with storage class provisioner ….',
    'migratable volumes are only supported in ReadWriteMany (rwx) access mode',
    'clone is not supported for data engine v2'
  ],
  '2.3': [
    'can not delete golden image PVC',
    'can not delete volume … which is exporting for image …',
    'can not delete the volume … which is currently attached to VM: …',
    'can not delete the volume … which is currently owned by these VMs: …',
    'can not create volume with the reserved storage class …',
    'failed to get storage class …: …',
    'user "…" is not allowed to access image …',
    'annotation harvesterhci.io/goldenImage is immutable',
    'PVC_EXPAND: kubevirt ExpandDisks not included in featureGate',
    "PVC_EXPAND: Expansion of hotplugged PVC '…' in filesystem mode is not supported",
    'PVC_EXPAND: pvc …/… is not online expandable with its provider',
    'can not delete DataVolume … which is owned by VMImage …',
    'can not delete DataVolume … which is attached to VM …'
  ],
  '2.4': [
    'the volumeClaimTemplates annotaion is invalid: PVC name is required',
    "PVC …/… is a golden image, it can't be used as a volume in VM",
    'PVC …/… is already used by other VM, please use a shareable RWX volume.',
    'either memory.guest or resources.limits.memory must be set',
    'failed to get storage class …: …',
    'storage class names for the volumes in the harvesterhci.io/volumeClaimTemplates annotation cannot be changed;…',
    "… PVC requests storage can't be less than previous value",
    'storage class … does not exist',
    'only one volume migration is allowed at a time',
    'VM must be running…',
    'targetVolume PVC … not found',
    'source volume … is a DataVolume, only PVC sources are supported for storage migration',
    'vm …/… has a backup in progress; wait…',
    'duplicate mac address present for vm …',
    'invalid maintenance mode strategy: …'
  ],
  '2.5': [
    'vm …/… contains Longhorn v2 volume … from PVC …/…, which does not support VM backup',
    'provisioner v2.driver.longhorn.io is not supported for type backup',
    'provisioner v2.driver.longhorn.io is not supported for type snapshot'
  ],
  '2.6': [
    "Can't disable Longhorn V2 Data Engine, disk … is still here.",
    '… must be greater than zero',
    '… must be evenly divisible by two',
    'cannot apply v2-data-engine setting to Longhorn workloads when there are attached v2 volumes',
    'not enough hugepages-2Mi capacity for node …, requested …, capacity …',
    'failed to get hugepages-2Mi capacity for node …',
    'disk … type block is not supported since v2 data engine is disabled',
    'Cannot remove disk … because it hosts the only healthy replica for the following volumes: …'
  ],
  '5.4': [
    'no other healthy replica available for volume …, cannot delete replica … since it may still contain data for recovery',
    'cannot delete replica …: it is the source of linked-clone replica(s) …',
    'replica count value … must between 1 to 20',
    'number of replica count should be 1 when data locality is strict-local',
    'invalid OfflineRebuilding setting: …',
    'replicaRebuildingBandwidthLimit is not supported for data engine v1',
    'data locality cannot be converted between strict-local and other modes when volume is not detached',
    'shrinking volume … size from … to … is not supported',
    'changing volume size for ublk volume … is not supported for data engine …',
    'changing data engine for volume … is not supported',
    'cannot change replica count for legacy linked-clone volumes',
    'cannot expand legacy…',
    'cannot migrate legacy…',
    'cannot change v.Spec.MigrationNodeID to node … when the volume is doing live migration to node … ',
    'cannot delete volume …: it is the source of linked-clone volume(s) …',
    '… data engine is not enabled',
    'need to disable scheduling on node … for node eviction, or cancel eviction to enable scheduling on this node',
    'need to disable scheduling on disk … for disk eviction, or cancel eviction to enable scheduling on this disk',
    'spec and status of disks on node … are being syncing and please retry later.',
    'The storageReserved setting of disk …(…) is not valid…',
    'Delete Disk on node … error: Please disable the disk … and remove all replicas and backing images first ',
    '…type is not allow to change',
    'duplicate disk paths on node …: …',
    'could not delete node … with node ready condition is …, reason is …, node schedulable …, and … replica, … engine running on it',
    'cannot disable v2 data engine on node …: there are v2 data engine instances running on this node',
    'v2 backing image is not supported',
    'setting … is read-only',
    'setting … does not exist',
    'setting … can be modified but not deleted',
    'cannot have second CSI ticket for migratable volume … while it is in state …',
    'cannot have more than 2 CSI tickets for migratable volume…'
  ],
  '6.6': [
    'there are degraded volumes, please check all volumes are healthy',
    'Following PVCs with active single-replica volume, please consider shutdown the corresponding workload before upgrade: …',
    'Following PVCs with single-replica volume, even the volume is detached, upgrade may have potential data integrity concerns: …',
    'There are non-live migratable VMs that need to be shut off before initiating the upgrade: …'
  ]
};

function asPattern(text: string): RegExp {
  return new RegExp(`^${text.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}`, 's');
}

const GROW = { spec: { resources: { requests: { storage: '20Gi' } } } };
const MOVE = { spec: { updateVolumesStrategy: 'Migration', template: { spec: { volumes: [{ name: 'disk-0', persistentVolumeClaim: { claimName: 'target' } }] } } } };

function secretKeys(): Record<string, string> {
  return Object.fromEntries(['provisioner', 'node-publish', 'node-stage'].flatMap((part) => [[`csi.storage.k8s.io/${part}-secret-name`, 's'], [`csi.storage.k8s.io/${part}-secret-namespace`, 'default']]));
}

function expand(world: World, spec: Record<string, unknown> = {}, hotpluggable = false): void {
  world.put(CLAIM, claim(spec));
  world.put(VM, machine('m', { hotpluggable }));
  running(world);
}

function movable(world: World, status: Record<string, unknown> = {}): void {
  world.put(VM, { ...machine(), status });
  world.put(CLAIM, claim());
  running(world);
}

function replica(name = 'r', spec: Record<string, unknown> = {}): NewObject {
  return { metadata: { name, namespace: LH, labels: { longhornvolume: String(spec['volumeName'] ?? 'v') } }, spec: { volumeName: 'v', failedAt: '', healthyAt: 'x', ...spec } };
}

function legacy(): NewObject {
  return { ...volume(), metadata: { name: 'v', namespace: LH, labels: { 'longhorn.io/legacy-linked-clone': 'true' } } };
}

function attachment(tickets: number): NewObject {
  const ids = Array.from({ length: tickets }, (_, index) => `csi-${String(index)}`);
  return { metadata: { name: 'v', namespace: LH }, spec: { volume: 'v', attachmentTickets: Object.fromEntries(ids.map((id) => [id, { id, type: 'csi-attacher', nodeID: id, parameters: {}, generation: 0 }])) } };
}

function upgradeWorld(world: World, status: Record<string, unknown>, replicas = 3): void {
  for (const name of ['n1', 'n2', 'n3']) world.put('node', { metadata: { name } });
  world.put(LH_VOLUME, { ...volume({ numberOfReplicas: replicas }), status: { ...status, kubernetesStatus: { namespace: 'default', pvcName: 'c' } } });
}

function refusal(run: () => void): { status: number; code: string; message: string } {
  try {
    run();
  } catch (error) {
    return error as { status: number; code: string; message: string };
  }
  throw new Error('it was accepted');
}

const CODES: Readonly<Record<number, string>> = { 400: 'BadRequest', 403: 'Forbidden', 409: 'Conflict', 422: 'Invalid', 500: 'InternalError' };

describe('the texts of refusals', () => {
  it.each(CASES.map(([section, status, text, run, options = {}]) => [section, status, text, { run, options }] as const))('%s %i %s', (section, status, text, { run, options }) => {
    const world = new World(options.minor ?? '1.8', options.role ?? 'admin');
    const { code, message, status: actual } = refusal(() => { run(world); });
    const [, webhook = '', said = ''] = /^admission webhook "([^"]+)" denied the request: (.*)$/s.exec(message) ?? [];
    expect(said.slice(0, text.length), message).toBe(text);
    expect([actual, code]).toEqual([status, CODES[status]]);
    const isLonghorn = section === '5.4' || /^(migratable|clone is|cannot apply|not enough|failed to get hugepages|disk e )/.test(text);
    const isMutator = text === 'missing default storage class' || text.startsWith('can not use a backing image');
    expect(webhook).toBe(isLonghorn ? 'validator.longhorn.io' : isMutator ? 'mutator.harvesterhci.io' : 'validator.harvesterhci.io');
  });

  it('are complete: every text has a write, every write a text', () => {
    // A write may name a text by its beginning, up to where it differs.
    const isOf = (text: string, words: string): boolean => asPattern(text).test(words) || (!text.startsWith('…') && (text.split('…')[0] ?? '').trimEnd() === words.trimEnd());
    for (const [section, texts] of Object.entries(TEXTS)) {
      const said = CASES.filter(([of]) => of === section).map(([, , text]) => text);
      expect(texts.filter((text) => !said.some((words) => isOf(text, words))), section).toEqual([]);
      expect(said.filter((words) => !texts.some((text) => isOf(text, words))), section).toEqual([]);
    }
    expect(CASES.every(([section]) => TEXTS[section] !== undefined)).toBe(true);
  });
});
