import { toYaml } from './chart';
import type { PackagedChart } from './chart';

/** It is there in every Harvester, and other add-ons live in it. */
export const APP_NAMESPACE = 'harvester-system';

/** Path of the app on Harvester's own address: the API server's proxy to the chart's service. */
export function appPath(serviceName: string, clusterId = 'local'): string {
  return `/k8s/clusters/${ clusterId }/api/v1/namespaces/${ APP_NAMESPACE }/services/http:${ serviceName }:80/proxy/`;
}

/** The entry on Harvester's Add-ons page. It installs the chart from a repository that the cluster can reach. */
export function createAddon({ metadata }: PackagedChart, repo: string): Buffer {
  return toYaml({
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'Addon',
    metadata: {
      name: metadata.name,
      namespace: APP_NAMESPACE,
      labels: { 'addon.harvesterhci.io/experimental': 'true' }
    },
    spec: { enabled: true, repo, chart: metadata.name, version: metadata.version, valuesContent: '' }
  });
}

/**
 * The same chart for the Helm controller that Harvester brings, with the chart inside: needs no repository and no
 * network.
 */
export function createHelmChart({ metadata, archive }: PackagedChart): Buffer {
  return toYaml({
    apiVersion: 'helm.cattle.io/v1',
    kind: 'HelmChart',
    metadata: { name: metadata.name, namespace: APP_NAMESPACE },
    spec: { targetNamespace: APP_NAMESPACE, chartContent: archive.toString('base64') }
  });
}
