import type { Cluster, KubeObject } from '../../../contract';
import { specOf, statusOf } from '../support/conditions';
import { keyOf, LONGHORN_NAMESPACE, TYPE } from '../support/types';

const FRONTEND = 'longhorn.io.enginefrontend';

function partsOf(cluster: Cluster, typeId: string, volume: string): KubeObject[] {
  return cluster.store.list(typeId, { namespace: LONGHORN_NAMESPACE, labels: { longhornvolume: volume } });
}

function key(name: string): string {
  return keyOf(LONGHORN_NAMESPACE, name);
}

/** Asks Longhorn for a larger volume: the volume first, its replicas and engines after it. */
export function requestSize(cluster: Cluster, volume: string, bytes: number): void {
  const size = String(bytes);
  cluster.store.edit(TYPE.longhornVolume, key(volume), (draft) => {
    specOf(draft).size = size;
  });
  cluster.store.edit(TYPE.longhornVolume, key(volume), (draft) => {
    statusOf(draft).expansionRequired = true;
  });
  for (const typeId of [TYPE.longhornReplica, TYPE.longhornEngine]) {
    for (const { metadata } of partsOf(cluster, typeId, volume)) {
      cluster.store.edit(typeId, key(metadata.name), (draft) => {
        specOf(draft).volumeSize = size;
      });
    }
  }
  if (!cluster.profile.hasEngineFrontend) return;
  for (const { metadata } of partsOf(cluster, FRONTEND, volume)) {
    cluster.store.edit(FRONTEND, key(metadata.name), (draft) => {
      specOf(draft).size = size;
    });
  }
}

/** Whether the running engine reports the size; without an engine object there is nothing to wait for. */
export function hasGrown(cluster: Cluster, volume: string, bytes: number): boolean {
  const engine = partsOf(cluster, TYPE.longhornEngine, volume).find(({ spec }) => spec?.active === true);
  return engine === undefined || Number(engine.status?.currentSize ?? 0) >= bytes;
}

/** The engine's next report: its running process has taken the size of its spec. */
export function reportSize(cluster: Cluster, volume: string): void {
  for (const { metadata, spec, status } of partsOf(cluster, TYPE.longhornEngine, volume)) {
    if (status?.currentState !== 'running') continue;
    cluster.store.edit(TYPE.longhornEngine, key(metadata.name), (draft) => {
      statusOf(draft).currentSize = spec?.volumeSize;
    });
  }
}

/** The volume is as large as was asked, its device too. */
export function finishGrowth(cluster: Cluster, volume: string): void {
  cluster.store.edit(TYPE.longhornVolume, key(volume), (draft) => {
    statusOf(draft).expansionRequired = false;
  });
  for (const { metadata, spec, status } of cluster.profile.hasEngineFrontend ? partsOf(cluster, FRONTEND, volume) : []) {
    if (status?.currentState !== 'running') continue;
    cluster.store.edit(FRONTEND, key(metadata.name), (draft) => {
      statusOf(draft).currentSize = spec?.size;
    });
  }
}

/** Longhorn's own ticket, with which a stopped volume is attached to be grown, and let go afterwards. */
export function holdForGrowth(cluster: Cluster, volume: KubeObject, isHeld: boolean): void {
  const name = volume.metadata.name;
  const id = `volume-expansion-controller-${name}`;
  cluster.store.edit(TYPE.longhornAttachment, key(name), (draft) => {
    const tickets = { ...(specOf(draft).attachmentTickets as Record<string, unknown> | undefined) };
    if (isHeld) tickets[id] ??= { id, type: 'volume-expansion-controller', nodeID: String(volume.status?.ownerID ?? ''), parameters: { disableFrontend: 'true', lastAttachedBy: '' }, generation: 0 };
    else delete tickets[id];
    specOf(draft).attachmentTickets = tickets;
  });
}
