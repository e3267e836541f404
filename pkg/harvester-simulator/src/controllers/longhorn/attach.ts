import { isRebuildingReplica } from './instances';
import { setFailed } from './robustness';
import type { Engine, EngineFrontend, Replica } from './types';
import type { VolumeSet } from './volume-set';

function canLaunch(set: VolumeSet, replica: Replica): boolean {
  const { nodeID, dataEngine } = replica.spec;
  if (set.ctx.isNodeDown(nodeID)) return false;
  const state = set.ctx.instanceManager(nodeID, dataEngine)?.status?.currentState;
  return state === 'running' || state === 'starting';
}

function isNeverStarted(replica: Replica): boolean {
  return replica.spec.healthyAt === '' && replica.spec.lastHealthyAt === '' && replica.status.currentState === 'stopped';
}

/** Starts the replicas that may start and fails those that cannot. */
function openReplicas(set: VolumeSet): void {
  const { ctx } = set;
  const isAttached = set.volume.object.status.state === 'attached';
  for (const replica of set.present) {
    if (replica.spec.nodeID === '' || !replica.spec.active) continue;
    if (canLaunch(set, replica)) {
      if (replica.spec.failedAt === '' && replica.status.currentState === 'stopped') replica.spec.desireState = 'running';
      continue;
    }
    const isHopeless = !isAttached || ctx.node(replica.spec.nodeID) === undefined || (isNeverStarted(replica) && ctx.isNodeDown(replica.spec.nodeID));
    if (!isHopeless) continue;
    if (replica.spec.failedAt === '') setFailed(replica, ctx.iso);
    replica.spec.desireState = 'stopped';
  }
}

/** Addresses for the engine; null while a copy that must be there has not started. */
function addressesFor(set: VolumeSet, engine: Engine): Record<string, string> | null {
  const isAttached = set.volume.object.status.state === 'attached';
  const addresses: Record<string, string> = {};
  for (const replica of set.present) {
    const { spec, status } = replica;
    const name = replica.metadata.name;
    if (spec.nodeID === '' || spec.failedAt !== '' || status.currentState === 'error' || !isOf(engine, replica)) continue;
    if (status.currentState !== 'running') {
      if (isAttached && (isRebuildingReplica(replica) || isNeverStarted(replica) || spec.healthyAt === '')) continue;
      return null;
    }
    if (engine.spec.replicaAddressMap[name] === undefined && set.isMigrating && engine.spec.active && isAttached) continue;
    addresses[name] = `${status.storageIP}:${String(status.port)}`;
  }
  return addresses;
}

function isOf(engine: Engine, replica: Replica): boolean {
  return replica.spec.engineName === engine.metadata.name || replica.spec.migrationEngineName === engine.metadata.name;
}

/** Points a frontend at its engine and lets it start. */
export function openFrontend(frontend: EngineFrontend, engine: Engine, node: string, isDisabled: boolean): void {
  if (engine.status.currentState !== 'running' || engine.status.storageIP === '') return;
  Object.assign(frontend.spec, { nodeID: node, disableFrontend: isDisabled, targetIP: engine.status.storageIP, targetPort: engine.status.port, engineName: engine.metadata.name, desireState: 'running' });
}

/** Where the engine starts: its own node if it has one that can run it, else where the volume is used. */
function homeOf(set: VolumeSet): string {
  const { nodeID, engineNodeID = '' } = set.volume.object.spec;
  const canRun = engineNodeID !== '' && !set.ctx.isNodeDown(engineNodeID) && set.ctx.instanceManager(engineNodeID, 'v2')?.status?.currentState === 'running';
  return set.usesFrontend && canRun ? engineNodeID : nodeID;
}

/** Replicas, then the engine, then its frontend (`openVolumeDependentResources`). */
export function openVolume(set: VolumeSet): void {
  const { engine } = set;
  const { spec, status } = set.volume.object;
  if (engine === undefined) return;
  openReplicas(set);
  const addresses = addressesFor(set, engine);
  if (addresses === null || Object.keys(addresses).length === 0) return;
  // An engine that died keeps its wish to run until the volume has been closed.
  if (engine.status.currentState === 'error' || engine.status.currentState === 'unknown') return;
  Object.assign(engine.spec, { nodeID: engine.spec.nodeID === '' ? homeOf(set) : engine.spec.nodeID, replicaAddressMap: addresses, desireState: 'running', disableFrontend: status.frontendDisabled, frontend: spec.frontend });
  if (set.usesFrontend && set.frontend !== undefined && !set.isSwitching) openFrontend(set.frontend, engine, spec.nodeID, status.frontendDisabled);
}

export function isVolumeOpen(set: VolumeSet): boolean {
  const { engine } = set;
  if (engine?.status.currentState !== 'running' || engine.spec.desireState !== 'running') return false;
  if (!set.present.some((replica) => replica.status.currentState === 'running' && engine.spec.replicaAddressMap[replica.metadata.name] !== undefined)) return false;
  if (!set.usesFrontend) return true;
  const { frontend } = set;
  return frontend?.status.currentState === 'running' && (frontend.status.endpoint !== '' || set.volume.object.status.frontendDisabled);
}

/** Frontend, then engine, then replicas; a half-built copy is given up (`closeVolumeDependentResources`). */
export function closeVolume(set: VolumeSet): void {
  const { ctx, engine } = set;
  const { status } = set.volume.object;
  if (status.robustness !== 'faulted') status.robustness = 'unknown';
  for (const draft of set.frontends) draft.object.spec.desireState = 'stopped';
  if (set.frontends.some((frontend) => frontend.object.status.currentState !== 'stopped')) return;
  const modes = engine?.status.replicaModeMap ?? {};
  const isRunning = engine?.status.currentState === 'running';
  for (const draft of set.engines) Object.assign(draft.object.spec, { desireState: 'stopped', nodeID: '' });
  for (const replica of set.present) {
    const { spec } = replica;
    const isHalfBuilt = spec.failedAt === '' && spec.healthyAt === '' && isRunning && Object.keys(modes).length > 0 && modes[replica.metadata.name] !== 'RW' && spec.nodeID !== '' && replica.status.currentState !== 'stopped';
    if (isHalfBuilt) setFailed(replica, ctx.iso);
  }
  // An engine on a lost node can take minutes to stop; what fails meanwhile is no longer its replica.
  const failed = new Set(set.present.filter((replica) => replica.spec.failedAt !== '').map((replica) => replica.metadata.name));
  for (const { object } of set.engines) object.spec.replicaAddressMap = Object.fromEntries(Object.entries(object.spec.replicaAddressMap).filter(([name]) => !failed.has(name)));
  if (set.engines.some((draft) => draft.object.status.currentState !== 'stopped')) return;
  for (const draft of set.engines) draft.object.spec.replicaAddressMap = {};
  for (const draft of set.replicas) draft.object.spec.desireState = 'stopped';
}

export function isVolumeClosed(set: VolumeSet): boolean {
  return [...set.frontends, ...set.engines, ...set.replicas].every((draft) => draft.isRemoved || draft.object.status.currentState === 'stopped');
}
