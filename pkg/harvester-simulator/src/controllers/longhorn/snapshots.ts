import type { KubeObject } from '../../contract';
import { setTicket } from './attachments';
import { setCondition } from './conditions';
import type { LonghornContext } from './context';
import { API_VERSION, FINALIZER, LH, key } from './kinds';
import { isSettingOn, settingNumber } from './settings';
import { bytesOf } from './truth';
import type { Volume } from './types';

function headBytes(ctx: LonghornContext, volume: string, size: number): number {
  return Math.max(0, bytesOf(ctx.cluster, volume, size) - ctx.chains.of(volume).reduce((sum, { bytes }) => sum + bytes, 0));
}

/** `engine.status.snapshots`: the chain and, at its end, the head that is written to. */
export function snapshotMap(ctx: LonghornContext, volume: string, size: number, headCreated: string): Record<string, unknown> {
  const chain = ctx.chains.of(volume);
  const entry = (name: string, index: number, more: object): [string, unknown] => [name, {
    name,
    parent: chain[index - 1]?.name ?? '',
    children: index < chain.length ? { [chain[index + 1]?.name ?? 'volume-head']: true } : {},
    removed: false,
    ...more
  }];
  return Object.fromEntries([
    ...chain.map((link, index) => entry(link.name, index, { usercreated: link.isUserCreated, created: link.created, size: String(link.bytes), labels: link.labels })),
    entry('volume-head', chain.length, { usercreated: false, created: headCreated, size: String(headBytes(ctx, volume, size)), labels: {} })
  ]);
}

/** The snapshot an engine takes of its own when a rebuild begins. */
export function takeSystemSnapshot(ctx: LonghornContext, volume: string, size: number): void {
  ctx.chains.add(volume, { name: ctx.cluster.random.uuid(), created: ctx.iso, bytes: headBytes(ctx, volume, size), isUserCreated: false, labels: {} });
}

