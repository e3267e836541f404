import type { ResourceType } from '../contract';
import { isServed, type View } from './surface';
import { schemaColumns } from './columns';

export interface Schema extends Record<string, unknown> {
  id: string;
  pluralName: string;
}

/** Steve's own types, which no Kubernetes object is behind. */
const OWN: readonly { id: string; pluralName: string; collectionMethods: string[]; resourceMethods: string[] }[] = [
  { id: 'count', pluralName: 'counts', collectionMethods: ['GET'], resourceMethods: ['GET'] },
  { id: 'schema', pluralName: 'schemas', collectionMethods: ['GET'], resourceMethods: ['GET'] },
  { id: 'schemaDefinition', pluralName: 'schemaDefinitions', collectionMethods: [], resourceMethods: ['GET'] },
  { id: 'subscribe', pluralName: 'subscribe', collectionMethods: ['GET'], resourceMethods: ['GET'] },
  { id: 'apiRoot', pluralName: 'apiRoots', collectionMethods: ['GET'], resourceMethods: ['GET'] }
];

export function isOwnType(segment: string): boolean {
  return OWN.some((type) => type.id === segment || type.pluralName === segment);
}

/** The schema of one type for this user. */
export function schemaOf(view: View, type: ResourceType): Schema {
  const verbs = view.access.verbs(type);
  const canRead = verbs.includes('get') || verbs.includes('list');
  const resourceMethods = [
    ...(canRead ? ['GET'] : []),
    ...(verbs.includes('delete') ? ['DELETE'] : []),
    ...(verbs.includes('update') ? ['PUT'] : []),
    ...(verbs.includes('patch') ? ['PATCH'] : [])
  ];
  const collectionMethods = [...(canRead ? ['GET'] : []), ...(verbs.includes('create') ? ['POST'] : [])];
  const namespaces = view.access.namespaces(type);
  const grants = (namespaces === '*' ? ['*'] : namespaces).map((namespace) => ({ namespace, resourceName: '*' }));
  return {
    id: type.id,
    type: 'schema',
    links: {
      collection: `${view.origin}${view.base}/${type.pluralName}`,
      self: `${view.origin}${view.base}/schemas/${type.id}`
    },
    pluralName: type.pluralName,
    resourceMethods,
    resourceFields: null,
    collectionMethods,
    description: '',
    attributes: {
      access: Object.fromEntries(verbs.map((verb) => [verb, grants])),
      columns: schemaColumns(type),
      group: type.group,
      kind: type.kind,
      namespaced: type.namespaced,
      preferredVersion: type.version,
      resource: type.resource,
      verbs: [...verbs],
      version: type.version
    }
  };
}

function ownSchema(view: View, own: (typeof OWN)[number]): Schema {
  return {
    id: own.id,
    type: 'schema',
    links: { collection: `${view.origin}${view.base}/${own.pluralName}`, self: `${view.origin}${view.base}/schemas/${own.id}` },
    pluralName: own.pluralName,
    resourceMethods: own.resourceMethods,
    resourceFields: null,
    collectionMethods: own.collectionMethods
  };
}

/** Every schema this user has; a type without any verb is absent. */
export function listSchemas(view: View): Schema[] {
  const own = OWN.map((type) => ownSchema(view, type));
  const kubernetes = view.cluster.store.types.filter((type) => isServed(view.cluster, type) && view.access.verbs(type).length > 0).map((type) => schemaOf(view, type));
  return [...own, ...kubernetes].sort((a, b) => (a.id < b.id ? -1 : 1));
}
