/**
 * What the verdict engine costs, as ratios that mean the same on any machine:
 * `npx tsx tests/bench/verdicts.ts [volumes]` prints one JSON object.
 * - `diagnoseToParse`: diagnosing all volumes ÷ `JSON.parse` of the same objects' text, as Kubernetes has it (goal: at most 0.25)
 * - `diagnoseToServedParse`: the same, with the text as Steve serves it: links, relationships, state and fields added
 * - `eventToFull`: diagnosing the one volume an event touches ÷ all of them (goal: below 0.001)
 *
 * The objects are those of an embedded cluster, whole as their schemas have them: two of seven volumes stopped, three of
 * ten v1, one in a hundred with a copy that failed a moment ago. The text counted is that of the kinds a verdict reads of
 * every volume. Each ratio is the median of the rounds, with the least and the most beside it: the works of one round
 * follow each other at once, so that what else the machine does weighs on both. Times are those of the processor.
 */
import { diagnoseVolume } from '../../src/domain/health/diagnose';
import type { Level } from '../../src/domain/health/types';
import type { RawObject } from '../../src/domain/kube/types';
import { rawCluster } from '../../src/domain/testing/raw-cluster';
import { createCluster } from '../../pkg/harvester-simulator/src/cluster';
import { controllers } from '../../pkg/harvester-simulator/src/controllers/harvester';
import { longhornController } from '../../pkg/harvester-simulator/src/controllers/longhorn';
import { applyFault } from '../../pkg/harvester-simulator/src/faults';
import { PROFILES } from '../../pkg/harvester-simulator/src/profiles';
import { buildScale } from '../../pkg/harvester-simulator/src/scenarios/index';

const VOLUMES = Number(process.argv[2] ?? 10_000);
const NODES = 50;
const ROUNDS = 15;
const READ_OF_ALL: ReadonlySet<string> = new Set(['longhorn.io.volume', 'longhorn.io.engine', 'longhorn.io.enginefrontend', 'longhorn.io.replica', 'longhorn.io.volumeattachment', 'persistentvolume']);

/** Every object of a cluster with so many volumes, by kind as pages load them, and the cluster's time. */
function build(count: number): { readonly objects: readonly RawObject[]; readonly texts: readonly string[]; readonly now: number } {
  const cluster = createCluster({ profile: PROFILES['1.9'] });
  cluster.start([longhornController, ...controllers]);
  buildScale(cluster, { volumes: count, nodes: NODES });
  const attached = cluster.store.list('longhorn.io.volume').filter((volume) => volume.status?.['robustness'] === 'healthy');
  for (let index = 0; index < count / 100; index += 1) applyFault(cluster, 'replica-fail', { volume: attached[index * 60 % attached.length]?.metadata.name });
  cluster.clock.advance(5000);
  const now = cluster.clock.now();
  const objects = cluster.store.types.flatMap((type) => cluster.store.list(type.id)) as unknown as readonly RawObject[];
  const texts = [...READ_OF_ALL].flatMap((kind) => cluster.store.list(kind)).map((object) => JSON.stringify(object));
  cluster.stop();
  return { objects, texts, now };
}

/** Milliseconds of processor time. */
function timed(work: () => void): number {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

/** What Steve adds to every object it serves. */
function asServed(text: string): string {
  const raw = JSON.parse(text) as RawObject;
  const { name, namespace = '' } = raw.metadata as { readonly name: string; readonly namespace?: string };
  const id = namespace === '' ? name : `${namespace}/${name}`;
  const type = `longhorn.io.${String(raw.kind).toLowerCase()}`;
  const link = `https://harvester.example/v1/${type}s/${id}`;
  const owner = { fromId: `longhorn-system/${name.slice(0, 50)}`, fromType: 'longhorn.io.volume', rel: 'owner', state: 'active' };
  return JSON.stringify({
    id, type, links: { remove: link, self: link, update: link, view: link.replace('/v1/', '/apis/longhorn.io/v1beta2/') }, ...raw,
    metadata: { ...(raw.metadata as object), fields: [name, 'v2', 'attached', 'healthy', '10737418240', 'node-1', '24h'], relationships: [owner], state: { error: false, message: '', name: 'active', transitioning: false } }
  });
}

const { objects, texts, now } = build(VOLUMES);
const served = texts.map(asServed);
const megabytes = texts.reduce((sum, text) => sum + text.length, 0) / 1e6;
// Through text, as objects arrive: those of the embedded cluster share parts with each other.
const view = rawCluster(objects.map((object) => JSON.parse(JSON.stringify(object)) as RawObject), { readAt: now });
const names = [...view.all('longhorn.io.volume')].map((volume) => volume.meta.name);
const counts: Partial<Record<Level, number>> = {};
for (const name of names) {
  const { level } = diagnoseVolume(view, name, now);
  counts[level] = (counts[level] ?? 0) + 1;
}
// One event is too short to time alone: the mean of a thousand spread over the cluster.
const EVENTS = 1000;
interface Round { readonly parseMs: number; readonly servedMs: number; readonly diagnoseMs: number; readonly eventMs: number }
const rounds: Round[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const parseMs = timed(() => { for (const text of texts) JSON.parse(text); });
  const diagnoseMs = timed(() => { for (const name of names) diagnoseVolume(view, name, now); });
  const eventMs = timed(() => { for (let index = 0; index < EVENTS; index += 1) diagnoseVolume(view, names[(index * 7919) % names.length] ?? '', now); }) / EVENTS;
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
