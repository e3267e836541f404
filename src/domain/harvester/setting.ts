import { asText } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import type { RawObject } from '../kube/types';
import type { HarvesterSettingRecord } from './types';

/** Harvester `Setting`: cluster-scoped, id = name; `value` and `default` stand at the top, not under `spec`. */
export function parseHarvesterSetting(raw: RawObject): HarvesterSettingRecord {
  return Object.freeze({ meta: parseMeta(raw), value: asText(raw.value), default: asText(raw.default) });
}

/** What the setting amounts to: `value || default`. */
export function effectiveValue(setting: HarvesterSettingRecord): string {
  return setting.value || setting.default;
}

/** Ids of the settings this project reads. */
export const SETTING = {
  serverVersion: 'server-version',
  v2Enabled: 'longhorn-v2-data-engine-enabled',
  /** 1.9 and newer. */
  v2Hugepages: 'longhorn-v2-data-engine-hugepage-enabled',
  /** MiB; 1.9 and newer. */
  v2Memory: 'longhorn-v2-data-engine-memory-size'
} as const;
