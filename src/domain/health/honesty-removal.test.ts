import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawObject } from '../kube/types';
import { history, world } from '../testing/random-worlds';
import { failed, IDLE, NOW, rawCondition, rawEngine, ENGINE_STOPPED, rawHealthyWorld, rawReplica, rawVolume, VOLUME, withObjects } from '../testing/raw-objects';
import { kindOfRaw, rawCluster } from '../testing/raw-cluster';
import { diagnoseVolume } from './diagnose';
import type { Level, VolumeHistory, VolumeVerdict } from './types';

/**
 * What a verdict may become when one object or one field is gone, though every kind reads as complete: somebody deleted
 * it, a proxy cut it out, or a version does not write it. Less information must never look like better news:
 *
 * 1. The level stays, becomes worse, or becomes `unknown`; and what was unknown does not become known.
 * 2. No copy becomes a good one.
 * 3. What was not called healthy, or stopped and complete, is not called so now.
 *
 * Not demanded of fields whose absence is itself the plain news, as nothing else says it (`ORDINARY`): an object without
 * a deletion timestamp is not being deleted, a volume without clone or restore status is not being filled.
 */
const RUNS = Number(process.env.HONESTY_RUNS ?? 1000);
const SEED = process.env.HONESTY_SEED === undefined ? {} : { seed: Number(process.env.HONESTY_SEED) };
const TIMEOUT = 30_000 + RUNS * 60;
const check = (property: fc.IRawProperty<unknown>) => { fc.assert(property as fc.IProperty<unknown>, { numRuns: RUNS, ...SEED }); };

const RANK: Readonly<Record<Level, number>> = { critical: 0, degraded: 1, unknown: 2, transition: 3, stopped: 4, healthy: 4 };
const COMPLETE: ReadonlySet<string> = new Set(['healthy', 'stopped-complete', 'standby', 'standby-stopped']);
const ORDINARY: ReadonlySet<string> = new Set([
  'Volume metadata.deletionTimestamp', 'Volume status.cloneStatus', 'Volume status.restoreRequired', 'Volume status.conditions', 'Volume spec.Standby',
  // Absent in every version before 1.12; sharded volumes have no replicas to be counted.
  'Volume spec.dataLayout'
]);
/** What a volume's verdict rests on. */
const PROOF = ['longhorn.io.volume', 'longhorn.io.engine', 'longhorn.io.replica'];

const judge = (objects: readonly RawObject[], seen: VolumeHistory | undefined) => diagnoseVolume(rawCluster(objects), VOLUME, NOW, seen);

function expectNotCalmer(before: VolumeVerdict, after: VolumeVerdict, what: string): void {
  const words = `${before.level} ${before.headline.code} became ${after.level} ${after.headline.code} without ${what}`;
  expect(after.level === 'unknown' || RANK[after.level] <= RANK[before.level], words).toBe(true);
  const good = new Set(before.replicas.filter((replica) => replica.isGood).map((replica) => replica.name));
  expect(after.replicas.filter((replica) => replica.isGood && !good.has(replica.name)), words).toEqual([]);
  if (COMPLETE.has(after.headline.code)) expect(COMPLETE.has(before.headline.code), words).toBe(true);
}

/**
 * 4. A field that is gone silences no call for help. Objects are another matter: Longhorn itself makes a new replica once
 * the object of a failed one is gone.
 */
function expectStillAsking(before: VolumeVerdict, after: VolumeVerdict, what: string): void {
  if (before.headline.needsHelp !== true) return;
  expect(after.needsAttention || after.level === 'unknown', `${before.level} ${before.headline.code} became ${after.level} ${after.headline.code} without ${what}, and asks nobody`).toBe(true);
}

/** Every field of an object's parts, e.g. `status.robustness`. */
function fieldsOf(raw: RawObject): readonly string[] {
  return ['metadata', 'spec', 'status'].flatMap((part) => Object.keys((raw[part] ?? {}) as object).map((name) => `${part}.${name}`)).filter((path) => path !== 'metadata.name' && path !== 'metadata.namespace');
}

function withoutField(raw: RawObject, path: string): RawObject {
  const [part = '', name = ''] = path.split('.');
  const { [name]: _gone, ...rest } = raw[part] as Record<string, unknown>;
  return { ...raw, [part]: rest };
}

const nameOf = (raw: RawObject) => String((raw.metadata as { name: string }).name);

