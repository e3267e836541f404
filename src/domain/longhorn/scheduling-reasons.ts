/** Longhorn's scheduling literals (`k8s/pkg/apis/longhorn/v1beta2/node.go`) as codes. */
export type SchedulingReason =
  | 'insufficient-storage' | 'disks-unavailable' | 'disk-not-found' | 'disk-tags' | 'nodes-unavailable' | 'engine-not-ready'
  | 'hard-affinity' | 'topology' | 'linked-clone' | 'scheduling-failed' | 'volume-size' | 'already-scheduled'
  | 'unused-failed-replica' | 'client-failed' | 'node-not-found' | 'settings-unreadable' | 'eviction-failed' | 'other';

const LITERALS: ReadonlyMap<string, SchedulingReason> = new Map([
  ['insufficient storage', 'insufficient-storage'],
  ['disks are unavailable', 'disks-unavailable'],
  ['disk not found', 'disk-not-found'],
  ['tags not fulfilled', 'disk-tags'],
  ['nodes are unavailable', 'nodes-unavailable'],
  ['none of the node candidates contains a ready engine image', 'engine-not-ready'],
  ['hard affinity cannot be satisfied', 'hard-affinity'],
  ['topology requirement cannot be satisfied', 'topology'],
  ['linked clone replica cannot be satisfied', 'linked-clone'],
  ['replica scheduling failed', 'scheduling-failed'],
  ['incompatible volume size', 'volume-size'],
  ['replica already scheduled', 'already-scheduled'],
  ['unused failed replica is not supported', 'unused-failed-replica'],
  ['longhorn client operation failed', 'client-failed'],
  ['node not found', 'node-not-found'],
  ['failed to retrieve scheduling settings failed to retrieve', 'settings-unreadable'],
  ['evict replica failed', 'eviction-failed']
]);

const PREFIX = 'precheck new replica failed';

export interface SchedulingMessage {
  /** The rebuild's precheck failed: no replica was created for the lost one. */
  readonly isPrecheck: boolean;
  /** Distinct, in the order of the message. */
  readonly reasons: readonly SchedulingReason[];
}

const NOTHING: SchedulingMessage = Object.freeze({ isPrecheck: false, reasons: Object.freeze([]) });
const cache = new Map<string, SchedulingMessage>();

/**
 * Parses the message of the `Scheduled` condition or of the PV annotation. Longhorn 1.10 and newer prefix
 * `precheck new replica failed: ` and join with `; `; up to 1.9 that text is a member of an unsorted list joined by `;`.
 */
export function parseSchedulingMessage(message: string): SchedulingMessage {
  if (message === '') return NOTHING;
  const known = cache.get(message);
  if (known !== undefined) return known;
  let isPrecheck = false;
  const reasons: SchedulingReason[] = [];
  for (const part of message.split(';')) {
    let text = part.trim();
    if (text.startsWith(PREFIX)) {
      isPrecheck = true;
      text = text.slice(PREFIX.length).replace(/^\s*[:;]?\s*/, '');
    }
    if (text === '') continue;
    const reason = LITERALS.get(text) ?? 'other';
    if (!reasons.includes(reason)) reasons.push(reason);
  }
  const parsed: SchedulingMessage = Object.freeze({ isPrecheck, reasons: Object.freeze(reasons) });
  // Messages repeat across volumes; unknown texts must not make the cache grow without end.
  if (cache.size < 500) cache.set(message, parsed);
  return parsed;
}
