import type { Cluster, KubeObject } from '../../../contract';
import { specOf } from '../support/conditions';
import { requestedBytes } from '../support/quantity';
import { CDI, HARVESTER, keyOf, splitKey, TYPE } from '../support/types';
import { getClaim, isWaitForFirstConsumer } from '../storage/claims';
import { claimTemplatesOf, type ClaimTemplate } from './machine';

/** Grows the claim of a template that asks for more than it has; smaller wishes were refused at admission. */
function growClaim(cluster: Cluster, claim: KubeObject, template: ClaimTemplate): void {
  if (requestedBytes(template.spec) <= requestedBytes(claim.spec)) return;
  cluster.store.edit(TYPE.pvc, keyOf(claim.metadata.namespace, claim.metadata.name), (draft) => {
    specOf(draft).resources = { ...(draft.spec?.resources as object), requests: { ...(template.spec.resources?.requests as object) } };
  });
}

function createDataVolume(cluster: Cluster, namespace: string, template: ClaimTemplate, image: KubeObject): void {
  const storageClassName = String(template.spec.storageClassName ?? image.status?.storageClassName ?? '');
  const storageClass = cluster.store.get(TYPE.storageClass, storageClassName);
  if (storageClass === undefined) return;
  cluster.store.create(TYPE.dataVolume, {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: { name: template.metadata.name, namespace, annotations: isWaitForFirstConsumer(storageClass) ? { [CDI.bindImmediate]: 'true' } : {} },
    spec: {
      source: { pvc: { namespace: image.metadata.namespace, name: image.metadata.name } },
      // Modes of the template are ignored here: CDI takes them from the StorageProfile.
      storage: { storageClassName, resources: { requests: { storage: template.spec.resources?.requests?.storage } } }
    }
  });
}

function createClaim(cluster: Cluster, vm: KubeObject, template: ClaimTemplate): void {
  cluster.store.create(TYPE.pvc, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: template.metadata.name, namespace: vm.metadata.namespace, annotations: { ...template.metadata.annotations }, labels: { ...template.metadata.labels }, finalizers: ['kubernetes.io/pvc-protection'] },
    spec: { ...template.spec },
    status: { phase: 'Pending' }
  });
}

/**
 * Makes what a VM's claim templates ask for: a data volume cloned from the golden image for CDI images, a plain claim
 * for anything else (harvester pkg/controller/master/virtualmachine `createPVCsFromAnnotation`).
 *
 * @returns whether something had to be skipped and is worth another look.
 */
export function ensureClaims(cluster: Cluster, vm: KubeObject): boolean {
  const namespace = vm.metadata.namespace ?? 'default';
  let isIncomplete = false;
  for (const template of claimTemplatesOf(vm)) {
    const claim = getClaim(cluster, namespace, template.metadata.name);
    if (claim !== undefined) {
      if (claim.metadata.deletionTimestamp === undefined) growClaim(cluster, claim, template);
      continue;
    }
    const imageId = template.metadata.annotations?.[HARVESTER.imageId];
    const image = imageId === undefined ? undefined : cluster.store.get(TYPE.image, keyOf(splitKey(imageId).namespace, splitKey(imageId).name));
    if (imageId !== undefined && imageId !== '' && image === undefined) {
      isIncomplete = true;
      continue;
    }
    if (image?.spec?.backend === 'cdi') {
      if (cluster.store.get(TYPE.dataVolume, keyOf(namespace, template.metadata.name)) === undefined) createDataVolume(cluster, namespace, template, image);
      isIncomplete ||= cluster.store.get(TYPE.dataVolume, keyOf(namespace, template.metadata.name)) === undefined;
    } else {
      createClaim(cluster, vm, template);
    }
  }
  return isIncomplete;
}

/** Deletes the claims that were to go with the VM; golden images stay whatever was asked. */
export function removeListedClaims(cluster: Cluster, vm: KubeObject): void {
  const listed = (vm.metadata.annotations?.[HARVESTER.removedClaims] ?? '').split(',').map((name) => name.trim());
  for (const name of listed) {
    if (name === '') continue;
    const claim = getClaim(cluster, vm.metadata.namespace ?? 'default', name);
    if (claim === undefined || claim.metadata.annotations?.[HARVESTER.goldenImage] === 'true') continue;
    cluster.store.remove(TYPE.pvc, keyOf(claim.metadata.namespace, claim.metadata.name));
  }
}
