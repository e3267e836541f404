import { asArray, asObject, asOneOf, asText, asTexts } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import type { RawObject } from '../kube/types';
import type { CloneStrategy, StorageProfileRecord } from './types';

const STRATEGIES: ReadonlySet<CloneStrategy> = new Set(['copy', 'snapshot', 'csi-clone']);

/** CDI `StorageProfile` (cluster-scoped, named after its class): what CDI really does with the class. */
export function parseStorageProfile(raw: RawObject): StorageProfileRecord {
  const status = asObject(raw.status);

  return Object.freeze({
    meta: parseMeta(raw),
    cloneStrategy: asOneOf(status.cloneStrategy ?? asObject(raw.spec).cloneStrategy, STRATEGIES, 'unknown'),
    snapshotClass: asText(status.snapshotClass),
    claimPropertySets: Object.freeze(asArray(status.claimPropertySets).map(asObject).map(set => Object.freeze({
      accessModes: asTexts(set.accessModes),
      volumeMode: asText(set.volumeMode)
    })))
  });
}
