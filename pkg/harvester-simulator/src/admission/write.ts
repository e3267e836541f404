import type { Cluster, KubeObject, ObjectMetadata, ResourceType } from '../contract';
import { StoreError } from '../contract';
import { isRecord } from '../http/body';
import { HttpError } from '../http/errors';
import type { Access } from '../steve/access';
import { apiVersionOf, clone, resourceName } from '../store';
import { demand } from './access';
import { applyPatch, type PatchKind } from './patch';
import { admit } from './rules';
import { readMetadata } from './metadata';

/** Who writes, to what, and whether it counts. */
export interface Writer {
  readonly cluster: Cluster;
  readonly access: Access;
  readonly dryRun: boolean;
}

function keyOf(type: ResourceType, namespace: string | undefined, name: string): string {
  return type.namespaced ? `${namespace ?? ''}/${name}` : name;
}

function existing(writer: Writer, type: ResourceType, namespace: string | undefined, name: string): KubeObject {
  const object = writer.cluster.store.get(type.id, keyOf(type, namespace, name));
  if (object === undefined) throw new StoreError(404, 'NotFound', `${resourceName(type)} "${name}" not found`);
  return object;
}

/** Types whose status is written by controllers through a subresource: an ordinary write leaves it as it is. */
function hasStatusSubresource(type: ResourceType): boolean {
  return type.group !== 'harvesterhci.io';
}

function toObject(type: ResourceType, body: Readonly<Record<string, unknown>>, metadata: ObjectMetadata): KubeObject {
  const { spec, status, ...rest } = body;
  if (spec !== undefined && spec !== null && !isRecord(spec)) throw new HttpError(400, 'BadRequest', `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: json: cannot unmarshal spec`);
  return clone({
    ...rest,
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata,
    ...(isRecord(spec) ? { spec } : {}),
    ...(isRecord(status) ? { status } : {})
  });
}

/** Creates through admission. The body is a Kubernetes object; `namespace` is that of the path, if it has one. */
export function createObject(writer: Writer, type: ResourceType, namespace: string | undefined, body: Readonly<Record<string, unknown>>): KubeObject {
  const { store, random, clock } = writer.cluster;
  const metadata = readMetadata(type, body, namespace);
  demand(writer.access, 'create', type, metadata.namespace);
  if (type.namespaced && store.get('namespace', metadata.namespace ?? '') === undefined) {
    throw new StoreError(404, 'NotFound', `namespaces "${metadata.namespace ?? ''}" not found`);
  }
  if (metadata.name === '' && metadata.generateName !== undefined && metadata.generateName !== '') metadata.name = metadata.generateName + random.lower(5);
  // Server-owned, whatever a client sends.
  delete metadata.uid;
  delete metadata.creationTimestamp;
  const draft = toObject(type, body, metadata);
  if (hasStatusSubresource(type)) delete draft.status;
  if (store.get(type.id, keyOf(type, metadata.namespace, metadata.name)) !== undefined) {
    throw new StoreError(409, 'AlreadyExists', `${resourceName(type)} "${metadata.name}" already exists`);
  }
  admit({ cluster: writer.cluster, operation: 'CREATE', type, object: draft, old: undefined, user: writer.access.user, canGet: canGet(writer) });
  if (!writer.dryRun) return store.create(type.id, draft);
  Object.assign(draft.metadata, { uid: random.uuid(), creationTimestamp: clock.iso(), generation: 1 });
  return draft;
}

/** Replaces through admission; 409 when the body's resourceVersion is stale. */
export function updateObject(writer: Writer, type: ResourceType, namespace: string | undefined, name: string, body: Readonly<Record<string, unknown>>, part: 'object' | 'status' = 'object'): KubeObject {
  demand(writer.access, 'update', type, namespace, name);
  const old = existing(writer, type, namespace, name);
  const metadata = readMetadata(type, body, namespace);
  if (metadata.name !== name) {
    throw new StoreError(400, 'BadRequest', `the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  return replace(writer, type, old, toObject(type, body, metadata), part);
}

/** Patches through admission. */
export function patchObject(writer: Writer, type: ResourceType, namespace: string | undefined, name: string, patch: unknown, kind: PatchKind, part: 'object' | 'status' = 'object'): KubeObject {
  demand(writer.access, 'patch', type, namespace, name);
  const found = writer.cluster.store.get(type.id, keyOf(type, namespace, name));
  if (found === undefined && kind === 'apply' && isRecord(patch)) return createObject(writer, type, namespace, patch);
  const old = existing(writer, type, namespace, name);
  const patched = applyPatch(old, patch, kind);
  const metadata = readMetadata(type, patched, namespace);
  if (metadata.name !== name) throw new StoreError(422, 'Invalid', `${type.kind} "${name}" is invalid: metadata.name: Invalid value: "${metadata.name}": field is immutable`);
  return replace(writer, type, old, toObject(type, patched, metadata), part);
}

function replace(writer: Writer, type: ResourceType, old: KubeObject, draft: KubeObject, part: 'object' | 'status'): KubeObject {
  const given = draft.metadata.resourceVersion;
  if (given !== undefined && given !== '' && given !== old.metadata.resourceVersion) {
    throw new StoreError(409, 'Conflict', `Operation cannot be fulfilled on ${resourceName(type)} "${old.metadata.name}": the object has been modified; please apply your changes to the latest version and try again`);
  }
  let next = draft;
  if (part === 'status') {
    next = clone(old);
    next.status = draft.status ?? {};
  } else if (hasStatusSubresource(type)) {
    if (old.status === undefined) delete next.status;
    else next.status = clone(old.status);
  }
  // Server-owned fields, put back before the rules look at them.
  const { uid, creationTimestamp, generation, deletionTimestamp } = old.metadata;
  Object.assign(next.metadata, { uid, creationTimestamp, generation, resourceVersion: old.metadata.resourceVersion });
  if (deletionTimestamp === undefined) delete next.metadata.deletionTimestamp;
  else next.metadata.deletionTimestamp = deletionTimestamp;
  if (part === 'object') admit({ cluster: writer.cluster, operation: 'UPDATE', type, object: next, old, user: writer.access.user, canGet: canGet(writer) });
  return writer.dryRun ? next : writer.cluster.store.update(type.id, next);
}

/** Deletes through admission. The object as it still is, or undefined when it is gone. */
export function deleteObject(writer: Writer, type: ResourceType, namespace: string | undefined, name: string, prepare?: (object: KubeObject) => void): KubeObject | undefined {
  demand(writer.access, 'delete', type, namespace, name);
  const old = existing(writer, type, namespace, name);
  admit({ cluster: writer.cluster, operation: 'DELETE', type, object: old, old, user: writer.access.user, canGet: canGet(writer) });
  if (writer.dryRun) return old;
  prepare?.(old);
  writer.cluster.store.remove(type.id, keyOf(type, namespace, name));
  return writer.cluster.store.get(type.id, keyOf(type, namespace, name));
}

function canGet(writer: Writer): (typeId: string, namespace: string) => boolean {
  return (typeId, namespace) => {
    const type = writer.cluster.store.type(typeId);
    return type !== undefined && writer.access.can('get', type, namespace);
  };
}
