import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import { ago, DISK_OF_DOWN_NODE, ENGINE_STOPPED, failed, IDLE, nodeDown, NOW, rawAttachment, rawCondition, rawEngine, rawHealthyWorld, rawInstanceManager, rawKubeNode, rawNode, rawReplica, rawSetting, rawVolume, rebuildOf, withObjects, withoutObjects } from '../testing/raw-objects';
import { history, world as randomWorld } from '../testing/random-worlds';
import { kindOfRaw, rawCluster } from '../testing/raw-cluster';
import { verdictOf } from '../testing/verdict-of';
import type { Evidence, VolumeVerdict } from './types';

/** Evidence has to be found where it says it is: whoever opens the object sees that value at that path. */
const RUNS = Number(process.env.HONESTY_RUNS ?? 1000);
const PLAIN = /^(metadata|spec|status)(\.[A-Za-z]+)+$|^value$/;
const CONDITION = /^status\.conditions\[(\w+)\](\.message)?$/;

type Fields = Readonly<Record<string, unknown>>;
const asFields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? value as Fields : {});

function at(raw: RawObject, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => asFields(value)[name], raw);
}

function find(world: readonly RawObject[], evidence: Evidence): RawObject | undefined {
  return world.find((raw) => {
    const { name, namespace } = asFields(raw.metadata);
    return kindOfRaw(raw) === evidence.kind && (namespace === undefined ? name : `${String(namespace)}/${String(name)}`) === evidence.id;
  });
}

/** Number of pieces whose value was compared. */
function checkEvidence(world: readonly RawObject[], verdict: VolumeVerdict): number {
  let compared = 0;
  for (const finding of [verdict.headline, ...verdict.facts]) {
    for (const evidence of finding.evidence) {
      const words = `${finding.code}: ${evidence.kind} ${evidence.id} ${evidence.path} = ${String(evidence.value)}`;
      if (evidence.path === 'readState') {
        expect(evidence.id, words).toBe('');
        continue;
      }
      const raw = find(world, evidence);
      // Settings that are not there, and nodes that have left, are cited as absent.
      if (raw === undefined) {
        expect(evidence.value ?? '', words).toBe('');
        continue;
      }
      if (PLAIN.test(evidence.path)) {
        const value = at(raw, evidence.path);
        if (typeof value === 'object' && value !== null) continue;
        const isTime = /At$|Timestamp$/.test(evidence.path);
        const isReadable = value !== undefined && value !== null && !(isTime && Number.isNaN(Date.parse(String(value))));
        expect(evidence.value ?? '', words).toBe(isReadable ? String(value) : '');
        compared += 1;
      }
      const [, type, message] = CONDITION.exec(evidence.path) ?? [];
      if (type !== undefined) {
        const conditions = at(raw, 'status.conditions');
        const condition = Array.isArray(conditions) ? (conditions as Fields[]).find((item) => item.type === type) : undefined;
        if (condition === undefined) expect(evidence.value ?? '', words).toBe('');
        else if (message !== undefined) expect(evidence.value, words).toBe(condition.message);
        else expect(evidence.value, words).toContain(`${String(condition.status)}${condition.reason === '' ? '' : ` ${String(condition.reason)}`}${condition.message === '' ? '' : `: ${String(condition.message)}`}`);
        compared += 1;
      }
    }
  }
  return compared;
}

const healthy = rawHealthyWorld();
const degraded = (status: Fields = {}, spec: Fields = {}) => rawVolume({ spec, status: { robustness: 'degraded', lastDegradedAt: ago(900), ...status } });
const two = rawEngine({ 1: 'RW', 2: 'RW' });
const lost = (...changes: readonly RawObject[]) => withObjects(healthy, degraded(), two, rawReplica(3, failed(900)), ...changes);
const stopped = (...changes: readonly RawObject[]) => withObjects(healthy, rawVolume({ spec: { nodeID: '' }, status: { state: 'detached', robustness: 'unknown', currentNodeID: '' } }), rawEngine({}, ENGINE_STOPPED), ...[1, 2, 3].map((index) => rawReplica(index, IDLE)), ...changes);
const unscheduled = { conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'precheck new replica failed: disks are unavailable')] };
const faulted = (state: string) => rawVolume({ spec: { nodeID: '' }, status: { state, robustness: 'faulted', currentNodeID: '' } });
const allFailed = [1, 2, 3].map((index) => rawReplica(index, failed(60 * index)));

