import type { JsonPatchOperation } from '@/api/contract';
import { KIND, type Kind } from '@/domain/kube/kinds';
import { longhornId } from '@/domain/kube/names';
import type { Subject } from './subject';

/** Something an admin may do about a volume. Words: `lhv2.health.action.<id>.{title,effect}`. */
export interface VolumeAction {
  readonly id: 'accept-fewer' | 'offline-rebuild' | 'lift-cap';
  readonly kind: Kind;
  readonly objectId: string;
  /** Exactly what is sent, as a JSON patch; its first operation makes the server refuse when the value has changed since. */
  readonly operations: readonly JsonPatchOperation[];
  readonly params: Readonly<Record<string, string | number>>;
  /** Why it may not be done now (`lhv2.health.action.blocked.<code>`); '' when it may. */
  readonly blockedBy: '' | 'not-live' | 'no-redundancy' | 'rebuilding';
}

function change(path: string, from: unknown, to: unknown): readonly JsonPatchOperation[] {
  return [{ op: 'test', path, value: from }, { op: 'replace', path, value: to }];
}

/**
 * Actions that fit a volume's state. None is ever offered for a faulted or unknown volume, and none removes a replica.
 * Guards beyond Longhorn's own webhook: fewer replicas only while two good ones remain and nothing is being rebuilt.
 */
export function actionsFor(subject: Subject): readonly VolumeAction[] {
  const { verdict, volume, freshness } = subject;

  if (!verdict || !volume || verdict.level === 'critical' || verdict.level === 'unknown' || volume.robustness === 'faulted') {
    return [];
  }
  const isLive = freshness.state === 'live';
  const base = { kind: KIND.volume, objectId: longhornId(volume.meta.name) };
  const actions: VolumeAction[] = [];
  const wanted = volume.numberOfReplicas;
  const good = verdict.goodReplicas;

  if (verdict.level === 'degraded' && (verdict.phase === 'blocked' || verdict.phase === 'by-design') && wanted !== null && good > 0 && good < wanted) {
    actions.push({
      ...base, id: 'accept-fewer', params: { from: wanted, to: good, survives: good - 1 }, operations: change('/spec/numberOfReplicas', wanted, good),
      blockedBy: !isLive ? 'not-live' : verdict.rebuild ? 'rebuilding' : good < 2 ? 'no-redundancy' : ''
    });
  }
  // Before 1.9 the field is not there, and `test` on it would fail: not offered.
  if (verdict.level === 'stopped' && wanted !== null && good > 0 && good < wanted && volume.offlineRebuilding !== '' && volume.offlineRebuilding !== 'enabled') {
    actions.push({ ...base, id: 'offline-rebuild', params: { from: volume.offlineRebuilding }, operations: change('/spec/offlineRebuilding', volume.offlineRebuilding, 'enabled'), blockedBy: isLive ? '' : 'not-live' });
  }
  if (verdict.rebuild && verdict.rebuild.capMBps > 0 && (volume.rebuildBandwidthLimit ?? 0) > 0) {
    actions.push({
      ...base, id: 'lift-cap', params: { cap: volume.rebuildBandwidthLimit ?? 0 }, operations: change('/spec/replicaRebuildingBandwidthLimit', volume.rebuildBandwidthLimit, 0),
      blockedBy: isLive ? '' : 'not-live'
    });
  }
  return actions;
}
