import type { Cluster, Fields, KubeObject } from '../../../contract';
import { defineController } from '../support/controller';
import { HARVESTER, LONGHORN_DRIVER, TYPE } from '../support/types';
import { dataEngineOf } from '../storage/longhorn-volume';
import { parametersOf } from '../storage/claims';

export type CloneStrategy = 'copy' | 'snapshot' | 'csi-clone';

export interface ClaimProperties {
  accessModes: string[];
  volumeMode: string;
}

/** CDI's capability table for Longhorn (storagecapabilities.go); the first entry is the one CDI uses. */
function capabilities(parameters: Record<string, string>): ClaimProperties[] {
  if (parameters.migratable === 'true') {
    return [
      { accessModes: ['ReadWriteMany'], volumeMode: 'Block' },
      { accessModes: ['ReadWriteOnce'], volumeMode: 'Block' }
    ];
  }
  if (parameters.nfsOptions !== undefined) return [{ accessModes: ['ReadWriteMany'], volumeMode: 'Filesystem' }];
  if (parameters.fsType !== undefined) return [{ accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }];
  return [{ accessModes: ['ReadWriteOnce'], volumeMode: 'Block' }];
}

function annotatedProperties(text: string | undefined): ClaimProperties[] | undefined {
  if (text === undefined) return undefined;
  try {
    const byMode = JSON.parse(text) as Record<string, string[]>;
    return Object.entries(byMode).map(([volumeMode, accessModes]) => ({ accessModes: [...accessModes], volumeMode }));
  } catch {
    return undefined;
  }
}

/** What Harvester writes into the profile's spec: from the class's annotations, in 1.5 for every v2 class. */
function profileSpec(cluster: Cluster, storageClass: KubeObject): Fields {
  const annotations = storageClass.metadata.annotations ?? {};
  const parameters = parametersOf(storageClass);
  const isV2 = storageClass.provisioner === LONGHORN_DRIVER && dataEngineOf(parameters) === 'v2';
  if (cluster.profile.harvester === '1.5') return isV2 ? { cloneStrategy: 'copy', snapshotClass: 'longhorn-snapshot' } : {};
  if (parameters.dataEngine === 'v1') return {};
  const spec: Fields = {};
  const properties = annotatedProperties(annotations[HARVESTER.volumeModeAccessModes]);
  if (properties !== undefined) spec.claimPropertySets = properties;
  if (annotations[HARVESTER.cloneStrategy] !== undefined) spec.cloneStrategy = annotations[HARVESTER.cloneStrategy];
  if (annotations[HARVESTER.snapshotClass] !== undefined) spec.snapshotClass = annotations[HARVESTER.snapshotClass];
  return spec;
}

function profileStatus(storageClass: KubeObject, spec: Fields): Fields {
  const isLonghorn = storageClass.provisioner === LONGHORN_DRIVER;
  return {
    storageClass: storageClass.metadata.name,
    provisioner: storageClass.provisioner,
    claimPropertySets: spec.claimPropertySets ?? (isLonghorn ? capabilities(parametersOf(storageClass)) : []),
    ...(spec.cloneStrategy === undefined ? (isLonghorn ? { cloneStrategy: 'snapshot' } : {}) : { cloneStrategy: spec.cloneStrategy }),
    ...(spec.snapshotClass === undefined ? {} : { snapshotClass: spec.snapshotClass }),
    dataImportCronSourceFormat: 'pvc'
  };
}

/** One StorageProfile per StorageClass; Harvester's annotations end up in its spec, CDI's answer in its status. */
export const storageProfileController = defineController({
  name: 'storage-profile-controller',
  watches: [{ typeId: TYPE.storageClass }, { typeId: TYPE.storageProfile }],
  create: (cluster) => (name) => {
    const storageClass = cluster.store.get(TYPE.storageClass, name);
    if (storageClass === undefined || storageClass.metadata.deletionTimestamp !== undefined) {
      cluster.store.remove(TYPE.storageProfile, name);
      return undefined;
    }
    const spec = profileSpec(cluster, storageClass);
    const existing = cluster.store.get(TYPE.storageProfile, name);
    if (existing === undefined) {
      cluster.store.create(TYPE.storageProfile, {
        apiVersion: 'cdi.kubevirt.io/v1beta1',
        kind: 'StorageProfile',
        metadata: { name, labels: { app: 'containerized-data-importer', 'app.kubernetes.io/component': 'storage', 'app.kubernetes.io/managed-by': 'cdi-controller', 'cdi.kubevirt.io': '' } },
        spec: {},
        status: profileStatus(storageClass, {})
      });
      return undefined;
    }
    cluster.store.edit(TYPE.storageProfile, name, (draft) => {
      draft.spec = { ...draft.spec };
      for (const field of ['cloneStrategy', 'snapshotClass', 'claimPropertySets']) delete draft.spec[field];
      Object.assign(draft.spec, spec);
    });
    cluster.store.edit(TYPE.storageProfile, name, (draft) => {
      draft.status = profileStatus(storageClass, draft.spec ?? {});
    });
  }
});

/** How CDI makes a claim of this class; undefined when the class has no profile (yet) or the profile knows no mode. */
export function claimPropertiesOf(cluster: Cluster, storageClassName: string): ClaimProperties | undefined {
  const sets = cluster.store.get(TYPE.storageProfile, storageClassName)?.status?.claimPropertySets as ClaimProperties[] | undefined;
  return sets?.[0];
}

export function cloneStrategyOf(cluster: Cluster, storageClassName: string): CloneStrategy {
  const strategy: unknown = cluster.store.get(TYPE.storageProfile, storageClassName)?.status?.cloneStrategy;
  return strategy === 'copy' || strategy === 'csi-clone' || strategy === 'snapshot' ? strategy : 'snapshot';
}
