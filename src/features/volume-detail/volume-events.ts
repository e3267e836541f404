import type { HarvesterApi } from '@/api/contract';
import { asNumber, asObject, asText, asTime } from '@/domain/kube/fields';
import { KIND } from '@/domain/kube/kinds';
import { LONGHORN_NAMESPACE } from '@/domain/kube/names';
import type { RawObject } from '@/domain/kube/types';

export interface VolumeEvent {
  readonly id: string;
  readonly isWarning: boolean;
  readonly reason: string;
  readonly message: string;
  readonly object: string;
  readonly count: number;
  /** Epoch milliseconds of the last time; null when the event does not say. */
  readonly at: number | null;
}

/** Pages read at most: an old cluster may keep tens of thousands of events, and the newest are what matters. */
const PAGES = 5;
const PAGE = 1000;

/** Whether an event's object is the volume, one of its engines, frontends or replicas, or its claim. */
function isAbout(name: string, volumeName: string, claimName: string): boolean {
  return name === volumeName || name.startsWith(`${volumeName}-`) || (claimName !== '' && name === claimName);
}

export function parseVolumeEvent(raw: RawObject): VolumeEvent & { readonly objectName: string } {
  const about = asObject(raw.involvedObject ?? raw.regarding);
  const series = asObject(raw.series);
  const metadata = asObject(raw.metadata);

  return {
    id: asText(metadata.uid) || `${asText(metadata.namespace)}/${asText(metadata.name)}`,
    isWarning: (asText(raw._type) || asText(raw.type)) === 'Warning',
    reason: asText(raw.reason),
    message: asText(raw.message) || asText(raw.note),
    object: `${asText(about.kind)} ${asText(about.name)}`.trim(),
    objectName: asText(about.name),
    count: asNumber(raw.count) ?? asNumber(series.count) ?? 1,
    at: asTime(raw.lastTimestamp) ?? asTime(series.lastObservedTime) ?? asTime(raw.eventTime) ?? asTime(raw.firstTimestamp) ?? asTime(metadata.creationTimestamp)
  };
}

/** Events about a volume and its parts, newest first. Rejects as the API does (403 for people who may not read events). */
export async function readVolumeEvents(api: Pick<HarvesterApi, 'list'>, volumeName: string, claim: { readonly namespace: string; readonly name: string } | null, signal: AbortSignal): Promise<readonly VolumeEvent[]> {
  const found = new Map<string, VolumeEvent>();

  for (const namespace of new Set([LONGHORN_NAMESPACE, ...(claim ? [claim.namespace] : [])])) {
    let next: string | undefined;

    for (let page = 0; page < PAGES; page += 1) {
      const answer = await api.list(KIND.event, { namespace, limit: PAGE, signal, ...(next ? { next } : {}) });

      for (const event of answer.items.map(parseVolumeEvent)) {
        if (isAbout(event.objectName, volumeName, claim?.name ?? '')) {
          found.set(event.id, event);
        }
      }
      if (answer.next === null) {
        break;
      }
      next = answer.next;
    }
  }
  return [...found.values()].sort((a, b) => (b.at ?? 0) - (a.at ?? 0));
}
