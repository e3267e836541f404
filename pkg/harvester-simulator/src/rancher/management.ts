import type { ResourceType } from '../contract';
import { createCluster, type RunningCluster } from '../cluster';
import { ManualClock } from '../clock';
import { RESOURCE_TYPES } from '../store';

export const RANCHER_VERSION = 'v2.14.1';
export const USER_ID = 'user-admin';
export const PRINCIPAL_ID = `local://${USER_ID}`;

function type(group: string, version: string, kind: string, namespaced: boolean, resource = `${kind.toLowerCase()}s`): ResourceType {
  return { id: `${group}.${kind.toLowerCase()}`, pluralName: `${group}.${resource}`, group, version, kind, resource, namespaced };
}

/** What a Rancher server has besides the types of an ordinary cluster. */
const RANCHER_TYPES: readonly ResourceType[] = [
  type('provisioning.cattle.io', 'v1', 'Cluster', true),
  type('fleet.cattle.io', 'v1alpha1', 'Cluster', true),
  type('fleet.cattle.io', 'v1alpha1', 'Bundle', true),
  type('fleet.cattle.io', 'v1alpha1', 'GitRepo', true),
  type('fleet.cattle.io', 'v1alpha1', 'ClusterGroup', true),
  type('cluster.x-k8s.io', 'v1beta1', 'Machine', true),
  type('cluster.x-k8s.io', 'v1beta1', 'MachineDeployment', true),
  type('cluster.x-k8s.io', 'v1beta1', 'MachineSet', true),
  type('ext.cattle.io', 'v1', 'SelfUser', false),
  type('ext.cattle.io', 'v1', 'Token', false),
  type('ext.cattle.io', 'v1', 'Kubeconfig', false),
  type('ui.cattle.io', 'v1', 'NavLink', false),
  type('project.cattle.io', 'v3', 'App', true)
];

const SYSTEM_NAMESPACES = 'kube-system,kube-public,cattle-system,cattle-fleet-system,longhorn-system,harvester-system';

const SETTINGS: Readonly<Record<string, string>> = {
  'first-login': 'false',
  'server-url': '',
  'server-version': RANCHER_VERSION,
  'ui-pl': 'rancher',
  'ui-brand': '',
  'ui-dashboard-index': '',
  'ui-offline-preferred': 'dynamic',
  'ui-default-landing': 'vue',
  'ui-banners': '{}',
  'ui-issues': '',
  'ui-community-links': 'false',
  'ui-performance': '',
  'ui-custom-links': '{}',
  'ui-content-enabled': 'false',
  'system-namespaces': SYSTEM_NAMESPACES,
  'telemetry-opt': 'out',
  'auth-user-session-ttl-minutes': '960',
  'auth-user-session-idle-ttl-minutes': '960',
  'eula-agreed': '2026-01-01T00:00:00Z',
  'cacerts': '',
  'engine-install-url': '',
  'agent-tls-mode': 'strict',
  'disable-inactive-user-after': '',
  'display-add-extension-repos-banner': 'false'
};

const FEATURES: Readonly<Record<string, boolean>> = {
  'multi-cluster-management': true, 'harvester': true, 'harvester-baremetal-container-workload': true, 'steve-proxy': false, 'uiextension': true,
  'fleet': true, 'legacy': false, 'rke2': true, 'token-hashing': false, 'unsupported-storage-drivers': false, 'ui-sql-cache': false, 'oidc-provider': false, 'istio-virtual-service-ui': false
};

interface Owner {
  readonly clusterId: string;
  readonly profile: { readonly kubernetes: string };
}

function addCluster(management: RunningCluster, id: string, display: string, provider: string, kubernetes: string): void {
  const { store } = management;
  const ready = { type: 'Ready', status: 'True', lastUpdateTime: management.clock.iso() };
  const connected = { type: 'Connected', status: 'True', lastUpdateTime: management.clock.iso() };
  const provisioned = store.create('provisioning.cattle.io.cluster', {
    metadata: { name: id === 'local' ? 'local' : display, namespace: id === 'local' ? 'fleet-local' : 'fleet-default', labels: { 'provider.cattle.io': provider } },
    spec: {},
    status: { clusterName: id, ready: true, conditions: [ready, connected] }
  });
  // The dashboard finds the one by the other's relationships.
  store.create('management.cattle.io.cluster', {
    metadata: { name: id, ownerReferences: [{ apiVersion: 'provisioning.cattle.io/v1', kind: 'Cluster', name: provisioned.metadata.name, uid: provisioned.metadata.uid ?? '' }], labels: { 'provider.cattle.io': provider }, annotations: {} },
    spec: { displayName: display, internal: id === 'local', description: '', fleetWorkspaceName: id === 'local' ? 'fleet-local' : 'fleet-default' },
    status: {
      provider, driver: provider === 'harvester' ? 'harvester' : 'k3s', version: { gitVersion: kubernetes, major: '1', minor: kubernetes.split('.')[1] ?? '' },
      capabilities: {}, allocatable: {}, capacity: {}, requested: {}, limits: {}, nodeCount: 1, linuxWorkerCount: 1, apiEndpoint: '', conditions: [ready, connected]
    }
  });
  for (const [name, projectName] of [['p-default', 'Default'], ['p-system', 'System']] as const) {
    store.create('management.cattle.io.project', {
      metadata: { name, namespace: id, labels: projectName === 'System' ? { 'authz.management.cattle.io/system-project': 'true' } : { 'authz.management.cattle.io/default-project': 'true' } },
      spec: { clusterName: id, displayName: projectName, description: '' },
      status: { conditions: [] }
    });
  }
}

/** Rancher's own cluster: settings, features, users, and the Harvester cluster as Rancher knows it. */
export function createManagement(owner: Owner): RunningCluster {
  const management = createCluster({ seed: 'rancher', clock: new ManualClock(), types: [...RESOURCE_TYPES, ...RANCHER_TYPES] });
  const { store } = management;
  for (const name of ['default', 'cattle-system', 'cattle-ui-plugin-system', 'fleet-default', 'fleet-local', 'kube-system', 'local', owner.clusterId]) {
    store.create('namespace', { metadata: { name }, spec: {}, status: { phase: 'Active' } });
  }
  for (const [name, value] of Object.entries(SETTINGS)) store.create('management.cattle.io.setting', { metadata: { name }, value, default: value, customized: false, source: '' });
  for (const [name, value] of Object.entries(FEATURES)) store.create('management.cattle.io.feature', { metadata: { name }, spec: { value }, status: { default: value, dynamic: false, description: '', lockedValue: null } });
  store.create('management.cattle.io.user', { metadata: { name: USER_ID }, username: 'admin', displayName: 'Default Admin', enabled: true, principalIds: [PRINCIPAL_ID] });
  for (const name of ['fleet-default', 'fleet-local']) store.create('management.cattle.io.fleetworkspace', { metadata: { name }, spec: {}, status: {} });
  store.create('management.cattle.io.authconfig', { metadata: { name: 'local' }, enabled: true, type: 'localConfig' });
  addCluster(management, 'local', 'local', 'k3s', 'v1.35.2+k3s1');
  addCluster(management, owner.clusterId, 'harvester', 'harvester', owner.profile.kubernetes);
  return management;
}
