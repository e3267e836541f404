import { asObject, asText } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import type { RawObject } from '../kube/types';
import type { PersistentVolumeRecord } from './types';

/** Written by Longhorn from the volume's `Scheduled` condition; the key stays with '' when all is well. */
const SCHEDULING_ERROR = 'longhorn.io/volume-scheduling-error';

/** A `PersistentVolume` with what its CSI driver wrote into it, as a small frozen record. Never throws. */
export function parsePersistentVolume(raw: RawObject): PersistentVolumeRecord {
  const spec = asObject(raw.spec);
  const csi = asObject(spec.csi);
  const claim = asObject(spec.claimRef);
  const meta = parseMeta(raw);

  return Object.freeze({
    meta,
    phase: asText(asObject(raw.status).phase),
    driver: asText(csi.driver),
    volumeHandle: asText(csi.volumeHandle),
    dataEngine: asText(asObject(csi.volumeAttributes).dataEngine),
    storageClassName: asText(spec.storageClassName),
    claimNamespace: asText(claim.namespace),
    claimName: asText(claim.name),
    schedulingError: meta.annotations[SCHEDULING_ERROR] ?? ''
  });
}
