import type { IncomingMessage, ServerResponse } from 'node:http';
import { StoreError, type KubeObject, type ResourceType } from '../contract';
import { createObject, deleteObject, patchObject, updateObject, type Writer } from '../admission/write';
import { patchKind } from '../admission/patch';
import { demand } from '../admission/access';
import { record, records, text } from '../admission/read';
import { sendEmpty, sendJson } from '../http/answer';
import { isRecord, readData, readObject } from '../http/body';
import { EmptyAnswer, HttpError } from '../http/errors';
import { resourceName } from '../store';
import { runAction } from './actions';
import { collectionOf } from './collection';
import { type Counts, countsResource } from './counts';
import { trim } from './query';
import { fromSteve, toSteve } from './resource';
import { listSchemas, schemaOf } from './schemas';
import { keyOf, visibleType, type View } from './surface';

function collection(view: View, resourceType: string, path: string, data: readonly Record<string, unknown>[]): Record<string, unknown> {
  return { type: 'collection', links: { self: `${view.origin}${view.base}/${path}` }, actions: {}, resourceType, ...(data.length > 0 ? { count: data.length } : {}), data };
}

/** Answers everything below `<base>/`. `path` is decoded, without the base. */
export async function handleSteve(view: View, counts: Counts, path: readonly string[], req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
  const [head = '', ...rest] = path;
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  if (isRead && (head === 'schemas' || head === 'schema')) { sendSchemas(view, rest[0], res); return; }
  if (isRead && (head === 'counts' || head === 'count')) {
    const resource = countsResource(view, counts);
    sendJson(res, 200, rest[0] === undefined ? collection(view, 'count', 'counts', [resource]) : resource);
    return;
  }
  if (isRead && head === '') {
    sendJson(res, 200, collection(view, 'apiRoot', '', [{ id: 'v1', type: 'apiRoot', links: Object.fromEntries(listSchemas(view).map((schema) => [schema.pluralName, `${view.origin}${view.base}/${schema.pluralName}`])) }]));
    return;
  }
  if (isRead && head === 'schemaDefinitions') { sendSchemaDefinition(view, rest[0], res); return; }
  const type = visibleType(view, head);
  if (type === undefined) throw new EmptyAnswer(404);
  await handleType(view, type, rest, req, res, url);
}

function sendSchemas(view: View, id: string | undefined, res: ServerResponse): void {
  if (id === undefined) { sendJson(res, 200, collection(view, 'schema', 'schemas', listSchemas(view))); return; }
  const type = visibleType(view, id);
  const schema = type === undefined ? listSchemas(view).find((own) => own.id === id) : schemaOf(view, type);
  if (schema === undefined) throw new EmptyAnswer(404);
  sendJson(res, 200, schema);
}

function sendSchemaDefinition(view: View, id: string | undefined, res: ServerResponse): void {
  const type = id === undefined ? undefined : visibleType(view, id);
  if (type === undefined) throw new EmptyAnswer(404);
  sendJson(res, 200, { id: type.id, type: 'schemaDefinition', links: { self: `${view.origin}${view.base}/schemaDefinitions/${type.id}` }, definitionType: type.id, definitions: { [type.id]: { resourceFields: {}, type: type.id, description: '' } } });
}

/** Splits `/<ns>/<name>/<link>` or `/<name>/<link>` by what the type is. */
function locate(type: ResourceType, rest: readonly string[], url: URL): { namespace?: string; name?: string; link?: string } {
  const [first, second, third] = rest;
  const link = url.searchParams.get('link') ?? undefined;
  if (rest.length > (type.namespaced ? 3 : 2)) throw new EmptyAnswer(404);
  return type.namespaced ? { namespace: first, name: second, link: third ?? link } : { name: first, link: second ?? link };
}

