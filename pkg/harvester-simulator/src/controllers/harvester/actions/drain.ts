import type { Cluster, KubeObject } from '../../../contract';
import { findCondition, isConditionTrue } from '../support/conditions';
import { objectKey } from '../support/controller';
import { isNodeReady, isWitness } from '../support/nodes';
import { HARVESTER, LONGHORN_NAMESPACE, TYPE } from '../support/types';
import { getClaim } from '../storage/claims';
import { claimNameOf, disksOf, machineOf, phaseOf, volumesOf } from '../machine/machine';
import { migratableNodes } from './migration';

const STRATEGY_LABEL = 'harvesterhci.io/maintain-mode-strategy';

function isControlPlane(node: KubeObject): boolean {
  const labels = node.metadata.labels ?? {};
  return labels['node-role.kubernetes.io/control-plane'] === 'true' || labels['node-role.kubernetes.io/master'] === 'true' || labels['node-role.kubernetes.io/etcd'] === 'true';
}

/** Why a node cannot go into maintenance at all; undefined when it may. */
export function drainObstacle(cluster: Cluster, node: KubeObject): string | undefined {
  const others = cluster.store.list(TYPE.node).filter((other) => other.metadata.name !== node.metadata.name);
  if (isWitness(node)) return undefined;
  const controlPlanes = others.filter(isControlPlane);
  if (others.length === 0 || (isControlPlane(node) && controlPlanes.length === 0)) return 'draining of this node is not possible: single controlplane cluster, cannot place controlplane in maintenance mode';
  const isAnotherAway = controlPlanes.some((other) => other.metadata.annotations?.[HARVESTER.maintainStatus] !== undefined || !isNodeReady(other));
  if (isControlPlane(node) && isAnotherAway) return 'draining of this node is not possible: another controlplane is already in maintenance mode, cannot place current node in maintenance mode';
  return undefined;
}

/** Claims whose only good copy is on the node. */
function losesLastCopy(cluster: Cluster, node: string, claim: KubeObject): boolean {
  const volume: unknown = claim.spec?.volumeName;
  if (typeof volume !== 'string') return false;
  const good = cluster.store
    .list(TYPE.longhornReplica, { namespace: LONGHORN_NAMESPACE, labels: { longhornvolume: volume } })
    .filter(({ spec }) => spec?.healthyAt !== '' && spec?.healthyAt !== undefined && (spec?.failedAt ?? '') === '');
  return good.length === 1 && good[0]?.spec?.nodeID === node;
}

/** VMs that a drain of the node would harm, by the condition that stands in the way. */
export function unhealthyMachines(cluster: Cluster, node: KubeObject): Map<string, string[]> {
  const name = node.metadata.name;
  const found = new Map<string, string[]>();
  const add = (key: string, vmi: KubeObject): void => {
    found.set(key, [...(found.get(key) ?? []), objectKey(vmi)]);
  };
  for (const vmi of cluster.store.list(TYPE.vmi)) {
    if (phaseOf(vmi) !== 'Running') continue;
    const claims = volumesOf(vmi.spec).flatMap((volume) => getClaim(cluster, vmi.metadata.namespace ?? 'default', claimNameOf(volume) ?? '') ?? []);
    if (claims.some((claim) => losesLastCopy(cluster, name, claim))) add('LastHealthyReplica', vmi);
    if (vmi.status?.nodeName !== name) continue;
    if (disksOf(vmi.spec).some(({ cdrom }) => cdrom !== undefined) || volumesOf(vmi.spec).some(({ containerDisk }) => containerDisk !== undefined)) add('CDRomOrContainerDiskPresent', vmi);
    if (migratableNodes(cluster, vmi).length === 0) add('NodeSchedulingRequirementsNotMet', vmi);
    const strategy = machineOf(cluster, vmi)?.metadata.labels?.[STRATEGY_LABEL];
    if (strategy !== undefined && strategy !== 'Migrate') add('MaintainModeStrategy', vmi);
    else if (!isConditionTrue(vmi, 'LiveMigratable')) add(String(findCondition(vmi, 'LiveMigratable')?.reason ?? 'LiveMigratable'), vmi);
  }
  return found;
}
