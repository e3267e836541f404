import type { Cluster, Fields, KubeObject } from '../../../contract';
import { keyOf, TYPE } from '../support/types';

export type RunStrategy = 'Always' | 'RerunOnFailure' | 'Manual' | 'Halted' | 'Once';

export const RUN_STRATEGY_ANNOTATION = 'harvesterhci.io/vmRunStrategy';
export const VM_FINALIZER = 'kubevirt.io/virtualMachineControllerFinalize';
export const VMI_FINALIZER = 'foregroundDeleteVirtualMachine';
export const MIGRATION_FINALIZER = 'kubevirt.io/migrationJobFinalize';

export interface VolumeEntry {
  name: string;
  persistentVolumeClaim?: { claimName: string; hotpluggable?: boolean };
  dataVolume?: { name: string; hotpluggable?: boolean };
  cloudInitNoCloud?: { secretRef?: { name: string }; networkDataSecretRef?: { name: string } };
  cloudInitConfigDrive?: { secretRef?: { name: string }; networkDataSecretRef?: { name: string } };
  containerDisk?: { image: string };
  [source: string]: unknown;
}

export interface DiskEntry {
  name: string;
  disk?: { bus?: string };
  cdrom?: { bus?: string };
  lun?: { bus?: string };
  bootOrder?: number;
}

/** One entry of the `harvesterhci.io/volumeClaimTemplates` annotation. */
export interface ClaimTemplate {
  metadata: { name: string; annotations?: Record<string, string>; labels?: Record<string, string> };
  spec: Fields;
}

/** The machine's run strategy; the old `running` flag is read as KubeVirt reads it. */
export function runStrategyOf(vm: KubeObject): RunStrategy {
  const strategy: unknown = vm.spec?.runStrategy;
  if (typeof strategy === 'string') return strategy as RunStrategy;
  return vm.spec?.running === true ? 'Always' : 'Halted';
}

export function templateSpec(vm: KubeObject): Fields {
  return (vm.spec?.template?.spec ?? {}) as Fields;
}

export function volumesOf(spec: Fields | undefined): VolumeEntry[] {
  return (spec?.volumes ?? []) as VolumeEntry[];
}

export function disksOf(spec: Fields | undefined): DiskEntry[] {
  return (spec?.domain?.devices?.disks ?? []) as DiskEntry[];
}

export function claimNameOf(volume: VolumeEntry): string | undefined {
  return volume.persistentVolumeClaim?.claimName ?? volume.dataVolume?.name;
}

export function isHotpluggable(volume: VolumeEntry): boolean {
  return volume.persistentVolumeClaim?.hotpluggable === true || volume.dataVolume?.hotpluggable === true;
}

/** Claim templates of a VM; empty when the annotation is absent or unreadable. */
export function claimTemplatesOf(vm: KubeObject): ClaimTemplate[] {
  try {
    const parsed: unknown = JSON.parse(vm.metadata.annotations?.['harvesterhci.io/volumeClaimTemplates'] ?? '[]');
    return Array.isArray(parsed) ? (parsed as ClaimTemplate[]).filter((entry) => typeof entry?.metadata?.name === 'string') : [];
  } catch {
    return [];
  }
}

export function instanceOf(cluster: Cluster, vm: KubeObject): KubeObject | undefined {
  return cluster.store.get(TYPE.vmi, keyOf(vm.metadata.namespace, vm.metadata.name));
}

export function machineOf(cluster: Cluster, vmi: KubeObject): KubeObject | undefined {
  return cluster.store.get(TYPE.vm, keyOf(vmi.metadata.namespace, vmi.metadata.name));
}

export function phaseOf(vmi: KubeObject | undefined): string {
  return String(vmi?.status?.phase ?? '');
}

/** Whether an instance has ended for good. */
export function isFinal(vmi: KubeObject): boolean {
  const phase = phaseOf(vmi);
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The launcher pods of an instance that have not finished. */
export function launcherPods(cluster: Cluster, vmi: KubeObject): KubeObject[] {
  return cluster.store
    .list(TYPE.pod, { namespace: vmi.metadata.namespace, labels: { 'kubevirt.io/created-by': vmi.metadata.uid ?? '' } })
    .filter((pod) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed');
}

export function vmiEvent(cluster: Cluster, vmi: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
  cluster.event({
    namespace: vmi.metadata.namespace ?? 'default',
    involved: { apiVersion: vmi.apiVersion, kind: vmi.kind, name: vmi.metadata.name, namespace: vmi.metadata.namespace, uid: vmi.metadata.uid },
    type,
    reason,
    message,
    component: 'virtualmachine-controller'
  });
}
