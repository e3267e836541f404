import type { DataVolumeRecord, KubeNodeRecord, PersistentVolumeClaimRecord, PersistentVolumeRecord, VirtualMachineInstanceRecord, VirtualMachineRecord } from '@/domain/harvester/types';
import { KIND } from '@/domain/kube/kinds';
import { objectId } from '@/domain/kube/names';
import type { Condition } from '@/domain/kube/types';
import type { EngineRecord, InstanceManagerRecord, LonghornNodeRecord, LonghornSettingRecord } from '@/domain/longhorn/types';
import type { ClusterView } from '@/domain/view';
import type { RecordChange } from './record-table';

/** Which verdicts a change may alter: some volumes by name, all that are in trouble, or every one. */
export interface Touched {
  readonly volumes: readonly string[];
  /** Volumes that are not well: whether they can be helped may depend on any node. */
  readonly troubled: boolean;
  /** Only figures of a disk moved: there may be room for volumes in trouble, which is no reason to hurry. */
  readonly room: boolean;
  readonly all: boolean;
}

const NOTHING: Touched = { volumes: [], troubled: false, room: false, all: false };
const of = (...volumes: string[]): Touched => ({ ...NOTHING, volumes });
const conditions = (list: readonly Condition[]): string => list.map(({ type, status, reason }) => `${ type }=${ status }/${ reason }`).join();

/** What of a Longhorn node changes verdicts of volumes that are well; capacity figures move all the time and don't. */
function signatureOfNode(node: LonghornNodeRecord | undefined): string {
  return node === undefined ? '' : JSON.stringify([
    node.allowScheduling, node.evictionRequested, node.autoEvicting, node.tags, node.zone, conditions(node.conditions),
    node.disks.map((disk) => [disk.uuid, disk.allowScheduling, disk.evictionRequested, disk.tags, disk.health, conditions(disk.conditions)])
  ]);
}

const signatureOfKubeNode = (node: KubeNodeRecord | undefined): string => (node === undefined ? '' : JSON.stringify([node.isReady, node.isCordoned, node.isV2Disabled, node.hugepages, node.zone]));
const signatureOfManager = (manager: InstanceManagerRecord | undefined): string => (manager === undefined ? '' : JSON.stringify([manager.nodeId, manager.currentState, manager.dataEngine, conditions(manager.conditions)]));

function volumesOnNode(view: Pick<ClusterView, 'replicasOnNode'>, node: string): string[] {
  return view.replicasOnNode(node).map((replica) => replica.volumeName);
}

type View = Pick<ClusterView, 'replicasOnNode' | 'volumeOfClaim' | 'get'>;

function claimsOf(view: View, claims: readonly string[]): Touched {
  return of(...claims.flatMap((claim) => view.volumeOfClaim(claim)?.meta.name ?? []));
}

/** Answers by index, without scanning: one event costs the work of the volumes it names. */
export function touchedVolumes(view: View, change: RecordChange): Touched {
  const both = [change.before, change.after].filter((record) => record !== undefined);
  const { id } = change;
  const name = id.slice(id.indexOf('/') + 1);

  switch (change.kind) {
    case KIND.volume:
      return of(name);
    case KIND.replica:
    case KIND.engine:
    case KIND.engineFrontend:
    case KIND.volumeAttachment:
      return of(...new Set(both.map((record) => (record as EngineRecord).volumeName)));
    case KIND.longhornNode: {
      const [before, after] = [change.before, change.after] as (LonghornNodeRecord | undefined)[];

      return signatureOfNode(before) === signatureOfNode(after) ? { ...NOTHING, room: true } : { ...NOTHING, volumes: volumesOnNode(view, name), troubled: true };
    }
    case KIND.node: {
      const [before, after] = [change.before, change.after] as (KubeNodeRecord | undefined)[];

      return signatureOfKubeNode(before) === signatureOfKubeNode(after) ? NOTHING : { ...NOTHING, volumes: volumesOnNode(view, name), troubled: true };
    }
    case KIND.instanceManager: {
      const [before, after] = [change.before, change.after] as (InstanceManagerRecord | undefined)[];

      return signatureOfManager(before) === signatureOfManager(after) ? NOTHING : { ...NOTHING, volumes: both.flatMap((record) => volumesOnNode(view, (record as InstanceManagerRecord).nodeId)), troubled: true };
    }
    case KIND.longhornSetting: {
      const [before, after] = [change.before, change.after] as (LonghornSettingRecord | undefined)[];

      return { ...NOTHING, all: before?.value !== after?.value || before?.isApplied !== after?.isApplied };
    }
    case KIND.setting:
      return { ...NOTHING, all: true };
    case KIND.persistentVolume:
      return of(...new Set(both.map((record) => (record as PersistentVolumeRecord).volumeHandle).filter((handle) => handle !== '')));
    case KIND.persistentVolumeClaim:
      return of(...new Set([...both.map((record) => (record as PersistentVolumeClaimRecord).volumeName), ...claimsOf(view, [id]).volumes].filter((volume) => volume !== '')));
    case KIND.dataVolume:
      return claimsOf(view, [id, ...both.map((record) => record as DataVolumeRecord).filter((volume) => volume.source.type === 'pvc').map((volume) => objectId(volume.source.namespace, volume.source.name))]);
    case KIND.virtualMachine:
      return claimsOf(view, [...new Set(both.flatMap((record) => (record as VirtualMachineRecord).disks.map((disk) => objectId((record as VirtualMachineRecord).meta.namespace, disk.claimName))))]);
    case KIND.virtualMachineInstance:
      return claimsOf(view, [...new Set(both.flatMap((record) => (record as VirtualMachineInstanceRecord).volumeStatus.map((status) => objectId((record as VirtualMachineInstanceRecord).meta.namespace, status.claimName))))]);
    default:
      return NOTHING;
  }
}
