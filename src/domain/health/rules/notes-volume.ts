import { KIND } from '../../kube/kinds';
import { isV2EngineOn, readLonghornMinor } from '../../longhorn/cluster-settings';
import { findLonghornNode, nodeReadiness } from '../../longhorn/node-status';
import { doubtOfStatus } from '../base-level';
import { asApiState, asApiTime, cite } from '../evidence';
import { NOWHERE, note } from '../rule';
import type { AttachmentTicket } from '../../longhorn/types';
import type { Rule } from '../rule';
import type { Situation } from '../situation';
import { citeEngine, citeMigration, citeModes, citeNodeCondition, citeReadState, citeSetting, citeVolume, citeVolumeCondition } from './cite';

const MIGRATION_STUCK_AFTER = 600_000;

/** When the migration began: the second engine is made for it. */
function migrationSince(s: Situation): number | null {
  let since: number | null = null;
  for (const engine of s.engines) if (!engine.isActive && engine.meta.createdAt !== null && (since === null || engine.meta.createdAt > since)) since = engine.meta.createdAt;
  return since;
}

const migrationStuck = note('migration-stuck', { row: '46', level: 'transition', phase: 'stuck', needsHelp: true, params: ['node', 'sinceAt'] }, (s) => {
  if (!s.isMigrating || s.engines.length < 2) return null;
  const since = migrationSince(s);
  if (since === null || s.now - since < MIGRATION_STUCK_AFTER) return null;
  return { params: { node: s.volume.migrationNodeId || s.volume.currentMigrationNodeId, sinceAt: since }, evidence: [citeMigration(s), ...s.engines.map((engine) => citeEngine(s, engine, 'status.currentState', asApiState(engine.currentState)))] };
});

const migrating = note('migrating', { level: 'transition', params: ['node'] }, (s) =>
  s.isMigrating ? { params: { node: s.volume.migrationNodeId || s.volume.currentMigrationNodeId }, evidence: [citeMigration(s)] } : null);

/** Held for whoever uses the volume, by the CSI driver; the others are Longhorn's own. */
function isOfMachine(ticket: AttachmentTicket): boolean {
  return ticket.type === 'csi-attacher';
}

const migrationWaitsForRebuild = note('migration-waits-for-rebuild', { row: '28b', level: 'transition', phase: 'waiting', params: ['node', 'target'] }, (s) => {
  const { running } = s;
  if (s.volume.state !== 'attached' || running === null) return null;
  const other = s.attachment?.tickets.find((ticket) => isOfMachine(ticket) && ticket.nodeId !== s.volume.currentNodeId);
  if (other === undefined && !s.isMigrating) return null;
  const modes = running.replicaModeMap ?? {};
  const isJoining = Object.keys(running.replicaAddressMap).some((name) => modes[name] === undefined);
  const target = s.verdicts.find((verdict) => verdict.class === 'rebuilding');
  if (target === undefined && !isJoining) return null;
  return { params: { node: other?.nodeId ?? s.volume.migrationNodeId, target: target?.nodeName ?? NOWHERE }, evidence: [citeModes(s, running), citeVolume(s, 'spec.migrationNodeID', s.volume.migrationNodeId)] };
});

const migrationWaitsForNode = note('migration-waits-for-node', { row: '46b', level: 'transition', phase: 'waiting', needsHelp: true, params: ['node'] }, (s) => {
  const { attachment } = s;
  if (s.volume.migrationNodeId !== '' || attachment === null || attachment.tickets.length < 2 || attachment.tickets.filter(isOfMachine).length < 2) return null;
  for (const ticket of attachment.tickets) {
    if (!isOfMachine(ticket) || ticket.nodeId === s.volume.currentNodeId) continue;
    const node = findLonghornNode(s.view, ticket.nodeId);
    if (node === undefined || nodeReadiness(node) === 'ready') continue;
    return { params: { node: ticket.nodeId }, evidence: [citeNodeCondition(s, node, 'Ready'), citeVolume(s, 'spec.migrationNodeID', '')] };
  }
  return null;
});

