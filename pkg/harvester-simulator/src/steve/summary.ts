import type { KubeObject } from '../contract';
import { isRecord } from '../http/body';

/** `metadata.state`, as wrangler's summarizers derive it. */
export interface State {
  name: string;
  error: boolean;
  transitioning: boolean;
  message: string;
}

/** Condition -> state while it is Unknown (transitioning) or False (error). wrangler `TransitioningUnknown`. */
const UNKNOWN_IS_TRANSITIONING: Readonly<Record<string, string>> = {
  Active: 'activating', AddonDeploy: 'provisioning', AgentDeployed: 'provisioning', BackingNamespaceCreated: 'configuring', Built: 'building',
  CertsGenerated: 'provisioning', ConfigOK: 'configuring', Created: 'creating', CreatorMadeOwner: 'configuring', DefaultNamespaceAssigned: 'configuring',
  DefaultNetworkPolicyCreated: 'configuring', DefaultProjectCreated: 'configuring', DockerProvisioned: 'provisioning', Deployed: 'deploying', Drained: 'draining',
  Downloaded: 'downloading', etcd: 'provisioning', Inactive: 'deactivating', Initialized: 'initializing', Installed: 'installing', NodesCreated: 'provisioning',
  Pending: 'pending', PodScheduled: 'scheduling', Provisioned: 'provisioning', Reconciled: 'reconciling', Refreshed: 'refreshed', Registered: 'registering',
  Removed: 'removing', Saved: 'saving', Updated: 'updating', Updating: 'updating', Upgraded: 'upgrading', Waiting: 'waiting', InitialRolesPopulated: 'activating',
  ScalingActive: 'pending', AbleToScale: 'pending', RunCompleted: 'running', Processed: 'processed'
};
const FALSE_IS_TRANSITIONING: Readonly<Record<string, string>> = { Completed: 'activating', Ready: 'unavailable', Available: 'updating', BootstrapReady: 'bootstrapped' };
const TRUE_IS_TRANSITIONING: Readonly<Record<string, string>> = { Reconciling: 'reconciling' };
const TRUE_IS_ERROR = new Set(['OutOfDisk', 'MemoryPressure', 'DiskPressure', 'NetworkUnavailable', 'KernelHasNoDeadlock', 'Unschedulable', 'ReplicaFailure', 'Stalled']);
const FALSE_IS_ERROR = new Set(['Progressing']);

interface ConditionFlags {
  state: string;
  error: boolean;
  transitioning: boolean;
}

function flags(type: string, status: string, reason: string): ConditionFlags | undefined {
  if (reason === 'Error') return { state: 'error', error: true, transitioning: false };
  const unknown = UNKNOWN_IS_TRANSITIONING[type];
  if (unknown !== undefined) {
    if (status === 'False') return { state: unknown, error: true, transitioning: false };
    if (status === 'Unknown') return { state: unknown, error: false, transitioning: true };
  }
  const untrue = FALSE_IS_TRANSITIONING[type];
  if (untrue !== undefined) {
    if (status === 'False') return { state: untrue, error: false, transitioning: true };
    if (status === 'Unknown') return { state: untrue, error: true, transitioning: false };
  }
  const running = TRUE_IS_TRANSITIONING[type];
  if (running !== undefined && status === 'True') return { state: running, error: false, transitioning: true };
  if (TRUE_IS_ERROR.has(type) && status === 'True') return { state: type.toLowerCase(), error: true, transitioning: false };
  if (FALSE_IS_ERROR.has(type) && status === 'False') return { state: 'inactive', error: true, transitioning: false };
  return undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function conditionsOf(object: KubeObject): Record<string, unknown>[] {
  const conditions: unknown = object.status?.['conditions'];
  return Array.isArray(conditions) ? conditions.filter(isRecord) : [];
}

/** What `metadata.state` says of the object. */
export function summarize(object: KubeObject): State {
  if (object.metadata.deletionTimestamp !== undefined) {
    const finalizer = object.metadata.finalizers?.[0];
    const message = finalizer === undefined ? '' : finalizer === 'foregroundDeletion' ? 'object cleanup' : `waiting on ${finalizer}`;
    return { name: 'removing', error: false, transitioning: true, message };
  }
  const state: State = { name: '', error: false, transitioning: false, message: '' };
  for (const condition of conditionsOf(object)) {
    const found = flags(text(condition['type']), text(condition['status']), text(condition['reason']));
    if (found === undefined) continue;
    if (found.error && !state.error) Object.assign(state, { name: found.state, error: true, message: text(condition['message']) });
    else if (found.transitioning && state.name === '') Object.assign(state, { name: found.state, message: text(condition['message']) });
    state.transitioning ||= found.transitioning;
  }
  applyPhase(object, state);
  if (state.name === '') state.name = 'active';
  return state;
}

function applyPhase(object: KubeObject, state: State): void {
  const phase = text(object.status?.['phase']);
  if (phase === '' || !['PersistentVolumeClaim', 'PersistentVolume', 'Pod', 'DataVolume', 'Namespace', 'VirtualMachineInstance', 'VirtualMachineInstanceMigration'].includes(object.kind)) return;
  if (['Bound', 'Succeeded', 'Running', 'Active'].includes(phase)) {
    if (!state.error) Object.assign(state, { name: phase.toLowerCase(), transitioning: false });
  } else if (state.name === '') {
    state.name = phase === 'Pending' ? 'pending' : phase.toLowerCase();
    state.transitioning = phase === 'Pending';
    state.error = phase === 'Failed' || phase === 'Lost';
  }
}

/** The conditions with Steve's `error`, `transitioning` and `lastUpdateTime` added (`NormalizeConditions`). */
export function normalizeConditions(conditions: readonly unknown[]): unknown[] {
  return conditions.map((condition) => {
    if (!isRecord(condition)) return condition;
    const found = flags(text(condition['type']), text(condition['status']), text(condition['reason']));
    return {
      ...condition,
      error: found?.error ?? false,
      transitioning: found?.transitioning ?? false,
      lastUpdateTime: condition['lastUpdateTime'] ?? condition['lastTransitionTime'] ?? ''
    };
  });
}
