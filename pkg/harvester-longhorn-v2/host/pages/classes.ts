import type { StorageClassRecord } from '@/domain/harvester/types';
import { KIND } from '@/domain/kube/kinds';
import type { ClusterView } from '@/domain/view';

const LONGHORN = 'driver.longhorn.io';

/** True for a class whose volumes run on the v2 engine. */
export function isBootClass(storageClass: StorageClassRecord): boolean {
  return storageClass.provisioner === LONGHORN && storageClass.parameters.dataEngine === 'v2';
}

const isEncrypted = (storageClass: StorageClassRecord): boolean => storageClass.parameters.encrypted === 'true';

/** A class to come back to when the option is switched off. Encrypted ones go with the source Encrypt, and end with it. */
export const isReturnClass = (storageClass: StorageClassRecord): boolean => !isBootClass(storageClass) && !isEncrypted(storageClass);

/** A class that images of a person who wants no v2 may go to: plain Longhorn v1, not made for one image, not encrypted. */
const isPlain = (storageClass: StorageClassRecord): boolean => storageClass.provisioner === LONGHORN
  && !isBootClass(storageClass)
  && storageClass.parameters.backingImage === undefined
  && !isEncrypted(storageClass)
  && !storageClass.meta.name.startsWith('lh-')
  && !['vmstate-persistence', 'longhorn-static'].includes(storageClass.meta.name);

/** Class to leave in the form when the option is switched off and the form never showed another; '' when there is none. */
export function fallbackClass(view: Pick<ClusterView, 'all'>): string {
  const plain = [...view.all(KIND.storageClass)].filter(isPlain);

  return (plain.find((storageClass) => storageClass.isDefault) ?? plain[0])?.meta.name ?? '';
}
