import type { KubeObject, ResourceType, Store } from '../contract';

export const ROLES = ['admin', 'cluster-viewer', 'project-member', 'project-viewer'] as const;
export type Role = (typeof ROLES)[number];

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

const ALL: readonly Verb[] = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const READ: readonly Verb[] = ['get', 'list', 'watch'];
const NONE: readonly Verb[] = [];

/** The project whose namespaces a project member works in. */
export const MEMBER_PROJECT = 'p-default';

/** What Kubernetes' `edit` and KubeVirt's and CDI's aggregated roles let a project member do in its namespaces. */
const EDIT_IDS = new Set([
  'persistentvolumeclaim', 'pod', 'secret', 'configmap', 'service', 'serviceaccount', 'endpoints',
  'kubevirt.io.virtualmachine', 'kubevirt.io.virtualmachineinstance', 'kubevirt.io.virtualmachineinstancemigration',
  'cdi.kubevirt.io.datavolume', 'cdi.kubevirt.io.datasource', 'cdi.kubevirt.io.dataimportcron',
  'harvesterhci.io.keypair', 'harvesterhci.io.virtualmachineimage', 'harvesterhci.io.virtualmachinetemplate',
  'harvesterhci.io.virtualmachinetemplateversion', 'harvesterhci.io.virtualmachinebackup', 'harvesterhci.io.virtualmachinerestore',
  'k8s.cni.cncf.io.networkattachmentdefinition', 'snapshot.storage.k8s.io.volumesnapshot',
  'apps.deployment', 'apps.daemonset', 'apps.statefulset', 'apps.replicaset', 'batch.job', 'batch.cronjob',
  'networking.k8s.io.ingress', 'networking.k8s.io.networkpolicy', 'loadbalancer.harvesterhci.io.loadbalancer'
]);
const NAMESPACED_READ_IDS = new Set(['event', 'resourcequota', 'limitrange']);
/** Cluster-scoped reads: CDI's for everybody signed in, Rancher's `promoted` rules for project members. */
const SHARED_READ_IDS = new Set(['namespace', 'cdi.kubevirt.io.storageprofile', 'cdi.kubevirt.io.cdiconfig', 'management.cattle.io.setting', 'management.cattle.io.feature']);

/** What one role may do: RBAC as Steve sees it. */
export class Access {
  constructor(readonly role: Role, readonly user: string, private readonly store: Store) {}

  verbs(type: ResourceType): readonly Verb[] {
    switch (this.role) {
      case 'admin':
        return ALL;
      case 'cluster-viewer':
        return isViewable(type) ? READ : NONE;
      case 'project-member':
        if (EDIT_IDS.has(type.id)) return ALL;
        return NAMESPACED_READ_IDS.has(type.id) || SHARED_READ_IDS.has(type.id) || type.id === 'storage.k8s.io.storageclass' ? READ : NONE;
      case 'project-viewer':
        return (EDIT_IDS.has(type.id) && type.id !== 'secret') || NAMESPACED_READ_IDS.has(type.id) || SHARED_READ_IDS.has(type.id) ? READ : NONE;
    }
  }

  /** The namespaces the grant covers; '*' for all and for cluster-scoped types. */
  namespaces(type: ResourceType): '*' | readonly string[] {
    if (this.role === 'admin' || this.role === 'cluster-viewer' || !type.namespaced) return '*';
    return this.memberNamespaces();
  }

  can(verb: Verb, type: ResourceType, namespace: string | undefined): boolean {
    if (!this.verbs(type).includes(verb)) return false;
    const granted = this.namespaces(type);
    return granted === '*' || (namespace !== undefined && granted.includes(namespace));
  }

  /** Whether the object may be seen in a list. */
  sees(type: ResourceType, object: KubeObject): boolean {
    if (type.id === 'namespace' && this.role.startsWith('project-')) return this.memberNamespaces().includes(object.metadata.name);
    const granted = this.namespaces(type);
    return granted === '*' || granted.includes(object.metadata.namespace ?? '');
  }

  private memberNamespaces(): readonly string[] {
    const own = this.store.list('namespace').filter((namespace) => namespace.metadata.annotations?.['field.cattle.io/projectId']?.endsWith(`:${MEMBER_PROJECT}`));
    return own.length > 0 ? own.map((namespace) => namespace.metadata.name) : ['default'];
  }
}

/** `virt-view-cluster`: Harvester's own kinds, nodes, and what `view` aggregates; nothing of Longhorn, no volumes, no secrets. */
function isViewable(type: ResourceType): boolean {
  if (['harvesterhci.io', 'node.harvesterhci.io', 'network.harvesterhci.io', 'loadbalancer.harvesterhci.io', 'kubevirt.io', 'cdi.kubevirt.io', 'management.cattle.io', 'apps', 'batch'].includes(type.group)) return true;
  if (['node', 'namespace', 'storage.k8s.io.storageclass'].includes(type.id)) return true;
  return type.id !== 'secret' && (EDIT_IDS.has(type.id) || NAMESPACED_READ_IDS.has(type.id));
}
