import type { Cluster, KubeObject, ResourceType } from '../contract';
import { HttpError } from '../http/errors';
import { equalityPairs, parseFieldSelector, parseLabelSelector } from '../store';
import type { Access } from './access';
import { keyOf } from './surface';

export interface Chunk {
  objects: KubeObject[];
  /** The revision the list stands for; a `continue`d list keeps that of its first page. */
  revision: number;
  next: string | undefined;
}

interface Token {
  revision: number;
  after: string;
}

function encode(token: Token): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start: token.after })).toString('base64url');
}

function decode(text: string): Token {
  try {
    const data = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as { rv?: unknown; start?: unknown };
    if (typeof data.rv === 'number' && typeof data.start === 'string') return { revision: data.rv, after: data.start };
  } catch {
    // answered below
  }
  throw new HttpError(400, 'BadRequest', 'continue key is not valid: unable to decode');
}

export interface ListRequest {
  namespace?: string;
  limit?: number;
  continue?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

/**
 * What the user may see of a type, by selectors, in chunks. Throws HttpError 400 for selectors and tokens that cannot
 * be read, 410 for a token older than the watch log.
 */
export function listObjects(cluster: Cluster, access: Access, type: ResourceType, request: ListRequest): Chunk {
  const { store } = cluster;
  const token = request.continue === undefined ? undefined : decode(request.continue);
  if (token !== undefined && store.since(type.id, token.revision) === 'too-old') {
    throw new HttpError(410, 'Expired', 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.');
  }
  const byLabel = request.labelSelector === undefined ? undefined : parseLabelSelector(request.labelSelector);
  const byField = request.fieldSelector === undefined ? undefined : parseFieldSelector(request.fieldSelector);
  const labels = request.labelSelector === undefined ? null : equalityPairs(request.labelSelector);
  const namespace = type.namespaced ? request.namespace : undefined;
  const found = store.list(type.id, { ...(namespace === undefined ? {} : { namespace }), ...(labels === null ? {} : { labels }) })
    .filter((object) => access.sees(type, object) && (byLabel?.(object) ?? true) && (byField?.(object) ?? true));
  const revision = token?.revision ?? store.revision;
  const key = (object: KubeObject): string => keyOf(type, object.metadata.namespace, object.metadata.name);
  const rest = token === undefined ? found : found.filter((object) => key(object) > token.after);
  const limit = request.limit ?? 0;
  if (limit <= 0 || rest.length <= limit) return { objects: rest, revision, next: undefined };
  const objects = rest.slice(0, limit);
  const last = objects.at(-1);
  return { objects, revision, next: last === undefined ? undefined : encode({ revision, after: key(last) }) };
}
