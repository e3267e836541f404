import type { Fields, KubeObject } from '../../contract';
import type { LonghornContext } from './context';
import { API_VERSION, FINALIZER, LH, NAMESPACE } from './kinds';
import { dataEngineImage, prune } from './shapes';
import type { Engine, EngineFrontend, Replica, Volume } from './types';

function ownedBy(volume: Volume, name: string, kind: string, spec: Fields): Partial<KubeObject> & { metadata: KubeObject['metadata'] } {
  return {
    apiVersion: API_VERSION,
    kind,
    metadata: {
      name,
      namespace: NAMESPACE,
      labels: { longhornnode: '', longhornvolume: volume.metadata.name },
      finalizers: [FINALIZER],
      ownerReferences: [{ apiVersion: API_VERSION, kind: 'Volume', name: volume.metadata.name, uid: volume.metadata.uid ?? '' }]
    },
    spec
  };
}

function instanceSpec(ctx: LonghornContext, volume: Volume): Fields {
  const { dataEngine, size } = volume.spec;
  return {
    dataEngine,
    desireState: 'stopped',
    image: dataEngineImage(ctx.cluster.profile, dataEngine),
    logRequested: false,
    nodeID: '',
    salvageRequested: false,
    volumeName: volume.metadata.name,
    volumeSize: size
  };
}

/** `<vol>-e-<n>` with the next free number. */
function nextName(volume: string, infix: 'e' | 'ef', taken: Iterable<string>): string {
  let next = 0;
  for (const name of taken) next = Math.max(next, Number(name.slice(name.lastIndexOf('-') + 1)) + 1);
  return `${volume}-${infix}-${String(next)}`;
}

export function createEngine(ctx: LonghornContext, volume: Volume, isActive: boolean): Engine {
  const spec: Fields = {
    ...instanceSpec(ctx, volume),
    active: isActive,
    backupVolume: '',
    disableFrontend: false,
    frontend: volume.spec.frontend,
    rebuildConcurrentSyncLimit: 0,
    replicaAddressMap: {},
    requestedBackupRestore: '',
    requestedDataSource: '',
    revisionCounterDisabled: volume.spec.revisionCounterDisabled,
    snapshotMaxCount: volume.spec.snapshotMaxCount,
    snapshotMaxSize: volume.spec.snapshotMaxSize,
    ublkNumberOfQueue: 0,
    ublkQueueDepth: 0,
    unmapMarkSnapChainRemovedEnabled: false,
    upgradedReplicaAddressMap: {}
  };
  if (ctx.minor <= 8) Object.assign(spec, { backendStoreDriver: '', engineImage: '' });
  prune('engine', ctx.minor, { spec });
  const name = nextName(volume.metadata.name, 'e', ctx.index.members(volume.metadata.name).engines);
  return ctx.cluster.store.create(LH.engine, ownedBy(volume, name, 'Engine', spec)) as Engine;
}

export function createFrontend(ctx: LonghornContext, volume: Volume, engine: string, isActive: boolean): EngineFrontend {
  const spec: Fields = {
    ...instanceSpec(ctx, volume),
    active: isActive,
    disableFrontend: false,
    engineName: engine,
    frontend: volume.spec.frontend,
    size: volume.spec.size,
    targetIP: '',
    targetPort: 0,
    ublkNumberOfQueue: 0,
    ublkQueueDepth: 0
  };
  const name = nextName(volume.metadata.name, 'ef', ctx.index.members(volume.metadata.name).frontends);
  return ctx.cluster.store.create(LH.frontend, ownedBy(volume, name, 'EngineFrontend', spec)) as EngineFrontend;
}

/** A Replica CR without a place. `overrides` for migration copies and rebuilds. */
export function newReplica(ctx: LonghornContext, volume: Volume, engine: string, overrides: Fields = {}): Partial<KubeObject> & { metadata: KubeObject['metadata'] } {
  const name = `${volume.metadata.name}-r-${ctx.cluster.random.hex(8)}`;
  const spec: Fields = {
    ...instanceSpec(ctx, volume),
    active: true,
    backingImage: '',
    dataDirectoryName: '',
    diskID: '',
    diskPath: '',
    engineName: engine,
    evictionRequested: false,
    failedAt: '',
    hardNodeAffinity: '',
    healthyAt: '',
    lastFailedAt: '',
    lastHealthyAt: '',
    linkedCloneSrcReplicaName: '',
    migrationEngineName: '',
    rebuildRetryCount: 0,
    revisionCounterDisabled: volume.spec.revisionCounterDisabled,
    snapshotMaxCount: volume.spec.snapshotMaxCount,
    snapshotMaxSize: volume.spec.snapshotMaxSize,
    unmapMarkDiskChainRemovedEnabled: false,
    ...overrides
  };
  if (ctx.minor <= 8) Object.assign(spec, { backendStoreDriver: '', engineImage: '' });
  prune('replica', ctx.minor, { spec });
  const replica = ownedBy(volume, name, 'Replica', spec);
  replica.metadata.labels = { ...replica.metadata.labels, 'longhorn.io/backing-image': '', longhorndiskuuid: String(spec.diskID), longhornnode: String(spec.nodeID) };
  return replica;
}

export function createReplica(ctx: LonghornContext, replica: Partial<KubeObject> & { metadata: KubeObject['metadata'] }): Replica {
  return ctx.cluster.store.create(LH.replica, replica) as Replica;
}
