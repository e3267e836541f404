import { createHash } from 'node:crypto';
import type { Cluster, KubeObject, WatchEvent } from '../../../contract';
import { specOf } from '../support/conditions';
import { defineController, objectKey } from '../support/controller';
import { claimNames, isFinished, podEvent, podNode } from '../support/pods';
import { keyOf, LONGHORN_DRIVER, LONGHORN_NAMESPACE, TYPE } from '../support/types';
import { getLonghornVolume } from './longhorn-volume';

const CSI_TICKET = 'csi-';
const MULTI_ATTACH_RETRY = 2000;

interface Ticket {
  id: string;
  type: string;
  nodeID: string;
  parameters: Record<string, string>;
  generation: number;
}

/** Name of the CSI ticket of a volume on a node (longhorn-manager csi/controller_server.go). */
export function csiTicketId(volume: string, node: string): string {
  return CSI_TICKET + createHash('sha256').update(volume + LONGHORN_DRIVER + node).digest('hex');
}

function getAttachment(cluster: Cluster, volume: string): KubeObject | undefined {
  return cluster.store.get(TYPE.longhornAttachment, keyOf(LONGHORN_NAMESPACE, volume));
}

/** Whether the volume's device is there on the node: attached, or held there as a live migration's target. */
export function isAttachedTo(cluster: Cluster, volume: string, node: string): boolean {
  const object = getLonghornVolume(cluster, volume);
  if (object?.status?.state !== 'attached') return false;
  if (object.status.currentNodeID !== node && object.status.currentMigrationNodeID !== node) return false;
  const satisfied: unknown = getAttachment(cluster, volume)?.status?.attachmentTicketStatuses?.[csiTicketId(volume, node)]?.satisfied;
  return satisfied !== false;
}

/** What a volume's ticket on a node is waiting for, in Longhorn's words; empty when it says nothing. */
export function attachmentMessage(cluster: Cluster, volume: string, node: string): string {
  const conditions = getAttachment(cluster, volume)?.status?.attachmentTicketStatuses?.[csiTicketId(volume, node)]?.conditions as { message?: string }[] | undefined;
  return conditions?.find(({ message }) => message !== undefined && message !== '')?.message ?? '';
}

function csiTickets(attachment: KubeObject): Ticket[] {
  return Object.values((attachment.spec?.attachmentTickets ?? {}) as Record<string, Ticket>).filter(({ id }) => id.startsWith(CSI_TICKET));
}

function writeTickets(cluster: Cluster, volume: string, nodes: Set<string>): void {
  cluster.store.edit(TYPE.longhornAttachment, keyOf(LONGHORN_NAMESPACE, volume), (draft) => {
    const spec = specOf(draft);
    const tickets = (spec.attachmentTickets ?? {}) as Record<string, Ticket>;
    const wanted = new Map([...nodes].map((node) => [csiTicketId(volume, node), node]));
    const kept = Object.entries(tickets).filter(([id]) => !id.startsWith(CSI_TICKET) || wanted.has(id));
    for (const [id, nodeID] of wanted) {
      if (tickets[id] === undefined) kept.push([id, { id, type: 'csi-attacher', nodeID, parameters: { disableFrontend: 'false', lastAttachedBy: '' }, generation: 0 }]);
    }
    spec.attachmentTickets = Object.fromEntries(kept);
  });
}

/**
 * Kubernetes' attach/detach controller and Longhorn's CSI attacher in one: the tickets of a volume are the nodes of the
 * unfinished pods that mount its claim. A volume that is not ReadWriteMany goes to one node at a time.
 */
export const attachDetachController = defineController({
  name: 'attachdetach-controller',
  watches: [
    { typeId: TYPE.pvc },
    { typeId: TYPE.pod, keys: ({ object }) => claimNames(object).map((name) => keyOf(object.metadata.namespace, name)) },
    { typeId: TYPE.longhornAttachment, keys: () => [] }
  ],
  create: (cluster, { enqueue, observe }) => {
    /** claim -> pods that mount it; claim -> the volume it had; volume -> claim. */
    const pods = new Map<string, Set<string>>();
    const volumes = new Map<string, string>();
    const claimOfVolume = new Map<string, string>();
    const indexPod = ({ type, object }: Pick<WatchEvent, 'type' | 'object'>): void => {
      for (const name of claimNames(object)) {
        const claim = keyOf(object.metadata.namespace, name);
        const users = pods.get(claim) ?? new Set<string>();
        if (type === 'remove') users.delete(objectKey(object));
        else users.add(objectKey(object));
        if (users.size === 0) pods.delete(claim);
        else pods.set(claim, users);
      }
    };
    for (const object of cluster.store.list(TYPE.pod)) indexPod({ type: 'create', object });
    observe((event) => {
      if (event.typeId === TYPE.pod) indexPod(event);
      // The attachment object appears a moment after its volume: look again at the claim it belongs to.
      if (event.typeId === TYPE.longhornAttachment && event.type === 'create') {
        const claim = claimOfVolume.get(event.object.metadata.name);
        if (claim !== undefined) enqueue(claim);
      }
    });
    return (key) => {
      const claim = cluster.store.get(TYPE.pvc, key);
      const volume = claim === undefined ? undefined : (claim.spec?.volumeName as string | undefined);
      const before = volumes.get(key);
      if (before !== undefined && before !== volume) {
        // The volume went to another claim (or with this one): only the claim that has it now decides.
        volumes.delete(key);
        if (claimOfVolume.get(before) === key) {
          claimOfVolume.delete(before);
          writeTickets(cluster, before, new Set());
        }
      }
      if (volume === undefined || claim?.status?.phase === 'Lost') return undefined;
      volumes.set(key, volume);
      claimOfVolume.set(volume, key);
      const attachment = getAttachment(cluster, volume);
      if (attachment === undefined) return undefined;
      const users = [...(pods.get(key) ?? [])].flatMap((pod) => cluster.store.get(TYPE.pod, pod) ?? []).filter((pod) => !isFinished(pod) && podNode(pod) !== '');
      const nodes = new Set(users.map(podNode));
      const isShared = ((claim?.spec?.accessModes ?? []) as string[]).includes('ReadWriteMany');
      if (isShared || nodes.size <= 1) {
        const held = isShared ? [] : csiTickets(attachment).map(({ nodeID }) => nodeID).filter((node) => !nodes.has(node));
        // Its old node lets go first: an exclusive volume is never asked onto two nodes.
        if (held.length > 0) {
          writeTickets(cluster, volume, new Set());
          return 1000;
        }
        const current = getLonghornVolume(cluster, volume)?.status?.currentNodeID;
        if (!isShared && nodes.size === 1 && typeof current === 'string' && current !== '' && !nodes.has(current)) return 1000;
        writeTickets(cluster, volume, nodes);
        return undefined;
      }
      const holders = new Set(csiTickets(attachment).map(({ nodeID }) => nodeID));
      const holder = [...nodes].find((node) => holders.has(node)) ?? [...nodes][0] ?? '';
      writeTickets(cluster, volume, new Set([holder]));
      for (const pod of users.filter((user) => podNode(user) !== holder)) {
        const owners = users.filter((user) => podNode(user) === holder).map(({ metadata }) => metadata.name).join(', ');
        podEvent(cluster, pod, 'Warning', 'FailedAttachVolume', `Multi-Attach error for volume "${volume}" Volume is already used by pod(s) ${owners}`, 'attachdetach-controller');
      }
      return MULTI_ATTACH_RETRY;
    };
  }
});
