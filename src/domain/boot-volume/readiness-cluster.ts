import { effectiveValue, SETTING } from '../harvester/setting';
import { supports } from '../harvester/version';
import { KIND } from '../kube/kinds';
import type { Kind } from '../kube/kinds';
import { longhornId } from '../kube/names';
import { isV2EngineOn } from '../longhorn/cluster-settings';
import type { ClusterView } from '../view';
import { listBootClasses } from './classes';
import { findHugepageShortage, listEligibleNodes } from './nodes';
import { evidenceOf, unreadReason } from './reading';
import { readServerVersion } from './server-version';
import type { ClusterFacts, Params, ReadinessCheck, ReadinessId, ReadinessState } from './types';
import type { Evidence } from '../health/types';

/** Makes the checks of one scope, so that each reads as one line. */
export function checkMaker(scope: ReadinessCheck['scope']) {
  return (id: ReadinessId, state: ReadinessState, code: string, params: Params, evidence: readonly Evidence[], whatToDo: string | null = null): ReadinessCheck =>
    Object.freeze({ id, state, scope, code, params, evidence, whatToDo });
}

/** A check that can't be made: the kind can't be read, or its list was read and lacks the object (`missing`). */
export function unverified(id: ReadinessId, scope: ReadinessCheck['scope'], view: ClusterView, kind: Kind): ReadinessCheck {
  return Object.freeze({
    id, scope, state: 'unverified', code: unreadReason(view, kind) ?? 'missing', params: { kind }, evidence: [], whatToDo: null
  });
}

const check = checkMaker('cluster');

/** Checks 1 to 5, 9, 14 and 18 of the readiness list: what concerns the cluster and the user, whatever the class. */
export function checkCluster(view: ClusterView, facts: ClusterFacts, purpose: 'image' | 'machine'): readonly ReadinessCheck[] {
  return [
    checkVersion(view), checkEngineSetting(view), checkLonghornEngine(view), checkCsiDriver(facts), checkClasses(view),
    checkNodes(view), checkMigrationNodes(view), checkPermission(facts, purpose)
  ];
}

function checkVersion(view: ClusterView): ReadinessCheck {
  const version = readServerVersion(view);

  if (version === null) {
    return unverified('version', 'cluster', view, KIND.setting);
  }

  const evidence = [evidenceOf(view, KIND.setting, SETTING.serverVersion, 'value', version.text)];
  const isEnough = supports(version, 'cdiImages');

  return check('version', isEnough ? 'ready' : 'blocked', isEnough ? 'version-ok' : 'version-old', { version: version.text }, evidence, isEnough ? null : 'upgrade-harvester');
}

function checkEngineSetting(view: ClusterView): ReadinessCheck {
  const setting = view.get(KIND.setting, SETTING.v2Enabled);

  if (setting === undefined) {
    // Without the setting in a list that was read, the server is older than 1.4: check 1 says so.
    return unverified('engine-setting', 'cluster', view, KIND.setting);
  }

  const value = effectiveValue(setting);
  const evidence = [evidenceOf(view, KIND.setting, SETTING.v2Enabled, setting.value === '' ? 'default' : 'value', value)];
  const isOn = value === 'true';

  return check('engine-setting', isOn ? 'ready' : 'blocked', isOn ? 'engine-on' : 'engine-off', { setting: SETTING.v2Enabled, value }, evidence, isOn ? null : 'enable-engine');
}

function checkLonghornEngine(view: ClusterView): ReadinessCheck {
  const id = longhornId('v2-data-engine');
  const setting = view.get(KIND.longhornSetting, id);
  const isOn = isV2EngineOn(view);

  if (setting === undefined || isOn === null) {
    return unverified('engine-longhorn', 'cluster', view, KIND.longhornSetting);
  }

  const evidence = [evidenceOf(view, KIND.longhornSetting, id, 'value', setting.value), evidenceOf(view, KIND.longhornSetting, id, 'status.applied', setting.isApplied)];

  const wish = view.get(KIND.setting, SETTING.v2Enabled);

  if (!isOn && wish !== undefined && effectiveValue(wish) === 'true') {
    return checkHandOver(view, evidence);
  }

  if (!isOn) {
    return check('engine-longhorn', 'blocked', 'longhorn-engine-off', { value: setting.value }, evidence, 'enable-engine');
  }

  return setting.isApplied === false
    ? check('engine-longhorn', 'blocked', 'longhorn-engine-pending', {}, evidence, 'wait-for-engine')
    : check('engine-longhorn', 'ready', 'longhorn-engine-on', {}, evidence);
}

