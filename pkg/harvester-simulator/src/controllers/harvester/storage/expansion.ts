import type { Cluster, KubeObject } from '../../../contract';
import { findCondition, removeCondition, setCondition, specOf, statusOf } from '../support/conditions';
import { defineController } from '../support/controller';
import { formatBytes, requestedBytes } from '../support/quantity';
import { keyOf, LONGHORN_NAMESPACE, TYPE } from '../support/types';
import { capacityOf, claimEvent, isBound, longhornVolumeOf } from '../storage/claims';
import { dataEngineOf, roundVolumeSize } from './longhorn-volume';

const POLL = 1000;
const COMPONENT = 'external-resizer driver.longhorn.io';
const RESIZE = 2000;

/** Why Longhorn cannot grow this volume now; undefined when it can. */
function obstacle(cluster: Cluster, volume: KubeObject): string | undefined {
  const engine = dataEngineOf({ dataEngine: String(volume.spec?.dataEngine ?? 'v1') });
  if (engine === 'v2' && cluster.profile.longhornMinor < 10) return 'expansion is not supported for data engine v2';
  if (volume.status?.robustness === 'degraded' || volume.status?.robustness === 'faulted') return `volume ${volume.metadata.name} is ${volume.status.robustness}, it has to be healthy for an expansion`;
  return undefined;
}

/** Whether the engine has taken the new size: what it reports, or for a detached volume its spec. */
function hasSize(cluster: Cluster, volume: KubeObject, bytes: number): boolean {
  if (volume.status?.expansionRequired === true) return false;
  const engine = cluster.store
    .list(TYPE.longhornEngine, { namespace: LONGHORN_NAMESPACE, labels: { longhornvolume: volume.metadata.name } })
    .find((object) => object.spec?.active === true);
  const current: unknown = engine?.status?.currentSize;
  const isAttached = volume.status?.state === 'attached';
  return !isAttached || current === undefined || current === '' || current === '0' || Number(current) >= bytes;
}

/** The CSI resizer: a bound claim that asks for more gets a larger Longhorn volume, PV and capacity, in that order. */
export const expansionController = defineController({
  name: 'csi-resizer',
  watches: [{ typeId: TYPE.pvc }],
  create: (cluster) => {
    const startedAt = new Map<string, number>();
    return (key) => {
      const claim = cluster.store.get(TYPE.pvc, key);
      if (claim === undefined || !isBound(claim) || claim.metadata.deletionTimestamp !== undefined) return undefined;
      const wanted = roundVolumeSize(requestedBytes(claim.spec));
      if (wanted <= capacityOf(claim)) {
        startedAt.delete(key);
        if (findCondition(claim, 'Resizing') !== undefined) cluster.store.edit(TYPE.pvc, key, (draft) => removeCondition(draft, 'Resizing'));
        return undefined;
      }
      const volume = longhornVolumeOf(cluster, claim);
      if (volume === undefined) return POLL;
      if (!startedAt.has(key)) {
        startedAt.set(key, cluster.clock.now());
        cluster.store.edit(TYPE.pvc, key, (draft) => setCondition(draft, cluster.clock.iso(), 'lastProbeTime', { type: 'Resizing', status: 'True' }));
        claimEvent(cluster, claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volume.metadata.name}`, COMPONENT);
      }
      const refusal = obstacle(cluster, volume);
      if (refusal !== undefined) {
        claimEvent(cluster, claim, 'Warning', 'VolumeResizeFailed', `resize volume "${volume.metadata.name}" by resizer "driver.longhorn.io" failed: rpc error: code = FailedPrecondition desc = ${refusal}`, COMPONENT);
        return POLL * 15;
      }
      if (Number(volume.spec?.size) < wanted) {
        cluster.store.edit(TYPE.longhornVolume, keyOf(LONGHORN_NAMESPACE, volume.metadata.name), (draft) => {
          specOf(draft).size = String(wanted);
        });
        return POLL;
      }
      if (cluster.clock.now() - (startedAt.get(key) ?? 0) < RESIZE || !hasSize(cluster, volume, wanted)) return POLL;
      const storage = formatBytes(wanted);
      cluster.store.edit(TYPE.pv, String(claim.spec?.volumeName), (draft) => {
        specOf(draft).capacity = { storage };
      });
      cluster.store.edit(TYPE.pvc, key, (draft) => {
        statusOf(draft).capacity = { storage };
        removeCondition(draft, 'Resizing');
      });
      claimEvent(cluster, claim, 'Normal', 'FileSystemResizeSuccessful', `MountVolume.NodeExpandVolume succeeded for volume "${volume.metadata.name}"`, 'kubelet');
      return undefined;
    };
  }
});