const twoEngines = note('two-engines', { row: '47', needsHelp: true, params: ['count'] }, (s) => {
  if (s.engines.length < 2) return null;
  const live = s.engines.filter((engine) => engine.meta.deletedAt === null);
  const active = live.filter((engine) => engine.isActive);
  if (active.length < 2 && (live.length < 2 || s.isMigrating)) return null;
  return { params: { count: live.length }, evidence: live.map((engine) => citeEngine(s, engine, 'spec.active', engine.isActive)) };
});

const expansionFailed = note('expansion-failed', { row: '49', needsHelp: true, params: ['message'] }, (s) =>
  s.engine !== null && s.engine.lastExpansionError !== '' ? { params: { message: s.engine.lastExpansionError }, evidence: [citeEngine(s, s.engine, 'status.lastExpansionError', s.engine.lastExpansionError)] } : null);

const HELD = 'currently attached to different node';

const heldElsewhere = note('held-by-other-node', { row: '55', level: 'transition', phase: 'waiting', needsHelp: true, params: ['node', 'holder', 'ticket'] }, (s) => {
  const waiting = s.attachment?.tickets.find((ticket) => !ticket.isSatisfied && ticket.message.includes(HELD));
  if (waiting === undefined || s.attachment === null) return null;
  const holder = s.attachment.tickets.find((ticket) => ticket.isSatisfied);
  // Two machines' tickets of a volume that can migrate are a migration, which has words of its own.
  if (s.volume.isMigratable && isOfMachine(waiting) && holder !== undefined && isOfMachine(holder)) return null;
  return {
    params: { node: waiting.nodeId, holder: s.volume.currentNodeId || s.volume.nodeId || NOWHERE, ticket: holder?.type ?? NOWHERE },
    evidence: [cite(s.view, KIND.volumeAttachment, s.attachment.meta.id, `status.attachmentTicketStatuses[${waiting.id}]`, waiting.message)]
  };
});

const withoutFrontend = note('attached-without-frontend', { row: '56', level: 'transition', phase: 'waiting', needsHelp: true, params: ['node'] }, (s) => {
  const waiting = s.attachment?.tickets.find((ticket) => !ticket.isSatisfied && (ticket.reason === 'AttachedWithIncompatibleParameters' || ticket.message.includes('incompatible parameters')));
  return waiting === undefined || s.attachment === null ? null : {
    params: { node: waiting.nodeId }, evidence: [cite(s.view, KIND.volumeAttachment, s.attachment.meta.id, `status.attachmentTicketStatuses[${waiting.id}]`, waiting.message)]
  };
});

const attachedByHand = note('attached-by-hand', { row: '57', params: ['node'] }, (s) => {
  const manual = s.attachment?.tickets.find((ticket) => ticket.type === 'longhorn-api');
  return manual === undefined || s.attachment === null ? null : {
    params: { node: manual.nodeId }, needsHelp: s.attachment.tickets.some((ticket) => !ticket.isSatisfied), evidence: [cite(s.view, KIND.volumeAttachment, s.attachment.meta.id, `spec.attachmentTickets[${manual.id}].type`, manual.type)]
  };
});

const switchover = note('engine-switchover', { row: '59', level: 'transition', params: ['phase', 'isReverting'] }, (s) =>
  s.volume.switchoverState === '' ? null : {
    params: { phase: s.volume.switchoverState, isReverting: s.volume.switchoverState === 'reverting' ? 'yes' : 'no' },
    needsHelp: s.volume.switchoverState === 'reverting', evidence: [citeVolume(s, 'status.switchoverState', s.volume.switchoverState)]
  });

/** The condition came with 1.11; before, the ticket that Longhorn gives itself tells, while nobody else holds one. */
const offlineRebuilding = note('offline-rebuilding', { row: '63', level: 'transition' }, (s) => {
  if (s.condition('OfflineRebuilding')?.status === 'True') return { evidence: [citeVolumeCondition(s, 'OfflineRebuilding')] };
  const tickets = s.volume.state === 'attached' && s.condition('OfflineRebuilding') === undefined ? (s.attachment?.tickets ?? []) : [];
  const [own] = tickets;
  if (own?.type !== 'volume-rebuilding-controller' || tickets.length > 1) return null;
  return { evidence: [cite(s.view, KIND.volumeAttachment, s.attachment?.meta.id ?? '', `spec.attachmentTickets[${own.id}].type`, own.type)] };
});

