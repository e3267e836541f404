import type { Cluster, KubeObject } from '../../../contract';
import { readSetting, writeLonghornSetting } from '../../longhorn/settings';
import { setCondition, specOf, statusOf } from '../support/conditions';
import { defineController } from '../support/controller';
import { isWitness } from '../support/nodes';
import { keyOf, LONGHORN_NAMESPACE, TYPE } from '../support/types';

const NODE_CONFIG = 'node.harvesterhci.io.nodeconfig';
const ENABLED = 'longhorn-v2-data-engine-enabled';
const HUGEPAGES = 'longhorn-v2-data-engine-hugepage-enabled';
const MEMORY = 'longhorn-v2-data-engine-memory-size';
/** node-manager writes the pages and restarts RKE2, which then reports them. */
const RESTART = 20_000;
const RETRY = 10_000;

function effective(cluster: Cluster, name: string, fallback: string): string {
  const setting = cluster.store.get(TYPE.setting, name);
  return String(setting?.value || setting?.default || fallback);
}

function megabytes(cluster: Cluster): number {
  return effective(cluster, HUGEPAGES, 'true') === 'true' ? Number(effective(cluster, MEMORY, '2048')) : 0;
}

function storageNodes(cluster: Cluster): KubeObject[] {
  return cluster.store.list(TYPE.node).filter((node) => !isWitness(node));
}

/** What each node is to have: node-manager's NodeConfig. */
function configureNodes(cluster: Cluster, isOn: boolean): void {
  const pages = megabytes(cluster) / 2;
  for (const { metadata: { name } } of storageNodes(cluster)) {
    cluster.store.edit(NODE_CONFIG, keyOf('harvester-system', name), (draft) => {
      specOf(draft).longhornConfig = { enableV2DataEngine: isOn, hugepagesToAllocate: isOn ? pages : 0 };
    });
  }
}

function allocateHugepages(cluster: Cluster): void {
  const size = `${String(megabytes(cluster))}Mi`;
  for (const { metadata: { name } } of storageNodes(cluster)) {
    cluster.store.edit(TYPE.node, name, (draft) => {
      const status = statusOf(draft);
      status.capacity = { ...(status.capacity as object), 'hugepages-2Mi': size };
      status.allocatable = { ...(status.allocatable as object), 'hugepages-2Mi': size };
    });
  }
}

function hasAttachedVolumes(cluster: Cluster): boolean {
  return cluster.store.list(TYPE.longhornVolume).some((volume) => volume.spec?.dataEngine === 'v2' && volume.status?.state !== 'detached');
}

/** Writes a Longhorn setting; it takes effect at once unless attached v2 volumes stand in the way. */
function apply(cluster: Cluster, name: string, value: string): void {
  const isApplied = !hasAttachedVolumes(cluster);
  writeLonghornSetting(cluster, name, value);
  cluster.store.edit(TYPE.longhornSetting, keyOf(LONGHORN_NAMESPACE, name), (draft) => { statusOf(draft).applied = isApplied; });
}

function configured(cluster: Cluster, name: string): void {
  cluster.store.edit(TYPE.setting, name, (draft) => setCondition(draft, cluster.clock.iso(), 'lastUpdateTime', { type: 'configured', status: 'True' }));
}

/** Harvester's settings of the v2 data engine: to NodeConfigs, to the nodes' huge pages, and on to Longhorn's settings. */
export const dataEngineController = defineController({
  name: 'setting-v2-data-engine',
  watches: [
    { typeId: TYPE.setting, keys: ({ object }) => ([ENABLED, HUGEPAGES, MEMORY].includes(object.metadata.name) ? [object.metadata.name] : []) },
    // Detached at last: what was only accepted takes effect.
    { typeId: TYPE.longhornVolume, keys: ({ object }) => (object.status?.state === 'detached' ? ['applied'] : []) }
  ],
  create: (cluster) => {
    let restartedAt: number | undefined;
    const pending = new Set<string>();
    const sync = (name: string, value: string): void => {
      if (cluster.store.get(TYPE.longhornSetting, keyOf(LONGHORN_NAMESPACE, name)) === undefined || readSetting(cluster, name, 'v2') === value) return;
      apply(cluster, name, value);
      pending.add(name);
    };
    const switchEngine = (): number | undefined => {
      const isOn = effective(cluster, ENABLED, 'false') === 'true';
      if (cluster.store.get(TYPE.longhornSetting, keyOf(LONGHORN_NAMESPACE, 'v2-data-engine')) === undefined || (readSetting(cluster, 'v2-data-engine', 'v2') === 'true') === isOn) {
        restartedAt = undefined;
        return undefined;
      }
      configureNodes(cluster, isOn);
      restartedAt ??= cluster.clock.now() + (isOn ? RESTART : 0);
      const left = restartedAt - cluster.clock.now();
      if (left > 0) return left;
      restartedAt = undefined;
      if (isOn) allocateHugepages(cluster);
      sync('v2-data-engine', String(isOn));
      configured(cluster, ENABLED);
      return undefined;
    };
    return (key) => {
      switch (key) {
        case ENABLED:
          return switchEngine();
        case HUGEPAGES:
          sync('data-engine-hugepage-enabled', effective(cluster, HUGEPAGES, 'true'));
          return undefined;
        case MEMORY:
          sync('data-engine-memory-size', effective(cluster, MEMORY, '2048'));
          return undefined;
        default: {
          if (pending.size === 0) return undefined;
          if (hasAttachedVolumes(cluster)) return RETRY;
          for (const name of pending) cluster.store.edit(TYPE.longhornSetting, keyOf(LONGHORN_NAMESPACE, name), (draft) => { statusOf(draft).applied = true; });
          pending.clear();
          return undefined;
        }
      }
    };
  }
});
