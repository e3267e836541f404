import { setCondition } from './conditions';
import { closeVolume, isVolumeClosed, isVolumeOpen, openVolume } from './attach';
import { isSalvageNeeded } from './robustness';
import { reconcileScheduling } from './scheduling';
import { isSettingOn } from './settings';
import type { Replica } from './types';
import type { VolumeSet } from './volume-set';

/** Failures this close to the newest are salvaged together. */
const AUTO_SALVAGE_WINDOW = 60_000;

function createMembers(set: VolumeSet): void {
  const { spec } = set.volume.object;
  const engine = set.engine ?? set.addEngine(true);
  if (set.usesFrontend && set.frontend === undefined) set.addFrontend(engine.metadata.name, true);
  if (set.replicas.length > 0) return;
  const isCopy = spec.dataSource !== '' && spec.cloneMode !== 'linked-clone';
  const count = isCopy ? 1 : spec.numberOfReplicas;
  for (let i = 0; i < count; i++) set.addReplica(engine.metadata.name);
}

function isSalvageable(set: VolumeSet, replica: Replica): boolean {
  const { ctx } = set;
  if (replica.spec.failedAt === '' || replica.spec.healthyAt === '' || ctx.isNodeDown(replica.spec.nodeID)) return false;
  const node = ctx.node(replica.spec.nodeID);
  const disk = Object.values(node?.status.diskStatus ?? {}).find((status) => status.diskUUID === replica.spec.diskID);
  return disk?.conditions.some((condition) => condition.type === 'Schedulable' && condition.status === 'True') === true;
}

function requestRemount(set: VolumeSet): void {
  const volume = set.volume.object;
  volume.status.remountRequestedAt = set.ctx.iso;
  set.ctx.event(volume, 'Normal', 'Remount', `Volume ${set.name} requested remount at ${set.ctx.iso}`);
}

function salvage(set: VolumeSet): void {
  const { ctx } = set;
  const volume = set.volume.object;
  const candidates = set.present.filter((replica) => isSalvageable(set, replica));
  if (candidates.length === 0) {
    ctx.queue.addAfter(`volume/${set.name}`, 30_000);
    return;
  }
  const newest = Math.max(...candidates.map((replica) => Date.parse(replica.spec.failedAt)));
  for (const replica of candidates) {
    if (newest - Date.parse(replica.spec.failedAt) > AUTO_SALVAGE_WINDOW) continue;
    replica.spec.failedAt = '';
    ctx.event(volume, 'Warning', 'AutoSalvaged', `Replica ${replica.metadata.name} of volume ${set.name} will be automatically salvaged`);
  }
  if (ctx.minor >= 12) volume.status.lastAutoSalvagedAt = ctx.iso;
  volume.status.robustness = 'unknown';
  requestRemount(set);
}

function reconcileFaulted(set: VolumeSet): void {
  const { ctx } = set;
  const volume = set.volume.object;
  const { status } = volume;
  if (isSalvageNeeded(set.present)) {
    status.robustness = 'faulted';
    if (status.state === 'detached' && isSettingOn(ctx.cluster, 'auto-salvage') && status.restoreRequired !== true && status.isStandby !== true) salvage(set);
  } else if (status.robustness === 'faulted' && status.state === 'detached') {
    status.robustness = 'unknown';
    requestRemount(set);
  }
  if (status.robustness === 'faulted' || (status.state !== 'attached' && status.state !== 'attaching')) return;
  const isDead = set.engine?.status.currentState === 'error' || set.frontend?.status.currentState === 'error';
  if (!isDead) return;
  status.robustness = 'faulted';
  ctx.event(volume, 'Warning', 'DetachedUnexpectedly', `Engine of volume ${set.name} dead unexpectedly, setting v.Status.Robustness to faulted`);
}

