import type { ResourceType } from '../contract';
import { HttpError } from '../http/errors';
import type { Access, Verb } from '../steve/access';
import { resourceName } from '../store';

/** Throws 403 in Kubernetes' words unless the user may. */
export function demand(access: Access, verb: Verb, type: ResourceType, namespace: string | undefined, name?: string): void {
  if (access.can(verb, type, namespace)) return;
  const what = name === undefined ? resourceName(type) : `${resourceName(type)} "${name}"`;
  const where = type.namespaced && namespace !== undefined ? ` in the namespace "${namespace}"` : ' at the cluster scope';
  throw new HttpError(403, 'Forbidden', `${what} is forbidden: User "${access.user}" cannot ${verb} resource "${type.resource}" in API group "${type.group}"${where}`);
}
