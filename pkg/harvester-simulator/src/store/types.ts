import type { ResourceType } from '../contract';

/** `Kind:plural` (plural may be left out when it is kind + s, lower case); a leading `*` means cluster-scoped. */
type Row = readonly [apiVersion: string, kinds: string];

const ROWS: readonly Row[] = [
  ['v1', '*Node *Namespace *PersistentVolume PersistentVolumeClaim Pod Secret ConfigMap Event Service Endpoints:endpoints ServiceAccount ReplicationController LimitRange ResourceQuota'],
  ['apps/v1', 'Deployment DaemonSet StatefulSet ReplicaSet ControllerRevision'],
  ['batch/v1', 'Job CronJob'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['networking.k8s.io/v1', 'Ingress:ingresses NetworkPolicy:networkpolicies *IngressClass:ingressclasses'],
  ['storage.k8s.io/v1', '*StorageClass:storageclasses *CSIDriver *CSINode *VolumeAttachment'],
  ['coordination.k8s.io/v1', 'Lease'],
  ['rbac.authorization.k8s.io/v1', 'Role RoleBinding *ClusterRole *ClusterRoleBinding'],
  ['apiextensions.k8s.io/v1', '*CustomResourceDefinition'],
  ['apiregistration.k8s.io/v1', '*APIService'],
  ['snapshot.storage.k8s.io/v1', 'VolumeSnapshot *VolumeSnapshotClass:volumesnapshotclasses *VolumeSnapshotContent'],
  ['cdi.kubevirt.io/v1beta1', 'DataVolume *StorageProfile *CDI:cdis *CDIConfig DataSource DataImportCron'],
  ['kubevirt.io/v1', 'VirtualMachine VirtualMachineInstance VirtualMachineInstanceMigration KubeVirt'],
  ['longhorn.io/v1beta2', 'Volume Replica Engine EngineFrontend Node Setting InstanceManager VolumeAttachment EngineImage BackingImage BackingImageManager Snapshot Orphan BackupTarget Backup BackupVolume RecurringJob ShareManager SystemBackup ShardGroup Shard'],
  ['harvesterhci.io/v1beta1', '*Setting VirtualMachineImage VirtualMachineImageDownloader VirtualMachineBackup VirtualMachineRestore VirtualMachineTemplate VirtualMachineTemplateVersion KeyPair BlockDevice LVMVolumeGroup Addon Upgrade UpgradeLog SupportBundle ResourceQuota ScheduleVMBackup Version Preference'],
  ['node.harvesterhci.io/v1beta1', 'NodeConfig *Ksmtuned:ksmtuneds *Hugepage CloudInit'],
  ['network.harvesterhci.io/v1beta1', '*ClusterNetwork *VlanConfig *VlanStatus:vlanstatuses *LinkMonitor *NodeNetwork'],
  ['loadbalancer.harvesterhci.io/v1beta1', 'LoadBalancer *IPPool'],
  ['devices.harvesterhci.io/v1beta1', '*PCIDevice *PCIDeviceClaim *SRIOVNetworkDevice *SRIOVGPUDevice *VGPUDevice *USBDevice *USBDeviceClaim *MIGConfiguration'],
  ['migration.harvesterhci.io/v1beta1', 'VmwareSource OpenstackSource OvaSource VirtualMachineImport'],
  ['k8s.cni.cncf.io/v1', 'NetworkAttachmentDefinition:network-attachment-definitions'],
  ['kubeovn.io/v1', '*Vpc *Subnet *IP'],
  ['logging.banzaicloud.io/v1beta1', 'Flow *ClusterFlow Output *ClusterOutput *Logging'],
  ['monitoring.coreos.com/v1', 'ServiceMonitor PrometheusRule Prometheus:prometheuses Alertmanager'],
  ['monitoring.coreos.com/v1alpha1', 'AlertmanagerConfig'],
  ['metrics.k8s.io/v1beta1', '*NodeMetrics:nodes PodMetrics:pods'],
  ['catalog.cattle.io/v1', 'App *ClusterRepo Operation UIPlugin'],
  ['upgrade.cattle.io/v1', 'Plan'],
  ['management.cattle.io/v3', '*Setting *Feature *Cluster Project *User *Token *RoleTemplate *GlobalRole *GlobalRoleBinding ClusterRoleTemplateBinding ProjectRoleTemplateBinding *AuthConfig Preference ManagedChart *FleetWorkspace NodePool *NodeTemplate *NodeDriver *KontainerDriver *Group *GroupMember *PodSecurityAdmissionConfigurationTemplate']
];

function parseKind(apiVersion: string, text: string): ResourceType {
  const namespaced = !text.startsWith('*');
  const [kind = '', plural] = text.replace('*', '').split(':');
  const resource = plural ?? `${kind.toLowerCase()}s`;
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const prefix = group === '' ? '' : `${group}.`;
  return Object.freeze({
    id: prefix + kind.toLowerCase(),
    pluralName: prefix + resource,
    group,
    version: apiVersion.slice(slash + 1),
    kind,
    resource,
    namespaced
  });
}

/** Every resource type the simulated cluster serves. */
export const RESOURCE_TYPES: readonly ResourceType[] = Object.freeze(
  ROWS.flatMap(([apiVersion, kinds]) => kinds.split(' ').map((kind) => parseKind(apiVersion, kind)))
);

export function apiVersionOf(type: ResourceType): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** `volumes.longhorn.io`, as Kubernetes names a resource in its messages. */
export function resourceName(type: ResourceType): string {
  return type.group === '' ? type.resource : `${type.resource}.${type.group}`;
}
