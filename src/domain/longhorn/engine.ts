import { asArray, asFlag, asNumber, asObject, asSharedText, asText, asTextMap, asTime, createNameMap } from '../kube/fields';
import { parseMeta } from '../kube/metadata';
import { stripScheme } from '../kube/names';
import type { RawObject } from '../kube/types';
import { parseDataEngine, parseInstanceState, parseReplicaMode } from './enums';
import type { EngineRecord, PurgeEntry, RebuildEntry, ReplicaMode } from './types';

const NO_REBUILDS: readonly RebuildEntry[] = Object.freeze([]);
const NO_PURGES: readonly PurgeEntry[] = Object.freeze([]);
const NO_TIMES: Readonly<Record<string, number>> = Object.freeze({});

/** Percent 0..100; Longhorn before 1.12 may report more. */
function asPercent(value: unknown): number {
  return Math.min(100, Math.max(0, asNumber(value) ?? 0));
}

function parseModes(value: unknown): EngineRecord['replicaModeMap'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const source = value as RawObject;
  const modes = createNameMap<ReplicaMode | 'unknown'>();
  for (const name of Object.keys(source)) modes[name] = parseReplicaMode(source[name]);
  return Object.freeze(modes);
}

function parseTimes(value: unknown): Readonly<Record<string, number>> {
  const source = asObject(value);
  const names = Object.keys(source);
  if (names.length === 0) return NO_TIMES;
  const times = createNameMap<number>();
  for (const name of names) {
    const time = asTime(source[name]);
    if (time !== null) times[name] = time;
  }
  return Object.freeze(times);
}

function parseRebuilds(value: unknown, nameByAddress: ReadonlyMap<string, string>): readonly RebuildEntry[] {
  const source = asObject(value);
  const keys = Object.keys(source);
  if (keys.length === 0) return NO_REBUILDS;
  return Object.freeze(keys.map((key) => {
    const entry = asObject(source[key]);
    const address = stripScheme(key);
    const list = asArray(entry.fromReplicaAddressList);
    const from = list.length > 0 ? list : [entry.fromReplicaAddress];
    return Object.freeze({
      address,
      replicaName: nameByAddress.get(address) ?? '',
      isRebuilding: asFlag(entry.isRebuilding),
      progress: asPercent(entry.progress),
      state: asText(entry.state),
      error: asText(entry.error),
      from: Object.freeze(from.map((item) => stripScheme(asText(item))).filter((item) => item !== '')),
      // The CRD and Longhorn's documentation disagree about the name.
      appliedMBps: asNumber(entry.appliedRebuildingMBps) ?? asNumber(entry.appliedRebuildingMbps) ?? 0
    });
  }));
}

function parsePurges(value: unknown): readonly PurgeEntry[] {
  const source = asObject(value);
  const keys = Object.keys(source);
  if (keys.length === 0) return NO_PURGES;
  return Object.freeze(keys.map((key) => {
    const entry = asObject(source[key]);
    return Object.freeze({ address: stripScheme(key), isPurging: asFlag(entry.isPurging), progress: asPercent(entry.progress), error: asText(entry.error) });
  }));
}

/** The least progress of the entries whose `flag` is set, and the first error: one number for an operation on N replicas. */
function parseOperation(value: unknown, flag: string): { readonly progress: number | null; readonly error: string } {
  const source = asObject(value);
  let progress: number | null = null;
  let error = '';
  for (const key of Object.keys(source)) {
    const entry = asObject(source[key]);
    if (error === '') error = asText(entry.error);
    if (!asFlag(entry[flag])) continue;
    const percent = asPercent(entry.progress);
    if (progress === null || percent < progress) progress = percent;
  }
  return { progress, error };
}

function countSnapshots(value: unknown): number {
  const names = Object.keys(asObject(value));
  return names.includes('volume-head') ? names.length - 1 : names.length;
}

/**
 * A Longhorn `Engine`, 1.8 to 1.12, as a small frozen record. Never throws.
 * Operations (rebuild, purge…) are keyed by `tcp://ip:port` upstream; rebuild entries are joined here to replica names
 * through `currentReplicaAddressMap`. Mirrors `k8s/pkg/apis/longhorn/v1beta2/engine.go`.
 */
export function parseEngine(raw: unknown): EngineRecord {
  const source = asObject(raw);
  const spec = asObject(source.spec);
  const status = asObject(source.status);
  const meta = parseMeta(source);
  const currentReplicaAddressMap = asTextMap(status.currentReplicaAddressMap, createNameMap());
  const replicaAddressMap = asTextMap(spec.replicaAddressMap, createNameMap());
  const nameByAddress = new Map<string, string>();
  for (const name of Object.keys(replicaAddressMap)) nameByAddress.set(stripScheme(replicaAddressMap[name] ?? ''), name);
  for (const name of Object.keys(currentReplicaAddressMap)) nameByAddress.set(stripScheme(currentReplicaAddressMap[name] ?? ''), name);
  const restore = parseOperation(status.restoreStatus, 'isRestoring');
  const clone = parseOperation(status.cloneStatus, 'isCloning');
  return Object.freeze({
    meta,
    volumeName: asText(spec.volumeName) || (meta.labels.longhornvolume ?? ''),
    nodeId: asSharedText(spec.nodeID),
    isActive: asFlag(spec.active),
    dataEngine: parseDataEngine(spec.dataEngine, spec.backendStoreDriver),
    desireState: asSharedText(spec.desireState),
    currentState: parseInstanceState(status.currentState),
    instanceManagerName: asSharedText(status.instanceManagerName),
    endpoint: asText(status.endpoint),
    currentSize: asNumber(status.currentSize),
    isExpanding: asFlag(status.isExpanding),
    lastExpansionError: asText(status.lastExpansionError),
    replicaAddressMap,
    currentReplicaAddressMap,
    replicaModeMap: parseModes(status.replicaModeMap),
    replicaTransitionTimes: parseTimes(status.replicaTransitionTimeMap),
    rebuilds: parseRebuilds(status.rebuildStatus, nameByAddress),
    purges: parsePurges(status.purgeStatus),
    restoreProgress: restore.progress,
    restoreError: restore.error,
    cloneProgress: clone.progress,
    cloneError: clone.error,
    snapshotCount: countSnapshots(status.snapshots)
  });
}
