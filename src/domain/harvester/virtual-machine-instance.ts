import { parseConditions } from '../kube/conditions';
import { asArray, asFlag, asObject, asText, asTexts, asTime } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import type { RawObject } from '../kube/types';
import type { MachineTies, NodeRequirement, VirtualMachineInstanceRecord } from './types';

/** A KubeVirt `VirtualMachineInstance`, the running side of a machine, as a small frozen record. `migration` is null when there was none. Never throws. */
export function parseVirtualMachineInstance(raw: RawObject): VirtualMachineInstanceRecord {
  const status = asObject(raw.status);

  return Object.freeze({
    meta: parseMeta(raw),
    phase: asText(status.phase),
    nodeName: asText(status.nodeName),
    conditions: parseConditions(status.conditions),
    migration: parseMigration(status.migrationState),
    volumeStatus: Object.freeze(asArray(status.volumeStatus).map(asObject).map(volume => Object.freeze({
      name: asText(volume.name),
      phase: asText(volume.phase),
      reason: asText(volume.reason),
      message: asText(volume.message),
      claimName: asText(asObject(volume.persistentVolumeClaimInfo).claimName),
      isHotplugged: 'hotplugVolume' in volume
    }))),
    ties: parseTies(asObject(raw.spec))
  });
}

function parseMigration(value: unknown): VirtualMachineInstanceRecord['migration'] {
  const state = asObject(value);

  return Object.keys(state).length === 0 ? null : Object.freeze({
    sourceNode: asText(state.sourceNode),
    targetNode: asText(state.targetNode),
    isCompleted: asFlag(state.completed),
    isFailed: asFlag(state.failed),
    startedAt: asTime(state.startTimestamp),
    endedAt: asTime(state.endTimestamp),
    failureReason: asText(state.failureReason)
  });
}

function parseTies(spec: RawObject): MachineTies {
  const devices = asObject(asObject(spec.domain).devices);
  const required = asObject(asObject(asObject(spec.affinity).nodeAffinity).requiredDuringSchedulingIgnoredDuringExecution);

  return Object.freeze({
    hasNodeSelector: Object.keys(asObject(spec.nodeSelector)).length > 0,
    hasHostDevices: asArray(devices.hostDevices).length > 0,
    hasMedia: asArray(devices.disks).map(asObject).some(disk => 'cdrom' in disk) || asArray(spec.volumes).map(asObject).some(volume => 'containerDisk' in volume),
    nodeTerms: Array.isArray(required.nodeSelectorTerms) ? Object.freeze(required.nodeSelectorTerms.map(asObject).map(parseTerm)) : null
  });
}

function parseTerm(term: RawObject): readonly NodeRequirement[] {
  const read = (list: unknown, isField: boolean): readonly NodeRequirement[] => asArray(list).map(asObject).map(own => Object.freeze({ key: asText(own.key), operator: asText(own.operator), values: asTexts(own.values), isField }));

  return Object.freeze([...read(term.matchExpressions, false), ...read(term.matchFields, true)]);
}
