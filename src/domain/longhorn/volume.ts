import { parseConditions } from '../kube/conditions';
import { asArray, asFlag, asNumber, asObject, asOneOf, asSharedText, asText, asTexts, asTime } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import { parseDataEngine } from './enums';
import type { Robustness, VolumeRecord, VolumeState } from './types';

const STATES: ReadonlySet<VolumeState> = new Set<VolumeState>(['creating', 'attached', 'detached', 'attaching', 'detaching', 'deleting']);
const ROBUSTNESSES: ReadonlySet<Robustness> = new Set<Robustness>(['healthy', 'degraded', 'faulted', 'unknown']);
const NO_WORKLOADS: VolumeRecord['workloads'] = Object.freeze([]);

/** `""` as the API writes it at birth reads `new`; a field that is not there at all reads `unknown`. */
function parseState(value: unknown): VolumeState {
  return value === '' ? 'new' : asOneOf(value, STATES, 'unknown');
}

function parseRobustness(value: unknown): Robustness {
  return value === '' ? 'new' : asOneOf(value, ROBUSTNESSES, 'unknown');
}

function parseWorkloads(value: unknown): VolumeRecord['workloads'] {
  const items = asArray(value);
  if (items.length === 0) return NO_WORKLOADS;
  return Object.freeze(items.map((item) => {
    const workload = asObject(item);
    return Object.freeze({
      podName: asText(workload.podName),
      podStatus: asText(workload.podStatus),
      workloadName: asText(workload.workloadName),
      workloadType: asText(workload.workloadType)
    });
  }));
}

/**
 * A Longhorn `Volume` of any version from 1.8 to 1.12, as a small frozen record. Never throws.
 * Mirrors `k8s/pkg/apis/longhorn/v1beta2/volume.go`; the JSON key `Standby` has a capital S upstream.
 */
export function parseVolume(raw: unknown): VolumeRecord {
  const source = asObject(raw);
  const spec = asObject(source.spec);
  const status = asObject(source.status);
  const kubernetes = asObject(status.kubernetesStatus);
  const clone = asObject(status.cloneStatus);
  return Object.freeze({
    meta: parseMeta(source),
    dataEngine: parseDataEngine(spec.dataEngine, spec.backendStoreDriver),
    size: asNumber(spec.size),
    numberOfReplicas: asNumber(spec.numberOfReplicas),
    frontend: asSharedText(spec.frontend),
    accessMode: asSharedText(spec.accessMode),
    isMigratable: asFlag(spec.migratable),
    isEncrypted: asFlag(spec.encrypted),
    isStandby: asFlag(spec.Standby) || asFlag(status.isStandby),
    dataLocality: asSharedText(spec.dataLocality),
    cloneMode: asSharedText(spec.cloneMode),
    backingImage: asSharedText(spec.backingImage),
    nodeSelector: asTexts(spec.nodeSelector),
    diskSelector: asTexts(spec.diskSelector),
    replicaSoftAntiAffinity: asSharedText(spec.replicaSoftAntiAffinity),
    replicaZoneSoftAntiAffinity: asSharedText(spec.replicaZoneSoftAntiAffinity),
    replicaDiskSoftAntiAffinity: asSharedText(spec.replicaDiskSoftAntiAffinity),
    offlineRebuilding: asSharedText(spec.offlineRebuilding),
    staleReplicaTimeout: asNumber(spec.staleReplicaTimeout),
    // The CRD and Longhorn's documentation disagree about the name.
    rebuildBandwidthLimit: asNumber(spec.replicaRebuildingBandwidthLimit) ?? asNumber(spec.rebuildingMbytesPerSecond),
    dataLayout: asText(asObject(spec.dataLayout).type),
    nodeId: asSharedText(spec.nodeID),
    migrationNodeId: asSharedText(spec.migrationNodeID),
    state: parseState(status.state),
    rawState: asSharedText(status.state),
    robustness: parseRobustness(status.robustness),
    rawRobustness: asSharedText(status.robustness),
    currentNodeId: asSharedText(status.currentNodeID),
    currentEngineNodeId: asSharedText(status.currentEngineNodeID),
    currentMigrationNodeId: asSharedText(status.currentMigrationNodeID),
    conditions: parseConditions(status.conditions),
    lastDegradedAt: asTime(status.lastDegradedAt),
    lastAutoSalvagedAt: asTime(status.lastAutoSalvagedAt),
    remountRequestedAt: asTime(status.remountRequestedAt),
    actualSize: asNumber(status.actualSize),
    expansionRequired: asFlag(status.expansionRequired),
    restoreRequired: asFlag(status.restoreRequired),
    restoreInitiated: asFlag(status.restoreInitiated),
    switchoverState: asSharedText(status.switchoverState),
    cloneStatus: Object.freeze({
      state: asSharedText(clone.state),
      sourceVolume: asText(clone.sourceVolume),
      attemptCount: asNumber(clone.attemptCount) ?? 0,
      nextAllowedAttemptAt: asTime(clone.nextAllowedAttemptAt)
    }),
    pvName: asText(kubernetes.pvName),
    pvcNamespace: asSharedText(kubernetes.namespace),
    pvcName: asText(kubernetes.pvcName),
    workloads: parseWorkloads(kubernetes.workloadsStatus)
  });
}
