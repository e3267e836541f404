import { setCondition } from './conditions';
import type { LonghornContext } from './context';
import { Draft } from './draft';
import { API_VERSION, FINALIZER, LH, NAMESPACE, key } from './kinds';
import type { AttachmentTicket, Volume, VolumeAttachment } from './types';

/** Who wins when tickets disagree. */
const PRIORITY: Record<string, number> = {
  'volume-restore-controller': 2000,
  'volume-expansion-controller': 2000,
  'longhorn-api': 1000,
  'csi-attacher': 900,
  'salvage-controller': 900,
  'share-manager-controller': 900
};

/** How often a migration that cannot start is looked at. */
const MIGRATION_RETRY = 10_000;

function priority(ticket: AttachmentTicket): number {
  return PRIORITY[ticket.type] ?? 800;
}

function isFrontendDisabled(ticket: AttachmentTicket): boolean {
  return ticket.parameters.disableFrontend === 'true';
}

export function createAttachment(ctx: LonghornContext, volume: Volume): void {
  const name = volume.metadata.name;
  if (ctx.attachment(name) !== undefined) return;
  ctx.cluster.store.create(LH.attachment, {
    apiVersion: API_VERSION,
    kind: 'VolumeAttachment',
    metadata: {
      name,
      namespace: NAMESPACE,
      labels: { longhornvolume: name },
      finalizers: [FINALIZER],
      ownerReferences: [{ apiVersion: API_VERSION, kind: 'Volume', name, uid: volume.metadata.uid ?? '' }]
    },
    spec: { attachmentTickets: {}, volume: name }
  });
}

function isHeldBy(volume: Volume, ticket: AttachmentTicket): boolean {
  return ticket.nodeID === volume.spec.nodeID && isFrontendDisabled(ticket) === volume.spec.disableFrontend;
}

function winner(tickets: readonly AttachmentTicket[]): AttachmentTicket | undefined {
  return [...tickets].sort((a, b) => priority(b) - priority(a) || a.id.localeCompare(b.id))[0];
}

/** Changes of a migratable volume's nodes while two CSI tickets exist, and after one of them went. */
function migrate(ctx: LonghornContext, volume: Volume, tickets: readonly AttachmentTicket[]): void {
  const { spec, status } = volume;
  const csi = tickets.filter((ticket) => ticket.type === 'csi-attacher');
  const isAt = (node: string): boolean => csi.some((ticket) => ticket.nodeID === node);
  if (spec.migrationNodeID !== '') {
    if (!isAt(spec.migrationNodeID)) spec.migrationNodeID = '';
    else if (!isAt(spec.nodeID) && status.currentMigrationNodeID === spec.migrationNodeID) {
      spec.nodeID = spec.migrationNodeID;
      spec.migrationNodeID = '';
    }
    return;
  }
  if (!spec.migratable || spec.accessMode !== 'rwx' || status.currentMigrationNodeID !== '' || status.state !== 'attached') return;
  const target = csi.find((ticket) => ticket.nodeID !== spec.nodeID);
  if (target === undefined || !isAt(spec.nodeID)) return;
  const isReady = ctx.isNodeReady(target.nodeID) && (status.robustness === 'healthy' || status.robustness === 'degraded');
  if (isReady) spec.migrationNodeID = target.nodeID;
  else ctx.queue.addAfter(`attachment/${volume.metadata.name}`, MIGRATION_RETRY);
}

function decide(ctx: LonghornContext, volume: Volume, tickets: readonly AttachmentTicket[]): void {
  const { spec, status } = volume;
  if (status.robustness === 'faulted') {
    Object.assign(spec, { nodeID: '', migrationNodeID: '' });
    return;
  }
  const best = winner(tickets);
  if (spec.nodeID !== '') {
    migrate(ctx, volume, tickets);
    const holder = tickets.filter((ticket) => isHeldBy(volume, ticket));
    const isYielding = best !== undefined && holder.length > 0 && !isHeldBy(volume, best) && Math.max(...holder.map(priority)) < priority(best);
    if ((holder.length === 0 && spec.migrationNodeID === '') || isYielding) spec.nodeID = '';
    return;
  }
  if (best === undefined || status.state !== 'detached' || status.cloneStatus.state === 'failed') return;
  Object.assign(spec, { nodeID: best.nodeID, disableFrontend: isFrontendDisabled(best), lastAttachedBy: best.parameters.lastAttachedBy ?? '' });
}

