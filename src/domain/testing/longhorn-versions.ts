/** Test support: the objects of `raw-objects`, which are Longhorn 1.12's, as an older Longhorn writes them. */
import type { Kind, ReadStatus } from '../kube/kinds';
import type { RawObject } from '../kube/types';

type Fields = Record<string, unknown>;

/** Minor versions of Longhorn 1.x in Harvester 1.5 to 1.9. */
export const LONGHORN_MINORS = [8, 9, 10, 11, 12] as const;
export type LonghornMinor = (typeof LONGHORN_MINORS)[number];

const PATCH: Readonly<Record<LonghornMinor, string>> = { 8: 'v1.8.2', 9: 'v1.9.2', 10: 'v1.10.2', 11: 'v1.11.2', 12: 'v1.12.1' };
/** Settings that v2 had under a name of its own before 1.10. */
const V2_NAMES: Readonly<Record<string, string>> = { 'fast-replica-rebuild-enabled': 'v2-data-engine-fast-replica-rebuilding' };

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...(value as Fields) } : {};
}

function without(object: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

function mapValues(value: unknown, change: (entry: Fields) => Fields): unknown {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value as Fields).map(([key, entry]) => [key, change(fields(entry))])) : value;
}

function conditions(status: Fields, change: (condition: Fields) => Fields | null): Fields {
  if (!Array.isArray(status.conditions)) return status;
  return { ...status, conditions: (status.conditions as Fields[]).map((condition) => change({ ...condition })).filter((condition) => condition !== null) };
}

/** `a: b; c` of 1.10 and newer was `a;b;c`, in any order. */
function oldMessage(condition: Fields): Fields {
  return condition.type === 'Scheduled' && typeof condition.message === 'string' ? { ...condition, message: condition.message.replace('precheck new replica failed: ', 'precheck new replica failed;').replaceAll('; ', ';') } : condition;
}

function volume(minor: LonghornMinor, spec: Fields, status: Fields): readonly [Fields, Fields] {
  let [ownSpec, ownStatus] = [spec, status];
  if (minor < 12) [ownSpec, ownStatus] = [without(ownSpec, 'dataLayout', 'engineNodeID'), without(ownStatus, 'currentEngineNodeID', 'switchoverState', 'lastAutoSalvagedAt')];
  if (minor < 11) ownStatus = conditions(without(ownStatus), (condition) => (condition.type === 'OfflineRebuilding' ? null : condition));
  if (minor < 10) [ownSpec, ownStatus] = [without(ownSpec, 'cloneMode', 'replicaRebuildingBandwidthLimit'), conditions(ownStatus, oldMessage)];
  if (minor < 9) [ownSpec, ownStatus] = [{ ...without(ownSpec, 'offlineRebuilding'), backendStoreDriver: '', engineImage: '' }, { ...ownStatus, pendingNodeID: '' }];
  return [ownSpec, ownStatus];
}

function engine(minor: LonghornMinor, name: string, spec: Fields, status: Fields): readonly [Fields, Fields] {
  let own = status;
  // The engine was target and initiator in one.
  if (minor < 12) own = { ...own, endpoint: own.currentState === 'running' ? `/dev/longhorn/${name.replace(/-e-\d+$/, '')}` : '' };
  if (minor < 11) {
    own = { ...own, rebuildStatus: mapValues(own.rebuildStatus, (entry) => ({ ...without(entry, 'fromReplicaAddressList'), fromReplicaAddress: (entry.fromReplicaAddressList as string[] | undefined)?.[0] ?? '' })) };
  }
  if (minor < 10) own = { ...own, rebuildStatus: mapValues(own.rebuildStatus, (entry) => without(entry, 'appliedRebuildingMBps')) };
  return [spec, own];
}

function node(minor: LonghornMinor, spec: Fields, status: Fields): readonly [Fields, Fields] {
  if (minor >= 11) return [spec, status];
  // The disks of a node that is down kept their last conditions.
  const diskStatus = mapValues(status.diskStatus, (disk) => conditions(without(disk, 'healthData', 'healthDataLastCollectedAt'), (condition) => (condition.reason === 'NodeNotReady' ? { ...condition, status: 'True', reason: '', message: '' } : condition)));
  return [spec, { ...status, diskStatus }];
}

function settings(minor: LonghornMinor, raw: RawObject, name: string): readonly RawObject[] {
  if (name === 'current-longhorn-version') return [{ ...raw, value: PATCH[minor] }];
  if (minor >= 10 || typeof raw.value !== 'string') return [raw];
  const perEngine = raw.value.startsWith('{') ? (JSON.parse(raw.value) as Record<string, string>) : null;
  const v2Name = V2_NAMES[name];
  const plain = { ...raw, value: perEngine?.v1 ?? perEngine?.v2 ?? raw.value };
  return v2Name === undefined ? [plain] : [plain, { ...raw, metadata: { ...fields(raw.metadata), name: v2Name, uid: `uid-${v2Name}` }, value: perEngine?.v2 ?? raw.value }];
}

/** Kinds that this version's server does not have. */
export function absentIn(minor: LonghornMinor): Partial<Record<Kind, ReadStatus>> {
  return minor < 12 ? { 'longhorn.io.enginefrontend': 'absent' } : {};
}

/** The same world under Longhorn 1.`minor`: fields, objects, conditions and texts that came later are not there. */
export function asLonghorn(minor: LonghornMinor, world: readonly RawObject[]): readonly RawObject[] {
  return world.flatMap((raw): readonly RawObject[] => {
    if (raw.apiVersion !== 'longhorn.io/v1beta2') return [raw];
    const name = String(fields(raw.metadata).name);
    const [spec, status] = [fields(raw.spec), fields(raw.status)];
    const build = ([ownSpec, ownStatus]: readonly [Fields, Fields]): readonly RawObject[] => [{ ...raw, spec: ownSpec, status: ownStatus }];
    switch (raw.kind) {
      case 'EngineFrontend': return minor < 12 ? [] : [raw];
      case 'Setting': return settings(minor, raw, name);
      case 'Volume': return build(volume(minor, spec, status));
      case 'Engine': return build(engine(minor, name, spec, status));
      case 'Node': return build(node(minor, spec, status));
      case 'Replica': return minor < 10 ? build([spec, { ...status, evictionRequested: false }]) : [raw];
      case 'InstanceManager': return minor < 11 ? build([spec, without(status, 'conditions')]) : [raw];
      default: return [raw];
    }
  });
}
