import type { KubeObject } from '../contract';
import { annotate, annotation, record, specText, text } from './read';
import { type AdmissionRequest, HARVESTER_WEBHOOK, type Rules, invalid } from './request';

const CLONE_STRATEGY = 'cdi.harvesterhci.io/storageProfileCloneStrategy';
const SNAPSHOT_CLASS = 'cdi.harvesterhci.io/storageProfileVolumeSnapshotClass';
const ACCESS_MODES = 'cdi.harvesterhci.io/storageProfileVolumeModeAccessModes';
const OVERHEAD = 'cdi.harvesterhci.io/filesystemOverhead';
const DEFAULT_MARKS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];
const LONGHORN = 'driver.longhorn.io';
/** Provisioners whose access modes CDI knows by itself (an excerpt of its table). */
const KNOWN_PROVISIONERS = new Set([LONGHORN, 'kubernetes.io/no-provisioner', 'lvm.driver.harvesterhci.io', 'rbd.csi.ceph.com', 'rook-ceph.rbd.csi.ceph.com', 'cephfs.csi.ceph.com', 'nfs.csi.k8s.io', 'topolvm.io', 'linstor.csi.linbit.com']);
const ENCRYPTION_SECRETS = ['provisioner', 'node-publish', 'node-stage'];
const SECRET_FIELDS = ['CRYPTO_KEY_CIPHER', 'CRYPTO_KEY_HASH', 'CRYPTO_KEY_PROVIDER', 'CRYPTO_KEY_SIZE', 'CRYPTO_KEY_VALUE', 'CRYPTO_PBKDF'];

function parameter(object: KubeObject, key: string): string {
  return text(record(object, 'parameters')?.[key]);
}

function isDefault(object: KubeObject): boolean {
  return DEFAULT_MARKS.some((mark) => annotation(object, mark) === 'true');
}

/** Harvester 1.5 wrote the strategy into storage profiles itself; from 1.6 it goes through these annotations. */
function mutate({ cluster, object }: AdmissionRequest): void {
  if (cluster.profile.harvester === '1.5') return;
  if (object['provisioner'] !== LONGHORN || parameter(object, 'dataEngine') !== 'v2') return;
  if (object.metadata.annotations?.[CLONE_STRATEGY] === undefined) annotate(object, CLONE_STRATEGY, cluster.profile.cloneStrategy);
  if (object.metadata.annotations?.[SNAPSHOT_CLASS] === undefined) annotate(object, SNAPSHOT_CLASS, 'longhorn-snapshot');
}

function validateDefault({ cluster, object }: AdmissionRequest): void {
  if (!isDefault(object)) return;
  const other = cluster.store.list('storage.k8s.io.storageclass').find((found) => found.metadata.name !== object.metadata.name && isDefault(found));
  if (other !== undefined) throw invalid(`default storage class ${other.metadata.name} already exists, please reset it first before set ${object.metadata.name} as default`);
}

function validateEncryption({ cluster, object }: AdmissionRequest): void {
  const encrypted = parameter(object, 'encrypted');
  if (encrypted === '') return;
  if (!['true', 'false', '1', '0', 't', 'f', 'T', 'F', 'TRUE', 'FALSE', 'True', 'False'].includes(encrypted)) throw invalid('invalid value for `encrypted`');
  if (!['true', '1', 't', 'T', 'TRUE', 'True'].includes(encrypted)) return;
  const keys = ENCRYPTION_SECRETS.flatMap((role) => [`csi.storage.k8s.io/${role}-secret-name`, `csi.storage.k8s.io/${role}-secret-namespace`]);
  const missing = keys.filter((key) => parameter(object, key) === '');
  if (missing.length > 0) throw invalid(`storage class must contain ${missing.join(', ')}`);
  for (const role of ENCRYPTION_SECRETS) {
    const id = `${parameter(object, `csi.storage.k8s.io/${role}-secret-namespace`)}/${parameter(object, `csi.storage.k8s.io/${role}-secret-name`)}`;
    const secret = cluster.store.get('secret', id);
    if (secret === undefined) throw invalid(`secret ${id} not found`);
    const data = record(secret, 'data') ?? {};
    const bad = SECRET_FIELDS.find((field) => text(data[field]) === '');
    if (bad !== undefined) throw invalid(`secret ${id} is not a valid encryption secret, missing/invalid field: ${bad}`);
  }
}

