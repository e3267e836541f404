import { effectiveValue, SETTING } from '../harvester/setting';
import type { HarvesterVersion } from '../harvester/types';
import { parseVersion } from '../harvester/version';
import { KIND } from '../kube/kinds';
import type { ClusterView } from '../view';

/** The server's version; null when the setting can't be read or is empty. */
export function readServerVersion(view: ClusterView): HarvesterVersion | null {
  const setting = view.get(KIND.setting, SETTING.serverVersion);
  const text = setting ? effectiveValue(setting) : '';

  return text === '' ? null : parseVersion(text);
}
