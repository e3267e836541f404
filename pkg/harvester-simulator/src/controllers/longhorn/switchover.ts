import { addressesOf, releaseExtras, takeOver } from './migration';
import type { Engine } from './types';
import type { VolumeSet } from './volume-set';

/** Where the engine is to run: on a node of its own, or where the volume is attached. */
function wantedNode(set: VolumeSet): string {
  const { nodeID, engineNodeID = '' } = set.volume.object.spec;
  return engineNodeID === '' ? nodeID : engineNodeID;
}

function canRun(set: VolumeSet, node: string): boolean {
  return !set.ctx.isNodeDown(node) && set.ctx.instanceManager(node, 'v2')?.status?.currentState === 'running';
}

function isRebuilding(engine: Engine): boolean {
  const modes = engine.status.replicaModeMap ?? {};
  return Object.keys(engine.spec.replicaAddressMap).some((replica) => modes[replica] !== 'RW');
}

function mayBegin(set: VolumeSet): boolean {
  const { spec, status } = set.volume.object;
  const { engine, frontend } = set;
  if (status.state !== 'attached' || spec.nodeID !== status.currentNodeID || set.isMigrating) return false;
  if (engine?.status.currentState !== 'running' || frontend?.status.currentState !== 'running') return false;
  const node = wantedNode(set);
  return spec.frontend === 'blockdev' && engine.spec.nodeID !== node && !isRebuilding(engine) && canRun(set, node);
}

function turnBack(set: VolumeSet): void {
  set.volume.object.status.switchoverState = 'reverting';
  set.ctx.event(set.volume.object, 'Warning', 'FailedSwitchover', `Failed to switch the engine of volume ${set.name} over to node ${wantedNode(set)}`);
}

/** The new engine, beside the one that serves; both use the same replicas. */
function prepare(set: VolumeSet): void {
  const target = set.migrationEngine ?? set.addEngine(false);
  const node = wantedNode(set);
  if (target.status.currentState === 'error' || target.status.currentState === 'unknown' || !canRun(set, node)) {
    turnBack(set);
    return;
  }
  const replicas = set.present.filter((replica) => replica.spec.failedAt === '' && set.engine?.status.replicaModeMap?.[replica.metadata.name] === 'RW');
  for (const replica of replicas) replica.spec.migrationEngineName = target.metadata.name;
  Object.assign(target.spec, { nodeID: node, replicaAddressMap: addressesOf(replicas), desireState: 'running' });
  if (target.status.currentState === 'running' && target.status.storageIP !== '') set.volume.object.status.switchoverState = 'switching-over';
}

function point(set: VolumeSet, engine: Engine): boolean {
  const { frontend } = set;
  if (frontend === undefined) return false;
  Object.assign(frontend.spec, { targetIP: engine.status.storageIP, targetPort: engine.status.port, engineName: engine.metadata.name });
  return frontend.status.currentState === 'running' && frontend.status.targetIP === engine.status.storageIP && frontend.status.targetPort === engine.status.port;
}

function switchOver(set: VolumeSet): void {
  const target = set.migrationEngine;
  if (target?.status.currentState !== 'running') turnBack(set);
  else if (point(set, target)) set.volume.object.status.switchoverState = 'finalizing';
}

function goBack(set: VolumeSet): void {
  const { engine } = set;
  if (engine?.status.currentState === 'running' && !point(set, engine)) return;
  releaseExtras(set);
  set.volume.object.status.switchoverState = '';
}

/** Moves the engine of an attached v2 volume to another node while its frontend stays (`processEngineSwitchover`, from 1.12 on). */
export function reconcileSwitchover(set: VolumeSet): void {
  const { status } = set.volume.object;
  if (!set.usesFrontend) return;
  const phase = status.switchoverState ?? '';
  if (phase === '') {
    if (mayBegin(set)) status.switchoverState = 'preparing';
    else return;
  } else if (status.state !== 'attached' || set.volume.object.spec.nodeID !== status.currentNodeID || set.engine?.status.currentState !== 'running') {
    // Closing the volume ends it.
    releaseExtras(set);
    status.switchoverState = '';
  } else if (phase === 'preparing') prepare(set);
  else if (phase === 'switching-over') switchOver(set);
  else if (phase === 'reverting') goBack(set);
  else {
    const target = set.migrationEngine;
    if (target !== undefined) takeOver(set, target);
    status.currentEngineNodeID = set.engine?.spec.nodeID ?? '';
    status.switchoverState = '';
  }
  if (status.switchoverState !== phase) set.ctx.queue.add(`volume/${set.name}`);
}
