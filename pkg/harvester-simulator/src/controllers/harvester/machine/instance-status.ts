import type { Cluster, Fields, KubeObject } from '../../../contract';
import { findCondition, isConditionTrue, removeCondition, setCondition, statusOf, type Condition } from '../support/conditions';
import { objectKey } from '../support/controller';
import { isNodeAlive } from '../support/nodes';
import { keyOf, TYPE } from '../support/types';
import { getClaim, longhornVolumeOf } from '../storage/claims';
import { guestCores, guestMemory } from './launcher';
import { claimNameOf, phaseOf, volumesOf } from './machine';

export function setInstanceCondition(cluster: Cluster, vmi: KubeObject, condition: Condition): void {
  cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => setCondition(draft, cluster.clock.iso(), 'lastProbeTime', condition));
}

/** Moves an instance to a phase and notes when. */
export function setPhase(cluster: Cluster, vmi: KubeObject, phase: string, change: (status: Fields) => void = () => undefined): void {
  cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
    const status = statusOf(draft);
    if (status.phase !== phase) {
      const now = cluster.clock.iso();
      status.phaseTransitionTimestamps = [...((status.phaseTransitionTimestamps ?? []) as Fields[]).filter((entry) => entry.phase !== phase), { phase, phaseTransitionTimestamp: now }];
    }
    status.phase = phase;
    change(status);
  });
}

/** The claim that keeps an instance from live migration: all its disks must be shared. */
function unsharedClaim(cluster: Cluster, vmi: KubeObject): string | undefined {
  return volumesOf(vmi.spec)
    .flatMap((volume) => claimNameOf(volume) ?? [])
    .find((name) => {
      const claim = getClaim(cluster, vmi.metadata.namespace ?? 'default', name);
      return claim !== undefined && !((claim.spec?.accessModes ?? []) as string[]).includes('ReadWriteMany');
    });
}

function migratability(cluster: Cluster, vmi: KubeObject): Condition {
  const unshared = unsharedClaim(cluster, vmi);
  if (unshared !== undefined) {
    return { type: 'LiveMigratable', status: 'False', reason: 'DisksNotLiveMigratable', message: `cannot migrate VMI: PVC ${unshared} is not shared, live migration requires that all PVCs must be shared (using ReadWriteMany access mode)` };
  }
  if ((vmi.spec?.domain?.devices?.hostDevices ?? []).length > 0) {
    return { type: 'LiveMigratable', status: 'False', reason: 'HostDeviceNotLiveMigratable', message: 'VMI uses a PCI host devices' };
  }
  return { type: 'LiveMigratable', status: 'True', reason: '', message: '' };
}

/** MAC and address of a guest's interfaces: stable per instance, as a DHCP lease would be. */
function interfacesOf(vmi: KubeObject, podIp: string, hasAgent: boolean): Fields[] {
  const interfaces = (vmi.spec?.domain?.devices?.interfaces ?? []) as { name: string; macAddress?: string; masquerade?: unknown }[];
  const digits = (vmi.metadata.uid ?? '').replaceAll('-', '');
  return interfaces.map(({ name, macAddress, masquerade }, index) => {
    const octets = digits.slice(index * 2, index * 2 + 6).padEnd(6, '0').match(/../g) ?? [];
    const address = masquerade === undefined ? `192.168.0.${20 + (Number.parseInt(digits.slice(0, 4) || '0', 16) % 200)}` : podIp;
    return {
      name,
      mac: macAddress ?? `52:54:00:${octets.join(':')}`,
      infoSource: hasAgent ? 'domain, guest-agent' : 'domain',
      linkState: 'up',
      queueCount: 1,
      ...(hasAgent ? { interfaceName: `enp${index + 1}s0`, ipAddress: address, ipAddresses: [address] } : masquerade === undefined ? {} : { ipAddress: address, ipAddresses: [address] })
    };
  });
}

