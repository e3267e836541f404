/**
 * What the verdict engine costs, as ratios that mean the same on any machine:
 * `npx tsx tests/bench/verdicts.ts [volumes]` prints one JSON object.
 * - `diagnoseToParse`: diagnosing all volumes ÷ `JSON.parse` of the same objects' text (goal: at most 0.25)
 * - `eventToFull`: diagnosing the one volume an event touches ÷ all of them (goal: below 0.001)
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

const objects = build(VOLUMES);
const texts = objects.map((raw) => JSON.stringify(raw));
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
// Taken in turn and the best of each: what else the machine does then weighs on all three alike.
let [parseMs, diagnoseMs, eventMs] = [Infinity, Infinity, Infinity];
for (let round = 0; round < ROUNDS; round += 1) {
  parseMs = Math.min(parseMs, timed(() => { for (const text of texts) JSON.parse(text); }));
  diagnoseMs = Math.min(diagnoseMs, timed(() => { for (const name of names) diagnoseVolume(view, name, NOW); }));
  eventMs = Math.min(eventMs, timed(() => { for (let index = 0; index < EVENTS; index += 1) diagnoseVolume(view, names[(index * 7919) % names.length] ?? '', NOW); }) / EVENTS);
}

console.log(JSON.stringify({
  volumes: names.length, replicas: view.count('longhorn.io.replica'), megabytes: Math.round(megabytes), counts,
  parseMs: Math.round(parseMs), diagnoseMs: Math.round(diagnoseMs), diagnoseToParse: Number((diagnoseMs / parseMs).toFixed(3)), microsecondsPerVolume: Number(((diagnoseMs * 1000) / names.length).toFixed(2)),
  eventToFull: Number((eventMs / diagnoseMs).toFixed(6))
}));
