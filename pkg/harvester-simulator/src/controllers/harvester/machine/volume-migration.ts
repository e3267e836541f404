import type { Cluster, Fields, KubeObject } from '../../../contract';
import { recordWrittenBytes, truthOf } from '../../longhorn/truth';
import { annotationsOf, removeCondition, setCondition, specOf, statusOf } from '../support/conditions';
import { objectKey } from '../support/controller';
import { HARVESTER, TYPE } from '../support/types';
import { capacityOf, getClaim } from '../storage/claims';
import { claimNameOf, claimTemplatesOf, instanceOf, phaseOf, templateSpec, volumesOf } from './machine';

/** One disk on its way: KubeVirt's `StorageMigratedVolumeInfo`. */
interface Move {
  volumeName: string;
  sourcePVCInfo: { claimName: string };
  destinationPVCInfo: { claimName: string };
}

function movesOf(object: KubeObject | undefined): Move[] {
  return ((object?.status?.migratedVolumes ?? object?.status?.volumeUpdateState?.volumeMigrationState?.migratedVolumes ?? []) as Move[]);
}

/** Source claim -> target claim of a machine's moving disks. */
export function movedClaims(vm: KubeObject): Map<string, string> {
  return new Map(movesOf(vm).map(({ sourcePVCInfo, destinationPVCInfo }) => [sourcePVCInfo.claimName, destinationPVCInfo.claimName]));
}

/** Volume name -> claim that the target pod of an instance mounts instead. */
export function targetsOf(vmi: KubeObject): Map<string, string> {
  return new Map(movesOf(vmi).map(({ volumeName, destinationPVCInfo }) => [volumeName, destinationPVCInfo.claimName]));
}

/** Names other claims in a machine's template and claim templates, to be moved to by migration. */
export function moveClaims(cluster: Cluster, vm: KubeObject, claims: ReadonlyMap<string, string>): void {
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
    const spec = specOf(draft);
    spec.updateVolumesStrategy = 'Migration';
    for (const { persistentVolumeClaim } of volumesOf(spec.template.spec as Fields)) {
      if (persistentVolumeClaim !== undefined) persistentVolumeClaim.claimName = claims.get(persistentVolumeClaim.claimName) ?? persistentVolumeClaim.claimName;
    }
    const templates = claimTemplatesOf(draft).map((template) => {
      const name = claims.get(template.metadata.name);
      const claim = name === undefined ? undefined : getClaim(cluster, vm.metadata.namespace ?? 'default', name);
      if (name === undefined || claim === undefined) return template;
      const { accessModes, resources, storageClassName, volumeMode } = claim.spec ?? {};
      return { metadata: { name }, spec: { accessModes, resources, storageClassName, volumeMode } };
    });
    annotationsOf(draft)[HARVESTER.volumeClaimTemplates] = JSON.stringify(templates);
  });
}

function claimInfo(cluster: Cluster, vmi: KubeObject, claimName: string): Fields {
  const claim = getClaim(cluster, vmi.metadata.namespace ?? 'default', claimName);
  return { claimName, accessModes: [...((claim?.spec?.accessModes ?? []) as string[])], volumeMode: claim?.spec?.volumeMode ?? 'Filesystem', requests: { ...(claim?.spec?.resources?.requests as object | undefined) } };
}

/** Disks of the running instance that its machine names other claims for. */
function differences(cluster: Cluster, vm: KubeObject, vmi: KubeObject): Move[] {
  const running = new Map(volumesOf(vmi.spec).map((volume) => [volume.name, claimNameOf(volume)]));
  return volumesOf(templateSpec(vm)).flatMap((volume) => {
    const [target, source] = [claimNameOf(volume), running.get(volume.name)];
    if (target === undefined || source === undefined || target === source) return [];
    return [{ volumeName: volume.name, sourcePVCInfo: claimInfo(cluster, vmi, source), destinationPVCInfo: claimInfo(cluster, vmi, target) } as Move];
  });
}

