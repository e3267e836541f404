import { parseConditions } from '../kube/conditions';
import { asArray, asFlag, asObject, asText, asTime } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import type { RawObject } from '../kube/types';
import type { VirtualMachineInstanceRecord } from './types';

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
    })))
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
