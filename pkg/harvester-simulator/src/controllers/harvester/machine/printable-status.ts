import type { Cluster, KubeObject } from '../../../contract';
import { findCondition, isConditionTrue } from '../support/conditions';
import { keyOf, TYPE } from '../support/types';
import { getClaim, isBound } from '../storage/claims';
import { claimNameOf, instanceOf, isFinal, launcherPods, phaseOf, runStrategyOf, templateSpec, volumesOf } from './machine';

interface Situation {
  cluster: Cluster;
  vm: KubeObject;
  vmi: KubeObject | undefined;
}

function claims({ cluster, vm }: Situation): { name: string; claim: KubeObject | undefined; dataVolume: KubeObject | undefined }[] {
  const namespace = vm.metadata.namespace ?? 'default';
  return volumesOf(templateSpec(vm)).flatMap((volume) => {
    const name = claimNameOf(volume);
    return name === undefined ? [] : [{ name, claim: getClaim(cluster, namespace, name), dataVolume: cluster.store.get(TYPE.dataVolume, keyOf(namespace, name)) }];
  });
}

function isMigrating({ vmi }: Situation): boolean {
  const state = vmi?.status?.migrationState;
  return state !== undefined && state.startTimestamp !== undefined && state.endTimestamp === undefined && state.completed !== true;
}

function isWaitingToRun({ vmi }: Situation): boolean {
  return vmi !== undefined && !isFinal(vmi) && phaseOf(vmi) !== 'Running';
}

/** KubeVirt's list of statuses, most telling first (virt-controller `setPrintableStatus`). */
const RULES: readonly [string, (situation: Situation) => boolean][] = [
  ['Terminating', ({ vm }) => vm.metadata.deletionTimestamp !== undefined],
  ['Stopping', ({ vmi }) => vmi !== undefined && !isFinal(vmi) && (vmi.metadata.deletionTimestamp !== undefined)],
  ['Migrating', isMigrating],
  ['Paused', ({ vmi }) => isConditionTrue(vmi, 'Paused')],
  ['Running', ({ vmi }) => phaseOf(vmi) === 'Running'],
  ['Unknown', ({ vmi }) => phaseOf(vmi) === 'Unknown'],
  ['ErrorUnschedulable', (situation) => isWaitingToRun(situation) && isUnschedulable(situation)],
  ['Provisioning', (situation) => isWaitingToRun(situation) && claims(situation).some(({ dataVolume }) => isProvisioning(dataVolume))],
  ['ErrorPvcNotFound', (situation) => isWaitingToRun(situation) && claims(situation).some(({ claim, dataVolume }) => claim === undefined && dataVolume === undefined)],
  ['WaitingForVolumeBinding', (situation) => isWaitingToRun(situation) && claims(situation).some(({ claim }) => claim !== undefined && !isBound(claim))],
  ['DataVolumeError', (situation) => claims(situation).some(({ dataVolume }) => dataVolume?.status?.phase === 'Failed')],
  ['CrashLoopBackOff', ({ vm, vmi }) => vmi === undefined && runStrategyOf(vm) !== 'Halted' && vm.status?.startFailure !== undefined],
  ['Starting', (situation) => isWaitingToRun(situation) || isStartRequested(situation)]
];

function isProvisioning(dataVolume: KubeObject | undefined): boolean {
  const phase: unknown = dataVolume?.status?.phase;
  return dataVolume !== undefined && phase !== 'Succeeded' && phase !== 'Failed' && phase !== 'WaitForFirstConsumer' && phase !== 'PendingPopulation';
}

function isStartRequested({ vm }: Situation): boolean {
  const requests = (vm.status?.stateChangeRequests ?? []) as { action: string }[];
  return requests.some(({ action }) => action === 'Start');
}

function isUnschedulable({ cluster, vmi }: Situation): boolean {
  if (vmi === undefined) return false;
  const condition = launcherPods(cluster, vmi).map((pod) => findCondition(pod, 'PodScheduled'))[0];
  // Claims that are not bound yet are their own status.
  return condition?.status === 'False' && !String(condition.message).includes('unbound immediate') && !String(condition.message).includes('not found');
}

/** `status.printableStatus` of a VM as it is now. */
export function printableStatus(cluster: Cluster, vm: KubeObject): string {
  const situation = { cluster, vm, vmi: instanceOf(cluster, vm) };
  return RULES.find(([, holds]) => holds(situation))?.[0] ?? 'Stopped';
}
