import type { Cluster, KubeObject } from '../contract';
import { isRecord } from '../http/body';
import { isSame } from '../store';
import { LABEL_VALUE, LABEL_VALUE_WORDS, invalidObject } from './metadata';
import { annotate, annotation, record, records, specOf, specText, text } from './read';
import { type AdmissionRequest, HARVESTER_WEBHOOK, type Rules, conflict, internal, invalid } from './request';

const CLASS_ANNOTATION = 'harvesterhci.io/storageClassName';
const DISPLAY_NAME_LABEL = 'harvesterhci.io/imageDisplayName';
const SOURCE_TYPES = ['download', 'upload', 'export-from-volume', 'restore', 'clone'];
/** What a backing image takes over from its storage class (`pkg/image/common/mutator.go`). */
const COPIED_PARAMETERS = [
  'numberOfReplicas', 'staleReplicaTimeout', 'nodeSelector', 'diskSelector', 'dataLocality', 'encrypted', 'migratable',
  'csi.storage.k8s.io/provisioner-secret-name', 'csi.storage.k8s.io/provisioner-secret-namespace', 'csi.storage.k8s.io/node-publish-secret-name',
  'csi.storage.k8s.io/node-publish-secret-namespace', 'csi.storage.k8s.io/node-stage-secret-name', 'csi.storage.k8s.io/node-stage-secret-namespace'
];

function defaultClass(cluster: Cluster): KubeObject | undefined {
  return cluster.store.list('storage.k8s.io.storageclass').find((found) =>
    annotation(found, 'storageclass.kubernetes.io/is-default-class') === 'true' || annotation(found, 'storageclass.beta.kubernetes.io/is-default-class') === 'true');
}

function mirrorClass(cluster: Cluster, object: KubeObject): void {
  const spec = specOf(object);
  const annotated = annotation(object, CLASS_ANNOTATION);
  const target = text(spec['targetStorageClassName']);
  if (annotated !== '' && target === '') spec['targetStorageClassName'] = annotated;
  else if (target !== '' && annotated === '') annotate(object, CLASS_ANNOTATION, target);
  else if (target === '' && annotated === '') {
    const standard = defaultClass(cluster);
    if (standard === undefined) throw invalid('missing default storage class');
    spec['targetStorageClassName'] = standard.metadata.name;
    annotate(object, CLASS_ANNOTATION, standard.metadata.name);
  }
}

function copyParameters(cluster: Cluster, object: KubeObject): void {
  const name = annotation(object, CLASS_ANNOTATION);
  const base = name === '' ? defaultClass(cluster) : cluster.store.get('storage.k8s.io.storageclass', name);
  if (base === undefined) throw name === '' ? invalid('missing default storage class') : internal(`storageclasses.storage.k8s.io "${name}" not found`);
  const parameters = record(base, 'parameters') ?? {};
  if (text(parameters['backingImage']) !== '') throw invalid('can not use a backing image storageClass as the base storageClass template');
  const copied: Record<string, string> = {};
  for (const key of COPIED_PARAMETERS) if (typeof parameters[key] === 'string') copied[key] = parameters[key];
  specOf(object)['storageClassParameters'] = copied;
}

function mutate({ operation, cluster, object }: AdmissionRequest): void {
  const spec = specOf(object);
  if (operation !== 'CREATE') return;
  spec['backend'] = text(spec['backend']) || 'backingimage';
  spec['retry'] ??= 3;
  for (const field of ['checksum', 'pvcName', 'pvcNamespace', 'url']) spec[field] ??= '';
  const displayName = text(spec['displayName']);
  if (displayName !== '' && LABEL_VALUE.test(displayName) && displayName.length <= 63) object.metadata.labels = { ...object.metadata.labels, [DISPLAY_NAME_LABEL]: displayName };
  if (spec['backend'] === 'cdi') mirrorClass(cluster, object);
  else if (!isRecord(spec['storageClassParameters'])) copyParameters(cluster, object);
}

function validateDisplayName({ cluster, object, old }: AdmissionRequest): void {
  const name = specText(object, 'displayName');
  if (name === '') throw invalid('displayName is required');
  if (old !== undefined && specText(old, 'displayName') !== name) throw invalid('displayName cannot be modified');
  if (name.length > 63) throw invalid('displayName is not a valid Kubernetes label value: must be no more than 63 characters');
  if (!LABEL_VALUE.test(name)) throw invalid(`displayName is not a valid Kubernetes label value: ${LABEL_VALUE_WORDS}`);
  if (old !== undefined) return;
  const same = cluster.store.list('harvesterhci.io.virtualmachineimage', { namespace: object.metadata.namespace ?? '' }).some((image) => specText(image, 'displayName') === name);
  if (same) throw conflict('A resource with the same name exists');
}

function validateSource(request: AdmissionRequest): void {
  const { object } = request;
  const source = specText(object, 'sourceType');
  const url = specText(object, 'url');
  if (source === 'download' || source === 'restore') {
    if (url === '') throw invalid('url is required');
    // Go's url.ParseRequestURI: an absolute URI or an absolute path.
    if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/]+|^\//i.test(url)) throw invalid(`url is invalid: parse "${url}": invalid URI for request`);
  } else if (url !== '') {
    throw invalid(`url should be empty when image source type is "${source}"`);
  }
  if (source === 'export-from-volume') validateExport(request);
}

