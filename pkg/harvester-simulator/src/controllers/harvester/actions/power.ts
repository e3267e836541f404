import { backupObstacle } from '../../../admission/virtual-machine';
import { ActionError, type ActionHandler, type Cluster, type KubeObject } from '../../../contract';
import { findCondition, isConditionTrue, specOf, statusOf } from '../support/conditions';
import { objectKey } from '../support/controller';
import { keyOf, TYPE } from '../support/types';
import { getClaim } from '../storage/claims';
import { claimNameOf, instanceOf, isFinal, phaseOf, RUN_STRATEGY_ANNOTATION, runStrategyOf, templateSpec, volumesOf } from '../machine/machine';
import { hasFaultedDisk, setInstanceCondition, unpause } from '../machine/instance-status';
import { action, refuse } from './support';

interface Request {
  action: string;
  uid?: string;
}

function isStarting(vm: KubeObject): boolean {
  return ((vm.status?.stateChangeRequests ?? []) as Request[]).some((request) => request.action === 'Start');
}

function canStart(cluster: Cluster, vm: KubeObject): boolean {
  if (isStarting(vm)) return false;
  const vmi = instanceOf(cluster, vm);
  return vmi === undefined || isFinal(vmi) || phaseOf(vmi) === 'Unknown' || phaseOf(vmi) === '';
}

function canStop(cluster: Cluster, vm: KubeObject): boolean {
  switch (runStrategyOf(vm)) {
    case 'Halted':
      return false;
    case 'Manual':
    case 'RerunOnFailure': {
      const vmi = instanceOf(cluster, vm);
      return vmi !== undefined && ['Pending', 'Scheduling', 'Scheduled', 'Running'].includes(phaseOf(vmi));
    }
    default:
      return true;
  }
}

function canRestart(cluster: Cluster, vm: KubeObject): boolean {
  return !isStarting(vm) && runStrategyOf(vm) !== 'Halted' && instanceOf(cluster, vm) !== undefined;
}

function canPause(cluster: Cluster, vm: KubeObject): boolean {
  const vmi = instanceOf(cluster, vm);
  return vmi !== undefined && phaseOf(vmi) === 'Running' && vmi.spec?.livenessProbe === undefined && !isConditionTrue(vmi, 'Paused');
}

function canUnpause(cluster: Cluster, vm: KubeObject): boolean {
  const vmi = instanceOf(cluster, vm);
  return vmi !== undefined && phaseOf(vmi) === 'Running' && isConditionTrue(vmi, 'Paused');
}

/** Every failure of these handlers is a 500 that names the action and the machine. */
function failed(name: string, vm: KubeObject, reason: string): never {
  throw new ActionError(500, `${name} virtual machine ${objectKey(vm)} failed, ${reason}`);
}

function conflict(vm: KubeObject, reason: string): string {
  return `Operation cannot be fulfilled on virtualmachine.kubevirt.io "${vm.metadata.name}": ${reason}`;
}

function instanceConflict(vm: KubeObject, reason: string): string {
  return `Operation cannot be fulfilled on virtualmachineinstance.kubevirt.io "${vm.metadata.name}": ${reason}`;
}

function addRequests(cluster: Cluster, vm: KubeObject, requests: Request[]): void {
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
    statusOf(draft).stateChangeRequests = requests;
  });
}

function start(cluster: Cluster, vm: KubeObject): undefined {
  for (const volume of volumesOf(templateSpec(vm))) {
    const name = claimNameOf(volume);
    if (name === undefined) continue;
    const claim = getClaim(cluster, vm.metadata.namespace ?? 'default', name);
    if (claim === undefined) failed('start', vm, `persistentvolumeclaims "${name}" not found`);
    if (findCondition(claim, 'Resizing')?.status === 'True') failed('start', vm, `can not start the VM ${objectKey(vm)} which has a resizing volume ${keyOf(vm.metadata.namespace, name)}`);
  }
  const vmi = instanceOf(cluster, vm);
  const strategy = runStrategyOf(vm);
  if (vmi !== undefined && !isFinal(vmi)) failed('start', vm, conflict(vm, 'VM is already running'));
  if (strategy === 'Always' || (strategy === 'RerunOnFailure' && vmi === undefined)) failed('start', vm, conflict(vm, `${strategy} does not support manual start requests`));
  if (strategy === 'Halted') {
    // KubeVirt would make it Always; Harvester brings back what the machine had before it was stopped.
    cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
      const spec = specOf(draft);
      delete spec.running;
      spec.runStrategy = draft.metadata.annotations?.[RUN_STRATEGY_ANNOTATION] ?? 'RerunOnFailure';
    });
    return undefined;
  }
  addRequests(cluster, vm, vmi === undefined ? [{ action: 'Start' }] : [{ action: 'Stop', uid: vmi.metadata.uid }, { action: 'Start' }]);
  return undefined;
}

