import type { KubeObject, ResourceType } from '../contract';
import { HttpError } from '../http/errors';
import { listObjects } from './list';
import { matchesFilters, parseFilters, sortBy, trim, wholeNumber } from './query';
import { toSteve } from './resource';
import type { View } from './surface';

/** `projectsornamespaces=a,b`: objects of these namespaces, or of namespaces in these projects. */
function byProjectOrNamespace(view: View, query: URLSearchParams): ((object: KubeObject) => boolean) | undefined {
  const wanted = query.get('projectsornamespaces') ?? query.get('projectsornamespaces!');
  if (wanted === null) return undefined;
  const names = new Set(wanted.split(','));
  const isNegated = query.has('projectsornamespaces!');
  const namespaces = new Set(view.cluster.store.list('namespace').filter((namespace) => {
    const project = namespace.metadata.annotations?.['field.cattle.io/projectId']?.split(':').at(-1);
    return names.has(namespace.metadata.name) || (project !== undefined && names.has(project));
  }).map((namespace) => namespace.metadata.name));
  return (object) => namespaces.has(object.metadata.namespace ?? '') !== isNegated;
}

/** `GET <base>/<type>[/<namespace>]`. */
export function collectionOf(view: View, type: ResourceType, namespace: string | undefined, query: URLSearchParams): Record<string, unknown> {
  if (!view.access.verbs(type).includes('list')) throw new HttpError(403, 'Forbidden', `can not list ${type.id}`);
  const limit = wholeNumber(query, 'limit');
  const chunk = listObjects(view.cluster, view.access, type, {
    namespace,
    limit,
    continue: query.get('continue') ?? undefined,
    labelSelector: query.get('labelSelector') ?? undefined,
    fieldSelector: query.get('fieldSelector') ?? undefined
  });
  const inProject = byProjectOrNamespace(view, query);
  const filter = parseFilters(query.getAll('filter'));
  let resources = chunk.objects.filter((object) => inProject?.(object) ?? true).map((object) => toSteve(view, type, object) as Record<string, unknown>);
  if (filter.length > 0) resources = resources.filter((resource) => matchesFilters(resource, filter));
  resources = sortBy(resources, query.get('sort') ?? '');

  const count = resources.length;
  const pageSize = wholeNumber(query, 'pagesize') ?? 0;
  const pages = pageSize > 0 ? Math.ceil(count / pageSize) : Math.min(1, count);
  if (pageSize > 0) {
    const page = Math.max(1, wholeNumber(query, 'page') ?? 1);
    resources = resources.slice((page - 1) * pageSize, page * pageSize);
  }
  const plural = `${view.origin}${view.base}/${type.pluralName}`;
  const self = namespace === undefined ? plural : `${plural}/${namespace}`;
  return {
    type: 'collection',
    links: { self },
    createTypes: view.access.verbs(type).includes('create') ? { [type.id]: plural } : {},
    actions: {},
    resourceType: type.id,
    revision: String(chunk.revision),
    ...(chunk.next === undefined ? {} : {
      pagination: { limit, first: `${self}?limit=${String(limit)}`, next: `${self}?limit=${String(limit)}&continue=${chunk.next}`, partial: true },
      continue: chunk.next
    }),
    ...(count > 0 ? { count } : {}),
    ...(pages > 0 ? { pages } : {}),
    data: resources.map((resource) => trim(resource, query))
  };
}
