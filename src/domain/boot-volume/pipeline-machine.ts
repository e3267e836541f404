import type { DataVolumeRecord, VirtualMachineInstanceRecord, VirtualMachineRecord } from '../harvester/types';
import { isImageReady } from '../harvester/image';
import { findBootDisk } from '../harvester/virtual-machine';
import { findCondition } from '../kube/conditions';
import { KIND } from '../kube/kinds';
import { longhornId, objectId } from '../kube/names';
import { isV2DisabledOn } from '../longhorn/node-status';
import type { VolumeRecord } from '../longhorn/types';
import type { ClusterView } from '../view';
import { findImporterCause } from './importer-cause';
import { listDiskNodes } from './nodes';
import { cause, composePipeline, conditionEvidence, step } from './pipeline-steps';
import { findFault, findStorageCause, findVolume, readClaimStep, readVolumeStep } from './pipeline-storage';
import { evidenceOf, unreadReason } from './reading';
import { findStandstill } from './standstill';
import type { Standing } from './standstill';
import type { Pipeline, PipelineCause, PipelineStep } from './types';

/**
 * How far a VM is on its way image -> clone -> claim -> Longhorn volume -> attach -> boot, for the disk it boots from,
 * and why it does not go on. `Provisioning`, `WaitingForVolumeBinding` and `ErrorPvcNotFound` are normal while the
 * root disk is being copied. `now` in epoch milliseconds; `standingOf`: since when a data volume has not moved, where
 * that was watched.
 */
export function readMachinePipeline(view: ClusterView, machineId: string, now: number, standingOf: (dataVolumeId: string) => Standing | undefined = () => undefined): Pipeline {
  const machine = view.get(KIND.virtualMachine, machineId);

  if (machine === undefined) {
    return { state: unreadReason(view, KIND.virtualMachine) === null ? 'gone' : 'unknown', steps: [], cause: null };
  }

  const instance = view.get(KIND.virtualMachineInstance, machineId);
  const disk = findBootDisk(machine);
  const boot = readBootStep(view, machine, instance);

  if (disk === undefined) {
    return settle(machine, composePipeline([boot], findBootCause(view, machine, instance)));
  }

  const claimId = objectId(machine.meta.namespace, disk.claimName);
  const imageId = machine.claimTemplates.find(template => template.name === disk.claimName)?.imageId ?? '';
  const dataVolume = view.get(KIND.dataVolume, claimId);
  const found = boot.state === 'done' ? findFault(view, findVolume(view, claimId)) ?? findPauseCause(view, machine, instance) : findCause(view, machine, instance, { claimId, imageId, now, standing: standingOf(claimId) });
  const steps = [
    ...(imageId === '' ? [] : [readImageStep(view, imageId)]),
    ...(imageId === '' || isFromBackingImage(view, imageId) ? [] : [readCloneStep(view, claimId, dataVolume)]),
    readClaimStep(view, claimId, dataVolume),
    readVolumeStep(view, claimId),
    readAttachStep(view, findVolume(view, claimId), instance),
    boot
  ];

  return settle(machine, composePipeline(steps, found));
}

/** A machine that nobody wants to run is stopped, unless its disk can't even be made. */
function settle(machine: VirtualMachineRecord, pipeline: Pipeline): Pipeline {
  const diskSteps = pipeline.steps.filter(entry => entry.id !== 'attach' && entry.id !== 'boot');
  const isComplete = diskSteps.every(entry => entry.state === 'done' || entry.state === 'unknown');

  return machine.runStrategy === 'Halted' && pipeline.state === 'running' && isComplete ? { ...pipeline, state: 'stopped' } : pipeline;
}

function isFromBackingImage(view: ClusterView, imageId: string): boolean {
  return view.get(KIND.image, imageId)?.backend === 'backingimage';
}

function readImageStep(view: ClusterView, imageId: string): PipelineStep {
  const image = view.get(KIND.image, imageId);

  if (image === undefined) {
    return step('image', 'unknown', unreadReason(view, KIND.image) === null ? 'missing' : 'unread', { image: imageId });
  }

  return isImageReady(image)
    ? step('image', 'done', 'ready', { image: image.displayName })
    : step('image', 'running', 'importing', { image: image.displayName }, image.progress);
}

