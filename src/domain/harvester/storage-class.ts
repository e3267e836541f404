import { parseMeta, parsePermitted } from '../kube/metadata';
import type { RawObject } from '../kube/types';
import { asFlag, asText, asTextMap } from '../kube/fields';
import type { StorageClassRecord } from './types';

export const LONGHORN_PROVISIONER = 'driver.longhorn.io';

const DEFAULT_ANNOTATIONS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** A `StorageClass` as a small frozen record, with Kubernetes' defaults for binding and reclaiming. Never throws. */
export function parseStorageClass(raw: RawObject): StorageClassRecord {
  const meta = parseMeta(raw);

  return Object.freeze({
    ...parsePermitted(raw),
    meta,
    provisioner: asText(raw.provisioner),
    parameters: asTextMap(raw.parameters),
    reclaimPolicy: asText(raw.reclaimPolicy) || 'Delete',
    volumeBindingMode: asText(raw.volumeBindingMode) || 'Immediate',
    allowVolumeExpansion: asFlag(raw.allowVolumeExpansion),
    isDefault: DEFAULT_ANNOTATIONS.some(key => asFlag(meta.annotations[key]))
  });
}
