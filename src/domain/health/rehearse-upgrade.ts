import { effectiveValue, SETTING } from '../harvester/setting';
import type { KubeNodeRecord, NodeRequirement, VirtualMachineInstanceRecord } from '../harvester/types';
import { parseVersion } from '../harvester/version';
import { KIND } from '../kube/kinds';
import type { VolumeRecord, VolumeState } from '../longhorn/types';
import type { ClusterView } from '../view';

/** A refusal of Harvester's upgrade check, in its own terms. */
export interface UpgradeRefusal {
  readonly code: 'degraded-volumes' | 'single-replica-attached' | 'single-replica-detached' | 'non-migratable-machines';
  /** HTTP status and text that the webhook would answer with. */
  readonly status: number;
  readonly message: string;
  /** Names of Longhorn volumes; empty where machines are meant. */
  readonly volumes: readonly string[];
  /** VMs, `<ns>/<name>`. */
  readonly machines: readonly string[];
  /** Annotation on the Upgrade that skips this check; '' when there is none. */
  readonly skippedBy: string;
}

const IN_USE: ReadonlySet<VolumeState> = new Set<VolumeState>(['creating', 'attached', 'attaching']);

function claimsOf(volumes: readonly VolumeRecord[]): string {
  return volumes.map((volume) => `${volume.pvcNamespace}/${volume.pvcName}`).sort().join(', ');
}

function namesOf(volumes: readonly VolumeRecord[]): readonly string[] {
  return volumes.map((volume) => volume.meta.name).sort();
}

/** Without its annotation the check names every volume of one replica, in use or not; with it those in use. */
function refuseSingle(volumes: readonly VolumeRecord[], nodes: number): readonly UpgradeRefusal[] {
  const single = nodes === 1 ? [] : volumes.filter((volume) => volume.numberOfReplicas === 1);
  const active = single.filter((volume) => IN_USE.has(volume.state));
  const resting = single.filter((volume) => !IN_USE.has(volume.state));
  const refusals: UpgradeRefusal[] = [];
  if (active.length > 0) {
    refusals.push({ code: 'single-replica-attached', status: 422, message: `Following PVCs with active single-replica volume, please consider shutdown the corresponding workload before upgrade: ${claimsOf(active)}`, volumes: namesOf(active), machines: [], skippedBy: '' });
  }
  if (resting.length > 0) {
    refusals.push({
      code: 'single-replica-detached', status: 422, message: `Following PVCs with single-replica volume, even the volume is detached, upgrade may have potential data integrity concerns: ${claimsOf(single)}`,
      volumes: namesOf(resting), machines: [], skippedBy: 'harvesterhci.io/skipSingleReplicaDetachedVol'
    });
  }
  return refusals;
}

function isMet({ key, operator, values, isField }: NodeRequirement, node: KubeNodeRecord): boolean {
  const value = isField ? (key === 'metadata.name' ? node.meta.name : undefined) : node.meta.labels[key];
  switch (operator) {
    case 'In': return value !== undefined && values.includes(value);
    case 'NotIn': return value === undefined || !values.includes(value);
    case 'Exists': return value !== undefined;
    case 'DoesNotExist': return value === undefined;
    case 'Gt': return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt': return value !== undefined && Number(value) < Number(values[0]);
    default: return false;
  }
}

/** Mirrors `GetAllNonLiveMigratableVMINames` (harvester pkg/util/virtualmachineinstance); media count until Harvester 1.7. */
function isTied(machine: VirtualMachineInstanceRecord, nodes: readonly KubeNodeRecord[], minor: number): boolean {
  const { ties } = machine;
  if (ties.hasNodeSelector || ties.hasHostDevices || (ties.hasMedia && minor <= 7)) return true;
  return !nodes.some((node) => node.meta.name !== machine.nodeName && !node.isCordoned &&
    (ties.nodeTerms === null || ties.nodeTerms.some((term) => term.length > 0 && term.every((requirement) => isMet(requirement, node)))));
}

function refuseTied(view: ClusterView): readonly UpgradeRefusal[] {
  const setting = view.get(KIND.setting, SETTING.serverVersion);
  const version = parseVersion(setting === undefined ? '' : effectiveValue(setting));
  const nodes = [...view.all(KIND.node)].filter((node) => !node.isWitness);
  // Alone, VMs are shut down for the upgrade; Harvester 1.5 asks for that beforehand.
  if (nodes.length === 1 && version.minor >= 6) return [];
  const machines = [...view.all(KIND.virtualMachineInstance)].filter((machine) => isTied(machine, nodes, version.minor)).map((machine) => machine.meta.id).sort();
  return machines.length === 0 ? [] : [{
    code: 'non-migratable-machines', status: 422, message: `There are non-live migratable VMs that need to be shut off before initiating the upgrade: ${machines.join(', ')}`, volumes: [], machines, skippedBy: ''
  }];
}

/**
 * What creating an Upgrade would be refused for, as far as storage and VMs go, in the order of the check. Mirrors
 * harvester `pkg/webhook/resources/upgrade/validator.go`: degraded volumes (below three nodes not checked), volumes of
 * one replica (on a single node not checked), VMs that can't migrate. null when that could not all be read and nothing
 * speaks against the upgrade: then nothing may be promised.
 */
export function rehearseUpgrade(view: ClusterView): readonly UpgradeRefusal[] | null {
  if (view.readState(KIND.volume).status !== 'ready' || view.readState(KIND.node).status !== 'ready') return null;
  const volumes = [...view.all(KIND.volume)];
  const nodes = view.count(KIND.node);
  const degraded = nodes < 3 ? [] : volumes.filter((volume) => volume.robustness === 'degraded');
  const refusals: UpgradeRefusal[] = [];
  if (degraded.length > 0) refusals.push({ code: 'degraded-volumes', status: 400, message: 'there are degraded volumes, please check all volumes are healthy', volumes: namesOf(degraded), machines: [], skippedBy: '' });
  refusals.push(...refuseSingle(volumes, nodes));
  if (view.readState(KIND.virtualMachineInstance).status === 'ready') refusals.push(...refuseTied(view));
  else if (refusals.length === 0) return null;
  return refusals;
}
