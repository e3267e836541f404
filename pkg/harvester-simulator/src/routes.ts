/** Which part of the simulator a path belongs to. */
export type Route =
  | { kind: 'steve'; realm: 'harvester' | 'management'; base: string; rawBase: string; path: string[] }
  | { kind: 'kube'; realm: 'harvester' | 'management'; base: string; rawBase: string; path: string[] }
  | { kind: 'plugins'; path: string[] }
  | { kind: 'norman'; path: string[] }
  | { kind: 'public'; path: string[] }
  | { kind: 'rancher'; name: string }
  | { kind: 'control'; path: string[] };

const KUBE_ROOTS = new Set(['api', 'apis', 'openapi', 'version', 'healthz', 'livez', 'readyz']);

/** Path segments, decoded; null when they cannot be decoded or try to climb. */
export function segmentsOf(pathname: string): string[] | null {
  try {
    const segments = pathname.split('/').filter((segment) => segment !== '').map(decodeURIComponent);
    return segments.some((segment) => segment === '..' || segment === '.' || segment.includes('\0')) ? null : segments;
  } catch {
    return null;
  }
}

function cluster(id: string, rest: string[]): Route | undefined {
  const realm = id === 'local' ? 'management' : 'harvester';
  const rawBase = `/k8s/clusters/${id}`;
  const [first = '', second] = rest;
  if (first === 'v1' && second === 'harvester' && realm === 'harvester') return { kind: 'steve', realm, base: `${rawBase}/v1/harvester`, rawBase, path: rest.slice(2) };
  if (first === 'v1') return { kind: 'steve', realm, base: `${rawBase}/v1`, rawBase, path: rest.slice(1) };
  if (first === 'v3') return { kind: 'norman', path: rest.slice(1) };
  if (KUBE_ROOTS.has(first)) return { kind: 'kube', realm, base: `${rawBase}/v1/harvester`, rawBase, path: rest };
  return undefined;
}

/** The route of a path; undefined when it is none of the API's: a page, an asset, somebody else's. */
export function routeOf(segments: string[]): Route | undefined {
  const [first = '', second = '', third] = segments;
  if (first === 'k8s' && second === 'clusters' && third !== undefined && /^[a-z0-9-]+$/.test(third)) return cluster(third, segments.slice(3));
  if (first === 'v1') {
    if (second === 'harvester') return { kind: 'steve', realm: 'harvester', base: '/v1/harvester', rawBase: '', path: segments.slice(2) };
    if (second === 'uiplugins') return { kind: 'plugins', path: segments.slice(2) };
    return { kind: 'steve', realm: 'management', base: '/v1', rawBase: '/k8s/clusters/local', path: segments.slice(1) };
  }
  if (first === 'v3') return { kind: 'norman', path: segments.slice(1) };
  if (first === 'v1-public' || first === 'v3-public') return { kind: 'public', path: segments.slice(1) };
  if (first === 'rancherversion' && second === '') return { kind: 'rancher', name: first };
  if (first === 'simulator') return { kind: 'control', path: segments.slice(1) };
  if (first === 'api' && (second === '' || second === 'v1')) return { kind: 'kube', realm: 'harvester', base: '/v1/harvester', rawBase: '', path: segments };
  if (['apis', 'version', 'openapi', 'healthz', 'livez', 'readyz'].includes(first)) return { kind: 'kube', realm: 'harvester', base: '/v1/harvester', rawBase: '', path: segments };
  return undefined;
}