/** Starts, or gives up, the migration that moves a running machine's disks, as its template asks. */
export function followVolumeChange(cluster: Cluster, vm: KubeObject): void {
  const vmi = instanceOf(cluster, vm);
  if (vm.spec?.updateVolumesStrategy !== 'Migration' || vmi === undefined || phaseOf(vmi) !== 'Running') return;
  const moves = differences(cluster, vm, vmi);
  const active = cluster.store.list(TYPE.vmim, { namespace: vm.metadata.namespace }).find(({ spec, status }) => spec?.vmiName === vm.metadata.name && status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  const isKnown = JSON.stringify(movesOf(vmi).map(({ destinationPVCInfo }) => destinationPVCInfo.claimName)) === JSON.stringify(moves.map(({ destinationPVCInfo }) => destinationPVCInfo.claimName));
  cluster.store.edit(TYPE.vm, objectKey(vm), (draft) => {
    const status = statusOf(draft);
    if (moves.length === 0) delete status.volumeUpdateState;
    else status.volumeUpdateState = { volumeMigrationState: { migratedVolumes: moves } };
  });
  if (isKnown) return;
  if (active !== undefined) {
    cluster.store.remove(TYPE.vmim, objectKey(active));
    return;
  }
  cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
    statusOf(draft).migratedVolumes = moves;
    setCondition(draft, cluster.clock.iso(), 'lastProbeTime', { type: 'VolumesChange', status: 'True' });
  });
  cluster.store.create(TYPE.vmim, {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstanceMigration',
    metadata: { generateName: 'kubevirt-workload-update-', namespace: vm.metadata.namespace, annotations: { 'kubevirt.io/workloadUpdateMigration': '' }, labels: { 'kubevirt.io/volume-update-migration': vm.metadata.name } },
    spec: { vmiName: vm.metadata.name }
  });
}

/** Milliseconds that copying the moving disks takes: whole devices, at the rate of a host-assisted clone. */
export function copyTime(cluster: Cluster, vmi: KubeObject): number {
  const bytes = movesOf(vmi).reduce((sum, { sourcePVCInfo }) => {
    const claim = getClaim(cluster, vmi.metadata.namespace ?? 'default', sourcePVCInfo.claimName);
    return sum + (claim === undefined ? 0 : capacityOf(claim));
  }, 0);
  return (bytes / cluster.timings.cloneBytesPerSecond) * 1000;
}

/** The guest runs on its new disks. */
export function finishMove(cluster: Cluster, vmi: KubeObject): void {
  const namespace = vmi.metadata.namespace ?? 'default';
  const moves = movesOf(vmi);
  if (moves.length === 0) return;
  for (const { sourcePVCInfo, destinationPVCInfo } of moves) {
    const [source, target] = [sourcePVCInfo, destinationPVCInfo].map(({ claimName }) => String(getClaim(cluster, namespace, claimName)?.spec?.volumeName ?? ''));
    const written = truthOf(cluster).writtenBytes.get(source ?? '');
    if (target !== undefined && target !== '' && written !== undefined) recordWrittenBytes(cluster, target, written);
  }
  const targets = targetsOf(vmi);
  cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
    for (const volume of volumesOf(specOf(draft))) {
      const claim = targets.get(volume.name);
      if (claim !== undefined) volume.persistentVolumeClaim = { ...volume.persistentVolumeClaim, claimName: claim };
    }
  });
  dropMove(cluster, vmi);
}

/** Forgets a move that ended, one way or the other; a machine that still asks for it begins anew. */
export function dropMove(cluster: Cluster, vmi: KubeObject): void {
  cluster.store.edit(TYPE.vmi, objectKey(vmi), (draft) => {
    delete statusOf(draft).migratedVolumes;
    removeCondition(draft, 'VolumesChange');
  });
}
