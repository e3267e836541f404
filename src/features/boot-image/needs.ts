import { KIND } from '@/domain/kube/kinds';
import type { InventoryKind } from '@/domain/view';

/** What the option reads: classes and what they amount to, engine settings, nodes and their disks. */
export const OPTION_KINDS: readonly InventoryKind[] = [
  KIND.setting, KIND.longhornSetting, KIND.storageClass, KIND.storageProfile, KIND.node, KIND.longhornNode, KIND.instanceManager, KIND.image
];

/** What a pipeline reads beside that. */
export const PIPELINE_KINDS: readonly InventoryKind[] = [
  ...OPTION_KINDS, KIND.dataVolume, KIND.persistentVolumeClaim, KIND.persistentVolume, KIND.volume, KIND.replica, KIND.volumeAttachment
];

export const MACHINE_KINDS: readonly InventoryKind[] = [...PIPELINE_KINDS, KIND.virtualMachine, KIND.virtualMachineInstance];
