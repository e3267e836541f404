import type { ActionHandler, Cluster, Fields, KubeObject } from '../../../contract';
import { annotationsOf, specOf } from '../support/conditions';
import { isCordoned } from '../support/nodes';
import { HARVESTER, TYPE } from '../support/types';
import { drainObstacle, unhealthyMachines } from './drain';
import { action, always, refuse } from './support';

export const DRAIN_FORCED = 'harvesterhci.io/drain-forced';
const DRAIN_TAINT = 'kubevirt.io/drain';

function isInMaintenance(node: KubeObject): boolean {
  const annotations = node.metadata.annotations ?? {};
  return annotations[HARVESTER.maintainStatus] !== undefined || annotations[HARVESTER.drainRequested] !== undefined;
}

function setUnschedulable(cluster: Cluster, node: KubeObject, isUnschedulable: boolean): undefined {
  cluster.store.edit(TYPE.node, node.metadata.name, (draft) => {
    const spec = specOf(draft);
    const taints = ((spec.taints ?? []) as { key: string }[]).filter(({ key }) => key !== 'node.kubernetes.io/unschedulable');
    if (isUnschedulable) {
      spec.unschedulable = true;
      spec.taints = [...taints, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', timeAdded: cluster.clock.iso() }];
    } else {
      delete spec.unschedulable;
      if (taints.length > 0) spec.taints = taints;
      else delete spec.taints;
    }
  });
  return undefined;
}

function maintenancePossible(cluster: Cluster, node: KubeObject): undefined {
  const obstacle = drainObstacle(cluster, node);
  if (obstacle !== undefined) refuse(obstacle);
  return undefined;
}

function listUnhealthy(cluster: Cluster, node: KubeObject): { status: number; body: unknown } {
  const body = [...unhealthyMachines(cluster, node)].map(([key, vms]) => ({ message: `The following VMs cannot be migrated due to ${key} condition`, vms }));
  return { status: 200, body };
}

function enableMaintenance(cluster: Cluster, node: KubeObject, body: Fields): undefined {
  maintenancePossible(cluster, node);
  const isForced = body.force === 'true' || body.force === true;
  const blocked = unhealthyMachines(cluster, node);
  if (!isForced && blocked.size > 0) refuse(`draining of this node is not possible: ${[...blocked].map(([key, vms]) => `${key}: ${vms.join(', ')}`).join('; ')}`);
  cluster.store.edit(TYPE.node, node.metadata.name, (draft) => {
    const annotations = annotationsOf(draft);
    annotations[HARVESTER.drainRequested] = 'true';
    if (isForced) annotations[DRAIN_FORCED] = 'true';
  });
  return undefined;
}

function disableMaintenance(cluster: Cluster, node: KubeObject): undefined {
  cluster.store.edit(TYPE.node, node.metadata.name, (draft) => {
    const annotations = annotationsOf(draft);
    for (const key of [HARVESTER.drainRequested, DRAIN_FORCED, HARVESTER.maintainStatus]) delete annotations[key];
    const spec = specOf(draft);
    spec.taints = ((spec.taints ?? []) as { key: string }[]).filter(({ key }) => key !== DRAIN_TAINT);
  });
  const now = cluster.store.get(TYPE.node, node.metadata.name);
  return now === undefined ? undefined : setUnschedulable(cluster, now, false);
}

export const nodeActions: ActionHandler[] = [
  action(TYPE.node, 'cordon', (_cluster, node) => !isCordoned(node), (cluster, node) => setUnschedulable(cluster, node, true)),
  action(TYPE.node, 'uncordon', (_cluster, node) => isCordoned(node), (cluster, node) => setUnschedulable(cluster, node, false)),
  action(TYPE.node, 'maintenancePossible', always, maintenancePossible),
  action(TYPE.node, 'listUnhealthyVM', always, listUnhealthy),
  action(TYPE.node, 'enableMaintenanceMode', (_cluster, node) => !isInMaintenance(node), enableMaintenance),
  action(TYPE.node, 'disableMaintenanceMode', (_cluster, node) => isInMaintenance(node), disableMaintenance)
];
