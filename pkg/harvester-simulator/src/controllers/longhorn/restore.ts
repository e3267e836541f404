import type { LonghornContext } from './context';
import { setCondition } from './conditions';
import { setTicket } from './attachments';
import { setFailed } from './robustness';
import { recordWrittenBytes } from './truth';
import type { Engine, Volume } from './types';
import type { VolumeSet } from './volume-set';

/** What reading a backup back costs, in bytes per second of cluster time. */
const RESTORE_BYTES_PER_SECOND = 60 * 2 ** 20;

/** The backup a URL names: `…?backup=<name>&volume=<volume>`. */
function backupOf(url: string): string {
  return /[?&]backup=([^&]+)/.exec(url)?.[1] ?? '';
}

function isRestoring(volume: Volume): boolean {
  return volume.spec.fromBackup !== undefined && volume.spec.fromBackup !== '' && volume.status.restoreRequired === true;
}

/** 0..100 of a restore that runs; null when none does. */
function progressOf(ctx: LonghornContext, volume: string): number | null {
  const run = ctx.restores.runs.get(volume);
  if (run === undefined) return null;
  return Math.min(100, Math.floor(((ctx.now - run.startedAt) / Math.max(1, run.endsAt - run.startedAt)) * 100));
}

/** `engine.status.restoreStatus`: every replica reads the backup itself. */
export function restoreEntries(ctx: LonghornContext, engine: Engine): Record<string, unknown> | null {
  const volume = ctx.volume(engine.spec.volumeName);
  const url = String(volume?.spec.fromBackup ?? '');
  if (volume === undefined || url === '') return null;
  const progress = progressOf(ctx, engine.spec.volumeName);
  if (progress === null) return {};
  const error = ctx.truth.restoreErrors.get(engine.spec.volumeName) ?? '';
  const isRunning = progress < 100 && error === '';
  const backup = backupOf(url);
  const entry = { backupURL: url, currentRestoringBackup: isRunning ? backup : '', error, filename: '', isRestoring: isRunning, lastRestored: isRunning || error !== '' ? '' : backup, progress: error === '' ? progress : 0, state: error !== '' ? 'error' : isRunning ? 'in_progress' : 'complete' };
  return Object.fromEntries(Object.values(engine.spec.replicaAddressMap).map((address) => [`tcp://${address}`, entry]));
}

function fail(set: VolumeSet): void {
  const { ctx } = set;
  for (const replica of set.present) if (replica.spec.failedAt === '') setFailed(replica, ctx.iso);
  setCondition(set.volume.object.status.conditions, ctx.iso, 'Restore', 'False', 'RestoreFailure', 'All replica restore failed and the volume became Faulted');
}

/** Fills a volume made from a backup, once all its replicas are there; a standby volume goes on being filled. */
export function reconcileRestore(set: VolumeSet): void {
  const { ctx } = set;
  const volume = set.volume.object;
  const { spec, status } = volume;
  if (spec.fromBackup === undefined || spec.fromBackup === '') return;
  if (status.restoreInitiated !== true) {
    Object.assign(status, { restoreInitiated: true, restoreRequired: true, isStandby: spec.Standby === true });
    return;
  }
  if (!isRestoring(volume) || status.state !== 'attached' || set.engine?.status.currentState !== 'running') return;
  const error = ctx.truth.restoreErrors.get(set.name);
  const progress = progressOf(ctx, set.name);
  if (progress === null) {
    const modes = Object.values(set.engine.status.replicaModeMap ?? {});
    if (modes.length === 0 || !modes.every((mode) => mode === 'RW')) return;
    const bytes = Math.floor(Number(spec.size) * 0.4);
    const duration = (bytes / RESTORE_BYTES_PER_SECOND) * 1000;
    ctx.restores.runs.set(set.name, { startedAt: ctx.now, endsAt: ctx.now + duration });
    recordWrittenBytes(ctx.cluster, set.name, bytes);
    set.engine.spec.requestedBackupRestore = backupOf(spec.fromBackup as string);
    ctx.runtimes.watched.add(set.engine.metadata.name);
    ctx.queue.addAfter(`volume/${set.name}`, duration + ctx.cluster.timings.enginePoll);
  } else if (error !== undefined && progress > 0) {
    fail(set);
    return;
  }
  setCondition(status.conditions, ctx.iso, 'Restore', 'True', 'RestoreInProgress');
  if (error !== undefined) ctx.queue.addAfter(`volume/${set.name}`, 5_000);
  if ((progress ?? 0) < 100 || spec.Standby === true) return;
  status.restoreRequired = false;
  setCondition(status.conditions, ctx.iso, 'Restore', 'False');
}

/** Whether the condition is this module's to write. */
export function hasRestoreCondition(volume: Volume): boolean {
  return volume.spec.fromBackup !== undefined && volume.spec.fromBackup !== '' && volume.status.restoreRequired === true;
}

/** Whether an engine still has news of a restore. */
export function isRestoreNews(ctx: LonghornContext, volume: string): boolean {
  const stored = ctx.volume(volume);
  const progress = progressOf(ctx, volume);
  return stored !== undefined && progress !== null && progress < 100;
}

/** Keeps a volume attached, without a device, for as long as it is filled (`volume-restore-controller`). */
export function syncRestoreTicket(ctx: LonghornContext, name: string): void {
  const volume = ctx.volume(name);
  const attachment = ctx.attachment(name);
  if (volume?.status?.state === undefined || attachment === undefined) return;
  const id = `volume-restore-controller-${name}`;
  const has = attachment.spec.attachmentTickets?.[id] !== undefined;
  const isWanted = isRestoring(volume) && volume.status.robustness !== 'faulted' && volume.metadata.deletionTimestamp === undefined;
  if (!isWanted && has) setTicket(ctx, name, { id, nodeID: '' });
  if (!isWanted || has || volume.status.state !== 'detached') return;
  setTicket(ctx, name, { id, type: 'volume-restore-controller', nodeID: volume.status.ownerID, parameters: { disableFrontend: 'true', lastAttachedBy: '' }, generation: 0 });
}
