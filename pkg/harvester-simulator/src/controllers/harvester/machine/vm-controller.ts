import type { Cluster, Fields, KubeObject } from '../../../contract';
import { annotationsOf, conditionsOf, findCondition, isConditionTrue, setCondition, statusOf } from '../support/conditions';
import { defineController, objectKey } from '../support/controller';
import { ownerReference } from '../support/pods';
import { keyOf, TYPE } from '../support/types';
import { ensureClaims, removeListedClaims } from './claim-templates';
import { claimNameOf, instanceOf, isFinal, phaseOf, RUN_STRATEGY_ANNOTATION, runStrategyOf, templateSpec, VM_FINALIZER, VMI_FINALIZER, vmiEvent, volumesOf } from './machine';
import { printableStatus } from './printable-status';
import { followVolumeChange } from './volume-migration';

const RETRY = 5000;
const FIRST_CRASH_DELAY = 10_000;
const LONGEST_CRASH_DELAY = 300_000;

interface Request {
  action: 'Start' | 'Stop';
  uid?: string;
}

function requestsOf(vm: KubeObject): Request[] {
  return (vm.status?.stateChangeRequests ?? []) as Request[];
}

function dropRequest(cluster: Cluster, vm: KubeObject, action: Request['action']): void {
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
    const left = requestsOf(draft).filter((request) => request.action !== action);
    if (left.length === 0) delete statusOf(draft).stateChangeRequests;
    else statusOf(draft).stateChangeRequests = left;
  });
}

/** Whether an instance should exist, from the strategy, the pending requests and how the last instance ended. */
function shouldRun(vm: KubeObject, vmi: KubeObject | undefined): boolean {
  const requests = requestsOf(vm);
  if (requests.some(({ action }) => action === 'Stop')) return false;
  const isRequested = requests.some(({ action }) => action === 'Start');
  switch (runStrategyOf(vm)) {
    case 'Always':
      return true;
    case 'RerunOnFailure':
      // A guest that shut itself down stays down until somebody starts it.
      return vmi === undefined || phaseOf(vmi) !== 'Succeeded' || isRequested;
    case 'Once':
      return vmi !== undefined ? !isFinal(vmi) : vm.status?.created === undefined;
    case 'Manual':
      return isRequested || (vmi !== undefined && !isFinal(vmi));
    default:
      return false;
  }
}

function createInstance(cluster: Cluster, vm: KubeObject): void {
  const template = (vm.spec?.template ?? {}) as { metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }; spec?: Fields };
  const vmi = cluster.store.create(TYPE.vmi, {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstance',
    metadata: {
      name: vm.metadata.name,
      namespace: vm.metadata.namespace,
      labels: { ...template.metadata?.labels },
      annotations: { ...template.metadata?.annotations },
      ownerReferences: [ownerReference(vm)],
      finalizers: [VMI_FINALIZER]
    },
    spec: structuredClone(template.spec ?? {}),
    status: { phase: 'Pending' }
  });
  vmiEvent(cluster, vm, 'Normal', 'SuccessfulCreate', `Started the virtual machine by creating the new virtual machine instance ${vmi.metadata.name}`);
}

function deleteInstance(cluster: Cluster, vm: KubeObject, vmi: KubeObject): void {
  if (vmi.metadata.deletionTimestamp !== undefined) return undefined;
  cluster.store.remove(TYPE.vmi, objectKey(vmi));
  vmiEvent(cluster, vm, 'Normal', 'SuccessfulDelete', `Stopped the virtual machine by deleting the virtual machine instance ${vmi.metadata.uid ?? ''}`);
}

/** Conditions a VM takes over from its instance. */
const COPIED = ['LiveMigratable', 'StorageLiveMigratable', 'Paused', 'AgentConnected', 'DataVolumesReady'];

function writeStatus(cluster: Cluster, vm: KubeObject): void {
  const vmi = instanceOf(cluster, vm);
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
    const status = statusOf(draft);
    status.observedGeneration = draft.metadata.generation ?? 1;
    status.desiredGeneration = draft.metadata.generation ?? 1;
    status.runStrategy = runStrategyOf(draft);
    if (vmi !== undefined || status.created !== undefined) status.created = vmi !== undefined;
    status.ready = isConditionTrue(vmi, 'Ready');
    const ready = findCondition(vmi, 'Ready');
    const now = cluster.clock.iso();
    setCondition(draft, now, 'lastProbeTime', ready === undefined ? { type: 'Ready', status: 'False', reason: 'VMINotExists', message: 'VMI does not exist' } : { type: 'Ready', status: ready.status, reason: ready.reason ?? '', message: ready.message ?? '' });
    const conditions = conditionsOf(draft);
    for (const type of COPIED) {
      const own = conditions.findIndex((condition) => condition.type === type);
      const theirs = findCondition(vmi, type);
      if (own >= 0 && theirs === undefined) conditions.splice(own, 1);
      if (theirs !== undefined) setCondition(draft, now, 'lastProbeTime', { type, status: theirs.status, reason: theirs.reason ?? '', message: theirs.message ?? '' });
    }
    status.printableStatus = printableStatus(cluster, { ...vm, ...draft });
    status.volumeSnapshotStatuses = volumesOf(templateSpec(draft)).map((volume) =>
      claimNameOf(volume) === undefined ? { name: volume.name, enabled: false, reason: `Snapshot is not supported for this volumeSource type [${volume.name}]` } : { name: volume.name, enabled: true }
    );
  });
}

