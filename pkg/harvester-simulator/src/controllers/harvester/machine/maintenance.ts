import { annotationsOf, isConditionTrue, specOf } from '../support/conditions';
import { defineController, objectKey } from '../support/controller';
import { HARVESTER, TYPE } from '../support/types';
import { machineOf, phaseOf } from './machine';
import { activeMigration, createMigration } from './migration';
import type { Cluster, KubeObject } from '../../../contract';

const POLL = 2000;
const FORCED = 'harvesterhci.io/drain-forced';
const DRAIN_TAINT = 'kubevirt.io/drain';
/** KubeVirt evacuates two VMs of a node at a time. */
const AT_ONCE = 2;

function stop(cluster: Cluster, vmi: KubeObject): void {
  const vm = machineOf(cluster, vmi);
  if (vm === undefined) cluster.store.remove(TYPE.vmi, objectKey(vmi));
  else {
    cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
      specOf(draft).runStrategy = 'Halted';
      annotationsOf(draft)['harvesterhci.io/maintain-mode-strategy-node-name'] = String(vmi.status?.nodeName);
    });
  }
}

/** Carries out a requested drain: cordon, taint, move the VMs off (or stop them when forced), then say it is done. */
export const maintenanceController = defineController({
  name: 'node-maintenance-controller',
  watches: [{ typeId: TYPE.node }],
  create: (cluster) => (name) => {
    const node = cluster.store.get(TYPE.node, name);
    const annotations = node?.metadata.annotations ?? {};
    if (node === undefined || annotations[HARVESTER.drainRequested] === undefined || annotations[HARVESTER.maintainStatus] === 'completed') return undefined;
    cluster.store.edit(TYPE.node, name, (draft) => {
      const spec = specOf(draft);
      spec.unschedulable = true;
      const taints = ((spec.taints ?? []) as { key: string }[]).filter(({ key }) => key !== DRAIN_TAINT);
      spec.taints = [...taints, { key: DRAIN_TAINT, value: 'scheduling', effect: 'NoSchedule' }];
      annotationsOf(draft)[HARVESTER.maintainStatus] ??= 'running';
    });
    const machines = cluster.store.list(TYPE.vmi).filter((vmi) => vmi.status?.nodeName === name && phaseOf(vmi) === 'Running');
    let moving = machines.filter((vmi) => activeMigration(cluster, vmi) !== undefined).length;
    for (const vmi of machines) {
      if (vmi.metadata.deletionTimestamp !== undefined || activeMigration(cluster, vmi) !== undefined) continue;
      if (isConditionTrue(vmi, 'LiveMigratable')) {
        if (moving >= AT_ONCE) continue;
        moving += 1;
        cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
          draft.status = { ...draft.status, evacuationNodeName: name };
        });
        createMigration(cluster, vmi);
      } else if (annotations[FORCED] === 'true') {
        stop(cluster, vmi);
      }
    }
    if (machines.length > 0) return POLL;
    cluster.store.edit(TYPE.node, name, (draft) => {
      annotationsOf(draft)[HARVESTER.maintainStatus] = 'completed';
    });
    return undefined;
  }
});