const WORLDS: readonly (readonly [string, readonly RawObject[]])[] = [
  ['healthy', healthy], ['rebuilding', withObjects(healthy, degraded(), rawEngine({ 1: 'RW', 2: 'RW', 3: 'WO' }, { status: { rebuildStatus: rebuildOf(3, 43, 1) } }))], ['a lost replica', lost()],
  ['node down, waiting', withObjects(lost(rawNode(3, { conditions: nodeDown(3), disk: DISK_OF_DOWN_NODE })), degraded({ lastDegradedAt: ago(60) }))], ['node down, blocked', withObjects(lost(rawNode(3, { conditions: nodeDown(3), disk: DISK_OF_DOWN_NODE })), degraded(unscheduled))],
  ['manager down', lost(rawNode(3, { conditions: nodeDown(3, 'ManagerPodDown') }))], ['instance manager down', lost(rawInstanceManager(3, { status: { currentState: 'error' } }))], ['disk gone', lost(rawNode(3, { disk: null }))],
  ['label keeps v2 off', withObjects(withoutObjects(healthy, 'Replica', 'pvc-1-r-3'), degraded(unscheduled), two, rawKubeNode(3, { metadata: { labels: { 'node.longhorn.io/disable-v2-data-engine': 'true' } } }))],
  ['no copy left of it', withObjects(withoutObjects(healthy, 'Replica', 'pvc-1-r-3'), degraded(unscheduled), two, rawNode(3, { spec: { allowScheduling: false } }))], ['rebuild off', lost(rawSetting('concurrent-replica-rebuild-per-node-limit', '0'))],
  ['fast rebuild off', lost(rawSetting('fast-replica-rebuild-enabled', '{"v1":"true","v2":"false"}'))], ['growing', lost(degraded({ expansionRequired: true }, { size: '21474836480' }))], ['migrating', withObjects(lost(), degraded({}, { migrationNodeID: 'node-2' }), rawEngine({ 1: 'RW' }, { spec: { active: false } }, 'pvc-1', 'e-1'))],
  ['node of the engine down', withObjects(healthy, rawVolume({ status: { robustness: 'unknown' } }), rawEngine(undefined, { status: { currentState: 'unknown' } }), rawNode(1, { conditions: nodeDown(1) }))],
  ['stopped', stopped()], ['stopped, short', stopped(rawReplica(3, failed(60)))], ['stopped, node down', stopped(rawNode(3, { conditions: nodeDown(3) }))], ['standby', withObjects(healthy, rawVolume({ spec: { Standby: true } }))],
  ['faulted', withObjects(stopped(...allFailed), faulted('detached'))], ['faulted, no automatic salvage', withObjects(stopped(...allFailed, rawSetting('auto-salvage', 'false')), faulted('detached'))], ['faulted, nodes down', withObjects(stopped(...allFailed, ...[1, 2, 3].map((index) => rawNode(index, { conditions: nodeDown(index) }))), faulted('detached'))],
  ['tearing down', withObjects(stopped(...allFailed), faulted('detaching'))], ['cloning', withObjects(healthy, rawVolume({ status: { cloneStatus: { state: 'initiated', sourceVolume: 'pvc-0' } } }))], ['clone failed', withObjects(healthy, rawVolume({ status: { cloneStatus: { state: 'failed', sourceVolume: 'pvc-0', attemptCount: 2 } } }))],
  ['restoring', withObjects(healthy, rawVolume({ status: { restoreRequired: true, conditions: [rawCondition('Restore', true, 'RestoreInProgress')] } }))], ['deleting', withObjects(healthy, rawVolume({ metadata: { deletionTimestamp: ago(30) } }))],
  ['attaching', withObjects(stopped(), rawVolume({ status: { state: 'attaching', robustness: 'unknown' } }))], ['detaching', withObjects(stopped(), rawVolume({ spec: { nodeID: '' }, status: { state: 'detaching', robustness: 'unknown' } }))], ['creating', withObjects(stopped(), rawVolume({ status: { state: 'creating', robustness: 'unknown' } }))],
  ['evicting', withObjects(healthy, rawReplica(3, { spec: { evictionRequested: true } }))], ['held elsewhere', withObjects(healthy, rawAttachment({ a: { id: 'a', type: 'csi-attacher', nodeID: 'node-2' } }, { a: { satisfied: false, conditions: [rawCondition('Satisfied', false, '', 'the volume is currently attached to different node node-1 ')] } }))],
  ['salvaged', withObjects(healthy, rawVolume({ status: { remountRequestedAt: ago(60), lastAutoSalvagedAt: ago(60) } }))], ['old image', withObjects(healthy, rawVolume({ spec: { backingImage: 'b' } }))], ['v2 off', withObjects(healthy, rawSetting('v2-data-engine', 'false'))],
  ['switching over', withObjects(healthy, rawVolume({ status: { switchoverState: 'reverting' } }))], ['expansion failed', withObjects(healthy, rawEngine(undefined, { status: { lastExpansionError: 'no space' } }))], ['many snapshots', withObjects(healthy, rawVolume({ status: { conditions: [rawCondition('TooManySnapshots', true, 'TooManySnapshots', 'over 100')] } }))]
];

describe('evidence is found where it says it is', () => {
  it.each(WORLDS)('%s', (_name, world) => {
    expect(checkEvidence(world, verdictOf(world))).toBeGreaterThan(0);
  });

  it('in random worlds', () => {
    fc.assert(fc.property(randomWorld, history, (world, seen) => {
      checkEvidence(world, verdictOf(world, seen === undefined ? {} : { history: seen }));
    }), { numRuns: RUNS });
  }, 30_000 + RUNS * 40);

  it('and was read when the object\'s present content arrived', () => {
    const read = rawCluster(healthy, { readAt: NOW - 5000 });
    expect(read.readAt('longhorn.io.volume', 'longhorn-system/pvc-1')).toBe(NOW - 5000);
    for (const { readAt } of verdictOf(healthy, { readAt: NOW - 5000 }).headline.evidence) expect(readAt).toBe(NOW - 5000);
  });
});
