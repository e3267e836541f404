import { KIND } from '@/domain/kube/kinds';
import type { InventoryKind } from '@/domain/view';

/** What a verdict on a volume is made of, and what names its claim and its machines. */
export const HEALTH_KINDS: readonly InventoryKind[] = [
  KIND.volume, KIND.replica, KIND.engine, KIND.engineFrontend, KIND.longhornNode, KIND.longhornSetting, KIND.instanceManager,
  KIND.volumeAttachment, KIND.node, KIND.persistentVolume, KIND.persistentVolumeClaim, KIND.virtualMachine,
  KIND.virtualMachineInstance, KIND.image, KIND.dataVolume
];

/** Without these three no volume can be called healthy. */
export const CORE_KINDS: readonly InventoryKind[] = [KIND.volume, KIND.replica, KIND.engine];