function detach(set: VolumeSet): void {
  const volume = set.volume.object;
  const { status } = volume;
  const isAlreadyDetaching = status.state === 'detaching';
  if (status.state !== 'detached') status.state = 'detaching';
  closeVolume(set);
  if (status.state !== 'detaching' || !isVolumeClosed(set)) return;
  if (!isAlreadyDetaching) {
    // `detaching` is shown even when there is nothing to stop.
    set.ctx.queue.add(`volume/${set.name}`);
    return;
  }
  const wasUsed = status.currentNodeID !== '';
  status.state = 'detached';
  status.currentNodeID = '';
  status.frontendDisabled = false;
  if (status.currentEngineNodeID !== undefined) status.currentEngineNodeID = '';
  if (wasUsed) set.ctx.event(volume, 'Normal', 'Detached', `volume ${set.name} has been detached`);
}

function attach(set: VolumeSet): void {
  const volume = set.volume.object;
  const { spec, status } = volume;
  if (status.state === 'detached') {
    status.state = 'attaching';
    status.frontendDisabled = spec.disableFrontend;
  }
  if (status.state === 'detaching') {
    detach(set);
    return;
  }
  openVolume(set);
  if (!isVolumeOpen(set)) return;
  status.state = 'attached';
  status.currentNodeID = spec.nodeID;
  if (status.currentEngineNodeID !== undefined && set.isV2) status.currentEngineNodeID = set.engine?.spec.nodeID ?? '';
  set.ctx.event(volume, 'Normal', 'Attached', `volume ${set.name} has been attached to ${spec.nodeID}`);
}

/** The attach/detach state machine (`reconcileAttachDetachStateMachine`). */
function reconcileAttachment(set: VolumeSet, isNew: boolean): void {
  const { spec, status } = set.volume.object;
  if (spec.nodeID === '') {
    if (isNew) status.state = 'creating';
    else if (status.state !== 'detached' || !isVolumeClosed(set)) detach(set);
    else if (status.robustness !== 'faulted') status.robustness = 'unknown';
    return;
  }
  if (status.currentNodeID === '') {
    if (status.state === 'creating' || status.state === '') detach(set);
    else attach(set);
    return;
  }
  const isHandedOver = spec.nodeID !== status.currentNodeID;
  if (isHandedOver && status.currentMigrationNodeID === '') detach(set);
  else if (status.state === 'attached') openVolume(set);
  else if (status.state === 'detaching') detach(set);
  else attach(set);
}

/** Everything about a volume but its health (`ReconcileVolumeState`). */
export function reconcileVolumeState(set: VolumeSet): void {
  const { ctx } = set;
  const { spec, status } = set.volume.object;
  const isNew = status.state === '';
  if (status.currentImage === '') status.currentImage = spec.image;
  status.ownerID = ctx.ownerFor(spec.nodeID, status.ownerID);
  if (isNew && set.engines.length === 0) {
    // The volume shows as creating before anything of it exists.
    status.state = 'creating';
    ctx.queue.add(`volume/${set.name}`);
    return;
  }
  createMembers(set);
  reconcileFaulted(set);
  reconcileScheduling(set);
  reconcileAttachment(set, isNew);
  if (ctx.minor >= 11 && spec.dataEngine !== undefined) reconcileOfflineCondition(set);
  const snapshots = Object.values(set.engine?.status.snapshots ?? {}) as { size?: string }[];
  if (snapshots.length > 0 && set.engine?.status.currentState === 'running') status.actualSize = snapshots.reduce((sum, { size }) => sum + Number(size ?? 0), 0);
}

function reconcileOfflineCondition(set: VolumeSet): void {
  const { ctx } = set;
  const { status } = set.volume.object;
  const ticket = `volume-rebuilding-controller-${set.name}`;
  const isInProgress = ctx.attachment(set.name)?.status?.attachmentTicketStatuses[ticket]?.satisfied === true;
  setCondition(status.conditions, ctx.iso, 'OfflineRebuilding', isInProgress ? 'True' : 'False', isInProgress ? 'OfflineRebuildingInProgress' : '', '');
}
