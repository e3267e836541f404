import { record, text } from '../admission/read';
import type { Verb } from './access';
import type { View } from './surface';

/** `kubectl auth can-i`: whether the signed-in user may. */
export function reviewAccess(view: View, review: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const attributes = record(review['spec'], 'resourceAttributes');
  const resource = text(attributes?.['resource']);
  const type = view.cluster.store.types.find((known) => known.resource === resource && known.group === text(attributes?.['group']));
  const verb = text(attributes?.['verb']);
  const isAny = resource === '*' || verb === '*';
  const allowed = isAny ? view.access.role === 'admin' : attributes === undefined || (type !== undefined && view.access.can(verb as Verb, type, text(attributes['namespace']) || undefined));
  return { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec: review['spec'], status: { allowed, ...(allowed ? { reason: `RBAC: allowed by role "${view.access.role}"` } : {}) } };
}