async function handleType(view: View, type: ResourceType, rest: readonly string[], req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
  const { namespace, name, link } = locate(type, rest, url);
  const action = url.searchParams.get('action');
  const writer: Writer = { cluster: view.cluster, access: view.access, dryRun: url.searchParams.get('dryRun') === 'All' };
  if (name === undefined) {
    await handleCollection(view, type, namespace, writer, req, res, url);
    return;
  }
  switch (req.method) {
    case 'GET':
    case 'HEAD':
      if (link === undefined) { sendJson(res, 200, trim(toSteve(view, type, read(view, type, namespace, name)), url.searchParams)); return; }
      await followLink(view, type, read(view, type, namespace, name), link, res);
      return;
    case 'POST':
      if (action === null) throw new HttpError(405, 'MethodNotAllowed', `Method POST not supported`);
      await runAction(view, type, namespace, name, action, req, res, url);
      return;
    case 'PUT': {
      const body = fromSteve(await readObject(req));
      if (text(record(body, 'metadata')?.['resourceVersion']) === '') throw new HttpError(500, 'ServerError', 'metadata.resourceVersion is required for update');
      sendJson(res, 200, toSteve(view, type, updateObject(writer, type, namespace, name, body)));
      return;
    }
    case 'PATCH': {
      // Steve knows two kinds of patch, and passes everything that is not a JSON patch on as a strategic merge.
      const isJson = (req.headers['content-type'] ?? '').startsWith('application/json-patch+json');
      const kind = patchKind(isJson ? 'application/json-patch+json' : 'application/strategic-merge-patch+json', type);
      const patch = await readData(req);
      sendJson(res, 200, toSteve(view, type, patchObject(writer, type, namespace, name, isRecord(patch) ? fromSteve(patch) : patch, kind)));
      return;
    }
    case 'DELETE': {
      const left = deleteObject(writer, type, namespace, name, (object) => { noteRemovedDisks(view, type, object, url.searchParams.getAll('removedDisks')); });
      if (left === undefined) sendEmpty(res, 204);
      else sendJson(res, 200, toSteve(view, type, left));
      return;
    }
    default:
      throw new HttpError(405, 'MethodNotAllowed', `Method ${req.method ?? ''} not supported`);
  }
}

async function handleCollection(view: View, type: ResourceType, namespace: string | undefined, writer: Writer, req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
  if (req.method === 'GET' || req.method === 'HEAD') {
    sendJson(res, 200, collectionOf(view, type, namespace, url.searchParams));
    return;
  }
  if (req.method === 'DELETE') {
    demand(view.access, 'delete', type, namespace);
    // Steve hands the missing name on; its Kubernetes client turns it down before a request is made.
    throw new HttpError(500, 'ServerError', 'name is required');
  }
  if (req.method !== 'POST') throw new HttpError(405, 'MethodNotAllowed', `Method ${req.method ?? ''} not supported`);
  const action = url.searchParams.get('action');
  if (action !== null) throw new HttpError(422, 'InvalidAction', `Invalid action: ${action}`);
  if (!view.access.verbs(type).includes('create')) throw new HttpError(403, 'PermissionDenied', `can not create ${type.id}`);
  const body = fromSteve(await readObject(req));
  if (body['metadata'] !== undefined && !isRecord(body['metadata'])) throw new HttpError(422, 'InvalidBodyContent', 'Failed to parse body: metadata must be an object');
  const metadata = { ...(body['metadata'] ?? {}) };
  if (text(metadata['name']) === '' && text(metadata['generateName']) === '') metadata['generateName'] = `${type.id.charAt(0)}-`;
  if (type.namespaced && namespace === undefined && text(metadata['namespace']) === '') throw new HttpError(422, 'InvalidBodyContent', 'metadata.namespace or apiOp.namespace are required');
  sendJson(res, 201, toSteve(view, type, createObject(writer, type, namespace, { ...body, metadata })));
}

function read(view: View, type: ResourceType, namespace: string | undefined, name: string): KubeObject {
  demand(view.access, 'get', type, namespace, name);
  const object = view.cluster.store.get(type.id, keyOf(type, namespace, name));
  if (object === undefined || !view.access.sees(type, object)) throw new StoreError(404, 'NotFound', `${resourceName(type)} "${name}" not found`);
  return object;
}

async function followLink(view: View, type: ResourceType, object: KubeObject, link: string, res: ServerResponse): Promise<void> {
  const handler = view.handlers.links.find((known) => known.typeId === type.id && known.link === link);
  if (handler === undefined) throw new EmptyAnswer(404);
  await handler.run(view.cluster, object, res);
}

/** `?removedDisks=disk-0`: the claims to go with the VM, noted on it for its controller (`pkg/api/vm/store.go`). */
function noteRemovedDisks(view: View, type: ResourceType, vm: KubeObject, disks: readonly string[]): void {
  if (type.id !== 'kubevirt.io.virtualmachine' || disks.length === 0) return;
  const claims = records(vm.spec, 'template', 'spec', 'volumes').flatMap((volume) => {
    const claim = record(volume, 'persistentVolumeClaim')?.['claimName'];
    return disks.includes(text(volume['name'])) && typeof claim === 'string' ? [claim] : [];
  });
  if (claims.length === 0) return;
  view.cluster.store.edit(type.id, keyOf(type, vm.metadata.namespace, vm.metadata.name), (draft) => {
    draft.metadata.annotations = { ...draft.metadata.annotations, 'harvesterhci.io/removedPersistentVolumeClaims': claims.join(',') };
  });
}
