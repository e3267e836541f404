import { longhornId } from '../kube/names';
import type { ClusterView } from '../view';
import { settingFlagFor, settingNumberFor, settingValueFor } from './setting';
import type { DataEngine } from './types';

/** Longhorn's defaults (`longhorn-manager types/setting.go`), for clusters whose settings lack the entry. */
const NUMBERS = {
  'storage-over-provisioning-percentage': 100,
  'storage-minimal-available-percentage': 25,
  'replica-replenishment-wait-interval': 600,
  'concurrent-replica-rebuild-per-node-limit': 5
} as const;

const FLAGS = {
  'replica-soft-anti-affinity': false,
  'replica-zone-soft-anti-affinity': true,
  'replica-disk-soft-anti-affinity': true,
  'allow-empty-node-selector-volume': true,
  'allow-empty-disk-selector-volume': true,
  'auto-salvage': true,
  'fast-replica-rebuild-enabled': true,
  'offline-replica-rebuilding': false
} as const;

export type NumberSetting = keyof typeof NUMBERS;
export type FlagSetting = keyof typeof FLAGS;

// Ids are looked up for every volume: build each once.
const IDS = new Map<string, string>();

/** Steve id of a Longhorn setting. */
export function settingId(name: string): string {
  let id = IDS.get(name);
  if (id === undefined) {
    id = longhornId(name);
    IDS.set(name, id);
  }
  return id;
}

/** A numeric Longhorn setting for one engine; Longhorn's default when it was not read. */
export function readNumberSetting(view: ClusterView, name: NumberSetting, engine: DataEngine): number {
  return settingNumberFor(view.get('longhorn.io.setting', settingId(name)), engine, NUMBERS[name]);
}

/** What v2 had a setting of its own for before 1.10, when values were plain and the common name meant v1 alone. */
const V2_NAMES: Readonly<Partial<Record<FlagSetting, string>>> = { 'fast-replica-rebuild-enabled': 'v2-data-engine-fast-replica-rebuilding' };

/** A boolean Longhorn setting for one engine; Longhorn's default when it was not read. */
export function readFlagSetting(view: ClusterView, name: FlagSetting, engine: DataEngine): boolean {
  const setting = view.get('longhorn.io.setting', settingId(name));
  const v2Name = engine === 'v2' ? V2_NAMES[name] : undefined;
  if (v2Name !== undefined && !(setting?.value.trim().startsWith('{') ?? false)) {
    const own = view.get('longhorn.io.setting', settingId(v2Name));
    if (own !== undefined) return settingFlagFor(own, engine, FLAGS[name]);
  }
  return settingFlagFor(setting, engine, FLAGS[name]);
}

/** Whether the v2 data engine is on; null when the setting was not read. */
export function isV2EngineOn(view: ClusterView): boolean | null {
  const setting = view.get('longhorn.io.setting', settingId('v2-data-engine'));
  if (setting === undefined) return null;
  const value = settingValueFor(setting, 'v2');
  return value === null ? null : value === 'true';
}

const VERSION = /^v?(\d+)\.(\d+)/;

/** Longhorn's minor version from `current-longhorn-version` (12 for v1.12.1); null when it does not say. */
export function readLonghornMinor(view: ClusterView): number | null {
  const match = VERSION.exec(view.get('longhorn.io.setting', settingId('current-longhorn-version'))?.value ?? '');
  return match === null || match[1] !== '1' ? null : Number(match[2]);
}
