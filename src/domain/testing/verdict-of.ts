/** Test support: the verdict on the volume of `raw-objects`, or on the named one, in a world made of raw objects. */
import { diagnoseVolume } from '../health/diagnose';
import type { VolumeExtras } from '../health/extras';
import type { Finding, VolumeHistory, VolumeVerdict } from '../health/types';
import type { RawObject } from '../kube/types';
import { rawCluster } from './raw-cluster';
import type { RawClusterOptions } from './raw-cluster';
import { NOW, VOLUME } from './raw-objects';

export interface Seen extends RawClusterOptions {
  readonly history?: Partial<VolumeHistory>;
  readonly extras?: VolumeExtras;
}

export function verdictOf(world: readonly RawObject[], seen: Seen = {}, volume = VOLUME): VolumeVerdict {
  const history = seen.history === undefined ? undefined : { robustnessChanges: [], rebuildSamples: {}, stateSince: null, firstSeenAt: null, ...seen.history };
  return diagnoseVolume(rawCluster(world, { readAt: NOW - 1000, ...seen }), volume, NOW, history, seen.extras);
}

/** The finding of this code, be it headline or fact. */
export function findingOf(verdict: VolumeVerdict, code: string): Finding | undefined {
  return [verdict.headline, ...verdict.facts].find((finding) => finding.code === code);
}

/** All codes of a verdict, the headline's first. */
export function codesOf(verdict: VolumeVerdict): readonly string[] {
  return [verdict.headline.code, ...verdict.facts.map((fact) => fact.code)];
}
