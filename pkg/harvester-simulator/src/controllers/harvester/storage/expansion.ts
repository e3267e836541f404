import type { Cluster, KubeObject } from '../../../contract';
import { expansionProblem } from '../../longhorn/expansion';
import type { Volume } from '../../longhorn/types';
import { findCondition, removeCondition, setCondition, specOf, statusOf } from '../support/conditions';
import { defineController } from '../support/controller';
import { formatBytes, requestedBytes } from '../support/quantity';
import { TYPE } from '../support/types';
import { capacityOf, claimEvent, isBound, longhornVolumeOf } from './claims';
import { dataEngineOf, roundVolumeSize } from './longhorn-volume';
import { finishGrowth, hasGrown, holdForGrowth, reportSize, requestSize } from './volume-growth';

const POLL = 1000;
const RETRY = 15_000;
const COMPONENT = 'external-resizer driver.longhorn.io';

/** Why Longhorn cannot grow this volume now; undefined when it can. */
function obstacle(cluster: Cluster, volume: KubeObject, bytes: number): string | undefined {
  const engine = dataEngineOf({ dataEngine: String(volume.spec?.dataEngine ?? 'v1') });
  if (engine === 'v2' && cluster.profile.longhornMinor < 10) return 'expansion is not supported for data engine v2';
  if (volume.status?.robustness === 'degraded' || volume.status?.robustness === 'faulted') return `volume ${volume.metadata.name} is ${String(volume.status.robustness)}, it has to be healthy for an expansion`;
  const full = expansionProblem(cluster, volume as Volume, bytes);
  return full === '' ? undefined : full;
}

/** Takes the volume one step towards the size; true when it is there. */
function grow(cluster: Cluster, volume: KubeObject, bytes: number): boolean {
  const name = volume.metadata.name;
  if (volume.status?.state !== 'attached') {
    holdForGrowth(cluster, volume, true);
    return false;
  }
  if (Number(volume.spec?.size) < bytes) {
    if (volume.status.robustness === 'healthy') requestSize(cluster, name, bytes);
    return false;
  }
  if (!hasGrown(cluster, name, bytes)) {
    reportSize(cluster, name);
    return false;
  }
  finishGrowth(cluster, name);
  holdForGrowth(cluster, volume, false);
  return true;
}

function writeCapacity(cluster: Cluster, claim: KubeObject, key: string, bytes: number): void {
  const storage = formatBytes(bytes);
  cluster.store.edit(TYPE.pv, String(claim.spec?.volumeName), (draft) => {
    specOf(draft).capacity = { storage };
  });
  cluster.store.edit(TYPE.pvc, key, (draft) => {
    statusOf(draft).capacity = { storage };
    removeCondition(draft, 'Resizing');
  });
  claimEvent(cluster, claim, 'Normal', 'FileSystemResizeSuccessful', `MountVolume.NodeExpandVolume succeeded for volume "${String(claim.spec?.volumeName)}"`, 'kubelet');
}

/** The CSI resizer: a bound claim that asks for more gets a larger Longhorn volume, PV and capacity, in that order. */
export const expansionController = defineController({
  name: 'csi-resizer',
  watches: [{ typeId: TYPE.pvc }],
  create: (cluster) => (key) => {
    const claim = cluster.store.get(TYPE.pvc, key);
    if (claim === undefined || !isBound(claim) || claim.metadata.deletionTimestamp !== undefined) return undefined;
    const wanted = roundVolumeSize(requestedBytes(claim.spec));
    const volume = longhornVolumeOf(cluster, claim);
    if (wanted <= roundVolumeSize(capacityOf(claim))) {
      if (findCondition(claim, 'Resizing') === undefined) return undefined;
      cluster.store.edit(TYPE.pvc, key, (draft) => removeCondition(draft, 'Resizing'));
      if (volume !== undefined) holdForGrowth(cluster, volume, false);
      return undefined;
    }
    if (volume === undefined) return POLL;
    if (findCondition(claim, 'Resizing') === undefined) {
      cluster.store.edit(TYPE.pvc, key, (draft) => setCondition(draft, cluster.clock.iso(), 'lastProbeTime', { type: 'Resizing', status: 'True' }));
      claimEvent(cluster, claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volume.metadata.name}`, COMPONENT);
    }
    const refusal = obstacle(cluster, volume, wanted);
    if (refusal !== undefined) {
      claimEvent(cluster, claim, 'Warning', 'VolumeResizeFailed', `resize volume "${volume.metadata.name}" by resizer "driver.longhorn.io" failed: rpc error: code = FailedPrecondition desc = ${refusal}`, COMPONENT);
      return RETRY;
    }
    if (!grow(cluster, volume, wanted)) return POLL;
    writeCapacity(cluster, claim, key, wanted);
    return undefined;
  }
});
