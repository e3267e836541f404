import { createHistoryKeeper } from '@/stores/volume-history';
import { diagnoseVolume } from '@/domain/health/diagnose';
import type { VolumeHistory, VolumeVerdict } from '@/domain/health/types';
import type { RawObject } from '@/domain/kube/types';
import { parseEngine } from '@/domain/longhorn/engine';
import { parseVolume } from '@/domain/longhorn/volume';
import { rawCluster } from '@/domain/testing/raw-cluster';
import type { ClusterView } from '@/domain/view';
import { createCluster } from '../../pkg/harvester-simulator/src/cluster';
import type { RunningCluster } from '../../pkg/harvester-simulator/src/cluster';
import type { HarvesterMinor } from '../../pkg/harvester-simulator/src/contract';
import { controllers } from '../../pkg/harvester-simulator/src/controllers/harvester';
import { longhornController } from '../../pkg/harvester-simulator/src/controllers/longhorn';
import { PROFILES } from '../../pkg/harvester-simulator/src/profiles';
import { SCENARIOS } from '../../pkg/harvester-simulator/src/scenarios';

/** What the page would say about a scenario: the simulator's objects through our parsers, with the history it would have seen. */
export interface Reading {
  readonly cluster: RunningCluster;
  /** Verdicts of all volumes, by the name of their machine and disk (`app 0`) or of their claim. */
  readonly verdicts: ReadonlyMap<string, VolumeVerdict>;
}

/** Codes of every verdict that was read so far, headlines and facts. */
export const codesSeen = new Set<string>();

/** `default/app-disk-0-abcde` belongs to `app 0`. */
function labelOf(claim: string): string {
  return claim.replace(/-disk-(\d)-.*$/, ' $1');
}

/** A scenario that runs, and a page that was open all the time. */
export interface OpenScenario {
  readonly cluster: RunningCluster;
  /** What the page knows now. */
  readonly view: () => ClusterView;
  readonly history: (volumeName: string) => VolumeHistory;
  readonly read: () => ReadonlyMap<string, VolumeVerdict>;
  readonly close: () => void;
}

/** Builds a scenario under a clock driven by hand. */
export function openScenario(name: string, minor: HarvesterMinor): OpenScenario {
  const scenario = SCENARIOS[name];
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const cluster = createCluster({ profile: PROFILES[minor], ...(scenario.timings === undefined ? {} : { timings: scenario.timings }) });
  const keeper = createHistoryKeeper(() => cluster.clock.now());
  const before = new Map<string, ReturnType<typeof parseVolume>>();
  const stopWatching = cluster.store.watch((event) => {
    if (event.typeId === 'longhorn.io.volume') {
      const after = event.type === 'remove' ? undefined : parseVolume(event.object as unknown as RawObject);
      const id = event.object.metadata.name;
      keeper.observe({ kind: 'longhorn.io.volume', before: before.get(id), after } as Parameters<typeof keeper.observe>[0]);
      if (after === undefined) before.delete(id);
      else before.set(id, after);
    } else if (event.typeId === 'longhorn.io.engine' && event.type !== 'remove') {
      keeper.observe({ kind: 'longhorn.io.engine', before: undefined, after: parseEngine(event.object as unknown as RawObject) } as Parameters<typeof keeper.observe>[0]);
    }
  });
  cluster.start([longhornController, ...controllers]);
  scenario.build(cluster);
  const view = (): ClusterView => {
    const objects = cluster.store.types.flatMap((type) => cluster.store.list(type.id)) as unknown as readonly RawObject[];
    return rawCluster(objects, { readAt: cluster.clock.now(), ...(PROFILES[minor].hasEngineFrontend ? {} : { status: { 'longhorn.io.enginefrontend': 'absent' } }) });
  };
  return {
    cluster,
    view,
    history: (volumeName) => keeper.history(volumeName),
    read: () => {
      const seen = view();
      const verdicts = new Map<string, VolumeVerdict>();
      for (const volume of seen.all('longhorn.io.volume')) {
        const label = labelOf(volume.pvcName) || volume.meta.name;
        const verdict = diagnoseVolume(seen, volume.meta.name, cluster.clock.now(), keeper.history(volume.meta.name));
        for (const finding of [verdict.headline, ...verdict.facts]) codesSeen.add(finding.code);
        verdicts.set(verdicts.has(label) ? volume.meta.name : label, verdict);
      }
      return verdicts;
    },
    close: () => {
      stopWatching();
      cluster.stop();
    }
  };
}

/** Builds a scenario, lets something happen to it, and reads it. */
export function readScenario(name: string, minor: HarvesterMinor, then: (cluster: RunningCluster) => void = () => undefined): Reading {
  const open = openScenario(name, minor);
  then(open.cluster);
  const verdicts = open.read();
  open.close();
  return { cluster: open.cluster, verdicts };
}