/** Status of an instance whose guest has just started. */
export function writeRunning(cluster: Cluster, vmi: KubeObject, pod: KubeObject): void {
  const memory = String(guestMemory(vmi.spec ?? {}));
  setPhase(cluster, vmi, 'Running', (status) => {
    status.nodeName = pod.spec?.nodeName;
    status.activePods = { [pod.metadata.uid ?? '']: pod.spec?.nodeName };
    status.launcherContainerImageVersion = pod.spec?.containers?.[0]?.image;
    status.migrationTransport = 'Unix';
    status.qosClass = 'Burstable';
    status.runtimeUser = 107;
    status.machine = { type: 'pc-q35-9.1' };
    status.memory = { guestAtBoot: memory, guestCurrent: memory, guestRequested: memory };
    status.currentCPUTopology = { cores: guestCores(vmi.spec ?? {}), sockets: 1, threads: 1 };
    status.virtualMachineRevisionName = `revision-start-vm-${vmi.metadata.ownerReferences?.[0]?.uid ?? ''}-1`;
    status.interfaces = interfacesOf(vmi, String(pod.status?.podIP ?? ''), false);
  });
  cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
    draft.metadata.labels = { ...draft.metadata.labels, 'kubevirt.io/nodeName': String(pod.spec?.nodeName) };
  });
  syncMigratability(cluster, vmi);
}

export function syncMigratability(cluster: Cluster, vmi: KubeObject): void {
  const condition = migratability(cluster, vmi);
  setInstanceCondition(cluster, vmi, condition);
  setInstanceCondition(cluster, vmi, { type: 'StorageLiveMigratable', status: 'True' });
  cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
    statusOf(draft).migrationMethod = condition.reason === 'DisksNotLiveMigratable' ? 'BlockMigration' : 'LiveMigration';
  });
}

/** The guest has booted: its agent answers with addresses and its system. */
export function writeGuestReady(cluster: Cluster, vmi: KubeObject, podIp: string): void {
  setInstanceCondition(cluster, vmi, { type: 'AgentConnected', status: 'True' });
  cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
    const status = statusOf(draft);
    status.guestOSInfo = { id: 'sles', kernelRelease: '6.4.0-150700.51-default', machine: 'x86_64', name: 'SLES', prettyName: 'SUSE Linux Enterprise Server 15 SP7', version: '15-SP7', versionId: '15.7' };
    status.interfaces = interfacesOf(draft, podIp, true);
  });
}

/** The guest's interfaces as its pod has them now: another address after a migration, another card after a hot-plug. */
export function reportInterfaces(cluster: Cluster, vmi: KubeObject, podIp: string): void {
  cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
    statusOf(draft).interfaces = interfacesOf(draft, podIp, isConditionTrue(draft, 'AgentConnected'));
  });
}

/** Ready follows the launcher pod, as KubeVirt copies it; a node that is gone makes it NodeNotReady. */
export function syncReady(cluster: Cluster, vmi: KubeObject): void {
  const node = String(vmi.status?.nodeName ?? '');
  if (phaseOf(vmi) !== 'Running') setInstanceCondition(cluster, vmi, { type: 'Ready', status: 'False', reason: 'GuestNotRunning', message: 'Guest VM is not reported as running' });
  else if (!isNodeAlive(cluster, node) && !isKnownReady(cluster, node)) setInstanceCondition(cluster, vmi, { type: 'Ready', status: 'False', reason: 'NodeNotReady', message: '' });
  else if (isConditionTrue(vmi, 'Paused')) setInstanceCondition(cluster, vmi, { type: 'Ready', status: 'False', reason: 'GuestNotRunning', message: 'Guest VM is not reported as running' });
  else setInstanceCondition(cluster, vmi, { type: 'Ready', status: 'True', reason: '', message: '' });
}

/** A dead node counts as fine until Kubernetes has noticed. */
function isKnownReady(cluster: Cluster, node: string): boolean {
  return isConditionTrue(cluster.store.get(TYPE.node, node), 'Ready');
}

/** Whether a disk of the instance has lost its data path: no replica left. */
export function hasFaultedDisk(cluster: Cluster, vmi: KubeObject): boolean {
  return volumesOf(vmi.spec).some((volume) => {
    const name = claimNameOf(volume);
    const claim = name === undefined ? undefined : getClaim(cluster, vmi.metadata.namespace ?? 'default', name);
    return longhornVolumeOf(cluster, claim)?.status?.robustness === 'faulted';
  });
}

export function pauseOnIoError(cluster: Cluster, vmi: KubeObject): void {
  if (!isConditionTrue(vmi, 'Paused')) {
    setInstanceCondition(cluster, vmi, { type: 'Paused', status: 'True', reason: 'PausedIOError', message: 'VMI was paused, low-level IO error detected' });
  }
}

export function unpause(cluster: Cluster, vmi: KubeObject): void {
  if (findCondition(vmi, 'Paused') === undefined) return;
  cluster.store.edit(TYPE.vmi, keyOf(vmi.metadata.namespace, vmi.metadata.name), (draft) => removeCondition(draft, 'Paused'));
}
