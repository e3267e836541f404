/** Test support: random worlds for properties: parts missing, forbidden, stale and contradicting each other. */
import fc from 'fast-check';
import type { VolumeHistory } from '../health/types';
import type { ReadStatus } from '../kube/kinds';
import type { RawObject } from '../kube/types';
import { ago, NOW, rawCondition, rawEngine, rawFrontend, rawInfrastructure, rawNode, rawReplica, rawVolume } from './raw-objects';

const time = fc.constantFrom('', ago(10), ago(120), ago(700), ago(90_000), 'nonsense', ago(-60));
const mode = fc.constantFrom('RW', 'RW', 'RW', 'WO', 'ERR', 'odd');
const bool = fc.boolean();

const replica = (index: number) => fc.record({
  spec: fc.record({
    failedAt: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, time), lastFailedAt: time, healthyAt: fc.oneof({ weight: 3, arbitrary: fc.constant(ago(80_000)) }, time), lastHealthyAt: time,
    active: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, bool), evictionRequested: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, bool), rebuildRetryCount: fc.constantFrom(0, 0, 1, 5),
    nodeID: fc.constantFrom(`node-${String(index)}`, `node-${String(index)}`, 'node-1', '', 'node-9'), desireState: fc.constantFrom('running', 'stopped')
  }),
  status: fc.record({ currentState: fc.constantFrom('running', 'running', 'stopped', 'error', 'starting', 'unknown', ''), conditions: fc.constantFrom([], [rawCondition('RebuildFailed', true, 'General', 'x')]) })
}).map((own) => rawReplica(index, own));

const volume = fc.record({
  metadata: fc.constantFrom({}, {}, {}, { deletionTimestamp: ago(30) }),
  spec: fc.record({ numberOfReplicas: fc.constantFrom(3, 3, 3, 2, 1, 0, '3', null), migrationNodeID: fc.constantFrom('', '', 'node-2'), Standby: fc.constantFrom(false, false, true), dataLayout: fc.constantFrom({}, {}, { type: 'sharded' }) }),
  status: fc.record({
    state: fc.constantFrom('attached', 'attached', 'attached', 'detached', 'detached', 'attaching', 'detaching', 'creating', '', 'odd'),
    robustness: fc.constantFrom('healthy', 'healthy', 'degraded', 'faulted', 'unknown', '', 'odd'),
    lastDegradedAt: time, restoreRequired: fc.constantFrom(false, false, true),
    cloneStatus: fc.constantFrom({}, {}, { state: 'initiated' }, { state: 'failed' }),
    conditions: fc.constantFrom([], [rawCondition('Scheduled', true)], [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'precheck new replica failed: disks are unavailable')])
  })
}).map((own) => rawVolume(own));

const engine = fc.record({ modes: fc.dictionary(fc.constantFrom('1', '2', '3', '4'), mode), state: fc.constantFrom('running', 'running', 'running', 'stopped', 'unknown', 'error'), active: fc.constantFrom(true, true, true, false), isNulled: fc.constantFrom(false, false, false, true) })
  .map(({ modes, state, active, isNulled }) => rawEngine(modes as Record<number, string>, { spec: { active }, status: { currentState: state, ...(isNulled ? { replicaModeMap: null } : {}) } }));

const node = (index: number) => fc.record({
  conditions: fc.constantFrom(undefined, undefined, [rawCondition('Ready', false, 'KubernetesNodeNotReady'), rawCondition('Schedulable', true)], []),
  disk: fc.constantFrom(undefined, undefined, null, { status: { storageScheduled: 2 ** 41 } }, { spec: { allowScheduling: false } })
}, { requiredKeys: [] }).map((own) => rawNode(index, { ...(own.conditions === undefined ? {} : { conditions: own.conditions }), ...(own.disk === undefined ? {} : { disk: own.disk }) }));

/** One volume with up to four replicas, one engine, three nodes. */
export const world = fc.record({
  volume, engine,
  replicas: fc.tuple(replica(1), replica(2), replica(3), fc.option(replica(4), { nil: null })),
  nodes: fc.tuple(node(1), node(2), node(3)),
  dropped: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 3 })
}).map((parts) => {
  const base = rawInfrastructure().filter((raw) => raw.kind !== 'Node' || raw.apiVersion === 'v1');
  const objects: RawObject[] = [parts.volume, parts.engine, rawFrontend(), ...parts.replicas.filter((item): item is RawObject => item !== null), ...parts.nodes];
  return [...base, ...objects.filter((_, index) => !parts.dropped.includes(index) || index === 0)];
});

/** How far each kind was read, mostly completely. */
const STATUSES: readonly ReadStatus[] = ['ready', 'ready', 'ready', 'ready', 'ready', 'stale', 'forbidden', 'absent', 'loading', 'failed', 'unread'];
export const KINDS = ['longhorn.io.volume', 'longhorn.io.engine', 'longhorn.io.replica', 'longhorn.io.node', 'longhorn.io.setting', 'longhorn.io.instancemanager', 'longhorn.io.volumeattachment', 'longhorn.io.enginefrontend', 'node'] as const;
export type KindName = (typeof KINDS)[number];
export const statuses = fc.record(Object.fromEntries(KINDS.map((kind) => [kind, fc.constantFrom(...STATUSES)]))) as fc.Arbitrary<Record<KindName, ReadStatus>>;
export const history: fc.Arbitrary<VolumeHistory | undefined> = fc.option(fc.record({
  robustnessChanges: fc.array(fc.record({ at: fc.integer({ min: NOW - 4_000_000, max: NOW }), to: fc.constantFrom('healthy', 'degraded') }), { maxLength: 4 }),
  rebuildSamples: fc.constant({}), stateSince: fc.constantFrom(null, NOW - 1000, NOW - 700_000), firstSeenAt: fc.constant(NOW - 800_000)
}), { nil: undefined });