/** Harvester wants the engine on and Longhorn has not taken that over: it does once every host has its huge pages. */
function checkHandOver(view: ClusterView, evidence: readonly Evidence[]): ReadinessCheck {
  const { short } = findHugepageShortage(view, listEligibleNodes(view) ?? []);
  const names = short.map(node => node.meta.name).join(', ');
  const read = short.map(node => evidenceOf(view, KIND.node, node.meta.id, 'status.capacity[hugepages-2Mi]', node.hugepages));

  return check('engine-longhorn', 'blocked', 'longhorn-engine-waiting', { names, count: short.length }, [...evidence, ...read], short.length > 0 ? 'wait-for-hugepages' : 'wait-for-longhorn');
}

function checkCsiDriver(facts: ClusterFacts): ReadinessCheck {
  if (facts.hasCsiDriver === null) {
    return check('csi-driver', 'unverified', 'forbidden', { kind: KIND.csiDriver }, []);
  }

  return facts.hasCsiDriver
    ? check('csi-driver', 'ready', 'csi-driver-there', {}, [])
    : check('csi-driver', 'blocked', 'csi-driver-missing', {}, [], 'install-longhorn');
}

function checkClasses(view: ClusterView): ReadinessCheck {
  if (unreadReason(view, KIND.storageClass) !== null) {
    return unverified('class', 'cluster', view, KIND.storageClass);
  }

  const { offered } = listBootClasses(view);
  const evidence = offered.map(entry => evidenceOf(view, KIND.storageClass, entry.name, 'parameters.dataEngine', 'v2'));

  return offered.length > 0
    ? check('class', 'ready', 'class-there', { count: offered.length, names: offered.map(entry => entry.name).join(', ') }, evidence)
    : check('class', 'blocked', 'class-none', {}, evidence, 'create-class');
}

function checkNodes(view: ClusterView): ReadinessCheck {
  const eligible = listEligibleNodes(view);

  if (eligible === null) {
    return unverified('nodes', 'cluster', view, KIND.node);
  }

  const all = [...view.all(KIND.node)];
  const evidence = all.filter(node => node.isV2Disabled).map(node =>
    evidenceOf(view, KIND.node, node.meta.id, 'metadata.labels[node.longhorn.io/disable-v2-data-engine]', 'true'));
  const params = { count: eligible.length, total: all.length, names: eligible.join(', ') };

  return eligible.length === 0
    ? check('nodes', 'blocked', 'nodes-none', params, evidence, 'ready-a-node')
    : check('nodes', 'ready', 'nodes-eligible', params, evidence);
}

function checkMigrationNodes(view: ClusterView): ReadinessCheck {
  const eligible = listEligibleNodes(view);

  if (eligible === null) {
    return unverified('migration-nodes', 'cluster', view, KIND.node);
  }

  return eligible.length < 2
    ? check('migration-nodes', 'warning', 'migration-one-node', { count: eligible.length }, [], 'ready-a-second-node')
    : check('migration-nodes', 'ready', 'migration-nodes-there', { count: eligible.length }, []);
}

function checkPermission(facts: ClusterFacts, purpose: 'image' | 'machine'): ReadinessCheck {
  const isAllowed = purpose === 'image' ? facts.canCreateImages : facts.canCreateMachines;
  const suffix = purpose === 'image' ? 'images' : 'machines';

  if (isAllowed === null) {
    return check('permission', 'unverified', 'failed', { kind: purpose === 'image' ? KIND.image : KIND.virtualMachine }, []);
  }

  return isAllowed
    ? check('permission', 'ready', `may-create-${suffix}`, {}, [])
    : check('permission', 'blocked', `may-not-create-${suffix}`, {}, [], 'ask-for-rights');
}
