import { setCondition } from './conditions';
import type { LonghornContext } from './context';
import { Draft } from './draft';
import { API_VERSION, LH, NAMESPACE, key } from './kinds';
import { mebibytes, requiredHugepages } from './nodes';
import { instanceManagerImage, prune } from './shapes';
import { isSettingOn, readSetting } from './settings';
import type { Process } from './processes';
import type { DataEngine, InstanceManager } from './types';

/** From a pod's creation until its processes can start. */
const POD_START = 5_000;
/** How soon a started or ended instance shows in the manager's lists. */
const INSTANCE_REPORT = 2_000;

function isWanted(ctx: LonghornContext, node: string, engine: DataEngine): boolean {
  if (engine === 'v1') return isSettingOn(ctx.cluster, 'v1-data-engine');
  return isSettingOn(ctx.cluster, 'v2-data-engine') && !ctx.isV2DisabledOn(node);
}

function create(ctx: LonghornContext, node: string, engine: DataEngine): void {
  const name = `instance-manager-${ctx.cluster.random.hex(32)}`;
  const image = instanceManagerImage(ctx.cluster.profile);
  const spec = { dataEngine: engine, dataEngineSpec: {}, image, nodeID: node, type: 'aio' };
  ctx.cluster.store.create(LH.instanceManager, {
    apiVersion: API_VERSION,
    kind: 'InstanceManager',
    metadata: {
      name,
      namespace: NAMESPACE,
      labels: {
        'longhorn.io/component': 'instance-manager',
        'longhorn.io/data-engine': engine,
        'longhorn.io/instance-manager-image': `imi-${image.replaceAll(/[^a-z0-9]/gi, '').slice(-8)}`,
        'longhorn.io/instance-manager-type': 'aio',
        'longhorn.io/managed-by': 'longhorn-manager',
        'longhorn.io/node': node
      }
    },
    spec
  });
}

function dataEngineStatus(ctx: LonghornContext, engine: DataEngine): Record<string, unknown> {
  if (engine !== 'v2') return {};
  const mask = ctx.minor >= 10 ? readSetting(ctx.cluster, 'data-engine-cpu-mask', 'v2') : readSetting(ctx.cluster, 'v2-data-engine-cpu-mask', 'v2');
  const v2: Record<string, unknown> = { cpuMask: mask };
  if (ctx.minor >= 10) v2.interruptModeEnabled = readSetting(ctx.cluster, 'data-engine-interrupt-mode-enabled', 'v2');
  if (ctx.minor >= 12) v2.cpuCoreNumber = mask === '0x1' ? 1 : 2;
  return { v2 };
}

function hugepagesOf(ctx: LonghornContext, node: string): number {
  const capacity = ctx.cluster.store.get(LH.kubeNode, node)?.status?.capacity as Record<string, string> | undefined;
  return mebibytes(capacity?.['hugepages-2Mi']);
}

/** The state its pod allows, and when to look again. */
function nextState(ctx: LonghornContext, manager: InstanceManager): InstanceManager['status']['currentState'] {
  const { nodeID: node, dataEngine } = manager.spec;
  const current = manager.status?.currentState;
  if (!ctx.isReachable(node)) {
    ctx.podReadyAt.delete(manager.metadata.name);
    return ctx.isNodeDown(node) ? 'unknown' : current ?? 'unknown';
  }
  if (dataEngine === 'v2' && ctx.cluster.faults.crashedInstanceManagers.has(node)) {
    ctx.podReadyAt.delete(manager.metadata.name);
    return 'error';
  }
  if (ctx.isNodeDown(node)) return 'unknown';
  let readyAt = ctx.podReadyAt.get(manager.metadata.name);
  // A pod that runs keeps what it was given; a new one is not scheduled without its huge pages.
  if (readyAt === undefined && dataEngine === 'v2' && hugepagesOf(ctx, node) < requiredHugepages(ctx)) return 'starting';
  if (readyAt === undefined) {
    readyAt = ctx.now + POD_START;
    ctx.podReadyAt.set(manager.metadata.name, readyAt);
  }
  if (ctx.now >= readyAt) return 'running';
  // Asked for at every look: an earlier look that was already due swallows a later one.
  ctx.queue.addAfter(`instance-manager/${manager.metadata.name}`, readyAt - ctx.now);
  return 'starting';
}

