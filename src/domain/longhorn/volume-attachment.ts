import { findCondition, parseConditions } from '../kube/conditions';
import { asFlag, asObject, asText } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import type { AttachmentTicket, VolumeAttachmentRecord } from './types';

/** Longhorn's own `VolumeAttachment` (not Kubernetes'), tickets joined to their status by id. Never throws. */
export function parseVolumeAttachment(raw: unknown): VolumeAttachmentRecord {
  const source = asObject(raw);
  const spec = asObject(source.spec);
  const meta = parseMeta(source);
  const tickets = asObject(spec.attachmentTickets);
  const statuses = asObject(asObject(source.status).attachmentTicketStatuses);
  return Object.freeze({
    meta,
    volumeName: asText(spec.volume) || meta.name,
    tickets: Object.freeze(Object.keys(tickets).map((id): AttachmentTicket => {
      const ticket = asObject(tickets[id]);
      const status = asObject(statuses[id]);
      const satisfied = findCondition(parseConditions(status.conditions), 'Satisfied');
      return Object.freeze({
        id: asText(ticket.id) || id,
        type: asText(ticket.type),
        nodeId: asText(ticket.nodeID),
        isSatisfied: asFlag(status.satisfied),
        message: satisfied?.message ?? '',
        reason: satisfied?.reason ?? ''
      });
    }))
  });
}