function readCloneStep(view: ClusterView, claimId: string, dataVolume: DataVolumeRecord | undefined): PipelineStep {
  if (dataVolume === undefined) {
    const claim = view.get(KIND.persistentVolumeClaim, claimId);
    const isUnread = unreadReason(view, KIND.dataVolume) !== null;

    return claim?.phase === 'Bound'
      ? step('clone', 'done', 'collected')
      : step('clone', isUnread ? 'unknown' : 'waiting', isUnread ? 'unread' : 'none');
  }

  const evidence = [evidenceOf(view, KIND.dataVolume, claimId, 'status.phase', dataVolume.phase)];
  const params = { phase: dataVolume.phase };

  if (dataVolume.phase === 'Succeeded') {
    return step('clone', 'done', 'succeeded', params, null, evidence);
  }

  if (dataVolume.phase === 'Failed') {
    return step('clone', 'failed', 'failed', params, null, evidence);
  }

  return /InProgress$/.test(dataVolume.phase)
    ? step('clone', 'running', /Prep|Expansion|Rebind/.test(dataVolume.phase) ? 'finishing' : 'copying', params, dataVolume.progress, evidence)
    : step('clone', 'running', 'preparing', params, dataVolume.progress, evidence);
}

function readAttachStep(view: ClusterView, volume: VolumeRecord | undefined, instance: VirtualMachineInstanceRecord | undefined): PipelineStep {
  if (instance?.phase === 'Running') {
    return step('attach', 'done', 'attached', { node: instance.nodeName });
  }

  if (volume === undefined) {
    const isUnread = unreadReason(view, KIND.volume) !== null;

    return step('attach', isUnread ? 'unknown' : 'waiting', isUnread ? 'unread' : 'none');
  }

  const evidence = [evidenceOf(view, KIND.volume, volume.meta.id, 'status.state', volume.rawState)];

  if (instance === undefined) {
    return step('attach', 'waiting', 'none', {}, null, evidence);
  }

  return volume.state === 'attached'
    ? step('attach', 'done', 'attached', { node: volume.currentNodeId }, null, evidence)
    : step('attach', 'running', 'attaching', { node: volume.nodeId }, null, evidence);
}

function readBootStep(view: ClusterView, machine: VirtualMachineRecord, instance: VirtualMachineInstanceRecord | undefined): PipelineStep {
  const id = machine.meta.id;
  const evidence = [evidenceOf(view, KIND.virtualMachine, id, 'status.printableStatus', machine.printableStatus)];
  const params = { status: machine.printableStatus, node: instance?.nodeName ?? '' };

  if (instance?.phase === 'Running') {
    return step('boot', 'done', machine.printableStatus === 'Paused' ? 'paused' : 'running', params, null, evidence);
  }

  if (machine.runStrategy === 'Halted') {
    return step('boot', 'waiting', 'halted', params, null, evidence);
  }

  return step('boot', instance === undefined ? 'waiting' : 'running', instance === undefined ? 'none' : 'starting', params, null, evidence);
}

interface CauseInput {
  readonly claimId: string;
  readonly imageId: string;
  readonly now: number;
  readonly standing: Standing | undefined;
}

function findCause(view: ClusterView, machine: VirtualMachineRecord, instance: VirtualMachineInstanceRecord | undefined, input: CauseInput): PipelineCause | null {
  const { claimId, imageId, now, standing } = input;
  const dataVolume = view.get(KIND.dataVolume, claimId);
  const template = machine.claimTemplates.find(entry => objectId(machine.meta.namespace, entry.name) === claimId);

  return findImageCause(view, machine, claimId, imageId, now) ??
    (dataVolume ? findImporterCause(view, dataVolume) ?? findHangingClone(view, dataVolume, claimId) : null) ??
    findStorageCause(view, claimId, template?.storageClassName ?? '', template?.storage ?? null) ??
    (dataVolume ? findStandstill(view, dataVolume, standing, now) : null) ??
    findAttachCause(view, instance, findVolume(view, claimId)) ??
    findBootCause(view, machine, instance);
}

