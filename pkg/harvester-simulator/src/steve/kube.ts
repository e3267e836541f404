import type { IncomingMessage, ServerResponse } from 'node:http';
import { StoreError, type KubeObject, type ResourceType } from '../contract';
import { demand } from '../admission/access';
import { patchKind } from '../admission/patch';
import { createObject, deleteObject, patchObject, updateObject, type Writer } from '../admission/write';
import { sendJson, sendYaml } from '../http/answer';
import { isRecord, readData, readObject } from '../http/body';
import { HttpError } from '../http/errors';
import { apiVersionOf, resourceName } from '../store';
import { reviewAccess } from './access-review';
import { discovery } from './discovery';
import { table } from './kube-format';
import { streamWatch } from './kube-watch';
import { listObjects, type Chunk } from './list';
import { wholeNumber } from './query';
import { isServed, keyOf, type View } from './surface';

interface Target {
  type: ResourceType;
  namespace?: string;
  name?: string;
  subresource?: string;
}

/** Reads `/api/v1/…` and `/apis/<g>/<v>/…`; undefined when no type is there. */
function locate(view: View, path: readonly string[]): Target | undefined {
  const [root, ...rest] = path;
  const group = root === 'api' ? '' : rest.shift() ?? '';
  const version = rest.shift() ?? '';
  let namespace: string | undefined;
  if (rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status' && rest[2] !== 'finalize') {
    rest.shift();
    namespace = rest.shift();
  }
  const [resource, name, subresource] = rest;
  const type = view.cluster.store.types.find((known) => known.group === group && known.version === version && known.resource === resource);
  if (type === undefined || !isServed(view.cluster, type) || rest.length > 3) return undefined;
  return { type, namespace, name, subresource };
}

/** The Kubernetes API itself: what `links.view` points at, and what kubectl talks to. */
export async function handleKube(view: View, path: readonly string[], req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
  if (path.join('/') === 'apis/authorization.k8s.io/v1/selfsubjectaccessreviews' && req.method === 'POST') {
    sendJson(res, 201, reviewAccess(view, await readObject(req)));
    return;
  }
  const found = discovery(view, path, req);
  if (found !== undefined) { sendJson(res, 200, found); return; }
  const target = locate(view, path);
  if (target === undefined) throw new HttpError(404, 'NotFound', 'the server could not find the requested resource');
  const { type, namespace, name, subresource } = target;
  if (subresource !== undefined && subresource !== 'status') throw new HttpError(404, 'NotFound', 'the server could not find the requested resource');
  const part = subresource === 'status' ? 'status' : 'object';
  const writer: Writer = { cluster: view.cluster, access: view.access, dryRun: url.searchParams.get('dryRun') === 'All' };
  switch (req.method) {
    case 'GET':
    case 'HEAD':
      if (name === undefined) sendList(view, type, namespace, req, res, url);
      else if (url.searchParams.get('watch') === 'true') streamWatch(view, type, namespace, req, res, withName(url, name));
      else sendObject(view, req, res, type, read(view, type, namespace, name));
      return;
    case 'POST': {
      if (name !== undefined) break;
      sendJson(res, 201, createObject(writer, type, namespace, await readObject(req)));
      return;
    }
    case 'PUT':
      if (name === undefined) break;
      sendJson(res, 200, updateObject(writer, type, namespace, name, await readObject(req), part));
      return;
    case 'PATCH': {
      if (name === undefined) break;
      const kind = patchKind(req.headers['content-type'], type);
      sendJson(res, 200, patchObject(writer, type, namespace, name, await readData(req), kind, part));
      return;
    }
    case 'DELETE': {
      const options = await readData(req);
      const dryRun = writer.dryRun || (isRecord(options) && Array.isArray(options['dryRun']) && options['dryRun'].includes('All'));
      if (name === undefined) { sendJson(res, 200, deleteCollection(view, { ...writer, dryRun }, type, namespace, url)); return; }
      const uid = view.cluster.store.get(type.id, keyOf(type, namespace, name))?.metadata.uid;
      const left = deleteObject({ ...writer, dryRun }, type, namespace, name);
      sendJson(res, 200, left ?? { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name, group: type.group, kind: type.resource, uid } });
      return;
    }
  }
  throw new HttpError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

/** Deletes what a list with the same selectors holds, each through admission: the first refusal ends it, as upstream. */
function deleteCollection(view: View, writer: Writer, type: ResourceType, namespace: string | undefined, url: URL): Record<string, unknown> {
  demand(view.access, 'delete', type, namespace ?? firstNamespace(view, type));
  const { objects, revision } = selected(view, type, namespace, url);
  for (const { metadata } of objects) deleteObject(writer, type, metadata.namespace, metadata.name);
  return { kind: `${type.kind}List`, apiVersion: apiVersionOf(type), metadata: { resourceVersion: String(revision) }, items: objects };
}

function withName(url: URL, name: string): URL {
  const copy = new URL(url);
  copy.searchParams.set('fieldSelector', `metadata.name=${name}`);
  return copy;
}

function read(view: View, type: ResourceType, namespace: string | undefined, name: string): KubeObject {
  demand(view.access, 'get', type, namespace, name);
  const object = view.cluster.store.get(type.id, keyOf(type, namespace, name));
  if (object === undefined) throw new StoreError(404, 'NotFound', `${resourceName(type)} "${name}" not found`);
  return object;
}

function wantsTable(req: IncomingMessage): boolean {
  return (req.headers.accept ?? '').includes('as=Table');
}

function sendObject(view: View, req: IncomingMessage, res: ServerResponse, type: ResourceType, object: KubeObject): void {
  if (wantsTable(req)) sendJson(res, 200, table(type, [object], view.cluster.clock.now(), object.metadata.resourceVersion ?? ''));
  else if ((req.headers.accept ?? '').includes('application/yaml')) sendYaml(res, 200, object);
  else sendJson(res, 200, object);
}

function selected(view: View, type: ResourceType, namespace: string | undefined, { searchParams: query }: URL): Chunk {
  return listObjects(view.cluster, view.access, type, {
    namespace,
    limit: wholeNumber(query, 'limit'),
    continue: query.get('continue') ?? undefined,
    labelSelector: query.get('labelSelector') ?? undefined,
    fieldSelector: query.get('fieldSelector') ?? undefined
  });
}

function sendList(view: View, type: ResourceType, namespace: string | undefined, req: IncomingMessage, res: ServerResponse, url: URL): void {
  const query = url.searchParams;
  demand(view.access, 'list', type, namespace ?? firstNamespace(view, type));
  if (query.get('watch') === 'true' || query.get('watch') === '1') {
    streamWatch(view, type, namespace, req, res, url);
    return;
  }
  const chunk = selected(view, type, namespace, url);
  const revision = String(chunk.revision);
  if (wantsTable(req)) { sendJson(res, 200, table(type, chunk.objects, view.cluster.clock.now(), revision, chunk.next)); return; }
  sendJson(res, 200, {
    kind: `${type.kind}List`,
    apiVersion: apiVersionOf(type),
    metadata: { resourceVersion: revision, ...(chunk.next === undefined ? {} : { continue: chunk.next }) },
    items: chunk.objects
  });
}

/** A list over all namespaces needs a cluster-wide grant on the raw API; Steve is the one that merges namespaces. */
function firstNamespace(view: View, type: ResourceType): string | undefined {
  return view.access.namespaces(type) === '*' ? '*' : undefined;
}
