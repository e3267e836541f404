/** Test support: the volume of `raw-objects` in the situations that the decision table is about, each open to changes. */
import type { RawObject } from '../kube/types';
import {
  ago, ENGINE_STOPPED, failed, IDLE, NOW, rawCondition, rawEngine, rawHealthyWorld, rawNode, rawReplica, rawVolume, rebuildOf, VOLUME, withObjects, withoutObjects
} from './raw-objects';
import type { DiskParts } from './raw-objects';
import type { Seen } from './verdict-of';

type Fields = Record<string, unknown>;

export const healthy = rawHealthyWorld();
export const PRECHECK = 'precheck new replica failed: disks are unavailable';

/** Attached and degraded for a quarter of an hour: the wait for a lost replica is over. */
export const degraded = (status: Fields = {}, spec: Fields = {}, metadata: Fields = {}): RawObject =>
  rawVolume({ metadata, spec, status: { robustness: 'degraded', lastDegradedAt: ago(900), ...status } });

export const unscheduled = (message: string, reason = 'ReplicaSchedulingFailure'): Fields => ({ conditions: [rawCondition('Scheduled', false, reason, message)] });

/** An engine that has lost the third replica. */
export const two = rawEngine({ 1: 'RW', 2: 'RW' });

/** The third replica on its way into the engine. */
export const joining = rawReplica(3, { spec: { healthyAt: '', lastHealthyAt: '', rebuildRetryCount: 1 } });

export const rebuildingAt = (percent: number, own: Fields = {}): RawObject => rawEngine({ 1: 'RW', 2: 'RW', 3: 'WO' }, { status: { rebuildStatus: rebuildOf(3, percent, 1, own) } });

/** The third replica is failed and the cause is under test. */
export const lost = (...changes: readonly RawObject[]): readonly RawObject[] => withObjects(healthy, degraded(), two, rawReplica(3, failed(900)), ...changes);

/** The third replica was lost a minute ago; Longhorn waits nine more. */
export const awaited = (...changes: readonly RawObject[]): readonly RawObject[] => lost(degraded({ lastDegradedAt: ago(60) }), rawReplica(3, failed(60)), ...changes);

/** The third replica has no object left, and node-3 is what Longhorn could use, but for the cause under test. */
export const homeless = (message: string, ...changes: readonly RawObject[]): readonly RawObject[] => withObjects(withoutObjects(healthy, 'Replica', 'pvc-1-r-3'), degraded(unscheduled(message)), two, ...changes);

export const diskThree = (disk: DiskParts): RawObject => rawNode(3, { disk });

/** A disk that is not ready, and why. */
export const diskReady = (reason: string): DiskParts => ({ status: { conditions: [rawCondition('Ready', false, reason, 'Disk nvme0 is not ready'), rawCondition('Schedulable', false, reason)] } });

/** The volume in any state; what a detached one leaves empty is empty. */
export const volume = (state: string, robustness: string, status: Fields = {}, spec: Fields = {}): RawObject =>
  rawVolume({ spec: { nodeID: state === 'detached' ? '' : 'node-1', ...spec }, status: { state, robustness, ...(state === 'detached' ? { currentNodeID: '', currentEngineNodeID: '' } : {}), ...status } });

export const idle = [1, 2, 3].map((index) => rawReplica(index, IDLE));
export const allFailed = [1, 2, 3].map((index) => rawReplica(index, failed(60 * index)));

export const stopped = (...changes: readonly RawObject[]): readonly RawObject[] => withObjects(healthy, volume('detached', 'unknown'), rawEngine({}, ENGINE_STOPPED), ...idle, ...changes);
export const faulted = (...changes: readonly RawObject[]): readonly RawObject[] => withObjects(healthy, volume('detached', 'faulted'), rawEngine({}, ENGINE_STOPPED), ...allFailed, ...changes);
export const attaching = (...changes: readonly RawObject[]): readonly RawObject[] => withObjects(healthy, volume('attaching', 'unknown', { currentNodeID: '' }), rawEngine({}, ENGINE_STOPPED), ...changes);

/** A replica that has no place yet. */
export const unplaced = (index: number): RawObject => rawReplica(index, { spec: { ...IDLE.spec, nodeID: '', diskID: '', healthyAt: '', lastHealthyAt: '' }, status: IDLE.status ?? {} });

/** A replica that a salvage has cleared of its failure, and that has not proven itself since. */
export const salvaged = (index: number): RawObject => rawReplica(index, { spec: { ...IDLE.spec, lastFailedAt: ago(50), lastHealthyAt: ago(5000) }, status: IDLE.status ?? {} });

/** The present state has been watched from its beginning, eleven minutes ago. */
export const held: Seen = { history: { stateSince: NOW - 660_000, firstSeenAt: NOW - 700_000 } };

export const ticket = (id: string, type: string, nodeID: string): Fields => ({ [id]: { id, type, nodeID } });
export const unsatisfied = (id: string, message: string, reason = ''): Fields => ({ [id]: { id, satisfied: false, conditions: [rawCondition('Satisfied', false, reason, message)] } });

/** The engine that a live migration adds on node-2. */
export const secondEngine = (age: number, active: boolean): RawObject => rawEngine(undefined, { spec: { active, nodeID: 'node-2' }, metadata: { creationTimestamp: ago(age) } }, VOLUME, 'e-1');

/** The claim, the VM and its running instance that use the volume. */
export const machine: readonly RawObject[] = [
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'disk-0', namespace: 'default' }, spec: { volumeName: VOLUME }, status: { phase: 'Bound' } },
  { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'vm', namespace: 'default' }, spec: { template: { spec: { domain: { devices: { disks: [{ name: 'disk-0', disk: { bus: 'virtio' } }] } }, volumes: [{ name: 'disk-0', persistentVolumeClaim: { claimName: 'disk-0' } }] } } } },
  { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', metadata: { name: 'vm', namespace: 'default', creationTimestamp: ago(4000) }, status: { phase: 'Running', nodeName: 'node-1' } }
];