function findImageCause(view: ClusterView, machine: VirtualMachineRecord, claimId: string, imageId: string, now: number): PipelineCause | null {
  const isNew = machine.meta.createdAt === null || now - machine.meta.createdAt < 5_000;

  // The controller logs a missing image and goes on without a word on the machine.
  return imageId !== '' && !isNew && view.get(KIND.image, imageId) === undefined &&
    view.get(KIND.persistentVolumeClaim, claimId) === undefined &&
    unreadReason(view, KIND.image) === null && unreadReason(view, KIND.persistentVolumeClaim) === null
    ? cause('image-missing', { image: imageId }, [evidenceOf(view, KIND.virtualMachine, machine.meta.id, 'status.printableStatus', machine.printableStatus)], false)
    : null;
}

/** After a csi-clone the resize waits for a healthy volume; fewer nodes than replicas never give one. */
function findHangingClone(view: ClusterView, dataVolume: DataVolumeRecord, claimId: string): PipelineCause | null {
  const volume = findVolume(view, claimId);
  const nodes = volume ? listDiskNodes(view, volume.nodeSelector, volume.diskSelector) : null;

  return volume && nodes && /^(?:PrepClaim|Expansion|CSIClone)InProgress$/.test(dataVolume.phase) &&
    volume.cloneStatus.state === 'copy-completed-awaiting-healthy' && nodes.length < (volume.numberOfReplicas ?? 0)
    ? cause('clone-awaits-healthy', { nodes: nodes.length, replicas: volume.numberOfReplicas ?? 0 }, [evidenceOf(view, KIND.volume, volume.meta.id, 'status.cloneStatus.state', volume.cloneStatus.state)])
    : null;
}

function findAttachCause(view: ClusterView, instance: VirtualMachineInstanceRecord | undefined, volume: VolumeRecord | undefined): PipelineCause | null {
  if (instance === undefined || instance.phase === 'Running' || volume === undefined || volume.state === 'attached') {
    return null;
  }

  // Before its pod runs, only the volume tells where the VM is to run.
  const node = instance.nodeName || volume.nodeId;

  if (node !== '' && volume.dataEngine === 'v2' && isV2DisabledOn(view, node) === true) {
    return cause('node-without-engine', { node }, [evidenceOf(view, KIND.node, node, 'metadata.labels[node.longhorn.io/disable-v2-data-engine]', 'true')]);
  }

  const id = longhornId(volume.meta.name);
  const refused = view.get(KIND.volumeAttachment, id)?.tickets.find(ticket => !ticket.isSatisfied && ticket.message !== '');

  return refused
    ? cause('attach-refused', { message: refused.message, node: refused.nodeId }, [evidenceOf(view, KIND.volumeAttachment, id, `status.attachmentTicketStatuses.${refused.id}.conditions[Satisfied].message`, refused.message)])
    : null;
}

function findBootCause(view: ClusterView, machine: VirtualMachineRecord, instance: VirtualMachineInstanceRecord | undefined): PipelineCause | null {
  const scheduled = instance ? findCondition(instance.conditions, 'PodScheduled') : undefined;

  if (scheduled?.status === 'False') {
    return cause('machine-unschedulable', { message: scheduled.message }, conditionEvidence(view, KIND.virtualMachineInstance, machine.meta.id, 'PodScheduled', scheduled.message));
  }

  const failure = findCondition(machine.conditions, 'Failure');

  return failure?.status === 'True'
    ? cause('machine-refused', { message: failure.message }, conditionEvidence(view, KIND.virtualMachine, machine.meta.id, 'Failure', failure.message))
    : null;
}

function findPauseCause(view: ClusterView, machine: VirtualMachineRecord, instance: VirtualMachineInstanceRecord | undefined): PipelineCause | null {
  const paused = instance ? findCondition(instance.conditions, 'Paused') : undefined;

  return paused?.status === 'True' && /ioerror|i\/o error/i.test(`${paused.reason} ${paused.message}`)
    ? cause('paused-io-error', { message: paused.message }, conditionEvidence(view, KIND.virtualMachineInstance, machine.meta.id, 'Paused', paused.message))
    : null;
}
