import { asObject, asText, asTextMap, asTime } from './fields';
import type { ObjectMeta, Permitted } from './types';

/**
 * What every record keeps of `metadata`. The id is `<namespace>/<name>`, or `<name>` for cluster-scoped objects, as
 * Steve gives it; Steve's own `id` is not trusted, since raw Kubernetes answers lack it.
 */
export function parseMeta(raw: unknown): ObjectMeta {
  const metadata = asObject(asObject(raw).metadata);
  const namespace = asText(metadata.namespace);
  const name = asText(metadata.name);
  return Object.freeze({
    id: namespace === '' ? name : `${namespace}/${name}`,
    namespace,
    name,
    uid: asText(metadata.uid),
    resourceVersion: asText(metadata.resourceVersion),
    createdAt: asTime(metadata.creationTimestamp),
    deletedAt: asTime(metadata.deletionTimestamp),
    labels: asTextMap(metadata.labels),
    annotations: asTextMap(metadata.annotations)
  });
}

const NO_ACTIONS: readonly string[] = Object.freeze([]);

/** Steve leaves a forbidden link out; newer versions write `blocked` in its place. */
function isLinked(link: unknown): boolean {
  return typeof link === 'string' && link !== '' && link !== 'blocked';
}

/** What the server says this user may do with the object: names of `actions`, and whether `links` has update and remove. */
export function parsePermitted(raw: unknown): Permitted {
  const source = asObject(raw);
  const links = asObject(source.links);
  const actions = Object.keys(asObject(source.actions));
  return Object.freeze({
    actions: actions.length === 0 ? NO_ACTIONS : Object.freeze(actions),
    canUpdate: isLinked(links.update),
    canRemove: isLinked(links.remove)
  });
}
