import { linkedClonesOf } from '../../../admission/longhorn';
import { statusOf } from '../support/conditions';
import { defineController } from '../support/controller';
import { claimNames, isFinished } from '../support/pods';
import { CDI, keyOf, LONGHORN_NAMESPACE, TYPE } from '../support/types';

const IN_USE_RETRY = 1000;
const CLONE_RETRY = 15_000;

/**
 * What happens when claims go: a claim made for a data volume takes the data volume with it first (CDI would make the
 * claim anew otherwise), one in use by a pod waits, and the volume goes by its reclaim policy.
 */
export const claimReclaimer = defineController({
  name: 'claim-reclaimer',
  watches: [{ typeId: TYPE.pvc }],
  create: (cluster) => (key) => {
    const claim = cluster.store.get(TYPE.pvc, key);
    if (claim?.metadata.deletionTimestamp === undefined) return undefined;
    const { namespace, name, annotations } = claim.metadata;
    const dataVolume = cluster.store.get(TYPE.dataVolume, key);
    if (dataVolume !== undefined && annotations?.[CDI.createdForDataVolume] === dataVolume.metadata.uid) cluster.store.remove(TYPE.dataVolume, key);
    const isUsed = cluster.store.list(TYPE.pod, { namespace }).some((pod) => !isFinished(pod) && claimNames(pod).includes(name));
    if (isUsed) return IN_USE_RETRY;
    cluster.store.edit(TYPE.pvc, key, (draft) => {
      draft.metadata.finalizers = (draft.metadata.finalizers ?? []).filter((finalizer) => finalizer !== 'kubernetes.io/pvc-protection');
    });
    return undefined;
  }
});

/** Releases and deletes PVs whose claim is gone, and the Longhorn volumes behind them. */
export const volumeReclaimer = defineController({
  name: 'persistentvolume-reclaimer',
  watches: [
    { typeId: TYPE.pv },
    { typeId: TYPE.pvc, keys: ({ type, object }) => (type === 'remove' && typeof object.spec?.volumeName === 'string' ? [object.spec.volumeName] : []) },
    { typeId: TYPE.longhornVolume, keys: ({ type, object }) => (type === 'remove' ? [object.metadata.name] : []) }
  ],
  create: (cluster) => (name) => {
    const volume = cluster.store.get(TYPE.pv, name);
    if (volume === undefined) return undefined;
    const reference = volume.spec?.claimRef as { namespace: string; name: string; uid: string } | undefined;
    const claim = reference === undefined ? undefined : cluster.store.get(TYPE.pvc, keyOf(reference.namespace, reference.name));
    const isOrphan = reference !== undefined && claim?.metadata.uid !== reference.uid;
    const isDeleting = volume.metadata.deletionTimestamp !== undefined;
    if (!isOrphan && !isDeleting) return undefined;
    if (isOrphan && volume.status?.phase !== 'Released' && volume.status?.phase !== 'Failed') {
      cluster.store.edit(TYPE.pv, name, (draft) => {
        statusOf(draft).phase = 'Released';
      });
    }
    if (volume.spec?.persistentVolumeReclaimPolicy === 'Delete' && isOrphan) {
      const handle = String(volume.spec?.csi?.volumeHandle ?? name);
      const clones = linkedClonesOf(cluster, handle);
      if (clones.length > 0) {
        // The provisioner hears Longhorn's webhook; the PV stays until the clones are gone.
        cluster.event({ namespace: 'default', involved: { apiVersion: 'v1', kind: 'PersistentVolume', name, uid: volume.metadata.uid }, type: 'Warning', reason: 'VolumeFailedDelete', message: `admission webhook "validator.longhorn.io" denied the request: cannot delete volume ${handle}: it is the source of linked-clone volume(s) ${clones.map(({ metadata }) => metadata.name).join(', ')}`, component: 'driver.longhorn.io_csi-provisioner' });
        cluster.store.edit(TYPE.pv, name, (draft) => { statusOf(draft).phase = 'Failed'; });
        return CLONE_RETRY;
      }
      cluster.store.remove(TYPE.longhornVolume, keyOf(LONGHORN_NAMESPACE, handle));
      // Longhorn takes its time; the PV goes when the volume is gone.
      if (cluster.store.get(TYPE.longhornVolume, keyOf(LONGHORN_NAMESPACE, handle)) !== undefined) return undefined;
    } else if (!isDeleting) {
      return undefined;
    }
    cluster.store.remove(TYPE.pv, name);
    cluster.store.edit(TYPE.pv, name, (draft) => {
      draft.metadata.finalizers = [];
    });
    return undefined;
  }
});

