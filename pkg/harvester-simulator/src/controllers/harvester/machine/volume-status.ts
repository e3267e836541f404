import type { Cluster, Fields, KubeObject } from '../../../contract';
import { isAttachedTo } from '../storage/attachments';
import { getClaim, isBound } from '../storage/claims';
import { ensurePod, getPod, podPhase, removePod } from '../support/pods';
import { statusOf } from '../support/conditions';
import { objectKey } from '../support/controller';
import { TYPE } from '../support/types';
import { claimNameOf, disksOf, isHotpluggable, volumesOf, type VolumeEntry } from './machine';

const BUS_PREFIX: Record<string, string> = { virtio: 'vd', scsi: 'sd', sata: 'sd', usb: 'sd' };

/** Device names by bus, in the order of the disks: vda, vdb, sda… */
function targetsOf(spec: Fields): Map<string, string> {
  const counters = new Map<string, number>();
  const targets = new Map<string, string>();
  for (const entry of disksOf(spec)) {
    const prefix = BUS_PREFIX[(entry.disk ?? entry.cdrom ?? entry.lun)?.bus ?? 'virtio'] ?? 'vd';
    const index = counters.get(prefix) ?? 0;
    counters.set(prefix, index + 1);
    targets.set(entry.name, prefix + String.fromCharCode(97 + (index % 26)));
  }
  return targets;
}

function claimInfo(claim: KubeObject | undefined, claimName: string): Fields {
  return {
    claimName,
    accessModes: [...((claim?.spec?.accessModes ?? []) as string[])],
    ...(claim?.status?.capacity === undefined ? {} : { capacity: { ...(claim.status.capacity as object) } }),
    filesystemOverhead: claim?.spec?.volumeMode === 'Block' ? '0' : '0.055',
    requests: { ...(claim?.spec?.resources?.requests as object | undefined) },
    volumeMode: claim?.spec?.volumeMode ?? 'Filesystem'
  };
}

function hotplugPodName(vmi: KubeObject, entry: Fields): string | undefined {
  const name: unknown = entry.hotplugVolume?.attachPodName;
  return typeof name === 'string' && name !== '' && vmi.metadata.uid !== undefined ? name : undefined;
}

/** Phase of a hot-plugged volume from its claim, its volume and its attachment pod. */
function hotplugState(cluster: Cluster, vmi: KubeObject, claim: KubeObject | undefined, pod: KubeObject | undefined, before: string | undefined): { phase: string; reason: string; message: string } {
  const node = String(vmi.status?.nodeName ?? '');
  if (claim === undefined || !isBound(claim)) return { phase: 'Pending', reason: 'PVCNotReady', message: 'PVC is in phase Pending' };
  const isAttached = isAttachedTo(cluster, String(claim.spec?.volumeName), node);
  if (!isAttached || pod === undefined) return { phase: 'Bound', reason: 'PVCNotReady', message: 'PVC is in phase Bound' };
  if (podPhase(pod) !== 'Running') return { phase: 'AttachedToNode', reason: 'SuccessfulCreate', message: `Created hotplug attachment pod ${pod.metadata.name}, for volume ` };
  if (before === 'MountedToPod' || before === 'Ready') return { phase: 'Ready', reason: 'VolumeReady', message: 'Successfully attach hotplugged volume  to VM' };
  return { phase: 'MountedToPod', reason: 'VolumeMountedToPod', message: 'Volume  has been mounted in virt-launcher pod' };
}

function ensureHotplugPod(cluster: Cluster, vmi: KubeObject, launcher: KubeObject, volume: VolumeEntry, current: string | undefined): KubeObject {
  const namespace = vmi.metadata.namespace ?? 'default';
  const existing = current === undefined ? undefined : getPod(cluster, namespace, current);
  if (existing !== undefined && existing.metadata.ownerReferences?.[0]?.uid === launcher.metadata.uid) return existing;
  if (existing !== undefined) removePod(cluster, namespace, existing.metadata.name);
  return ensurePod(cluster, {
    name: `hp-volume-${cluster.random.lower(5)}`,
    namespace,
    labels: { 'kubevirt.io': 'hotplug-disk' },
    owner: launcher,
    container: { name: 'hotplug-disk', image: 'registry.suse.com/suse/sles/15.7/virt-launcher:1.7.0' },
    requests: { cpu: '10m', memory: '2M' },
    claims: [{ name: volume.name, claimName: claimNameOf(volume) ?? '' }],
    nodeSelector: { 'kubernetes.io/hostname': String(launcher.spec?.nodeName ?? '') }
  });
}

/** Writes `status.volumeStatus`; makes and removes the pods behind hot-plugged volumes. Returns whether one is on its way. */
export function syncVolumeStatus(cluster: Cluster, vmi: KubeObject, launcher: KubeObject | undefined): boolean {
  const spec = vmi.spec ?? {};
  const namespace = vmi.metadata.namespace ?? 'default';
  const targets = targetsOf(spec);
  const before = (vmi.status?.volumeStatus ?? []) as Fields[];
  let isBusy = false;
  const next: Fields[] = volumesOf(spec).map((volume) => {
    const old = before.find((entry) => entry.name === volume.name);
    const claimName = claimNameOf(volume);
    const target = targets.get(volume.name) ?? '';
    if (claimName === undefined) return { name: volume.name, target, ...(volume.cloudInitNoCloud === undefined ? {} : { size: 1_048_576 }) };
    const claim = getClaim(cluster, namespace, claimName);
    const entry: Fields = { name: volume.name, target, persistentVolumeClaimInfo: claimInfo(claim, claimName) };
    if (!isHotpluggable(volume)) return entry;
    const pod = launcher === undefined || claim === undefined || !isBound(claim) ? undefined : ensureHotplugPod(cluster, vmi, launcher, volume, old === undefined ? undefined : hotplugPodName(vmi, old));
    const state = hotplugState(cluster, vmi, claim, pod, old?.phase as string | undefined);
    if (state.phase !== 'Ready') isBusy = true;
    const message = state.message.replace('volume ', `volume ${volume.name}`).replace('Volume  ', `Volume ${volume.name} `);
    return { ...entry, target: state.phase === 'Ready' ? target : '', phase: state.phase, reason: state.reason, message, hotplugVolume: pod === undefined ? {} : { attachPodName: pod.metadata.name, attachPodUID: pod.metadata.uid } };
  });
  for (const gone of before.filter((entry) => entry.hotplugVolume !== undefined && !next.some(({ name }) => name === entry.name))) {
    const podName = hotplugPodName(vmi, gone);
    if (podName !== undefined) removePod(cluster, namespace, podName);
    if (gone.phase !== 'Detaching') {
      isBusy = true;
      next.push({ ...gone, phase: 'Detaching', reason: 'SuccessfulDelete', message: `Deleted hotplug attachment pod ${podName ?? ''}, for volume ${String(gone.name)}` });
    }
  }
  cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
    statusOf(draft).volumeStatus = next;
  });
  return isBusy;
}