function validateCdi({ cluster, object }: AdmissionRequest): void {
  const annotations = object.metadata.annotations ?? {};
  const provisioner = text(object['provisioner']);
  const hasCdi = Object.keys(annotations).some((key) => key.startsWith('cdi.harvesterhci.io/'));
  if (provisioner === LONGHORN && parameter(object, 'dataEngine') === 'v1' && hasCdi) throw invalid('longhorn v1 does not support CDI annotations');
  const overhead = annotations[OVERHEAD];
  if (overhead !== undefined && !/^(0(?:\.\d{1,3})?|1)$/.test(overhead)) throw invalid(`invalid filesystem overhead ${overhead} in annotation ${OVERHEAD}, must be in the range [0.00, 1.00] (up to 3 decimal places)`);
  const strategy = annotations[CLONE_STRATEGY];
  if (strategy !== undefined && !['copy', 'snapshot', 'csi-clone'].includes(strategy)) throw invalid(`invalid clone strategy ${strategy} in annotation ${CLONE_STRATEGY}, valid values: copy, snapshot, csi-clone`);
  const snapshotClass = annotations[SNAPSHOT_CLASS];
  if (snapshotClass === '') throw invalid(`snapshot class cannot be empty in annotation ${SNAPSHOT_CLASS}`);
  if (snapshotClass !== undefined && cluster.store.get('snapshot.storage.k8s.io.volumesnapshotclass', snapshotClass) === undefined) throw invalid(`snapshot class ${snapshotClass} in annotation ${SNAPSHOT_CLASS} not found`);
  if (strategy === 'snapshot' && snapshotClass === undefined) throw invalid(`snapshot class must be set in annotation ${SNAPSHOT_CLASS} when clone strategy is snapshot`);
  validateAccessModes(annotations[ACCESS_MODES], provisioner);
}

function validateAccessModes(modes: string | undefined, provisioner: string): void {
  if (modes === undefined) {
    if (!KNOWN_PROVISIONERS.has(provisioner)) throw invalid(`missing annotation ${ACCESS_MODES}. volume access modes are required for CDI integration to work with storage class provisioner ${provisioner}.`);
    return;
  }
  try {
    const parsed: unknown = JSON.parse(modes);
    const known = record(parsed) ?? {};
    const isFine = Object.entries(known).length > 0 && Object.entries(known).every(([mode, access]) => ['Block', 'Filesystem'].includes(mode) && Array.isArray(access) && access.length > 0);
    if (isFine) return;
  } catch {
    // refused below
  }
  throw invalid(`invalid volume mode access modes ${modes} in annotation ${ACCESS_MODES}`);
}

function validateDelete({ cluster, object }: AdmissionRequest): void {
  const { name } = object.metadata;
  if (annotation(object, 'harvesterhci.io/is-reserved-storageclass') === 'true') throw invalid(`storage class ${name} is reserved by Harvester and can't be deleted`);
  const images = cluster.store.list('harvesterhci.io.virtualmachineimage').filter((image) => specText(image, 'targetStorageClassName') === name || annotation(image, 'harvesterhci.io/storageClassName') === name);
  if (images.length > 0) throw invalid(`storage class ${name} is used by virtual machine images: [${images.map((image) => `${image.metadata.namespace ?? ''}/${image.metadata.name}`).join(' ')}]`);
}

export const storageClassRules: Rules = {
  typeId: 'storage.k8s.io.storageclass',
  webhook: HARVESTER_WEBHOOK,
  mutate,
  validate(request) {
    if (request.operation === 'DELETE') { validateDelete(request); return; }
    if (parameter(request.object, 'dataLocality') === 'strict-local') throw invalid('storage class with strict-local data locality is not allowed');
    validateDefault(request);
    validateEncryption(request);
    validateCdi(request);
  }
};