/** Bytes in snapshots that a purge would merge away before the next rebuild; 0 when there is nothing to do. */
export function purgeableBytes(ctx: LonghornContext, volume: string): number {
  if (!isSettingOn(ctx.cluster, 'auto-cleanup-system-generated-snapshot')) return 0;
  return ctx.chains.of(volume).filter((link) => !link.isUserCreated).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** `TooManySnapshots`, from what the engine last reported. */
export function reconcileSnapshotCount(ctx: LonghornContext, volume: Volume): void {
  const threshold = settingNumber(ctx.cluster, 'snapshot-count-warning-threshold');
  const count = ctx.chains.of(volume.metadata.name).length;
  if (count > threshold) setCondition(volume.status.conditions, ctx.iso, 'TooManySnapshots', 'True', 'TooManySnapshots', `Snapshots count is ${String(count)} over the warning threshold ${String(threshold)}`);
  else setCondition(volume.status.conditions, ctx.iso, 'TooManySnapshots', 'False');
}

function isServing(ctx: LonghornContext, volume: Volume): boolean {
  return volume.status?.state === 'attached' && ctx.enginesOf(volume.metadata.name).some((engine) => engine.spec.active && ctx.runtimes.get(engine.metadata.name)?.isPublished === true);
}

function ticketOf(name: string): string {
  return `snapshot-controller-${name}`;
}

/** A stopped volume is attached for as long as its snapshots are worked on. */
function hold(ctx: LonghornContext, volume: Volume, snapshot: string, isHeld: boolean): void {
  const id = ticketOf(snapshot);
  const has = ctx.attachment(volume.metadata.name)?.spec.attachmentTickets?.[id] !== undefined;
  if (isHeld && !has) setTicket(ctx, volume.metadata.name, { id, type: 'snapshot-controller', nodeID: volume.status.ownerID, parameters: { disableFrontend: 'any', lastAttachedBy: '' }, generation: 0 });
  if (!isHeld && has) setTicket(ctx, volume.metadata.name, { id, nodeID: '' });
}

function refreshEngine(ctx: LonghornContext, volume: string): void {
  for (const engine of ctx.enginesOf(volume)) if (ctx.runtimes.get(engine.metadata.name) !== undefined) ctx.runtimes.watched.add(engine.metadata.name);
  ctx.queue.add(`volume/${volume}`);
  // The neighbours of what came or went in the chain.
  for (const link of ctx.chains.of(volume)) if (link.isUserCreated) ctx.queue.add(`snapshot/${link.name}`);
}

function adopt(ctx: LonghornContext, snapshot: KubeObject, volume: Volume): void {
  ctx.cluster.store.edit(LH.snapshot, key(snapshot.metadata.name), (draft) => {
    draft.metadata.finalizers = [FINALIZER];
    draft.metadata.labels = { ...draft.metadata.labels, longhornvolume: volume.metadata.name };
    draft.metadata.ownerReferences = [{ apiVersion: API_VERSION, kind: 'Volume', name: volume.metadata.name, uid: volume.metadata.uid ?? '' }];
  });
}

function remove(ctx: LonghornContext, name: string, volume: Volume | undefined): void {
  if (volume !== undefined && volume.metadata.deletionTimestamp === undefined) {
    if (!isServing(ctx, volume)) {
      hold(ctx, volume, name, true);
      ctx.queue.addAfter(`snapshot/${name}`, 1_000);
      return;
    }
    ctx.chains.drop(volume.metadata.name, (link) => link.name === name);
    refreshEngine(ctx, volume.metadata.name);
    hold(ctx, volume, name, false);
  }
  ctx.cluster.store.edit(LH.snapshot, key(name), (draft) => { draft.metadata.finalizers = []; });
}

function report(ctx: LonghornContext, name: string, volume: Volume): void {
  const chain = ctx.chains.of(volume.metadata.name);
  const index = chain.findIndex((link) => link.name === name);
  const link = chain[index];
  ctx.cluster.store.edit(LH.snapshot, key(name), (draft) => {
    const before = draft.status ?? {};
    draft.status = link === undefined
      ? { ...before, ownerID: volume.status.ownerID, readyToUse: false, error: `lost track of the corresponding snapshot info inside volume engine` }
      : {
          ...before,
          children: { [chain[index + 1]?.name ?? 'volume-head']: true },
          creationTime: link.created,
          error: '',
          labels: link.labels,
          markRemoved: false,
          ownerID: volume.status.ownerID,
          parent: chain[index - 1]?.name ?? '',
          readyToUse: true,
          restoreSize: Number(volume.spec.size),
          size: link.bytes,
          userCreated: true
        };
  });
}

/** Takes, reports and removes the snapshot that a Snapshot object stands for. */
export function syncSnapshot(ctx: LonghornContext, name: string): void {
  const snapshot = ctx.cluster.store.get(LH.snapshot, key(name));
  if (snapshot === undefined) return;
  const volumeName = String(snapshot.spec?.volume ?? '');
  const volume = ctx.volume(volumeName);
  if (snapshot.metadata.deletionTimestamp !== undefined) {
    remove(ctx, name, volume);
    return;
  }
  if (volume?.status?.state === undefined) {
    if (volume !== undefined) ctx.queue.addAfter(`snapshot/${name}`, 1_000);
    return;
  }
  if (snapshot.metadata.finalizers === undefined) adopt(ctx, snapshot, volume);
  const isTaken = ctx.chains.of(volumeName).some((link) => link.name === name);
  if (!isTaken && snapshot.status?.creationTime === undefined) {
    if (!isServing(ctx, volume)) {
      hold(ctx, volume, name, true);
      ctx.queue.addAfter(`snapshot/${name}`, 1_000);
      return;
    }
    ctx.chains.add(volumeName, { name, created: ctx.iso, bytes: headBytes(ctx, volumeName, Number(volume.spec.size)), isUserCreated: true, labels: { ...(snapshot.spec?.labels as Record<string, string> | undefined) } });
    refreshEngine(ctx, volumeName);
    hold(ctx, volume, name, false);
  }
  report(ctx, name, volume);
}
