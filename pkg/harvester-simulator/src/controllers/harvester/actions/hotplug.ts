import { ActionError, type ActionHandler, type Cluster, type Fields, type KubeObject } from '../../../contract';
import { annotationsOf, specOf } from '../support/conditions';
import { objectKey } from '../support/controller';
import { HARVESTER, keyOf, LONGHORN_DRIVER, TYPE } from '../support/types';
import { getClaim, isBound, isWaitForFirstConsumer, storageClassOf } from '../storage/claims';
import { claimNameOf, claimTemplatesOf, disksOf, instanceOf, isHotpluggable, templateSpec, volumesOf, type ClaimTemplate } from '../machine/machine';
import { action, always, refuse } from './support';

const SCHEDULING_ERROR = 'longhorn.io/volume-scheduling-error';

/** Whether a claim may be plugged in: bound, and its volume's placement error empty or the one that is tolerated. */
function checkAttachable(cluster: Cluster, claim: KubeObject): void {
  const name = claim.metadata.name;
  if (claim.spec?.storageClassName === undefined) refuse(`volme ${name} with empty StorageClass is not permitted`);
  const storageClass = storageClassOf(cluster, claim);
  if (storageClass === undefined) refuse(`storageclass.storage.k8s.io "${String(claim.spec.storageClassName)}" not found`);
  if (storageClass.volumeBindingMode === undefined || isWaitForFirstConsumer(storageClass)) return;
  if (!isBound(claim)) refuse(`volme ${name} not bound yet`);
  const error = cluster.store.get(TYPE.pv, String(claim.spec?.volumeName))?.metadata.annotations?.[SCHEDULING_ERROR] ?? '';
  if (error !== '' && error !== 'replica scheduling failed') refuse(`volme ${name} with error ${error}`);
}

/** Two machines may share a claim only when it is a ReadWriteMany block volume of another provisioner than Longhorn. */
function checkShareable(cluster: Cluster, vm: KubeObject, claim: KubeObject): void {
  const isTaken = cluster.store
    .list(TYPE.vm, { namespace: claim.metadata.namespace })
    .some((other) => other.metadata.uid !== vm.metadata.uid && volumesOf(templateSpec(other)).some((volume) => claimNameOf(volume) === claim.metadata.name));
  if (!isTaken) return;
  const isShared = ((claim.spec?.accessModes ?? []) as string[]).includes('ReadWriteMany') && claim.spec?.volumeMode === 'Block';
  if (!isShared || storageClassOf(cluster, claim)?.provisioner === LONGHORN_DRIVER) refuse(`PVC ${objectKey(claim)} is already used by other VM, please use a shareable RWX volume.`);
}

function writeTemplates(draft: KubeObject, templates: ClaimTemplate[]): void {
  annotationsOf(draft)[HARVESTER.volumeClaimTemplates] = JSON.stringify(templates);
}

/** Applies one change to the machine's template and, when it runs, to its instance. */
function editSpecs(cluster: Cluster, vm: KubeObject, change: (spec: Fields) => void): void {
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => change(specOf(draft).template.spec as Fields));
  const vmi = instanceOf(cluster, vm);
  if (vmi !== undefined) cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => change(specOf(draft)));
}

function addVolume(cluster: Cluster, vm: KubeObject, body: Fields): undefined {
  const { diskName, volumeSourceName } = body as { diskName?: string; volumeSourceName?: string };
  if (!diskName || !volumeSourceName) throw new ActionError(422, 'Parameter `diskName` and `volumeName` are required');
  const claim = getClaim(cluster, vm.metadata.namespace ?? 'default', volumeSourceName);
  if (claim === undefined) throw new ActionError(404, `persistentvolumeclaims "${volumeSourceName}" not found`);
  checkAttachable(cluster, claim);
  checkShareable(cluster, vm, claim);
  const volumes = volumesOf(templateSpec(vm));
  if (volumes.some(({ name }) => name === diskName)) refuse(`Unable to add volume [${diskName}] because volume with that name already exists`);
  if (volumes.some((volume) => claimNameOf(volume) === volumeSourceName)) refuse(`Unable to add volume source [${volumeSourceName}] because it already exists`);
  editSpecs(cluster, vm, (spec) => {
    spec.volumes = [...volumesOf(spec), { name: diskName, persistentVolumeClaim: { claimName: volumeSourceName, hotpluggable: true } }];
    spec.domain.devices.disks = [...disksOf(spec), { name: diskName, disk: { bus: 'scsi' }, ...(body.shareable === true ? { shareable: true } : {}) }];
  });
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
    const templates = claimTemplatesOf(draft);
    if (templates.some(({ metadata }) => metadata.name === volumeSourceName)) return;
    const { accessModes, resources, volumeMode, storageClassName } = claim.spec ?? {};
    writeTemplates(draft, [...templates, { metadata: { name: volumeSourceName }, spec: { accessModes, resources, volumeMode, storageClassName } }]);
  });
  return undefined;
}