function instanceEntry(ctx: LonghornContext, process: Process): Record<string, unknown> {
  const status: Record<string, unknown> = {
    conditions: {},
    endpoint: '',
    errorMsg: '',
    listen: '',
    portEnd: process.port,
    portStart: process.port,
    resourceVersion: 0,
    state: process.isRunning ? 'running' : 'starting',
    targetPortEnd: 0,
    targetPortStart: 0,
    type: process.kind
  };
  if (ctx.minor >= 9) Object.assign(status, { ublkID: 0, uuid: process.uuid });
  return { spec: { dataEngine: process.dataEngine, name: process.name }, status };
}

/** The instances by kind, as the manager's own monitor writes them. */
function reportInstances(ctx: LonghornContext, manager: InstanceManager): void {
  const processes = ctx.processes.within(manager.spec.nodeID, manager.spec.dataEngine);
  const entries = (kind: Process['kind']): Record<string, unknown> => Object.fromEntries(processes.filter((process) => process.kind === kind).sort((a, b) => (a.name < b.name ? -1 : 1)).map((process) => [process.name, instanceEntry(ctx, process)]));
  manager.status.instanceReplicas = entries('replica');
  manager.status.instanceEngines = entries('engine');
  if (manager.status.instanceEngineFrontends !== undefined) manager.status.instanceEngineFrontends = entries('frontend');
}

/** Asks for the lists of a node's instance managers to be written again soon. */
export function touchInstances(ctx: LonghornContext, node: string, engine: DataEngine): void {
  const name = ctx.index.managerOf(node, engine);
  if (name !== undefined) ctx.queue.addAfter(`instance-manager/${name}`, INSTANCE_REPORT);
}

const POD_CONDITION: Record<string, ['True' | 'False', string]> = { running: ['True', 'Running'], starting: ['False', 'Starting'], error: ['False', 'Failed'], stopped: ['False', 'NotFound'], unknown: ['False', 'Down'] };

/** The state of one instance manager's pod. */
export function syncInstanceManager(ctx: LonghornContext, name: string): void {
  const stored = ctx.cluster.store.get(LH.instanceManager, key(name)) as InstanceManager | undefined;
  if (stored === undefined) return;
  const { nodeID: node, dataEngine } = stored.spec;
  const isBusy = ctx.processes.hasAny((process) => process.node === node && process.dataEngine === dataEngine);
  if ((!isWanted(ctx, node, dataEngine) && !isBusy) || ctx.node(node) === undefined) {
    ctx.podReadyAt.delete(name);
    ctx.cluster.store.remove(LH.instanceManager, key(name));
    return;
  }
  const draft = new Draft<InstanceManager>(ctx.cluster.store, LH.instanceManager, key(name), stored, (copy) => {
    copy.status = {
      ...{ apiMinVersion: 1, apiVersion: 7, backingImages: {}, conditions: [], currentState: 'stopped' as const, dataEngineStatus: {}, instanceEngineFrontends: {}, instanceEngines: {}, instanceReplicas: {}, ip: '', ownerID: '', proxyApiMinVersion: 1, proxyApiVersion: 8 },
      ...(copy.status as Partial<InstanceManager['status']> | undefined)
    };
    prune('instanceManager', ctx.minor, copy);
  });
  const { status } = draft.object;
  const state = nextState(ctx, draft.object);
  status.currentState = state;
  if (state !== 'unknown') reportInstances(ctx, draft.object);
  status.ip = state === 'running' ? ctx.processes.ipOf(node, dataEngine) : '';
  status.ownerID = ctx.ownerFor(node, status.ownerID);
  status.dataEngineStatus = state === 'running' ? dataEngineStatus(ctx, dataEngine) : status.dataEngineStatus;
  if (status.conditions !== undefined) {
    const isNodeDown = ctx.isNodeDown(node);
    setCondition(status.conditions, ctx.iso, 'NodeReady', isNodeDown ? 'False' : 'True', isNodeDown ? 'Down' : '');
    const [ready, reason] = POD_CONDITION[state] ?? ['False', ''];
    setCondition(status.conditions, ctx.iso, 'PodReady', ready, reason);
    setCondition(status.conditions, ctx.iso, 'SettingSynced', 'True');
  }
  draft.flushStatus();
}

/** Creates the instance managers a node should have, and looks at those it has. */
export function syncInstanceManagersOf(ctx: LonghornContext, node: string): void {
  for (const engine of ['v1', 'v2'] as const) {
    const manager = ctx.instanceManager(node, engine);
    if (manager !== undefined) syncInstanceManager(ctx, manager.metadata.name);
    else if (isWanted(ctx, node, engine) && ctx.isNodeReady(node)) create(ctx, node, engine);
  }
}
