import type { Cluster, KubeObject } from '../../../contract';
import { defineController } from '../support/controller';
import { removePod } from '../support/pods';
import { CDI, TYPE } from '../support/types';
import { CloneFlow } from './clone-flow';
import { ImportFlow } from './import-flow';
import { IDLE, showPhase } from './phase';

/** Ends the pods that fill a temporary claim. */
function endWorkers(cluster: Cluster, claim: KubeObject): void {
  for (const pod of cluster.store.list(TYPE.pod)) {
    if (pod.metadata.ownerReferences?.some(({ uid }) => uid === claim.metadata.uid) === true) removePod(cluster, pod.metadata.namespace ?? 'default', pod.metadata.name);
  }
}

/** CDI's data volume controllers: one flow for what is filled from outside, one for clones. */
export const dataVolumeController = defineController({
  name: 'datavolume-controller',
  watches: [{ typeId: TYPE.dataVolume }],
  create: (cluster, { enqueue, observe }) => {
    const imports = new ImportFlow(cluster, (key) => enqueue(key));
    const clones = new CloneFlow(cluster);
    observe(({ type, typeId, object }) => {
      if (type === 'change' && typeId === TYPE.pvc && object.metadata.deletionTimestamp !== undefined && object.metadata.annotations?.[CDI.populatorKind] !== undefined) {
        // The claim is held by its own workers: CDI ends them, or neither would ever go.
        cluster.clock.after(0, () => endWorkers(cluster, object));
      }
      if (type !== 'remove' || typeId !== TYPE.dataVolume) return undefined;
      imports.forget(object);
      clones.forget(object);
    });
    return (key) => {
      const dataVolume = cluster.store.get(TYPE.dataVolume, key);
      if (dataVolume === undefined || dataVolume.metadata.deletionTimestamp !== undefined) return undefined;
      if (dataVolume.status?.phase === 'Succeeded') return undefined;
      const source = dataVolume.spec?.source ?? {};
      if (source.pvc !== undefined) return clones.reconcile(dataVolume);
      if (source.http !== undefined || source.upload !== undefined || source.blank !== undefined) return imports.reconcile(dataVolume);
      showPhase(cluster, dataVolume, { phase: 'Pending', progress: 'N/A', running: { ...IDLE, reason: 'SourceNotSupported', message: 'the source of this DataVolume is not simulated' } });
      return undefined;
    };
  }
});
