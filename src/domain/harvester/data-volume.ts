import { parseConditions } from '../kube/conditions';
import { asNumber, asObject, asText } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import { parseQuantity } from '../kube/quantities';
import type { RawObject } from '../kube/types';
import type { DataVolumeRecord } from './types';

const SOURCES = ['http', 'upload', 'pvc', 'blank', 'snapshot', 'registry'] as const;

/**
 * A CDI `DataVolume` as a small frozen record. Sizes are bytes, `progress` percent 0..100 or null while CDI gives none
 * (`N/A`). Never throws. Its source without a namespace is in its own, as CDI reads it.
 */
export function parseDataVolume(raw: RawObject): DataVolumeRecord {
  const spec = asObject(raw.spec);
  const status = asObject(raw.status);
  // `spec.storage` is what Harvester writes; `spec.pvc` is the older form of the same.
  const target = asObject(spec.storage ?? spec.pvc);
  const meta = parseMeta(raw);

  return Object.freeze({
    meta,
    phase: asText(status.phase),
    progress: parsePercent(asText(status.progress)),
    restartCount: asNumber(status.restartCount) ?? 0,
    storageClassName: asText(target.storageClassName),
    size: parseQuantity(asObject(asObject(target.resources).requests).storage),
    source: parseSource(asObject(spec.source), meta.namespace),
    conditions: parseConditions(status.conditions)
  });
}

function parseSource(source: RawObject, namespace: string): DataVolumeRecord['source'] {
  const type = SOURCES.find(known => known in source) ?? 'other';
  const details = asObject(source[type]);

  return Object.freeze({
    type,
    namespace: type === 'pvc' || type === 'snapshot' ? asText(details.namespace) || namespace : '',
    name: asText(details.name),
    url: asText(details.url)
  });
}

/** `"88.82%"` -> 88.82, clamped to 0..100; `"N/A"` and anything else -> null. */
function parsePercent(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text);

  return match ? Math.min(100, Number(match[1])) : null;
}
