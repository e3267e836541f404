import { KIND } from '@/domain/kube/kinds';
import type { RawObject } from '@/domain/kube/types';
import { parseEngine } from '@/domain/longhorn/engine';
import { parseEngineFrontend } from '@/domain/longhorn/engine-frontend';
import { parseInstanceManager } from '@/domain/longhorn/instance-manager';
import { parseLonghornNode } from '@/domain/longhorn/node';
import { parseReplica } from '@/domain/longhorn/replica';
import { parseLonghornSetting } from '@/domain/longhorn/setting';
import { parseVolume } from '@/domain/longhorn/volume';
import { parseVolumeAttachment } from '@/domain/longhorn/volume-attachment';
import { parseDataVolume } from '@/domain/harvester/data-volume';
import { parseImage } from '@/domain/harvester/image';
import { parseKubeNode } from '@/domain/harvester/kube-node';
import { parsePersistentVolume } from '@/domain/harvester/persistent-volume';
import { parsePersistentVolumeClaim } from '@/domain/harvester/persistent-volume-claim';
import { parseHarvesterSetting } from '@/domain/harvester/setting';
import { parseStorageClass } from '@/domain/harvester/storage-class';
import { parseStorageProfile } from '@/domain/harvester/storage-profile';
import { parseVirtualMachine } from '@/domain/harvester/virtual-machine';
import { parseVirtualMachineInstance } from '@/domain/harvester/virtual-machine-instance';
import type { InventoryKind, RecordOf } from '@/domain/view';

type Parsers = { readonly [K in InventoryKind]: (raw: RawObject) => RecordOf[K] };

/** What makes a record of each kind's objects, at the edge. */
export const PARSERS: Parsers = {
  [KIND.volume]: parseVolume,
  [KIND.replica]: parseReplica,
  [KIND.engine]: parseEngine,
  [KIND.engineFrontend]: parseEngineFrontend,
  [KIND.longhornNode]: parseLonghornNode,
  [KIND.longhornSetting]: parseLonghornSetting,
  [KIND.instanceManager]: parseInstanceManager,
  [KIND.volumeAttachment]: parseVolumeAttachment,
  [KIND.node]: parseKubeNode,
  [KIND.persistentVolume]: parsePersistentVolume,
  [KIND.persistentVolumeClaim]: parsePersistentVolumeClaim,
  [KIND.storageClass]: parseStorageClass,
  [KIND.storageProfile]: parseStorageProfile,
  [KIND.dataVolume]: parseDataVolume,
  [KIND.image]: parseImage,
  [KIND.setting]: parseHarvesterSetting,
  [KIND.virtualMachine]: parseVirtualMachine,
  [KIND.virtualMachineInstance]: parseVirtualMachineInstance
};

export const INVENTORY_KINDS = Object.keys(PARSERS) as InventoryKind[];
