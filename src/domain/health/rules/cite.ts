import { findCondition } from '../../kube/conditions';
import type { Kind } from '../../kube/kinds';
import { settingId } from '../../longhorn/cluster-settings';
import type { DiskRecord, EngineRecord, LonghornNodeRecord, ReplicaRecord } from '../../longhorn/types';
import { asApiTime, cite, citeCondition, describeCondition } from '../evidence';
import type { Situation } from '../situation';
import type { Evidence } from '../types';

/** Evidence as the rules need it: short to write, always with object, path, value and time. */

/** A field of the volume, at a JSON path below the object. */
export function citeVolume(s: Situation, path: string, value: string | number | boolean | null): Evidence {
  return { kind: 'longhorn.io.volume', id: s.volume.meta.id, path, value: value === null ? null : String(value), readAt: s.volumeReadAt };
}

/** A condition of the volume. */
export function citeVolumeCondition(s: Situation, type: string): Evidence {
  return citeCondition(s.view, 'longhorn.io.volume', s.volume.meta, type, s.condition(type));
}

/** A field of one of the volume's engines. */
export function citeEngine(s: Situation, engine: EngineRecord, path: string, value: string | number | boolean | null): Evidence {
  return cite(s.view, 'longhorn.io.engine', engine.meta.id, path, value);
}

/** The engine's mode map as `r-1 RW, r-2 WO`. */
export function citeModes(s: Situation, engine: EngineRecord): Evidence {
  let text: string | null = null;
  const modes = engine.replicaModeMap;
  if (modes !== null) {
    text = '';
    for (const name of Object.keys(modes)) text += `${text === '' ? '' : ', '}${name} ${modes[name] ?? ''}`;
  }
  return citeEngine(s, engine, 'status.replicaModeMap', text);
}

/** A field of one of the volume's replicas. */
export function citeReplica(s: Situation, replica: ReplicaRecord, path: string, value: string | number | boolean | null): Evidence {
  return cite(s.view, 'longhorn.io.replica', replica.meta.id, path, value);
}

/** When a replica failed. */
export function citeFailure(s: Situation, replica: ReplicaRecord): Evidence {
  return citeReplica(s, replica, 'spec.failedAt', asApiTime(replica.failedAt));
}

/** A condition of a replica. */
export function citeReplicaCondition(s: Situation, replica: ReplicaRecord, type: string): Evidence {
  return citeCondition(s.view, 'longhorn.io.replica', replica.meta, type, findCondition(replica.conditions, type));
}

/** A condition of a Longhorn node. */
export function citeNodeCondition(s: Situation, node: LonghornNodeRecord, type: string): Evidence {
  return citeCondition(s.view, 'longhorn.io.node', node.meta, type, findCondition(node.conditions, type));
}

/** A field of a Longhorn node. */
export function citeNode(s: Situation, node: LonghornNodeRecord, path: string, value: string | number | boolean | null): Evidence {
  return cite(s.view, 'longhorn.io.node', node.meta.id, path, value);
}

/** A condition of a disk; disks live in their node's status. */
export function citeDiskCondition(s: Situation, node: LonghornNodeRecord, disk: DiskRecord, type: string): Evidence {
  return cite(s.view, 'longhorn.io.node', node.meta.id, `status.diskStatus.${disk.name}.conditions[${type}]`, describeCondition(findCondition(disk.conditions, type)));
}

/** A Longhorn setting as the API has it; null when it was not read and the default counts. */
export function citeSetting(s: Situation, name: string): Evidence {
  const id = settingId(name);
  return cite(s.view, 'longhorn.io.setting', id, 'value', s.view.get('longhorn.io.setting', id)?.value ?? null);
}

/** How far a kind was read, as evidence of a doubt. */
export function citeReadState(s: { readonly view: Situation['view'] }, kind: Kind): Evidence {
  const state = s.view.readState(kind);
  return { kind, id: '', path: 'readState', value: state.status, readAt: state.readAt };
}

/** What Longhorn itself says of the volume's redundancy. */
export function citeRobustness(s: Situation): Evidence {
  return citeVolume(s, 'status.robustness', s.volume.rawRobustness);
}

/** Whether the volume is attached, in Longhorn's own word. */
export function citeState(s: Situation): Evidence {
  return citeVolume(s, 'status.state', s.volume.rawState);
}

/** Where the volume migrates to: as it is wanted, or as it is still being ended. */
export function citeMigration(s: Situation): Evidence {
  const { migrationNodeId, currentMigrationNodeId } = s.volume;
  return migrationNodeId === '' && currentMigrationNodeId !== '' ? citeVolume(s, 'status.currentMigrationNodeID', currentMigrationNodeId) : citeVolume(s, 'spec.migrationNodeID', migrationNodeId);
}

/** Since when the volume is degraded, by Longhorn. */
export function citeDegradedSince(s: Situation): Evidence {
  return citeVolume(s, 'status.lastDegradedAt', asApiTime(s.volume.lastDegradedAt) ?? '');
}