function satisfaction(ctx: LonghornContext, volume: Volume, ticket: AttachmentTicket): { isSatisfied: boolean; reason: string; message: string } {
  const { spec, status } = volume;
  const no = (message: string, reason = ''): { isSatisfied: boolean; reason: string; message: string } => ({ isSatisfied: false, reason, message });
  if (status.currentMigrationNodeID === ticket.nodeID || spec.migrationNodeID === ticket.nodeID) {
    const isUp = status.currentMigrationNodeID === ticket.nodeID && ctx.enginesOf(volume.metadata.name).some((engine) => !engine.spec.active && engine.status?.currentState === 'running' && engine.status.replicaModeMap !== null)
      && (!(spec.dataEngine === 'v2' && ctx.cluster.profile.hasEngineFrontend) || ctx.frontendsOf(volume.metadata.name).some((frontend) => !frontend.spec.active && frontend.status?.currentState === 'running'));
    return isUp ? { isSatisfied: true, reason: '', message: '' } : no(`waiting for volume to migrate to node ${ticket.nodeID}`);
  }
  if (status.currentNodeID !== '' && status.currentNodeID !== ticket.nodeID) return no(`the volume is currently attached to different node ${status.currentNodeID} `);
  if (status.state !== 'attached' || status.currentNodeID !== ticket.nodeID) return no('');
  if (status.frontendDisabled !== isFrontendDisabled(ticket)) return no(`volume ${volume.metadata.name} has already attached to node ${ticket.nodeID} with incompatible parameters`, 'AttachedWithIncompatibleParameters');
  return { isSatisfied: true, reason: '', message: '' };
}

function reportTickets(ctx: LonghornContext, volume: Volume, draft: Draft<VolumeAttachment>): void {
  const { spec, status } = draft.object;
  const before = status.attachmentTicketStatuses;
  status.attachmentTicketStatuses = {};
  for (const [id, ticket] of Object.entries(spec.attachmentTickets)) {
    const entry = before[id] ?? { id, satisfied: false, conditions: [], generation: ticket.generation };
    const { isSatisfied, reason, message } = satisfaction(ctx, volume, ticket);
    setCondition(entry.conditions, ctx.iso, 'Satisfied', isSatisfied ? 'True' : 'False', reason, message);
    status.attachmentTicketStatuses[id] = { ...entry, satisfied: isSatisfied, generation: ticket.generation };
  }
  draft.flushStatus();
}

/** Turns tickets into the volume's wished node, and reports which of them are satisfied. */
export function syncAttachment(ctx: LonghornContext, name: string): void {
  const stored = ctx.attachment(name);
  if (stored === undefined) return;
  const draft = new Draft<VolumeAttachment>(ctx.cluster.store, LH.attachment, key(name), stored, (copy) => {
    copy.spec.attachmentTickets = (copy.spec as Partial<VolumeAttachment['spec']>).attachmentTickets ?? {};
    copy.status = { ...(copy.status as Partial<VolumeAttachment['status']> | undefined), attachmentTicketStatuses: (copy.status as Partial<VolumeAttachment['status']> | undefined)?.attachmentTicketStatuses ?? {} };
  });
  const volume = ctx.volume(name);
  if (stored.metadata.deletionTimestamp !== undefined) {
    if (volume?.metadata.deletionTimestamp !== undefined && volume.status?.state !== 'detached' && volume.spec.nodeID !== '') return;
    draft.object.metadata.finalizers = [];
    draft.flushSpec();
    return;
  }
  if (volume === undefined) return;
  const edited = ctx.draftVolume(volume);
  const tickets = volume.metadata.deletionTimestamp === undefined ? Object.values(draft.object.spec.attachmentTickets).map((ticket) => ({ ...ticket, parameters: (ticket.parameters as AttachmentTicket['parameters'] | undefined) ?? {} })) : [];
  decide(ctx, edited.object, tickets);
  edited.flushSpec();
  reportTickets(ctx, edited.object, draft);
}

/** Adds or takes away a controller's own ticket. */
export function setTicket(ctx: LonghornContext, volume: string, ticket: AttachmentTicket | { id: string; nodeID: '' }): void {
  ctx.cluster.store.edit(LH.attachment, key(volume), (draft) => {
    const tickets: Record<string, AttachmentTicket> = { ...((draft.spec?.attachmentTickets ?? {}) as Record<string, AttachmentTicket>) };
    if ('type' in ticket) tickets[ticket.id] = ticket;
    else delete tickets[ticket.id];
    draft.spec = { ...draft.spec, attachmentTickets: tickets };
  });
}