function removeVolume(cluster: Cluster, vm: KubeObject, body: Fields): undefined {
  const diskName: unknown = body.diskName;
  if (typeof diskName !== 'string' || diskName === '') throw new ActionError(422, 'Parameter `volumeName` are required');
  const volume = volumesOf(templateSpec(vm)).find(({ name }) => name === diskName);
  if (volume === undefined) refuse(`disk \`${diskName}\` not found in virtual machine \`${objectKey(vm)}\``);
  if (instanceOf(cluster, vm) !== undefined && !isHotpluggable(volume)) refuse(`Unable to remove volume [${diskName}] because it is not hotpluggable`);
  editSpecs(cluster, vm, (spec) => {
    spec.volumes = volumesOf(spec).filter(({ name }) => name !== diskName);
    spec.domain.devices.disks = disksOf(spec).filter(({ name }) => name !== diskName);
  });
  const claimName = claimNameOf(volume);
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => writeTemplates(draft, claimTemplatesOf(draft).filter(({ metadata }) => metadata.name !== claimName)));
  return undefined;
}

function cdRomIndex(vm: KubeObject, deviceName: string): number {
  const index = disksOf(templateSpec(vm)).findIndex((disk) => disk.name === deviceName && disk.cdrom?.bus === 'sata');
  if (index < 0) throw new ActionError(422, `can not find the SATA CD-ROM device ${deviceName} from the VM ${objectKey(vm)}`);
  return index;
}

const GIB = 1024 ** 3;

function insertCdRom(cluster: Cluster, vm: KubeObject, body: Fields): undefined {
  const deviceName = String(body.DeviceName ?? '');
  const [namespace, name, ...rest] = String(body.imageName ?? '').split('/');
  if (namespace === undefined || name === undefined || rest.length > 0) refuse(`invalid image name: ${String(body.imageName ?? '')}, should be namespace/name`);
  const image = cluster.store.get(TYPE.image, keyOf(namespace, name)) ?? refuse(`virtualmachineimages.harvesterhci.io "${name}" not found`, 404);
  const index = cdRomIndex(vm, deviceName);
  const bytes = Math.max(Number(image.status?.virtualSize ?? 0), Number(image.status?.size ?? 0));
  const claimName = `${vm.metadata.name}-${deviceName}-${cluster.random.lower(5)}`;
  const template: ClaimTemplate = {
    metadata: { name: claimName, annotations: { [HARVESTER.imageId]: `${namespace}/${name}` } },
    spec: { accessModes: ['ReadWriteMany'], volumeMode: 'Block', resources: { requests: { storage: `${Math.ceil(bytes / GIB)}Gi` } }, storageClassName: image.status?.storageClassName }
  };
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
    writeTemplates(draft, claimTemplatesOf(draft).toSpliced(index, 0, template));
    const spec = specOf(draft).template.spec as Fields;
    spec.volumes = volumesOf(spec).toSpliced(index, 0, { name: deviceName, persistentVolumeClaim: { claimName, hotpluggable: true } });
  });
  return undefined;
}

function ejectCdRom(cluster: Cluster, vm: KubeObject, body: Fields): undefined {
  const deviceName = String(body.deviceName ?? '');
  cdRomIndex(vm, deviceName);
  const claimName = claimNameOf(volumesOf(templateSpec(vm)).find(({ name }) => name === deviceName) ?? { name: '' });
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
    writeTemplates(draft, claimTemplatesOf(draft).filter(({ metadata }) => metadata.name !== claimName));
    const spec = specOf(draft).template.spec as Fields;
    spec.volumes = volumesOf(spec).filter(({ name }) => name !== deviceName);
  });
  if (claimName !== undefined) cluster.store.remove(TYPE.pvc, keyOf(vm.metadata.namespace, claimName));
  return undefined;
}

function hasCdRom(vm: KubeObject): boolean {
  return disksOf(templateSpec(vm)).some(({ cdrom }) => cdrom !== undefined);
}

function isAtLeast18(cluster: Cluster): boolean {
  return cluster.profile.harvester === '1.8' || cluster.profile.harvester === '1.9';
}

export const hotplugActions: ActionHandler[] = [
  action(TYPE.vm, 'addVolume', always, addVolume),
  action(TYPE.vm, 'removeVolume', always, removeVolume),
  action(TYPE.vm, 'insertCdRomVolume', (cluster, vm) => isAtLeast18(cluster) && hasCdRom(vm), insertCdRom),
  action(TYPE.vm, 'ejectCdRomVolume', (cluster, vm) => isAtLeast18(cluster) && hasCdRom(vm), ejectCdRom)
];
