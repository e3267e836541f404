import type { IncomingMessage } from 'node:http';
import type { ResourceType } from '../contract';
import { HttpError } from '../http/errors';
import { isServed, type View } from './surface';

const SHORT_NAMES: Readonly<Record<string, string[]>> = {
  node: ['no'], namespace: ['ns'], persistentvolumeclaim: ['pvc'], persistentvolume: ['pv'], pod: ['po'], service: ['svc'], event: ['ev'], configmap: ['cm'],
  'storage.k8s.io.storageclass': ['sc'], 'cdi.kubevirt.io.datavolume': ['dv', 'dvs'], 'kubevirt.io.virtualmachine': ['vm', 'vms'], 'kubevirt.io.virtualmachineinstance': ['vmi', 'vmis'],
  'kubevirt.io.virtualmachineinstancemigration': ['vmim', 'vmims'], 'harvesterhci.io.virtualmachineimage': ['vmimage', 'vmimages'], 'harvesterhci.io.blockdevice': ['bd', 'bds'],
  'longhorn.io.volume': ['lhv'], 'longhorn.io.replica': ['lhr'], 'longhorn.io.engine': ['lhe'], 'longhorn.io.node': ['lhn'], 'longhorn.io.setting': ['lhs'], 'longhorn.io.instancemanager': ['lhim'], 'longhorn.io.volumeattachment': ['lhva']
};
const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

function served(view: View): ResourceType[] {
  return view.cluster.store.types.filter((type) => isServed(view.cluster, type));
}

function resourceList(view: View, group: string, version: string): Record<string, unknown> | undefined {
  const types = served(view).filter((type) => type.group === group && type.version === version);
  if (types.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: types.map((type) => ({ name: type.resource, singularName: type.kind.toLowerCase(), namespaced: type.namespaced, kind: type.kind, verbs: VERBS, shortNames: SHORT_NAMES[type.id] }))
  };
}

function groupObject(view: View, group: string): Record<string, unknown> {
  const versions = [...new Set(served(view).filter((type) => type.group === group).map((type) => type.version))].map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

/** `/version`. */
export function versionInfo(view: View): Record<string, unknown> {
  const [major = '1', minor = '35'] = view.cluster.profile.kubernetes.replace(/^v/, '').split('.');
  return { major, minor, gitVersion: view.cluster.profile.kubernetes, gitCommit: '0000000000000000000000000000000000000000', gitTreeState: 'clean', buildDate: '2026-01-01T00:00:00Z', goVersion: 'go1.25.0', compiler: 'gc', platform: 'linux/amd64' };
}

/** Discovery documents; undefined when the path is not one. */
export function discovery(view: View, path: readonly string[], req: IncomingMessage): Record<string, unknown> | undefined {
  if (req.method !== 'GET') return undefined;
  const [root, first, second, third] = path;
  if (root === 'version') return versionInfo(view);
  if (root === 'openapi') return openapi(view, path);
  if (root === 'api' && first === undefined) return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (root === 'api' && second === undefined) return resourceList(view, '', first ?? '');
  if (root !== 'apis') return undefined;
  if (first === undefined) {
    const groups = [...new Set(served(view).map((type) => type.group))].filter((group) => group !== '');
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => groupObject(view, group)) };
  }
  if (second === undefined) return served(view).some((type) => type.group === first) ? { kind: 'APIGroup', apiVersion: 'v1', ...groupObject(view, first) } : undefined;
  return third === undefined ? resourceList(view, first, second) : undefined;
}

/**
 * Enough OpenAPI for kubectl to see that the server checks fields itself, and so to leave validation to it: a PATCH with
 * `fieldValidation` for every type. There is no v2 document.
 */
function openapi(view: View, path: readonly string[]): Record<string, unknown> {
  const [, version, ...groupVersion] = path;
  if (version !== 'v3') throw new HttpError(404, 'NotFound', 'the server could not find the requested resource');
  const pathOf = (type: ResourceType): string => (type.group === '' ? `api/${type.version}` : `apis/${type.group}/${type.version}`);
  if (groupVersion.length === 0) {
    return { paths: Object.fromEntries([...new Set(served(view).map(pathOf))].map((path) => [path, { serverRelativeURL: `${view.rawBase}/openapi/v3/${path}?hash=0` }])) };
  }
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({ name, in: 'query', schema: { type: 'string' } }));
  const types = served(view).filter((type) => pathOf(type) === groupVersion.join('/'));
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(types.map((type) => [
      `/${pathOf(type)}${type.namespaced ? '/namespaces/{namespace}' : ''}/${type.resource}/{name}`,
      { patch: { parameters, responses: {}, 'x-kubernetes-action': 'patch', 'x-kubernetes-group-version-kind': { group: type.group, version: type.version, kind: type.kind } } }
    ]))
  };
}
