import type { Cluster, KubeObject } from '../contract';
import { record, specText } from './read';
import { HARVESTER_WEBHOOK, type Rules, invalid } from './request';

/** Volumes that would lose their one healthy replica with a disk. */
function lastCopiesOn(cluster: Cluster, device: KubeObject): string[] {
  const node = cluster.store.get('longhorn.io.node', `longhorn-system/${specText(device, 'nodeName')}`);
  const uuid = record(node?.status, 'diskStatus', device.metadata.name)?.['diskUUID'];
  if (typeof uuid !== 'string') return [];
  const healthy = new Map<string, KubeObject[]>();
  for (const replica of cluster.store.list('longhorn.io.replica')) {
    if (specText(replica, 'healthyAt') === '' || specText(replica, 'failedAt') !== '') continue;
    const volume = specText(replica, 'volumeName');
    healthy.set(volume, [...(healthy.get(volume) ?? []), replica]);
  }
  return [...healthy].filter(([, replicas]) => replicas.length === 1 && specText(replicas[0], 'diskID') === uuid).map(([volume]) => volume).sort();
}

/** node-disk-manager's webhook. */
export const blockDeviceRules: Rules = {
  typeId: 'harvesterhci.io.blockdevice',
  webhook: HARVESTER_WEBHOOK,
  validate({ cluster, operation, object, old }) {
    const isLeaving = operation === 'UPDATE' && old?.spec?.['provision'] === true && object.spec?.['provision'] !== true;
    if (!isLeaving) return;
    const volumes = lastCopiesOn(cluster, object);
    if (volumes.length > 0) throw invalid(`Cannot remove disk ${object.metadata.name} because it hosts the only healthy replica for the following volumes: ${volumes.join(', ')}`);
  }
};
