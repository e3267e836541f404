import { ActionError, type ActionHandler, type Cluster, type Fields, type KubeObject } from '../../../contract';
import { isMovingStorage, storageMigrationObstacle } from '../../../admission/storage-migration';
import { annotationsOf, isConditionTrue, specOf, statusOf } from '../support/conditions';
import { objectKey } from '../support/controller';
import { formatBytes, parseQuantity } from '../support/quantity';
import { keyOf, TYPE } from '../support/types';
import { claimNameOf, instanceOf, templateSpec, volumesOf } from '../machine/machine';
import { moveClaims, movedClaims } from '../machine/volume-migration';
import { action, always, refuse } from './support';

const QUOTA = 'default-resource-quota';
const QUOTA_TYPE = 'harvesterhci.io.resourcequota';
const HOTPLUG = 'harvesterhci.io/enableCPUAndMemoryHotplug';
const INSUFFICIENT = 'harvesterhci.io/insufficient-resource-quota';

function canHotplugCpuAndMemory(cluster: Cluster, vm: KubeObject): boolean {
  return vm.metadata.annotations?.[HOTPLUG] === 'true' && vm.status?.printableStatus === 'Running' && !isConditionTrue(vm, 'RestartRequired') && isConditionTrue(instanceOf(cluster, vm), 'LiveMigratable');
}

function hotplugCpuAndMemory(cluster: Cluster, vm: KubeObject, body: Fields): undefined {
  if (!canHotplugCpuAndMemory(cluster, vm)) throw new ActionError(422, 'CPU and memory hotplug is not supported for this VM');
  const sockets = Number(body.sockets ?? 0);
  const bytes = parseQuantity(body.memory);
  if (!Number.isInteger(sockets) || sockets < 1) throw new ActionError(422, 'sockets must be greater than 0');
  if (!Number.isFinite(bytes) || bytes <= 0) throw new ActionError(422, `invalid memory quantity ${String(body.memory)}`);
  const apply = (spec: Fields): void => {
    spec.domain.cpu = { ...spec.domain.cpu, sockets };
    spec.domain.memory = { ...spec.domain.memory, guest: body.memory };
  };
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => apply(specOf(draft).template.spec as Fields));
  cluster.store.edit(TYPE.vmi, objectKey(vm), (draft) => {
    apply(specOf(draft));
    const status = statusOf(draft);
    status.memory = { ...status.memory, guestRequested: String(bytes), guestCurrent: String(bytes) };
    status.currentCPUTopology = { ...status.currentCPUTopology, sockets };
  });
  return undefined;
}

/** Moves a disk to another claim while the VM runs: the rest is KubeVirt's, which copies during a live migration. */
function storageMigration(cluster: Cluster, vm: KubeObject, body: Fields): undefined {
  const { sourceVolume, targetVolume } = body as { sourceVolume?: string; targetVolume?: string };
  if (!sourceVolume || !targetVolume) throw new ActionError(422, 'Parameter `sourceVolume` and `targetVolume` are required');
  if (!volumesOf(templateSpec(vm)).some((entry) => claimNameOf(entry) === sourceVolume)) refuse(`source volume ${sourceVolume} not found in VM ${objectKey(vm)}`);
  const reason = storageMigrationObstacle(cluster, vm, sourceVolume, targetVolume);
  if (reason !== undefined) refuse(reason);
  moveClaims(cluster, vm, new Map([[sourceVolume, targetVolume]]));
  return undefined;
}

/** Calls the move off: the machine names its old claims again, the copy is given up. */
function cancelStorageMigration(cluster: Cluster, vm: KubeObject): undefined {
  const moves = movedClaims(vm);
  if (moves.size === 0) refuse(`VM ${objectKey(vm)} has no storage migration in progress`);
  moveClaims(cluster, vm, new Map([...moves].map(([source, target]) => [target, source])));
  return undefined;
}

function editQuota(cluster: Cluster, vm: KubeObject, change: (limits: Record<string, number>) => void): undefined {
  const namespace = vm.metadata.namespace ?? 'default';
  const key = keyOf(namespace, QUOTA);
  if (cluster.store.get(QUOTA_TYPE, key) === undefined) cluster.store.create(QUOTA_TYPE, { metadata: { name: QUOTA, namespace }, spec: { snapshotLimit: {} } });
  cluster.store.edit(QUOTA_TYPE, key, (draft) => {
    const spec = specOf(draft);
    const limits = { ...(spec.snapshotLimit?.vmTotalSnapshotSizeQuota as Record<string, number> | undefined) };
    change(limits);
    spec.snapshotLimit = { ...(spec.snapshotLimit as Fields), vmTotalSnapshotSizeQuota: limits };
  });
  return undefined;
}

function updateQuota(cluster: Cluster, vm: KubeObject, body: Fields): undefined {
  const bytes = parseQuantity(body.totalSnapshotSizeQuota);
  if (!Number.isFinite(bytes) || bytes < 0) throw new ActionError(422, `Failed to decode request body: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$', got ${formatBytesOr(body.totalSnapshotSizeQuota)}`);
  return editQuota(cluster, vm, (limits) => {
    limits[vm.metadata.name] = bytes;
  });
}

function formatBytesOr(value: unknown): string {
  return typeof value === 'number' ? formatBytes(value) : JSON.stringify(value ?? '');
}

function dismissQuota(cluster: Cluster, vm: KubeObject): undefined {
  if (vm.metadata.annotations?.[INSUFFICIENT] === undefined) refuse('cannot dismiss insufficient resource quota message');
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
    delete annotationsOf(draft)[INSUFFICIENT];
  });
  return undefined;
}

export const resourceActions: ActionHandler[] = [
  action(TYPE.vm, 'cpuAndMemoryHotplug', canHotplugCpuAndMemory, hotplugCpuAndMemory),
  action(TYPE.vm, 'storageMigration', (cluster, vm) => cluster.profile.harvester === '1.9' && vm.status?.printableStatus === 'Running' && !isMovingStorage(vm), storageMigration),
  action(TYPE.vm, 'cancelStorageMigration', (_cluster, vm) => isMovingStorage(vm), cancelStorageMigration),
  action(TYPE.vm, 'updateResourceQuota', always, updateQuota),
  action(TYPE.vm, 'deleteResourceQuota', always, (cluster, vm) =>
    editQuota(cluster, vm, (limits) => {
      delete limits[vm.metadata.name];
    })
  ),
  action(TYPE.vm, 'dismissInsufficientResourceQuota', (_cluster, vm) => vm.metadata.annotations?.[INSUFFICIENT] !== undefined, dismissQuota)
];
