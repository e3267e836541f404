/** Ids and names of Kubernetes objects. */

/** Namespace of all Longhorn objects. */
export const LONGHORN_NAMESPACE = 'longhorn-system';

/** `<namespace>/<name>`, or `<name>` when cluster-scoped. */
export function objectId(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** The id of a Longhorn object by name. */
export function longhornId(name: string): string {
  return `${LONGHORN_NAMESPACE}/${name}`;
}

/** Splits an id at its first slash; the namespace is '' for cluster-scoped objects. */
export function splitId(id: string): { readonly namespace: string; readonly name: string } {
  const slash = id.indexOf('/');
  return slash < 0 ? { namespace: '', name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** RFC 1123 label: at most 63 of `a-z0-9-`, no dash at either end. */
export function isDnsLabel(name: string): boolean {
  return name.length <= 63 && LABEL.test(name);
}

/** RFC 1123 subdomain: labels joined by dots, at most 253 characters. */
export function isDnsSubdomain(name: string): boolean {
  return name.length <= 253 && SUBDOMAIN.test(name);
}

/** `tcp://10.0.0.1:10000` and `10.0.0.1:10000` as `10.0.0.1:10000`: Longhorn keys operations by URL and maps by address. */
export function stripScheme(address: string): string {
  const scheme = address.indexOf('://');
  return scheme < 0 ? address : address.slice(scheme + 3);
}