function finishDeletion(cluster: Cluster, vm: KubeObject, vmi: KubeObject | undefined): number | undefined {
  if (vmi !== undefined) {
    deleteInstance(cluster, vm, vmi);
    writeStatus(cluster, vm);
    return undefined;
  }
  removeListedClaims(cluster, vm);
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
    draft.metadata.finalizers = (draft.metadata.finalizers ?? []).filter((finalizer) => finalizer !== VM_FINALIZER);
  });
  return undefined;
}

/** KubeVirt's VM controller with Harvester's additions: claim templates, the remembered run strategy, listed claims. */
export const vmController = defineController({
  name: 'vm-controller',
  watches: [
    { typeId: TYPE.vm },
    { typeId: TYPE.vmi },
    { typeId: TYPE.dataVolume, keys: ({ object }) => [`claim ${objectKey(object)}`] },
    { typeId: TYPE.pvc, keys: ({ object }) => [`claim ${objectKey(object)}`] },
    { typeId: TYPE.pod, keys: ({ object }) => (object.metadata.labels?.['vm.kubevirt.io/name'] === undefined ? [] : [keyOf(object.metadata.namespace, object.metadata.labels['vm.kubevirt.io/name'])]) }
  ],
  create: (cluster, { enqueue, observe }) => {
    /** claim -> machines that name it */
    const machines = new Map<string, Set<string>>();
    const index = (vm: KubeObject): void => {
      for (const volume of volumesOf(templateSpec(vm))) {
        const name = claimNameOf(volume);
        if (name === undefined) continue;
        const claim = keyOf(vm.metadata.namespace, name);
        machines.set(claim, (machines.get(claim) ?? new Set()).add(objectKey(vm)));
      }
    };
    cluster.store.list(TYPE.vm).forEach(index);
    observe(({ type, typeId, object }) => {
      if (typeId === TYPE.vm && type !== 'remove') index(object);
    });
    const crashes = new Map<string, number>();
    return (key) => {
      if (key.startsWith('claim ')) {
        for (const vm of machines.get(key.slice('claim '.length)) ?? []) enqueue(vm);
        return undefined;
      }
      const vm = cluster.store.get(TYPE.vm, key);
      if (vm === undefined) {
        crashes.delete(key);
        return undefined;
      }
      const vmi = instanceOf(cluster, vm);
      if (vm.metadata.deletionTimestamp !== undefined) return finishDeletion(cluster, vm, vmi);
      prepare(cluster, vm);
      const isIncomplete = ensureClaims(cluster, vm);
      const current = cluster.store.get(TYPE.vm, key) ?? vm;
      const wait = drive(cluster, current, vmi, crashes);
      followVolumeChange(cluster, current);
      writeStatus(cluster, cluster.store.get(TYPE.vm, key) ?? current);
      return wait ?? (isIncomplete ? RETRY : undefined);
    };
  }
});

/** Finalizer, and the strategy to come back to when a stopped machine is started. */
function prepare(cluster: Cluster, vm: KubeObject): void {
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
    const finalizers = draft.metadata.finalizers ?? [];
    if (!finalizers.includes(VM_FINALIZER)) draft.metadata.finalizers = [...finalizers, VM_FINALIZER];
    const strategy = runStrategyOf(draft);
    if (strategy !== 'Halted') annotationsOf(draft)[RUN_STRATEGY_ANNOTATION] = strategy;
  });
}

function drive(cluster: Cluster, vm: KubeObject, vmi: KubeObject | undefined, crashes: Map<string, number>): number | undefined {
  const key = objectKey(vm);
  if (!shouldRun(vm, vmi)) {
    if (vmi !== undefined && (!isFinal(vmi) || runStrategyOf(vm) === 'Halted' || requestsOf(vm).length > 0)) deleteInstance(cluster, vm, vmi);
    if (vmi === undefined) dropRequest(cluster, vm, 'Stop');
    // Halted in the midst of a restart: the wish to start again is void.
    if (runStrategyOf(vm) === 'Halted') dropRequest(cluster, vm, 'Start');
    return undefined;
  }
  if (vmi === undefined) {
    const retryAt = Date.parse(String(vm.status?.startFailure?.retryAfterTimestamp ?? ''));
    if (retryAt > cluster.clock.now()) return retryAt - cluster.clock.now();
    createInstance(cluster, vm);
    dropRequest(cluster, vm, 'Start');
    cluster.store.edit(TYPE.vm, key, (draft) => {
      statusOf(draft).created = true;
    });
    return undefined;
  }
  if (phaseOf(vmi) === 'Running' && vm.status?.startFailure !== undefined) {
    crashes.delete(key);
    cluster.store.edit(TYPE.vm, key, (draft) => {
      delete statusOf(draft).startFailure;
    });
  }
  if (isFinal(vmi) && vmi.metadata.deletionTimestamp === undefined) {
    if (phaseOf(vmi) === 'Failed') noteCrash(cluster, vm, vmi, crashes);
    deleteInstance(cluster, vm, vmi);
  }
  return undefined;
}

/** Instances that keep failing are started again later and later; losing a node is not the guest's fault. */
function noteCrash(cluster: Cluster, vm: KubeObject, vmi: KubeObject, crashes: Map<string, number>): void {
  if (vmi.status?.reason === 'NodeUnresponsive' || vmi.status?.reason === 'PodTerminated') return undefined;
  const count = (crashes.get(objectKey(vm)) ?? 0) + 1;
  crashes.set(objectKey(vm), count);
  const delay = Math.min(LONGEST_CRASH_DELAY, FIRST_CRASH_DELAY * 2 ** (count - 1));
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
    statusOf(draft).startFailure = { consecutiveFailCount: count, lastFailedVMIUID: vmi.metadata.uid, retryAfterTimestamp: new Date(cluster.clock.now() + delay).toISOString().replace(/\.\d+Z$/, 'Z') };
  });
}
