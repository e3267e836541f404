import { statusOf } from '../support/conditions';
import { defineController } from '../support/controller';
import { formatBytes } from '../support/quantity';
import { keyOf, TYPE } from '../support/types';
import { capacityOf, getClaim, isBound } from './claims';

const TAKE_SNAPSHOT = 2000;
const WAIT = 2000;

/** CSI snapshots of bound claims: ready after a moment, failing in words when the claim is not there. */
export const snapshotController = defineController({
  name: 'csi-snapshotter',
  watches: [{ typeId: TYPE.volumeSnapshot }],
  create: (cluster) => (key) => {
    const snapshot = cluster.store.get(TYPE.volumeSnapshot, key);
    if (snapshot === undefined || snapshot.status?.readyToUse === true) return undefined;
    const claimName: unknown = snapshot.spec?.source?.persistentVolumeClaimName;
    if (typeof claimName !== 'string') return undefined;
    const claim = getClaim(cluster, snapshot.metadata.namespace ?? '', claimName);
    if (claim === undefined || !isBound(claim)) {
      cluster.store.edit(TYPE.volumeSnapshot, key, (draft) => {
        const status = statusOf(draft);
        status.readyToUse = false;
        status.error ??= { time: cluster.clock.iso(), message: `Failed to create snapshot content with error snapshot controller failed to update ${snapshot.metadata.name} on API server: cannot get claim from snapshot` };
      });
      return WAIT;
    }
    if (snapshot.status?.boundVolumeSnapshotContentName === undefined) {
      cluster.store.edit(TYPE.volumeSnapshot, key, (draft) => {
        const status = statusOf(draft);
        delete status.error;
        status.boundVolumeSnapshotContentName = `snapcontent-${draft.metadata.uid ?? keyOf(draft.metadata.namespace, draft.metadata.name)}`;
        status.readyToUse = false;
      });
      return TAKE_SNAPSHOT;
    }
    cluster.store.edit(TYPE.volumeSnapshot, key, (draft) => {
      const status = statusOf(draft);
      status.creationTime = cluster.clock.iso();
      status.readyToUse = true;
      status.restoreSize = formatBytes(capacityOf(claim));
    });
    return undefined;
  }
});
