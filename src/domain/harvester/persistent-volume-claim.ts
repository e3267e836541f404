import { parseConditions } from '../kube/conditions';
import { asFlag, asObject, asText, asTexts } from '../kube/fields';
import { parseMeta, parsePermitted } from '../kube/metadata';
import { parseQuantity } from '../kube/quantities';
import type { ObjectMeta, RawObject } from '../kube/types';
import type { PersistentVolumeClaimRecord } from './types';

const POPULATORS = ['VolumeImportSource', 'VolumeCloneSource', 'VolumeUploadSource'];
const TEMPORARY_NAME = /^(?:prime-|tmp-pvc-)[0-9a-f]{8}-[0-9a-f-]+(?:-scratch)?$/;

/** A `PersistentVolumeClaim` as a small frozen record; sizes are bytes, null while unknown. Never throws. */
export function parsePersistentVolumeClaim(raw: RawObject): PersistentVolumeClaimRecord {
  const spec = asObject(raw.spec);
  const status = asObject(raw.status);
  const meta = parseMeta(raw);

  return Object.freeze({
    ...parsePermitted(raw),
    meta,
    phase: asText(status.phase),
    volumeName: asText(spec.volumeName),
    storageClassName: asText(spec.storageClassName),
    accessModes: asTexts(spec.accessModes),
    volumeMode: asText(spec.volumeMode) || 'Filesystem',
    requested: parseQuantity(asObject(asObject(spec.resources).requests).storage),
    capacity: parseQuantity(asObject(status.capacity).storage),
    conditions: parseConditions(status.conditions),
    isGoldenImage: asFlag(meta.annotations['harvesterhci.io/goldenImage']),
    isTemporary: isTemporary(meta),
    imageId: meta.annotations['harvesterhci.io/imageId'] ?? '',
    // The annotation holds the data volume's uid; CDI names the claim after the data volume.
    dataVolumeName: meta.annotations['cdi.kubevirt.io/createdForDataVolume'] ? meta.name : ''
  });
}

/**
 * CDI's own claims: `prime-…` that it fills, its scratch space, `tmp-pvc-…` of a clone. Mirrors the annotation that
 * harvester-ui-extension `models/harvester/persistentvolumeclaim.js` hides by, plus uploads and scratch space.
 */
function isTemporary(meta: ObjectMeta): boolean {
  return POPULATORS.includes(meta.annotations['cdi.kubevirt.io/storage.populator.kind'] ?? '') || TEMPORARY_NAME.test(meta.name);
}
