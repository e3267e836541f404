/**
 * What the verdict engine costs, as ratios that mean the same on any machine:
 * `npx tsx tests/bench/verdicts.ts [volumes]` prints one JSON object.
 * - `diagnoseToParse`: diagnosing all volumes ÷ `JSON.parse` of the same objects' text (goal: at most 0.25)
 * - `diagnoseToServedParse`: the same, with the text as Steve serves it: links, relationships, state and fields added
 * - `eventToFull`: diagnosing the one volume an event touches ÷ all of them (goal: below 0.001)
 *
 * Each is the median of the rounds, with the least and the most beside it: the works of one round follow each other at
 * once, so that what else the machine does weighs on both.
 */
import { diagnoseVolume } from '../../src/domain/health/diagnose';
import type { Level } from '../../src/domain/health/types';
import type { RawObject } from '../../src/domain/kube/types';
import { rawCluster } from '../../src/domain/testing/raw-cluster';
import { ago, failed, NOW, rawEngine, rawFrontend, rawInfrastructure, rawReplica, rawVolume, rebuildOf } from '../../src/domain/testing/raw-objects';

const VOLUMES = Number(process.argv[2] ?? 10_000);
const ROUNDS = 15;

/** Mostly healthy, as real clusters are: 1 % rebuilding, 1 % waiting, 8 % stopped. */
function build(count: number): RawObject[] {
  const objects: RawObject[] = [...rawInfrastructure()];
  for (let index = 0; index < count; index += 1) {
    const name = `pvc-${String(index).padStart(8, '0')}-1a2b-4c3d-8e4f-5a6b7c8d9e0f`;
    const kind = index % 100;
    if (kind === 0) {
      objects.push(rawVolume({ status: { robustness: 'degraded', lastDegradedAt: ago(120) } }, name), rawEngine({ 1: 'RW', 2: 'RW', 3: 'WO' }, { status: { rebuildStatus: rebuildOf(3, 43, 1) } }, name), rawReplica(3, { spec: { healthyAt: '', rebuildRetryCount: 1 } }, name));
    } else if (kind === 1) {
      objects.push(rawVolume({ status: { robustness: 'degraded', lastDegradedAt: ago(120) } }, name), rawEngine({ 1: 'RW', 2: 'RW' }, {}, name), rawReplica(3, failed(120), name));
    } else if (kind < 10) {
      objects.push(rawVolume({ spec: { nodeID: '' }, status: { state: 'detached', robustness: 'unknown', currentNodeID: '' } }, name), rawEngine({}, { status: { currentState: 'stopped', replicaModeMap: null } }, name), rawReplica(3, { status: { currentState: 'stopped' } }, name));
    } else {
      objects.push(rawVolume({}, name), rawEngine(undefined, {}, name), rawReplica(3, {}, name));
    }
    objects.push(rawReplica(1, {}, name), rawReplica(2, {}, name), rawFrontend({}, name));
  }
  return objects;
}

function timed(work: () => void): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

/** What Steve adds to every object it serves. */
function asServed(raw: RawObject): RawObject {
  const { name, namespace = '' } = raw.metadata as { readonly name: string; readonly namespace?: string };
  const id = namespace === '' ? name : `${namespace}/${name}`;
  const type = `longhorn.io.${String(raw.kind).toLowerCase()}`;
  const link = `https://harvester.example/v1/${type}s/${id}`;
  const owner = { fromId: `longhorn-system/${name.slice(0, 50)}`, fromType: 'longhorn.io.volume', rel: 'owner', state: 'active' };
  return {
    id, type, links: { remove: link, self: link, update: link, view: link.replace('/v1/', '/apis/longhorn.io/v1beta2/') }, ...raw,
    metadata: { ...(raw.metadata as object), fields: [name, 'v2', 'attached', 'healthy', '10737418240', 'node-1', '24h'], finalizers: ['longhorn.io'], generation: 7, relationships: [owner], state: { error: false, message: '', name: 'active', transitioning: false } }
  };
}

const objects = build(VOLUMES);
const texts = objects.map((raw) => JSON.stringify(raw));
const served = objects.map((raw) => JSON.stringify(asServed(raw)));
const megabytes = texts.reduce((sum, text) => sum + text.length, 0) / 1e6;
const view = rawCluster(objects, { readAt: NOW });
const names = [...view.all('longhorn.io.volume')].map((volume) => volume.meta.name);
const counts: Partial<Record<Level, number>> = {};
for (const name of names) {
  const { level } = diagnoseVolume(view, name, NOW);
  counts[level] = (counts[level] ?? 0) + 1;
}
// One event is too short to time alone: the mean of a thousand spread over the cluster.
const EVENTS = 1000;
interface Round { readonly parseMs: number; readonly servedMs: number; readonly diagnoseMs: number; readonly eventMs: number }
const rounds: Round[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const parseMs = timed(() => { for (const text of texts) JSON.parse(text); });
  const diagnoseMs = timed(() => { for (const name of names) diagnoseVolume(view, name, NOW); });
  const eventMs = timed(() => { for (let index = 0; index < EVENTS; index += 1) diagnoseVolume(view, names[(index * 7919) % names.length] ?? '', NOW); }) / EVENTS;
  const servedMs = timed(() => { for (const text of served) JSON.parse(text); });
  rounds.push({ parseMs, servedMs, diagnoseMs, eventMs });
}

/** Least, median and most of a figure over the rounds. */
function spread(figure: (round: Round) => number, digits: number): readonly [number, number, number] {
  const values = rounds.map(figure).sort((a, b) => a - b).map((value) => Number(value.toFixed(digits)));
  return [values[0] ?? 0, values[Math.floor(values.length / 2)] ?? 0, values.at(-1) ?? 0];
}

const toParse = spread((round) => round.diagnoseMs / round.parseMs, 3);
const toServed = spread((round) => round.diagnoseMs / round.servedMs, 3);
const event = spread((round) => round.eventMs / round.diagnoseMs, 6);
console.log(JSON.stringify({
  volumes: names.length, replicas: view.count('longhorn.io.replica'), megabytes: Math.round(megabytes), counts, rounds: ROUNDS,
  diagnoseToParse: toParse[1], diagnoseToServedParse: toServed[1], eventToFull: event[1],
  leastMedianMost: { diagnoseToParse: toParse, diagnoseToServedParse: toServed, eventToFull: event, parseMs: spread((round) => round.parseMs, 0), diagnoseMs: spread((round) => round.diagnoseMs, 0), microsecondsPerVolume: spread((round) => round.diagnoseMs * 1000 / names.length, 2) }
}));
