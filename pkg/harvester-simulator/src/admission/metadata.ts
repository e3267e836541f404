import type { ObjectMetadata, ResourceType } from '../contract';
import { StoreError } from '../contract';
import { isRecord } from '../http/body';
import { HttpError } from '../http/errors';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_WORDS = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
export const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
export const LABEL_VALUE_WORDS = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** `VirtualMachine.kubevirt.io "x" is invalid`, as Kubernetes begins. */
export function invalidObject(type: ResourceType, name: string, why: string): StoreError {
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  return new StoreError(422, 'Invalid', `${kind} "${name}" is invalid: ${why}`);
}

function textMap(type: ResourceType, name: string, value: unknown, field: string): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) throw malformed(type, `metadata.${field}`);
  const map: Record<string, string> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined || item === null) continue;
    if (typeof item !== 'string') throw malformed(type, `metadata.${field}.${key} of type string`);
    if (field === 'labels' && (item.length > 63 || !LABEL_VALUE.test(item))) {
      throw invalidObject(type, name, `metadata.labels: Invalid value: "${item}": ${item.length > 63 ? 'must be no more than 63 characters' : LABEL_VALUE_WORDS}`);
    }
    map[key] = item;
  }
  return map;
}

function malformed(type: ResourceType, field: string): HttpError {
  return new HttpError(400, 'BadRequest', `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: json: cannot unmarshal into Go struct field ObjectMeta.${field}`);
}

function text(type: ResourceType, metadata: Record<string, unknown>, field: string): string {
  const value = metadata[field];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw malformed(type, `metadata.${field}`);
  return value;
}

/** The metadata of a body, checked as the API server would; the namespace is the path's where it has one. */
export function readMetadata(type: ResourceType, body: Readonly<Record<string, unknown>>, pathNamespace: string | undefined): ObjectMetadata {
  const given = body['metadata'] ?? {};
  if (!isRecord(given)) throw malformed(type, 'metadata');
  const name = text(type, given, 'name');
  const generateName = text(type, given, 'generateName');
  const namespace = text(type, given, 'namespace');
  if (type.namespaced && pathNamespace !== undefined && namespace !== '' && namespace !== pathNamespace) {
    throw new HttpError(400, 'BadRequest', `the namespace of the provided object does not match the namespace sent on the request`);
  }
  if (name === '' && generateName === '') throw invalidObject(type, '', 'metadata.name: Required value: name or generateName is required');
  const whole = name === '' ? `${generateName}x` : name;
  if (whole.length > 253) throw invalidObject(type, name, `metadata.name: Invalid value: "${name}": must be no more than 253 characters`);
  if (!SUBDOMAIN.test(whole) && type.group !== 'rbac.authorization.k8s.io') throw invalidObject(type, name, `metadata.name: Invalid value: "${whole}": ${SUBDOMAIN_WORDS}`);
  const metadata: ObjectMetadata = { ...(given as Partial<ObjectMetadata>), name };
  delete (metadata as unknown as Record<string, unknown>)['managedFields'];
  delete (metadata as unknown as Record<string, unknown>)['selfLink'];
  if (generateName === '') delete metadata.generateName;
  for (const field of ['uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp'] as const) text(type, given, field);
  metadata.labels = textMap(type, name, given['labels'], 'labels');
  metadata.annotations = textMap(type, name, given['annotations'], 'annotations');
  checkLists(type, given, metadata);
  if (!type.namespaced) delete metadata.namespace;
  else metadata.namespace = pathNamespace ?? namespace;
  if (type.namespaced && metadata.namespace === '') throw new HttpError(422, 'InvalidBodyContent', 'metadata.namespace or apiOp.namespace are required');
  return metadata;
}

function checkLists(type: ResourceType, given: Record<string, unknown>, metadata: ObjectMetadata): void {
  const { finalizers, ownerReferences } = given;
  if (finalizers === null || finalizers === undefined) delete metadata.finalizers;
  else if (!Array.isArray(finalizers) || finalizers.some((item) => typeof item !== 'string')) throw malformed(type, 'metadata.finalizers');
  if (ownerReferences === null || ownerReferences === undefined) delete metadata.ownerReferences;
  else if (!Array.isArray(ownerReferences)) throw malformed(type, 'metadata.ownerReferences');
  else if (ownerReferences.some((owner) => !isRecord(owner) || typeof owner['uid'] !== 'string' || owner['uid'] === '')) {
    throw invalidObject(type, metadata.name, 'metadata.ownerReferences.uid: Required value: uid must not be empty');
  }
}