function validateExport({ cluster, object, canGet }: AdmissionRequest): void {
  const namespace = specText(object, 'pvcNamespace');
  const name = specText(object, 'pvcName');
  if (namespace === '') throw invalid('pvcNamespace is required when image source type is "export-from-volume"');
  if (name === '') throw invalid('pvcName is required when image source type is "export-from-volume"');
  if (!canGet('persistentvolumeclaim', namespace)) throw invalid(`user has no permission to get the pvc resource ${namespace}/${name}`);
  if (cluster.store.get('persistentvolumeclaim', `${namespace}/${name}`) === undefined) {
    throw invalid(`failed to get pvc ${name}/${namespace}, error: persistentvolumeclaims "${name}" not found`);
  }
  if (specText(object, 'backend') !== 'cdi') return;
  const pods = cluster.store.list('pod', { namespace }).filter((pod) => text(pod.status?.['phase']) !== 'Succeeded'
    && records(pod.spec, 'volumes').some((volume) => record(volume, 'persistentVolumeClaim')?.['claimName'] === name));
  if (pods.length > 0) throw internal(`PVC ${name} is used by Pods [${pods.map((pod) => pod.metadata.name).join(' ')}], cannot export volume when it's running`);
}

function validateUpdate({ object, old }: AdmissionRequest): void {
  for (const field of ['sourceType', 'url', 'pvcName', 'pvcNamespace']) {
    if (specText(object, field) !== specText(old, field)) throw invalid(`${field} cannot be modified`);
  }
  const isCdi = specText(object, 'backend') === 'cdi';
  const before = specText(old, 'targetStorageClassName');
  if (isCdi && before !== '' && specText(object, 'targetStorageClassName') !== before) throw invalid('storageClassName cannot be modified');
  if (isCdi && annotation(old, CLASS_ANNOTATION) !== '' && annotation(object, CLASS_ANNOTATION) !== annotation(old, CLASS_ANNOTATION)) throw invalid('storageClassName cannot be modified');
  if (isCdi) return;
  if (!isSame(object.spec?.['securityParameters'], old?.spec?.['securityParameters'])) throw invalid('securityParameters cannot be modified');
  if (!isSame(object.spec?.['storageClassParameters'], old?.spec?.['storageClassParameters'])) throw invalid('storageClassParameters of the VM Image cannot be modified');
}

/** A backing image's volumes, templates and backups depend on it; a CDI image's copies do not. */
function validateDelete({ cluster, object }: AdmissionRequest): void {
  if (specText(object, 'backend') === 'cdi') return;
  const id = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  const shown = `${object.metadata.namespace ?? ''}/${specText(object, 'displayName')}`;
  const claim = cluster.store.list('persistentvolumeclaim').find((found) => annotation(found, 'harvesterhci.io/imageId') === id);
  if (claim !== undefined) throw invalid(`Cannot delete image ${shown}: being used by volume ${claim.metadata.namespace ?? ''}/${claim.metadata.name}`);
  const template = cluster.store.list('harvesterhci.io.virtualmachinetemplateversion').find((found) => specText(found, 'imageId') === id);
  if (template !== undefined) throw invalid(`Cannot delete image ${shown}: being used by VMTemplateVersion ${template.metadata.name}`);
  const backups = cluster.store.list('harvesterhci.io.virtualmachinebackup').filter((backup) => records(backup.status, 'volumeBackups').some((entry) => record(entry, 'persistentVolumeClaim', 'metadata', 'annotations')?.['harvesterhci.io/imageId'] === id));
  if (backups.length > 0) throw invalid(`Cannot delete image ${shown}: being used by VMBackups ${backups.map((backup) => `${backup.metadata.namespace ?? ''}/${backup.metadata.name}`).join(',')}`);
}

export const imageRules: Rules = {
  typeId: 'harvesterhci.io.virtualmachineimage',
  webhook: HARVESTER_WEBHOOK,
  mutate,
  validate(request) {
    const { operation, object } = request;
    if (operation === 'DELETE') { validateDelete(request); return; }
    if (object.metadata.deletionTimestamp !== undefined) return;
    checkEnums(request);
    validateDisplayName(request);
    if (operation === 'UPDATE') { validateUpdate(request); return; }
    validateSource(request);
    const annotated = annotation(object, CLASS_ANNOTATION);
    const target = specText(object, 'targetStorageClassName');
    if (specText(object, 'backend') === 'cdi' && annotated !== target) throw invalid('storageClassName should keep the consistency');
  }
};

/** The CRD's own enums and bounds. */
function checkEnums({ type, object }: AdmissionRequest): void {
  const refuse = (why: string): Error => invalidObject(type, object.metadata.name, why);
  const source = specText(object, 'sourceType');
  if (!SOURCE_TYPES.includes(source)) throw refuse(`spec.sourceType: Unsupported value: "${source}": supported values: ${SOURCE_TYPES.map((value) => `"${value}"`).join(', ')}`);
  const backend = specText(object, 'backend');
  if (!['backingimage', 'cdi'].includes(backend)) throw refuse(`spec.backend: Unsupported value: "${backend}": supported values: "backingimage", "cdi"`);
  const retry: unknown = object.spec?.['retry'];
  if (typeof retry === 'number' && (retry < 0 || retry > 10)) throw refuse(`spec.retry: Invalid value: ${String(retry)}: spec.retry in body should be ${retry < 0 ? 'greater than or equal to 0' : 'less than or equal to 10'}`);
}
