import { asFlag, asNumber, asObject, asText } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import type { DataEngine, LonghornSettingRecord } from './types';

/** A Longhorn `Setting` (top-level `value`) as a small frozen record. Never throws. */
export function parseLonghornSetting(raw: unknown): LonghornSettingRecord {
  const source = asObject(raw);
  const applied = asObject(source.status).applied;
  return Object.freeze({
    meta: parseMeta(source),
    value: asText(source.value),
    isApplied: applied === undefined || applied === null ? null : asFlag(applied)
  });
}

/**
 * The value of a setting for one data engine. Since 1.10 a value may be a JSON object per engine (`{"v1":"3","v2":"3"}`);
 * a plain value holds for both. null when the setting has no value for that engine.
 */
export function settingValueFor(setting: LonghornSettingRecord, engine: DataEngine): string | null {
  const text = setting.value.trim();
  if (!text.startsWith('{')) return text === '' ? null : text;
  try {
    const value = asText(asObject(JSON.parse(text))[engine]);
    return value === '' ? null : value;
  } catch {
    return null;
  }
}

/** The setting's number for one data engine, or `fallback` when it has none. */
export function settingNumberFor(setting: LonghornSettingRecord | undefined, engine: DataEngine, fallback: number): number {
  return setting === undefined ? fallback : (asNumber(settingValueFor(setting, engine)) ?? fallback);
}

/** The setting's boolean for one data engine, or `fallback` when it has none. */
export function settingFlagFor(setting: LonghornSettingRecord | undefined, engine: DataEngine, fallback: boolean): boolean {
  const value = setting === undefined ? null : settingValueFor(setting, engine);
  return value === null ? fallback : value === 'true';
}
