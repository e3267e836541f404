import { ActionError, type ActionHandler, type Cluster, type KubeObject } from '../../../contract';
import { findCondition, isConditionTrue } from '../support/conditions';
import { objectKey } from '../support/controller';
import { isDrained, isWitness, matchesAffinity, matchesSelector } from '../support/nodes';
import { HARVESTER, TYPE } from '../support/types';
import { instanceOf, launcherPods, phaseOf } from '../machine/machine';
import { activeMigration, createMigration, migrationPhase } from '../machine/migration';
import { action, refuse } from './support';

/** Why an instance cannot be live migrated, in Harvester's words (pkg/util/virtualmachineinstance `ValidateVMMigratable`). */
export function migrationObstacle(vmi: KubeObject): string | undefined {
  const prefix = `VM ${objectKey(vmi)} is not live migratable as`;
  if (phaseOf(vmi) !== 'Running') return `${prefix} it is not running`;
  const state = vmi.status?.migrationState;
  if (vmi.metadata.annotations?.[HARVESTER.migrationState] !== undefined || (state !== undefined && state.completed !== true && state.endTimestamp === undefined)) return `${prefix} it is already in migration`;
  if (vmi.spec?.nodeSelector !== undefined && Object.keys(vmi.spec.nodeSelector as object).length > 0) return `${prefix} it has node selectors`;
  const devices = vmi.spec?.domain?.devices ?? {};
  if ((devices.hostDevices ?? []).length > 0) return `${prefix} it has PCI or USB devices`;
  if ((devices.gpus ?? []).length > 0) return `${prefix} it has vGPU devices`;
  const condition = findCondition(vmi, 'LiveMigratable');
  if (condition?.status !== 'True') return `${prefix} ${String(condition?.message ?? 'its LiveMigratable condition is not set')}`;
  return undefined;
}

/** Nodes a VM might go to, as Harvester finds them: selectors and drained nodes count, the data engine does not. */
export function migratableNodes(cluster: Cluster, vmi: KubeObject): string[] {
  const pod = launcherPods(cluster, vmi)[0];
  return cluster.store
    .list(TYPE.node)
    .filter((node) => node.metadata.name !== vmi.status?.nodeName && !isDrained(node) && !isWitness(node))
    .filter((node) => matchesSelector(node, withoutHost(pod?.spec?.nodeSelector as Record<string, string> | undefined)) && matchesAffinity(node, vmi.spec?.affinity))
    .map((node) => node.metadata.name)
    .sort();
}

function withoutHost(selector: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(selector ?? {}).filter(([key]) => key !== 'kubernetes.io/hostname'));
}

function canMigrate(cluster: Cluster, vm: KubeObject): boolean {
  const vmi = instanceOf(cluster, vm);
  return vmi !== undefined && cluster.store.list(TYPE.node).length >= 2 && migrationObstacle(vmi) === undefined;
}

function requireInstance(cluster: Cluster, vm: KubeObject): KubeObject {
  return instanceOf(cluster, vm) ?? refuse(`virtualmachineinstances.kubevirt.io "${vm.metadata.name}" not found`, 404);
}

function migrate(cluster: Cluster, vm: KubeObject, body: Record<string, unknown>): undefined {
  const nodeName = typeof body.nodeName === 'string' ? body.nodeName : '';
  const vmi = requireInstance(cluster, vm);
  if (phaseOf(vmi) !== 'Running') refuse('The VM is not in running state');
  if (!isConditionTrue(vmi, 'Ready')) refuse("Can't migrate the VM, the VM is not in ready status");
  const obstacle = migrationObstacle(vmi);
  if (obstacle !== undefined) refuse(obstacle);
  if (nodeName !== '') {
    if (nodeName === vmi.status?.nodeName) throw new ActionError(422, 'The VM is currently running on the target node');
    const nodes = migratableNodes(cluster, vmi);
    if (nodes.length === 0) refuse(`can't migrate the VM to the node ${nodeName}: no matching migratable nodes found`);
    if (!nodes.includes(nodeName)) refuse('The target node is non-migratable');
  }
  const kubeVirt = cluster.store.list('kubevirt.io.kubevirt')[0];
  if (kubeVirt !== undefined && findCondition(kubeVirt, 'Available')?.status === 'False') refuse('KubeVirt is not ready');
  createMigration(cluster, vmi, nodeName === '' ? undefined : nodeName);
  return undefined;
}

const ABORTABLE = ['', 'Pending', 'Scheduling', 'Scheduled', 'PreparingTarget', 'TargetReady', 'Running'];

function isMigrating(cluster: Cluster, vm: KubeObject): boolean {
  return instanceOf(cluster, vm)?.metadata.annotations?.[HARVESTER.migrationState] === 'Migrating';
}

function abortMigration(cluster: Cluster, vm: KubeObject): undefined {
  const vmi = requireInstance(cluster, vm);
  if (!isMigrating(cluster, vm)) refuse('The VM is not in migrating state');
  const migration = activeMigration(cluster, vmi);
  if (migration === undefined) return undefined;
  if (!ABORTABLE.includes(migrationPhase(migration))) refuse(`cannot abort the migration as it is in "${migrationPhase(migration)}" phase`);
  cluster.store.remove(TYPE.vmim, objectKey(migration));
  return undefined;
}

export const migrationActions: ActionHandler[] = [
  action(TYPE.vm, 'migrate', canMigrate, migrate),
  action(TYPE.vm, 'findMigratableNodes', canMigrate, (cluster, vm) => {
    const vmi = requireInstance(cluster, vm);
    const obstacle = migrationObstacle(vmi);
    if (obstacle !== undefined) refuse(obstacle);
    return { status: 200, body: { nodes: migratableNodes(cluster, vmi) } };
  }),
  action(TYPE.vm, 'abortMigration', isMigrating, abortMigration)
];