/** When the VM (or pod) that uses the volume started: its instance object is as old as the run. */
function workloadStart(s: Situation): number | null {
  const claim = s.view.claimOfVolume(s.volume.meta.name);
  if (claim === undefined) return null;
  for (const machine of s.view.machinesOfClaim(claim.meta.id)) {
    const instance = s.view.get('kubevirt.io.virtualmachineinstance', machine.meta.id);
    if (instance !== undefined) return instance.meta.createdAt;
  }
  return null;
}

const restartAfterSalvage = note('restart-after-salvage', { row: '76', needsHelp: true, params: ['salvagedAt'] }, (s) => {
  const at = Math.max(s.volume.remountRequestedAt ?? 0, s.volume.lastAutoSalvagedAt ?? 0);
  if (at === 0) return null;
  const start = workloadStart(s);
  return start === null || start >= at ? null : { params: { salvagedAt: at }, evidence: [citeVolume(s, 'status.remountRequestedAt', asApiTime(s.volume.remountRequestedAt)), citeVolume(s, 'status.lastAutoSalvagedAt', asApiTime(s.volume.lastAutoSalvagedAt))] };
});

const tooManySnapshots = note('too-many-snapshots', { row: '82', params: ['isKnown', 'count'] }, (s) => {
  if (s.condition('TooManySnapshots')?.status !== 'True') return null;
  // An engine that is gone, or was never written, has none to count.
  const count = s.engine?.snapshotCount ?? 0;
  return { params: { isKnown: count > 0 ? 'yes' : 'no', count }, evidence: [citeVolumeCondition(s, 'TooManySnapshots')] };
});

const shardsFailed = note('shards-failed', { row: '83', needsHelp: true, params: ['failed', 'parity'] }, (s) => {
  const group = s.extras?.shardGroup;
  // Of a volume that Longhorn calls degraded or faulted the headline tells it.
  if (s.volume.robustness === 'degraded' || s.volume.robustness === 'faulted') return null;
  return s.volume.dataLayout === 'sharded' && group !== undefined && (group.state === 'degraded' || group.state === 'offline')
    ? { params: { failed: group.failedCount, parity: group.parityChunks }, evidence: [citeVolume(s, `shardGroup ${group.name} status.state`, group.state)] } : null;
});

const v2Off = note('v2-engine-off', { row: '84', needsHelp: true }, (s) =>
  s.volume.dataEngine === 'v2' && isV2EngineOn(s.view) === false ? { evidence: [citeVolume(s, 'spec.dataEngine', 'v2'), citeSetting(s, 'v2-data-engine')] } : null);

const backingImage = note('backing-image-unsupported', { row: '85', needsHelp: true, params: ['image'] }, (s) => {
  if (s.volume.dataEngine !== 'v2' || s.volume.backingImage === '') return null;
  const minor = readLonghornMinor(s.view);
  return minor !== null && minor >= 12 ? { params: { image: s.volume.backingImage }, evidence: [citeVolume(s, 'spec.backingImage', s.volume.backingImage), citeSetting(s, 'current-longhorn-version')] } : null;
});

/** Bad news from stale data stays bad news, and says that it is old. */
const staleNews = note('news-is-stale', { params: ['sinceAt'] }, (s) => {
  if (doubtOfStatus(s.status('longhorn.io.volume')) !== 'data-stale') return null;
  return { params: { sinceAt: s.view.readState('longhorn.io.volume').since ?? 0 }, evidence: [citeReadState(s, KIND.volume)] };
});

/** About the volume, its engine and its attachment. */
export const VOLUME_NOTES: readonly Rule[] = [
  staleNews, migrationStuck, migrationWaitsForNode, migrationWaitsForRebuild, migrating, twoEngines, heldElsewhere, withoutFrontend, attachedByHand,
  expansionFailed, restartAfterSalvage, offlineRebuilding, switchover, v2Off, backingImage, shardsFailed, tooManySnapshots
];