/** The usual situations, so that each of their fields is surely tried. */
const detached = withObjects(rawHealthyWorld(), rawVolume({ spec: { nodeID: '' }, status: { state: 'detached', robustness: 'unknown', currentNodeID: '' } }), rawEngine({}, ENGINE_STOPPED), ...[1, 2, 3].map((index) => rawReplica(index, IDLE)));
const KNOWN: readonly (readonly [string, readonly RawObject[]])[] = [
  ['healthy', rawHealthyWorld()],
  ['degraded', withObjects(rawHealthyWorld(), rawVolume({ status: { robustness: 'degraded' } }), rawEngine({ 1: 'RW', 2: 'RW' }), rawReplica(3, failed(60)))],
  ['just failed, robustness not yet written', withObjects(rawHealthyWorld(), rawEngine({ 1: 'RW', 2: 'RW', 3: 'ERR' }))],
  ['failed, its mode not yet gone', withObjects(rawHealthyWorld(), rawReplica(3, { spec: failed(5).spec ?? {} }))],
  ['faulted', withObjects(detached, rawVolume({ spec: { nodeID: '' }, status: { state: 'detached', robustness: 'faulted' } }), ...[1, 2, 3].map((index) => rawReplica(index, failed(60))))],
  ['faulted, engine died', withObjects(detached, rawVolume({ spec: { nodeID: '' }, status: { state: 'detached', robustness: 'faulted' } }))],
  ['faulted and detaching', withObjects(rawHealthyWorld(), rawVolume({ status: { state: 'detaching', robustness: 'faulted' } }), ...[1, 2, 3].map((index) => rawReplica(index, failed(60))))],
  ['stopped', detached],
  ['stopped, one failed', withObjects(detached, rawReplica(3, failed(60)))],
  ['stopped, one inactive', withObjects(detached, rawReplica(3, { spec: { ...IDLE.spec, active: false }, status: IDLE.status ?? {} }))],
  ['stopped, salvaged and not proven since', withObjects(detached, ...[1, 2, 3].map((index) => rawReplica(index, { spec: { ...IDLE.spec, lastFailedAt: '2026-08-20T09:00:00Z', lastHealthyAt: '2026-08-20T08:00:00Z' }, status: IDLE.status ?? {} })))],
  ['stopped, one more than it wants without a place', withObjects(detached, rawReplica(4, { spec: { ...IDLE.spec, nodeID: '', diskID: '', healthyAt: '', lastHealthyAt: '' }, status: IDLE.status ?? {} }))],
  ['never used, one failed', withObjects(detached, rawVolume({ spec: { nodeID: '' }, status: { state: 'detached', robustness: 'unknown', actualSize: 0 } }), ...[1, 2].map((index) => rawReplica(index, { spec: { ...IDLE.spec, healthyAt: '', lastHealthyAt: '' }, status: IDLE.status ?? {} })), rawReplica(3, failed(60, { spec: { healthyAt: '', lastHealthyAt: '' } })))],
  ['stopped, its engine not written yet, one replica not proven', withObjects(detached, rawEngine(), rawReplica(1, { spec: { lastFailedAt: '2026-08-20T09:00:00Z', lastHealthyAt: '2026-08-20T08:00:00Z' } }))],
  ['engine passive', withObjects(rawHealthyWorld(), rawEngine(undefined, { spec: { active: false } }))],
  ['scheduling refused', withObjects(rawHealthyWorld(), rawVolume({ status: { robustness: 'degraded', conditions: [rawCondition('Scheduled', false, 'ReplicaSchedulingFailure', 'disks are unavailable')] } }), rawEngine({ 1: 'RW', 2: 'RW' }), rawReplica(3, { spec: { nodeID: '', diskID: '', healthyAt: '' } }))]
];

describe('honesty when something is gone', () => {
  it.each(KNOWN)('%s: without any one object', (_name, objects) => {
    const before = judge(objects, undefined);
    for (const raw of objects) expectNotCalmer(before, judge(objects.filter((other) => other !== raw), undefined), `${String(raw.kind)} ${nameOf(raw)}`);
  });

  it.each(KNOWN)('%s: without any one field', (_name, objects) => {
    const before = judge(objects, undefined);
    for (const raw of objects) {
      for (const path of fieldsOf(raw)) {
        if (ORDINARY.has(`${String(raw.kind)} ${path}`) || path === 'metadata.deletionTimestamp') continue;
        const after = judge(objects.map((other) => (other === raw ? withoutField(raw, path) : other)), undefined);
        expectNotCalmer(before, after, `${String(raw.kind)} ${nameOf(raw)} ${path}`);
        expectStillAsking(before, after, `${String(raw.kind)} ${nameOf(raw)} ${path}`);
      }
    }
  });

  it('holds for any object of any world', () => {
    check(fc.property(world, history, fc.nat(), (objects, seen, pick) => {
      const gone = objects[pick % objects.length];
      if (gone === undefined) return;
      expectNotCalmer(judge(objects, seen), judge(objects.filter((raw) => raw !== gone), seen), `${String(gone.kind)} ${nameOf(gone)}`);
    }));
  }, TIMEOUT);

  it('holds for any field of any volume, engine and replica', () => {
    check(fc.property(world, history, fc.nat(), fc.nat(), (objects, seen, pickObject, pickField) => {
      const proof = objects.filter((raw) => PROOF.includes(kindOfRaw(raw)));
      const chosen = proof[pickObject % proof.length];
      if (chosen === undefined) return;
      const paths = fieldsOf(chosen);
      const path = paths[pickField % paths.length] ?? '';
      if (ORDINARY.has(`${String(chosen.kind)} ${path}`) || path === 'metadata.deletionTimestamp') return;
      const [before, after] = [judge(objects, seen), judge(objects.map((raw) => (raw === chosen ? withoutField(raw, path) : raw)), seen)];
      expectNotCalmer(before, after, `${String(chosen.kind)} ${nameOf(chosen)} ${path}`);
      expectStillAsking(before, after, `${String(chosen.kind)} ${nameOf(chosen)} ${path}`);
    }));
  }, TIMEOUT);
});
