import type { KubeObject, ResourceType } from '../contract';
import { isRecord } from '../http/body';
import { fieldsOf } from './columns';
import { normalizeConditions, summarize } from './summary';
import { keyOf, type View } from './surface';

/** Top-level keys that Steve keeps for itself; an object's own field of that name travels with a `_` before it. */
const RESERVED = ['id', 'type', 'links', 'actions'] as const;

export type SteveResource = Record<string, unknown> & { id: string; type: string };

/** `/apis/<g>/<v>/namespaces/<ns>/<plural>/<name>` below the raw base. */
export function rawPath(type: ResourceType, namespace: string | undefined, name?: string): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = type.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
  return `${root}${scope}/${type.resource}${name === undefined ? '' : `/${name}`}`;
}

function linksOf(view: View, type: ResourceType, object: KubeObject, self: string): Record<string, string> {
  const { namespace, name } = object.metadata;
  const links: Record<string, string> = {};
  if (view.access.can('delete', type, namespace)) links['remove'] = self;
  links['self'] = self;
  if (view.access.can('update', type, namespace)) links['update'] = self;
  if (view.access.can('patch', type, namespace)) links['patch'] = self;
  links['view'] = `${view.origin}${view.rawBase}${rawPath(type, namespace, name)}`;
  for (const handler of view.handlers.links) if (handler.typeId === type.id) links[handler.link] = `${self}/${handler.link}`;
  return links;
}

function actionsOf(view: View, type: ResourceType, object: KubeObject, self: string): Record<string, string> | undefined {
  const known = [...view.handlers.streams, ...view.handlers.actions].filter((handler) => handler.typeId === type.id);
  if (known.length === 0) return undefined;
  const actions: Record<string, string> = {};
  if (!view.access.can('update', type, object.metadata.namespace)) return actions;
  for (const handler of known) {
    if (handler.isOffered(view.cluster, object)) actions[handler.action] = `${self}?action=${handler.action}`;
  }
  return actions;
}

/** The object as Steve sends it. */
export function toSteve(view: View, type: ResourceType, object: KubeObject): SteveResource {
  const id = keyOf(type, object.metadata.namespace, object.metadata.name);
  const self = `${view.origin}${view.base}/${type.pluralName}/${id}`;
  const resource: SteveResource = { id, type: type.id };
  const actions = actionsOf(view, type, object, self);
  resource['links'] = linksOf(view, type, object, self);
  if (actions !== undefined) resource['actions'] = actions;
  for (const [key, value] of Object.entries(object)) {
    resource[(RESERVED as readonly string[]).includes(key) ? `_${key}` : key] = value;
  }
  const relationships = view.relations.of(object);
  resource['metadata'] = {
    ...object.metadata,
    fields: fieldsOf(type, object),
    ...(relationships.length > 0 ? { relationships } : { relationships: null }),
    state: stateOf(type, object)
  };
  const conditions: unknown = object.status?.['conditions'];
  if (Array.isArray(conditions)) resource['status'] = { ...object.status, conditions: normalizeConditions(conditions) };
  return resource;
}

/** Harvester rewrites the state of a VM whose status lags behind its spec. */
function stateOf(type: ResourceType, object: KubeObject): ReturnType<typeof summarize> {
  const state = summarize(object);
  if (type.id === 'kubevirt.io.virtualmachine' && state.name !== 'removing') {
    const observed = Number(object.status?.['observedGeneration'] ?? object.metadata.generation ?? 0);
    if (observed < (object.metadata.generation ?? 0)) return { name: 'running', error: false, transitioning: false, message: '' };
  }
  return state;
}

/** Undoes what `toSteve` added: what a client sends back becomes a Kubernetes object again. */
export function fromSteve(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(body)) {
    if ((RESERVED as readonly string[]).includes(key) || value === undefined) continue;
    const own = RESERVED.find((name) => key === `_${name}`);
    object[own ?? key] = value;
  }
  if (isRecord(object['metadata'])) {
    const { state: _state, fields: _fields, relationships: _relationships, ...metadata } = object['metadata'];
    object['metadata'] = metadata;
  }
  if (isRecord(object['status']) && Array.isArray(object['status']['conditions'])) {
    object['status'] = { ...object['status'], conditions: object['status']['conditions'].map(plainCondition) };
  }
  return object;
}

function plainCondition(condition: unknown): unknown {
  if (!isRecord(condition)) return condition;
  const { error: _error, transitioning: _transitioning, ...plain } = condition;
  if (plain['lastUpdateTime'] === '' || plain['lastUpdateTime'] === plain['lastTransitionTime']) delete plain['lastUpdateTime'];
  return plain;
}
