import type { Cluster } from '../../contract';
import { LH, NAMESPACE, key } from './kinds';
import type { DataEngine } from './types';

interface SettingDefinition {
  /** Longhorn minors that know it: [first, last]. */
  readonly from?: number;
  readonly to?: number;
  readonly value: string;
  /** Value per data engine; from Longhorn 1.10 stored as a JSON object, before as the plain `value`. */
  readonly engines?: readonly DataEngine[];
}

/** Defaults of Longhorn, with the few that Harvester overrides. */
const DEFINITIONS: Record<string, SettingDefinition> = {
  'allow-empty-disk-selector-volume': { value: 'true' },
  'allow-empty-node-selector-volume': { value: 'true' },
  'allow-volume-creation-with-degraded-availability': { value: 'true' },
  'auto-salvage': { value: 'true' },
  'auto-delete-pod-when-volume-detached-unexpectedly': { value: 'true' },
  'auto-cleanup-system-generated-snapshot': { value: 'true' },
  'concurrent-replica-rebuild-per-node-limit': { value: '5' },
  'data-engine-cpu-mask': { from: 10, value: '0x3', engines: ['v2'] },
  'data-engine-hugepage-enabled': { from: 10, value: 'true', engines: ['v2'] },
  'data-engine-interrupt-mode-enabled': { from: 10, value: 'false', engines: ['v2'] },
  'data-engine-memory-size': { from: 10, value: '2048', engines: ['v2'] },
  'default-data-locality': { value: 'disabled' },
  'default-replica-count': { value: '3', engines: ['v1', 'v2'] },
  'disable-scheduling-on-cordoned-node': { value: 'true' },
  'engine-replica-timeout': { value: '8', engines: ['v1', 'v2'] },
  'fast-replica-rebuild-enabled': { value: 'true', engines: ['v1', 'v2'] },
  'guaranteed-instance-manager-cpu': { value: '12', engines: ['v1', 'v2'] },
  'long-grpc-timeout': { value: '86400' },
  'node-down-pod-deletion-policy': { value: 'do-nothing' },
  'node-drain-policy': { value: 'allow-if-replica-is-stopped' },
  'offline-replica-rebuilding': { from: 9, value: 'false' },
  'orphan-resource-auto-deletion': { from: 9, value: 'instance' },
  'replica-auto-balance': { value: 'disabled' },
  'replica-auto-balance-disk-pressure-percentage': { value: '90' },
  'replica-disk-soft-anti-affinity': { value: 'true' },
  'replica-rebuilding-bandwidth-limit': { from: 10, value: '0', engines: ['v2'] },
  'replica-rebuild-concurrent-sync-limit': { from: 11, value: '1', engines: ['v1'] },
  'replica-replenishment-wait-interval': { value: '600' },
  'replica-soft-anti-affinity': { value: 'false' },
  'replica-zone-soft-anti-affinity': { value: 'true' },
  'snapshot-count-warning-threshold': { from: 12, value: '100' },
  'snapshot-max-count': { value: '250' },
  'storage-minimal-available-percentage': { value: '25' },
  'storage-over-provisioning-percentage': { value: '100' },
  'storage-reserved-percentage-for-default-disk': { value: '30' },
  'v1-data-engine': { value: 'true' },
  'v2-data-engine': { value: 'true' },
  'v2-data-engine-cpu-mask': { to: 9, value: '0x1' },
  'v2-data-engine-fast-replica-rebuilding': { to: 9, value: 'false' },
  'v2-data-engine-guaranteed-instance-manager-cpu': { to: 9, value: '1250' },
  'v2-data-engine-hugepage-limit': { to: 9, value: '2048' }
};

function storedValue(definition: SettingDefinition, minor: number, name: string): string {
  const value = name === 'data-engine-cpu-mask' && minor < 12 ? '0x1' : definition.value;
  if (definition.engines === undefined || minor < 10) return value;
  return JSON.stringify(Object.fromEntries(definition.engines.map((engine) => [engine, value])));
}

/** Creates the Longhorn settings this version has, with its way of writing values. Existing ones stay as they are. */
export function createLonghornSettings(cluster: Cluster, overrides: Readonly<Record<string, string>> = {}): void {
  const minor = cluster.profile.longhornMinor;
  for (const [name, definition] of Object.entries(DEFINITIONS)) {
    if (minor < (definition.from ?? 0) || minor > (definition.to ?? 99)) continue;
    if (cluster.store.get(LH.setting, key(name)) !== undefined) continue;
    cluster.store.create(LH.setting, {
      apiVersion: 'longhorn.io/v1beta2',
      kind: 'Setting',
      metadata: { name, namespace: NAMESPACE },
      value: overrides[name] ?? storedValue(definition, minor, name),
      status: { applied: true }
    });
  }
}

/** Writes a setting, keeping the per-engine JSON form where this version uses it and the given value is plain. */
export function writeLonghornSetting(cluster: Cluster, name: string, value: string): boolean {
  const definition = DEFINITIONS[name];
  const isPlain = !value.trim().startsWith('{');
  const stored = definition !== undefined && isPlain ? storedValue({ ...definition, value }, cluster.profile.longhornMinor, '') : value;
  return cluster.store.edit(LH.setting, key(name), (draft) => { draft.value = stored; }) !== undefined;
}

/** The value that holds for a data engine; the default when the object is missing. */
export function readSetting(cluster: Cluster, name: string, engine: DataEngine = 'v1'): string {
  const raw = cluster.store.get(LH.setting, key(name))?.value;
  const text = typeof raw === 'string' && raw !== '' ? raw : DEFINITIONS[name]?.value ?? '';
  if (!text.startsWith('{')) return text;
  try {
    const parsed = JSON.parse(text) as Partial<Record<DataEngine, unknown>>;
    const value = parsed[engine];
    return value === undefined ? DEFINITIONS[name]?.value ?? '' : String(value);
  } catch {
    return DEFINITIONS[name]?.value ?? '';
  }
}

export function isSettingOn(cluster: Cluster, name: string, engine: DataEngine = 'v1'): boolean {
  return readSetting(cluster, name, engine) === 'true';
}

export function settingNumber(cluster: Cluster, name: string, engine: DataEngine = 'v1'): number {
  const value = Number(readSetting(cluster, name, engine));
  return Number.isFinite(value) ? value : Number(DEFINITIONS[name]?.value ?? 0);
}

/** v2 reuses failed replicas only with fast rebuild; before Longhorn 1.10 that was a separate setting, off by default. */
export function isFastRebuildOn(cluster: Cluster, engine: DataEngine): boolean {
  if (engine === 'v2' && cluster.profile.longhornMinor < 10) return isSettingOn(cluster, 'v2-data-engine-fast-replica-rebuilding');
  return isSettingOn(cluster, 'fast-replica-rebuild-enabled', engine);
}
