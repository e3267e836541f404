import { openFrontend } from './attach';
import type { Engine, Replica } from './types';
import type { VolumeSet } from './volume-set';

/** Gives up what stands beside the active engine. */
export function releaseExtras(set: VolumeSet): void {
  for (const engine of set.engines) if (!engine.object.spec.active) set.removeEngine(engine.name);
  for (const frontend of set.frontends) if (!frontend.object.spec.active) set.removeFrontend(frontend.name);
  for (const replica of set.present) {
    if (!replica.spec.active) set.removeReplica(replica.metadata.name);
    else replica.spec.migrationEngineName = '';
  }
}

/** One engine becomes the volume's only one. */
export function takeOver(set: VolumeSet, target: Engine): void {
  for (const engine of set.engines) if (engine.name !== target.metadata.name) set.removeEngine(engine.name);
  target.spec.active = true;
  for (const replica of set.present) {
    replica.spec.engineName = target.metadata.name;
    replica.spec.migrationEngineName = '';
  }
}

/** The second ticket's node took over: its engine becomes the volume's. */
function confirm(set: VolumeSet, target: Engine): void {
  const { spec, status } = set.volume.object;
  const frontend = set.migrationFrontend;
  if (frontend !== undefined) {
    for (const other of set.frontends) if (other.name !== frontend.metadata.name) set.removeFrontend(other.name);
    frontend.spec.active = true;
  }
  const copies = set.present.filter((replica) => !replica.spec.active);
  if (copies.length > 0) {
    for (const replica of set.present) if (replica.spec.active) set.removeReplica(replica.metadata.name);
    for (const copy of copies) copy.spec.active = true;
  }
  takeOver(set, target);
  status.currentNodeID = spec.nodeID;
  if (status.currentEngineNodeID !== undefined && set.isV2) status.currentEngineNodeID = target.spec.nodeID;
  status.currentMigrationNodeID = '';
}

function revert(set: VolumeSet): void {
  releaseExtras(set);
  set.volume.object.status.currentMigrationNodeID = '';
}

function fail(set: VolumeSet): void {
  set.ctx.event(set.volume.object, 'Warning', 'MigrationFailed', 'Volume migration failed unexpectedly; detach volume from extra node to resume');
  revert(set);
}

/** v1: a second set of replica processes over the same data; v2: the same replicas serve both engines. */
function replicasFor(set: VolumeSet, target: Engine): Replica[] {
  const healthy = set.present.filter((replica) => replica.spec.active && replica.spec.failedAt === '' && set.engine?.status.replicaModeMap?.[replica.metadata.name] === 'RW');
  if (set.isV2) {
    for (const replica of healthy) replica.spec.migrationEngineName = target.metadata.name;
    return healthy;
  }
  const copies = set.present.filter((replica) => !replica.spec.active && replica.spec.engineName === target.metadata.name);
  for (const replica of healthy) {
    if (copies.some((copy) => copy.spec.dataDirectoryName === replica.spec.dataDirectoryName && copy.spec.nodeID === replica.spec.nodeID)) continue;
    const { nodeID, diskID, diskPath, dataDirectoryName, healthyAt, lastHealthyAt } = replica.spec;
    copies.push(set.addReplica(target.metadata.name, { nodeID, diskID, diskPath, dataDirectoryName, healthyAt, lastHealthyAt, active: false, desireState: 'running' }));
  }
  return copies;
}

export function addressesOf(replicas: readonly Replica[]): Record<string, string> {
  return Object.fromEntries(replicas.map((replica) => [replica.metadata.name, `${replica.status.storageIP}:${String(replica.status.port)}`]));
}

function prepare(set: VolumeSet, node: string): void {
  const { status } = set.volume.object;
  const { engine } = set;
  if (engine === undefined) return;
  const isRebuilding = Object.values(engine.status.replicaModeMap ?? {}).includes('WO') || Object.keys(engine.spec.replicaAddressMap).some((replica) => engine.status.replicaModeMap?.[replica] === undefined);
  if (isRebuilding) {
    if (set.migrationEngine !== undefined) revert(set);
    return;
  }
  const target = set.migrationEngine ?? set.addEngine(false);
  if (set.usesFrontend && set.migrationFrontend === undefined) set.addFrontend(target.metadata.name, false);
  if (target.status.currentState === 'error' || target.status.currentState === 'unknown') {
    fail(set);
    return;
  }
  status.currentMigrationNodeID = node;
  const replicas = replicasFor(set, target);
  if (replicas.length === 0 || replicas.some((replica) => replica.status.currentState !== 'running')) return;
  Object.assign(target.spec, { nodeID: node, replicaAddressMap: addressesOf(replicas), desireState: 'running' });
  if (set.migrationFrontend !== undefined) openFrontend(set.migrationFrontend, target, node, false);
}

/** Live migration of a migratable volume (`processMigration`). */
export function reconcileMigration(set: VolumeSet): void {
  const { spec, status } = set.volume.object;
  if (set.isSwitching) return;
  if (spec.nodeID === '' || status.state !== 'attached') {
    if (status.currentMigrationNodeID !== '' && (spec.nodeID === '' || status.state === 'detached')) revert(set);
    return;
  }
  if (spec.migrationNodeID !== '') {
    prepare(set, spec.migrationNodeID);
    return;
  }
  const target = set.migrationEngine;
  if (status.currentMigrationNodeID === '') {
    if (target !== undefined) releaseExtras(set);
    return;
  }
  if (spec.nodeID === status.currentMigrationNodeID && target?.status.currentState === 'running') confirm(set, target);
  else if (spec.nodeID === status.currentMigrationNodeID) fail(set);
  else revert(set);
}