function stop(cluster: Cluster, vm: KubeObject): undefined {
  const busy = backupObstacle(cluster, vm);
  if (busy !== undefined) failed('stop', vm, `admission webhook "validator.harvesterhci.io" denied the request: ${busy}`);
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
    const spec = specOf(draft);
    delete spec.running;
    spec.runStrategy = 'Halted';
  });
  return undefined;
}

function forceStop(cluster: Cluster, vm: KubeObject): undefined {
  const vmi = instanceOf(cluster, vm);
  if (vmi === undefined) refuse(conflict(vm, 'VM is not running'));
  cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
    specOf(draft).terminationGracePeriodSeconds = 0;
  });
  if (runStrategyOf(vm) !== 'Halted') stop(cluster, vm);
  return undefined;
}

function restart(cluster: Cluster, vm: KubeObject): undefined {
  const vmi = instanceOf(cluster, vm);
  if (runStrategyOf(vm) === 'Halted') failed('restart', vm, conflict(vm, 'RunStategy Halted does not support manual restart requests'));
  if (vmi === undefined) failed('restart', vm, conflict(vm, 'VM is not running'));
  addRequests(cluster, vm, [{ action: 'Stop', uid: vmi.metadata.uid }, { action: 'Start' }]);
  return undefined;
}

function runningInstance(cluster: Cluster, vm: KubeObject, name: string): KubeObject {
  const vmi = instanceOf(cluster, vm);
  if (vmi === undefined) failed(name, vm, `virtualmachineinstance.kubevirt.io "${vm.metadata.name}" not found`);
  if (phaseOf(vmi) !== 'Running') failed(name, vm, instanceConflict(vm, 'VMI is not running'));
  return vmi;
}

/** A reboot inside the guest: the instance stays, its agent is away for the time of a boot. */
function softReboot(cluster: Cluster, vm: KubeObject): undefined {
  const vmi = runningInstance(cluster, vm, 'softreboot');
  if (isConditionTrue(vmi, 'Paused')) failed('softreboot', vm, instanceConflict(vm, 'VMI is paused'));
  setInstanceCondition(cluster, vmi, { type: 'AgentConnected', status: 'False' });
  cluster.clock.after(cluster.timings.vmBoot, () => {
    const now = instanceOf(cluster, vm);
    if (now !== undefined && now.metadata.uid === vmi.metadata.uid && phaseOf(now) === 'Running') setInstanceCondition(cluster, now, { type: 'AgentConnected', status: 'True' });
  });
  return undefined;
}

function pause(cluster: Cluster, vm: KubeObject): undefined {
  const vmi = runningInstance(cluster, vm, 'pause');
  if (vmi.spec?.livenessProbe !== undefined) failed('pause', vm, 'Pausing VMIs with LivenessProbe is currently not supported');
  if (isConditionTrue(vmi, 'Paused')) failed('pause', vm, instanceConflict(vm, 'VMI is already paused'));
  setInstanceCondition(cluster, vmi, { type: 'Paused', status: 'True', reason: 'PausedByUser', message: 'VMI was paused by user' });
  return undefined;
}

function resume(cluster: Cluster, vm: KubeObject): undefined {
  const vmi = runningInstance(cluster, vm, 'unpause');
  if (!isConditionTrue(vmi, 'Paused')) failed('unpause', vm, instanceConflict(vm, 'VMI is not paused'));
  // While the disk is still gone the next write pauses the guest again.
  if (!hasFaultedDisk(cluster, vmi)) unpause(cluster, vmi);
  return undefined;
}

export const powerActions: ActionHandler[] = [
  action(TYPE.vm, 'start', canStart, start),
  action(TYPE.vm, 'stop', canStop, stop),
  action(TYPE.vm, 'forceStop', (_cluster, vm) => vm.status?.printableStatus === 'Stopping', forceStop),
  action(TYPE.vm, 'restart', canRestart, restart),
  action(TYPE.vm, 'softreboot', canPause, softReboot),
  action(TYPE.vm, 'pause', canPause, pause),
  action(TYPE.vm, 'unpause', canUnpause, resume)
];

